"""What follows from the redefinitions of an evolution: two versions of functions and views, and the way back.

The old definition stays as it is while both versions are live: the new one is in the namespace, which the new
version's sessions look into first. `complete` retires the old one by renaming it, so that no two that a call
could mean ever stand in one schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from crossfade import names
from crossfade.changes import Parts
from crossfade.errors import MissingPrivilege
from crossfade.schema import Redefinition, Schema, TableName
from crossfade.steps import (
    CreateDefinition,
    CreateNamespace,
    DropDefinition,
    PublishDefinition,
    PublishView,
    RetireDefinition,
    Step,
)


@dataclass(frozen=True)
class DefinitionPlan:
    """The redefinitions of an evolution, in the order in which they can be made."""

    evolution: str
    redefined: tuple[Redefinition, ...]

    @classmethod
    def of(cls, evolution: str, every: Sequence[Parts], schema: Schema) -> DefinitionPlan:
        """Those of all changes."""
        own = {each for parts in every for each in parts.redefined}
        return cls(evolution, tuple(each for each in schema.redefinitions if each in own))

    @property
    def names(self) -> tuple[str, ...]:
        """What they hold, as the journal tells it."""
        return tuple(name for each in self.redefined for name in each.names)

    def namespaces(self, known: Sequence[CreateNamespace]) -> Iterator[CreateNamespace]:
        """Those that are needed besides the known ones."""
        made = {each.schema for each in known}
        for each in self.redefined:
            schema = each.new.name.schema
            if schema not in made:
                made.add(schema)
                space = names.namespace(schema, self.evolution)
                yield CreateNamespace(schema, space, each.new.owner, each.readers)

    def start(
        self, namespaces: Sequence[CreateNamespace], tables: Sequence[PublishView]
    ) -> tuple[list[CreateNamespace], list[Step]]:
        """They are shown, once the tables are; in namespaces of their own before, what views read.

        The namespace's views have the rights of whoever reads, also where another view reads them. A view
        has those of its owner: it reads the tables through views that belong to the same one.
        """
        owners = {each.schema: each.owner for each in namespaces}
        spaces: dict[str, CreateNamespace] = {}
        shown: dict[TableName, PublishView] = {}
        definitions: list[Step] = []
        for each in self.redefined:
            path = list(each.shown_path)
            for table in tables if each.lends else ():
                if table.table not in each.reads:
                    continue
                own = names.private(table.table.schema, self.evolution, each.new.owner or "")
                spaces[own] = CreateNamespace(table.table.schema, own, each.new.owner)
                view = replace(
                    table, namespace=own, name=table.view.name, owner=each.new.owner, grants=(),
                    comment=None, invoker=False,
                )  # fmt: skip
                shown[view.view] = view
                if own not in path:
                    path.insert(path.index(table.namespace), own)
            definitions.append(PublishDefinition(each.shown, tuple(path), owners[each.new.name.schema]))
        return list(spaces.values()), [*shown.values(), *definitions]

    def retire(self) -> Iterator[RetireDefinition]:
        """The old ones get other names, before anything else does: what depends on another one of them first,
        so that they are made again last.
        """
        left = {each.old.identity: (each.old, each.path) for each in self.redefined if each.old}
        while left:
            free = [
                identity
                for identity, (old, _) in left.items()
                if not any(each.name in left for each in old.dependents)
            ]
            old, path = left.pop(free[0] if free else next(iter(left)))
            yield RetireDefinition(old, names.retired(old.name.name, self.evolution), path)

    def settle(self) -> Iterator[Step]:
        """The new ones are made in the schema itself, once everything has the name that it keeps."""
        return (CreateDefinition(each.new, each.path) for each in self.redefined)

    def purge(self) -> Iterator[Step]:
        """The retired ones are dropped, before what they speak of is."""
        return (DropDefinition(each.kept, each.search_path) for each in self.retire())

    def check_privileges(self, schema: Schema) -> None:
        """Raises MissingPrivilege where the role may not make anything in one of the schemas."""
        for each in self.redefined:
            place = each.new.name.schema
            if place not in schema.role.creates_in:
                raise MissingPrivilege(
                    f"role {schema.role.name!r} may not create functions and views in schema {place!r}",
                    place=each.change,
                    remedy=f"GRANT CREATE ON SCHEMA {place} TO {schema.role.name}",
                )
            if not each.may_own and each.new.owner is not None:
                raise MissingPrivilege(
                    f"{each.new.owner!r}, who owns {each.new.called}, may not create in schema {place!r}",
                    place=each.change,
                    remedy=f"GRANT CREATE ON SCHEMA {place} TO {each.new.owner}, or connect as a superuser",
                )
