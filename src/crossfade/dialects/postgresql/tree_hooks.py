"""The sync of trees, put in and taken out: the triggers of the old tables and of the targets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crossfade.dialects.postgresql import (
    tree_appends,
    tree_forms,
    tree_notes,
    tree_pulls,
    tree_returns,
    tree_writes,
)
from crossfade.dialects.postgresql.quoting import ident, table
from crossfade.dialects.postgresql.rendering import Server, render
from crossfade.dialects.postgresql.triggers import ACTIVE, LOCK, counter
from crossfade.schema import TableName
from crossfade.steps import HookTrees, InstallTrees, RemoveTrees, Statement, UnhookTrees
from crossfade.tree import sources

_NOTES = ("insert", "update", "delete", "truncate")
_COMMIT = "~crossfade_commit"
_SHAPE = "~crossfade_shape"
_PATH = "!crossfade_path"  # before any of the users'
_SEEN = {
    "insert": " REFERENCING NEW TABLE AS new_rows",
    "update": " REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": " REFERENCING OLD TABLE AS old_rows",
    "truncate": "",
}


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
    pull = tree_pulls.of_pull(install)
    quiet = tree_notes.routine(tree_pulls.pull(step.evolution), "trigger", "BEGIN\n  RETURN NULL;\nEND")
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


def _made(step: InstallTrees) -> list[str]:
    """The routines, and what they need."""
    made: list[str] = []
    evolution = step.evolution
    if not step.one_sided:
        tick = tree_notes.tick(evolution)
        made += [
            f"CREATE SEQUENCE {counter(side, evolution, tree.target)}"
            for tree in step.trees
            for side in ("old", "new")
        ]
        made += [
            tree_pulls.of_pull(step),
            f"CREATE UNLOGGED TABLE {tick} ()",
            *_deferred(tick, tree_pulls.pull(evolution)),
        ]
        for tree, embed in tree_appends.appended(step):
            made += [
                tree_pulls.of_append(step, tree, embed),
                tree_appends.room(evolution, tree, embed),
                *_deferred(
                    tree_appends.waiting(evolution, embed.table), tree_appends.append(evolution, embed.table)
                ),
            ]
        made += [tree_notes.of_table(step, number, of) for number, of in enumerate(sources(step.trees))]
    if tree_writes.stirred(step):
        made.append(tree_writes.of_path(step))
    for tree in step.trees:
        made += [tree_forms.of_shape(step, tree), tree_writes.of_push(step, tree)]
        if step.one_sided:
            made += [tree_returns.of_give(step, tree), tree_returns.of_take(step, tree)]
    return made


def _deferred(of: str, function: str) -> tuple[str, str]:
    """The statements that have a function called at commit for each row of a table of ours."""
    name = ident(_COMMIT)
    call = f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {function}()"
    return (
        f"CREATE CONSTRAINT TRIGGER {name} AFTER INSERT ON {of} {call}",
        f"ALTER TABLE {of} ENABLE ALWAYS TRIGGER {name}",
    )


def _unmade(step: InstallTrees) -> tuple[Statement, ...]:
    evolution = step.evolution
    alone = [embed.table for _, embed in tree_appends.appended(step)]
    functions = [
        *(tree_appends.append(evolution, of) for of in alone),
        *(tree_notes.note(evolution, of) for of in sources(step.trees)),
        *(each(evolution, tree) for tree in step.trees for each in (tree_forms.shape, tree_writes.push)),
        tree_pulls.pull(evolution),
        tree_writes.path_of(evolution),
    ]
    ranges = [
        f"{each(evolution, tree)}({tree.key.type}, {tree.key.type})"
        for tree in step.trees
        for each in (tree_returns.give, tree_returns.take)
    ]
    counters = [counter(side, evolution, tree.target) for tree in step.trees for side in ("old", "new")]
    return (
        # Who has noted something works it off before these tables are to be had.
        *(Statement(f"DROP TABLE IF EXISTS {tree_appends.waiting(evolution, of)}") for of in alone),
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
        shape, push = (each(step.evolution, tree) for each in (tree_forms.shape, tree_writes.push))
        # Not only in the routines: a call sets much before it looks.
        for_row = f"FOR EACH ROW WHEN ({ACTIVE}) EXECUTE FUNCTION {shape}()"
        for_statement = f"FOR EACH STATEMENT WHEN ({ACTIVE}) EXECUTE FUNCTION {push}()"
        made = [
            f"CREATE TRIGGER {ident(_SHAPE)} BEFORE INSERT OR UPDATE ON {target} {for_row}",
            always(tree.target, ident(_SHAPE)),
        ]
        for event in _NOTES:
            name = ident(f"~crossfade_push_{event}")
            made += [
                f"CREATE TRIGGER {name} AFTER {event.upper()} ON {target}{_SEEN[event]} {for_statement}",
                always(tree.target, name),
            ]
        yield tree.target, made
    noisy = tree_writes.stirred(step)
    known = [of for of in sources(step.trees) if of in noisy or not step.one_sided]
    for of in known:
        made = []
        if of in noisy:
            written = f"CREATE TRIGGER {ident(_PATH)} BEFORE INSERT OR UPDATE OR DELETE ON {table(of)}"
            call = f"EXECUTE FUNCTION {tree_writes.path_of(step.evolution)}()"
            made = [f"{written} FOR EACH STATEMENT WHEN (NOT ({ACTIVE})) {call}", always(of, ident(_PATH))]
        if step.one_sided:
            yield of, made
            continue
        for_statement = f"FOR EACH STATEMENT EXECUTE FUNCTION {tree_notes.note(step.evolution, of)}()"
        for event in _NOTES:
            name = ident(f"~crossfade_note_{event}")
            made += [
                f"CREATE TRIGGER {name} AFTER {event.upper()} ON {table(of)}{_SEEN[event]} {for_statement}",
                always(of, name),
            ]
        yield of, made


def always(of: TableName, name: str) -> str:
    """The statement that has a trigger fire in a logical replication's apply worker as well."""
    return f"ALTER TABLE {table(of)} ENABLE ALWAYS TRIGGER {name}"
