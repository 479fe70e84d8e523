"""The databases. A new one is one folder beside these, and one entry in `_DIALECTS`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from crossfade.dialects.dialect import Held, Load, SchemaDialect
from crossfade.dialects.mariadb import MariaDB
from crossfade.dialects.postgresql import PostgreSQL
from crossfade.errors import DatabaseFailed, Unsupported, UsageError

_DIALECTS: dict[str, type[PostgreSQL | MariaDB]] = {
    "postgresql": PostgreSQL,
    "postgres": PostgreSQL,
    "mariadb": MariaDB,
    "mysql": MariaDB,
}
_EXTRAS = {"mariadb": "mariadb", "mysql": "mariadb"}

__all__ = ["Held", "Load", "SchemaDialect", "connect", "demanded"]


def demanded(dialect: str, evolution: str, states: Sequence[str]) -> str:
    """A statement for a script, which fails unless the evolution is in one of these states.

    Raises Unsupported for a database that has no dialect here.
    """
    if dialect not in _DIALECTS:
        raise Unsupported(f"{dialect} is not supported", place=f"evolution {evolution!r}")
    return _DIALECTS[dialect].demanded(evolution, states)


def connect(database: str | URL, *, lock_timeout_ms: int = 200) -> SchemaDialect:
    """The database at a URL, ready for Crossfade.

    Raises UsageError for what is no URL or lacks a driver, Unsupported for a database that has no
    dialect here, DatabaseFailed where it can't be reached. No message holds the password.
    """
    try:
        url = make_url(database)
    except (ArgumentError, ValueError) as error:  # ValueError: a port that is no number
        raise UsageError(
            "the database's URL can't be read",
            place="--database",
            remedy="write it as postgresql://user@host:5432/database, or mariadb://user@host:3306/database",
        ) from error
    # The query may hold secrets as well (password=, sslpassword=), and tells nobody where the server is.
    told = {key: value for key, value in url.query.items() if key in {"host", "port", "unix_socket"}}
    shown = url.set(query=told).render_as_string(hide_password=True)
    name = url.get_backend_name()
    if name not in _DIALECTS:
        raise Unsupported(
            f"{name} is not supported",
            place=shown,
            remedy=f"supported: {', '.join(sorted(set(_DIALECTS) - {'postgres'}))}",
        )
    try:
        return _DIALECTS[name].connect(url, lock_timeout_ms)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise UsageError(
            f"a driver is missing: {error}",
            place=shown,
            remedy=f"pip install 'crossfade[{_EXTRAS.get(name, 'postgres')}]'",
        ) from error
    except (OperationalError, DBAPIError) as error:
        raise DatabaseFailed(
            f"the database can't be reached: {str(error.orig).strip().splitlines()[0]}",
            place=shown,
            remedy="check the address, the role and its password",
        ) from error
