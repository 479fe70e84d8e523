"""What is asked of lenses across tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crossfade.phases import State
from crossfade.plan import Plan
from crossfade.schema import Table, TableName
from crossfade.steps import CountBeyond, CountHeld, CountLost, CountMoves, CountStray, CountValues, Step
from crossfade.survey.lensed import BOTH, NEW_ALONE, OLD_ALONE, pairs
from crossfade.tree import TreeLens


def questions(plan: Plan, state: State) -> Iterator[Step]:
    """What can be counted of the plan's trees in `state`, by the names of before `complete`."""
    for tree in plan.trees:
        for pair in pairs(tree):
            if state in (*OLD_ALONE, State.LIVE):
                yield CountValues(tree.source, pair.old, pair.old)
            if state in (*BOTH, *NEW_ALONE):
                yield CountValues(tree.target, pair.new, pair.new)
        if state in (*OLD_ALONE, *BOTH):
            yield CountLost(tree, tuple(lost(tree, plan.before)))
        if state is State.LIVE:
            yield CountHeld(tree)
        if state is State.COMPLETED:
            yield CountMoves(tree)
        if state in NEW_ALONE:
            yield CountBeyond(tree, str(tree.source), purged=state is State.PURGED)
    if state in NEW_ALONE:
        yield from (each for each in plan.missing if isinstance(each, CountStray))


def lost(tree: TreeLens, tables: Sequence[Table]) -> Iterator[tuple[TableName, str]]:
    """The old side's columns that the target's rows alone do not give back, the source's key first."""
    back = {each.column for each in tree.backward} | {each.source for each in tree.references}
    yield tree.source, tree.key.name
    yield from ((tree.source, each.name) for each in tree.columns if each.name not in {tree.key.name, *back})
    for table in tables:
        if table.name in tree.tables[1:]:
            embeds = tree.embedded(table.name)
            shown = {column.name for each in embeds if each.written for column in each.columns}
            shown |= {each.parent for each in embeds if any(one.written for one in embeds)}
            yield from ((table.name, each.name) for each in table.columns if each.name not in shown)
