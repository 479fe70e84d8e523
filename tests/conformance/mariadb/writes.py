"""WRITES: every way in which an application of MariaDB writes. A new one joins with one entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from tests.conformance.columns import Row
from tests.conformance.mariadb.application import Application, name
from tests.conformance.mariadb.stagehand import Stagehand
from tests.conformance.pair import NUMBER, Pair
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


def _meeting(scene: Scene, number: int) -> Row:
    """A new row whose key, and seed's key, a row has already."""
    entry = scene.application.entry
    return scene.row() | {
        column: scene.shown(number)[column] for column in (*entry.conflict, *entry.seed_key)
    }


def _replace(scene: Scene) -> None:
    application, model, writer = _at(scene), scene.model, scene.writer
    scene.inserts([scene.row()], partial(application.insert, verb="REPLACE"))
    number = scene.pick()
    row = _meeting(scene, number)

    def replaced() -> list[Pair]:
        before = model.delete(number)
        pair = model.insert(writer.side, row, on_path=writer.on_path)
        if set(scene.key(row[NUMBER])) <= set(application.entry.conflict):
            pair.kept = before.kept  # a row that comes under a key that was there is the row that was there
        pair.seed = before.seed
        return [pair]

    scene.does(partial(application.insert, [row], verb="REPLACE"), replaced)


def _ignore(scene: Scene) -> None:
    ignoring = partial(_at(scene).insert, verb="INSERT IGNORE")
    scene.inserts([scene.row()], ignoring)
    scene.does(partial(ignoring, [_meeting(scene, scene.pick())]), list)


def _insert_returning(scene: Scene) -> None:
    application = _at(scene)
    tail = f"RETURNING {application.listed(application.columns)}"
    scene.inserts([scene.row(), scene.row()], partial(application.insert, tail=tail))


def _delete_returning(scene: Scene) -> None:
    application = _at(scene)
    tail = f"RETURNING {application.listed(application.columns)}"
    scene.deletes(scene.pick(), partial(application.delete, tail=tail))


def _insert_selected(scene: Scene) -> None:
    scene.inserts([scene.row(), scene.row(), scene.row()], _at(scene).insert_selected)


def _load(scene: Scene) -> None:
    scene.inserts([scene.row(), scene.row(), scene.row()], _at(scene).load)


def _update_some(scene: Scene) -> None:
    numbers, values, model = scene.expendable()[:5], scene.next_values(), scene.model
    scene.does(
        partial(_at(scene).update_some, values, numbers, limit=2),
        lambda: [model.update(scene.writer.side, each, values) for each in numbers[:-3:-1]],
    )


def _update_joined(scene: Scene) -> None:
    given = {number: scene.next_values() for number in scene.expendable()[1:4]}
    scene.does(
        partial(_at(scene).update_joined, given),
        lambda: [scene.model.update(scene.writer.side, number, row) for number, row in given.items()],
    )


def _truncate(scene: Scene) -> None:
    with scene.model.undone(), scene.stagehand.puts_back():
        scene.does(partial(_at(scene).truncate, _at(scene).table), scene.model.truncate)
    scene.compare()


def _truncate_table(scene: Scene) -> None:
    assert isinstance(scene.stagehand, Stagehand)
    table = name(*scene.stagehand.place)
    with scene.model.undone(), scene.stagehand.puts_back():
        scene.does(partial(_at(scene).truncate, table), scene.model.truncate)
    scene.compare()


def _savepoint(scene: Scene) -> None:
    application = _at(scene)
    elsewhere = scene.key(scene.pick())

    def send(row: Row, where: Row) -> None:
        application.send("START TRANSACTION")
        application.send("SAVEPOINT here")
        application.insert([scene.row()])
        application.update(scene.next_values(), where)
        application.delete(elsewhere)
        application.send("ROLLBACK TO SAVEPOINT here")
        application.update(row, where)
        application.send("COMMIT")

    scene.updates(scene.pick(), scene.next_values(evolved=False), send)


def _unsaid(writer: Writer) -> str | None:
    if writer.on_path or writer.side == "old":
        return None
    return (
        "where a session does not say its version (`@crossfade_version`), a NULL that is inserted can't be "
        "told from none given: the old side's default, or fill, is the row's; where there is none, the "
        "insert is refused"
    )


def _on_view(instead: Instead) -> Callable[[Writer, Version], Instead | None]:
    return lambda writer, _: instead if writer.view else None


_TRUNCATING = Instead("a view can't be truncated: name the base table", "1146", _truncate_table)

WRITES = (
    ONE_ROW,
    MANY_ROWS,
    BULK,
    LEFT_OUT,
    replace(EXPLICIT_NULL, remark=_unsaid),
    Write("upsert (ON DUPLICATE KEY UPDATE)", upsert),
    Write("REPLACE", _replace),
    Write("INSERT IGNORE", _ignore),
    Write("INSERT … RETURNING", _insert_returning),
    Write("DELETE … RETURNING", _delete_returning),
    Write("INSERT … SELECT", _insert_selected),
    Write("LOAD DATA", _load),
    *UPDATES,
    Write("UPDATE … ORDER BY … LIMIT", _update_some),
    Write("UPDATE … JOIN", _update_joined),
    DELETE,
    Write("TRUNCATE", _truncate, instead=_on_view(_TRUNCATING)),
    Write("writes within a rolled-back SAVEPOINT", _savepoint),
)
