"""Sessions of applications on MariaDB: of the old version or of the new one, strict or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pymysql
from sqlalchemy.engine import make_url

from crossfade import connect_args

STRICT = "STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
PATIENCE = 30  # seconds; a statement that waits longer is an error of the application, not a test that hangs


class Session:
    """One connection; `version` names the evolution whose new version it speaks."""

    def __init__(
        self, database: str, *, version: str | None = None, strict: bool = True, autocommit: bool = True
    ) -> None:
        url = make_url(database)
        self.shop = url.database or ""
        given = connect_args(version, driver="pymysql", database=self.shop) if version is not None else {}
        self.connection = pymysql.connect(
            **{
                "unix_socket": str(url.query["unix_socket"]),
                "user": url.username,
                "database": self.shop,
                "charset": "utf8mb4",
                "autocommit": autocommit,
                "ssl_disabled": True,
                "sql_mode": STRICT if strict else "",
                **given,
            }
        )
        self.execute(
            f"SET lock_wait_timeout = {PATIENCE}, innodb_lock_wait_timeout = {PATIENCE}, time_zone = '+00:00'"
        )

    @property
    def number(self) -> int:
        """What the server calls it."""
        return int(self.connection.thread_id())

    def execute(self, sql: str, *values: object) -> int:
        """Execute a statement; how many rows it has changed."""
        with self.connection.cursor() as cursor:
            return int(cursor.execute(sql, values or None))

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            return list(cursor.fetchall())

    def value(self, sql: str, *values: object) -> Any:
        """The one value of a query."""
        ((found,),) = self.rows(sql, *values)
        return found

    def script(self, statements: str | Iterable[str]) -> None:
        """Statements, one after the other; in a text, each ends with a semicolon at a line's end."""
        parts: Sequence[str] = statements.split(";\n") if isinstance(statements, str) else list(statements)
        for each in parts:
            if each.strip():
                self.execute(each.strip().removesuffix(";"))

    def commit(self) -> None:
        """End the transaction."""
        self.connection.commit()

    def rollback(self) -> None:
        """Take the transaction back."""
        self.connection.rollback()

    def close(self) -> None:
        """End the session, where it has not ended."""
        if self.connection.open:
            self.connection.close()


@contextmanager
def opened(database: str, **options: Any) -> Iterator[Session]:
    """A session, until the block ends."""
    session = Session(database, **options)
    try:
        yield session
    finally:
        session.close()
