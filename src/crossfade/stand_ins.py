"""What the new version of each table will be, told before it is there: for definitions that speak of it."""

from __future__ import annotations

from dataclasses import replace

from crossfade.expressions import columns_made
from crossfade.plan import Plan
from crossfade.schema import Column, StandIn, TableName
from crossfade.steps import AddColumn, CreateTable, CreateTarget, PublishView


def stand_ins(plan: Plan) -> tuple[StandIn, ...]:
    """The new version of every table that the plan shows, or makes."""
    columns: dict[TableName, dict[str, Column]] = {
        table.name: {each.name: each for each in table.columns} for table in plan.before
    }
    keys = {table.name: table.key for table in plan.before}
    made: dict[TableName, StandIn] = {}
    for step in plan.start:
        if isinstance(step, AddColumn):
            columns.setdefault(step.table, {})[step.column.name] = step.column
        if isinstance(step, CreateTable | CreateTarget):
            found = columns_made(step.create, plan.database)
            columns[step.table] = {each.name: each for each in found}
            made[step.table] = StandIn(step.table, step.table.name, found)
        if isinstance(step, PublishView):
            shown = tuple(replace(columns[step.table][each.base], name=each.name) for each in step.columns)
            called = {each.base: each.name for each in step.columns}
            key = tuple(called.get(each, "") for each in keys.get(step.table, ()))
            made[step.table] = StandIn(step.table, step.view.name, shown, key if all(key) else ())
    return tuple(made.values())
