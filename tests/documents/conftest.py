"""The shop, ready for its evolution; and its documents in every state, made once for each server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from crossfade import commands
from crossfade.document import Document, Guide
from crossfade.testing import PostgresServer
from tests.documents import parcels
from tests.documents.shop import EVOLUTION, LEGACY, new, run


@pytest.fixture
def shop(database: str) -> str:
    """The URL of the shop's database, before its evolution."""
    run(database, LEGACY)
    return database


@pytest.fixture(scope="session")
def documents(postgresql: PostgresServer) -> Iterator[dict[str, Document]]:
    """Previews and guides of one evolution on its way, by the state in which they were made."""
    database = postgresql.create_database("documents")
    run(database, LEGACY)
    found: dict[str, Document] = {"absent": commands.preview(EVOLUTION, database)}
    commands.start(EVOLUTION, database)
    new(
        database,
        "UPDATE orders SET status = 'returned' WHERE id <= 7",
        "UPDATE orders SET channel = 'app' WHERE id <= 5",
        "INSERT INTO orders (status, customer_id) VALUES ('mislaid', 1)",
    )
    found["live"] = commands.guide(EVOLUTION, database)
    commands.rollback(EVOLUTION, database)
    found["rolled back"] = commands.preview(EVOLUTION, database)
    commands.start(EVOLUTION, database)
    commands.complete(EVOLUTION, database, quiet_for=timedelta(milliseconds=200))
    run(database, "UPDATE orders SET status = 'odd' WHERE id IN (8, 9)")
    found["completed"] = commands.guide(EVOLUTION, database)
    commands.purge(EVOLUTION, database)
    found["purged"] = commands.guide(EVOLUTION, database)
    yield found
    postgresql.drop_database("documents")


@pytest.fixture
def depot(database: str) -> str:
    """The URL of the parcels' database, before their tables become two."""
    run(database, parcels.LEGACY)
    return database


@pytest.fixture(scope="session")
def shipments(postgresql: PostgresServer) -> Iterator[dict[str, Document]]:
    """Previews and guides of tables that become one, by the state in which they were made."""
    database = postgresql.create_database("shipments")
    run(database, parcels.LEGACY)
    found: dict[str, Document] = {"absent": commands.preview(parcels.EVOLUTION, database)}
    commands.start(parcels.EVOLUTION, database)
    run(database, *parcels.WRITES)
    found["live"] = commands.guide(parcels.EVOLUTION, database)
    commands.rollback(parcels.EVOLUTION, database)
    found["rolled back"] = commands.preview(parcels.EVOLUTION, database)
    commands.start(parcels.EVOLUTION, database)
    commands.complete(parcels.EVOLUTION, database)
    run(database, *parcels.LATER)
    found["completed"] = commands.guide("shipments", database)
    commands.purge(parcels.EVOLUTION, database)
    found["purged"] = commands.guide("shipments", database)
    yield found
    postgresql.drop_database("shipments")


@pytest.fixture
def live(documents: dict[str, Document]) -> Guide:
    """The guide while both versions are live."""
    guide = documents["live"]
    assert isinstance(guide, Guide)
    return guide
