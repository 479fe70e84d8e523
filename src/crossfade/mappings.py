"""The value maps of a plan with live counts, and what each way back restores."""

from __future__ import annotations

from collections.abc import Iterator

from crossfade.document import MappedValue, NewValue, RowCount, ValueMapping, WayBack
from crossfade.expressions import ValueMap
from crossfade.lens import RowLens
from crossfade.phases import State
from crossfade.plan import Plan
from crossfade.schema import TableName
from crossfade.survey import OLD_ALONE, Answers, lenses


def mappings(plan: Plan, state: State, answers: Answers) -> tuple[ValueMapping, ...]:
    """Each pair of value maps, one there and one back, with the rows that hold each value."""
    return tuple(
        _mapping(table, lens, forward, backward, answers)
        for table, _, of_table in lenses(plan, state)
        for lens in of_table
        for forward, backward in _pairs(lens)
    )


def ways_back(plan: Plan, state: State, answers: Answers, kept_rows: int) -> tuple[WayBack, ...]:
    """What `rollback` and `revert` restore, and of how many rows they can't; what `purge` destroys."""
    every = [(table, lens) for table, _, of_table in lenses(plan, state) for lens in of_table]
    return (
        WayBack(
            command="rollback",
            restores="The old shape, exactly as the old application sees it. What only the new side holds is "
            "kept in the journal, and the next start brings it back where the old side has not moved on.",
            counts=tuple(_of_rollback(every, state, answers, kept_rows)),
        ),
        WayBack(
            command="revert, before purge",
            restores="The retired columns as they were, but for rows that the new application has changed "
            "since: these are filled backward. Both versions are then live again.",
            counts=tuple(_of_revert(every, state, answers)),
        ),
        WayBack(
            command="revert, after purge",
            restores="The old columns are made again and filled backward, from the new values alone.",
            counts=tuple(_of_purged(every, state, answers)),
        ),
        WayBack(
            command="purge",
            restores="Nothing: it destroys. " + _sentence([step.title for step in plan.purge]),
        ),
    )


def _pairs(lens: RowLens) -> Iterator[tuple[ValueMap, ValueMap]]:
    for there in lens.forward:
        for back in lens.backward:
            if (
                isinstance(there.value, ValueMap)
                and isinstance(back.value, ValueMap)
                and (there.value.column, there.column) == (back.column, back.value.column)
            ):
                yield there.value, back.value


def _mapping(
    table: TableName, lens: RowLens, forward: ValueMap, backward: ValueMap, answers: Answers
) -> ValueMapping:
    back = dict(backward.pairs)
    olds = answers.values.get((table, forward.column))
    news = answers.values.get((table, backward.column), {})
    values = tuple(
        MappedValue(
            old=old,
            new=new,
            back=back.get(new, backward.otherwise),
            rows=None if olds is None else olds.get(old, 0),
        )
        for old, new in forward.pairs
    )
    images = {each.new for each in values}
    names = [column.name for column in lens.new]
    shown = lens.shown[names.index(backward.column)] if backward.column in names else backward.column
    return ValueMapping(
        change=lens.change,
        table=str(table),
        old=next((each.name for each in lens.old), forward.column),
        new=shown,
        values=values,
        others=tuple(
            NewValue(new=value, seen_as=back.get(value, backward.otherwise), rows=rows)
            for value, rows in news.items()
            if value not in images
        ),
        refused=backward.otherwise is None,
    )


def _place(table: TableName, lens: RowLens) -> str:
    return f"{table}.{', '.join(lens.shown) or ', '.join(each.name for each in lens.old)}"


def _of_rollback(
    every: list[tuple[TableName, RowLens]], state: State, answers: Answers, kept_rows: int
) -> Iterator[RowCount]:
    if state in OLD_ALONE:
        what = "values that an earlier rollback kept, which the next start brings back"
        yield RowCount(what=what, rows=kept_rows)
    for table, lens in every:
        if lens.forward:
            counted = answers.apart.get((table, lens.change)) if state is State.LIVE else None
            yield RowCount(
                what=f"rows of which the complement is needed: {_place(table, lens)}",
                rows=0 if state in OLD_ALONE else counted.kept if counted else None,
            )


def _of_revert(every: list[tuple[TableName, RowLens]], state: State, answers: Answers) -> Iterator[RowCount]:
    for table, lens in every:
        if lens.old and lens.backward:
            counted = answers.apart.get((table, lens.change)) if state is State.COMPLETED else None
            what = f"rows whose old value is made anew: {_place(table, lens)}"
            yield RowCount(what=what, rows=0 if state is State.LIVE else counted.apart if counted else None)
    yield from (
        RowCount(what=f"rows that no old value stands for, so that revert refuses: {table}.{column}", rows=n)
        for (table, column), n in answers.unsaid.items()
    )


def _of_purged(every: list[tuple[TableName, RowLens]], state: State, answers: Answers) -> Iterator[RowCount]:
    for table, lens in every:
        if lens.old:
            what = f"rows whose old value can't be given back: {_place(table, lens)}"
            yield RowCount(what=what, rows=_lost(table, lens, state, answers))


def _lost(table: TableName, lens: RowLens, state: State, answers: Answers) -> int | None:
    """Rows whose old value `backward` alone would not give: asked while both sides are there, computed from
    the counts of values before there is a new side.
    """
    counted = answers.apart.get((table, lens.change))
    if counted is not None:
        return counted.lost
    if state not in OLD_ALONE:
        return None
    pairs = list(_pairs(lens))
    if len(pairs) != len(lens.backward):
        return None
    rows = 0
    for forward, backward in pairs:
        there, back = dict(forward.pairs), dict(backward.pairs)
        held = answers.values.get((table, forward.column))
        if held is None:
            return None
        rows += sum(
            count
            for old, count in held.items()
            if back.get(there.get(old, forward.otherwise), backward.otherwise) != old
        )
    return rows


def _sentence(titles: list[str]) -> str:
    text = "; ".join(titles)
    return f"{text[:1].upper()}{text[1:]}."
