"""Ways in which an application writes: those that every database has. Each database adds its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.conformance.columns import Row
from tests.conformance.entry import Entry
from tests.conformance.scene import Scene
from tests.conformance.writer import DEFAULT, Writer

Version = tuple[int, ...]


@dataclass(frozen=True)
class Instead:
    """Why a server does not take a write, what it calls its refusal (PostgreSQL: the SQLSTATE), and what an
    application does instead, which is then checked in its place.
    """

    reason: str
    state: str
    run: Callable[[Scene], None] | None = None


@dataclass(frozen=True)
class Write:
    """A way of writing: `run` writes and compares. `instead` says, of a writer and a server's version, why
    it is no way there; `missing`, of an entry and a writer, why there is nothing to write.
    """

    name: str
    run: Callable[[Scene], None]
    instead: Callable[[Writer, Version], Instead | None] = lambda *_: None
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


def upsert(scene: Scene) -> None:
    """A new row, and two of which the key is there."""
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
    scene.does(
        partial(scene.application.delete_each, many), lambda: [scene.model.delete(each) for each in many]
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


ONE_ROW = Write("INSERT of one row", _insert)
MANY_ROWS = Write("INSERT of many rows", _insert_rows)
BULK = Write("bulk INSERT (executemany)", _insert_many)
LEFT_OUT = Write("INSERT, defaults left out", _left_out)
EXPLICIT_NULL = Write("explicit NULL", _explicit_null)
UPDATES = (
    Write("UPDATE of the evolved column", _update_evolved, missing=_no_column),
    Write("UPDATE of other columns", _update_others),
    Write("UPDATE of the full row", _update_full_row),
    Write("UPDATE of the key", _update_key, missing=_no_given_key),
)
DELETE = Write("DELETE of one row, of many", _delete)
