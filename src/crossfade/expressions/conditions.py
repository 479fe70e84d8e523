"""Conditions of the database's own making, on a column: said of another one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlglot import exp

from crossfade.expressions.parsing import SELECT, SQLGLOT, parse_one

# What sqlglot writes of a tree, these read as it was. Of the others it speaks a relative's language (MySQL's,
# not MariaDB's): there nothing but the words in question is exchanged.
_GENERATED = frozenset({"postgresql"})

_Swap = tuple[exp.Expr, exp.Expr]  # a node, and the one in its place


def translate(
    text: str, column: str, successor: str, values: Mapping[str | None, str | None], database: str
) -> str | None:
    """A condition on an enum column, said of its successor: literals mapped, casts to the enum gone.

    Only =, <>, IN, ANY/ALL of a literal array and IS [NOT] NULL say the same of both; None is given
    back for any other use, such as an order (`<`) or a cast to text.
    """
    tree = parse_one(text, database).copy()
    swaps: list[_Swap] = []
    for node in tree.find_all(exp.Column):
        if node.this.name != column:
            continue
        sides = _compared(_outside_parens(node), node)
        if sides is None:
            return None
        for literal in sides:
            if literal.this not in values:
                return None
            mapped = values[literal.this]
            cast = literal.parent
            if isinstance(cast, exp.Cast) and database not in _GENERATED:
                return None
            target = cast if isinstance(cast, exp.Cast) else literal
            swaps.append((target, exp.null() if mapped is None else exp.Literal.string(mapped)))
        swaps.append((node, exp.column(exp.to_identifier(successor, quoted=True))))
    if database not in _GENERATED:
        return _edited(text, swaps, database)
    tree = _swapped(tree, swaps)
    for array in tree.find_all(exp.Array):
        if all(isinstance(each, exp.Literal) for each in array.expressions):
            array.replace(exp.cast(array.copy(), "text[]", dialect=SQLGLOT[database]))
    return _generated(tree, database)


def renamed(text: str, column: str, to: str, database: str) -> str:
    """The condition `text` with another name for a column."""
    return _instead(text, column, exp.column(exp.to_identifier(to, quoted=True)), database)


def given(text: str, column: str, value: str, database: str) -> str:
    """The condition `text` where `column` is the expression `value`."""
    words = parse_one(value, database).copy() if database in _GENERATED else exp.var(value)
    return _instead(text, column, exp.paren(words), database)


def not_null(column: str, database: str) -> str:
    """The condition that `column` is not NULL."""
    named = exp.column(exp.to_identifier(column, quoted=True))
    return named.is_(exp.null()).not_().sql(SQLGLOT[database])


def mentions(text: str, column: str, database: str) -> bool:
    """Whether the condition `text` speaks of `column`."""
    return any(node.this.name == column for node in parse_one(text, database).find_all(exp.Column))


def fails_on_null(text: str, column: str, database: str) -> bool:
    """Whether the condition `text` can't hold where `column` is NULL: AND joins what compares it."""
    tree = parse_one(text, database).unnest()
    parts = [each.unnest() for each in tree.flatten()] if isinstance(tree, exp.And) else [tree]
    sides = [
        _bare(side)
        for each in parts
        if isinstance(each, exp.EQ | exp.NEQ | exp.LT | exp.LTE | exp.GT | exp.GTE | exp.In)
        for side in (each.this, each.args.get("expression"))
    ]
    return any(isinstance(side, exp.Column) and side.this.name == column for side in sides)


def _bare(node: exp.Expr | None) -> exp.Expr | None:
    while isinstance(node, exp.Cast | exp.Paren):
        node = node.this
    return node


def literal_of(text: str, database: str) -> str | None:
    """The string that a default such as `'plain'::workflowtype` gives, or None where it is none."""
    tree = parse_one(text, database)
    while isinstance(tree, exp.Cast | exp.Paren):
        tree = tree.this
    return str(tree.this) if isinstance(tree, exp.Literal) and tree.is_string else None


def _instead(text: str, column: str, by: exp.Expr, database: str) -> str:
    tree = parse_one(text, database).copy()
    found = [node for node in tree.find_all(exp.Column) if node.this.name == column]
    swaps = [(node, by.copy()) for node in found]
    if database not in _GENERATED:
        return _edited(text, swaps, database)
    return _generated(_swapped(tree, swaps), database)


def _swapped(tree: exp.Expr, swaps: Iterable[_Swap]) -> exp.Expr:
    for old, new in swaps:
        tree = new if old is tree else tree
        old.replace(new)
    return tree


def _generated(tree: exp.Expr, database: str) -> str:
    return tree.sql(SQLGLOT[database], normalize_functions=False, comments=False)


def _edited(text: str, swaps: Iterable[_Swap], database: str) -> str:
    for old, new in sorted(swaps, key=lambda swap: _span(swap[0]), reverse=True):
        begins, ends = _span(old)
        text = text[:begins] + new.sql(SQLGLOT[database]) + text[ends:]
    return text


def _span(node: exp.Expr) -> tuple[int, int]:
    """From where to where a column or a literal stands."""
    first, last = (node.parts[0], node.this) if isinstance(node, exp.Column) else (node, node)
    return int(first.meta["start"]) - len(SELECT), int(last.meta["end"]) + 1 - len(SELECT)


def _outside_parens(node: exp.Expr) -> exp.Expr:
    holder = node.parent
    while isinstance(holder, exp.Paren):
        holder = holder.parent
    return holder if holder is not None else node


def _compared(holder: exp.Expr, node: exp.Expr) -> list[exp.Literal] | None:
    """The string literals that `node` is compared with in `holder`; None where it is no comparison."""
    if isinstance(holder, exp.Is):
        return []
    if isinstance(holder, exp.EQ | exp.NEQ):
        other = holder.right if holder.left.unnest() is node else holder.left
    elif isinstance(holder, exp.In):
        return _literals(holder.expressions)
    else:
        return None
    other = other.unnest()
    array = _quantified(other)
    if array is not None:
        while isinstance(array, exp.Cast):
            array = array.this.unnest()
        return _literals(array.expressions) if isinstance(array, exp.Array) else None
    return _literals([other])


def _quantified(node: exp.Expr) -> exp.Expr | None:
    """The array in ANY (array) or ALL (array); sqlglot reads ALL as a function of that name."""
    array: exp.Expr | None = None
    if isinstance(node, exp.Any | exp.All):
        array = node.this.unnest()
    elif isinstance(node, exp.Anonymous) and node.name.upper() == "ALL" and len(node.expressions) == 1:
        array = node.expressions[0].unnest()
    return array


def _literals(nodes: Iterable[exp.Expr]) -> list[exp.Literal] | None:
    found = []
    for node in nodes:
        inner = node.unnest()
        while isinstance(inner, exp.Cast):
            inner = inner.this.unnest()
        if not (isinstance(inner, exp.Literal) and inner.is_string):
            return None
        found.append(inner)
    return found
