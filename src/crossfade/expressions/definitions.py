"""What a CREATE TABLE says of its columns."""

from __future__ import annotations

import sqlglot
from sqlglot import exp

from crossfade.expressions.parsing import SQLGLOT
from crossfade.schema import Column


def columns_made(create: str, database: str) -> tuple[Column, ...]:
    """The columns of the table that the statement `create` makes, by name, type, default and NULL."""
    tree = sqlglot.parse_one(create, read=SQLGLOT[database])
    return tuple(_column(each, SQLGLOT[database], create) for each in tree.find_all(exp.ColumnDef))


def _column(made: exp.ColumnDef, dialect: str, create: str) -> Column:
    kinds = [each.kind for each in made.args.get("constraints") or ()]
    default = next((each.this for each in kinds if isinstance(each, exp.DefaultColumnConstraint)), None)
    required = (exp.NotNullColumnConstraint, exp.PrimaryKeyColumnConstraint)
    return Column(
        made.name,
        made.args["kind"].sql(dialect),
        nullable=not any(isinstance(each, required) for each in kinds),
        default=None if default is None else _as_written(default.sql(dialect), create),
    )


def _as_written(sql: str, text: str) -> str:
    """`sql` with the case that it has in `text`: sqlglot writes functions that it knows in capitals."""
    at = text.lower().find(sql.lower())
    return sql if at < 0 else text[at : at + len(sql)]
