"""SQL expressions as sqlglot's trees and tokens, and what can be told of them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import sqlglot
from sqlglot import Token, TokenType, exp
from sqlglot.errors import ParseError, SqlglotError

from crossfade.errors import EvolutionError
from crossfade.expressions.pointer import pointed
from crossfade.functions import bare

SQLGLOT = {"postgresql": "postgres", "mariadb": "mysql", "mysql": "mysql"}
"""What sqlglot calls the language of each database."""

_KEYWORDS = {"postgresql": frozenset({"current_role", "system_user", "user"})}
_DEPTH = {TokenType.L_PAREN: 1, TokenType.L_BRACKET: 1, TokenType.R_PAREN: -1, TokenType.R_BRACKET: -1}
_MORE = frozenset(
    {TokenType.SEMICOLON, TokenType.COMMA, TokenType.ALIAS, TokenType.FROM, TokenType.WHERE, TokenType.LIMIT}
    | {TokenType.UNION, TokenType.EXCEPT, TokenType.INTERSECT, TokenType.ORDER_BY, TokenType.GROUP_BY}
    | {TokenType.HAVING, TokenType.OFFSET, TokenType.FETCH, TokenType.FOR}
)
SELECT = "SELECT "  # what an expression is parsed behind, so that it, and nothing else, is what parses


def parse_one(text: str, database: str, place: str = "") -> exp.Expr:
    """The tree of the one expression in `text`; its positions count from the start of SELECT.

    Raises EvolutionError for anything else.
    """
    try:
        statements: Sequence[exp.Expr | None] = sqlglot.parse(f"{SELECT}{text}", read=SQLGLOT[database])
    except SqlglotError as error:
        why, at = _syntax(error, text)
        raise EvolutionError(
            f"this is not an SQL expression: {why}{pointed(text, at)}",
            place=place,
            remedy="mend it; a string stands in 'single quotes'",
        ) from error
    select = statements[0] if len(statements) == 1 else None
    extra = {"expressions", "kind", "hint", "operation_modifiers"}
    if (
        not isinstance(select, exp.Select)
        or len(select.expressions) != 1
        or isinstance(select.expressions[0], exp.Alias | exp.Star)
        or any(value for key, value in select.args.items() if key not in extra)
    ):
        raise EvolutionError(
            f"this is not one SQL expression{pointed(text, _more(text, database))}",
            place=place,
            remedy="give one expression: no second statement, no FROM, no alias",
        )
    found: exp.Expr = select.expressions[0]
    return found


def columns_in(tree: exp.Expr, database: str) -> list[exp.Column]:
    """The columns that `tree` speaks of; sqlglot takes some of the server's keywords for columns."""
    keywords = _KEYWORDS.get(database, frozenset()) | bare(database)
    return [
        node
        for node in tree.find_all(exp.Column)
        if node.table or node.this.quoted or node.this.name.lower() not in keywords
    ]


def position(node: exp.Expr) -> int | None:
    """Where `node` begins in the text it was parsed from, from 0; None where sqlglot has not kept it."""
    known = [each.meta["start"] for each in node.walk() if "start" in each.meta]
    return int(min(known)) - len(SELECT) if known else None


def _syntax(error: SqlglotError, text: str) -> tuple[str, int | None]:
    """What sqlglot says of `text`, and where."""
    if not isinstance(error, ParseError) or not error.errors:
        return "a quote is not closed", None  # all that can go wrong before there are words
    first = error.errors[0]
    begins = sum(len(line) + 1 for line in f"{SELECT}{text}".split("\n")[: first["line"] - 1])
    at = begins + first["col"] - len(first["highlight"]) - len(SELECT)
    missing = "missing" in first["description"]  # of which class of sqlglot's nodes is nobody's business
    return "something is missing" if missing else str(first["description"]), max(at, 0)


def _more(text: str, database: str) -> int | None:
    """Where in `text` what is more than one expression begins."""
    depth = 0
    before = None
    for token in tokens_of(text, database):
        kind = token.token_type
        depth += _DEPTH.get(kind, 0)
        if depth == 0 and kind in _MORE and before is not TokenType.DISTINCT:  # IS DISTINCT FROM
            return int(token.start)
        before = kind
    return None


def tokens_of(text: str, database: str) -> list[Token]:
    """The words of `text`; comments are none."""
    return list(sqlglot.tokenize(text, read=SQLGLOT[database]))


def calls(tokens: Sequence[Token], database: str) -> dict[str, int]:
    """The functions' names, as the user wrote them but in lower case, and where each first stands."""
    found: dict[str, int] = {}
    words = bare(database)
    for before, token, following in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        name = token.text.lower()
        called = following is not None and following.token_type is TokenType.L_PAREN
        alone = name in words and token.token_type is not TokenType.IDENTIFIER
        if called or (alone and (before is None or before.token_type is not TokenType.DOT)):
            found.setdefault(name, token.start)
    return found


def takes_something(tokens: Sequence[Token], name: str) -> bool:
    """Whether each call of the function is given an argument."""
    found = zip(tokens, tokens[1:], tokens[2:], strict=False)
    return not any(
        one.text.lower() == name
        and (two.token_type, three.token_type) == (TokenType.L_PAREN, TokenType.R_PAREN)
        for one, two, three in found
    )


def called(text: str, database: str) -> dict[str, int]:
    """The functions that `text` calls, by name, and where each first stands."""
    return calls(tokens_of(text, database), database)


def as_one(text: str, tokens: Sequence[Token], tree: exp.Expr) -> str:
    """`text` without comments, and in parentheses unless it is one operand already: what it becomes a
    part of can't pull it apart.
    """
    words = [text[tokens[0].start : tokens[0].end + 1]]
    for one, other in itertools.pairwise(tokens):
        between = text[one.end + 1 : other.start]
        words += [" " if between.strip() else between, text[other.start : other.end + 1]]
    text = "".join(words)
    alone = len(tokens) == 1 or isinstance(tree, exp.Column | exp.Paren | exp.Case | exp.Subquery)
    return text if alone or _is_call(tokens) else f"({text})"


def _is_call(tokens: Sequence[Token]) -> bool:
    """Whether the parenthesis behind the first word is closed by the very last token."""
    if len(tokens) < 2 or tokens[1].token_type is not TokenType.L_PAREN:
        return False
    depth = 0
    for token in tokens[1:-1]:
        depth += {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}.get(token.token_type, 0)
        if depth == 0:
            return False
    return tokens[-1].token_type is TokenType.R_PAREN
