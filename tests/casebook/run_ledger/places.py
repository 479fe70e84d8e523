"""Databases for the tests of the case: the legacy schema, and beside it the tables of the new application."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from crossfade.casebook.run_ledger.data import build
from crossfade.casebook.run_ledger.models import Base
from crossfade.testing import PostgresServer

ROWS = 60
LEGACY_KEYS = (
    "ALTER TABLE user_workflow_run ADD legacy_trace_id bigint UNIQUE",
    "ALTER TABLE user_workflow_run_step ADD legacy_step_id bigint UNIQUE",
)

numbers = count(1)


def legacy(url: str, rows: int = ROWS, *, endpoints: bool = True) -> None:
    """Make the legacy tables in an empty database, and fill them."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        build(connection, rows, endpoints=endpoints)


def modelled(engine: Engine) -> None:
    """Make the new application's tables, as a start makes them: with the legacy columns."""
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        for statement in LEGACY_KEYS:
            connection.execute(text(statement))


def workflow(engine: Engine) -> tuple[UUID, UUID]:
    """A new workflow and its organisation."""
    with engine.begin() as connection:
        org = connection.scalar(text("INSERT INTO organization (name) VALUES ('x') RETURNING id"))
        made = text("INSERT INTO user_workflow (org_id, name) VALUES (:org, 'x') RETURNING id")
        return connection.scalars(made, {"org": org}).one(), UUID(str(org))


@pytest.fixture(scope="module")
def place(postgresql: PostgresServer) -> Iterator[Engine]:
    """A database with the legacy tables, filled, and the new ones, empty; the tests of a module share it."""
    name = f"run_ledger_{next(numbers)}"
    url = postgresql.create_database(name)
    legacy(url)
    engine = create_engine(url)
    modelled(engine)
    yield engine
    engine.dispose()
    postgresql.drop_database(name)
