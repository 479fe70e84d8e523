"""The legacy database in the states of its evolution, on either database, each made once for a module."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Column, Dialect, Engine, NullPool, create_engine
from sqlalchemy.types import TypeEngine

from crossfade import commands
from crossfade.casebook.databases import database_of
from crossfade.casebook.task_types.case import CASE
from crossfade.casebook.task_types.evolution import evolution
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
    "reverted-after-purge": (commands.start, commands.complete, commands.purge, commands.revert),
}
OLD = ("legacy", "live", "rolled-back", "live-again", "reverted", "reverted-after-purge")
NEW = ("live", "live-again", "completed", "reverted", "purged", "reverted-after-purge")

numbers = count(1)


@dataclass(frozen=True)
class Place:
    """A database, of which kind, and how the new application connects to it."""

    kind: str
    url: str
    new: Mapping[str, Any] = field(default_factory=dict)

    def engine(self, *, new: bool = False) -> Engine:
        """As that application connects."""
        return create_engine(self.url, connect_args=dict(self.new) if new else {})

    def is_of(self, column: Column[Any], found: TypeEngine[Any], dialect: Dialect) -> bool:
        """Whether a column that was found is of the type that the application takes it for."""
        said = str(column.type.compile(dialect))
        stored = "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin" if said == "JSON" else said
        return re.sub(r"(INT|INTEGER)\(\d+\)$", r"\1", str(found.compile(dialect))) == stored


def in_states(*states: str) -> list[Any]:
    """The parameters of `place`: each of these states on each database."""
    return [
        pytest.param((database, state), id=f"{database}-{state}")
        for database in DATABASES
        for state in states
    ]


def legacy(url: str, rows: int = ROWS) -> None:
    """Make the legacy tables in an empty database, and fill them."""
    CASE.build(create_engine(url, poolclass=NullPool), rows, 1)


def walked(url: str, state: str) -> None:
    """Take the legacy database into this state."""
    for command in STATES[state]:
        command(evolution, url)


def speaking_new(url: str) -> dict[str, Any]:
    """How the new application connects while there is a namespace."""
    database = database_of(url)
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return database.namespace(evolution.name, database.schema(connection))


@pytest.fixture(scope="module")
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """The database in the state that is the fixture's parameter; its tests share it."""
    kind, state = request.param
    if kind == "mariadb":
        server = request.getfixturevalue("mariadb")
    else:
        server = request.getfixturevalue("servers")(available_postgresql()[0])
    name = f"task_types_{next(numbers)}"
    url = server.create_database(name)
    legacy(url)
    walked(url, state)
    there = state != "purged" or database_of(url).passes_over
    yield Place(kind, url, speaking_new(url) if there else {})
    server.drop_database(name)


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, database: str, mariadb_database: str) -> str:
    """An empty database of each kind."""
    return database if request.param == "postgresql" else mariadb_database
