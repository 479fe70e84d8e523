"""Where the applications' two databases differ: the types of some columns, the time, and an upsert."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, DateTime, TypeDecorator, literal_column
from sqlalchemy.dialects import mysql, postgresql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Dialect, Insert

__all__ = ["DOCUMENT", "NOW", "Moment", "upsert"]

DOCUMENT = JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
NOW: ColumnElement[datetime] = literal_column("CURRENT_TIMESTAMP(6)")
"""The time as both databases tell it with all its digits: MariaDB's NOW() has no fractions of a second."""


class Moment(TypeDecorator[datetime]):
    """A moment with its time zone; on MariaDB, which keeps none, it is stored in UTC."""

    impl = DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC."""
        return value if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From UTC, where it says nothing."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def upsert(dialect: Dialect, table: Any, row: Mapping[str, Any], changed: Sequence[str]) -> Insert:
    """A statement that inserts the row, or gives the one that has its id its values of these columns.

    `table` is a table, or a class that is mapped to one.
    """
    if dialect.name == "postgresql":
        inserted = postgresql.insert(table).values(row)
        given = {name: inserted.excluded[name] for name in changed}
        return inserted.on_conflict_do_update(index_elements=["id"], set_=given)
    written = mysql.insert(table).values(row)
    return written.on_duplicate_key_update({name: written.inserted[name] for name in changed})
