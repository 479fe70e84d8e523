"""Databases to crash on, and runners to kill."""

from collections.abc import Iterator

import pytest

from crossfade.testing import PostgresServer
from tests.crash.press import Press
from tests.crash.statuses import STATUSES
from tests.crash.victim import Victims
from tests.crash.victim import victims as victims_

pytest.register_assert_rewrite("tests.crash.resuming")  # so that what differs is shown


@pytest.fixture(scope="session")
def press(postgresql: PostgresServer) -> Press:
    return Press(postgresql, STATUSES)


@pytest.fixture(scope="session")
def victims() -> Iterator[Victims]:
    with victims_(STATUSES.where) as forking:
        yield forking
