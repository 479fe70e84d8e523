"""Databases of either kind: empty, or in states of the evolution, which are made once for a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine, NullPool, create_engine

from crossfade import commands
from crossfade.casebook.chat_templates.case import CASE
from crossfade.casebook.chat_templates.evolution import evolution
from crossfade.testing import available_postgresql

ROWS = 60
DATABASES = ("postgresql", "mariadb")

STATES: dict[str, tuple[Callable[..., object], ...]] = {
    "legacy": (),
    "live": (commands.start,),
    "rolled-back": (commands.start, commands.rollback),
    "live-again": (commands.start, commands.rollback, commands.start),
    "reverted": (commands.start, commands.complete, commands.revert),
    "reverted-after-purge": (commands.start, commands.complete, commands.purge, commands.revert),
}
numbers = count(1)


def in_states(*states: str) -> list[Any]:
    """The parameters of `place`: each of these states on each database."""
    return [
        pytest.param((database, state), id=f"{database}-{state}")
        for database in DATABASES
        for state in states
    ]


@contextmanager
def database(request: pytest.FixtureRequest, kind: str) -> Iterator[str]:
    """The URL of an empty database of this kind, dropped afterwards."""
    if kind == "mariadb":
        server = request.getfixturevalue("mariadb")
    else:
        server = request.getfixturevalue("servers")(available_postgresql()[0])
    name = f"chat_templates_{next(numbers)}"
    yield server.create_database(name)
    server.drop_database(name)


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database of each kind."""
    with database(request, request.param) as url:
        yield url


@pytest.fixture(scope="module")
def place(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """The old application's engine in the state that is the fixture's parameter; its tests share it."""
    kind, state = request.param
    with database(request, kind) as url:
        CASE.build(create_engine(url, poolclass=NullPool), ROWS, 1)
        for command in STATES[state]:
            command(evolution, url)
        engine = create_engine(url)
        yield engine
        engine.dispose()
