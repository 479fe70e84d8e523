"""The shapes of tables that are moved into others, as a plan tells them."""

from __future__ import annotations

from collections.abc import Iterator

from crossfade.changes.embeds import in_words
from crossfade.document import ColumnShape, NewColumn, OldColumn, OldTable, TreeShape
from crossfade.expressions import Expression, Sql, ValueMap
from crossfade.plan import Plan
from crossfade.schema import Column, Table, TableName
from crossfade.steps import CountMoved
from crossfade.survey import lost
from crossfade.tree import Embed, Shape, TreeLens

KINDS = {
    Shape.ARRAY: "an array",
    Shape.OBJECT: "an object",
    Shape.SINGLE: "an object, or null",
    Shape.VALUE: "a count",
}


def tree_shapes(plan: Plan) -> tuple[TreeShape, ...]:
    """Every tree of the plan: its old tables, and the new one column by column."""
    absent = {step.table: step.absent for step in plan.start if isinstance(step, CountMoved)}
    tables = {each.name: each for each in plan.before}
    return tuple(
        TreeShape(
            change=tree.change,
            source=str(tree.source),
            target=str(tree.target),
            old=tuple(_old(tree, tables[each], plan) for each in tree.tables),
            absent=tuple(map(str, absent.get(tree.target, ()))),
            new=tuple(_new(tree)),
            notes=tuple(map(in_words, tree.embeds)),
        )
        for tree in plan.trees
    )


def _old(tree: TreeLens, table: Table, plan: Plan) -> OldTable:
    embeds = tree.embedded(table.name)
    gone = set(lost(tree, plan.before))
    lands = _of_source(tree) if table.name == tree.source else _of_child(tree, embeds)
    return OldTable(
        table=str(table.name),
        becomes=tuple(KINDS[each.shape] for each in embeds) or ("a row each",),
        places=tuple(f"{tree.target}.{each.slot}" for each in embeds) or (str(tree.target),),
        order=next((each.order for each in embeds if each.order), ()),
        retired=str(plan.renamed.get(table.name, table.name)),
        columns=tuple(
            OldColumn(
                column=_shape(each),
                lands=tuple(dict.fromkeys(lands.get(each.name, ()))),
                back=(table.name, each.name) not in gone,
            )
            for each in table.columns
        ),
    )


def _of_source(tree: TreeLens) -> dict[str, list[str]]:
    """The target's columns that show each column of the source."""
    found: dict[str, list[str]] = {tree.key.name: [tree.target_key.name, tree.legacy]}
    for each in tree.forward:
        for column in sorted(each.value.reads):
            found.setdefault(column, []).append(each.column)
    for reference in tree.references:
        found.setdefault(reference.source, []).append(reference.column)
    return found


def _of_child(tree: TreeLens, embeds: tuple[Embed, ...]) -> dict[str, list[str]]:
    """The places that show each column of a child table."""
    found: dict[str, list[str]] = {}
    for embed in embeds:
        found.setdefault(embed.parent, []).append(tree.target.name)
        for column in embed.columns:
            found.setdefault(column.name, []).append(embed.slot)
    return found


def _new(tree: TreeLens) -> Iterator[NewColumn]:
    forward = {each.column: each.value for each in tree.forward}
    references = {each.column: each for each in tree.references}
    for column in tree.target_columns:
        shape = _shape(column)
        embeds = [each for each in tree.embeds if each.column == column.name]
        if column.name == tree.target_key.name:
            made = f"legacy_uuid('{tree.source}:' || {tree.key.name})"
            yield NewColumn(column=shape, how="key", made_of=made, back=False)
        elif embeds:
            yield _embedded(shape, embeds)
        elif column.name in references:
            reference = references[column.name]
            made = f"{reference.source}, as {_short(reference.table, tree)}.{reference.key}"
            yield NewColumn(column=shape, how="translated", made_of=made, back=True)
        elif column.name in forward:
            how, made = _told(forward[column.name], derived=column.name in tree.derived)
            named = "same" if how == "renamed" and made == column.name else how
            yield NewColumn(column=shape, how=named, made_of=made, back=column.name not in tree.derived)
        else:
            yield NewColumn(column=shape, how="new", made_of="", back=False)
    legacy = ColumnShape(name=tree.legacy, type=tree.key.type, nullable=True)
    yield NewColumn(column=legacy, how="old key", made_of=tree.key.name, back=True)


def _embedded(shape: ColumnShape, embeds: list[Embed]) -> NewColumn:
    counted = all(each.shape is Shape.VALUE for each in embeds)
    fields = (f" in {each.field}" if each.field else "" for each in embeds)
    tables = ", ".join(f"{each.table.name}{field}" for each, field in zip(embeds, fields, strict=True))
    return NewColumn(
        column=shape,
        how="counted" if counted else "embedded",
        made_of=tables,
        back=all(each.field is None and each.shape in {Shape.OBJECT, Shape.SINGLE} for each in embeds),
    )


def _told(value: Expression, *, derived: bool) -> tuple[str, str]:
    """How a column is made of the source's row, and of what."""
    if isinstance(value, ValueMap):
        return "mapped", value.column
    if derived:
        return "derived", value.text if isinstance(value, Sql) else ""
    return "renamed", ", ".join(sorted(value.reads))


def _short(table: TableName, tree: TreeLens) -> str:
    return table.name if table.schema == tree.target.schema else str(table)


def _shape(column: Column) -> ColumnShape:
    return ColumnShape(name=column.name, type=column.type, nullable=column.nullable, default=column.default)
