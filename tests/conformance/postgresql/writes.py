"""WRITES: every way in which an application of PostgreSQL writes. A new one joins with one entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from psycopg.sql import SQL, Identifier

from tests.conformance.columns import Row
from tests.conformance.pair import NUMBER
from tests.conformance.postgresql.application import Application, name
from tests.conformance.postgresql.stagehand import Stagehand
from tests.conformance.scene import Scene
from tests.conformance.writer import Writer
from tests.conformance.writes import (
    BULK,
    DELETE,
    EXPLICIT_NULL,
    LEFT_OUT,
    MANY_ROWS,
    ONE_ROW,
    UPDATES,
    Instead,
    Version,
    Write,
    upsert,
)


def _at(scene: Scene) -> Application:
    assert isinstance(scene.application, Application)
    return scene.application


def _place(scene: Scene) -> Identifier:
    assert isinstance(scene.stagehand, Stagehand)
    return name(*scene.stagehand.place)


def _returning(scene: Scene) -> None:
    application = _at(scene)
    tail = SQL("RETURNING {}").format(application.listed(application.columns))
    rows = [scene.row(), scene.row()]
    scene.inserts(rows, partial(application.insert, tail=tail))
    scene.updates(rows[0][NUMBER], scene.next_values(), partial(application.update, tail=tail))
    scene.deletes(rows[1][NUMBER], partial(application.delete, tail=tail))


def _truncate(scene: Scene) -> None:
    with scene.model.undone(), scene.stagehand.puts_back():
        scene.does(partial(_at(scene).truncate, _at(scene).table), scene.model.truncate)
    scene.compare()


def _truncate_table(scene: Scene) -> None:
    with scene.model.undone(), scene.stagehand.puts_back():
        scene.does(partial(_at(scene).truncate, _place(scene)), scene.model.truncate)
    scene.compare()


def _copy(scene: Scene) -> None:
    rows = [scene.row(), scene.row(), scene.row()]
    scene.inserts(rows, partial(_at(scene).copy, table=_at(scene).table))


def _copy_and_select(scene: Scene) -> None:
    def send(rows: Sequence[Row]) -> None:
        application, incoming = _at(scene), name("incoming")
        columns = application.names(rows[0])
        of = {"incoming": incoming, "columns": columns, "table": application.table}
        with application.connection.transaction():
            application.send(
                SQL(
                    "CREATE TEMPORARY TABLE {incoming} ON COMMIT DROP "
                    "AS SELECT {columns} FROM {table} WITH NO DATA"
                ).format(**of)
            )
            application.copy(rows, incoming)
            application.send(
                SQL("INSERT INTO {table} ({columns}) SELECT {columns} FROM {incoming}").format(**of)
            )

    scene.inserts([scene.row(), scene.row(), scene.row()], send)


def _merge(scene: Scene) -> None:
    merge, values = _at(scene).merge, scene.next_values()
    scene.inserts([scene.row()], lambda rows: merge(rows[0], {NUMBER: rows[0][NUMBER]}, values))
    scene.updates(scene.pick(), scene.next_values(), lambda given, where: merge(scene.row(), where, given))


def _savepoint(scene: Scene) -> None:
    application = _at(scene)
    transaction = application.connection.transaction
    elsewhere = scene.key(scene.pick())

    def send(row: Row, where: Row) -> None:
        with transaction():
            with transaction(force_rollback=True):
                application.insert([scene.row()])
                application.update(scene.next_values(), where)
                application.delete(elsewhere)
            application.update(row, where)

    scene.updates(scene.pick(), scene.next_values(evolved=False), send)


def _on_view(instead: Instead) -> Callable[[Writer, Version], Instead | None]:
    return lambda writer, _: instead if writer.view else None


def _merging(writer: Writer, version: Version) -> Instead | None:
    if version < (15,):
        return Instead("MERGE came with PostgreSQL 15", "42601")
    if writer.view and version < (17,):
        return Instead("MERGE takes a view from PostgreSQL 17 on: use ON CONFLICT", "0A000")
    return None


def _unsaid(writer: Writer) -> str | None:
    if writer.on_path or writer.side == "old":
        return None
    return (
        "without the namespace on the search path, a NULL that is inserted can't be told from none given: "
        "the old side's default, or fill, is the row's; where there is none, the insert is refused"
    )


_TRUNCATING = Instead("a view can't be truncated: name the base table", "42809", _truncate_table)
_COPYING = Instead(
    "COPY does not write to a view: copy to a temporary table, then INSERT … SELECT",
    "42809",
    _copy_and_select,
)

WRITES = (
    ONE_ROW,
    MANY_ROWS,
    BULK,
    LEFT_OUT,
    replace(EXPLICIT_NULL, remark=_unsaid),
    Write("upsert (ON CONFLICT DO UPDATE)", upsert),
    Write("INSERT, UPDATE, DELETE … RETURNING", _returning),
    *UPDATES,
    DELETE,
    Write("TRUNCATE", _truncate, instead=_on_view(_TRUNCATING)),
    Write("COPY FROM", _copy, instead=_on_view(_COPYING)),
    Write("MERGE", _merge, instead=_merging),
    Write("writes within a rolled-back SAVEPOINT", _savepoint),
)
