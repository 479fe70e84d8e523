"""Each entry on one of the PostgreSQL servers, in one of the schemas, and in one of MariaDB's databases, by
turns that the run's seed begins; everywhere with `--every-schema`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from tests import turns
from tests.conformance.test_conformance import SCHEMAS
from tests.conformance.test_mariadb import NAMES
from tests.conftest import SERVERS


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if turns.in_full(config):
        return
    cells: dict[frozenset[str], Sequence[Mapping[str, str]]] = {
        frozenset({"postgresql", "schema"}): [
            {"postgresql": server, "schema": schema} for schema in SCHEMAS for server in config.stash[SERVERS]
        ],
        frozenset({"named"}): [{"named": each} for each in NAMES],
    }
    begins = turns.seed()
    numbers: dict[str, int] = {}
    taken: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        params = getattr(getattr(item, "callspec", None), "params", {})
        having = next((each for each in cells if {"entry", *each} <= params.keys()), None)
        if having is None:
            taken.append(item)
            continue
        number = begins + numbers.setdefault(params["entry"].name, len(numbers))
        cell = cells[having][number % len(cells[having])]
        (taken if cell.items() <= params.items() else left).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = taken
