"""Steps that seed rows and take them back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from crossfade.phases import Phase
from crossfade.schema import TableName
from crossfade.steps.step import Mode, Step, Tally


@dataclass(frozen=True)
class SeedRows(Step):
    """Insert, through the new version, the rows that are not there yet; `rows` are JSON objects.

    Rows which a rollback had taken away come back as they were.
    """

    phase = Phase.PUBLISH
    mode = Mode.ALONE
    evolution: str
    table: TableName
    namespace: str
    key: tuple[str, ...]
    rows: tuple[str, ...]
    columns: tuple[str, ...]  # the new version's columns that can be inserted
    references: tuple[tuple[TableName, tuple[str, ...], tuple[str, ...]], ...]  # (table, its columns, ours)
    name: str | None = None  # of the view in the namespace, where it is not the table's
    found_by: tuple[str, ...] = ()  # the new version's names of the table's key, where it shows that

    @property
    def view(self) -> TableName:
        """What shows the new version."""
        return TableName(self.namespace, self.name or self.table.name)

    @property
    def title(self) -> str:
        return f"seed {len(self.rows)} rows of {self.table}"

    def undo(self) -> Step:
        return UnseedRows(
            self.evolution,
            self.table,
            self.namespace,
            self.key,
            self.references,
            self.name,
            self.columns,
            self.found_by,
        )

    def tell(self, tally: Tally) -> dict[str, Any]:
        return {"seeded": tally.changed}


@dataclass(frozen=True)
class UnseedRows(Step):
    """Take seeded rows away, but none that the application has changed since or refers to. `columns` are
    those by which a change is seen, for a server that compares no whole rows; `found_by` is as in `SeedRows`,
    for one that locks each row that it looks at.
    """

    phase = Phase.CLOSE
    mode = Mode.ALONE
    evolution: str
    table: TableName
    namespace: str
    key: tuple[str, ...]
    references: tuple[tuple[TableName, tuple[str, ...], tuple[str, ...]], ...]
    name: str | None = None
    columns: tuple[str, ...] = ()
    found_by: tuple[str, ...] = ()

    @property
    def view(self) -> TableName:
        """What shows the new version."""
        return TableName(self.namespace, self.name or self.table.name)

    @property
    def title(self) -> str:
        return f"take back the untouched seeds of {self.table}"

    def tell(self, tally: Tally) -> dict[str, Any]:
        return taken_back(tally)


def taken_back(tally: Tally) -> dict[str, Any]:
    """What the outcome says of seeds that were taken back."""
    removed = [json.loads(key) for key, state in sorted(tally.returned) if state == "removed"]
    kept = sum(state == "left" for _, state in tally.returned)
    return {"removed_seeds": removed, "seeds_kept": kept}
