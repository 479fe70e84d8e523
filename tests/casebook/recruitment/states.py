"""The legacy database in the states of its evolution, on either database, each made once for a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine

from crossfade import commands
from crossfade.casebook.databases import database_of
from crossfade.casebook.engines import Access, Engines
from crossfade.casebook.recruitment.case import CASE
from crossfade.casebook.recruitment.evolution import evolution
from crossfade.casebook.words import Side
from crossfade.testing import available_postgresql

ROWS = 60
DATABASES = ("postgresql", "mariadb")

STATES: dict[str, tuple[Callable[..., object], ...]] = {
    "legacy": (),
    "live": (commands.start,),
    "rolled-back": (commands.start, commands.rollback),
    "live-again": (commands.start, commands.rollback, commands.start),
    "completed": (commands.start, commands.complete),
    "reverted": (commands.start, commands.complete, commands.revert),
    "purged": (commands.start, commands.complete, commands.purge),
}
numbers = count(1)


@dataclass(frozen=True)
class Place:
    """A database, of which kind, and how the new application connects to it."""

    kind: str
    url: str
    new: Mapping[str, Any] = field(default_factory=dict)

    def accesses(self) -> dict[Side, Access]:
        """How both applications connect."""
        return {Side.OLD: (self.url, {}), Side.NEW: (self.url, dict(self.new))}

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """The rows of one statement of the old side, in a transaction of its own."""
        with create_engine(self.url, poolclass=NullPool).begin() as connection:
            done = connection.exec_driver_sql(statement)
            return [tuple(row) for row in done] if done.returns_rows else []


def in_states(*states: str, databases: tuple[str, ...] = DATABASES) -> list[Any]:
    """The parameters of `place`: each of these states on each of these databases."""
    return [
        pytest.param((database, state), id=f"{database}-{state}")
        for database in databases
        for state in states
    ]


def made(kind: str, url: str, state: str, rows: int = ROWS) -> Place:
    """Take an empty database into this state."""
    CASE.build(create_engine(url, poolclass=NullPool), rows, 1)
    for command in STATES[state]:
        command(evolution, url)
    database, engine = database_of(url), create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        schema = database.schema(connection)
    there = state != "purged" or database.passes_over
    return Place(kind, url, database.namespace(evolution.name, schema) if there else {})


@pytest.fixture(scope="module")
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """The database in the state that is the fixture's parameter; its tests share it."""
    kind, state = request.param
    if kind == "mariadb":
        server = request.getfixturevalue("mariadb")
    else:
        server = request.getfixturevalue("servers")(available_postgresql()[0])
    name = f"recruitment_{next(numbers)}"
    yield made(kind, server.create_database(name), state)
    server.drop_database(name)


@pytest.fixture
def engines(place: Place) -> Iterator[Engines]:
    """The engines of one user of both applications."""
    engines = Engines(place.accesses(), lambda _: None)
    yield engines
    engines.close()
