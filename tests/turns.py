"""On which of the chosen servers a test runs: on one, by turns that the run's seed begins; or on every one.

Most tests are of what Crossfade does on any PostgreSQL: an everyday run takes each of them on one, the next
run maybe on another. `@pytest.mark.every_server` is for those that are about what servers do differently.
Tests that share what is dear to make take their server together: `@pytest.mark.together("crash")`. Of a test
that is dear and has many cases, `@pytest.mark.one_in(3)` has a run take one in three.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from zlib import crc32

import pytest

from tests.conformance import pairing


def in_full(config: pytest.Config) -> bool:
    """Whether nothing takes turns: it was said so, or tests were named with their servers."""
    return bool(
        config.getoption("--every-schema")
        or config.getoption("lf", default=False)
        or any("[" in argument for argument in config.args)
    )


def seed() -> int:
    """What the turns begin with: the seed of this run, the same in all its workers."""
    return int(pairing.said().rsplit(maxsplit=1)[-1])


def its_turn(item: pytest.Item, servers: Sequence[str]) -> bool:
    """Whether the test, which is on one of these servers, is to run in an everyday run."""
    params = getattr(getattr(item, "callspec", None), "params", {})
    server = params.get("postgresql")
    if server is None or item.get_closest_marker("every_server") or item.get_closest_marker("one_server"):
        return True
    if {"entry", "schema"} <= params.keys():
        return True  # the conformance suite has turns of its own
    together = item.get_closest_marker("together")
    what = together.args[0] if together else item.nodeid.replace(f"postgresql-{server}", "", 1)
    return bool(server == turn(what, servers, seed()))


def of_many(items: Iterable[pytest.Item]) -> Iterator[pytest.Item]:
    """Those whose turn it is, of tests of which an everyday run takes one in so many cases."""
    numbers: Counter[str] = Counter()
    for item in items:
        marker = item.get_closest_marker("one_in")
        if marker is None:
            yield item
            continue
        name = item.nodeid.partition("[")[0]
        numbers[name] += 1
        if (crc32(name.encode()) + numbers[name] + seed()) % marker.args[0] == 0:
            yield item


def turn(what: str, servers: Sequence[str], begins: int) -> str:
    """The server whose turn it is for a test, or for several that share something."""
    return servers[crc32(f"{begins} {what}".encode()) % len(servers)]
