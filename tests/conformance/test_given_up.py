"""A completed evolution that is reverted and purged: the legacy catalogue, the old rows, and nothing kept."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from sqlalchemy import make_url

from tests.conformance.database import Database
from tests.conformance.entries import ENTRIES, ON_MARIADB
from tests.conformance.entry import Entry
from tests.conformance.mariadb import MARIADB
from tests.conformance.postgresql import POSTGRESQL
from tests.conformance.stops import GIVEN_UP
from tests.conformance.walk import Walk
from tests.conformance.writes import Write

NAMES = ("INSERT of one row", "UPDATE of the evolved column", "DELETE of one row, of many")


def writes(database: Database) -> list[Write]:
    return [each for each in database.writes if each.name in NAMES]


@pytest.mark.one_server
@pytest.mark.one_in(12)
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_on_postgresql(database: str, entry: Entry) -> None:
    with ExitStack() as stack:
        Walk(POSTGRESQL, database, entry, "public", stack, stops=GIVEN_UP, writes=writes(POSTGRESQL)).go()


@pytest.mark.one_in(12)
@pytest.mark.parametrize(
    "entry", [each for each in ON_MARIADB if each.refused is None], ids=lambda entry: entry.name
)
def test_on_mariadb(mariadb_database: str, entry: Entry) -> None:
    name = make_url(mariadb_database).database
    assert name is not None
    with ExitStack() as stack:
        Walk(MARIADB, mariadb_database, entry, name, stack, stops=GIVEN_UP, writes=writes(MARIADB)).go()
