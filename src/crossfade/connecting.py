"""How an application says which versions it speaks: their namespaces, before what they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crossfade import names
from crossfade.errors import UsageError

_DRIVERS = ("psycopg", "psycopg2", "asyncpg")


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
    version: str, *more: str, driver: str = "psycopg", schemas: Sequence[str] = ("public",)
) -> dict[str, Any]:
    """What gives a connection the namespace of `version`, and of `more`, for the driver's connect function.

        create_engine(url, connect_args=connect_args("open_statuses"))
        create_engine(url, connect_args=connect_args("open_statuses", "add_regions"))
        create_async_engine(url, connect_args=connect_args("open_statuses", driver="asyncpg"))
        psycopg.connect(dsn, **connect_args("open_statuses"))

    Raises UsageError for a driver that it does not know.
    """
    path = search_path(version, *more, schemas=schemas)
    if driver == "asyncpg":
        return {"server_settings": {"search_path": path}}
    if driver not in _DRIVERS:
        raise UsageError(
            f"driver {driver!r} is not known",
            place="connect_args(driver=…)",
            remedy=f"use one of {', '.join(_DRIVERS)}",
        )
    escaped = path.replace("\\", "\\\\").replace(" ", "\\ ")
    return {"options": f"-c search_path={escaped}"}
