"""The traffic's processes begin quickly: forked from one that has imported everything and done nothing else.

Spawned, as those of `crossfade case` are, each takes more than a second of a core to import the same again,
which is most of a short walk. test_crew.py, test_cli.py's processes and the soak begin them as they are.
"""

from __future__ import annotations

import multiprocessing
from types import SimpleNamespace

import pytest

from crossfade.casebook import CASES

IMPORTED = [
    "crossfade.casebook.workplace",
    "crossfade.dialects.postgresql",
    *(f"crossfade.casebook.{case}.case" for case in CASES),
    "tests.casebook.workers",
]


@pytest.fixture(autouse=True)
def quick_crews(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.path.name == "test_crew.py":
        return
    forking = multiprocessing.get_context("forkserver")
    forking.set_forkserver_preload(IMPORTED)  # it begins when a first process is to be
    begun = SimpleNamespace(get_context=lambda _: forking)
    monkeypatch.setattr("crossfade.casebook.crew.multiprocessing", begun)
