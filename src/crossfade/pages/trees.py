"""Tables that become one, as words: the same in every format."""

from __future__ import annotations

from collections.abc import Iterator

from crossfade.document import ColumnLine, ColumnShape, Document, Guide, NewColumn, TableShape, TreeShape
from crossfade.pages import words
from crossfade.reports import TableMoved

OLD_HEADS = ("old table", "becomes", "in", "by", "after complete")
NEW_HEADS = ("new column", "", "how", "made of", "a rollback keeps")
COLUMN_HEADS = ("old table", "column", "", "is found in", "after purge")

_HOW = {
    "key": "key, made of the old one",
    "same": "as it was",
    "renamed": "renamed",
    "mapped": "values mapped",
    "translated": "key translated",
    "derived": "derived",
    "embedded": "embedded",
    "counted": "counted",
    "new": "the new application's own",
    "old key": "the old key, until purge",
}
_KEPT = {
    "key": "one that the new application gave",
    "derived": "where the new application wrote it",
    "counted": "where the new application wrote it",
    "embedded": "an order of its own, other fields",
    "new": "what it holds",
}


def title(tree: TreeShape) -> str:
    """What becomes what, in a few words."""
    more = len(tree.old) - 1
    others = f" and {words.many(more, 'more table')}" if more else ""
    return f"{words.short(tree.source)}{others} to {words.short(tree.target)}"


def old_tables(tree: TreeShape) -> Iterator[tuple[str, ...]]:
    """A row for each old table, as `OLD_HEADS` say."""
    for each in tree.old:
        order = ", ".join(map(words.plain, each.order))
        into = ", ".join(words.plain(place.removeprefix(f"{tree.target}.")) for place in each.places)
        retired = words.plain(each.retired.rpartition(".")[2] if each.retired != each.table else "")
        yield (words.short(each.table), " and ".join(each.becomes), words.short(into), order, retired)
    for name in tree.absent:
        yield (words.short(name), "absent in this database", "", "", "")


def new_columns(tree: TreeShape) -> Iterator[tuple[str, ...]]:
    """A row for each column of the new table, as `NEW_HEADS` say."""
    for each in tree.new:
        kept = "" if each.back else _KEPT.get(each.how, "")
        column = words.plain(each.column.name)
        yield (column, words.column(each.column), _HOW[each.how], _made_of(each), kept)


def old_columns(tree: TreeShape) -> Iterator[tuple[str, ...]]:
    """A row for each column of the old tables, as `COLUMN_HEADS` say."""
    for table in tree.old:
        for each in table.columns:
            after = "" if each.back else "can't be given back"
            lands = ", ".join(map(words.plain, each.lands)) or "nowhere"
            column = words.plain(each.column.name)
            yield (words.short(table.table), column, words.column(each.column), lands, after)


def gone(tree: TreeShape) -> tuple[str, ...]:
    """The old columns that nothing of the new table shows."""
    return tuple(
        f"{words.short(table.table)}.{words.plain(each.column.name)}"
        for table in tree.old
        for each in table.columns
        if not each.lands
    )


def drawn(tree: TreeShape) -> TableShape:
    """The tables as a picture shows them: each old one beside its place in the new one."""
    types = {each.column.name: words.column(each.column) for each in tree.new}
    lines = [
        ColumnLine(
            before=_box(words.short(table.table), becomes),
            after=_box(_place(tree, place), types.get(place.removeprefix(f"{tree.target}."), "")),
            how="replaced",
        )
        for table in tree.old
        for place, becomes in zip(table.places, table.becomes, strict=True)
    ]
    lines += [
        ColumnLine(before=_box(words.short(each), "absent"), after=None, how="left out")
        for each in tree.absent
    ]
    fresh = [each for each in tree.new if each.how == "new"]
    lines += [
        ColumnLine(before=None, after=_box(each.column.name, words.column(each.column)), how="added")
        for each in fresh
    ]
    return TableShape(table=f"{tree.source} to {tree.target}", shown=tree.target, lines=tuple(lines))


def moved(document: Document) -> tuple[TableMoved, ...]:
    """What the last start moved, by table."""
    walks = document.walks if isinstance(document, Guide) else ()
    return next((walk.per_table for walk in reversed(walks) if walk.per_table), ())


def told(line: TableMoved) -> str:
    """What has become of a table's rows, in a line."""
    table, into = words.short(line.table), words.short(line.into)
    if line.how == "absent":
        return f"{table}: absent"
    rows = words.many(line.rows, "row")
    return f"{table}: {rows} -> {into}" if line.how == "moved" else f"{table}: {rows} {line.how} in {into}"


def _made_of(each: NewColumn) -> str:
    return words.plain(" ".join(each.made_of.split()))


def _place(tree: TreeShape, place: str) -> str:
    return words.short(place) if place == tree.target else place.removeprefix(f"{tree.target}.")


def _box(name: str, below: str) -> ColumnShape:
    return ColumnShape(name=name, type=below, nullable=True)
