"""Each entry in one of the schemas on each server, by turns; in every one with `--every-schema`."""

from __future__ import annotations

import pytest

from tests.conftest import SERVERS


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--every-schema"):
        return
    servers = config.stash[SERVERS]
    numbers: dict[str, int] = {}
    taken: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        params = getattr(getattr(item, "callspec", None), "params", {})
        if not {"entry", "schema", "postgresql"} <= params.keys():
            taken.append(item)
            continue
        number = numbers.setdefault(params["entry"].name, len(numbers))
        turn = (number + servers.index(params["postgresql"])) % 2
        (taken if turn == (params["schema"] == "public") else left).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = taken
