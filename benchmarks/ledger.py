"""Eight tables that become two, the case `run_ledger`: the backfill, the old application's writes, reading.

The backfill is compared with a single statement by hand for each target (`ledger_by_hand.sql`): the same
columns, the children grouped once and joined by hash. Commits of the writes wait for the disk: `fsync` is on
while they are measured, as on any server that is to keep what it was told.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import psycopg
import typer
from rich.console import Console

from benchmarks.comparison import Comparison, Figures
from benchmarks.stage import SETTINGS, BackfillBegins, Halt, Stage, connect
from crossfade import commands
from crossfade.casebook.run_ledger import data
from crossfade.casebook.run_ledger.evolution import evolution
from crossfade.progress import Silent
from crossfade.testing import embedded_postgresql

ROUNDS = 3
WRITE_ROUNDS = 8
STATEMENTS = 100
WRITERS = 8
SECONDS = 4.0
READS = 300
COUNTED = ("rows", "steps", "children")

INSERT = (
    "INSERT INTO workflow_events (step_id, kind, message, payload) "
    "VALUES (%s, 'noted', 'The member id has changed.', '{\"by\": \"old\", \"score\": 12.50}')"
)
PARENTS = ("workflow_trace", "workflow_steps")
TARGETS = ("user_workflow_run", "user_workflow_run_step")

OF_STEPS = (
    "SELECT c.* FROM {} AS c JOIN workflow_steps AS s ON s.id = c.step_id WHERE s.trace_id = %s ORDER BY {}"
)
EIGHT = (
    "SELECT * FROM workflow_trace WHERE id = %s",
    "SELECT * FROM workflow_trace_context WHERE trace_id = %s ORDER BY key",
    "SELECT * FROM workflow_trace_endpoint WHERE trace_id = %s ORDER BY called_at, id",
    "SELECT * FROM workflow_steps WHERE trace_id = %s ORDER BY step_number, id",
    OF_STEPS.format("workflow_events", "c.step_id, c.occurred_at, c.id"),
    OF_STEPS.format("workflow_trace_screenshot", "c.step_id, c.taken_at, c.id"),
    OF_STEPS.format("workflow_data_bindings", "c.step_id, c.id"),
    OF_STEPS.format("workflow_step_retries", "c.step_id, c.attempt, c.id"),
)
TWO = (
    "SELECT * FROM user_workflow_run AS r LEFT JOIN user_workflow_run_step AS s ON s.run_id = r.run_id "
    "WHERE r.legacy_trace_id = %s ORDER BY s.step_number, s.step_id"
)


class LedgerFigures(Figures):
    """What was measured: `backfill` in rows a second by hand and by Crossfade, by target; `insert`
    in milliseconds of a committed event of the old application, `blocks` of one among many on the same side,
    `cold` of one that is the first to touch most of its pages, `writers` in events a second of several at
    once; `read` in milliseconds of one whole execution; `megabytes` on disk, before and after, with indexes.
    """

    rows: int
    steps: int
    children: int
    backfill: tuple[tuple[str, Comparison], ...]
    insert: Comparison
    blocks: Comparison
    cold: Comparison
    writers: Comparison
    read: Comparison
    megabytes: tuple[float, float]


def measure(stage: Stage, rows: int) -> LedgerFigures:
    """All of it, on `rows` traces."""
    legacy = stage.other(f"ledger_{rows}", "template1", lambda url: _build(url, rows))
    halted = stage.other(f"ledger_halted_{rows}", legacy, _halt)
    live = stage.other(f"ledger_live_{rows}", legacy, lambda url: commands.start(evolution, url))
    filled = _backfill(stage, halted)
    with stage.copy(legacy) as bare, stage.copy(live) as synced, _durable(stage):
        cold = _inserts(stage, bare, synced)
    with stage.copy(legacy) as bare, stage.copy(live) as synced, _durable(stage):
        for url in (bare, synced):
            _warm(url)
        insert = _inserts(stage, bare, synced)
        blocks = _inserts(stage, bare, synced, block=STATEMENTS)
        writers = _writers(stage, bare, synced)
    with stage.copy(live) as url, connect(url) as connection:
        counts = {name: _one(connection, f"SELECT count(*) FROM {name}") for name in data.NUMBERED}
        read = _reads(stage, connection)
        size = (_megabytes(connection, data.NUMBERED), _megabytes(connection, TARGETS))
    return LedgerFigures(
        rows=rows,
        steps=int(counts["workflow_steps"]),
        children=int(sum(counts[name] for name in data.NUMBERED if name not in PARENTS)),
        backfill=filled,
        insert=insert,
        blocks=blocks,
        cold=cold,
        writers=writers,
        read=read,
        megabytes=size,
    )


class _Stopwatch(Silent):
    """Notes how long each backfill took, by its title."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def ended(self, title: str, seconds: float) -> None:
        """Note the seconds of a step."""
        self.seconds[title] = seconds


def _build(url: str, rows: int) -> None:
    with connect(url) as connection:
        data.build(connection, rows)


def _halt(url: str) -> None:
    with suppress(BackfillBegins):
        commands.start(evolution, url, observer=Halt())


def _backfill(stage: Stage, halted: str) -> tuple[tuple[str, Comparison], ...]:
    """Rows a second of each target by hand, and by Crossfade."""
    by_hand_ = (Path(__file__).parent / "ledger_by_hand.sql").read_text(encoding="utf-8").split(";\n")[:-1]
    by_hand: dict[str, list[float]] = {each: [] for each in TARGETS}
    by_step: dict[str, list[float]] = {each: [] for each in TARGETS}
    for number in range(1, ROUNDS + 1):
        stage.say(f"backfill of the ledger, round {number} of {ROUNDS}")
        with stage.copy(halted) as url, connect(url) as connection:
            connection.execute("SET crossfade.sync = 'off'")  # the targets are closed to anybody else
            for target, statement in zip(TARGETS, by_hand_, strict=True):
                began = time.perf_counter()
                connection.execute(statement.encode())
                took = time.perf_counter() - began
                by_hand[target].append(_one(connection, f"SELECT count(*) FROM {target}") / took)
                connection.execute(f"ANALYZE {target}".encode())
        with stage.copy(halted) as url:
            stopwatch = _Stopwatch()
            commands.start(evolution, url, observer=stopwatch)
            with connect(url) as connection:
                for target in TARGETS:
                    took = stopwatch.seconds[f"backfill public.{target}"]
                    by_step[target].append(_one(connection, f"SELECT count(*) FROM {target}") / took)
    return tuple((each, Comparison.of(by_hand[each], by_step[each])) for each in TARGETS)


@contextmanager
def _durable(stage: Stage) -> Iterator[None]:
    """Commits wait for the disk."""
    for value in ("on", "off"):
        stage.execute(stage.server.url, f"ALTER SYSTEM SET fsync = {value}")
        stage.execute(stage.server.url, "SELECT pg_reload_conf()")
        stage.checkpoint()
        if value == "on":
            yield


_BY_INDEX = """
SELECT format('SELECT count(every) FROM (SELECT * FROM %s ORDER BY %s OFFSET 0) AS every',
    i.indrelid::regclass,
    (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.n)
     FROM unnest(i.indkey) WITH ORDINALITY AS k(number, n)
     JOIN pg_attribute AS a ON (a.attrelid, a.attnum) = (i.indrelid, k.number)))
FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid JOIN pg_am AS m ON m.oid = x.relam
WHERE x.relnamespace = 'public'::regnamespace AND m.amname = 'btree'
"""
_ONLY_BY_INDEX = "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off"


def _warm(url: str) -> None:
    """Have the server read all rows by each of their indexes: what is at work has its pages in memory."""
    with connect(url) as connection:
        connection.execute(_ONLY_BY_INDEX)
        for (query,) in connection.execute(_BY_INDEX).fetchall():
            connection.execute(query)


def _inserts(stage: Stage, bare: str, synced: str, block: int = 1) -> Comparison:
    """Milliseconds of one committed event, `block` of them on either database in turn."""
    stage.say(f"one event a transaction: {WRITE_ROUNDS * STATEMENTS} on each side")
    rounds: list[list[float]] = [[], []]
    with connect(bare) as one, connect(synced) as other:
        steps = _steps(one)
        for number in range(WRITE_ROUNDS + 1):
            took: list[list[float]] = [[], []]
            for start in range(0, STATEMENTS, block):
                for side, connection in enumerate((one, other)):
                    for i in range(start, start + block):
                        step = steps[(number * STATEMENTS + i) % len(steps)]
                        began = time.perf_counter()
                        connection.execute(INSERT, [step])
                        took[side].append((time.perf_counter() - began) * 1_000)
            if number:  # the first round is for the caches, and for the driver to prepare the statement
                for side in (0, 1):
                    rounds[side].append(median(took[side]))
    return Comparison.of(*rounds)


def _writers(stage: Stage, bare: str, synced: str) -> Comparison:
    """Events a second of several writers at once."""
    stage.say(f"{WRITERS} writers at once")
    found: list[list[float]] = [[], []]
    for _ in range(ROUNDS):
        for side, url in enumerate((bare, synced)):
            found[side].append(_throughput(url))
    return Comparison.of(*found)


def _throughput(url: str) -> float:
    done = [0] * WRITERS
    over = threading.Event()

    def write(number: int) -> None:
        with connect(url) as connection:
            steps = _steps(connection)[number::WRITERS]
            while not over.is_set():
                connection.execute(INSERT, [steps[done[number] % len(steps)]])
                done[number] += 1

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for each in threads:
        each.start()
    over.wait(SECONDS)
    over.set()
    for each in threads:
        each.join()
    return sum(done) / SECONDS


def _reads(stage: Stage, connection: psycopg.Connection[Any]) -> Comparison:
    """Milliseconds of one whole execution: eight statements of the old shape, one of the new."""
    stage.say(f"{READS} whole executions in either shape")
    traces = [
        row[0]
        for row in connection.execute(f"SELECT id FROM workflow_trace ORDER BY hashint8(id) LIMIT {READS}")
    ]
    rounds: list[list[float]] = [[], []]
    for number in range(ROUNDS + 1):
        took: list[list[float]] = [[], []]
        for trace in traces:
            for side, statements in enumerate((EIGHT, (TWO,))):
                began = time.perf_counter()
                for each in statements:
                    connection.execute(each.encode(), [trace]).fetchall()
                took[side].append((time.perf_counter() - began) * 1_000)
        if number:
            for side in (0, 1):
                rounds[side].append(median(took[side]))
    return Comparison.of(*rounds)


def _steps(connection: psycopg.Connection[Any]) -> list[int]:
    """Steps, well mixed."""
    query = "SELECT id FROM workflow_steps ORDER BY hashint8(id), id LIMIT 20000"
    return [row[0] for row in connection.execute(query)]


def _megabytes(connection: psycopg.Connection[Any], tables: Sequence[str]) -> float:
    sizes = ", ".join(f"pg_total_relation_size('{each}')" for each in tables)
    return _one(connection, f"SELECT (SELECT sum(s) FROM unnest(ARRAY[{sizes}]) AS s) / 1e6")


def _one(connection: psycopg.Connection[Any], query: str) -> float:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return float(row[0])


PAGE = Path(__file__).parent.parent / "docs" / "benchmarks-consolidate.md"
HEAD = """\
# Benchmarks: eight tables become two

Every figure on this page is of one run of

    {command}

The data is that of the case `run_ledger`: {rows:,} traces, {steps:,} steps, {children:,} rows in six
child tables. Both sides of a comparison are measured in the same run, in alternation, on copies of one
database. Figures are medians over the rounds, a ratio is the median of the rounds' own ratios, with the
lowest and the highest in brackets. The machine has {cores} cores and runs {server}; `fsync` is off but where
the writes are measured.

| what | by hand, or before | Crossfade, or live | ratio |
| --- | ---: | ---: | ---: |
"""
TAIL = """
A backfill's ratio is its speed against the statement by hand, which holds its locks and its transaction
for all of that time; more than 1 is faster. It is written over two connections, the statement over one.
An event is inserted and committed by the old application, alone, one on either side in turn, and by
{writers} at once; less is better in milliseconds, more in events. The second line of it is of {statements} on
the one side, then as many on the other: how long a processor sleeps, and what it still knows when it wakes,
is each side's own there, and where one has little to do between two waits for the disk it hardly sleeps. The
tables' pages and those of their indexes are in the server's memory, as those are that a system at work writes
to; the third line is of databases that were copied just before, where a step chosen at random lies on pages
that are read, and made room for, for the first time: one of the child's on either side, and six of the
target's. A whole execution is read by eight statements of the old shape, and by one of the new.

On disk, with all indexes: {before:,.0f} MB in eight tables, {after:,.0f} MB in two, where the GIN indexes and
the names of the elements' fields are what is more.
"""


def _three(figure: float) -> str:
    """Three digits of it, written out."""
    return f"{float(f'{figure:.3g}'):,g}"


def page(figures: LedgerFigures, command: str, server: str) -> str:
    """The whole of docs/benchmarks-consolidate.md."""

    def line(what: str, unit: str, found: Comparison) -> str:
        ratio = f"{found.ratio:.2f} x ({found.lowest:.2f} to {found.highest:.2f})"
        return f"| {what} | {_three(found.baseline)} {unit} | {_three(found.measured)} {unit} | {ratio} |"

    lines = [line(f"backfill of `{target}`", "rows/s", found) for target, found in figures.backfill]
    lines += [
        line("an event, committed", "ms", figures.insert),
        line(f"the same, {STATEMENTS} on either side in turn", "ms", figures.blocks),
        line("the same, on pages that nobody has read", "ms", figures.cold),
        line(f"events of {WRITERS} writers", "events/s", figures.writers),
        line("a whole execution, read", "ms", figures.read),
    ]
    head = HEAD.format(
        command=command, server=server, cores=os.cpu_count(), **figures.model_dump(include=set(COUNTED))
    )
    before, after = figures.megabytes
    return (
        head
        + "\n".join(lines)
        + "\n"
        + TAIL.format(writers=WRITERS, statements=STATEMENTS, before=before, after=after)
    )


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    *,
    rows: Annotated[
        int, typer.Option(min=2_000, help="Traces; each has about 5 steps and 20 rows more.")
    ] = 10_000,
    write_docs: Annotated[bool, typer.Option("--write-docs", help="Write its page in docs anew.")] = False,
) -> None:
    """Measure what the case run_ledger costs, on a private PostgreSQL server that is gone afterwards."""
    console = Console()
    with embedded_postgresql(None, settings=SETTINGS) as postgresql:
        figures = measure(Stage(postgresql, lambda what: console.print(what, style="dim")), rows)
        text = page(
            figures,
            f"python -m benchmarks.ledger --rows {rows} --write-docs",
            f"PostgreSQL {postgresql.version}",
        )
    console.print(text, markup=False, highlight=False)
    if write_docs:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    app()
