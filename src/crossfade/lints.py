"""Lints: what a reviewer should look at before `start`, each with a code, and accepted with a reason.

Pure: they are found in the plan's steps, the tables, the statements and what the database answered.
docs/lints.md has a section for each code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crossfade import names
from crossfade.document import Lint
from crossfade.errors import EvolutionError
from crossfade.reports import PlannedStep
from crossfade.schema import Column, ForeignKey, Table, TableName
from crossfade.steps import (
    AddColumn,
    CopyRows,
    CopyTree,
    CreateIndex,
    PublishView,
    RestoreComplement,
    Step,
)

LARGE = 64 * 2**20
"""From so many bytes on, rows that are written anew are worth a reviewer's look."""

LONG = 5.0
"""From so many seconds on, an open transaction is worth a reviewer's look."""

_TEXT = re.compile(r"(?:var)?(?:char|(?P<bytes>binary))\((?P<length>\d+)\)")

_NAMED = 4  # tables that a place names

LOCKING = ("SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE")  # against writes

CODES = {
    "CF101": "a rewrite",
    "CF102": "an unindexed foreign key",
    "CF103": "a long lock",
    "CF104": "a trigger that will fire",
    "CF105": "grants by column under row-level security",
    "CF106": "a SELECT * that fails once",
    "CF107": "a transaction in the way",
    "CF108": "a table without statistics",
    "CF109": "a key that may be too long",
    "CF110": "sessions in the namespace",
}
NOTES = frozenset({"CF106", "CF108"})
"""Codes of what is good to know; all others are warnings."""


@dataclass(frozen=True)
class _Words:
    """What is said of a database: what rows that are written anew are to it, its log, where there must be
    room for them, and what clears away after them; why triggers can't be kept from firing, and what may be
    done; how a table is analyzed. `prepares`: what a session has prepared fails once its table has a column
    more. `longest_key`: the characters of a row's key, as a JSON array, that the journal holds.
    """

    versions: str
    log: str
    room: str
    cleaning: str
    triggers: str
    firing: str
    analyze: str
    prepares: bool
    longest_key: int | None = None


_POSTGRESQL = _Words(
    "new row versions",
    "write-ahead log",
    "disk, archive and replicas have room for it",
    "autovacuum",
    "role {role} may not set session_replication_role",
    "GRANT SET ON PARAMETER session_replication_role TO {role} (PostgreSQL 15 or later), or see that they "
    "may fire for every row, and for every batch",
    "ANALYZE",
    prepares=True,
)
_MARIADB = _Words(
    "rows",
    "redo, undo and binary log",
    "disk, binary log and replicas have room for it",
    "purge",
    "the server has no way to keep them from it",
    "see that they may fire for every row, and for every batch; one that asks whether @crossfade_sync is "
    "'off' can leave these writes alone",
    "ANALYZE TABLE",
    prepares=False,
    longest_key=380,
)
_WORDS = {"postgresql": _POSTGRESQL, "mariadb": _MARIADB, "mysql": _MARIADB}


def check_accepted(accepted: Mapping[str, str], place: str) -> None:
    """Raises EvolutionError for a code that is none, and for an acceptance without a reason."""
    for key, reason in accepted.items():
        code = key.partition(" ")[0]
        if code not in CODES:
            raise EvolutionError(
                f"accept= names {code!r}, which is no lint", place=place, remedy=names.nearest(code, CODES)
            )
        if not reason.strip():
            raise EvolutionError(
                f"accept= gives no reason for {key!r}", place=place, remedy="say why it is fine, in words"
            )


def silenced(found: Iterable[Lint], accepted: Mapping[str, str]) -> tuple[Lint, ...]:
    """The lints, those that are accepted with the reason: by code and place, or by code alone."""
    return tuple(each.model_copy(update={"silenced": _reason(each, accepted)}) for each in found)


def of_plan(start: Sequence[Step], tables: Sequence[Table], role: str, database: str) -> tuple[Lint, ...]:
    """What the steps of `start`, walked by `role`, and the tables as they were tell by themselves."""
    words = _WORDS[database]
    return (
        *_rewrites(start, words),
        *_copies(start, tables, words),
        *_triggers(start, tables, role, words),
        *_column_grants(start, tables),
        *(_prepared(start) if words.prepares else ()),
        *_without_statistics(tables, words),
        *(_long_keys(start, words.longest_key) if words.longest_key is not None else ()),
    )


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
        _lint(
            "CF102",
            f"{key.table}.{','.join(key.columns)}",
            f"no index begins with the columns of foreign key {key.name}: each DELETE in {key.target}, and "
            f"each UPDATE of its key, reads all of {key.table}",
            f"build an index on ({', '.join(key.columns)})",
        )
        for key in dict.fromkeys(keys)
        if key.table in known and not _served(key, known[key.table], built)
    )


def of_statements(command: str, steps: Sequence[PlannedStep]) -> tuple[Lint, ...]:
    """Statements that somebody waits for as long as they take, rather than for a moment."""
    return tuple(
        _lint(
            "CF103",
            f"{command}: {step.title}",
            f"{statement.lock} blocks {statement.blocks} for as long as the statement takes",
            "run it when little is written, or do this part by hand before",
        )
        for step in steps
        for statement in step.statements
        if statement.lock in LOCKING and not statement.blocks.endswith("briefly")
    )


def of_held(tables: Sequence[TableName], who: str, seconds: float | None) -> tuple[Lint, ...]:
    """A transaction that holds locks on one of the tables, right now, and has been open for so long."""
    if seconds is None or seconds < LONG:
        return ()
    more = len(tables) - _NAMED
    return (
        _lint(
            "CF107",
            ", ".join(map(str, tables[:_NAMED])) + (f" and {more} more" if more > 0 else ""),
            f"a transaction has held locks there for {seconds:.0f} s ({who}); what needs a "
            "strong lock gives up in time, and tries again until it ends",
            "let it end, or start later; nobody queues behind the tries for long",
        ),
    )


def of_sessions(namespaces: Sequence[str], sessions: int) -> tuple[Lint, ...]:
    """Sessions that are at home in a namespace which `purge` is about to drop."""
    if not sessions:
        return ()
    are = "1 session has" if sessions == 1 else f"{sessions} sessions have"
    return (
        _lint(
            "CF110",
            ", ".join(namespaces),
            f"{are} this database for a home, right now: once purge has dropped it, they find no table",
            "let these applications connect to the plain database first",
        ),
    )


def _rewrites(start: Sequence[Step], words: _Words) -> Iterator[Lint]:
    for step in start:
        if isinstance(step, CopyRows) and step.rows * step.row_bytes >= LARGE:
            megabytes = step.rows * step.row_bytes / 1e6
            yield _lint(
                "CF101",
                str(step.table),
                f"the backfill writes about {step.rows:,} rows anew: {megabytes:,.0f} MB of "
                f"{words.versions}, and more than that of {words.log}; in batches, and nobody waits for it",
                f"see that {words.room}, and that {words.cleaning} keeps up",
            )


def _copies(start: Sequence[Step], tables: Sequence[Table], words: _Words) -> Iterator[Lint]:
    sizes = {each.name: each.rows * each.row_bytes for each in tables}
    for step in start:
        if isinstance(step, CopyTree):
            bytes_ = sum(sizes.get(each, 0) for each in step.tree.tables)
            if bytes_ >= LARGE:
                yield _lint(
                    "CF101",
                    str(step.table),
                    f"the backfill writes once more what {step.tree.source} and the tables under it hold: "
                    f"about {bytes_ / 1e6:,.0f} MB, and more than that of {words.log}; in batches, and "
                    "nobody waits for it",
                    f"see that {words.room}: both copies are there until purge",
                )


def _triggers(start: Sequence[Step], tables: Sequence[Table], role: str, words: _Words) -> Iterator[Lint]:
    copied = {step.table: step for step in start if isinstance(step, CopyRows)}
    for table in tables:
        step = copied.get(table.name)
        fired = sorted(each.name for each in table.triggers if each.enabled and "UPDATE" in each.events)
        if step is not None and fired and not step.skip_triggers:
            yield _lint(
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
            yield _lint(
                "CF105",
                str(table.name),
                f"{table.name} has row-level security, so that its new version asks for a privilege on "
                f"every column: {', '.join(grantees)}, with grants on some, can't use it",
                "grant these roles the whole table, or let them stay with the old version until complete",
            )


def _prepared(start: Sequence[Step]) -> Iterator[Lint]:
    for table in dict.fromkeys(step.table for step in start if isinstance(step, AddColumn)):
        yield _lint(
            "CF106",
            str(table),
            "a SELECT * that a session has prepared on the server fails once (cached plan must not change "
            "result type), because the table gains a column",
            "let the old application name its columns, or its driver try once more",
        )


def _without_statistics(tables: Sequence[Table], words: _Words) -> Iterator[Lint]:
    for table in tables:
        if not table.rows:
            yield _lint(
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
                yield _lint(
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


def _served(key: ForeignKey, table: Table, built: Sequence[tuple[TableName, tuple[str, ...]]]) -> bool:
    whole = [each for each in table.indexes if each.valid and each.predicate is None and not each.expressions]
    heads = [each.columns for each in whole]
    heads += [columns for of, columns in built if of == key.table]
    wanted = set(key.columns)
    return any(set(columns[: len(wanted)]) == wanted for columns in heads)


def _lint(code: str, place: str, fact: str, remedy: str) -> Lint:
    return Lint(code=code, title=CODES[code], place=place, fact=fact, remedy=remedy, warns=code not in NOTES)


def _reason(lint: Lint, accepted: Mapping[str, str]) -> str | None:
    here = (f"{lint.code} {place}" for place in (lint.place, lint.place.removeprefix("public.")))
    return next((accepted[key] for key in (*here, lint.code) if key in accepted), None)
