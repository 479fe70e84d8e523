"""Rows that are seeded: what an insert into a table's new version has to give, and what it can't."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from crossfade import names
from crossfade.errors import SchemaMismatch
from crossfade.steps import PublishView, SeedRows
from crossfade.table_plan import TablePlan


def seeded(plan: TablePlan, step: SeedRows, title: str, claimed: Mapping[str, str]) -> SeedRows:
    """The seed step, with the columns that can be inserted into the new version. `claimed` says which
    change claims a column.

    Raises SchemaMismatch for a column that is not there, can't be inserted, or must be and is not given.
    """
    view = plan.view()
    known = {column.name: column for column in view.columns}
    for number, row in enumerate(map(json.loads, step.rows), 1):
        for column in (*row, *step.key):
            if column not in known:
                raise SchemaMismatch(
                    f"row {number} gives {column!r}, which the new version of {step.table} does not have"
                    + (f", because of {claimed[column]}" if column in claimed else ""),
                    place=title,
                    remedy=names.nearest(column, known),
                )
            base = plan.table.find(known[column].base)
            always = base is not None and base.identity == "always"
            if known[column].generated or always:
                raise SchemaMismatch(
                    f"row {number} gives {column!r}, which the database generates",
                    place=title,
                    remedy="leave it out",
                )
        for column in _required(plan, view):
            if row.get(column) is None:
                raise SchemaMismatch(
                    f"row {number} gives no value for {column!r}, which takes no NULL in the new version "
                    f"of {step.table}" + (f", because of {claimed[column]}" if column in claimed else ""),
                    place=title,
                    remedy="give it one",
                )
    shown, key = {each.base: each.name for each in view.columns}, plan.table.key
    return replace(
        step,
        columns=tuple(each.name for each in view.columns if not each.generated),
        references=tuple(
            (other, theirs, tuple(shown.get(each, each) for each in ours))
            for other, theirs, ours in step.references
        ),
        name=view.name,
        found_by=tuple(shown[each] for each in key) if shown.keys() >= set(key) else (),
    )


def _required(plan: TablePlan, view: PublishView) -> Iterator[str]:
    """The columns of the new version that an insert must give a value, as far as that can be told."""
    if any(each.may_change_rows for each in plan.table.triggers):
        return  # they may give it
    held = {each.name: each for each in (*plan.table.columns, *(step.column for step in plan.added))}
    for column in view.columns:
        base = held[column.base]
        given = column.default or base.default or base.identity or base.generated
        if not given and base.wraps != "domain" and (not base.nullable or column.base in plan.required):
            yield column.name
