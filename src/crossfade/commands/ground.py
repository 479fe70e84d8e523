"""What every command stands on: the database, opened and closed again, and the evolution in its journal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError

from crossfade import codec
from crossfade.dialects import SchemaDialect, connect
from crossfade.errors import DatabaseFailed, UsageError, WrongState
from crossfade.evolution import Evolution
from crossfade.journal import Journal, Record
from crossfade.names import nearest
from crossfade.plan import Plan

Database = str | URL


@contextmanager
def opened(database: Database) -> Iterator[tuple[SchemaDialect, Journal, Connection]]:
    """The database, the journal and a connection, until the block ends.

    Raises DatabaseFailed for what the database would not execute there.
    """
    dialect = connect(database)
    try:
        with dialect.engine.connect() as connection:
            yield dialect, Journal(), connection
    except DBAPIError as error:
        raise DatabaseFailed(
            f"the database refused a statement: {str(error.orig).strip()}",
            place=dialect.server,
            remedy="mend the cause, then run the same command again",
        ) from error
    finally:
        dialect.engine.dispose()


def known(journal: Journal, connection: Connection, evolution: Evolution | str) -> Record:
    """The evolution as the journal holds it.

    Raises UsageError where it was never started here, WrongState where it was edited since.
    """
    name = evolution if isinstance(evolution, str) else evolution.name
    record = journal.find(connection, name)
    if record is None:
        known = [each.name for each in journal.records(connection)]
        raise UsageError(
            f"no evolution {name!r} has been started on this database",
            place="--evolution",
            remedy=nearest(name, known) or "start it first",
        )
    if isinstance(evolution, Evolution) and record.state.holds_tables:
        demand_unedited(record, evolution)
    return record


def plan_of(record: Record) -> Plan:
    """The plan that the evolution was started with."""
    return Plan(**{name: codec.decode(value) for name, value in record.plan.items()})


def demand_unedited(record: Record, evolution: Evolution) -> None:
    """Raises WrongState where the evolution is no longer what it was when it was started."""
    if record.fingerprint != evolution.fingerprint:
        raise WrongState(
            f"evolution {record.name!r} was edited since it was started: it was {record.fingerprint}, "
            f"it is {evolution.fingerprint}",
            place=f"evolution {record.name!r}, which is {record.state}",
            remedy="put the file back as it was, or roll back first and start the edited one",
        )
