"""Playing a scenario, as things are and with a mutant."""

from __future__ import annotations

import pytest

from crossfade.errors import DatabaseFailed, VerificationFailed
from tests.laws.machine import small_batches
from tests.laws.model import Lost
from tests.laws.mutants import Mutant
from tests.laws.saboteur import Saboteur
from tests.laws.scenarios import Scenario
from tests.laws.stage import Stage


def played(scenario: Scenario, database: str) -> None:
    """Play a scenario in an empty database. Raises what it raises."""
    stage = Stage(database)
    try:
        with small_batches():
            scenario(stage)
    finally:
        stage.close()


def caught(mutant: Mutant, database: str) -> bool:
    """Whether the mutant's scenario notices it. Raises AssertionError where it breaks nothing any more."""
    with pytest.MonkeyPatch.context() as patch:
        saboteur = Saboteur(patch)
        mutant.broken(saboteur)
        try:
            played(mutant.scenario, database)
        except (Lost, VerificationFailed, DatabaseFailed):
            found = True
        else:
            found = False
    if not saboteur.done:
        raise AssertionError(f"mutant {mutant.name} breaks nothing any more")
    return found
