"""Databases to crash on, and runners to kill."""

from collections.abc import Iterator

import pytest

from crossfade.testing import PostgresServer
from tests.crash.press import Press
from tests.crash.victim import Victims
from tests.crash.victim import victims as victims_


@pytest.fixture(scope="session")
def press(postgresql: PostgresServer) -> Press:
    return Press(postgresql)


@pytest.fixture(scope="session")
def victims() -> Iterator[Victims]:
    with victims_() as forking:
        yield forking
