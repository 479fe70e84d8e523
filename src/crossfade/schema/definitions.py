"""What is made by a definition in SQL: functions, procedures and views, as they stand and as they will."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crossfade.schema.belongings import Dependent, Grant
from crossfade.schema.columns import Column, TableName

VIEW = "view"
_ROUTINES = ("function", "procedure", "aggregate", "window function")


@dataclass(frozen=True)
class Draft:
    """What a change is to make, as the user wrote it. `signature` are the types that tell a function from
    others of its name, where they are given; `body` is what follows the name in CREATE.
    """

    change: str
    kind: str  # "function", "procedure" or "view"
    schema: str | None
    name: str
    signature: str | None
    body: str
    replaces: bool


@dataclass(frozen=True)
class Definition:
    """A function, a procedure or a view.

    `body` is what follows its name in CREATE. `inputs` are the types of a routine's arguments, of which the
    last `defaults` may be left out; `columns` are a view's. `path` is a search path that a function sets for
    itself, besides what the body says. `grants` are all that is granted, the owner's own included, in their
    order; None: nobody has said anything, and the server's defaults hold. `dependents` are bound to it, and
    would not follow the name.
    """

    kind: str
    name: TableName
    body: str
    inputs: tuple[str, ...] = ()
    defaults: int = 0
    columns: tuple[Column, ...] = ()
    owner: str | None = None
    grants: tuple[Grant, ...] | None = None
    comment: str | None = None
    path: tuple[str, ...] | None = None
    traits: tuple[str, ...] = ()  # what it is besides: its volatility, security definer, security invoker, …
    identity: str = ""  # as the database names it among what depends on something
    owned: bool = True
    extension: str | None = None  # what it is a part of
    dependents: tuple[Dependent, ...] = ()

    @property
    def routine(self) -> bool:
        """Whether it is told from others by its arguments; else it shares names with tables."""
        return self.kind in _ROUTINES

    @property
    def called(self) -> str:
        """What it is called, for people: a function with its types."""
        return f"{self.name}({', '.join(self.inputs)})" if self.routine else str(self.name)

    @property
    def calls(self) -> Iterator[tuple[str, ...]]:
        """The types that it may be called with, by position."""
        for count in range(len(self.inputs) - self.defaults, len(self.inputs) + 1):
            yield self.inputs[:count]


@dataclass(frozen=True)
class Redefinition:
    """What a change makes of a definition: `old` is retired (None: there is none), `new` comes in its place,
    and `shown` is how the namespace of the new version shows it while both versions are live. `path` is where
    names are looked for in `new`, `shown_path` in `shown`; `readers` may use the schema, `may_own` says
    whether the owner may have something new there.
    """

    change: str
    old: Definition | None
    new: Definition
    shown: Definition
    path: tuple[str, ...]
    shown_path: tuple[str, ...]
    readers: tuple[str, ...] = ()
    may_own: bool = True
    reads: tuple[TableName, ...] = ()  # the tables of whose new version a view is made

    @property
    def lends(self) -> bool:
        """Whether the new definition is a view that reads with its owner's rights, whoever reads it."""
        return self.new.kind == VIEW and "security invoker" not in self.new.traits

    @property
    def names(self) -> tuple[str, ...]:
        """What it holds, as the journal tells it: a function apart from a table of its name."""
        suffix = "" if self.new.kind == VIEW else "()"
        return tuple(dict.fromkeys(f"{each.name}{suffix}" for each in (self.old, self.new) if each))


@dataclass(frozen=True)
class StandIn:
    """The new version of a table, as long as it is not there: what definitions are tried on."""

    table: TableName
    shown: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
