"""Whether an evolution may begin: all that can be refused is refused here, before the first statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import UTC, datetime

from sqlalchemy import Connection

from crossfade import codec
from crossfade.commands.checks import demand_answers, demand_passable
from crossfade.commands.definitions import defined, drafted
from crossfade.commands.ground import plan_of
from crossfade.dialects import SchemaDialect
from crossfade.errors import WrongState
from crossfade.evolution import Evolution
from crossfade.journal import Journal, Record
from crossfade.phases import State
from crossfade.plan import Plan
from crossfade.planning import build
from crossfade.schema import TableName


def fitting_plan(
    evolution: Evolution, dialect: SchemaDialect, journal: Journal, connection: Connection
) -> Plan:
    """The plan, once all that can be refused has been looked at."""
    written = [table for change in evolution.changes for table in (*change.tables, *change.looks_at)]
    drafts = drafted(evolution)
    schema = dialect.reflect(connection, written, drafts)
    # Before anything is said of the tables: what another evolution does there is not the user's to mend.
    touched = {
        found.name
        for change in evolution.changes
        for table in change.tables
        if (found := schema.find(table)) is not None
    }
    demand_free(journal, connection, evolution.name, touched)
    schema = schema.without_retired()
    schema, asked = defined(evolution, drafts, schema, dialect) if drafts else (schema, ())
    plan = build(evolution, schema)
    plan = replace(plan, checks=(*asked, *plan.checks))
    demand_free(journal, connection, evolution.name, (*touched, *plan.definitions), plan.reads)
    demand_answers(plan, dialect, connection)
    demand_passable(plan, dialect, connection)
    return plan


def demand_free(
    journal: Journal,
    connection: Connection,
    evolution: str,
    tables: Iterable[TableName | str],
    reads: Iterable[TableName] = (),
) -> None:
    """Raises WrongState where another evolution holds one of the tables, or one that this one `reads`, or
    reads one of the tables.
    """
    wanted, read = set(map(str, tables)), set(map(str, reads))
    for record in journal.records(connection):
        if record.name == evolution or not record.state.holds_tables:
            continue
        shared = (wanted | read).intersection(record.tables) | (wanted & _reads(record))
        if shared:
            raise WrongState(
                f"evolution {record.name!r} is {record.state} on {', '.join(sorted(shared))}",
                place=f"evolution {evolution!r}",
                remedy=f"complete {record.name!r} or roll it back first",
            )


def demand_last(journal: Journal, connection: Connection, record: Record) -> None:
    """Raises WrongState where another evolution came to the same tables later, and builds on this one."""
    began = journal.began(connection, record)
    own = set(record.tables)
    for other in journal.records(connection):
        shared = (own | _reads(record)).intersection(other.tables) | (own & _reads(other))
        if other.name == record.name or other.state is State.ROLLED_BACK or not shared:
            continue
        if journal.began(connection, other) > began:
            first = "" if other.state.holds_tables else "revert it, then "
            raise WrongState(
                f"evolution {other.name!r} came later, and is {other.state} on {', '.join(sorted(shared))}",
                place=f"evolution {record.name!r}",
                remedy=f"take back {other.name!r} first: {first}roll it back",
            )


def _reads(record: Record) -> set[str]:
    return set(map(str, plan_of(record).reads))


def fresh(plan: Plan, earlier: Record | None) -> Record:
    """What the journal is to hold of an evolution that starts, or starts anew after an `earlier` run."""
    encoded = {each.name: codec.encode(getattr(plan, each.name)) for each in fields(plan)}
    now = datetime.now(UTC)
    return Record(
        plan.evolution, plan.fingerprint, plan.summary, State.STARTING, earlier.run + 1 if earlier else 1,
        tuple(map(str, (*plan.tables, *plan.renamed.values(), *plan.definitions))), encoded, now, now, None,
    )  # fmt: skip
