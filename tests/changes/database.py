"""Statements as a test's own person sends them: each committed, on a connection of its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import NullPool, create_engine

from crossfade import search_path


def execute(database: str, *statements: str, version: str | None = None) -> list[Any]:
    """The rows of the last statement, as tuples, or as values where they have one column; in the namespace of
    the evolution `version`, where one is given.
    """
    engine = create_engine(database, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if version is not None:
            connection.exec_driver_sql(f"SET search_path = {search_path(version)}")
        rows: list[Any] = []
        for statement in statements:
            result = connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
            rows = list(result.all()) if result.returns_rows else []
    return [row[0] if len(row) == 1 else tuple(row) for row in rows]
