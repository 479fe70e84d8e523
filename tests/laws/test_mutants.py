"""The scenarios pass as things are, and each mutant of the catalogue makes its own fail."""

from __future__ import annotations

import pytest

from tests.laws.mutants import MUTANTS, Mutant
from tests.laws.scenarios import SCENARIOS, Scenario
from tests.laws.trial import caught, played

pytestmark = pytest.mark.one_server


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.__name__)
def test_nothing_is_lost(database: str, scenario: Scenario) -> None:
    played(scenario, database)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda each: each.name)
def test_a_mutant_is_caught(database: str, mutant: Mutant) -> None:
    assert caught(mutant, database)


def test_each_mutant_has_a_name_of_its_own() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
