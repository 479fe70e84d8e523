"""The survey: what a document asks the data, and the answers. It reads, and can do no more."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from sqlalchemy.exc import DBAPIError

from crossfade.dialects import SchemaDialect
from crossfade.expressions import Expression, Said, domain, settled
from crossfade.lens import Assignment, Law, RowLens
from crossfade.phases import State
from crossfade.plan import Plan
from crossfade.schema import Column, TableName
from crossfade.session import execute
from crossfade.steps import (
    CopyRows,
    CountApart,
    CountReturns,
    CountUnanswered,
    CountUnsaid,
    CountValues,
    InstallSync,
    ReadRows,
    RenameColumn,
    Step,
    under,
)

OLD_ALONE = (State.ABSENT, State.ROLLED_BACK)
BOTH = (State.LIVE, State.COMPLETED)  # of a completed evolution the old side is retired, not gone
NEW_ALONE = (State.COMPLETED, State.PURGED)

_NOTHING: Mapping[str, Any] = {
    "old": (),
    "new": (),
    "forward": (),
    "backward": (),
}  # a lens to be passed over


@dataclass(frozen=True)
class Held:
    """So many rows hold a value; `back` is what it becomes on the way back, where that was asked."""

    value: Said
    back: str | None
    rows: int


@dataclass(frozen=True)
class Values:
    """The values of a column, the commonest first; `many` are there in all."""

    held: tuple[Held, ...]
    many: int

    @property
    def whole(self) -> bool:
        """Whether no value was left out."""
        return self.many <= len(self.held)


@dataclass(frozen=True)
class Apart:
    """Rows of one lens: whose new side `forward` would not give; whose sides agree, and yet `backward` would
    not give the old one; whose sides disagree; and whose new side would be another one if it went back and
    came again. None: not asked, or the lens says nothing of it.
    """

    kept: int | None = None
    lost: int | None = None
    apart: int | None = None
    beyond: int | None = None


@dataclass(frozen=True)
class Answers:
    """What the data said, by the plan's tables. `values` are by column, as the database has it, `apart` by
    the lens's place among its table's, `unsaid` by column as people know it. `read` are rows and seconds of
    rows that were read for a rate; `failed` says which questions the database did not answer.
    """

    asked: tuple[Step, ...] = ()
    values: Mapping[tuple[TableName, str], Values] = field(default_factory=dict)
    apart: Mapping[tuple[TableName, int], Apart] = field(default_factory=dict)
    unsaid: Mapping[tuple[TableName, str], int] = field(default_factory=dict)
    read: tuple[int, float] = (0, 0.0)
    failed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lensed:
    """A table's lenses, by the names that its columns have in a state; `columns` are those that are there.
    `called` says what people call a column that was renamed since.
    """

    table: TableName
    columns: tuple[str, ...]
    lenses: tuple[RowLens, ...]
    called: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Pair:
    """The two ways between one old and one new column of a lens."""

    there: Assignment
    back: Assignment
    old: str
    new: str


def pairs(lens: RowLens) -> Iterator[Pair]:
    """The columns of a lens that determine each other one by one, by a known set of old values."""
    for there in lens.forward:
        for back in lens.backward:
            to_and_fro = there.value.reads == {back.column} and back.value.reads == {there.column}
            if to_and_fro and domain(there.value) is not None:
                yield Pair(there, back, back.column, there.column)


def shown(lens: RowLens, column: str) -> str:
    """What people call a new column of the lens."""
    held = [each.name for each in lens.new]
    return lens.shown[held.index(column)] if column in held else column


def lensed(plan: Plan, state: State) -> tuple[Lensed, ...]:
    """Each table of the plan that has lenses, as it is in `state`."""
    renames = _renames(plan) if state in NEW_ALONE else {}
    columns = {step.table: step.columns for step in plan.start if isinstance(step, InstallSync)}
    found = []
    for table in dict.fromkeys(each.table for each in plan.lenses):
        names = renames.get(table, {})
        lenses = tuple(each.renamed(names, renames) for each in plan.lenses if each.table == table)
        gone = _gone(lenses, state)
        there = tuple(now for each in columns.get(table, ()) if (now := names.get(each, each)) not in gone)
        found.append(Lensed(table, there, lenses, {now: before for before, now in names.items()}))
    return tuple(found)


def questions(plan: Plan, state: State, *, probe: bool = False) -> tuple[Step, ...]:
    """What can be counted in `state`; nothing while a command runs, or was interrupted. `probe` asks for a
    rate of reading too.
    """
    moved = plan.renamed if state in NEW_ALONE else {}
    asked = [under(step, moved) for step in _questions(plan, state)]
    if probe and (largest := _largest(plan)) is not None:
        asked.append(under(ReadRows(largest), moved))
    return tuple(dict.fromkeys(asked))


def ask(plan: Plan, state: State, dialect: SchemaDialect, *, probe: bool = False) -> Answers:
    """The answers to all questions, each of a snapshot of its own. What fails is told, and not counted: a
    later evolution may have taken away what a completed one speaks of.
    """
    back = {now: before for before, now in plan.renamed.items()} if state in NEW_ALONE else {}
    answers = _Answers()
    asked = questions(plan, state, probe=probe)
    for step in asked:
        *settings, query = dialect.render(step)
        try:
            with dialect.engine.connect() as connection:
                for setting in settings:
                    execute(connection, setting)
                began = time.monotonic()
                rows = execute(connection, query).all()
                seconds = time.monotonic() - began
        except DBAPIError as error:
            answers.failed.append(f"{step.title}: {str(error.orig).strip().splitlines()[0]}")
            continue
        answers.take(under(step, back), rows, seconds)
    return Answers(asked, answers.values, answers.apart, answers.unsaid, answers.read, tuple(answers.failed))


class _Answers:
    """Answers, as they come in."""

    def __init__(self) -> None:
        self.values: dict[tuple[TableName, str], Values] = {}
        self.apart: dict[tuple[TableName, int], Apart] = {}
        self.unsaid: dict[tuple[TableName, str], int] = {}
        self.read = (0, 0.0)
        self.failed: list[str] = []

    def take(self, step: Step, rows: Sequence[Any], seconds: float) -> None:
        match step:
            case CountValues():
                held = tuple(Held(_said(row.value, step.made), row.back, row.rows) for row in rows)
                self.values[step.table, step.column] = Values(held, rows[0].many if rows else 0)
            case CountApart():
                for number, lens in enumerate(step.lenses):
                    counted = {kind: _count(rows, f"{kind}_{number}") for kind in ("kept", "lost", "apart")}
                    if lens.law is Law.BACKWARD:
                        counted["lost"] = 0  # that is what the law says
                    self._add(step.table, number, **counted)
            case CountReturns():
                for number, lens in enumerate(step.lenses):
                    if _made(lens, step.side):
                        kind = "lost" if step.side == "old" else "beyond"
                        self._add(step.table, number, **{kind: _count(rows, f"returns_{number}")})
            case CountUnsaid() | CountUnanswered():
                self.unsaid[step.table, step.shown] = int(rows[0].many) if rows else 0
            case ReadRows():
                self.read = (rows[0].rows, seconds)

    def _add(self, table: TableName, number: int, **counted: int | None) -> None:
        self.apart[table, number] = replace(self.apart.get((table, number), Apart()), **counted)


def _count(rows: Sequence[Any], name: str) -> int | None:
    found: int | None = getattr(rows[0], name, None)
    return found


def _said(text: str | None, made: Expression | None) -> Said:
    """A value as the database told it: what a lookup row holds is a JSON object."""
    if text is None or made is None or not text.startswith("{") or settled(made):
        return text
    return tuple(json.loads(text).items())


def _questions(plan: Plan, state: State) -> Iterator[Step]:
    for table in lensed(plan, state):
        for lens in table.lenses:
            for pair in pairs(lens):
                yield from _values(table.table, lens, pair, state)
        if state in BOTH:
            yield CountApart(table.table, table.lenses, table.columns, retired=state is State.COMPLETED)
        if state in OLD_ALONE and any(map(_ends, table.lenses)):
            ends = (each if _ends(each) else _blank(each) for each in table.lenses)
            yield CountApart(table.table, tuple(ends), table.columns)
        side = "old" if state in OLD_ALONE else "new" if state in NEW_ALONE else ""
        if side and any(_made(lens, side) for lens in table.lenses):
            lenses = tuple(
                _textual(each, side) if _made(each, side) else _blank(each) for each in table.lenses
            )
            yield CountReturns(table.table, lenses, table.columns, side)
    if state in NEW_ALONE:
        yield from plan.unsaid


def _values(table: TableName, lens: RowLens, pair: Pair, state: State) -> Iterator[CountValues]:
    if state in (*OLD_ALONE, State.LIVE):
        yield CountValues(table, pair.old, pair.old, lens)
    if state in (*BOTH, *NEW_ALONE):
        plain = _textual(lens, "new")
        back = next(each.value for each in plain.backward if each.column == pair.back.column)
        yield CountValues(table, pair.new, shown(lens, pair.new), lens, pair.there.value, back)


def _ends(lens: RowLens) -> bool:
    """Whether the old side ends there: the new one does not have it, and nothing gives it back."""
    return bool(lens.old) and not lens.new and not lens.backward


def _blank(lens: RowLens) -> RowLens:
    """A lens of which nothing is asked, in its place."""
    return replace(lens, old=(), new=(), forward=(), backward=(), law=Law.FREE)


def _made(lens: RowLens, side: str) -> bool:
    """Whether the database can tell, where `side` is there alone, what comes back of it."""
    if side == "new":
        return bool(lens.forward and lens.backward)
    every = (*lens.forward, *lens.backward)
    return bool(lens.old) and all(settled(each.value) for each in every) and not any(pairs(lens))


def _textual(lens: RowLens, side: str) -> RowLens:
    """The lens where the side that is not there is text: its types may be gone."""
    old = side == "new"
    made = lens.old if old else lens.new
    types = {each.type for each in made if each.enum is not None}

    def column(each: Column) -> Column:
        return replace(each, type="text", enum=None, default=None) if each in made else each

    def assignment(each: Assignment) -> Assignment:
        given: Any = each.value
        typed = {
            found.name: "text"
            for found in fields(given)
            if found.name in {"source", "target", "type"} and getattr(given, found.name) in types
        }
        return replace(each, value=replace(given, **typed))

    return replace(
        lens,
        old=tuple(map(column, lens.old)),
        new=tuple(map(column, lens.new)),
        forward=tuple(map(assignment, lens.forward)),
        backward=tuple(map(assignment, lens.backward)),
    )


def _gone(lenses: Sequence[RowLens], state: State) -> set[str]:
    """Columns of the lenses that are not there in `state`."""
    if state in OLD_ALONE:
        return {each.name for lens in lenses for each in lens.new}
    return {each.name for lens in lenses for each in lens.old} if state is State.PURGED else set()


def _largest(plan: Plan) -> TableName | None:
    copied = [step for step in plan.start if isinstance(step, CopyRows)]
    return max(copied, key=lambda step: step.rows).table if copied else None


def _renames(plan: Plan) -> dict[TableName, dict[str, str]]:
    found: dict[TableName, dict[str, str]] = {}
    before = {now: table for table, now in plan.renamed.items()}
    for step in plan.complete:
        if isinstance(step, RenameColumn):
            found.setdefault(before.get(step.table, step.table), {})[step.column] = step.to
    return found
