"""What a write costs the applications while both versions are live, against the same write before.

Four databases take each statement in turn: the legacy one; one with the columns and indexes that the
evolution adds but without its triggers, which tells what the new shape alone costs; and two that are live,
one for the old application, one for the new. Each has a table of its own, so that all grow alike.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

import psycopg

from benchmarks.comparison import Comparison, Figures
from benchmarks.stage import TABLE, Stage, connect

Values = tuple[object, ...]

ROUNDS = 10
STATEMENTS = 200  # of each kind, on each database, in each round
WARM_UP = 20  # the driver prepares a statement when it sees it for the sixth time
BULK_ROUNDS = 5
BULK_ROWS = 50_000

COLUMNS = f"INSERT INTO {TABLE} (owner_id, name, description, workflow_type, category, default_params)"
PARAMETERS = '{"model": "small-4k", "temperature": 0.7, "max_tokens": 1024, "stop": ["###"]}'
INSERT = f"{COLUMNS} VALUES (%s, %s, 'Be brief, then thorough.', %s, 'support', '{PARAMETERS}')"
UPDATE_OTHER = f"UPDATE {TABLE} SET usage_count = usage_count + 1 WHERE id = %s"
UPDATE_EVOLVED = f"UPDATE {TABLE} SET workflow_type = %s WHERE id = %s"


def bulk(types: str) -> str:
    """One statement that inserts many rows; `types` is an array of four, used in turn."""
    return (
        f"{COLUMNS} SELECT n % 100, 'Imported ' || n, 'Be brief, then thorough.', ({types})[n % 4 + 1], "
        f"'support', '{PARAMETERS}'::jsonb FROM generate_series(1, {BULK_ROWS}) n"
    )


OLD_BULK = bulk("ARRAY['plain', 'rag', 'tools', 'full']::workflowtype[]")
NEW_BULK = bulk("ARRAY['simple_chat', 'rag_chat', 'function_chat', 'medical_chat']")


class WriteFigures(Figures):
    """Milliseconds of one kind of statement, compared with the legacy database's.

    `structure` has the columns and indexes without the sync; `old` and `new` are the two applications
    while both versions are live.
    """

    write: str
    rows: int
    structure: Comparison
    old: Comparison
    new: Comparison


@dataclass(frozen=True)
class Write:
    """A kind of single-row statement, and its parameters for the i-th execution on either side."""

    title: str
    statement: str
    old: Callable[[int], Values]
    new: Callable[[int], Values]


@dataclass(frozen=True)
class Target:
    """A database, as one of the two applications writes to it."""

    connection: psycopg.Connection[Any]
    new: bool = False

    def take(self, write: Write, i: int) -> float:
        """The milliseconds of the i-th execution of a kind of statement."""
        return self.milliseconds(write.statement, (write.new if self.new else write.old)(i))

    def milliseconds(self, statement: str, values: Values | None = None) -> float:
        """How long the application waits for the statement and its commit."""
        began = time.perf_counter()
        self.connection.execute(statement, values)
        return (time.perf_counter() - began) * 1_000


def measure(stage: Stage, rows: int) -> tuple[WriteFigures, ...]:
    """Single statements, then bulk inserts, into tables that held `rows` rows."""
    with _targets(stage, rows) as targets:
        found = []
        for write in _writes(_plain_ids(targets[0].connection)):
            stage.say(f"{write.title}: {STATEMENTS * ROUNDS:,} on each side")
            stage.checkpoint()
            found.append(_compared(write.title, rows, _singles(write, targets)))
        title = f"INSERT of {BULK_ROWS:,} rows"
        stage.say(f"{title}: {BULK_ROUNDS} on each side")
        stage.checkpoint()
        found.append(_compared(title, rows, _bulks(targets)))
        return tuple(found)


@contextmanager
def _targets(stage: Stage, rows: int) -> Iterator[tuple[Target, ...]]:
    """The legacy database, the one without sync, and the two live ones, in the order of `WriteFigures`."""
    with ExitStack() as stack:
        databases = [stack.enter_context(stage.copy(stage.legacy(rows)))]
        databases += [stack.enter_context(stage.copy(stage.live(rows))) for _ in range(3)]
        _unsynced(stage, databases[1])
        yield tuple(
            Target(stack.enter_context(connect(url, new=number == 3)), number == 3)
            for number, url in enumerate(databases)
        )


def _unsynced(stage: Stage, url: str) -> None:
    with connect(url) as connection:
        found = connection.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE '~crossfade%%'",
            [TABLE],
        ).fetchall()
    assert found
    for (name,) in found:
        stage.execute(url, f'DROP TRIGGER "{name}" ON {TABLE}')


def _plain_ids(connection: psycopg.Connection[Any]) -> list[int]:
    """The templates of type plain, well mixed."""
    query = f"SELECT id FROM {TABLE} WHERE workflow_type = 'plain' ORDER BY hashint8(id), id"
    ids = [row[0] for row in connection.execute(query)]
    assert len(ids) >= ROUNDS * STATEMENTS + WARM_UP, "a type is changed only once"
    return ids


def _writes(ids: Sequence[int]) -> tuple[Write, ...]:
    return (
        Write(
            "INSERT of one row",
            INSERT,
            lambda i: (i % 100, f"Created {i}", "rag"),
            lambda i: (i % 100, f"Created {i}", "rag_chat"),
        ),
        Write("UPDATE of another column", UPDATE_OTHER, lambda i: (ids[i],), lambda i: (ids[i],)),
        Write(
            "UPDATE of the evolved column",
            UPDATE_EVOLVED,
            lambda i: ("rag", ids[i]),
            lambda i: ("rag_chat", ids[i]),
        ),
    )


def _singles(write: Write, targets: Sequence[Target]) -> list[list[float]]:
    """The median of each target in each round; within it, each takes every statement in turn."""
    found: list[list[float]] = [[] for _ in range(ROUNDS)]
    for i in range(WARM_UP):
        for target in targets:
            target.take(write, i)
    for number, medians in enumerate(found):
        first = WARM_UP + number * STATEMENTS
        took: list[list[float]] = [[] for _ in targets]
        for i in range(first, first + STATEMENTS):
            for place in range(len(targets)):
                turn = (i + place) % len(targets)  # none is always the first to find the caches cold
                took[turn].append(targets[turn].take(write, i))
        medians.extend(median(times) for times in took)
    return found


def _bulks(targets: Sequence[Target]) -> list[list[float]]:
    return [
        [target.milliseconds(NEW_BULK if target.new else OLD_BULK) for target in targets]
        for _ in range(BULK_ROUNDS)
    ]


def _compared(title: str, rows: int, found: Sequence[Sequence[float]]) -> WriteFigures:
    """Figures of each round, one for each target, as comparisons with the first target."""
    legacy, structure, old, new = zip(*found, strict=True)
    return WriteFigures(
        write=title,
        rows=rows,
        structure=Comparison.of(legacy, structure),
        old=Comparison.of(legacy, old),
        new=Comparison.of(legacy, new),
    )
