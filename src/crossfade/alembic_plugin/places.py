"""Where a migration's database is, and the evolution that it names."""

from __future__ import annotations

from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import URL, make_url

from crossfade.config import Config
from crossfade.evolution import Evolution

DATABASE = "crossfade.database"
"""The key of `config.attributes`, or the option of the ini file, that says the database's URL."""

# An application's asynchronous driver, and the one that is used here.
_SYNCHRONOUS = {"asyncpg": "psycopg", "psycopg_async": "psycopg", "aiomysql": "pymysql", "asyncmy": "pymysql"}


def database_of(context: MigrationContext) -> URL:
    """The database that is migrated: as `crossfade.database` says, else that of Alembic's connection or of
    `sqlalchemy.url`. Raises CommandError where nothing says it.
    """
    if (said := _said(context, DATABASE)) is not None:
        url = make_url(said)
    elif context.connection is not None and not context.as_sql:
        url = context.connection.engine.url
    elif (said := _said(context, "sqlalchemy.url")) is not None:
        url = make_url(said)
    else:
        raise CommandError(f"no database is named: say {DATABASE} = postgresql://… in the ini file")
    backend, _, driver = url.drivername.partition("+")
    return url.set(drivername=f"{backend}+{_SYNCHRONOUS[driver]}") if driver in _SYNCHRONOUS else url


def evolution_of(context: MigrationContext, evolution: Evolution | str) -> Evolution:
    """The evolution itself; where only its name is given, one of those that `[tool.crossfade]` says."""
    if isinstance(evolution, Evolution):
        return evolution
    config = context.config
    file = Path(config.config_file_name) if config is not None and config.config_file_name else None
    return Config.nearest(file.parent if file is not None else None).evolution(evolution)


def _said(context: MigrationContext, key: str) -> str | URL | None:
    config = context.config
    if config is None:
        return None
    given: str | URL | None = config.attributes.get(key)
    return given or config.get_main_option(key)
