"""`preview` and `guide`: an evolution as a document, before and after. Nothing is changed."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection

from crossfade.commands.admission import fitting_plan
from crossfade.commands.ground import Database, demand_unedited, known, opened, plan_of
from crossfade.dialects import SchemaDialect
from crossfade.document import Document, Guide
from crossfade.evolution import Evolution
from crossfade.guide import guide as guided
from crossfade.journal import Journal, Record
from crossfade.measured import measured, of_steps, rates
from crossfade.outcomes import written
from crossfade.phases import State
from crossfade.plan import Plan
from crossfade.preview import Ground
from crossfade.preview import preview as told
from crossfade.schema import TableName
from crossfade.survey import Answers, ask


def preview(
    evolution: Evolution, database: Database, *, counts: bool = True, allow_copy: bool = False
) -> Document:
    """The plan, for review: every statement of every command, and what the data says. Changes nothing.

    `counts` reads the tables, to count the rows of each value; without it, no row is read. `allow_copy` is
    what `start` would be told. Raises Refused, or a subclass, for all that `start` would refuse.
    """
    with opened(database) as (found, journal, connection):
        record = journal.find(connection, evolution.name)
        begun = record is not None and record.state is not State.ROLLED_BACK and record.control.allow_copy
        dialect = found.copying() if allow_copy or begun else found
        if record is not None and record.state is not State.ROLLED_BACK:
            if record.state.holds_tables:
                demand_unedited(record, evolution)
            plan = plan_of(record)  # what `start` planned is what the commands that are left will walk
        else:
            plan = fitting_plan(evolution, dialect, journal, connection)
        ground = _ground(plan, record, dialect, journal, connection, evolution, counts=counts)
        return told(plan, dialect, ground)


def guide(evolution: Evolution | str, database: Database, *, counts: bool = True) -> Guide:
    """The same document of an evolution that was started: what was measured, and what is left to do.

    Raises UsageError where it was never started here, WrongState where it was edited since.
    """
    with opened(database) as (found, journal, connection):
        record = known(journal, connection, evolution)
        dialect = found.copying() if record.control.allow_copy else found
        plan = plan_of(record)
        edited = evolution if isinstance(evolution, Evolution) else None
        ground = _ground(plan, record, dialect, journal, connection, edited, counts=counts)
        return guided(
            told(plan, dialect, ground),
            journal.events(connection, record.name),
            written(dialect, connection, record),
            dialect.troubleshooting(plan.evolution, (*plan.tables, *plan.renamed.values())),
            datetime.now(UTC),
        )


def _ground(
    plan: Plan,
    record: Record | None,
    dialect: SchemaDialect,
    journal: Journal,
    connection: Connection,
    evolution: Evolution | None,
    *,
    counts: bool,
) -> Ground:
    state = record.state if record else State.ABSENT
    named = {now: each for each, now in _now(plan, state).items()}
    tables = [str(each) for each in named]
    referring = {str(key.table) for table in plan.before for key in table.referenced_by} - set(tables)
    schema = dialect.reflect(connection, [*tables, *sorted(referring)])
    events = journal.events(connection)
    answers = ask(plan, state, dialect, probe=not measured(events)) if counts else Answers()
    return Ground(
        state=state,
        rows={str(named[each.name]): each.rows for each in schema.tables if each.name in named},
        kept_rows=journal.count_complement(connection, plan.evolution) if record is not None else 0,
        answers=answers,
        rates=rates(events, plan.evolution, answers.read),
        measured=of_steps(events, plan.evolution),
        around=tuple(each for each in schema.tables if each.name not in named),
        held=dialect.held(connection, tables),
        reverted=record is not None and state is State.LIVE and journal.was_reverted(connection, record),
        sessions=dialect.sessions(connection, plan.namespaces) if state is State.COMPLETED else 0,
        accept=evolution.accept if evolution is not None else {},
    )


def _now(plan: Plan, state: State) -> dict[TableName, TableName]:
    """What the plan's tables are called in `state`."""
    later = plan.renamed if state in {State.COMPLETED, State.PURGED} else {}
    return {each: later.get(each, each) for each in plan.tables}
