"""The form of a target's row that the old side can hold: each row is given it before it is written.

In its arrays and objects, elements without a key get one, fields that are left out the old column's default,
values the old column's form. What the old side has no place for is refused.
"""

from __future__ import annotations

from crossfade.dialects.postgresql import tree_slots as slots
from crossfade.dialects.postgresql import tree_values as sql
from crossfade.dialects.postgresql.quoting import ident, literal
from crossfade.dialects.postgresql.tree_children import refused
from crossfade.dialects.postgresql.tree_notes import SILENT, routine
from crossfade.dialects.postgresql.triggers import function
from crossfade.schema import Column
from crossfade.steps import InstallTrees
from crossfade.tree import Embed, Shape, TreeLens

_UNTIL = "Complete the evolution first."


def shape(evolution: str, tree: TreeLens) -> str:
    """The qualified name of the function that a row of the target passes before it is written."""
    return function("shape", evolution, tree.target)


def of_shape(step: InstallTrees, tree: TreeLens) -> str:
    """The function that a row of the target passes before it is written."""
    legacy = f"NEW.{ident(tree.legacy)}"
    where = f"while evolution {step.evolution} is live"
    body = (
        f"BEGIN\n  IF {SILENT} THEN\n    RETURN NEW;\n  END IF;\n"
        f"  IF TG_OP = 'UPDATE' AND {legacy} IS DISTINCT FROM OLD.{ident(tree.legacy)}\n"
        f"      OR TG_OP = 'INSERT' AND {legacy} IS NOT NULL THEN\n"
        + refused(
            f"{tree.target}.{tree.legacy} can't be written {where}", "Leave it out: Crossfade gives it."
        )
        + "  END IF;\n"
        f"  IF TG_OP = 'INSERT' THEN\n    {legacy} := {sql.next_key(tree.source, tree.key)};\n  END IF;\n"
        + "".join(
            f"  IF {condition} THEN\n"
            + refused(f"{tree.target}.{column} holds what the old version has no value for", _UNTIL)
            + "  END IF;\n"
            for column, condition in sql.closed(tree, "NEW")
        )
        + "".join(_shaped(step, tree, each) for each in tree.embeds if each.written)
        + "  RETURN NEW;\nEND"
    )
    return routine(shape(step.evolution, tree), "trigger", body)


def normal(embed: Embed, row: str) -> str:
    """What a row holds of the children as the old side can hold it: with keys, defaults, and its types."""
    now = slots.held(embed, row)
    values = [(column, _given(embed, column, value)) for column, value in slots.said(embed)]
    if embed.shape is Shape.OBJECT:
        (name, _), (_, given) = values
        return (
            f"(SELECT coalesce(jsonb_object_agg((e.k::{name.type})::text, to_jsonb({given})), '{{}}') "
            f"FROM {slots.elements(embed, now)})"
        )
    shown = ", ".join(f"{value} AS {ident(column.name)}" for column, value in values)
    rows = f"(SELECT e.n AS place, {shown} FROM {slots.elements(embed, now)}) AS c"
    element = slots.element_of(embed)
    if embed.shape is Shape.SINGLE:
        return f"(SELECT {element} FROM {rows})"
    return f"(SELECT coalesce(jsonb_agg({element} ORDER BY c.place), '[]') FROM {rows})"


def objection(embed: Embed, row: str) -> str:
    """What a row holds of the children and the old side has no place for, in words; NULL where all has."""
    now, column = slots.held(embed, row), f"{row}.{ident(embed.column)}"
    kind = "array" if embed.shape is Shape.ARRAY else "object"
    cases = []
    if embed.field is not None:
        cases.append(f"WHEN jsonb_typeof({column}) <> 'object' THEN 'what is no object'")
    nothing = f"{now} IS NULL"
    if embed.shape is Shape.SINGLE:
        nothing += f" OR jsonb_typeof({now}) = 'null'"
    cases.append(f"WHEN {nothing} THEN NULL")
    cases.append(f"WHEN jsonb_typeof({now}) <> '{kind}' THEN 'what is no {kind}'")
    if embed.shape is Shape.OBJECT:
        return f"(CASE {' '.join(cases)} END)"
    known = ", ".join(literal(each.name) for each in embed.columns)
    listed = f"jsonb_array_elements({now})" if embed.shape is Shape.ARRAY else f"(SELECT {now})"
    lacks = literal(f", for which {embed.table.name} has no column")
    stray = (
        f"(SELECT coalesce('the field ' || k || {lacks}, 'what is no object') "
        f"FROM {listed} AS e(v) LEFT JOIN LATERAL jsonb_object_keys("
        f"CASE jsonb_typeof(e.v) WHEN 'object' THEN e.v END) AS k ON true "
        f"WHERE jsonb_typeof(e.v) <> 'object' OR k NOT IN ({known}) LIMIT 1)"
    )
    key = literal(embed.key.name)
    twice = (
        f"(SELECT 'two elements with the ' || {key} || ' ' || (e.v ->> {key}) FROM {listed} AS e(v) "
        f"WHERE e.v ->> {key} IS NOT NULL GROUP BY e.v ->> {key} HAVING count(*) > 1 LIMIT 1)"
    )
    return f"(CASE {' '.join(cases)} ELSE coalesce({stray}, {twice}) END)"  # plpgsql looks for THEN outside


def _shaped(step: InstallTrees, tree: TreeLens, embed: Embed) -> str:
    """The lines that make what a row holds of the children what the old side can hold."""
    now, before = slots.held(embed, "NEW"), slots.held(embed, "OLD")
    column, whole = f"NEW.{ident(embed.column)}", f"OLD.{ident(embed.column)}"
    given = f"coalesce({column}, '{{}}')"
    changed = f"TG_OP = 'INSERT' OR {sql.apart(column, whole)}"
    anew = f"TG_OP = 'INSERT' OR {sql.apart(now, before)}"
    found = objection(embed, "NEW")
    return (
        f"  IF {'true' if step.one_sided else changed} THEN\n"
        f"    IF {found} IS NOT NULL THEN\n"
        + refused(f"{tree.target}.{embed.slot} holds %s", _UNTIL, 3, found)
        + "    END IF;\n"
        f"    IF {now} IS NOT NULL AND ({'true' if step.one_sided else anew}) THEN\n"
        f"      {column} := {slots.set_to(embed, normal(embed, 'NEW'), given)};\n"
        "    END IF;\n  END IF;\n"
    )


def _given(embed: Embed, column: Column, value: str) -> str:
    """What an element says, or what the old side makes of what it does not say."""
    if column.name == embed.key.name:
        return f"coalesce({value}, {sql.next_key(embed.table, embed.key)})"
    if column.default is None or embed.shape is Shape.OBJECT:
        return value
    return f"CASE WHEN e.v ? {literal(column.name)} THEN {value} ELSE {column.default} END"
