"""What a document asks the data in each state of an evolution. It reads, and can do no more."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from sqlalchemy.exc import DBAPIError

from crossfade.dialects import SchemaDialect
from crossfade.lens import Assignment, Law, RowLens
from crossfade.phases import State
from crossfade.plan import Plan
from crossfade.schema import Column, TableName
from crossfade.session import execute
from crossfade.steps import (
    ClearOrphans,
    CopyRows,
    CountApart,
    CountReturns,
    CountValues,
    ReadRows,
    Step,
    under,
)
from crossfade.survey.answers import Answers, Taken
from crossfade.survey.lensed import BOTH, NEW_ALONE, OLD_ALONE, Pair, lensed, made, pairs, shown
from crossfade.survey.trees import questions as of_trees


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
    answers = Taken()
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
    return answers.answers(asked)


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
        if side and any(made(lens, side) for lens in table.lenses):
            lenses = tuple(
                _textual(each, side) if made(each, side) else _blank(each) for each in table.lenses
            )
            yield CountReturns(table.table, lenses, table.columns, side)
    yield from of_trees(plan, state)
    if state in OLD_ALONE:
        yield from (step.count for step in plan.start if isinstance(step, ClearOrphans))
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


def _textual(lens: RowLens, side: str) -> RowLens:
    """The lens where the side that is not there is text: its types may be gone."""
    old = side == "new"
    absent = lens.old if old else lens.new
    types = {each.type for each in absent if each.enum is not None}

    def column(each: Column) -> Column:
        return replace(each, type="text", enum=None, default=None) if each in absent else each

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


def _largest(plan: Plan) -> TableName | None:
    copied = [(step.rows, step.table) for step in plan.start if isinstance(step, CopyRows)]
    copied += [(tree.rows, tree.source) for tree in plan.trees]
    return max(copied)[1] if copied else None
