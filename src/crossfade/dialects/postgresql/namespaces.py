"""Namespaces and views as PostgreSQL's statements."""

from __future__ import annotations

from crossfade.dialects.postgresql import closing
from crossfade.dialects.postgresql.quoting import ident, literal, table
from crossfade.dialects.postgresql.rendering import Server, granted, grantee, render
from crossfade.steps import (
    CloseSide,
    CreateNamespace,
    DropNamespace,
    OpenSide,
    PublishView,
    Statement,
    WithdrawView,
)

_VIEW_PRIVILEGES = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})


@render.register
def _(step: CreateNamespace, server: Server) -> tuple[Statement, ...]:
    owner = f" AUTHORIZATION {ident(step.owner)}" if step.owner else ""
    namespace = ident(step.namespace)
    return (
        Statement(f"CREATE SCHEMA {namespace}{owner}"),
        *(Statement(f"GRANT USAGE ON SCHEMA {namespace} TO {grantee(each)}") for each in step.readers),
    )


@render.register
def _(step: DropNamespace, server: Server) -> tuple[Statement, ...]:
    return (Statement(f"DROP SCHEMA {ident(step.namespace)}"),)


@render.register
def _(step: PublishView, server: Server) -> tuple[Statement, ...]:
    view = table(step.view)
    columns = ", ".join(
        ident(each.base) if each.base == each.name else f"{ident(each.base)} AS {ident(each.name)}"
        for each in step.columns
    )
    invoker = " WITH (security_invoker = true)" if step.invoker and server.version >= (15,) else ""
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
    # A column that replaces another bears its name; one that is renamed, what it is called on the table.
    shown = {each.base: each.name for each in step.columns} | {each.name: each.name for each in step.columns}
    statements += [
        granted(each, None if each.column is None else shown[each.column], view)
        for each in step.grants
        if each.privilege in _VIEW_PRIVILEGES and (each.column is None or each.column in shown)
    ]
    if step.owner:
        statements.append(Statement(f"ALTER VIEW {view} OWNER TO {ident(step.owner)}"))
    return tuple(statements)


@render.register
def _(step: WithdrawView, server: Server) -> tuple[Statement, ...]:
    return (Statement(f"DROP VIEW {table(step.view)}"),)


@render.register
def _(step: OpenSide, server: Server) -> tuple[Statement, ...]:
    return ()


@render.register
def _(step: CloseSide, server: Server) -> tuple[Statement, ...]:
    return closing.close(step)
