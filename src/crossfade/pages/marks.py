"""Markdown's own marks: text as text, code, tables, and what more pages than one are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from crossfade.document import TreeShape
from crossfade.pages import trees, words

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&!])")


def escaped(text: str) -> str:
    """`text` as it is, whatever it holds, in one line."""
    return _SPECIAL.sub(r"\\\1", words.plain(text))


def code(text: str) -> str:
    """`text` as code, in a table too."""
    shown = words.plain(text).replace("|", "\\|")
    if not shown:
        return ""
    fence = "`" * (max((len(each) for each in re.findall("`+", shown)), default=0) + 1)
    padded = f" {shown} " if shown.startswith("`") or shown.endswith("`") else shown
    return f"{fence}{padded}{fence}"


def fenced(text: str, language: str) -> list[str]:
    """A block of code that nothing in it can end."""
    shown = words.plain(text, lines=True)
    fence = "`" * max(3, max((len(each) for each in re.findall("`+", shown)), default=0) + 1)
    return [f"{fence}{language}", *shown.splitlines(), fence]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table, with an empty line after it; nothing where it has no rows."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if not lines:
        return []
    return [f"| {' | '.join(heads)} |", f"| {' | '.join('---' for _ in heads)} |", *lines, ""]


def tree(tree: TreeShape, level: int) -> Iterator[str]:
    """Tables that become one, under a heading of `level`."""
    yield from (f"{'#' * level} {escaped(trees.title(tree))}", "")
    yield from table(
        trees.OLD_HEADS,
        (
            [code(name), becomes, code(into), code(order), code(retired)]
            for name, becomes, into, order, retired in trees.old_tables(tree)
        ),
    )
    yield from table(
        trees.NEW_HEADS,
        (
            [code(name), code(type_), how, code(made), kept]
            for name, type_, how, made, kept in trees.new_columns(tree)
        ),
    )
    yield from ("<details><summary>Every column of the old tables</summary>", "")
    yield from table(
        trees.COLUMN_HEADS,
        (
            [code(name), code(column), code(type_), code(lands), after]
            for name, column, type_, lands, after in trees.old_columns(tree)
        ),
    )
    yield from ("</details>", "")
