"""The legacy database in every state of its evolution, each made once for the tests of a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import psycopg
import pytest
from sqlalchemy import make_url

from crossfade import commands
from crossfade.casebook.task_types.data import build
from crossfade.casebook.task_types.evolution import evolution
from crossfade.testing import PostgresServer

ROWS = 60

STATES: dict[str, tuple[Callable[..., object], ...]] = {
    "legacy": (),
    "live": (commands.start,),
    "rolled-back": (commands.start, commands.rollback),
    "live-again": (commands.start, commands.rollback, commands.start),
    "completed": (commands.start, commands.complete),
    "reverted": (commands.start, commands.complete, commands.revert),
    "purged": (commands.start, commands.complete, commands.purge),
    "reverted-after-purge": (commands.start, commands.complete, commands.purge, commands.revert),
}
OLD = ("legacy", "live", "rolled-back", "live-again", "reverted", "reverted-after-purge")
NEW = ("live", "live-again", "completed", "reverted", "purged", "reverted-after-purge")
BOTH = tuple(state for state in OLD if state in NEW)

numbers = count(1)


def legacy(url: str, rows: int = ROWS) -> None:
    """Make the legacy tables in an empty database, and fill them."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        build(connection, rows)


def walked(url: str, state: str) -> None:
    """Take the legacy database into this state."""
    for command in STATES[state]:
        command(evolution, url)


@pytest.fixture(scope="module")
def place(request: pytest.FixtureRequest, postgresql: PostgresServer) -> Iterator[str]:
    """The URL of a database in the state that is the fixture's parameter; its tests share it."""
    name = f"task_types_{next(numbers)}"
    url = postgresql.create_database(name)
    legacy(url)
    walked(url, request.param)
    yield url
    postgresql.drop_database(name)
