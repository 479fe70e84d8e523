"""The steps about trees as PostgreSQL's statements: targets made and dropped, the sync put in and taken out.

What is walked by ranges is in `tree_batches`.
"""

from __future__ import annotations

from crossfade import names
from crossfade.dialects.postgresql import (
    tree_batches,
    tree_complement,
    tree_returns,
)
from crossfade.dialects.postgresql import tree_values as sql
from crossfade.dialects.postgresql.quoting import dollar_quoted, ident, literal, table
from crossfade.dialects.postgresql.rendering import Server, granted, render
from crossfade.dialects.postgresql.tree_hooks import always
from crossfade.dialects.postgresql.triggers import ACTIVE, LOCK, function
from crossfade.schema import TableName
from crossfade.steps import (
    CloseTarget,
    CompareTree,
    CopyTree,
    CountStray,
    CreateTarget,
    DropTarget,
    GiveBack,
    IndexTarget,
    KeepTree,
    OpenTarget,
    RestoreTree,
    ShelveTables,
    Statement,
    TakeAway,
    TieTarget,
    UnindexTarget,
    UnshelveTables,
)

_CLOSED = "~crossfade_closed"


@render.register
def _(step: CreateTarget, server: Server) -> tuple[Statement, ...]:
    tree, target = step.tree, table(step.table)
    owner = (f"ALTER TABLE {target} OWNER TO {ident(step.owner)}",) if step.owner else ()
    return (
        Statement(_LEGACY_UUID),
        Statement(
            f"CREATE TABLE IF NOT EXISTS {sql.reordered(step.evolution)} "
            "(target text, slot text, key text, PRIMARY KEY (target, slot, key))"
        ),
        Statement(
            step.create,
            lock="SHARE ROW EXCLUSIVE" if step.refers else "",
            blocks="writes of the tables that it refers to, briefly" if step.refers else "nothing",
        ),
        Statement(f"ALTER TABLE {target} ADD COLUMN {ident(tree.legacy)} {tree.key.type} UNIQUE"),
        *map(Statement, step.indexes),
        *map(Statement, owner),
        *(granted(each, None, target) for each in step.grants),
        *_close(step.evolution, step.table, "is being started: it can't be written yet"),
    )


@render.register
def _(step: DropTarget, server: Server) -> tuple[Statement, ...]:
    return (
        Statement(
            f"DROP TABLE {table(step.table)}", lock="ACCESS EXCLUSIVE", blocks="reads and writes, briefly"
        ),
        Statement(f"DROP FUNCTION IF EXISTS {_closed(step.evolution, step.table)}()"),
        Statement(f"DROP TABLE IF EXISTS {sql.reordered(step.evolution)}"),
    )


@render.register
def _(step: IndexTarget, server: Server) -> tuple[Statement, ...]:
    name = ident(step.name)
    gone = f"DROP INDEX CONCURRENTLY IF EXISTS {ident(step.table.schema)}.{name}"
    timeout = Statement(f"SET lock_timeout = '{server.lock_timeout_ms}ms'")
    create = step.create or (
        f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table(step.table)} ({ident(step.unique)})"
    )
    return (timeout, Statement(create, lock="SHARE UPDATE EXCLUSIVE", again=gone))


@render.register
def _(step: UnindexTarget, server: Server) -> tuple[Statement, ...]:
    gone = f"DROP INDEX CONCURRENTLY IF EXISTS {ident(step.table.schema)}.{ident(step.name)}"
    return (Statement(gone, lock="SHARE UPDATE EXCLUSIVE"),)


@render.register
def _(step: OpenTarget, server: Server) -> tuple[Statement, ...]:
    return (
        Statement(
            f"DROP TRIGGER IF EXISTS {ident(_CLOSED)} ON {table(step.table)}",
            lock="ACCESS EXCLUSIVE",
            blocks="reads and writes, briefly",
        ),
        Statement(f"DROP FUNCTION IF EXISTS {_closed(step.evolution, step.table)}()"),
    )


@render.register
def _(step: CloseTarget, server: Server) -> tuple[Statement, ...]:
    return _close(step.evolution, step.table, "is being rolled back: the new version takes no more writes")


@render.register
def _(step: ShelveTables, server: Server) -> tuple[Statement, ...]:
    moved = (
        sql_
        for each in step.tables
        for sql_ in (
            f"ALTER TABLE {table(each)} RENAME TO {ident(_shelf(each).name)}",
            f"ALTER TABLE {_in(each.schema, _shelf(each))} SET SCHEMA {ident(_shelf(each).schema)}",
        )
    )
    return tuple(
        Statement(each, lock="ACCESS EXCLUSIVE", blocks="reads and writes, briefly")
        for each in (
            *(f"ALTER TABLE {table(key.table)} DROP CONSTRAINT {ident(key.name)}" for key in step.keys),
            f"TRUNCATE {', '.join(map(table, step.tables))}",
            *moved,
        )
    )


@render.register
def _(step: UnshelveTables, server: Server) -> tuple[Statement, ...]:
    moved = (
        sql_
        for each in step.tables
        for sql_ in (
            f"ALTER TABLE {table(_shelf(each))} SET SCHEMA {ident(each.schema)}",
            f"ALTER TABLE {_in(each.schema, _shelf(each))} RENAME TO {ident(each.name)}",
        )
    )
    keys = (
        f"ALTER TABLE {table(key.table)} ADD CONSTRAINT {ident(key.name)} {key.definition}"
        for key in step.keys
    )
    return (
        *map(Statement, moved),
        *(Statement(each, lock=LOCK, blocks="writes, briefly") for each in keys),
    )


@render.register
def _(step: CopyTree, server: Server) -> tuple[Statement, ...]:
    return tree_batches.copy(step)


@render.register
def _(step: CompareTree, server: Server) -> tuple[Statement, ...]:
    return tree_batches.compare(step)


@render.register
def _(step: KeepTree, server: Server) -> tuple[Statement, ...]:
    return tree_complement.keep(step)


@render.register
def _(step: RestoreTree, server: Server) -> tuple[Statement, ...]:
    return tree_complement.restore(step)


@render.register
def _(step: CountStray, server: Server) -> tuple[Statement, ...]:
    return tree_returns.count_stray(step)


@render.register
def _(step: TieTarget, server: Server) -> tuple[Statement, ...]:
    return tree_returns.tie(step)


@render.register
def _(step: GiveBack, server: Server) -> tuple[Statement, ...]:
    return tree_returns.give_back(step)


@render.register
def _(step: TakeAway, server: Server) -> tuple[Statement, ...]:
    return tree_returns.take_away(step)


def _in(schema: str, of: TableName) -> str:
    return table(TableName(schema, of.name))


def _shelf(of: TableName) -> TableName:
    """Where the shell of a table is kept."""
    return TableName(names.JOURNAL, names.shell(of.schema, of.name))


def _closed(evolution: str, of: TableName) -> str:
    return function("closed", evolution, of)


def _close(evolution: str, of: TableName, why: str) -> tuple[Statement, ...]:
    body = (
        f"BEGIN\n  IF NOT ({ACTIVE}) THEN\n    RETURN NULL;\n  END IF;\n"
        "  RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',\n"
        f"    MESSAGE = {literal(f'evolution {evolution} {why} ({of})')},\n"
        "    HINT = 'Stop the new version of the application until start has ended.';\nEND"
    )
    closed, name = _closed(evolution, of), ident(_CLOSED)
    made = (
        f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table(of)} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {closed}()"
    )
    return (
        Statement(
            f"CREATE OR REPLACE FUNCTION {closed}() RETURNS trigger LANGUAGE plpgsql "
            f"SET search_path = pg_catalog, pg_temp AS {dollar_quoted(body)}"
        ),
        *(Statement(each, lock=LOCK, blocks="writes, briefly") for each in (made, always(of, name))),
    )


# A UUID of version 8 (RFC 9562, appendix B.2) out of a name: the first sixteen bytes of its SHA-256, with the
# version's and the variant's bits. Not of version 3 or 5: MD5 is barred on some servers, SHA-1 is not built
# in.
_LEGACY_UUID = f"""CREATE OR REPLACE FUNCTION {sql.journal("legacy_uuid")}(name text) RETURNS uuid \
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS {
    dollar_quoted('''DECLARE
  whole bytea := pg_catalog.sha256(pg_catalog.convert_to(name, 'UTF8'));
  h text := pg_catalog.substr(pg_catalog.encode(whole, 'hex'), 1, 32);
  variant text := pg_catalog.translate(pg_catalog.substr(h, 17, 1), '0123456789abcdef', '89ab89ab89ab89ab');
BEGIN
  RETURN pg_catalog.overlay(pg_catalog.overlay(h, '8', 13), variant, 17)::uuid;
END''')
}"""
