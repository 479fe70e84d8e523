"""Columns and names of tables as MariaDB's statements.

What the server does at once, and for what it writes a table anew: docs/decisions/0020-mariadb-ddl.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from crossfade.dialects.mariadb.quoting import ident, literal, table
from crossfade.dialects.mariadb.rendering import (
    REBUILT,
    Server,
    alter,
    both,
    granted,
    has_column,
    has_no_column,
    has_table,
    nothing,
    online,
    patient,
    render,
)
from crossfade.dialects.mariadb.stand_ins import give, stand_in
from crossfade.errors import Unsupported
from crossfade.schema import Check, Column, TableName
from crossfade.steps import (
    AddColumn,
    CreateEnum,
    DropColumn,
    DropEnum,
    DropNotNull,
    Relax,
    RenameColumn,
    RenameTable,
    SetDefault,
    SetNotNull,
    Statement,
)

_STRING = re.compile(r"(?:_\w+\s*)?'(?:[^'\\]|''|\\.)*'", re.DOTALL)
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_WORD = re.compile(r"NULL|TRUE|FALSE|[bx]'[0-9a-f]*'|0x[0-9a-f]+", re.IGNORECASE)
_NOW = re.compile(r"(?:current_timestamp|now|localtime|localtimestamp)(?:\((\d?)\))?", re.IGNORECASE)


@render.register
def _(step: AddColumn, server: Server) -> tuple[Statement, ...]:
    column = step.column
    statements = [alter(step.table, f"ADD COLUMN {definition(column)}", has_column(step.table, column.name))]
    if step.later_default is not None:
        statements.append(_default(step.table, column.name, step.later_default, server))
    statements += [granted(each, column.name, step.table) for each in step.grants]
    return tuple(statements)


@render.register
def _(step: DropColumn, server: Server) -> tuple[Statement, ...]:
    # Indexes of no other column go with it, which INSTANT would not allow.
    drop = f"DROP COLUMN {ident(step.column)}"
    return (alter(step.table, drop, has_no_column(step.table, step.column), how=online(server)),)


@render.register
def _(step: RenameColumn, server: Server) -> tuple[Statement, ...]:
    # Another may bear the old name again by then: names are passed on.
    done = has_column(step.table, step.to)
    return (alter(step.table, f"RENAME COLUMN {ident(step.column)} TO {ident(step.to)}", done),)


@render.register
def _(step: Relax, server: Server) -> tuple[Statement, ...]:
    """NOT NULL stays: to take it off, the server would write the table anew. A default does as well."""
    column = step.column
    if column.nullable:
        return () if column.default is None else (_default(step.table, column.name, None, server),)
    given = column.default is not None or column.identity or column.generated is not None
    if not given and stand_in(column) is None:
        raise Unsupported(
            f"{column.name} is NOT NULL and of type {column.type}, for which there is no plain default: new "
            "rows could not do without a value",
            place=f"{step.table}.{column.name}",
            remedy="let the column be NULL first",
        )
    return tuple(give(step.table, (column,)))


@render.register
def _(step: SetDefault, server: Server) -> tuple[Statement, ...]:
    return (_default(step.table, step.column, step.default, server),)


@render.register
def _(step: SetNotNull, server: Server) -> tuple[Statement, ...]:
    return (_modified(step, nullable=False, server=server),)


@render.register
def _(step: DropNotNull, server: Server) -> tuple[Statement, ...]:
    return (_modified(step, nullable=True, server=server),)


@render.register
def _(step: RenameTable, server: Server) -> tuple[Statement, ...]:
    done = both(has_table(step.to), nothing(has_table(step.table)))
    return (alter(step.table, f"RENAME TO {table(step.to)}", done),)


@render.register
def _(step: CreateEnum, server: Server) -> tuple[Statement, ...]:
    return ()  # an enum is a column's own


@render.register
def _(step: DropEnum, server: Server) -> tuple[Statement, ...]:
    return ()


def definition(column: Column, checks: Iterable[Check] = ()) -> str:
    """The column as it stands in CREATE TABLE, ADD COLUMN and MODIFY; `checks` are part of its definition.

    Raises Unsupported for a generated one.
    """
    if column.generated is not None:
        raise Unsupported(
            f"{column.name} is generated: it can't be defined anew without computing it in every row",
            place=f"column {column.name}",
            remedy="leave this one as it is",
        )
    words = [ident(column.name), column.type]
    if column.collation is not None:
        words.append(f"COLLATE {column.collation}")
    words.append("NULL" if column.nullable else "NOT NULL")  # without a word, a TIMESTAMP may be either
    if column.default is not None:
        words.append(f"DEFAULT {as_default(column.default)}")
    if column.on_update is not None:
        words.append(f"ON UPDATE {column.on_update}")
    if column.identity:
        words.append("AUTO_INCREMENT")
    if column.comment is not None:
        words.append(f"COMMENT {literal(column.comment)}")
    conditions = " AND ".join(f"({each.expression})" for each in checks)
    if conditions:
        words.append(f"CHECK ({conditions})")
    return " ".join(words)


def as_default(text: str) -> str:
    """The SQL of a default as it stands behind DEFAULT: an expression, in parentheses."""
    plain = any(each.fullmatch(text) for each in (_STRING, _NUMBER, _WORD, _NOW)) or text.startswith("(")
    return text if plain else f"({text})"


def _default(of: TableName, column: str, default: str | None, server: Server) -> Statement:
    action = "DROP DEFAULT" if default is None else f"SET DEFAULT {as_default(default)}"
    done = has_column(of, column, _defaults_to(default, server))
    return alter(of, f"ALTER COLUMN {ident(column)} {action}", done)


def _defaults_to(default: str | None, server: Server) -> str:
    """The condition, of a row of COLUMNS, that this is the column's default.

    Of a value that the server writes in other words (1.5 in a column of three decimals is 1.500) it is false:
    then the statement is executed again, which changes nothing.
    """
    if default is None or default.upper() == "NULL":
        return "(COLUMN_DEFAULT IS NULL OR COLUMN_DEFAULT = 'NULL')"
    said = [default, default[1:-1]] if default.startswith("(") else [default]
    moment = _NOW.fullmatch(default)
    if moment is not None:
        said.append(f"current_timestamp({moment[1] or ''})")
    if default.upper() in {"TRUE", "FALSE"}:
        said.append("1" if default.upper() == "TRUE" else "0")
    if _NUMBER.fullmatch(default):
        said.append(f"'{default}'")
    elif _STRING.fullmatch(default) and (server.mysql or _NUMBER.fullmatch(default[1:-1])):
        said.append(default[1:-1])
    return f"BINARY COLUMN_DEFAULT IN ({', '.join(map(literal, dict.fromkeys(said)))})"


def _modified(step: SetNotNull | DropNotNull, *, nullable: bool, server: Server) -> Statement:
    column = step.definition
    if column is None:
        raise Unsupported(
            f"{step.title}: MariaDB must be told the whole definition of the column",
            place=type(step).__name__,
            remedy="see docs/conformance.md for what each database takes",
        )
    if isinstance(step, SetNotNull) and not step.standing and column.default is None:
        column = replace(column, default=stand_in(column))  # the old version's rows do not give it
    stands = f"IS_NULLABLE = '{'YES' if nullable else 'NO'}' AND {_defaults_to(column.default, server)}"
    modify = f"MODIFY COLUMN {definition(column, step.checks)}"
    return patient(alter(step.table, modify, has_column(step.table, step.column, stands), how=REBUILT))
