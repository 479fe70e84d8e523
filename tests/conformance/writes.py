"""WRITES: every way in which an application writes. A new one joins with one entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from psycopg.sql import SQL

from tests.conformance.application import DEFAULT, Writer, name
from tests.conformance.columns import Row
from tests.conformance.entry import Entry
from tests.conformance.pair import NUMBER
from tests.conformance.scene import Scene


@dataclass(frozen=True)
class Instead:
    """Why a server does not take a write, the SQLSTATE that it says so with, and what an application does
    instead, which is then checked in its place.
    """

    reason: str
    sqlstate: str
    run: Callable[[Scene], None] | None = None


@dataclass(frozen=True)
class Write:
    """A way of writing: `run` writes and compares. `instead` says, of a writer and a server's version, why
    it is no way there; `missing`, of an entry and a writer, why there is nothing to write.
    """

    name: str
    run: Callable[[Scene], None]
    instead: Callable[[Writer, int], Instead | None] = lambda *_: None
    missing: Callable[[Entry, Writer], str | None] = lambda *_: None
    remark: Callable[[Writer], str | None] = lambda _: None  # what to know of it while both versions live


def _insert(scene: Scene) -> None:
    for values in scene.every_value() or [Row()]:
        scene.inserts([scene.row(**values)], scene.application.insert)


def _insert_rows(scene: Scene) -> None:
    rows = [scene.row(), scene.row(**dict.fromkeys(scene.optional(), DEFAULT)), scene.row()]
    scene.inserts(rows, scene.application.insert)


def _insert_many(scene: Scene) -> None:
    scene.inserts([scene.row(), scene.row(), scene.row()], scene.application.insert_many)


def _left_out(scene: Scene) -> None:
    optional = scene.optional()
    required = {name: value for name, value in scene.row().items() if name not in optional}
    scene.inserts([required], scene.application.insert)
    scene.inserts([scene.row(**dict.fromkeys(optional, DEFAULT))], scene.application.insert)


def _explicit_null(scene: Scene) -> None:
    for column, _ in scene.evolved() or scene.halves()[-1:]:
        scene.inserts([scene.row(**{column.name: None})], scene.application.insert)
        scene.updates(scene.pick(), {column.name: None}, scene.application.update)


def _upsert(scene: Scene) -> None:
    side, on_path = scene.writer.side, scene.writer.on_path
    for number in (None, scene.pick(), scene.pick()):
        row = scene.row()
        if number is not None:
            row |= {column: scene.shown(number)[column] for column in scene.application.entry.conflict}
        written = list(scene.next_values())
        scene.does(
            partial(scene.application.upsert, row, written),
            partial(scene.model.upsert, side, row, number, written, on_path=on_path),
        )


def _returning(scene: Scene) -> None:
    application = scene.application
    tail = SQL("RETURNING {}").format(application.listed(application.columns))
    rows = [scene.row(), scene.row()]
    scene.inserts(rows, partial(application.insert, tail=tail))
    scene.updates(rows[0][NUMBER], scene.next_values(), partial(application.update, tail=tail))
    scene.deletes(rows[1][NUMBER], partial(application.delete, tail=tail))


def _update_evolved(scene: Scene) -> None:
    number = scene.pick()
    for values in scene.every_value():
        scene.updates(number, values, scene.application.update)


def _update_others(scene: Scene) -> None:
    for _ in range(2):
        scene.updates(scene.pick(), scene.next_values(evolved=False), scene.application.update)


def _update_full_row(scene: Scene) -> None:
    for _ in range(2):
        number = scene.pick()
        standing = {column: scene.shown(number)[column] for column in scene.next_values()}
        scene.updates(number, standing | scene.next_values(evolved=False), scene.application.update)


def _update_key(scene: Scene) -> None:
    for _ in range(2):
        row, number = scene.row(), scene.pick()
        scene.updates(number, {name: row[name] for name in scene.key(number)}, scene.application.update)


def _delete(scene: Scene) -> None:
    scene.deletes(scene.pick(), scene.application.delete)
    many = scene.expendable()[8:]
    delete = SQL("DELETE FROM {} WHERE {} = ANY (%s)").format(scene.application.table, name(NUMBER))
    scene.does(
        partial(scene.application.send, delete, [many]), lambda: [scene.model.delete(each) for each in many]
    )


def _truncate(scene: Scene) -> None:
    with scene.model.undone(), scene.stagehand.puts_back():
        scene.does(partial(scene.application.truncate, scene.application.table), scene.model.truncate)
    scene.compare()


def _truncate_table(scene: Scene) -> None:
    with scene.model.undone(), scene.stagehand.puts_back():
        scene.does(partial(scene.application.truncate, name(*scene.stagehand.place)), scene.model.truncate)
    scene.compare()


def _copy(scene: Scene) -> None:
    rows = [scene.row(), scene.row(), scene.row()]
    scene.inserts(rows, partial(scene.application.copy, table=scene.application.table))


def _copy_and_select(scene: Scene) -> None:
    def send(rows: Sequence[Row]) -> None:
        application, columns, incoming = scene.application, scene.application.names(rows[0]), name("incoming")
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
    merge, values = scene.application.merge, scene.next_values()
    scene.inserts([scene.row()], lambda rows: merge(rows[0], {NUMBER: rows[0][NUMBER]}, values))
    scene.updates(scene.pick(), scene.next_values(), lambda given, where: merge(scene.row(), where, given))


def _savepoint(scene: Scene) -> None:
    application, transaction = scene.application, scene.application.connection.transaction
    elsewhere = scene.key(scene.pick())

    def send(row: Row, where: Row) -> None:
        with transaction():
            with transaction(force_rollback=True):
                application.insert([scene.row()])
                application.update(scene.next_values(), where)
                application.delete(elsewhere)
            application.update(row, where)

    scene.updates(scene.pick(), scene.next_values(evolved=False), send)


def _unsaid(writer: Writer) -> str | None:
    if writer.on_path or writer.side == "old":
        return None
    return (
        "without the namespace on the search path, a NULL that is inserted can't be told from none given: "
        "the old side's default, or fill, is the row's; where there is none, the insert is refused"
    )


def _no_column(entry: Entry, writer: Writer) -> str | None:
    evolved = [column for column in entry.columns if not column.shared]
    if not evolved:
        return "the change has no column of its own"
    if not any(column.half(writer.side) for column in evolved):
        return f"the {writer.side} version does not have the column"
    return None


def _no_given_key(entry: Entry, _: Writer) -> str | None:
    given = any(column.is_key and column.is_written for column in entry.columns)
    return None if given else "the database makes the key"


def _on_view(instead: Instead) -> Callable[[Writer, int], Instead | None]:
    return lambda writer, _: instead if writer.view else None


def _merging(writer: Writer, version: int) -> Instead | None:
    if version < 15:
        return Instead("MERGE came with PostgreSQL 15", "42601")
    if writer.view and version < 17:
        return Instead("MERGE takes a view from PostgreSQL 17 on: use ON CONFLICT", "0A000")
    return None


_TRUNCATING = Instead("a view can't be truncated: name the base table", "42809", _truncate_table)
_COPYING = Instead(
    "COPY does not write to a view: copy to a temporary table, then INSERT … SELECT",
    "42809",
    _copy_and_select,
)

WRITES = (
    Write("INSERT of one row", _insert),
    Write("INSERT of many rows", _insert_rows),
    Write("bulk INSERT (executemany)", _insert_many),
    Write("INSERT, defaults left out", _left_out),
    Write("explicit NULL", _explicit_null, remark=_unsaid),
    Write("upsert (ON CONFLICT DO UPDATE)", _upsert),
    Write("INSERT, UPDATE, DELETE … RETURNING", _returning),
    Write("UPDATE of the evolved column", _update_evolved, missing=_no_column),
    Write("UPDATE of other columns", _update_others),
    Write("UPDATE of the full row", _update_full_row),
    Write("UPDATE of the key", _update_key, missing=_no_given_key),
    Write("DELETE of one row, of many", _delete),
    Write("TRUNCATE", _truncate, instead=_on_view(_TRUNCATING)),
    Write("COPY FROM", _copy, instead=_on_view(_COPYING)),
    Write("MERGE", _merge, instead=_merging),
    Write("writes within a rolled-back SAVEPOINT", _savepoint),
)
