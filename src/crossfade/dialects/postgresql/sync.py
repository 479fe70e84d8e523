"""The triggers that keep both sides of a row in agreement.

Two shapes, by what a table's lenses need (docs/decisions/0008-one-trigger-without-a-condition.md):

- where they are made of value maps, which mean the same under any search path: one trigger without a
  condition, whose function runs under the writer's own;
- *pinned*, where a user's SQL is in them: the function sets a search path, which costs time at each call,
  so that conditions keep it from calls; they also see the session's version, which it can't.
"""

from __future__ import annotations

from crossfade import names
from crossfade.dialects.postgresql import agreement, values
from crossfade.dialects.postgresql.quoting import dollar_quoted, ident, idents, table
from crossfade.dialects.postgresql.triggers import (
    ACTIVE,
    ALL,
    INSERT_NEW,
    INSERT_OLD,
    SYNC,
    UPDATE,
    counter,
    function,
    inside,
    trigger,
)
from crossfade.steps import CountWrites, InstallSync, RemoveSync, Statement


def install(step: InstallSync) -> tuple[Statement, ...]:
    """The function and the triggers of a table's lenses; nothing where there are none."""
    if not step.lenses:
        return ()
    name = function("sync", step.evolution, step.table)
    pinned = not (all(map(values.qualifies, step.lenses)) and all(map(values.built_in, step.movers)))
    path = idents(("pg_catalog", *step.search_path, "pg_temp"))
    created = (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
        f"{f' SET search_path = {path}' if pinned else ''} AS "
        f"{dollar_quoted(str(agreement.Body(step, pinned)))}"
    )
    return (
        *_counters(step),
        Statement(created),
        *(_conditional(step, name) if pinned else trigger(SYNC, "INSERT OR UPDATE", step.table, f"{name}()")),
    )


def _conditional(step: InstallSync, name: str) -> tuple[Statement, ...]:
    speaks_new = inside(step.namespace)
    inserts = (
        trigger(INSERT_NEW, "INSERT", step.table, f"{name}('new')", when=ACTIVE)
        if step.one_sided
        else (
            *trigger(
                INSERT_OLD, "INSERT", step.table, f"{name}('old')", when=f"{ACTIVE} AND NOT ({speaks_new})"
            ),
            *trigger(INSERT_NEW, "INSERT", step.table, f"{name}('new')", when=f"{ACTIVE} AND {speaks_new}"),
        )
    )
    changed = values.changed(dict.fromkeys((*step.watched, *step.movers)))
    if not changed:
        return inserts
    return (
        *inserts,
        *trigger(UPDATE, "UPDATE", step.table, f"{name}()", when=f"({changed}) AND {ACTIVE}"),
    )


def remove(step: RemoveSync) -> tuple[Statement, ...]:
    """Both functions and every trigger that stands."""
    return (
        *(
            Statement(
                f"DROP TRIGGER IF EXISTS {ident(name)} ON {table(step.table)}",
                lock="ACCESS EXCLUSIVE",
                blocks="reads and writes, briefly",
            )
            for name in ALL
        ),
        *(
            Statement(f"DROP FUNCTION IF EXISTS {function(purpose, step.evolution, step.table)}()")
            for purpose in ("sync", "closed")
        ),
        *(
            Statement(f"DROP SEQUENCE IF EXISTS {counter(side, step.evolution, step.table)}")
            for side in ("old", "new")
        ),
    )


def count(step: CountWrites) -> tuple[Statement, ...]:
    """How often each side's writes were carried over to the other."""
    sides = ", ".join(
        f"(SELECT CASE WHEN is_called THEN last_value ELSE 0 END "
        f"FROM {counter(side, step.evolution, step.table)}) AS {side}"
        for side in ("old", "new")
    )
    return (Statement(f"SELECT {sides}"),)


def _counters(step: InstallSync) -> tuple[Statement, ...]:
    """A sequence for each side: it counts without making writers wait for each other."""
    if not step.counted:
        return ()
    counters = [counter(side, step.evolution, step.table) for side in ("old", "new")]
    return (
        *(Statement(f"CREATE SEQUENCE {each}") for each in counters),
        Statement(f"GRANT USAGE ON SCHEMA {names.JOURNAL} TO PUBLIC"),
        Statement(f"GRANT USAGE ON SEQUENCE {', '.join(counters)} TO PUBLIC"),
    )
