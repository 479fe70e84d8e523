"""Where a case is built: in an embedded server, or in a database given by URL, which is left as it was."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import NullPool, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from crossfade import names
from crossfade.casebook.earlier import make_way
from crossfade.errors import DatabaseFailed, Refused, UsageError
from crossfade.testing import embedded_postgresql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Engine

    from crossfade.casebook.case import Case
    from crossfade.reports import Status

__all__ = ["EMBEDDED", "Premises", "premises"]

EMBEDDED = "postgresql"  # the value of --database that means an embedded server, as does none
DRIVER = "postgresql+psycopg"


@dataclass(frozen=True)
class Premises:
    """A built case: the URL of its database, the schema in it, the server, and the rows of each table."""

    url: str
    schema: str
    server: str
    rows: Mapping[str, int]


@contextmanager
def premises(
    case: Case,
    database: str | None,
    *,
    rows: int,
    seed: int,
    say: Callable[[str], None],
    status: Callable[[str], Sequence[Status]],
) -> Iterator[Premises]:
    """Build the case and yield where; afterwards take away all that it made, and `say` so.

    Without a database (None or "postgresql") an embedded server lives as long as the block. In a given one,
    Refused is raised where anything of the case's is there already, or its evolution is not over, and nothing
    is changed. `status` is the command of that name. Raises UsageError for what is no PostgreSQL URL,
    DatabaseFailed for an unreachable one.
    """
    if database in (None, EMBEDDED):
        with embedded_postgresql() as server:
            say(f"embedded PostgreSQL {server.version}")
            yield _build(case, server.create_database(case.name), rows, seed)
        return
    assert database is not None  # noqa: S101 - for the type checker: None was handled above
    url = _spoken(database)
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            schema = str(connection.scalar(text("SELECT current_schema()")))
            had_journal = _exists(connection, "SCHEMA", names.JOURNAL)
            taken = _taken(case, connection, schema)
    except SQLAlchemyError as error:
        raise DatabaseFailed(
            f"The database could not be used: {error}", remedy="check --database: postgresql://user@host/name"
        ) from error
    if had_journal:
        make_way(case, engine, status(url), taken, say)
    if taken:
        raise Refused(
            f"The case {case.name!r} makes what this database has already: {', '.join(taken)}",
            place=f"schema {schema!r}",
            remedy="use another database; nothing was changed in this one",
        )
    try:
        yield _build(case, url, rows, seed)
    finally:
        _clean(case, engine, schema, say, had_journal=had_journal)


def _build(case: Case, url: str, rows: int, seed: int) -> Premises:
    engine = create_engine(url, poolclass=NullPool)
    made = case.build(engine, rows, seed)
    with engine.connect() as connection:
        version = str(connection.scalar(text("SHOW server_version"))).split()[0]
        schema = str(connection.scalar(text("SELECT current_schema()")))
    return Premises(url, schema, f"postgresql {version}", dict(made))


def _spoken(database: str) -> str:
    """The URL with the driver that the cases speak."""
    url = make_url(database)
    if url.get_backend_name() not in {"postgresql", "postgres"}:
        raise UsageError(
            f"This case needs PostgreSQL; {url.get_backend_name()!r} is something else",
            remedy="give --database postgresql://… or leave it away for an embedded server",
        )
    return url.set(drivername=DRIVER).render_as_string(hide_password=False)


def _taken(case: Case, connection: Connection, schema: str) -> list[str]:
    taken = [f"table {name}" for name in case.tables if _exists(connection, "TABLE", name)]
    taken += [f"type {name}" for name in case.types if _exists(connection, "TYPE", name)]
    taken += [f"function {name}" for name in case.functions if _exists(connection, "FUNCTION", name)]
    namespace = names.namespace(schema, case.evolution.name)
    return taken + ([f"schema {namespace}"] if _exists(connection, "SCHEMA", namespace) else [])


def _exists(connection: Connection, kind: str, name: str) -> bool:
    lookup = {
        "TABLE": "to_regclass(:name)",
        "TYPE": "to_regtype(:name)",
        "FUNCTION": "to_regprocedure(:name)",
        "SCHEMA": "to_regnamespace(:name)",
    }[kind]
    return connection.scalar(text(f"SELECT {lookup} IS NOT NULL"), {"name": name}) is True


def _clean(case: Case, engine: Engine, schema: str, say: Callable[[str], None], *, had_journal: bool) -> None:
    """Drop what the case made, and only that; say what could not be."""
    quoted = engine.dialect.identifier_preparer.quote
    retired = [names.retired(name, case.evolution.name) for name in case.tables]
    shells = [f"{names.JOURNAL}.{quoted(names.shell(schema, name))}" for name in retired]
    first = [*map(quoted, retired), *shells]  # where a walk has ended in between
    drops = [("schema", quoted(names.namespace(schema, case.evolution.name)), " CASCADE")]
    drops += [("table", quoted(name), "") for name in case.tables]
    drops += [("function", name, "") for name in case.functions]
    drops += [("type", quoted(name), "") for name in case.types]
    if had_journal:
        say(
            f"left alone: the journal (schema {names.JOURNAL}): it was there before and now knows of this run"
        )
    else:
        drops.append(("schema", quoted(names.JOURNAL), " CASCADE"))
    made = ", ".join(f"{kind} {name}" for kind, name, _ in drops)
    try:
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '10s'"))
            connection.execute(text(f"DROP TABLE IF EXISTS {', '.join(first)} CASCADE"))
            for kind, name, how in drops:
                connection.execute(text(f"DROP {kind} IF EXISTS {name}{how}"))
    except SQLAlchemyError as error:
        say(f"could not clean up ({error}); still there: {made}")
    else:
        say(f"cleaned up: dropped {made}")
