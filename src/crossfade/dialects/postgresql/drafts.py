"""How the server is asked what drafts are: they are made, looked at, and rolled back. docs/decisions/0022.

The new version's tables are not there yet, and must not be locked: empty ones stand for them, in schemas of
their own that stand for the namespaces.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, text

from crossfade import names
from crossfade.dialects.postgresql import defined
from crossfade.dialects.postgresql.places import Places
from crossfade.dialects.postgresql.quoting import table
from crossfade.dialects.postgresql.trials import Made, Trial, set_path
from crossfade.errors import SchemaMismatch
from crossfade.schema import VIEW, Column, Definition, Draft, Grant, Redefinition, Schema, StandIn, TableName

_NAMED = "SELECT pg_catalog.to_regprocedure(:written)::oid::bigint"
_HOUSE = """
SELECT ARRAY(SELECT DISTINCT CASE WHEN g.grantee = 0 THEN '' ELSE pg_get_userbyid(g.grantee)::text END
        FROM aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) g
        WHERE g.privilege_type = 'USAGE' AND g.grantee <> n.nspowner ORDER BY 1) AS readers,
  (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
    OR coalesce(has_schema_privilege(CAST(:owner AS name), n.oid, 'CREATE'), true) AS may_own
FROM pg_catalog.pg_namespace n WHERE n.nspname = :place
"""


def ask(
    connection: Connection,
    schema: Schema,
    evolution: str,
    drafts: Sequence[Draft],
    stand_ins: Sequence[StandIn],
) -> tuple[Redefinition, ...]:
    """What the drafts make, in the order of making. Leaves the connection in a transaction to be rolled back.

    Raises Refused, with the change as its place, for what the server would not take.
    """
    standing = _Standing(connection, schema)
    homes = {each.change: standing.home(each) for each in drafts}
    olds = {each.change: standing.old(each) for each in drafts}
    every = dict.fromkeys((*homes.values(), *(each.table.schema for each in stand_ins)))
    trial = Trial(connection, Places.of(evolution, schema.search_path, every), stand_ins)
    trial.prepare()
    made = trial.made(drafts, homes, olds)
    for each in drafts:
        trial.look_into(each, made[each.change])
    return tuple(_redefined(trial, schema, change, olds[change], found) for change, found in made.items())


@dataclass(frozen=True)
class _Standing:
    """What there is, and what of it a draft is about."""

    connection: Connection
    schema: Schema

    def home(self, draft: Draft) -> str:
        """The schema of what a draft makes."""
        if draft.schema is not None:
            if draft.schema not in self.schema.schema_names:
                raise SchemaMismatch(
                    f"there is no schema {draft.schema!r}",
                    place=draft.change,
                    remedy=names.nearest(draft.schema, self.schema.schema_names),
                )
            return draft.schema
        for place in self.schema.search_path if draft.replaces else ():
            if any(each.name == TableName(place, draft.name) for each in self._of_kind(draft)):
                return place
        return self.schema.search_path[0]

    def _of_kind(self, draft: Draft) -> Iterator[Definition]:
        return (
            each
            for each in self.schema.definitions
            if (each.kind == VIEW) == (draft.kind == VIEW) or draft.kind == VIEW
        )

    def old(self, draft: Draft) -> Definition | None:
        """The definition that the draft replaces."""
        if not draft.replaces:
            return None
        home = self.home(draft)
        name = TableName(home, draft.name)
        found = [each for each in self._of_kind(draft) if each.name == name]
        if draft.signature is not None:
            inputs = self._types(draft)
            found = [each for each in found if each.inputs == inputs]
        if not found:
            raise SchemaMismatch(
                f"there is no {draft.kind} {names.written(home)}.{draft.name}"
                + (f"({draft.signature})" if draft.signature is not None else ""),
                place=draft.change,
                remedy=f"mend the name, or use {'AddView' if draft.kind == VIEW else 'AddFunction'}",
            )
        if len(found) > 1:
            listed = "; ".join(each.called for each in found)
            raise SchemaMismatch(
                f"several functions have the name: {listed}",
                place=draft.change,
                remedy=f'name the one that is meant: "{draft.name}({", ".join(found[0].inputs)})"',
            )
        if found[0].kind != draft.kind:
            raise SchemaMismatch(
                f"{name} is {'an' if found[0].kind[0] in 'ai' else 'a'} {found[0].kind}, not a {draft.kind}",
                place=draft.change,
                remedy=f"drop it first, or give the {draft.kind} another name",
            )
        return found[0]

    def _types(self, draft: Draft) -> tuple[str, ...]:
        """The types of a signature, in the server's words."""
        written = f"{table(TableName(self.home(draft), draft.name))}({draft.signature})"
        set_path(self.connection, self.schema.search_path)
        oid = self.connection.execute(text(_NAMED), {"written": written}).scalar()
        set_path(self.connection, ())
        return ("",) if oid is None else defined.read(self.connection, "function", [oid])[0].inputs


def _redefined(trial: Trial, schema: Schema, change: str, old: Definition | None, made: Made) -> Redefinition:
    """What a draft makes: in its schema, and in the namespace; with all that the old one is given besides."""
    found, places = made.definition, trial.places
    home = places.home(found.name.schema)
    # A new one belongs to whom the tables belong to, where that is one, and may have it.
    owners = {each.owner for each in schema.tables if each.name.schema == home}
    owner = old.owner if old else next(iter(owners)) if len(owners) == 1 else None
    house = trial.connection.execute(text(_HOUSE), {"place": home, "owner": owner}).one()
    kept = replace(
        found,
        columns=_columns(found, old),
        owner=owner if old or house.may_own else None,
        grants=_grants(found, old) if old else None,
        comment=old.comment if old else None,
        dependents=(),
    )
    return Redefinition(
        change,
        None if old is None else replace(old, path=None),  # its body says it
        replace(
            places.moved(kept, places.homes),
            # As it is bound: the table has columns by then that a * must not show, since purge drops them.
            body=found.body if made.told is None else places.written(made.told, places.homes),
            path=None,
        ),
        replace(places.moved(kept, places.namespaces), path=places.adjusted(found.path, places.namespaces)),
        places.base_path(home),
        places.path(home, places.namespaces),
        tuple(house.readers),
        may_own=house.may_own,
        reads=trial.tables(made),
    )


def _columns(found: Definition, old: Definition | None) -> tuple[Column, ...]:
    """A view's columns, with the defaults and comments that those of their names have."""
    kept = {each.name: each for each in (old.columns if old else ())}
    return tuple(
        replace(each, default=kept[each.name].default, comment=kept[each.name].comment)
        if each.name in kept
        else each
        for each in found.columns
    )


def _grants(found: Definition, old: Definition) -> tuple[Grant, ...] | None:
    """What is granted on the old one; on columns, where the new one has them."""
    columns = {each.name for each in found.columns}
    if old.grants is None:
        return None
    return tuple(each for each in old.grants if each.column is None or each.column in columns)
