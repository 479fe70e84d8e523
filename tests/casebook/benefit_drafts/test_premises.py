"""A run that ends in between takes away all that it made: retired functions and views, and the namespaces."""

from __future__ import annotations

import pytest

from crossfade.casebook.benefit_drafts.case import CASE
from crossfade.casebook.benefit_drafts.evolution import evolution
from crossfade.casebook.premises import premises
from tests.casebook.benefit_drafts.states import STATES
from tests.definitions.dump import dump


def interrupted(database: str, state: str, said: list[str]) -> None:
    with premises(CASE, database, rows=50, seed=1, say=said.append, status=lambda _: ()) as place:
        for command in STATES[state]:
            command(evolution, place.url)
        raise KeyboardInterrupt


@pytest.mark.one_server
@pytest.mark.parametrize("state", STATES)
def test_a_given_database_is_left_as_it_was(database: str, state: str) -> None:
    before = dump(database)
    said: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        interrupted(database, state, said)
    assert dump(database) == before, said
