"""Databases with the drafts, and runners to kill there."""

from collections.abc import Iterator

import pytest

from crossfade.testing import PostgresServer
from tests.changes.database import execute
from tests.crash.press import Press
from tests.crash.victim import Victims
from tests.crash.victim import victims as victims_
from tests.definitions.course import COURSE
from tests.definitions.drafts import DRAFTS, ROLES

pytest.register_assert_rewrite("tests.crash.resuming")  # so that what differs is shown


@pytest.fixture
def drafts(database: str) -> str:
    """The URL of a database with the table, the function and the view."""
    execute(database, DRAFTS, ROLES)
    return database


@pytest.fixture(scope="session")
def press(postgresql: PostgresServer) -> Press:
    return Press(postgresql, COURSE)


@pytest.fixture(scope="session")
def victims() -> Iterator[Victims]:
    with victims_(COURSE.where) as forking:
        yield forking
