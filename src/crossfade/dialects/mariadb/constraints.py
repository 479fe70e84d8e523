"""Indexes, unique constraints, checks and foreign keys as MariaDB's statements.

A unique constraint is its index. A check is added without a look at the rows where a column bears it, and a
foreign key where they are not checked: then the rows are looked at by a statement of their own.
docs/decisions/0020-mariadb-ddl.md has what was measured.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from crossfade import names
from crossfade.dialects.mariadb import validations
from crossfade.dialects.mariadb.columns import definition
from crossfade.dialects.mariadb.indexes import LOCKING, has_index, index_sql
from crossfade.dialects.mariadb.quoting import ident, idents, literal, table
from crossfade.dialects.mariadb.rendering import (
    NEVER,
    Server,
    alter,
    named,
    nothing,
    online,
    patient,
    render,
)
from crossfade.dialects.mariadb.stand_ins import stand_in
from crossfade.errors import Unsupported
from crossfade.schema import Check, Column, ForeignKey, TableName
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

_UNCHECKED = "SET STATEMENT foreign_key_checks=0 FOR "


@render.register
def _(step: CreateIndex, server: Server) -> tuple[Statement, ...]:
    if step.index.method in LOCKING:
        _demand_copy(step, server)
    # A build that fails leaves nothing behind, whatever ends it.
    add = f"ADD {index_sql(step.index)}"
    return (patient(alter(step.table, add, has_index(step.table, step.index.name), how=online(server))),)


@render.register
def _(step: DropIndex, server: Server) -> tuple[Statement, ...]:
    done = nothing(has_index(step.table, step.index))
    return (patient(alter(step.table, f"DROP INDEX {ident(step.index)}", done, how=online(server))),)


@render.register
def _(step: AdoptIndex, server: Server) -> tuple[Statement, ...]:
    return ()


@render.register
def _(step: DropUnique, server: Server) -> tuple[Statement, ...]:
    return ()  # the index goes, and the constraint with it


@render.register
def _(step: RenameIndex, server: Server) -> tuple[Statement, ...]:
    # Another may bear the old name again by then: names are passed on.
    done = has_index(step.table, step.to)
    return (alter(step.table, f"RENAME INDEX {ident(step.index)} TO {ident(step.to)}", done),)


@render.register
def _(step: AddCheck, server: Server) -> tuple[Statement, ...]:
    if step.bearer is not None and not server.mysql:
        done = NEVER if step.beside else _bears_any(step.table, step.bearer)
        return (_borne(step.table, step.bearer, (*step.beside, step.check), done),)
    _demand_copy(step, server)
    return (
        alter(step.table, f"ADD {_constraint(step.check)}", _has_check(step.table, step.check.name, server)),
    )


@render.register
def _(step: ValidateCheck, server: Server) -> tuple[Statement, ...]:
    return validations.of_check(step, server)


@render.register
def _(step: DropCheck, server: Server) -> tuple[Statement, ...]:
    if step.bearer is not None and not server.mysql:
        done = NEVER if step.beside else nothing(_bears_any(step.table, step.bearer))
        return (_borne(step.table, step.bearer, step.beside, done),)
    done = nothing(_has_check(step.table, step.check.name, server))
    word = "CHECK" if server.mysql else "CONSTRAINT"
    return (alter(step.table, f"DROP {word} {ident(step.check.name)}", done),)


@render.register
def _(step: RenameCheck, server: Server) -> tuple[Statement, ...]:
    if step.borne:
        return ()
    _demand_copy(step, server)
    if step.definition is None:
        validations.demand_definition(step)
    made = _constraint(replace(step.definition, name=step.to))
    done = _has_check(step.table, step.to, server)
    return (alter(step.table, f"DROP CONSTRAINT {ident(step.check)}, ADD {made}", done),)


@render.register
def _(step: AddForeignKey, server: Server) -> tuple[Statement, ...]:
    add = f"ADD {_key(step.key, step.key.name)}"
    return _unchecked(
        alter(step.table, add, _has_key(step.table, step.key.name), how=_at_once(server)), server
    )


@render.register
def _(step: ValidateForeignKey, server: Server) -> tuple[Statement, ...]:
    return validations.of_foreign_key(step, server)


@render.register
def _(step: DropForeignKey, server: Server) -> tuple[Statement, ...]:
    done = nothing(_has_key(step.table, step.key.name))
    return (alter(step.table, f"DROP FOREIGN KEY {ident(step.key.name)}", done, how=_at_once(server)),)


@render.register
def _(step: RenameForeignKey, server: Server) -> tuple[Statement, ...]:
    """One statement takes it off and makes it anew: no write comes between."""
    if step.key is None:
        validations.demand_definition(step)
    done = _has_key(step.table, step.to)
    moved = f"DROP FOREIGN KEY {ident(step.name)}, ADD {_key(step.key, step.to)}"
    return _unchecked(alter(step.table, moved, done, how=_at_once(server)), server)


def _has_key(of: TableName, name: str) -> str:
    return (
        "SELECT 1 FROM information_schema.REFERENTIAL_CONSTRAINTS "
        f"WHERE CONSTRAINT_SCHEMA = {literal(of.schema)} AND TABLE_NAME = {literal(of.name)} "
        f"AND {named('CONSTRAINT_NAME', name)}"
    )


def _has_check(of: TableName, name: str, server: Server) -> str:
    if server.mysql:
        return (
            "SELECT 1 FROM information_schema.TABLE_CONSTRAINTS "
            f"WHERE TABLE_SCHEMA = {literal(of.schema)} AND TABLE_NAME = {literal(of.name)} "
            f"AND CONSTRAINT_TYPE = 'CHECK' AND {named('CONSTRAINT_NAME', name)}"
        )
    return (
        "SELECT 1 FROM information_schema.CHECK_CONSTRAINTS "
        f"WHERE CONSTRAINT_SCHEMA = {literal(of.schema)} AND TABLE_NAME = {literal(of.name)} "
        f"AND LEVEL = 'Table' AND {named('CONSTRAINT_NAME', name)}"
    )


def _bears_any(of: TableName, bearer: Column) -> str:
    """A query with a row where the column bears checks; which, is told in words of the server's own."""
    return (
        "SELECT 1 FROM information_schema.CHECK_CONSTRAINTS "
        f"WHERE CONSTRAINT_SCHEMA = {literal(of.schema)} AND TABLE_NAME = {literal(of.name)} "
        f"AND LEVEL = 'Column' AND {named('CONSTRAINT_NAME', bearer.name)}"
    )


def _borne(of: TableName, bearer: Column, checks: Iterable[Check], done: str) -> Statement:
    if names.is_reserved(bearer.name) and bearer.default is None:
        bearer = replace(bearer, default=stand_in(bearer))  # one of the evolution's own keeps what it has
    return alter(of, f"MODIFY COLUMN {definition(bearer, checks)}", done)


def _constraint(check: Check) -> str:
    return f"CONSTRAINT {ident(check.name)} CHECK ({check.expression})"


def _key(key: ForeignKey, name: str) -> str:
    action = f" ON DELETE {key.on_delete}" if key.on_delete != "NO ACTION" else ""
    target = f"{table(key.target)} ({idents(key.target_columns)})"
    made = key.definition or f"FOREIGN KEY ({idents(key.columns)}) REFERENCES {target}{action}"
    return f"CONSTRAINT {ident(name)} {made}"


def _at_once(server: Server) -> str:
    """How a foreign key comes and goes: by no index that would be built on the way, and left behind."""
    return "ALGORITHM=INPLACE, LOCK=NONE" if server.mysql else "ALGORITHM=INSTANT"


def _unchecked(statement: Statement, server: Server) -> tuple[Statement, ...]:
    """The statement where it does not look at the rows that stand."""
    if server.mysql:
        off, on = (Statement(f"SET SESSION foreign_key_checks = {each}", Role.SETTING) for each in (0, 1))
        return (off, statement, on)
    return (
        replace(statement, sql=f"{_UNCHECKED}{statement.sql}", copying=f"{_UNCHECKED}{statement.copying}"),
    )


def _demand_copy(step: AddCheck | CreateIndex | RenameCheck, server: Server) -> None:
    """Raises Unsupported unless the table may be copied, or its writers be kept waiting."""
    if not server.allow_copy:
        raise Unsupported(
            f"to {step.title}, {'MySQL' if server.mysql else 'MariaDB'} would copy the table, or keep its "
            "writers waiting as long",
            place=f"table {step.table}",
            remedy="do without it, or start with --allow-copy",
        )
