"""Lints about foreign keys that no index serves."""

from __future__ import annotations

from collections.abc import Sequence

from crossfade.document import Lint
from crossfade.lints.codes import lint
from crossfade.schema import ForeignKey, Table, TableName
from crossfade.steps import CreateIndex, Step


def of_keys(start: Sequence[Step], tables: Sequence[Table], around: Sequence[Table]) -> tuple[Lint, ...]:
    """Foreign keys of the tables, to them, and of `start`, whose columns no index begins with. `around` are
    the tables that refer to those of the evolution.
    """
    known = {each.name: each for each in (*tables, *around)}
    keys = [
        *(key for table in tables for key in (*table.foreign_keys, *table.referenced_by)),
        *(key for step in start if isinstance(key := getattr(step, "key", None), ForeignKey)),
    ]
    built = [(step.table, step.index.columns) for step in start if isinstance(step, CreateIndex)]
    return tuple(
        lint(
            "CF102",
            f"{key.table}.{','.join(key.columns)}",
            f"no index begins with the columns of foreign key {key.name}: each DELETE in {key.target}, and "
            f"each UPDATE of its key, reads all of {key.table}",
            f"build an index on ({', '.join(key.columns)})",
        )
        for key in dict.fromkeys(keys)
        if key.table in known and not _served(key, known[key.table], built)
    )


def _served(key: ForeignKey, table: Table, built: Sequence[tuple[TableName, tuple[str, ...]]]) -> bool:
    whole = [each for each in table.indexes if each.valid and each.predicate is None and not each.expressions]
    heads = [each.columns for each in whole]
    heads += [columns for of, columns in built if of == key.table]
    wanted = set(key.columns)
    return any(set(columns[: len(wanted)]) == wanted for columns in heads)
