"""Every step of the vocabulary as PostgreSQL's statements: one function for each, found by its type."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatchmethod

from crossfade import names
from crossfade.dialects.postgresql import batches, seeds, sync
from crossfade.dialects.postgresql.quoting import dollar_quoted, ident, idents, literal, table
from crossfade.schema import Grant, Index, TableName
from crossfade.steps import (
    AddCheck,
    AddColumn,
    AdoptIndex,
    Analyze,
    CloseSide,
    Compare,
    CopyRows,
    CountUnmapped,
    CountUnsaid,
    CountWrites,
    CreateEnum,
    CreateIndex,
    CreateNamespace,
    DropCheck,
    DropColumn,
    DropEnum,
    DropIndex,
    DropNamespace,
    DropUnique,
    Forget,
    InstallSync,
    KeepComplement,
    OpenSide,
    PublishView,
    Relax,
    RemoveSync,
    RenameCheck,
    RenameColumn,
    RenameIndex,
    RestoreComplement,
    Role,
    SeedRows,
    SetDefault,
    SetNotNull,
    Statement,
    Step,
    UnseedRows,
    ValidateCheck,
    WithdrawView,
)

_VIEW_PRIVILEGES = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})


class Renderer:
    """Renders steps for a server's version; `lock_timeout_ms` bounds the wait for a lock."""

    def __init__(self, version: tuple[int, ...], lock_timeout_ms: int) -> None:
        self.version = version
        self.lock_timeout_ms = lock_timeout_ms

    def opening(self, tables: Sequence[TableName]) -> tuple[Statement, ...]:
        """What each transaction that takes locks on users' tables begins with.

        A lock that reads and writes need not wait for comes first, with more patience: the server ends an
        autovacuum that is in its way, but only after `deadlock_timeout` (1 s). What is left to wait for is
        the applications' own transactions, and those for a moment only, since others queue behind us.
        """
        impatient = Statement(f"SET LOCAL lock_timeout = '{self.lock_timeout_ms}ms'", Role.SETTING)
        if not tables:
            return (impatient,)
        named = ", ".join(table(each) for each in tables)
        return (
            Statement("SET LOCAL lock_timeout = '5s'", Role.SETTING),
            Statement(
                f"LOCK TABLE {named} IN SHARE UPDATE EXCLUSIVE MODE", Role.SETTING, "SHARE UPDATE EXCLUSIVE"
            ),
            impatient,
        )

    @singledispatchmethod
    def render(self, step: Step) -> tuple[Statement, ...]:
        """The statements of `step`, in order."""
        raise NotImplementedError(f"PostgreSQL has no rendering of {type(step).__name__}")

    @render.register
    def _(self, step: CreateNamespace) -> tuple[Statement, ...]:
        owner = f" AUTHORIZATION {ident(step.owner)}" if step.owner else ""
        namespace = ident(step.namespace)
        return (
            Statement(f"CREATE SCHEMA {namespace}{owner}"),
            *(Statement(f"GRANT USAGE ON SCHEMA {namespace} TO {_grantee(each)}") for each in step.readers),
        )

    @render.register
    def _(self, step: DropNamespace) -> tuple[Statement, ...]:
        return (Statement(f"DROP SCHEMA {ident(step.namespace)}"),)

    @render.register
    def _(self, step: AddColumn) -> tuple[Statement, ...]:
        column = step.column
        words = [ident(column.name), column.type]
        if column.default is not None:
            words.append(f"DEFAULT {column.default}")
        if not column.nullable:
            words.append("NOT NULL")
        statements = [_alter(step.table, f"ADD COLUMN {' '.join(words)}")]
        if step.later_default is not None:
            statements.append(
                _alter(step.table, f"ALTER COLUMN {ident(column.name)} SET DEFAULT {step.later_default}")
            )
        if column.comment is not None:
            name = f"{table(step.table)}.{ident(column.name)}"
            comment = f"COMMENT ON COLUMN {name} IS {literal(column.comment)}"
            statements.append(Statement(comment, lock="SHARE UPDATE EXCLUSIVE"))
        statements += [_granted(each, column.name, table(step.table)) for each in step.grants]
        return tuple(statements)

    @render.register
    def _(self, step: DropColumn) -> tuple[Statement, ...]:
        return (_alter(step.table, f"DROP COLUMN {ident(step.column)}"),)

    @render.register
    def _(self, step: InstallSync) -> tuple[Statement, ...]:
        return sync.install(step)

    @render.register
    def _(self, step: RemoveSync) -> tuple[Statement, ...]:
        return sync.remove(step)

    @render.register
    def _(self, step: CountWrites) -> tuple[Statement, ...]:
        return sync.count(step)

    @render.register
    def _(self, step: Analyze) -> tuple[Statement, ...]:
        return (Statement(f"ANALYZE {table(step.table)}", lock="SHARE UPDATE EXCLUSIVE"),)

    @render.register
    def _(self, step: CopyRows) -> tuple[Statement, ...]:
        return batches.copy_rows(step)

    @render.register
    def _(self, step: RestoreComplement) -> tuple[Statement, ...]:
        return batches.restore_complement(step)

    @render.register
    def _(self, step: KeepComplement) -> tuple[Statement, ...]:
        return batches.keep_complement(step)

    @render.register
    def _(self, step: Compare) -> tuple[Statement, ...]:
        return batches.compare(step)

    @render.register
    def _(self, step: CreateIndex) -> tuple[Statement, ...]:
        # The build waits for old transactions without making anyone queue behind it: it may wait long.
        patient = Statement("SET lock_timeout = 0", Role.SETTING)
        if not step.partitions:
            return (patient, _build(step.index, step.index.name, step.table, concurrently=True))
        return (
            patient,
            *(
                _build(step.index, _of_partition(step.index.name, number), each, concurrently=True)
                for number, each in enumerate(step.partitions, 1)
            ),
            Statement(f"SET lock_timeout = '{self.lock_timeout_ms}ms'", Role.SETTING),
            # Each partition has a matching index by now: the parent's adopts them and builds nothing.
            _build(step.index, step.index.name, step.table, concurrently=False),
        )

    @render.register
    def _(self, step: DropIndex) -> tuple[Statement, ...]:
        name = ident(step.table.schema)
        timeout = Statement(f"SET lock_timeout = '{self.lock_timeout_ms}ms'", Role.SETTING)
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
                _drop_index(f"{ident(each.schema)}.{ident(_of_partition(step.index, number))}")
                for number, each in enumerate(step.partitions, 1)
            ),
        )

    @render.register
    def _(self, step: AdoptIndex) -> tuple[Statement, ...]:
        name = ident(step.index)
        return (_alter(step.table, f"ADD CONSTRAINT {name} UNIQUE USING INDEX {name}"),)

    @render.register
    def _(self, step: DropUnique) -> tuple[Statement, ...]:
        return (_alter(step.table, f"DROP CONSTRAINT IF EXISTS {ident(step.constraint)}"),)

    @render.register
    def _(self, step: AddCheck) -> tuple[Statement, ...]:
        check = f"ADD CONSTRAINT {ident(step.check.name)} CHECK ({step.check.expression}) NOT VALID"
        return (_alter(step.table, check),)

    @render.register
    def _(self, step: ValidateCheck) -> tuple[Statement, ...]:
        return (
            Statement(
                f"ALTER TABLE {table(step.table)} VALIDATE CONSTRAINT {ident(step.check)}",
                lock="SHARE UPDATE EXCLUSIVE",
            ),
        )

    @render.register
    def _(self, step: DropCheck) -> tuple[Statement, ...]:
        return (_alter(step.table, f"DROP CONSTRAINT IF EXISTS {ident(step.check.name)}"),)

    @render.register
    def _(self, step: SetNotNull) -> tuple[Statement, ...]:
        return (
            _alter(step.table, f"ALTER COLUMN {ident(step.column)} SET NOT NULL"),
            _alter(step.table, f"DROP CONSTRAINT {ident(step.proof)}"),
        )

    @render.register
    def _(self, step: OpenSide) -> tuple[Statement, ...]:
        return ()

    @render.register
    def _(self, step: CloseSide) -> tuple[Statement, ...]:
        return sync.close(step)

    @render.register
    def _(self, step: PublishView) -> tuple[Statement, ...]:
        view = table(TableName(step.namespace, step.table.name))
        columns = ", ".join(
            ident(each.base) if each.base == each.name else f"{ident(each.base)} AS {ident(each.name)}"
            for each in step.columns
        )
        invoker = " WITH (security_invoker = true)" if self.version >= (15,) else ""
        statements = [
            Statement(
                f"CREATE VIEW {view}{invoker} AS SELECT {columns} FROM {table(step.table)}",
                lock="ACCESS SHARE",
            )
        ]
        statements += [
            Statement(f"ALTER VIEW {view} ALTER COLUMN {ident(each.name)} SET DEFAULT {each.default}")
            for each in step.columns
            if each.default is not None
        ]
        if step.comment is not None:
            statements.append(Statement(f"COMMENT ON VIEW {view} IS {literal(step.comment)}"))
        shown = {each.name for each in step.columns}
        statements += [
            _granted(each, each.column, view)
            for each in step.grants
            if each.privilege in _VIEW_PRIVILEGES and (each.column is None or each.column in shown)
        ]
        if step.owner:
            statements.append(Statement(f"ALTER VIEW {view} OWNER TO {ident(step.owner)}"))
        return tuple(statements)

    @render.register
    def _(self, step: WithdrawView) -> tuple[Statement, ...]:
        return (Statement(f"DROP VIEW {table(TableName(step.namespace, step.table.name))}"),)

    @render.register
    def _(self, step: SeedRows) -> tuple[Statement, ...]:
        return seeds.seed(step)

    @render.register
    def _(self, step: UnseedRows) -> tuple[Statement, ...]:
        return seeds.unseed(step)

    @render.register
    def _(self, step: RenameColumn) -> tuple[Statement, ...]:
        return (_alter(step.table, f"RENAME COLUMN {ident(step.column)} TO {ident(step.to)}"),)

    @render.register
    def _(self, step: Relax) -> tuple[Statement, ...]:
        name = ident(step.column.name)
        statements = []
        if not step.column.nullable:
            statements.append(_alter(step.table, f"ALTER COLUMN {name} DROP NOT NULL"))
        if step.column.default is not None:
            statements.append(_alter(step.table, f"ALTER COLUMN {name} DROP DEFAULT"))
        return tuple(statements)

    @render.register
    def _(self, step: RenameIndex) -> tuple[Statement, ...]:
        name = f"{ident(step.table.schema)}.{ident(step.index)}"
        return (Statement(f"ALTER INDEX {name} RENAME TO {ident(step.to)}", lock="SHARE UPDATE EXCLUSIVE"),)

    @render.register
    def _(self, step: RenameCheck) -> tuple[Statement, ...]:
        return (_alter(step.table, f"RENAME CONSTRAINT {ident(step.check)} TO {ident(step.to)}"),)

    @render.register
    def _(self, step: SetDefault) -> tuple[Statement, ...]:
        action = "DROP DEFAULT" if step.default is None else f"SET DEFAULT {step.default}"
        return (_alter(step.table, f"ALTER COLUMN {ident(step.column)} {action}"),)

    @render.register
    def _(self, step: CreateEnum) -> tuple[Statement, ...]:
        name = table(TableName(step.type.schema, step.type.name))
        labels = ", ".join(literal(each) for each in step.type.labels)
        # It stands where something else was of it when purge came.
        create = (
            f"BEGIN CREATE TYPE {name} AS ENUM ({labels}); EXCEPTION WHEN duplicate_object THEN NULL; END"
        )
        owner = (Statement(f"ALTER TYPE {name} OWNER TO {ident(step.owner)}"),) if step.owner else ()
        return (Statement(f"DO {dollar_quoted(create)}"), *owner)

    @render.register
    def _(self, step: DropEnum) -> tuple[Statement, ...]:
        name = table(TableName(step.type.schema, step.type.name))
        drop = f"BEGIN DROP TYPE {name}; EXCEPTION WHEN dependent_objects_still_exist THEN NULL; END"
        return (Statement(f"DO {dollar_quoted(drop)}"),)

    @render.register
    def _(self, step: Forget) -> tuple[Statement, ...]:
        of = f"WHERE evolution = {literal(step.evolution)}"
        return tuple(Statement(f"DELETE FROM {each} {of}") for each in (batches.COMPLEMENT, seeds.SEED))

    @render.register
    def _(self, step: CountUnsaid) -> tuple[Statement, ...]:
        column = ident(step.column)
        known = ", ".join(literal(each) for each in step.known)
        said = f"{column} IN ({known})" if step.known else "false"
        null = f" AND {column} IS NOT NULL" if step.null else ""
        return (
            Statement(
                f"SELECT coalesce({column}::text, 'NULL') AS value, count(*) AS rows "
                f"FROM {table(step.table)} WHERE ({said}) IS NOT TRUE{null} "
                "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20",
                lock="ACCESS SHARE",
            ),
        )

    @render.register
    def _(self, step: CountUnmapped) -> tuple[Statement, ...]:
        column = ident(step.column)
        labels = ", ".join(literal(each) for each in step.labels)
        return (
            Statement(
                f"SELECT {column}::text AS value, count(*) AS rows FROM {table(step.table)} "
                f"WHERE {column}::text IN ({labels}) GROUP BY 1 ORDER BY 1",
                lock="ACCESS SHARE",
            ),
        )


def _alter(of: TableName, action: str) -> Statement:
    return Statement(
        f"ALTER TABLE {table(of)} {action}", lock="ACCESS EXCLUSIVE", blocks="reads and writes, briefly"
    )


def _build(index: Index, name: str, of: TableName, *, concurrently: bool) -> Statement:
    options = index.options or ("",) * len(index.columns)
    keys = ", ".join(f"{ident(each)}{option}" for each, option in zip(index.columns, options, strict=True))
    sql = (
        f"CREATE {'UNIQUE ' if index.unique else ''}INDEX {'CONCURRENTLY ' if concurrently else ''}"
        f"{ident(name)} ON {table(of)} USING {ident(index.method)} ({keys})"
    )
    if index.include:
        sql += f" INCLUDE ({idents(index.include)})"
    if index.nulls_not_distinct:
        sql += " NULLS NOT DISTINCT"
    if index.storage:
        sql += f" WITH ({index.storage})"
    if index.predicate is not None:
        sql += f" WHERE {index.predicate}"
    if concurrently:  # a build that fails, as by a deadlock, leaves an invalid index
        remains = f"DROP INDEX CONCURRENTLY IF EXISTS {ident(of.schema)}.{ident(name)}"
        return Statement(sql, lock="SHARE UPDATE EXCLUSIVE", again=remains)
    return Statement(sql, lock="SHARE", blocks="writes, briefly")


def _drop_index(name: str) -> Statement:
    return Statement(
        f"DROP INDEX IF EXISTS {name}", lock="ACCESS EXCLUSIVE", blocks="reads and writes, briefly"
    )


def _of_partition(index: str, number: int) -> str:
    return names.fitted(f"{index}_p{number}")


def _granted(grant: Grant, column: str | None, on: str) -> Statement:
    columns = f" ({ident(column)})" if column is not None else ""
    option = " WITH GRANT OPTION" if grant.grantable else ""
    return Statement(f"GRANT {grant.privilege}{columns} ON {on} TO {_grantee(grant.grantee)}{option}")


def _grantee(name: str) -> str:
    return ident(name) if name else "PUBLIC"
