"""What every change is, and the parts that it compiles to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from crossfade.lens import RowLens
from crossfade.schema import Redefinition, Schema, Table, TableName
from crossfade.steps import (
    AskExpression,
    AskForeignKey,
    AskIndex,
    AskStanding,
    Counted,
    CountLookups,
    CountOthers,
    CountUnmapped,
    InstallLookup,
    Step,
    ViewColumn,
)
from crossfade.tree import TreeLens

Question = CountUnmapped | AskExpression | AskForeignKey | AskIndex | Counted | CountLookups | CountOthers


@dataclass(frozen=True)
class Shown:
    """How a table's new version differs: `column` of the old version is left out (None: nothing
    is), and `by` is shown in its place (None: nothing is).
    """

    table: TableName
    column: str | None
    by: ViewColumn | None


@dataclass(frozen=True)
class Parts:
    """What a change compiles to. Everything about rows follows from its lenses.

    Its structure steps are those of `start`, of `complete` (whose undos are most of `revert`), of
    `purge`, and two kinds for `revert`: `recreate` makes again what purge dropped, `revive` makes the
    retired side whole.

    `sync` are those of its start's steps that belong to the sync: they go with it at `complete`, and come
    back with it; `again` are those that `revert` repeats before. `made` are the tables that start makes;
    `standing` is what `verify` asks for besides the rows. `redefined` are functions and views that get
    another definition, from which all about them follows.
    """

    start: tuple[Step, ...] = ()
    complete: tuple[Step, ...] = ()
    purge: tuple[Step, ...] = ()
    recreate: tuple[Step, ...] = ()
    revive: tuple[Step, ...] = ()
    sync: tuple[InstallLookup, ...] = ()
    again: tuple[Step, ...] = ()
    made: tuple[Table, ...] = ()
    lenses: tuple[RowLens, ...] = ()
    trees: tuple[TreeLens, ...] = ()
    shown: tuple[Shown, ...] = ()
    checks: tuple[Question, ...] = ()
    standing: tuple[AskStanding, ...] = ()
    redefined: tuple[Redefinition, ...] = ()
    notes: tuple[str, ...] = ()


class Change(Protocol):
    """One schema refactoring, as the user declares it: a frozen dataclass, one file each.

    `compile` is pure. It raises Refused, or a subclass, for what can be refused from the schema.
    """

    @property
    def title(self) -> str:
        """The change as a user would name it, for messages: `OpenEnum orders.status`."""
        ...

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables it touches, as the user wrote them."""
        ...

    @property
    def looks_at(self) -> tuple[str, ...]:
        """Tables that it must know of and leaves as they are."""
        ...

    @property
    def claims(self) -> tuple[str, ...]:
        """The columns of its table that it claims, or WHOLE_TABLE for the table's name: no other change may
        claim them. One that claims none is about the new version, and is compiled once the others have said
        what that is.
        """
        ...

    def compile(self, schema: Schema, evolution: str) -> Parts:
        """The change's parts on this schema."""
        ...
