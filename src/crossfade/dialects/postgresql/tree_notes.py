"""What the old side's writes come to in the targets: noted by statement, written once, at commit.

A statement notes the keys of the source's rows that it is about, in a setting of the transaction: its table's
number and a key, as `4:17,`. At commit a deferred trigger locks their targets in the order of their keys and
writes them: whoever waits there waits for others that are at their commit as well, in the same order, so that
there is no deadlock among the old side's transactions. The recomputation comes in a statement after the lock:
under READ COMMITTED it sees what those had written that held the lock before.

The deferred trigger is not on the users' tables: what has a deferred trigger to come can't be truncated or
altered in the same transaction, and each row would be one more. It is on a table of our own, of which the
first note of a transaction inserts a row, and deletes it again. Under `SET CONSTRAINTS ALL IMMEDIATE` that
works the note off at once. A child that comes alone has a table of its own for that (`tree_appends`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crossfade import names
from crossfade.dialects.postgresql import tree_appends
from crossfade.dialects.postgresql import tree_slots as slots
from crossfade.dialects.postgresql import tree_values as sql
from crossfade.dialects.postgresql.quoting import ident, literal, table
from crossfade.dialects.postgresql.triggers import counter, function
from crossfade.dialects.postgresql.values import SAFE_PATH
from crossfade.schema import TableName
from crossfade.steps import InstallTrees
from crossfade.tree import Embed, TreeLens

SYNC = "pg_catalog.current_setting('crossfade.sync', true)"
SILENT = f"{SYNC} IS NOT DISTINCT FROM 'off'"
OFF = "  PERFORM set_config('crossfade.sync', 'off', true);\n"
ON = "  PERFORM set_config('crossfade.sync', coalesce(sync, ''), true);\n"


def noted(evolution: str) -> str:
    """The setting that holds what a transaction's statements have noted."""
    return literal(f"crossfade.noted_{names.tag(evolution)}")


def tick(evolution: str) -> str:
    """The table whose deferred trigger works off what is noted."""
    return sql.journal(f"tick_{names.tag(evolution)}")


def ticked(evolution: str, *, pad: str) -> str:
    """The lines that have what is noted worked off at commit, with the variable `place`."""
    return (
        f"{pad}INSERT INTO {tick(evolution)} DEFAULT VALUES RETURNING ctid INTO place;\n"
        f"{pad}DELETE FROM {tick(evolution)} WHERE ctid = place;\n"
    )


def note(evolution: str, of: TableName) -> str:
    """The qualified name of the function that a table's statements call."""
    return function("note", evolution, of)


def routine(name: str, returns: str, body: str, *, settings: str | None = None) -> str:
    """A function with the rights of its owner: who writes the old side need not know of the new one."""
    return (
        f"CREATE FUNCTION {name}() RETURNS {returns} LANGUAGE plpgsql SECURITY DEFINER "
        f"{settings or sql.settings()} AS {sql.body(body)}"
    )


def of_table(step: InstallTrees, number: int, of: TableName) -> str:
    """The function that a table's statements call; `number` is the table's among all sources."""
    added = "    added := (SELECT string_agg(DISTINCT {number} || k || ',', '') FROM ({keys}) AS a);\n"
    tree = next(tree for tree in step.trees if of in tree.tables)
    parent, look = _looked_at(tree, of)

    def noting(keys: str) -> str:
        return added.format(number=literal(f"{number}:"), keys=keys)

    def all_of(rows: str) -> str:
        return noting(f"SELECT {ident(parent)}::text AS k FROM {rows}")

    embed = tree_appends.array(tree, of)
    alone, settings = "", f"SET search_path = {SAFE_PATH}"
    if embed is not None:
        settings = tree_appends.settings(embed)
        alone = tree_appends.alone(step.evolution, embed, noted(step.evolution), number)

    new, old = (
        f"SELECT x.{ident(parent)}::text AS k, {look} FROM {rows} AS x" for rows in ("new_rows", "old_rows")
    )
    apart = f"SELECT k FROM (({new} EXCEPT {old}) UNION ALL ({old} EXCEPT {new})) AS b"
    body = (
        f"DECLARE\n  noted text := coalesce(current_setting({noted(step.evolution)}, true), '');\n"
        "  added text;\n  many bigint;\n  one text;\n  place tid;\n  writes bigint;\n"
        f"BEGIN\n  IF {SILENT} THEN\n    RETURN NULL;\n  END IF;\n"
        + "".join(
            f"  writes := nextval({literal(counter('old', step.evolution, tree.target))});\n"
            for tree in step.trees
            if of in tree.tables
        )
        # One row is by far the most frequent, and nothing is to be sorted.
        + f"  IF TG_OP = 'INSERT' THEN\n{alone}"
        f"    SELECT count(*), min({ident(parent)}::text) INTO many, one FROM new_rows;\n"
        "    IF many = 1 THEN\n"
        f"      added := {literal(f'{number}:')} || one || ',';\n"
        f"    ELSE\n  {all_of('new_rows')}    END IF;\n"
        + "  ELSIF TG_OP = 'DELETE' THEN\n"
        + all_of("old_rows")
        + "  ELSIF TG_OP = 'UPDATE' THEN\n"
        + noting(apart)
        + "  ELSE\n"
        + _truncated(step, of)
        + "  END IF;\n"
        "  IF added IS NOT NULL THEN\n"
        f"    added := set_config({noted(step.evolution)}, noted || added, true);\n"
        f"    IF noted = '' THEN\n{ticked(step.evolution, pad='      ')}    END IF;\n  END IF;\n"
        "  RETURN NULL;\nEND"
    )
    return routine(note(step.evolution, of), "trigger", body, settings=f"{settings} {sql.BY_KEY}")


def _looked_at(tree: TreeLens, of: TableName) -> tuple[str, str]:
    """The column with the source's key, and what an update must change to be of interest."""
    if of != tree.source:
        return tree.embedded(of)[0].parent, "x::text"
    return tree.key.name, ", ".join(sql.comparable(each, f"x.{ident(each.name)}") for each in tree.landed)


def _truncated(step: InstallTrees, of: TableName) -> str:
    """At once: TRUNCATE fires no trigger that could be deferred, and nobody else has the table open."""
    work = []
    for tree in step.trees:
        if of == tree.source:
            work.append(f"    DELETE FROM {table(tree.target)};\n")
            order, target = sql.reordered(step.evolution), literal(str(tree.target))
            work.append(f"    DELETE FROM {order} WHERE target = {target};\n")
        elif embeds := tree.embedded(of):
            work.append(f"    UPDATE {table(tree.target)} AS t SET {assignments(embeds, slots.empty)};\n")
    off = "    PERFORM set_config('crossfade.sync', 'off', true);\n"
    on = "    PERFORM set_config('crossfade.sync', '', true);\n"
    # A child that waits may be gone: what is noted twice is not what it waits for.
    return f"{off}{''.join(work)}{on}    added := nullif(noted, '');\n"


def assignments(embeds: Sequence[Embed], value: Callable[[Embed], str]) -> str:
    """The assignments by which the slots of `embeds` hold these values."""
    given = slots.assigned(embeds, value, "t").items()
    return ", ".join(f"{ident(name)} = {text}" for name, text in given)
