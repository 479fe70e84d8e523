"""The laws of single values: round trips, and every pair of an old and a new value that may be, can be."""

from __future__ import annotations

import pytest

from crossfade.phases import Command
from tests.laws.applications import Write
from tests.laws.stage import Stage
from tests.laws.strategies import VALUES
from tests.laws.world import LENSES, Lens, Row, Side, Value

OPENED = [lens for lens in LENSES if lens.opened]
BARE: Row = {"amount": None}


@pytest.mark.parametrize("lens", OPENED, ids=lambda lens: lens.column)
def test_a_round_trip_changes_nothing(lens: Lens) -> None:
    for label, text in lens.labels.items():
        assert lens.agree(label, text)
        assert lens.forward(lens.backward(text), BARE) == text
        if not lens.merges:
            assert lens.backward(lens.forward(label, BARE)) == label


@pytest.mark.one_server
@pytest.mark.parametrize("lens", OPENED, ids=lambda lens: lens.column)
def test_every_pair_that_agrees_is_reached_and_no_other(database: str, lens: Lens) -> None:
    stage = Stage(database)
    given: Row = {"name": "lamp"} if lens.table == "items" else {"amount": 1}
    stage.write(Write("old", "insert", lens.table, None if lens.table == "items" else 1, given))
    stage.run(Command.START)
    labels = [label for label in VALUES["old"][lens.column] if label is not None or not lens.required]
    texts = [text for text in VALUES["new"][lens.name("new")] if lens.takes(text)]
    reached: set[tuple[Value, Value]] = set()
    for label in labels:
        for text in texts:
            stage.write(Write("old", "update", lens.table, 1, {lens.column: label}))
            reached.add(_read(stage, lens))
            stage.write(Write("new", "update", lens.table, 1, {lens.name("new"): text}))
            reached.add(_read(stage, lens))
            stage.write(Write("old", "save", lens.table, 1, {lens.column: _read(stage, lens)[0]}))
            reached.add(_read(stage, lens))
    stage.close()
    assert reached == {(label, text) for label in labels for text in texts if lens.agree(label, text)}


def _read(stage: Stage, lens: Lens) -> tuple[Value, Value]:
    """What both applications read of the row, which is what the model says."""
    stage.read()
    sides: tuple[Side, Side] = ("old", "new")
    old, new = (
        next(row[lens.name(side)] for row in stage.applications.read(side, lens.table) if row["id"] == 1)
        for side in sides
    )
    return old, new
