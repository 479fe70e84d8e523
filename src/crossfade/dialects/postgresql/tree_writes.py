"""What the new side's writes come to in the old tables: at once, by statement, for what a statement changed.

The rows have the form by then that the old side can hold (`tree_forms`). Rows and children that are there
already are left alone where they say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crossfade import names
from crossfade.dialects.postgresql import tree_slots as slots
from crossfade.dialects.postgresql import tree_values as sql
from crossfade.dialects.postgresql.quoting import dollar_quoted, ident, idents, literal, table
from crossfade.dialects.postgresql.tree_children import (
    deleted,
    flagged,
    forgotten,
    inserted,
    reconciled,
    refused,
    stolen,
    unflagged,
)
from crossfade.dialects.postgresql.tree_notes import OFF, ON, SILENT, noted, routine
from crossfade.dialects.postgresql.tree_pulls import settled
from crossfade.dialects.postgresql.triggers import counter, function
from crossfade.dialects.postgresql.values import SAFE_PATH
from crossfade.schema import Column, TableName
from crossfade.steps import InstallTrees
from crossfade.tree import Embed, Shape, TreeLens, sources


def push(evolution: str, tree: TreeLens) -> str:
    """The qualified name of the function that the statements on the target call."""
    return function("push", evolution, tree.target)


def of_push(step: InstallTrees, tree: TreeLens) -> str:
    """The function that the statements on the target call."""
    legacy = ident(tree.legacy)
    written = [each for each in tree.embeds if each.written]
    body = (
        "DECLARE\n  sync text := current_setting('crossfade.sync', true);\n"
        f"  noted text := current_setting({noted(step.evolution)}, true);\n"
        f"BEGIN\n  IF {SILENT} THEN\n    RETURN NULL;\n  END IF;\n"
        + (
            ""
            if step.one_sided
            else f"  PERFORM nextval({literal(counter('new', step.evolution, tree.target))});\n"
        )
        + ("" if step.one_sided else _mixed(step, tree))
        + f"{OFF}"
        "  IF TG_OP = 'INSERT' THEN\n"
        + lines(step, _inserted(step.evolution, tree, written))
        + "  ELSIF TG_OP = 'UPDATE' THEN\n"
        + lines(step, _updated(step, tree, written))
        + "  ELSIF TG_OP = 'DELETE' THEN\n"
        f"    {forgotten(step.evolution, tree)} AND o.key IN (SELECT {legacy}::text FROM old_rows);\n"
        + lines(step, deleted(tree, f"(SELECT {legacy} FROM old_rows)", step.family or step.trees))
        + "  ELSE\n"
        f"    {forgotten(step.evolution, tree)};\n"
        + lines(step, deleted(tree, None, step.family or step.trees))
        + f"  END IF;\n{ON}  RETURN NULL;\nEND"
    )
    return routine(push(step.evolution, tree), "trigger", body)


def of_path(step: InstallTrees) -> str:
    """The function that has the users' own triggers on the old tables executed under the path that they know,
    where what fires them was written under a safe one.
    """
    path = idents(("pg_catalog", *step.trees[0].search_path, "pg_temp"))
    body = (
        f"BEGIN\n  PERFORM pg_catalog.set_config('search_path', {literal(path)}, true);\n  RETURN NULL;\nEND"
    )
    return (
        f"CREATE OR REPLACE FUNCTION {path_of(step.evolution)}() RETURNS trigger LANGUAGE plpgsql AS "
        f"{dollar_quoted(body)}"
    )


def path_of(evolution: str) -> str:
    """The qualified name of that function."""
    return sql.journal(f"path_{names.tag(evolution)}")


def stirred(step: InstallTrees) -> tuple[TableName, ...]:
    """The old tables that have triggers of the users'."""
    return tuple(dict.fromkeys(each for tree in step.family or step.trees for each in tree.stirred))


def lines(step: InstallTrees, statements: Iterable[str], pad: str = "    ") -> str:
    """The statements of a body; after one that may have fired the users' triggers, the path is safe again."""
    safe = f";\n{pad}PERFORM pg_catalog.set_config('search_path', {literal(SAFE_PATH)}, true)"
    writes = ("INSERT", "UPDATE", "DELETE") if stirred(step) else ()
    return "".join(f"{pad}{each}{safe if each.startswith(writes) else ''};\n" for each in statements)


def _mixed(step: InstallTrees, tree: TreeLens) -> str:
    """Refuses to write a row whose old side this transaction has written: the new one has not heard of it."""
    numbers = [str(sources(step.trees).index(each)) for each in tree.tables]
    keys = " OR ".join(
        f"strpos(',' || own.noted, ',{number}:' || x.{ident(tree.legacy)} || ',') > 0" for number in numbers
    )
    fact = f"this transaction has written the old side of a row of {tree.target}, which shows it at commit"
    hint = "Commit first, or SET CONSTRAINTS ALL IMMEDIATE at the beginning."
    return (
        "  IF noted <> '' AND TG_OP IN ('UPDATE', 'DELETE') THEN\n"
        f"    IF EXISTS (SELECT FROM old_rows AS x WHERE {keys}) THEN\n"
        + refused(fact, hint, 3, code="object_not_in_prerequisite_state")
        + "    END IF;\n  END IF;\n"
    )


def _inserted(evolution: str, tree: TreeLens, written: Iterable[Embed]) -> Iterator[str]:
    yield inserted(tree, "new_rows")
    legacy = f"n.{ident(tree.legacy)}"
    for embed in written:
        said = slots.said(embed)
        columns = ", ".join(ident(each.name) for each, _ in said)
        yield (
            f"INSERT INTO {table(embed.table)} ({ident(embed.parent)}, {columns}) OVERRIDING SYSTEM VALUE "
            f"SELECT {legacy}, {', '.join(value for _, value in said)} FROM new_rows AS n "
            f"CROSS JOIN LATERAL {slots.elements(embed, slots.held(embed, 'n'))}"
        )
        if embed.shape is Shape.ARRAY:
            yield flagged(evolution, tree, embed, "new_rows")
    yield from _settled(tree, f"ARRAY(SELECT {ident(tree.legacy)} FROM new_rows)", written)


def _updated(step: InstallTrees, tree: TreeLens, written: Iterable[Embed]) -> Iterator[str]:
    """What a statement changed is written. While the old side is brought back, it may not say yet what the
    rest of the row says: then all of it is, and a row without an old side is left to the walk.
    """
    evolution, legacy = step.evolution, ident(tree.legacy)
    columns = {each.name: each for each in tree.target_columns}
    given = [
        (column, value, [columns[each] for each in sorted(reads)])
        for column, value, reads in sql.back(tree, "n")
    ]
    both = _both(tree)
    if given:
        watched = list({each.name: each for _, _, reads in given for each in reads}.values())
        assigned = ", ".join(
            f"{ident(column.name)} = {value}"
            if step.one_sided
            else f"{ident(column.name)} = CASE WHEN {_changed(reads)} THEN {value} "
            f"ELSE s.{ident(column.name)} END"
            for column, value, reads in given
        )
        changed = "" if step.one_sided else f" AND ({_changed(watched)})"
        yield (
            f"UPDATE {table(tree.source)} AS s SET {assigned} FROM {both} "
            f"WHERE {sql.SOURCE[tree.key]} = n.{legacy}{changed}"
        )
    there = f"EXISTS (SELECT FROM {table(tree.source)} AS s WHERE {sql.SOURCE[tree.key]} = n.{legacy})"
    for embed in written:
        now, before = slots.held(embed, "n"), slots.held(embed, "o")
        which = f"FROM {both} WHERE {there if step.one_sided else sql.apart(now, before)}"
        # A fence: pulled up, whether two arrays differ would be asked again for each of their elements.
        rows = f"(SELECT n.{legacy}, n.{ident(embed.column)}, {before} AS before {which} OFFSET 0)"
        work = [
            *reconciled(tree, embed, rows, since=not step.one_sided),
            *stolen(tree, embed, rows, since=not step.one_sided),
        ]
        if embed.shape is Shape.ARRAY:
            work += [each(evolution, tree, embed, rows) for each in (unflagged, flagged)]
        yield f"IF EXISTS (SELECT {which}) THEN\n{lines(step, work, '      ')}    END IF"
    mine = f"SELECT n.{legacy} FROM new_rows AS n" + (f" WHERE {there}" if step.one_sided else "")
    yield from _settled(tree, f"ARRAY({mine})", written)


def _both(tree: TreeLens) -> str:
    """The rows of an update, as they are (n) and as they were (o).

    A full join is hashed or sorted. An inner one is planned for the first statement of a session; where that
    wrote one row, each row of a later one would be compared with all the others.
    """
    legacy, names = ident(tree.legacy), [ident(each.name) for each in tree.target_columns]
    if legacy not in names:
        names.append(legacy)
    told = {side: [f"{side}{number}" for number, _ in enumerate(names)] for side in ("n", "o")}
    listed = ", ".join(
        f"{side}.{name} AS {said}" for side in told for name, said in zip(names, told[side], strict=True)
    )
    apart = "".join(
        " CROSS JOIN LATERAL (SELECT "
        + ", ".join(f"pair.{said} AS {name}" for name, said in zip(names, told[side], strict=True))
        + f") AS {side}"
        for side in told
    )
    return (
        f"(SELECT {listed} FROM new_rows AS n FULL JOIN old_rows AS o ON o.{legacy} = n.{legacy} "
        # Where it said that neither is NULL, the planner would make an inner one of it.
        f"WHERE num_nulls(n.{legacy}, o.{legacy}) = 0 OFFSET 0) AS pair{apart}"
    )


def _settled(tree: TreeLens, keys: str, written: Iterable[Embed]) -> Iterator[str]:
    """What triggers of the old tables made of the rows is told to the target."""
    if tree.settled and sql.own(tree):
        yield settled(tree, keys, tree.both_ways)
    for each in written:
        if each.settled:
            legacy = f"t.{ident(tree.legacy)}"
            value = slots.children(each, legacy, kept=slots.held(each, "t"))
            said = slots.set_to(each, value, f"coalesce(t.{ident(each.column)}, '{{}}')")
            yield (
                f"UPDATE {table(tree.target)} AS t SET {ident(each.column)} = {said} "
                f"WHERE {legacy} = ANY ({keys}) AND {sql.apart(slots.held(each, 't'), value)}"
            )


def _changed(columns: Iterable[Column]) -> str:
    found = (sql.distinct(f"n.{ident(each.name)}", f"o.{ident(each.name)}", each) for each in columns)
    return " OR ".join(found)
