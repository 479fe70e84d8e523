"""Any two changes on one table: both are carried through, or refused with a reason that names them."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from crossfade import commands
from crossfade.changes import CHANGES
from crossfade.errors import Refused
from tests.conformance import pairing
from tests.conformance.entry import Entry
from tests.conformance.example import Example, entry
from tests.conformance.examples import EXAMPLES, PAIRS
from tests.conformance.postgresql import POSTGRESQL
from tests.conformance.stops import Stop
from tests.conformance.walk import Walk
from tests.conformance.writer import NEW, OLD, TABLE

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
SHORT = tuple(each for each in POSTGRESQL.writes if each.name in NAMES)


def test_every_change_has_an_example() -> None:
    assert {type(each.change("orders")) for each in EXAMPLES} == set(CHANGES)


def test_a_seed_chooses_some_of_the_pairs_either_way_round() -> None:
    some = pairing.chosen(PAIRS, "7")
    assert some == pairing.chosen(PAIRS, "7") != pairing.chosen(PAIRS, "8")
    assert len(some) == len(PAIRS) // 6
    every = pairing.chosen(PAIRS, "all 7")
    assert [{one.name, other.name} for one, other in every] == [{a.name, b.name} for a, b in PAIRS]
    assert 0 < sum(pair in PAIRS for pair in every) < len(PAIRS)


@pytest.mark.one_server
@pytest.mark.parametrize(
    "pair", pairing.chosen(PAIRS, pairing.said()), ids=lambda pair: " and ".join(each.name for each in pair)
)
def test_two_changes_on_one_table(database: str, pair: tuple[Example, Example]) -> None:
    together = entry(*pair)
    with ExitStack() as stack:
        walk = Walk(POSTGRESQL, database, together, "public", stack, stops=STOPS, writes=SHORT)
        refused = _refusal(together, database)
        if refused is None:
            walk.go()
            return
    assert overlap(*pair), f"refused, though neither is about what the other is: {refused}"
    titles = [each.title for each in together.changes(f'"{together.table}"')]
    assert [title for title in titles if title not in refused] == []


def _refusal(together: Entry, database: str) -> str | None:
    try:
        commands.preview(together.evolution("public"), database)
    except Refused as refused:
        return str(refused)
    return None


def overlap(one: Example, other: Example) -> bool:
    """Whether one change is about something that the other makes something of."""
    return bool(one.touches & other.made or one.made & other.touches)
