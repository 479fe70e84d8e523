"""The orchestrator killed at random while drafts go through it; `make kill-drafts` does it at length."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.casebook.benefit_drafts.killing import Killing, run
from tests.casebook.benefit_drafts.nursery import Nursery

EVERYDAY = "submissions=80,kills=8,crashes=2,seed=7"


@pytest.mark.one_server
def test_killed_at_random_nothing_is_lost_or_done_twice(nursery: Nursery, tmp_path: Path) -> None:
    asked = os.environ.get("CROSSFADE_DRAFTS_KILLING", EVERYDAY)
    numbers = {name: int(value) for name, value in (each.split("=") for each in asked.split(","))}
    said = run(Killing(**numbers), nursery, tmp_path)
    assert said.startswith(f"{numbers['kills']} kills, {numbers['crashes']} crashes")
