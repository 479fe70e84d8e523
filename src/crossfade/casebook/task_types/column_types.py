"""What the models' columns are, on either database: JSON objects and moments."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import JSON, DateTime, TypeDecorator, literal_column
from sqlalchemy.dialects import mysql, postgresql

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Dialect

__all__ = ["NOW", "OBJECT", "Moment"]

NOW: ColumnElement[datetime] = literal_column("CURRENT_TIMESTAMP(6)")
"""This moment as the database has it: a now() of MariaDB's has no fractions of a second."""
OBJECT = JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


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
