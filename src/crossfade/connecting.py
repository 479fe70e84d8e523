"""How an application says which version it speaks: its namespace, first on the search path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crossfade import names
from crossfade.errors import UsageError

_DRIVERS = ("psycopg", "psycopg2", "asyncpg")


def search_path(version: str, *, schemas: Sequence[str] = ("public",)) -> str:
    """The search path of the new version `version` (an evolution's name) over `schemas`.

    For `ALTER ROLE … SET search_path` and `SET search_path`. A namespace that does not exist is
    passed over by the server: before `start` and after `purge` the schemas themselves are found.
    """
    names.checked_evolution(version)
    every = (*(names.namespace(schema, version) for schema in schemas), *schemas)
    return ", ".join('"' + each.replace('"', '""') + '"' for each in every)


def connect_args(
    version: str, *, driver: str = "psycopg", schemas: Sequence[str] = ("public",)
) -> dict[str, Any]:
    """What gives a connection the namespace of `version`, for the driver's connect function.

        create_engine(url, connect_args=connect_args("open_statuses"))
        create_async_engine(url, connect_args=connect_args("open_statuses", driver="asyncpg"))
        psycopg.connect(dsn, **connect_args("open_statuses"))

    Raises UsageError for a driver that it does not know.
    """
    path = search_path(version, schemas=schemas)
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
