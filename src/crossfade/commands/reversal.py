"""`revert`: from the new version alone back into both versions live."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from crossfade.commands.admission import demand_last
from crossfade.commands.bindings import demand_unbound
from crossfade.commands.checks import demand_none, demand_walks
from crossfade.commands.ground import Database, known, opened, plan_of
from crossfade.commands.walk import walk
from crossfade.dialects import SchemaDialect
from crossfade.errors import SchemaMismatch
from crossfade.evolution import Evolution
from crossfade.fitness import check_names_back
from crossfade.journal import Record
from crossfade.phases import Command, State, transition
from crossfade.plan import Plan
from crossfade.progress import Observer
from crossfade.reports import Outcome
from crossfade.session import Session, execute
from crossfade.steps import Step


def revert(evolution: Evolution | str, database: Database, *, observer: Observer | None = None) -> Outcome:
    """Bring the old side of a completed evolution back; both versions are then live, as after `start`.

    Before a purge the old side comes back as it was, but for the rows that the new application changed;
    after it, by `backward` alone. Raises SchemaMismatch where rows hold what the old side can't say.
    """

    def steps(plan: Plan, session: Session) -> Sequence[Step]:
        return plan.revert_purged if session.origin is State.PURGED else plan.revert

    with opened(database) as (dialect, journal, connection):
        record = known(journal, connection, evolution)
        transition(record.name, record.state, Command.REVERT)
        _sayable(record, dialect, connection)
        _passable(record, dialect, connection)
        connection.rollback()
        journal.install(connection)  # holds the journal's lock: nobody starts on the tables meanwhile
        demand_last(journal, connection, record)
        _nameable(record, dialect, connection)
        return walk(dialect, journal, connection, record, Command.REVERT, steps, observer)


def _nameable(record: Record, dialect: SchemaDialect, connection: Connection) -> None:
    """Raises SchemaMismatch where a name that the old version needs is another's now."""
    if record.state is State.REVERTING:
        return
    plan = plan_of(record)
    tables = [str(plan.renamed.get(each, each)) for each in plan.tables]
    schema = dialect.reflect(connection, tables)
    check_names_back(plan.revert, schema, f"evolution {record.name!r}")
    demand_unbound(plan.revert, dialect, connection, f"evolution {record.name!r}")


def _passable(record: Record, dialect: SchemaDialect, connection: Connection) -> None:
    """Raises Refused where the server could not go through with it: the tables may not be what they were."""
    if record.state is State.REVERTING:
        return
    plan = plan_of(record)
    steps = plan.revert_purged if record.state is State.PURGED else plan.revert
    written = [str(plan.renamed.get(each, each)) for each in plan.tables]
    dialect = dialect.copying() if record.control.allow_copy else dialect
    tables = dialect.reflect(connection, written).tables
    demand_walks((steps,), tables, dialect, connection, f"evolution {record.name!r}")


def _sayable(record: Record, dialect: SchemaDialect, connection: Connection) -> None:
    """Raises SchemaMismatch where rows hold values for which the old version has none."""
    if record.state is State.REVERTING:
        return
    plan, place = plan_of(record), f"evolution {record.name!r}"
    for count in plan.missing_purged if record.state is State.PURGED else plan.missing:
        try:
            demand_none(count, dialect, connection, place)
        except DBAPIError:
            if record.state is not State.PURGED:
                raise
            connection.rollback()  # a type that is gone, which revert makes again: it can't be asked before
    for check in plan.unsaid:
        (statement,) = dialect.render(check)
        found = [(row.value, row.rows) for row in execute(connection, statement)]
        if found:
            listed = ", ".join(f"{value!r} ({rows} rows)" for value, rows in found)
            raise SchemaMismatch(
                f"{check.table}.{check.shown} holds values that the old version can't say: {listed}",
                place=f"{place}, {check.change}",
                remedy="give these rows another value first; unknown= would have said what old readers see",
            )
