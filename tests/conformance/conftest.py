"""One entry in four on one of the PostgreSQL servers, in one of the schemas; and one in six in one of
MariaDB's databases; by turns that the run's seed begins. Everywhere with `--every-schema`.
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
    cells: dict[frozenset[str], Sequence[Mapping[str, str] | None]] = {
        frozenset({"postgresql", "schema"}): [
            cell
            for schema in SCHEMAS
            for server in config.stash[SERVERS]
            for cell in ({"postgresql": server, "schema": schema}, None, None, None)
        ],
        frozenset({"named"}): [cell for each in NAMES for cell in ({"named": each}, *[None] * 5)],
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
        its_turn = cell is not None and cell.items() <= params.items()
        (taken if its_turn else left).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = taken
