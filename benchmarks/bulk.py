"""Many rows at once: what a rollback kept and the next start brings back, and statements of the new
application that change thousands of rows of a consolidated table, in a session that has changed single ones.

Each grows with its rows, and no faster: a figure a row stays what it is from one line to the next.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy import Connection, NullPool, String, create_engine, text

from crossfade import Evolution, OpenEnum, commands, connect_args
from crossfade.casebook.run_ledger.case import CASE
from crossfade.progress import Silent
from crossfade.testing import embedded_mariadb, embedded_postgresql

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks-bulk.md"
OPEN = Evolution("open", changes=[OpenEnum("orders", "status", String(20), unknown="paid")])
LEGACY = {
    "postgresql": (
        "CREATE TYPE status AS ENUM ('new', 'paid')",
        "CREATE TABLE orders (id int PRIMARY KEY, status status NOT NULL)",
        "INSERT INTO orders SELECT n, 'new' FROM generate_series(1, {}) n",
    ),
    "mariadb": (
        "CREATE TABLE orders (id int PRIMARY KEY, status ENUM('new', 'paid') NOT NULL)",
        "INSERT INTO orders SELECT seq, 'new' FROM seq_1_to_{}",
    ),
}
SIZES = (25_000, 100_000, 400_000)
TRACES = 4_000
MEMORY = {"innodb-buffer-pool-size": "512M"}  # for tables that are not those of a test
AT_ONCE = (1, 500, 1_000, 2_000, 4_000)  # a session's statements, in this order
MOST = (
    "(SELECT legacy_step_id FROM user_workflow_run_step ORDER BY jsonb_array_length(events) DESC, 1 LIMIT {})"
)
STATEMENTS = {
    "a plain column": "UPDATE user_workflow_run_step SET status = 'failed' || '' WHERE legacy_step_id IN "
    + MOST,
    "the order of an array": (
        "UPDATE user_workflow_run_step SET events = (SELECT coalesce(jsonb_agg(v.e ORDER BY v.n DESC), '[]') "
        "FROM jsonb_array_elements(events) WITH ORDINALITY AS v(e, n)) WHERE legacy_step_id IN " + MOST
    ),
}


@dataclass
class _Restore(Silent):
    """Notes how long the restore took, and the longest of its batches."""

    seconds: float = 0.0
    longest: float = 0.0
    _title: str = ""
    _last: float = 0.0

    def began(self, title: str, position: int, total: int) -> None:
        """A step begins."""
        self._title, self._last = title, time.perf_counter()

    def advanced(self, rows: int, total: int, rows_per_second: float) -> None:
        """A batch has ended."""
        if self._title.startswith("bring back the kept values"):
            now = time.perf_counter()
            self.longest, self._last = max(self.longest, now - self._last), now

    def ended(self, title: str, seconds: float) -> None:
        """A step has ended."""
        if title.startswith("bring back the kept values"):
            self.seconds = seconds


def brought_back(url: str, rows: int) -> _Restore:
    """A second start after a rollback that kept a value of each of so many rows."""
    engine = create_engine(url, poolclass=NullPool)
    kind = engine.dialect.name
    with engine.begin() as connection:
        for each in LEGACY[kind]:
            connection.execute(text(each.format(rows)))
    commands.start(OPEN, url)
    arguments = (
        connect_args("open")
        if kind == "postgresql"
        else connect_args("open", driver="pymysql", database=str(engine.url.database))
    )
    with create_engine(url, poolclass=NullPool, connect_args=arguments).begin() as connection:
        connection.execute(text("UPDATE orders SET status = 'internal'"))
    assert commands.rollback(OPEN, url).complement_rows == rows
    watch = _Restore()
    assert commands.start(OPEN, url, observer=watch).complement_rows == rows
    return watch


def written(url: str) -> Iterator[tuple[str, int, float, float]]:
    """Each statement in one session: its rows, and its seconds without the sync and with it."""
    CASE.build(create_engine(url, poolclass=NullPool), TRACES, 1)
    commands.start(CASE.evolution, url)
    engine = create_engine(url, poolclass=NullPool, connect_args=connect_args(CASE.evolution.name))
    for what, statement in STATEMENTS.items():
        with engine.connect() as connection:
            for rows in AT_ONCE:
                bare = _undone(connection, statement.format(rows), "SET LOCAL crossfade.sync = 'off'")
                yield what, rows, bare, _undone(connection, statement.format(rows))


def _undone(connection: Connection, statement: str, *before: str) -> float:
    """The seconds of a statement that is taken back."""
    for each in before:
        connection.execute(text(each))
    began = time.perf_counter()
    connection.execute(text(statement))
    seconds = time.perf_counter() - began
    connection.rollback()
    return seconds


HEAD = """\
# Benchmarks: many rows at once

Every figure on this page is of one run of

    {command}

on {cores} cores, {servers}; `fsync` is off. Each grows with its rows, and no faster.

## What a rollback kept, brought back by the next start

Each row has a value that only the new version can hold. The journal has just been filled: no statistics are
known of it, as is so after any rollback that a start soon follows.

| database | values | seconds | values/s | longest batch of 1,000, ms |
| --- | ---: | ---: | ---: | ---: |
"""
WRITES = """
## Statements of the new application on a consolidated table

Of the case `run_ledger`: {traces:,} traces, five times as many steps. One session executes them, the one of a
single row first, as one out of a pool has by then; each is taken back.

| what is changed | rows | without the sync, ms | with it, ms | with it, ms a row |
| --- | ---: | ---: | ---: | ---: |
"""

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    *,
    write_docs: Annotated[bool, typer.Option("--write-docs", help="Write its page in docs anew.")] = False,
) -> None:
    """Measure what many rows at once cost, on private servers that are gone afterwards."""
    console = Console()
    back: list[str] = []
    changed: list[str] = []
    say = partial(console.print, style="dim")
    with embedded_postgresql() as postgresql, embedded_mariadb(settings=MEMORY) as mariadb:
        servers = {f"PostgreSQL {postgresql.version}": postgresql, f"MariaDB {mariadb.version}": mariadb}
        for name, server in servers.items():
            for rows in SIZES:
                say(f"{name}: {rows:,} kept values")
                found = brought_back(server.create_database(f"kept_{rows}"), rows)
                back.append(
                    f"| {name} | {rows:,} | {found.seconds:.1f} | {rows / found.seconds:,.0f} "
                    f"| {found.longest * 1000:,.0f} |"
                )
        say("statements of the new application")
        for what, rows, bare, synced in written(postgresql.create_database("ledger")):
            before, after = bare * 1000, synced * 1000
            changed.append(f"| {what} | {rows:,} | {before:,.1f} | {after:,.1f} | {after / rows:,.2f} |")
    head = HEAD.format(
        command="python -m benchmarks.bulk --write-docs",
        cores=os.cpu_count(),
        servers=" and ".join(servers),
    )
    page = head + "\n".join(back) + "\n" + WRITES.format(traces=TRACES) + "\n".join(changed) + "\n"
    console.print(page, markup=False, highlight=False)
    if write_docs:
        PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    app()
