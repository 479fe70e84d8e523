"""Names in SQL, as a database takes them and as it quotes them."""

from __future__ import annotations

from collections.abc import Collection

from sqlglot import exp

from crossfade.expressions.parsing import SQLGLOT

_AS_WRITTEN = frozenset({"mariadb", "mysql"})  # whose columns are known in any case, and nothing else is


def folded(name: exp.Identifier, database: str) -> str:
    """A table's name, or another one: in lower case unless it is quoted, or the database folds none."""
    written = str(name.name)
    return written if name.quoted or database in _AS_WRITTEN else written.lower()


def column_name(name: exp.Identifier, known: Collection[str], database: str) -> str:
    """A column's name: the one of `known` that is meant, else as it is folded."""
    written = str(name.name)
    if written in known:
        return written
    if database in _AS_WRITTEN:
        return next((each for each in known if each.lower() == written.lower()), written)
    return folded(name, database)


def output_name(name: exp.Identifier, database: str) -> str:
    """The name that a subquery gives to what it selects, so that two are equal where they mean the same."""
    return str(name.name).lower() if database in _AS_WRITTEN else folded(name, database)


def quoted(database: str, *parts: str) -> str:
    """A name, of so many parts, in quotes."""
    return ".".join(exp.to_identifier(each, quoted=True).sql(SQLGLOT[database]) for each in parts)
