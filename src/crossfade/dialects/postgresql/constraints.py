"""Indexes, unique constraints, checks and foreign keys as PostgreSQL's statements."""

from __future__ import annotations

from crossfade import names
from crossfade.dialects.postgresql.quoting import ident, idents, table
from crossfade.dialects.postgresql.rendering import Server, alter, render
from crossfade.schema import Index, TableName
from crossfade.steps import (
    AddCheck,
    AddForeignKey,
    AdoptIndex,
    CreateIndex,
    DropCheck,
    DropForeignKey,
    DropIndex,
    DropUnique,
    RenameCheck,
    RenameForeignKey,
    RenameIndex,
    Role,
    Statement,
    ValidateCheck,
    ValidateForeignKey,
)


@render.register
def _(step: CreateIndex, server: Server) -> tuple[Statement, ...]:
    # The build waits for old transactions without making anyone queue behind it: it may wait long.
    patient = Statement("SET lock_timeout = 0", Role.SETTING)
    if not step.partitions:
        return (patient, _build(step.index, step.index.name, step.table, concurrently=True))
    return (
        patient,
        *(
            _build(step.index, names.of_partition(step.index.name, number), each, concurrently=True)
            for number, each in enumerate(step.partitions, 1)
        ),
        Statement(f"SET lock_timeout = '{server.lock_timeout_ms}ms'", Role.SETTING),
        # Each partition has a matching index by now: the parent's adopts them and builds nothing.
        _build(step.index, step.index.name, step.table, concurrently=False),
    )


@render.register
def _(step: DropIndex, server: Server) -> tuple[Statement, ...]:
    name = ident(step.table.schema)
    timeout = Statement(f"SET lock_timeout = '{server.lock_timeout_ms}ms'", Role.SETTING)
    if not step.partitions:
        return (
            Statement("SET lock_timeout = 0", Role.SETTING),
            Statement(
                f"DROP INDEX CONCURRENTLY IF EXISTS {name}.{ident(step.index)}",
                lock="SHARE UPDATE EXCLUSIVE",
            ),
        )
    return (
        timeout,
        _drop_index(f"{name}.{ident(step.index)}"),
        *(
            _drop_index(f"{ident(each.schema)}.{ident(names.of_partition(step.index, number))}")
            for number, each in enumerate(step.partitions, 1)
        ),
    )


@render.register
def _(step: AdoptIndex, server: Server) -> tuple[Statement, ...]:
    name = ident(step.index)
    return (alter(step.table, f"ADD CONSTRAINT {name} UNIQUE USING INDEX {name}{step.deferral}"),)


@render.register
def _(step: DropUnique, server: Server) -> tuple[Statement, ...]:
    return (alter(step.table, f"DROP CONSTRAINT IF EXISTS {ident(step.constraint)}"),)


@render.register
def _(step: RenameIndex, server: Server) -> tuple[Statement, ...]:
    # A part that goes by another name is the server's or the user's, and keeps it.
    parts = (
        _rename(
            f"IF EXISTS {ident(each.schema)}.{ident(names.of_partition(step.index, number))}",
            names.of_partition(step.to, number),
        )
        for number, each in enumerate(step.partitions, 1)
    )
    return (_rename(f"{ident(step.table.schema)}.{ident(step.index)}", step.to), *parts)


@render.register
def _(step: AddCheck, server: Server) -> tuple[Statement, ...]:
    check = f"ADD CONSTRAINT {ident(step.check.name)} CHECK ({step.check.expression}) NOT VALID"
    return (alter(step.table, check),)


@render.register
def _(step: ValidateCheck, server: Server) -> tuple[Statement, ...]:
    return (_validate(step.table, step.check),)


@render.register
def _(step: DropCheck, server: Server) -> tuple[Statement, ...]:
    return (alter(step.table, f"DROP CONSTRAINT IF EXISTS {ident(step.check.name)}"),)


@render.register
def _(step: RenameCheck, server: Server) -> tuple[Statement, ...]:
    return (alter(step.table, f"RENAME CONSTRAINT {ident(step.check)} TO {ident(step.to)}"),)


@render.register
def _(step: AddForeignKey, server: Server) -> tuple[Statement, ...]:
    key = step.key
    action = f" ON DELETE {key.on_delete}" if key.on_delete != "NO ACTION" else ""
    target = f"{table(key.target)} ({idents(key.target_columns)})"
    definition = key.definition or f"FOREIGN KEY ({idents(key.columns)}) REFERENCES {target}{action}"
    return (
        Statement(
            f"ALTER TABLE {table(step.table)} ADD CONSTRAINT {ident(key.name)} {definition} NOT VALID",
            lock="SHARE ROW EXCLUSIVE",  # on both tables
            blocks="writes, briefly",
        ),
    )


@render.register
def _(step: ValidateForeignKey, server: Server) -> tuple[Statement, ...]:
    return (_validate(step.table, step.name),)


@render.register
def _(step: DropForeignKey, server: Server) -> tuple[Statement, ...]:
    return (alter(step.table, f"DROP CONSTRAINT IF EXISTS {ident(step.key.name)}"),)


@render.register
def _(step: RenameForeignKey, server: Server) -> tuple[Statement, ...]:
    return (alter(step.table, f"RENAME CONSTRAINT {ident(step.name)} TO {ident(step.to)}"),)


def _validate(of: TableName, constraint: str) -> Statement:
    return Statement(
        f"ALTER TABLE {table(of)} VALIDATE CONSTRAINT {ident(constraint)}", lock="SHARE UPDATE EXCLUSIVE"
    )


def index_sql(index: Index, name: str, on: str, *, concurrently: bool = False) -> str:
    """The statement that builds `index`, under that name, on a table."""
    options = index.options or ("",) * len(index.keys or index.columns)
    named = [f"({each})" for each in index.keys] or [ident(each) for each in index.columns]
    keys = ", ".join(f"{each}{option}" for each, option in zip(named, options, strict=True))
    sql = (
        f"CREATE {'UNIQUE ' if index.unique else ''}INDEX {'CONCURRENTLY ' if concurrently else ''}"
        f"{ident(name)} ON {on} USING {ident(index.method)} ({keys})"
    )
    if index.include:
        sql += f" INCLUDE ({idents(index.include)})"
    if index.nulls_not_distinct:
        sql += " NULLS NOT DISTINCT"
    if index.storage:
        sql += f" WITH ({index.storage})"
    if index.predicate is not None:
        sql += f" WHERE {index.predicate}"
    return sql


def _build(index: Index, name: str, of: TableName, *, concurrently: bool) -> Statement:
    sql = index_sql(index, name, table(of), concurrently=concurrently)
    if concurrently:  # a build that fails, as by a deadlock, leaves an invalid index
        remains = f"DROP INDEX CONCURRENTLY IF EXISTS {ident(of.schema)}.{ident(name)}"
        return Statement(sql, lock="SHARE UPDATE EXCLUSIVE", again=remains)
    return Statement(sql, lock="SHARE", blocks="writes, briefly")


def _rename(index: str, to: str) -> Statement:
    return Statement(f"ALTER INDEX {index} RENAME TO {ident(to)}", lock="SHARE UPDATE EXCLUSIVE")


def _drop_index(name: str) -> Statement:
    return Statement(
        f"DROP INDEX IF EXISTS {name}", lock="ACCESS EXCLUSIVE", blocks="reads and writes, briefly"
    )
