"""The survey: what a document asks the data, and the answers. It reads, and can do no more."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from crossfade.dialects import SchemaDialect
from crossfade.expressions import ValueMap
from crossfade.lens import Law, RowLens
from crossfade.phases import State
from crossfade.plan import Plan
from crossfade.schema import TableName
from crossfade.session import execute
from crossfade.steps import CountApart, CountUnsaid, CountValues, RenameColumn, RestoreComplement, Step

OLD_ALONE = (State.ABSENT, State.ROLLED_BACK)
NEW_ALONE = (State.PURGED,)
BOTH = (State.LIVE, State.COMPLETED)  # of a completed evolution the old side is retired, not gone


@dataclass(frozen=True)
class Apart:
    """Rows of one lens: whose new side `forward` would not give; whose sides agree, and yet `backward` would
    not give the old one; and whose sides disagree. None: the lens says nothing of it.
    """

    kept: int | None = None
    lost: int | None = None
    apart: int | None = None


@dataclass(frozen=True)
class Answers:
    """What the data said. `values` are by table and column as the database has it, `apart` by table and
    change, `unsaid` by table and column as people know it. `read` are rows and seconds of the largest
    question.
    """

    asked: tuple[Step, ...] = ()
    values: Mapping[tuple[TableName, str], Mapping[str | None, int]] = field(default_factory=dict)
    apart: Mapping[tuple[TableName, str], Apart] = field(default_factory=dict)
    unsaid: Mapping[tuple[TableName, str], int] = field(default_factory=dict)
    read: tuple[int, float] = (0, 0.0)


def lenses(plan: Plan, state: State) -> tuple[tuple[TableName, tuple[str, ...], tuple[RowLens, ...]], ...]:
    """Each table with its columns and its lenses, by the names that columns have in `state`."""
    renames = _renames(plan) if state in {State.COMPLETED, State.PURGED} else {}
    found = []
    for step in plan.start:
        if isinstance(step, RestoreComplement):
            new = renames.get(step.table, {})
            columns = tuple(new.get(each, each) for each in step.columns)
            found.append((step.table, columns, tuple(each.renamed(new) for each in step.lenses)))
    return tuple(found)


def questions(plan: Plan, state: State) -> tuple[Step, ...]:
    """What can be counted in `state`; nothing while a command runs, or was interrupted."""
    found: list[Step] = []
    for table, columns, of_table in lenses(plan, state):
        for lens in of_table:
            found.extend(_values(table, lens, state))
        if state in BOTH:
            found.append(CountApart(table, of_table, columns))
    if state in {State.COMPLETED, State.PURGED}:
        found.extend(plan.unsaid)
    return tuple(dict.fromkeys(found))


def ask(plan: Plan, state: State, dialect: SchemaDialect) -> Answers:
    """The answers to all questions, each of a snapshot of its own."""
    values: dict[tuple[TableName, str], dict[str | None, int]] = {}
    apart: dict[tuple[TableName, str], Apart] = {}
    unsaid: dict[tuple[TableName, str], int] = {}
    read = (0, 0.0)
    asked = questions(plan, state)
    for step in asked:
        *settings, query = dialect.render(step)
        with dialect.engine.connect() as connection:
            for setting in settings:
                execute(connection, setting)
            began = time.monotonic()
            rows = execute(connection, query).all()
            seconds = time.monotonic() - began
        match step:
            case CountValues():
                values[step.table, step.column] = {row.value: row.rows for row in rows}
                read = max(read, (sum(row.rows for row in rows), seconds))
            case CountApart():
                read = max(read, (rows[0].rows, seconds))
                for number, lens in enumerate(step.lenses):
                    kinds = ("kept", "lost", "apart")
                    counted = {kind: getattr(rows[0], f"{kind}_{number}", None) for kind in kinds}
                    if lens.law is Law.BACKWARD:
                        counted["lost"] = 0  # that is what the law says
                    apart[step.table, lens.change] = Apart(**counted)
            case CountUnsaid():
                unsaid[step.table, step.shown] = sum(row.rows for row in rows)
    return Answers(asked, values, apart, unsaid, read)


def _values(table: TableName, lens: RowLens, state: State) -> Iterator[CountValues]:
    if state in (*OLD_ALONE, State.LIVE):
        for each in lens.forward:
            if isinstance(each.value, ValueMap):
                yield CountValues(table, each.value.column, each.value.column)
    if state in (*BOTH, *NEW_ALONE):
        for place, each in enumerate(lens.backward):
            if isinstance(each.value, ValueMap):
                shown = lens.shown[place] if place < len(lens.shown) else each.value.column
                yield CountValues(table, each.value.column, shown)


def _renames(plan: Plan) -> dict[TableName, dict[str, str]]:
    found: dict[TableName, dict[str, str]] = {}
    for step in plan.complete:
        if isinstance(step, RenameColumn):
            found.setdefault(step.table, {})[step.column] = step.to
    return found
