"""Where a case is built: in an embedded server, or in a database given by URL, which is left as it was."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import NullPool, create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from crossfade import names
from crossfade.casebook.databases import DATABASES, database_of
from crossfade.casebook.earlier import make_way
from crossfade.errors import DatabaseFailed, Refused, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from sqlalchemy import Connection, Engine

    from crossfade.casebook.case import Case
    from crossfade.casebook.databases.database import Database
    from crossfade.reports import Status

__all__ = ["Premises", "premises"]


@dataclass(frozen=True)
class Premises:
    """A built case: the URL of its database, the schema in it, the server, and the rows of each table.

    `namespace` are the arguments of connecting by which the new application speaks its version.
    """

    url: str
    schema: str
    server: str
    rows: Mapping[str, int]
    namespace: Mapping[str, Any]


@contextmanager
def premises(
    case: Case,
    place: str | None,
    *,
    rows: int,
    seed: int,
    say: Callable[[str], None],
    status: Callable[[str], Sequence[Status]],
) -> Iterator[Premises]:
    """Build the case and yield where; afterwards take away all that it made, and `say` so.

    `place` is a database's URL; or the name of one of `DATABASES`, of which a server then lives as long as
    the block (without any, the case's first). In a given database, Refused is raised where anything of the
    case's is there already, or its evolution is not over, and nothing is changed. `status` is the command of
    that name. Raises UsageError for a database that the case does not run on, DatabaseFailed for an
    unreachable one.
    """
    if place is None or place in DATABASES:
        database = DATABASES[place or case.databases[0]]
        _demand(case, database)
        with database.embedded() as server:
            say(f"embedded {database.title} {server.version}")
            yield _build(case, database, server.create_database(case.name), rows, seed)
        return
    database = database_of(place)
    _demand(case, database)
    url = database.spoken(make_url(place)).render_as_string(hide_password=False)
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            schema = database.schema(connection)
            had_journal = database.exists(connection, "schema", database.journal(schema))
            taken = _taken(case, database, connection, schema)
    except SQLAlchemyError as error:
        raise DatabaseFailed(
            f"The database could not be used: {error}",
            remedy=f"check --database: {database.name}://user@host/name",
        ) from error
    if had_journal:
        make_way(case, url, schema, status(url), taken, say)
    if taken:
        raise Refused(
            f"The case {case.name!r} makes what this database has already: {', '.join(taken)}",
            place=f"schema {schema!r}",
            remedy="use another database; nothing was changed in this one",
        )
    try:
        yield _build(case, database, url, rows, seed)
    finally:
        _clean(case, database, engine, schema, say, had_journal=had_journal)


def _demand(case: Case, database: Database) -> None:
    if database.name not in case.databases:
        needed = " or ".join(DATABASES[name].title for name in case.databases)
        raise UsageError(
            f"The case {case.name!r} needs {needed}; this is {database.title}",
            place="--database",
            remedy=f"give --database {case.databases[0]}://…, or leave it away for an embedded server",
        )


def _build(case: Case, database: Database, url: str, rows: int, seed: int) -> Premises:
    engine = create_engine(url, poolclass=NullPool)
    made = case.build(engine, rows, seed)
    with engine.connect() as connection:
        server, schema = database.version(connection), database.schema(connection)
    return Premises(url, schema, server, dict(made), database.namespace(case.evolution.name, schema))


def _taken(case: Case, database: Database, connection: Connection, schema: str) -> list[str]:
    wanted = [
        *(("table", name) for name in case.tables),
        *(("view", name) for name in case.views),
        *(("type", name) for name in case.types),
        *(("function", name) for name in case.functions),
        ("schema", names.namespace(schema, case.evolution.name)),
    ]
    return [f"{kind} {name}" for kind, name in wanted if database.exists(connection, kind, name)]


def _clean(
    case: Case,
    database: Database,
    engine: Engine,
    schema: str,
    say: Callable[[str], None],
    *,
    had_journal: bool,
) -> None:
    """Drop what the case made, and only that; say what could not be."""
    evolution = case.evolution.name
    drops = [*database.drops(schema, case.views, case.tables, case.functions, case.types, evolution)]
    journal = database.drop_journal(schema)
    if had_journal:
        said = f"the journal ({journal.kind} {journal.name}): it was there before and now knows of this run"
        say(f"left alone: {said}")
    else:
        drops.append(journal)
    made = ", ".join(f"{each.kind} {each.name}" for each in drops)
    try:
        with engine.begin() as connection:
            for statement in (
                *database.retired(schema, case.views, case.tables, case.functions, evolution),
                *(each.statement for each in drops),
            ):
                connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
    except SQLAlchemyError as error:
        say(f"could not clean up ({error}); still there: {made}")
    else:
        say(f"cleaned up: dropped {made}")
