"""Each entry on one of the servers, in one of the schemas, by turns that the run's seed begins; everywhere
with `--every-schema`.
"""

from __future__ import annotations

import pytest

from tests import turns
from tests.conformance.test_conformance import SCHEMAS
from tests.conftest import SERVERS


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if turns.in_full(config):
        return
    cells = [(server, schema) for schema in SCHEMAS for server in config.stash[SERVERS]]
    begins = turns.seed()
    numbers: dict[str, int] = {}
    taken: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        params = getattr(getattr(item, "callspec", None), "params", {})
        if not {"entry", "schema", "postgresql"} <= params.keys():
            taken.append(item)
            continue
        number = begins + numbers.setdefault(params["entry"].name, len(numbers))
        its_turn = cells[number % len(cells)] == (params["postgresql"], params["schema"])
        (taken if its_turn else left).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = taken
