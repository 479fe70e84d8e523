"""What an entry of the suite says: a legacy schema, an evolution of it, and the model of its table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Self

from crossfade import Evolution, errors
from crossfade.changes import Change
from tests.conformance.columns import Column, Row, Side
from tests.conformance.model import Model

EVOLUTION = "conformance"


@dataclass(frozen=True)
class Refused:
    """What `start` raises where a database can't carry an entry: the class, and words of what it says."""

    error: type[errors.Refused]
    words: str


@dataclass(frozen=True)
class Asked:
    """A query by the names of functions and views, and what each version answers: a row for each of the
    table's for which it has one, with the row's number. None where the version has no such thing.
    """

    query: str
    old: Callable[[Row], Row | None] | None
    new: Callable[[Row], Row | None] | None

    def answers(self, side: Side, rows: Sequence[Row]) -> list[Row] | None:
        """What the version of that side answers, where it shows `rows`; None where the query is refused."""
        of = self.old if side == "old" else self.new
        return None if of is None else [found for row in rows if (found := of(row)) is not None]


@dataclass(frozen=True)
class Variant:
    """What an entry has on another database, where that is something else, and why it `differs`: what only
    writes the same in other words needs no reason. Or that it is refused there.
    """

    legacy: str | None = None
    changes: Callable[[str], Sequence[Change]] | None = None
    columns: tuple[Column, ...] | None = None
    conflict: tuple[str, ...] | None = None
    seeds: tuple[Row, ...] | None = None
    indexes: tuple[str, ...] | None = None
    gone: tuple[str, ...] | None = None
    nameless: Mapping[str, str] | None = None
    asked: tuple[Asked, ...] | None = None
    differs: str | None = None
    refused: Refused | None = None


@dataclass(frozen=True)
class Entry:
    """A variant of a change, or a shape of table that changes must fit.

    `legacy` makes the table `table` (and what it needs) in the schema that comes first on the search path;
    `changes` takes the table's name as a user writes it. `columns` are those of both versions, in the
    order of the changes; `conflict` is what an upsert names, `indexes` those that the evolution builds
    besides the legacy ones. `renamed` is the table's name in the new version, and `called` what the old one
    calls those columns (by their names in `columns`) that it calls something else; `gone` are the indexes and
    constraints that go with a column, and `nameless` are checks that become a part of theirs. `asked` is what
    readers ask besides the table, after every write. Where `refused` is given, `start` refuses it. `legacy`
    and the rest are PostgreSQL's; `mariadb` says what differs there.
    """

    name: str
    legacy: str
    changes: Callable[[str], Sequence[Change]]
    columns: tuple[Column, ...]
    table: str = "orders"
    conflict: tuple[str, ...] = ("id",)
    seeds: tuple[Row, ...] = ()
    seed_key: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    renamed: str | None = None
    called: Mapping[str, str] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    nameless: Mapping[str, str] = field(default_factory=dict)
    asked: tuple[Asked, ...] = ()
    differs: str = ""
    refused: Refused | None = None
    mariadb: Variant = Variant()
    plain: bool = False  # views have no defaults of their own

    def on_mariadb(self) -> Self:
        """The entry as MariaDB has it."""
        given = {each.name: getattr(self.mariadb, each.name) for each in fields(Variant)}
        given = {name: value for name, value in given.items() if value is not None}
        return replace(self, **given, plain=True)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The changes that it is about, by name."""
        return tuple(dict.fromkeys(type(change).__name__ for change in self.changes(self.table)))

    def after(self, line: str, quoted: Callable[[str], str]) -> str:
        """A line of the legacy catalogue, as it is once the evolution is completed; `quoted` is how its lines
        have a name.
        """
        names = {old: new for new, old in self.called.items()}
        if self.renamed is not None:
            names[self.table] = self.renamed
        said = {old: quoted(new) for old, new in names.items()}
        return re.sub(r"\w+", lambda word: said.get(word[0], word[0]), line)

    def evolution(self, schema: str) -> Evolution:
        """The evolution, on the table in `schema`; "" and "public" go without saying."""
        quoted = ['"' + part.replace('"', '""') + '"' for part in (schema, self.table)]
        return Evolution(EVOLUTION, changes=self.changes(".".join(quoted[schema in {"", "public"} :])))

    def model(self) -> Model:
        """The model of the empty legacy table."""
        return Model(self.columns, self.seeds, self.seed_key, plain=self.plain)
