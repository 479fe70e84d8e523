"""The legacy database in the states of its evolution, each made once for a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

import pytest
from sqlalchemy import NullPool, create_engine

from crossfade import commands, connect_args
from crossfade.casebook.benefit_drafts.case import CASE
from crossfade.casebook.benefit_drafts.evolution import evolution
from crossfade.casebook.engines import Access, Engines
from crossfade.casebook.words import Side
from crossfade.testing import available_postgresql

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

numbers = count(1)


@dataclass(frozen=True)
class Place:
    """A database in one state, and the engines of both applications."""

    url: str
    engines: Engines


def legacy(url: str, rows: int = ROWS) -> None:
    """Make the legacy table, functions and view in an empty database, and fill it."""
    CASE.build(create_engine(url, poolclass=NullPool), rows, 1)


def accesses(url: str) -> dict[Side, Access]:
    """How each application connects."""
    return {Side.OLD: (url, {}), Side.NEW: (url, dict(connect_args(evolution.name)))}


@pytest.fixture(scope="module")
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """The database in the state that is the fixture's parameter; its tests share it."""
    server = request.getfixturevalue("servers")(available_postgresql()[0])
    name = f"benefit_drafts_{next(numbers)}"
    url = server.create_database(name)
    legacy(url)
    for command in STATES[request.param]:
        command(evolution, url)
    engines = Engines(accesses(url), lambda _: None)
    yield Place(url, engines)
    engines.close()
    server.drop_database(name)
