"""What an entry of the suite says: a legacy schema, an evolution of it, and the model of its table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from crossfade import Evolution
from crossfade.changes import Change
from tests.conformance.columns import Column, Row
from tests.conformance.model import Model

EVOLUTION = "conformance"


@dataclass(frozen=True)
class Entry:
    """A variant of a change, or a shape of table that changes must fit.

    `legacy` makes the table `table` (and what it needs) in the schema that comes first on the search path;
    `changes` takes the table's name as a user writes it. `columns` are those of both versions, in the
    order of the changes; `conflict` is what an upsert names, `indexes` those that the evolution builds
    besides the legacy ones. `renamed` is the table's name in the new version, and `called` what the old one
    calls those columns (by their names in `columns`) that it calls something else; `gone` are the indexes and
    constraints that go with a column.
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

    @property
    def kinds(self) -> tuple[str, ...]:
        """The changes that it is about, by name."""
        return tuple(dict.fromkeys(type(change).__name__ for change in self.changes(self.table)))

    def after(self, line: str) -> str:
        """A line of the legacy catalogue, as it is once the evolution is completed."""
        names = {old: new for new, old in self.called.items()}
        if self.renamed is not None:
            names[self.table] = self.renamed
        quoted = {
            old: new if re.fullmatch("[a-z_]+", new) else '"' + new.replace('"', '""') + '"'
            for old, new in names.items()
        }
        return re.sub(r"\w+", lambda word: quoted.get(word[0], word[0]), line)

    def evolution(self, schema: str) -> Evolution:
        """The evolution, on the table in `schema`."""
        quoted = ['"' + part.replace('"', '""') + '"' for part in (schema, self.table)]
        return Evolution(EVOLUTION, changes=self.changes(".".join(quoted[schema == "public" :])))

    def model(self) -> Model:
        """The model of the empty legacy table."""
        return Model(self.columns, self.seeds, self.seed_key)
