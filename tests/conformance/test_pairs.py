"""Any two changes on one table: both are carried through, or refused with a reason that names them."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from crossfade import commands
from crossfade.changes import CHANGES
from crossfade.errors import CrossfadeError
from tests.conformance.application import NEW, OLD, TABLE
from tests.conformance.examples import EXAMPLES, PAIRS, Example, entry
from tests.conformance.walk import Stop, Walk
from tests.conformance.writes import WRITES

READERS = (OLD, NEW)
STOPS = (
    Stop("live", "start", READERS, READERS),
    Stop("rolled back", "rollback", (OLD,), (OLD,)),
    Stop("live again", "start", READERS, READERS),
    Stop("completed", "complete", (NEW,), (NEW, TABLE)),
    Stop("reverted", "revert", READERS, READERS),
)
NAMES = (
    "INSERT of one row",
    "INSERT, defaults left out",
    "upsert (ON CONFLICT DO UPDATE)",
    "UPDATE of the evolved column",
    "UPDATE of the full row",
)
SHORT = tuple(each for each in WRITES if each.name in NAMES)


def test_every_change_has_an_example() -> None:
    assert {type(each.change("orders")) for each in EXAMPLES} == set(CHANGES)


@pytest.mark.one_server
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)
def test_each_is_carried_through_alone(database: str, example: Example) -> None:
    with ExitStack() as stack:
        Walk(database, entry(example), "public", stack, stops=STOPS, writes=SHORT).go()


@pytest.mark.one_server
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: " and ".join(each.name for each in pair))
def test_two_changes_on_one_table(database: str, pair: tuple[Example, Example]) -> None:
    together = entry(*pair)
    with ExitStack() as stack:
        try:
            walk = Walk(database, together, "public", stack, stops=STOPS, writes=SHORT)
            commands.preview(together.evolution("public"), database)
        except CrossfadeError as refused:
            _demand_named(str(refused), pair)
            return
        walk.go()


def _demand_named(refused: str, pair: tuple[Example, Example]) -> None:
    one, other = pair
    assert one.touches & other.touches, f"{one.name} has nothing to do with {other.name}: {refused}"
    for each in pair:
        assert each.change("orders").title in refused
