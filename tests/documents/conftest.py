"""The shop, ready for its evolution; and its documents in every state, made once for each server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from crossfade import commands
from crossfade.document import Document, Guide
from crossfade.testing import PostgresServer
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
def live(documents: dict[str, Document]) -> Guide:
    """The guide while both versions are live."""
    guide = documents["live"]
    assert isinstance(guide, Guide)
    return guide
