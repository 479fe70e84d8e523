"""Lints that the steps of `start`, and the tables as they were, tell by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from crossfade.document import Lint
from crossfade.lints.codes import lint
from crossfade.lints.words import WORDS, Words
from crossfade.schema import Column, Table
from crossfade.steps import AddColumn, CopyRows, CopyTree, PublishView, RestoreComplement, Step

LARGE = 64 * 2**20
"""From so many bytes on, rows that are written anew are worth a reviewer's look."""

_TEXT = re.compile(r"(?:var)?(?:char|(?P<bytes>binary))\((?P<length>\d+)\)")


def of_plan(start: Sequence[Step], tables: Sequence[Table], role: str, database: str) -> tuple[Lint, ...]:
    """What the steps of `start`, walked by `role`, and the tables as they were tell by themselves."""
    words = WORDS[database]
    return (
        *_rewrites(start, words),
        *_copies(start, tables, words),
        *_triggers(start, tables, role, words),
        *_column_grants(start, tables),
        *(_prepared(start) if words.prepares else ()),
        *_without_statistics(tables, words),
        *(_long_keys(start, words.longest_key) if words.longest_key is not None else ()),
    )


def _rewrites(start: Sequence[Step], words: Words) -> Iterator[Lint]:
    for step in start:
        if isinstance(step, CopyRows) and step.rows * step.row_bytes >= LARGE:
            megabytes = step.rows * step.row_bytes / 1e6
            yield lint(
                "CF101",
                str(step.table),
                f"the backfill writes about {step.rows:,} rows anew: {megabytes:,.0f} MB of "
                f"{words.versions}, and more than that of {words.log}; in batches, and nobody waits for it",
                f"see that {words.room}, and that {words.cleaning} keeps up",
            )


def _copies(start: Sequence[Step], tables: Sequence[Table], words: Words) -> Iterator[Lint]:
    sizes = {each.name: each.rows * each.row_bytes for each in tables}
    for step in start:
        if isinstance(step, CopyTree):
            bytes_ = sum(sizes.get(each, 0) for each in step.tree.tables)
            if bytes_ >= LARGE:
                yield lint(
                    "CF101",
                    str(step.table),
                    f"the backfill writes once more what {step.tree.source} and the tables under it hold: "
                    f"about {bytes_ / 1e6:,.0f} MB, and more than that of {words.log}; in batches, and "
                    "nobody waits for it",
                    f"see that {words.room}: both copies are there until purge",
                )


def _triggers(start: Sequence[Step], tables: Sequence[Table], role: str, words: Words) -> Iterator[Lint]:
    copied = {step.table: step for step in start if isinstance(step, CopyRows)}
    for table in tables:
        step = copied.get(table.name)
        fired = sorted(each.name for each in table.triggers if each.enabled and "UPDATE" in each.events)
        if step is not None and fired and not step.skip_triggers:
            yield lint(
                "CF104",
                str(table.name),
                f"the backfill of {table.name} will fire {', '.join(fired)}: "
                f"{words.triggers.format(role=role)}",
                words.firing.format(role=role),
            )


def _column_grants(start: Sequence[Step], tables: Sequence[Table]) -> Iterator[Lint]:
    shown = {step.table for step in start if isinstance(step, PublishView)}
    for table in tables:
        grantees = dict.fromkeys(each.grantee or "PUBLIC" for each in table.grants if each.column is not None)
        if table.row_security and grantees and table.name in shown:
            yield lint(
                "CF105",
                str(table.name),
                f"{table.name} has row-level security, so that its new version asks for a privilege on "
                f"every column: {', '.join(grantees)}, with grants on some, can't use it",
                "grant these roles the whole table, or let them stay with the old version until complete",
            )


def _prepared(start: Sequence[Step]) -> Iterator[Lint]:
    for table in dict.fromkeys(step.table for step in start if isinstance(step, AddColumn)):
        yield lint(
            "CF106",
            str(table),
            "a SELECT * that a session has prepared on the server fails once (cached plan must not change "
            "result type), because the table gains a column",
            "let the old application name its columns, or its driver try once more",
        )


def _without_statistics(tables: Sequence[Table], words: Words) -> Iterator[Lint]:
    for table in tables:
        if not table.rows:
            yield lint(
                "CF108",
                str(table.name),
                "the planner knows of no rows: it is empty, or was never analyzed; nothing can be estimated",
                f"{words.analyze} {table.name}",
            )


def _long_keys(start: Sequence[Step], longest: int) -> Iterator[Lint]:
    for step in start:
        if isinstance(step, RestoreComplement):
            key = ", ".join(f"{each.name} {each.type}" for each in step.key)
            if sum(_characters(each) + len('"", ') for each in step.key) > longest:
                yield lint(
                    "CF109",
                    str(step.table),
                    f"the key ({key}) may get longer than the {longest} characters that the journal holds of "
                    "one, as a JSON array: a rollback would end at such a row, with nothing undone",
                    "see that none gets so long while both versions live",
                )


def _characters(column: Column) -> int:
    """How many characters a column's values may have as text; few, for all but texts and bytes."""
    found = _TEXT.match(column.type)
    return int(found["length"]) * (2 if found["bytes"] else 1) if found else 0
