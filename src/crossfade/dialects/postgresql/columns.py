"""Columns, types and names of tables as PostgreSQL's statements."""

from __future__ import annotations

from dataclasses import replace

from crossfade.dialects.postgresql.quoting import dollar_quoted, ident, literal, table
from crossfade.dialects.postgresql.rendering import Server, alter, granted, render
from crossfade.schema import TableName
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


@render.register
def _(step: AddColumn, server: Server) -> tuple[Statement, ...]:
    column = step.column
    words = [ident(column.name), column.type]
    if column.collation is not None:
        words.append(f"COLLATE {column.collation}")
    if column.default is not None:
        words.append(f"DEFAULT {column.default}")
    if not column.nullable:
        words.append("NOT NULL")
    statements = [alter(step.table, f"ADD COLUMN {' '.join(words)}")]
    if step.later_default is not None:
        statements.append(
            alter(step.table, f"ALTER COLUMN {ident(column.name)} SET DEFAULT {step.later_default}")
        )
    if column.comment is not None:
        name = f"{table(step.table)}.{ident(column.name)}"
        comment = f"COMMENT ON COLUMN {name} IS {literal(column.comment)}"
        statements.append(Statement(comment, lock="SHARE UPDATE EXCLUSIVE"))
    statements += [granted(each, column.name, table(step.table)) for each in step.grants]
    return tuple(statements)


@render.register
def _(step: DropColumn, server: Server) -> tuple[Statement, ...]:
    return (alter(step.table, f"DROP COLUMN {ident(step.column)}"),)


@render.register
def _(step: RenameColumn, server: Server) -> tuple[Statement, ...]:
    renamed = alter(step.table, f"RENAME COLUMN {ident(step.column)} TO {ident(step.to)}")
    if server.version < (18,):
        return (renamed,)
    return (renamed, replace(renamed, sql=_not_null_renamed(step)))


def _not_null_renamed(step: RenameColumn) -> str:
    """NOT NULL has a name of its own from PostgreSQL 18 on, made of the column's when it was declared."""
    before, after = (f"{step.table.name}_{name}_not_null" for name in (step.column, step.to))
    body = (
        "DECLARE\n  found name;\nBEGIN\n"
        "  SELECT c.conname INTO found FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_attribute a\n"
        "    ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]\n"
        f"    WHERE c.conrelid = {literal(table(step.table))}::regclass AND c.contype = 'n' "
        f"AND a.attname = {literal(step.to)}\n"
        f"    AND (c.conname = {literal(before)} OR c.conname LIKE '%\\_crossfade\\_%');\n"
        "  IF found IS NOT NULL THEN\n"
        "    EXECUTE pg_catalog.format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', "
        f"{literal(table(step.table))}, found, {literal(after)});\n"
        "  END IF;\nEND"
    )
    return f"DO {dollar_quoted(body)}"


@render.register
def _(step: Relax, server: Server) -> tuple[Statement, ...]:
    name = ident(step.column.name)
    statements = []
    if not step.column.nullable:
        statements.append(alter(step.table, f"ALTER COLUMN {name} DROP NOT NULL"))
    if step.column.default is not None:
        statements.append(alter(step.table, f"ALTER COLUMN {name} DROP DEFAULT"))
    return tuple(statements)


@render.register
def _(step: SetDefault, server: Server) -> tuple[Statement, ...]:
    action = "DROP DEFAULT" if step.default is None else f"SET DEFAULT {step.default}"
    return (alter(step.table, f"ALTER COLUMN {ident(step.column)} {action}"),)


@render.register
def _(step: SetNotNull, server: Server) -> tuple[Statement, ...]:
    return (
        alter(step.table, f"ALTER COLUMN {ident(step.column)} SET NOT NULL"),
        alter(step.table, f"DROP CONSTRAINT {ident(step.proof)}"),
    )


@render.register
def _(step: DropNotNull, server: Server) -> tuple[Statement, ...]:
    return (alter(step.table, f"ALTER COLUMN {ident(step.column)} DROP NOT NULL"),)


@render.register
def _(step: RenameTable, server: Server) -> tuple[Statement, ...]:
    return (alter(step.table, f"RENAME TO {ident(step.to.name)}"),)


@render.register
def _(step: CreateEnum, server: Server) -> tuple[Statement, ...]:
    name = table(TableName(step.type.schema, step.type.name))
    labels = ", ".join(literal(each) for each in step.type.labels)
    # It stands where something else was of it when purge came.
    create = f"BEGIN CREATE TYPE {name} AS ENUM ({labels}); EXCEPTION WHEN duplicate_object THEN NULL; END"
    owner = (Statement(f"ALTER TYPE {name} OWNER TO {ident(step.owner)}"),) if step.owner else ()
    return (Statement(f"DO {dollar_quoted(create)}"), *owner)


@render.register
def _(step: DropEnum, server: Server) -> tuple[Statement, ...]:
    name = table(TableName(step.type.schema, step.type.name))
    drop = f"BEGIN DROP TYPE {name}; EXCEPTION WHEN dependent_objects_still_exist THEN NULL; END"
    return (Statement(f"DO {dollar_quoted(drop)}"),)
