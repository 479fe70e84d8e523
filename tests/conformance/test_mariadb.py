"""Every change on MariaDB, written in every way, at every stop; or refused by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import make_url

from crossfade.testing import MariadbServer
from tests.conformance.entries import ON_MARIADB
from tests.conformance.entry import Entry
from tests.conformance.mariadb import MARIADB
from tests.conformance.walk import Walk

NAMES = ("plain", "odd")  # of the database
ODD = "The `Shop`-{} 100 %"


@pytest.fixture
def named_database(
    request: pytest.FixtureRequest, named: str, mariadb: MariadbServer, database_numbers: Iterator[int]
) -> Iterator[str]:
    """The URL of an empty database whose name is plain or odd."""
    if named == "plain":
        yield request.getfixturevalue("mariadb_database")
        return
    name = ODD.format(next(database_numbers))
    yield mariadb.create_database(name)
    mariadb.drop_database(name)


@pytest.mark.parametrize("named", NAMES)
@pytest.mark.parametrize("entry", ON_MARIADB, ids=lambda entry: entry.name)
def test_both_versions_read_what_either_writes(named_database: str, entry: Entry) -> None:
    name = make_url(named_database).database
    assert name is not None
    with ExitStack() as stack:
        walk = Walk(MARIADB, named_database, entry, name, stack)
        if entry.refused is None:
            walk.go()
        else:
            walk.is_refused(entry.refused)
