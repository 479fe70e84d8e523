"""What the changes of functions and views have in common: the text, what is drafted, what is refused."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import ClassVar

from crossfade import names
from crossfade.changes.change import Parts
from crossfade.changes.headings import Heading, heading
from crossfade.errors import EvolutionError, MissingPrivilege, SchemaMismatch, Unsupported
from crossfade.schema import Definition, Draft, Redefinition, Schema

_KEPT = (
    "security definer",
    "security invoker",
    "security barrier",
    "strict",
    "leakproof",
    "immutable",
    "stable",
)


@dataclass(frozen=True)
class Defining:
    """A change of a function, a procedure or a view. `file` is looked for beside the file that declares the
    change, and its text is what counts: it may be moved.
    """

    name: str
    file: str | Path | None = None
    sql: str | None = None

    kinds: ClassVar[tuple[str, ...]] = ()
    replaces: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if (self.file is None) == (self.sql is None):
            raise EvolutionError(
                "its definition is given by file= or by sql=, one of them",
                place=self.title,
                remedy=f'write {type(self).__name__}({self.name!r}, file="….sql")',
            )
        if self.file is not None:
            object.__setattr__(self, "sql", _read(Path(self.file), self.title))
            object.__setattr__(self, "file", Path(self.file).name)
        found = self._heading
        schema, name, _ = self._written
        if found.kind not in self.kinds:
            raise EvolutionError(
                f"it defines a {found.kind}, not a {' or a '.join(self.kinds)}",
                place=self.title,
                remedy="use the change that is named so",
            )
        if found.name != name or (found.schema or schema) != (schema or found.schema):
            said = f"{found.schema}.{found.name}" if found.schema else found.name
            raise EvolutionError(
                f"it defines {found.kind} {said}, another one than {self.name!r}",
                place=self.title,
                remedy="give both one name",
            )
        names.checked(name, f"a {found.kind}", self.title)

    @property
    def title(self) -> str:
        """The change as a user would name it."""
        return f"{type(self).__name__} {self.name}"

    @property
    def tables(self) -> tuple[str, ...]:
        """None: what it reads is found by the server."""
        return ()

    @property
    def looks_at(self) -> tuple[str, ...]:
        """None."""
        return ()

    @property
    def claims(self) -> tuple[str, ...]:
        """None: it is about the new version, whatever that is."""
        return ()

    @property
    def draft(self) -> Draft:
        """What is to be made."""
        schema, name, signature = self._written
        found = self._heading
        return Draft(
            self.title, found.kind, schema or found.schema, name, signature, found.body, self.replaces
        )

    def compile(self, schema: Schema, evolution: str) -> Parts:
        """The change's parts; raises Refused for what the schema does not allow."""
        if not schema.traits.definitions:
            raise Unsupported(
                f"{type(self).__name__} is for PostgreSQL: {schema.database} has one version of a "
                f"{self.kinds[0]}",
                place=self.title,
                remedy="change it by hand, once the evolution is completed",
            )
        found = next(each for each in schema.redefinitions if each.change == self.title)
        if found.old is not None:
            self._demand_replaceable(found.old, found.new, schema)
        self._demand_unambiguous(found, schema)
        return Parts(redefined=(found,), notes=tuple(_changed(found)))

    def _demand_replaceable(self, old: Definition, new: Definition, schema: Schema) -> None:
        if not old.owned:
            raise MissingPrivilege(
                f"role {schema.role.name!r} may not rename {old.kind} {old.called}, which {old.owner!r} owns",
                place=self.title,
                remedy=f"connect as {old.owner!r}, or GRANT {old.owner} TO {schema.role.name}",
            )
        if old.extension is not None:
            raise Unsupported(
                f"{old.kind} {old.called} is a part of the extension {old.extension}",
                place=self.title,
                remedy="give the new one another name, with AddFunction or AddView",
            )
        replaced = {each.old.identity for each in schema.redefinitions if each.old is not None}
        bound = [each for each in old.dependents if each.name not in replaced]
        if bound:
            listed = "; ".join(f"{each.kind} {each.name}" for each in bound)
            many = "1 dependent" if len(bound) == 1 else f"{len(bound)} dependents"
            views = [each.name for each in bound if each.kind == "view"]
            more = f', or let the evolution replace them too: ReplaceView("{views[0]}", …)' if views else ""
            raise SchemaMismatch(
                f"{many} of {old.kind} {old.called} would stay bound to the old definition: {listed}",
                place=self.title,
                remedy=f"give the new definition another name, or drop them first{more}",
            )
        for called in old.calls:
            for other in new.calls:
                if len(called) == len(other) and called != other:
                    raise SchemaMismatch(
                        f"the old {old.called} and the new {new.called} take as many arguments, of other "
                        "types: a call of the new application could be the old one's, or ambiguous",
                        place=self.title,
                        remedy="keep the types of the arguments that both have, or give it another name",
                    )

    def _demand_unambiguous(self, found: Redefinition, schema: Schema) -> None:
        """Raises SchemaMismatch where something else bears the name, or could be meant by a call of it."""
        replaced = {each.old.identity for each in schema.redefinitions if each.old is not None}
        new = found.new
        if not new.routine and any(
            (each.schema, each.name) == (new.name.schema, new.name.name) for each in schema.enums
        ):
            raise SchemaMismatch(
                f"type {new.name} exists already, and a view's rows would have a type of that name",
                place=self.title,
                remedy="choose another name",
            )
        others = [
            *(each for each in schema.definitions if each.identity not in replaced),
            *(each.new for each in schema.redefinitions if each.change != found.change),
        ]
        for other in others:
            if other.name != new.name or other.routine != new.routine:
                continue
            if not new.routine or other.inputs == new.inputs:
                raise SchemaMismatch(
                    f"{other.kind} {other.called} exists already",
                    place=self.title,
                    remedy=f"use Replace{type(self).__name__[3:]}, or choose another name"
                    if other.kind == new.kind
                    else "choose another name",
                )
            shared = sorted(set(other.calls).intersection(new.calls))
            if shared:
                call = f"{new.name.name}({', '.join(shared[0])})"
                raise SchemaMismatch(
                    f"{new.called} and {other.called} would both answer the call {call}, which is ambiguous",
                    place=self.title,
                    remedy="take the default off one of the arguments, or replace the other one",
                )

    @property
    def _heading(self) -> Heading:
        return heading(self.sql or "", self.title)

    @property
    def _written(self) -> tuple[str | None, str, str | None]:
        """Schema, name and signature as the user names it."""
        found = re.fullmatch(r'((?:"[^"]*"|[^"(])+?)\s*(?:\((.*)\))?', self.name, re.DOTALL)
        if found is None:
            raise EvolutionError(
                f"{self.name!r} is not a name",
                place=type(self).__name__,
                remedy="write name, schema.name, or name(type, type)",
            )
        schema, name = names.split_table(found[1])
        return schema, name, found[2]


def _changed(found: Redefinition) -> Iterator[str]:
    """What the old definition is, and the new one does not say that it is."""
    if found.old is None:
        return
    for each in _KEPT:
        if each in found.old.traits and each not in found.new.traits:
            yield f"{found.new.kind} {found.new.called} is no longer {each.upper()}, as the old definition is"
    if "security definer" in found.new.traits and "security definer" not in found.old.traits:
        yield f"{found.new.kind} {found.new.called} becomes SECURITY DEFINER"


def _read(file: Path, place: str) -> str:
    """The text of a file beside the one that declares the change."""
    found = file if file.is_absolute() else _folder() / file
    try:
        return found.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EvolutionError(
            f"{found} can't be read: {error.strerror if isinstance(error, OSError) else error}",
            place=place,
            remedy="name a file beside the one that declares the evolution",
        ) from error


def _folder() -> Path:
    """The folder of the file that declares the change: of the first frame that is not of this package."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - who calls is what is asked
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        made = frame.f_code.co_filename.startswith("<")  # a dataclass's own __init__
        if not module.startswith("crossfade.changes.") and not made:
            return Path(frame.f_code.co_filename).resolve().parent
        frame = frame.f_back
    return Path.cwd()
