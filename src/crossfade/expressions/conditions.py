"""Conditions of the database's own making, on a column: said of another one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlglot import exp

from crossfade.expressions.parsing import parse_one


def translate(
    text: str, column: str, successor: str, values: Mapping[str | None, str | None], dialect: str
) -> str | None:
    """A condition on an enum column, said of its successor: literals mapped, casts to the enum gone.

    Only =, <>, IN, ANY/ALL of a literal array and IS [NOT] NULL say the same of both; None is given
    back for any other use, such as an order (`<`) or a cast to text.
    """
    tree = parse_one(text, dialect).copy()
    for node in list(tree.find_all(exp.Column)):
        if node.this.name != column:
            continue
        holder = _outside_parens(node)
        sides = _compared(holder, node)
        if sides is None:
            return None
        for literal in sides:
            if literal.this not in values:
                return None
            mapped = values[literal.this]
            cast = literal.parent
            target = cast if isinstance(cast, exp.Cast) else literal
            target.replace(exp.null() if mapped is None else exp.Literal.string(mapped))
        node.replace(exp.column(exp.to_identifier(successor, quoted=True)))
    for array in tree.find_all(exp.Array):
        if all(isinstance(each, exp.Literal) for each in array.expressions):
            array.replace(exp.cast(array.copy(), "text[]", dialect=dialect))
    return tree.sql(dialect, normalize_functions=False, comments=False)


def renamed(text: str, column: str, to: str, dialect: str) -> str:
    """The condition `text` with another name for a column."""

    def named(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.this.name == column:
            return exp.column(exp.to_identifier(to, quoted=True))
        return node

    return parse_one(text, dialect).transform(named).sql(dialect, normalize_functions=False, comments=False)


def given(text: str, column: str, value: str, dialect: str) -> str:
    """The condition `text` where `column` is the expression `value`."""

    def placed(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.this.name == column:
            return exp.paren(parse_one(value, dialect).copy())
        return node

    return parse_one(text, dialect).transform(placed).sql(dialect, normalize_functions=False, comments=False)


def not_null(column: str) -> str:
    """The condition that `column` is not NULL."""
    return exp.column(exp.to_identifier(column, quoted=True)).is_(exp.null()).not_().sql("postgres")


def mentions(text: str, column: str, dialect: str) -> bool:
    """Whether the condition `text` speaks of `column`."""
    return any(node.this.name == column for node in parse_one(text, dialect).find_all(exp.Column))


def fails_on_null(text: str, column: str, dialect: str) -> bool:
    """Whether the condition `text` can't hold where `column` is NULL: AND joins what compares it."""
    tree = parse_one(text, dialect).unnest()
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


def literal_of(text: str, dialect: str) -> str | None:
    """The string that a default such as `'plain'::workflowtype` gives, or None where it is none."""
    tree = parse_one(text, dialect)
    while isinstance(tree, exp.Cast | exp.Paren):
        tree = tree.this
    return str(tree.this) if isinstance(tree, exp.Literal) and tree.is_string else None


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
