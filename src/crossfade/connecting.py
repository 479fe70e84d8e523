"""How an application says which versions it speaks: their namespaces, before what they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crossfade import names
from crossfade.errors import UsageError

_DRIVERS = ("psycopg", "psycopg2", "asyncpg")
_DATABASE = {"pymysql": "database", "mysqldb": "database", "asyncmy": "db", "aiomysql": "db"}


def search_path(version: str, *more: str, schemas: Sequence[str] = ("public",)) -> str:
    """The search path of the new version `version` (an evolution's name), and of `more`, over `schemas`.

    For `ALTER ROLE … SET search_path` and `SET search_path`. A namespace that does not exist is
    passed over by the server: before `start` and after `purge` the schemas themselves are found.
    The versions may stand in any order, since a table belongs to one evolution at a time.
    """
    versions = [names.checked_evolution(each) for each in dict.fromkeys((version, *more))]
    every = [
        name  # a schema's namespaces before it, and after the schemas that hide its tables
        for schema in schemas
        for name in (*(names.namespace(schema, each) for each in versions), schema)
    ]
    return ", ".join('"' + each.replace('"', '""') + '"' for each in every)


def connect_args(
    version: str,
    *more: str,
    driver: str = "psycopg",
    schemas: Sequence[str] = ("public",),
    database: str | None = None,
) -> dict[str, Any]:
    """What gives a connection the namespace of `version`, and of `more`, for the driver's connect function.

        create_engine(url, connect_args=connect_args("open_statuses"))
        create_engine(url, connect_args=connect_args("open_statuses", "add_regions"))
        create_async_engine(url, connect_args=connect_args("open_statuses", driver="asyncpg"))
        psycopg.connect(dsn, **connect_args("open_statuses"))

    On MariaDB and MySQL the namespace is a database, beside the application's own, which `database` names:

        create_engine(url, connect_args=connect_args("open_statuses", driver="pymysql", database="shop"))

    Raises UsageError for a driver that it does not know, and for several versions where there can be one.
    """
    if driver in _DATABASE:
        return _of_mariadb(version, more, driver, database)
    path = search_path(version, *more, schemas=schemas)
    if driver == "asyncpg":
        return {"server_settings": {"search_path": path}}
    if driver not in _DRIVERS:
        raise UsageError(
            f"driver {driver!r} is not known",
            place="connect_args(driver=…)",
            remedy=f"use one of {', '.join((*_DRIVERS, *_DATABASE))}",
        )
    escaped = path.replace("\\", "\\\\").replace(" ", "\\ ")
    return {"options": f"-c search_path={escaped}"}


def _of_mariadb(version: str, more: Sequence[str], driver: str, database: str | None) -> dict[str, Any]:
    place = "connect_args(…)"
    if more:
        raise UsageError(
            f"a session of MariaDB speaks one new version, not {1 + len(more)}",
            place=place,
            remedy="name one; complete the others first",
        )
    if database is None:
        raise UsageError(
            "the namespace is a database beside the application's own, which is not named",
            place=place,
            remedy="give database=, as the URL has it",
        )
    checked = names.checked_evolution(version)
    return {
        _DATABASE[driver]: names.namespace(database, checked),
        "init_command": f"SET @crossfade_version = '{checked}'",
    }
