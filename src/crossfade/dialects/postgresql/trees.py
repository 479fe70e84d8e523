"""The steps about trees as PostgreSQL's statements: targets made and dropped, the sync put in and taken out.

What is walked by ranges is in `tree_batches`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crossfade import names
from crossfade.dialects.postgresql import (
    tree_batches,
    tree_complement,
    tree_notes,
    tree_returns,
    tree_writes,
)
from crossfade.dialects.postgresql import tree_values as sql
from crossfade.dialects.postgresql.quoting import dollar_quoted, ident, literal, table
from crossfade.dialects.postgresql.rendering import Server, granted, render
from crossfade.dialects.postgresql.triggers import ACTIVE, LOCK, counter, function
from crossfade.schema import TableName
from crossfade.steps import (
    CloseTarget,
    CompareTree,
    CopyTree,
    CountStray,
    CreateTarget,
    DropTarget,
    GiveBack,
    HookTrees,
    IndexTarget,
    InstallTrees,
    KeepTree,
    OpenTarget,
    RemoveTrees,
    RestoreTree,
    ShelveTables,
    Statement,
    TakeAway,
    TieTarget,
    UnhookTrees,
    UnindexTarget,
    UnshelveTables,
)
from crossfade.tree import sources

_NOTES = ("insert", "update", "delete", "truncate")
_COMMIT = "~crossfade_commit"
_SHAPE = "~crossfade_shape"
_CLOSED = "~crossfade_closed"
_PATH = "!crossfade_path"  # before any of the users'
_SEEN = {
    "insert": " REFERENCING NEW TABLE AS new_rows",
    "update": " REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": " REFERENCING OLD TABLE AS old_rows",
    "truncate": "",
}


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
def _(step: InstallTrees, server: Server) -> tuple[Statement, ...]:
    put = [each for _, some in _put(step) for each in some]
    return (
        *map(Statement, _made(step)),
        *(Statement(each, lock=LOCK, blocks="writes, briefly") for each in put),
    )


@render.register
def _(step: HookTrees, server: Server) -> tuple[Statement, ...]:
    install = InstallTrees(step.evolution, step.trees)
    pull = tree_notes.of_pull(install)
    quiet = tree_notes.routine(tree_notes.pull(step.evolution), "trigger", "BEGIN\n  RETURN NULL;\nEND")
    made = [quiet if each == pull else each for each in _made(install)]
    return (
        Statement(f"SET lock_timeout = '{server.lock_timeout_ms}ms'"),
        *map(Statement, made),
        # Each table's triggers are one transaction, which holds no other table.
        *(Statement("; ".join(some), lock=LOCK, blocks="writes, briefly") for _, some in _put(install)),
        Statement(pull.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)),
    )


@render.register
def _(step: UnhookTrees, server: Server) -> tuple[Statement, ...]:
    install = InstallTrees(step.evolution, step.trees)
    gone = {of: "; ".join(_gone(of, names)) for of, names in _triggers(install)}
    return (
        Statement(f"SET lock_timeout = '{server.lock_timeout_ms}ms'"),
        *(
            Statement(each, lock="ACCESS EXCLUSIVE", blocks="reads and writes, briefly")
            for each in gone.values()
        ),
        *_unmade(install),
    )


@render.register
def _(step: RemoveTrees, server: Server) -> tuple[Statement, ...]:
    install = InstallTrees(step.evolution, step.trees)
    hooked = _triggers(install)
    # The targets first: whoever writes one goes on to the old tables, and would be waited for, waiting.
    first = ", ".join(table(of) for of, _ in hooked)
    return (
        # Each table is waited for while those before it are held: for less than one alone would be.
        Statement(f"SET LOCAL lock_timeout = '{server.lock_timeout_ms // 4}ms'"),
        Statement(
            f"LOCK TABLE {first} IN ACCESS EXCLUSIVE MODE",
            lock="ACCESS EXCLUSIVE",
            blocks="reads and writes, briefly",
        ),
        Statement(f"SET LOCAL lock_timeout = '{server.lock_timeout_ms}ms'"),
        *(
            Statement(each, lock="ACCESS EXCLUSIVE", blocks="reads and writes, briefly")
            for of, names in hooked
            for each in _gone(of, names)
        ),
        *_unmade(install),
    )


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


def _made(step: InstallTrees) -> list[str]:
    """The routines, and what they need."""
    made: list[str] = []
    evolution = step.evolution
    if not step.one_sided:
        tick, name = tree_notes.tick(evolution), ident(_COMMIT)
        deferred = (
            f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {tree_notes.pull(evolution)}()"
        )
        made += [
            f"CREATE SEQUENCE {counter(side, evolution, tree.target)}"
            for tree in step.trees
            for side in ("old", "new")
        ]
        made += [
            tree_notes.of_pull(step),
            f"CREATE UNLOGGED TABLE {tick} ()",
            f"CREATE CONSTRAINT TRIGGER {name} AFTER INSERT ON {tick} {deferred}",
            f"ALTER TABLE {tick} ENABLE ALWAYS TRIGGER {name}",
        ]
        made += [tree_notes.of_table(step, number, of) for number, of in enumerate(sources(step.trees))]
    if tree_writes.stirred(step):
        made.append(tree_writes.of_path(step))
    for tree in step.trees:
        made += [tree_writes.of_shape(step, tree), tree_writes.of_push(step, tree)]
        if step.one_sided:
            made += [tree_returns.of_give(step, tree), tree_returns.of_take(step, tree)]
    return made


def _unmade(step: InstallTrees) -> tuple[Statement, ...]:
    evolution = step.evolution
    functions = [
        *(tree_notes.note(evolution, of) for of in sources(step.trees)),
        *(each(evolution, tree) for tree in step.trees for each in (tree_writes.shape, tree_writes.push)),
        tree_notes.pull(evolution),
        tree_writes.path_of(evolution),
    ]
    ranges = [
        f"{each(evolution, tree)}({tree.key.type}, {tree.key.type})"
        for tree in step.trees
        for each in (tree_returns.give, tree_returns.take)
    ]
    counters = [counter(side, evolution, tree.target) for tree in step.trees for side in ("old", "new")]
    return (
        # Who has noted something works it off before this table is to be had.
        Statement(f"DROP TABLE IF EXISTS {tree_notes.tick(evolution)}"),
        *(Statement(f"DROP FUNCTION IF EXISTS {each}()") for each in functions),
        *(Statement(f"DROP FUNCTION IF EXISTS {each}") for each in ranges),
        *(Statement(f"DROP SEQUENCE IF EXISTS {each}") for each in counters),
    )


def _triggers(step: InstallTrees) -> list[tuple[TableName, list[str]]]:
    """Each table and the names of its triggers, the targets first."""
    pushes = [*(f"~crossfade_push_{each}" for each in _NOTES), _SHAPE]
    notes = [f"~crossfade_note_{each}" for each in _NOTES]
    noisy = tree_writes.stirred(step)
    return [
        *((tree.target, pushes) for tree in step.trees),
        *((of, [*notes, _PATH] if of in noisy else notes) for of in sources(step.trees)),
    ]


def _gone(of: TableName, names: Iterable[str]) -> list[str]:
    return [f"DROP TRIGGER IF EXISTS {ident(each)} ON {table(of)}" for each in names]


def _put(step: InstallTrees) -> Iterator[tuple[TableName, list[str]]]:
    """Each table and what makes its triggers; those of a logical replication's apply worker are heard too."""
    for tree in step.trees:
        target = table(tree.target)
        shape, push = (each(step.evolution, tree) for each in (tree_writes.shape, tree_writes.push))
        for_row = (
            f"FOR EACH ROW WHEN ({ACTIVE}) EXECUTE FUNCTION {shape}()"  # a call sets much before it looks
        )
        for_statement = f"FOR EACH STATEMENT EXECUTE FUNCTION {push}()"
        made = [
            f"CREATE TRIGGER {ident(_SHAPE)} BEFORE INSERT OR UPDATE ON {target} {for_row}",
            _always(tree.target, ident(_SHAPE)),
        ]
        for event in _NOTES:
            name = ident(f"~crossfade_push_{event}")
            made += [
                f"CREATE TRIGGER {name} AFTER {event.upper()} ON {target}{_SEEN[event]} {for_statement}",
                _always(tree.target, name),
            ]
        yield tree.target, made
    noisy = tree_writes.stirred(step)
    known = [of for of in sources(step.trees) if of in noisy or not step.one_sided]
    for of in known:
        made = []
        if of in noisy:
            written = f"CREATE TRIGGER {ident(_PATH)} BEFORE INSERT OR UPDATE OR DELETE ON {table(of)}"
            call = f"EXECUTE FUNCTION {tree_writes.path_of(step.evolution)}()"
            made = [f"{written} FOR EACH STATEMENT WHEN (NOT ({ACTIVE})) {call}", _always(of, ident(_PATH))]
        if step.one_sided:
            yield of, made
            continue
        for_statement = f"FOR EACH STATEMENT EXECUTE FUNCTION {tree_notes.note(step.evolution, of)}()"
        for event in _NOTES:
            name = ident(f"~crossfade_note_{event}")
            made += [
                f"CREATE TRIGGER {name} AFTER {event.upper()} ON {table(of)}{_SEEN[event]} {for_statement}",
                _always(of, name),
            ]
        yield of, made


def _always(of: TableName, name: str) -> str:
    return f"ALTER TABLE {table(of)} ENABLE ALWAYS TRIGGER {name}"


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
        *(Statement(each, lock=LOCK, blocks="writes, briefly") for each in (made, _always(of, name))),
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
