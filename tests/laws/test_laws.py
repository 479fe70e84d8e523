"""Whatever both applications write, and whatever the commands come to, both read what the promises say.

The seed is fixed, and printed where a run fails; CROSSFADE_LAWS_SEED gives another.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from crossfade.testing import PostgresServer
from tests.laws.machine import Laws, small_batches

SEED = int(os.environ.get("CROSSFADE_LAWS_SEED", "1"))
BOUND = settings(
    max_examples=9,
    stateful_step_count=22,
    database=None,
    deadline=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.one_server
@pytest.mark.one_in(2)
@pytest.mark.parametrize("part", [1, 2])
def test_the_laws_hold(postgresql: PostgresServer, part: int) -> None:
    number = SEED * 1000 + part
    print(f"laws: CROSSFADE_LAWS_SEED={SEED}, part {part}")  # noqa: T201 - shown where it fails
    machine = type("Laws", (Laws,), {"server": postgresql})
    with small_batches():
        run_state_machine_as_test(seed(number)(machine), settings=BOUND)
