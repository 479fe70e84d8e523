"""What the old side's writes come to in the targets: noted by statement, written once, at commit.

A statement notes the keys of the source's rows that it is about, in a setting of the transaction. At commit
the one deferred trigger locks their targets in the order of their keys and writes them: whoever waits there
waits for others that are at their commit as well, in the same order, so that there is no deadlock among the
old side's transactions. The recomputation comes in a statement after the lock: under READ COMMITTED it sees
what those had written that held the lock before.

The deferred trigger is not on the users' tables: what has a deferred trigger to come can't be truncated or
altered in the same transaction, and each row would be one more. It is on a table of our own, of which the
first note of a transaction inserts a row, and deletes it again. Under `SET CONSTRAINTS ALL IMMEDIATE` that
works the note off at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crossfade import names
from crossfade.dialects.postgresql import tree_values as sql
from crossfade.dialects.postgresql.quoting import ident, literal, table
from crossfade.dialects.postgresql.triggers import counter, function
from crossfade.schema import TableName
from crossfade.steps import InstallTrees
from crossfade.tree import Embed, Shape, TreeLens, sources

_SYNC = "pg_catalog.current_setting('crossfade.sync', true)"
SILENT = f"{_SYNC} IS NOT DISTINCT FROM 'off'"
OFF = "  PERFORM set_config('crossfade.sync', 'off', true);\n"
ON = "  PERFORM set_config('crossfade.sync', coalesce(sync, ''), true);\n"
_OFF, _ON = (each.replace("PERFORM", "said :=") for each in (OFF, ON))


def noted(evolution: str) -> str:
    """The setting that holds what a transaction's statements have noted."""
    return literal(f"crossfade.noted_{names.tag(evolution)}")


def tick(evolution: str) -> str:
    """The table whose deferred trigger works off what is noted."""
    return sql.journal(f"tick_{names.tag(evolution)}")


def pull(evolution: str) -> str:
    """The qualified name of the deferred trigger's function, which works off what is noted."""
    return sql.journal(f"pull_{names.tag(evolution)}")


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
    parent, look = _looked_at(next(tree for tree in step.trees if of in tree.tables), of)

    def noting(keys: str) -> str:
        return added.format(number=literal(f"{number}:"), keys=keys)

    def all_of(rows: str) -> str:
        return noting(f"SELECT {ident(parent)}::text AS k FROM {rows}")

    new, old = (
        f"SELECT x.{ident(parent)}::text AS k, {look} FROM {rows} AS x" for rows in ("new_rows", "old_rows")
    )
    apart = f"SELECT k FROM (({new} EXCEPT {old}) UNION ALL ({old} EXCEPT {new})) AS b"
    body = (
        f"DECLARE\n  noted text := coalesce(current_setting({noted(step.evolution)}, true), '');\n"
        f"  added text;\n  place tid;\n  writes bigint;\n"
        f"BEGIN\n  IF {SILENT} THEN\n    RETURN NULL;\n  END IF;\n"
        + "".join(
            f"  writes := nextval({literal(counter('old', step.evolution, tree.target))});\n"
            for tree in step.trees
            if of in tree.tables
        )
        + "  IF TG_OP = 'INSERT' THEN\n"
        + all_of("new_rows")
        + "  ELSIF TG_OP = 'DELETE' THEN\n"
        + all_of("old_rows")
        + "  ELSIF TG_OP = 'UPDATE' THEN\n"
        + noting(apart)
        + "  ELSE\n"
        + _truncated(step, of)
        + "  END IF;\n"
        "  IF added IS NOT NULL THEN\n"
        f"    added := set_config({noted(step.evolution)}, noted || added, true);\n"
        "    IF noted = '' THEN\n"
        f"      INSERT INTO {tick(step.evolution)} DEFAULT VALUES RETURNING ctid INTO place;\n"
        f"      DELETE FROM {tick(step.evolution)} WHERE ctid = place;\n"
        "    END IF;\n  END IF;\n"
        "  RETURN NULL;\nEND"
    )
    safe = "SET search_path = pg_catalog, pg_temp"
    return routine(note(step.evolution, of), "trigger", body, settings=safe)


def of_pull(step: InstallTrees) -> str:
    """The deferred trigger's function, which works off what is noted."""
    # Everything is found by its key; a target that grows has statistics of when it was empty.
    settings = f"{sql.settings()} SET enable_seqscan = off"
    return routine(pull(step.evolution), "trigger", str(_Pull(step)), settings=settings)


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
            work.append(f"    UPDATE {table(tree.target)} AS t SET {_set(embeds, sql.empty)};\n")
    off = "    PERFORM set_config('crossfade.sync', 'off', true);\n"
    on = "    PERFORM set_config('crossfade.sync', '', true);\n"
    return off + "".join(work) + on


def _set(embeds: Sequence[Embed], value: Callable[[Embed], str]) -> str:
    given = sql.assigned(embeds, value, "t").items()
    return ", ".join(f"{ident(name)} = {text}" for name, text in given)


@dataclass(frozen=True)
class _Pull:
    """The body of the routine that works off what is noted."""

    step: InstallTrees

    def __str__(self) -> str:
        trees = self.step.trees
        tables = sources(trees)
        numbers = {of: number for number, of in enumerate(tables)}
        keys = {of: self._key_type(of) for of in tables}
        declared = "".join(f"  k{number} {keys[of]}[];\n" for of, number in numbers.items())
        declared += "".join(
            f"  a{at} {tree.key.type}[];\n  unborn{at} boolean := false;\n" for at, tree in enumerate(trees)
        )
        taken = [
            f"array_agg(DISTINCT k::{keys[of]}) FILTER (WHERE n = '{number}')"
            for of, number in numbers.items()
        ]
        wheres = [", ".join(f"'{numbers[of]}'" for of in dict.fromkeys(tree.tables)) for tree in trees]
        taken += [
            f"array_agg(DISTINCT k::{tree.key.type}) FILTER (WHERE n IN ({where}))"
            for tree, where in zip(trees, wheres, strict=True)
        ]
        into = ", ".join(
            [*(f"k{number}" for number in numbers.values()), *(f"a{at}" for at in range(len(trees)))]
        )
        noted_ = noted(self.step.evolution)
        reads = [f"unborn{at} OR k{numbers[tree.source]} IS NOT NULL" for at, tree in enumerate(trees)]
        alone = "".join(
            f"      WHEN '{number}' THEN\n        k{number} := ARRAY[one::{keys[of]}];\n"
            + "".join(
                f"        a{at} := k{number};\n" + self._at_once(tree, of, number)
                for at, tree in enumerate(trees)
                if of in tree.tables
            )
            for of, number in numbers.items()
        )
        return (
            f"DECLARE\n  noted text := current_setting({noted_}, true);\n"
            f"  sync text := {_SYNC};\n{declared}"
            "  one text;\n  written bigint;\n  said text;\n"
            "BEGIN\n  IF coalesce(noted, '') = '' THEN\n    RETURN NULL;\n  END IF;\n"
            f"  said := set_config({noted_}, '', true);\n"
            # One key is by far the most frequent, and soon told.
            "  IF strpos(noted, ',') = length(noted) THEN\n"
            "    one := rtrim(substr(noted, strpos(noted, ':') + 1), ',');\n"
            f"    CASE split_part(noted, ':', 1)\n{alone}    END CASE;\n"
            f"  ELSE\n    SELECT {', '.join(taken)}\n      INTO {into}\n"
            "      FROM (SELECT split_part(x, ':', 1) AS n, substr(x, strpos(x, ':') + 1) AS k\n"
            "            FROM unnest(string_to_array(rtrim(noted, ','), ',')) AS x) AS y;\n  END IF;\n"
            f"{OFF}"
            + "".join(
                self._unborn(at, tree, numbers[tree.source]) for at, tree in reversed([*enumerate(trees)])
            )
            # Before any target: whoever has emptied one of these waits for no target with it. What else is
            # read below, this transaction has written, and so locked.
            + f"  IF {' OR '.join(reads)} THEN\n"
            f"    LOCK TABLE {', '.join(map(table, sorted(tables)))} IN ACCESS SHARE MODE;\n  END IF;\n"
            + "".join(self._born(at, tree) for at, tree in enumerate(trees))
            + "".join(self._locked(at, tree, numbers[tree.source]) for at, tree in enumerate(trees))
            + "".join(self._gone(tree, numbers[tree.source]) for tree in reversed(trees))
            + "".join(
                self._written(tree, numbers[tree.source])
                + "".join(self._embedded(tree, of, numbers[of]) for of in tree.tables if of != tree.source)
                for tree in trees
            )
            + f"{ON}  RETURN NULL;\nEND"
        )

    def _key_type(self, of: TableName) -> str:
        return next(tree.key.type for tree in self.step.trees if of in tree.tables)

    def _at_once(self, tree: TreeLens, of: TableName, number: int) -> str:
        """Children of one target that is there: nothing else is to be asked. In each transaction an IF costs
        what its expression takes to be made ready, and PERFORM is a query, which an assignment is not.
        """
        if of == tree.source:
            return ""
        return (
            f"        PERFORM FROM {table(tree.target)} AS t WHERE t.{ident(tree.legacy)} = k{number}[1] "
            "FOR NO KEY UPDATE;\n"
            f"        IF FOUND THEN\n{_OFF}{self._recomputed(tree, of, number)}{_ON}"
            "          RETURN NULL;\n        END IF;\n"
        )

    def _unborn(self, at: int, tree: TreeLens, number: int) -> str:
        """Looks for targets that are not there yet, and for those that they, or rows that were written, refer
        to.
        """
        legacy, key = ident(tree.legacy), sql.SOURCE[tree.key]
        target = f"{table(tree.target)} AS t WHERE t.{legacy} ="
        lines = (
            f"  IF a{at} IS NOT NULL THEN\n"
            # One key alone is locked at once: nobody can wait for it and hold another that we wait for.
            f"    IF one IS NOT NULL AND k{number} IS NULL THEN\n"
            f"      PERFORM FROM {target} a{at}[1] FOR NO KEY UPDATE;\n"
            f"      unborn{at} := NOT FOUND;\n"
            "    ELSE\n"
            f"      unborn{at} := (SELECT count(*) FROM {target} ANY (a{at})) < cardinality(a{at});\n"
            "    END IF;\n"
        )
        for each in tree.references:
            other = next(other for other, found in enumerate(self.step.trees) if found.target == each.table)
            referred = sql.SOURCE[each.source]
            lines += (
                f"    IF unborn{at} OR k{number} IS NOT NULL THEN\n"
                f"      a{other} := nullif(coalesce(a{other}, '{{}}') || ARRAY(SELECT DISTINCT {referred} "
                f"FROM {table(tree.source)} AS s WHERE {key} = ANY (a{at}) AND NOT EXISTS "
                f"(SELECT FROM {table(each.table)} AS t WHERE t.{ident(each.legacy)} = {referred}) "
                f"AND {referred} IS NOT NULL AND {referred} <> ALL (coalesce(a{other}, '{{}}'))), '{{}}');\n"
                f"    END IF;\n"
            )
        return f"{lines}  END IF;\n"

    def _born(self, at: int, tree: TreeLens) -> str:
        columns = sql.whole(tree, sql.born_key(tree, self.step.evolution))
        names_ = ", ".join(ident(each.name) for each, _ in columns)
        legacy = ident(tree.legacy)
        key = sql.SOURCE[tree.key]
        return (
            f"  IF unborn{at} THEN\n"
            f"    INSERT INTO {table(tree.target)} ({names_}, {legacy})\n"
            f"      SELECT {', '.join(given for _, given in columns)}, {key}\n"
            f"      FROM {table(tree.source)} AS s WHERE {key} = ANY (a{at}) AND NOT EXISTS\n"
            f"        (SELECT FROM {table(tree.target)} AS t WHERE t.{legacy} = {key})\n"
            f"      ORDER BY {key} ON CONFLICT DO NOTHING;\n  END IF;\n"
        )

    def _locked(self, at: int, tree: TreeLens, number: int) -> str:
        legacy = f"t.{ident(tree.legacy)}"
        return (
            f"  IF a{at} IS NOT NULL AND (one IS NULL OR unborn{at} OR k{number} IS NOT NULL) THEN\n"
            f"    PERFORM FROM {table(tree.target)} AS t "
            f"WHERE {legacy} = ANY (a{at}) ORDER BY {legacy} FOR NO KEY UPDATE;\n  END IF;\n"
        )

    def _gone(self, tree: TreeLens, number: int) -> str:
        legacy = f"t.{ident(tree.legacy)}"
        order = (
            f"DELETE FROM {sql.reordered(self.step.evolution)} AS o "
            f"WHERE o.target = {literal(str(tree.target))} AND o.key IN"
        )
        gone = (
            f"SELECT k FROM unnest(k{number}) AS k "
            f"WHERE NOT EXISTS (SELECT FROM {table(tree.source)} AS s WHERE {sql.SOURCE[tree.key]} = k)"
        )
        return (
            f"  IF k{number} IS NOT NULL THEN\n"
            f"    DELETE FROM {table(tree.target)} AS t WHERE {legacy} IN ({gone});\n"
            f"    {order} (SELECT g::text FROM ({gone}) AS g(g));\n  END IF;\n"
        )

    def _written(self, tree: TreeLens, number: int) -> str:
        given = sql.own(tree)
        if not given:
            return ""
        return f"  IF k{number} IS NOT NULL THEN\n    {settled(tree, f'k{number}')};\n  END IF;\n"

    def _embedded(self, tree: TreeLens, of: TableName, number: int) -> str:
        return f"  IF k{number} IS NOT NULL THEN\n{self._recomputed(tree, of, number)}  END IF;\n"

    def _recomputed(self, tree: TreeLens, of: TableName, number: int) -> str:
        embeds = tree.embedded(of)
        legacy = f"t.{ident(tree.legacy)}"
        arrays = [each for each in embeds if each.shape is Shape.ARRAY]

        def recomputed(*, kept: bool) -> str:
            values = _set(
                embeds, lambda each: sql.children(each, legacy, kept=sql.held(each, "t") if kept else "")
            )
            return f"UPDATE {table(tree.target)} AS t SET {values} WHERE {legacy} = ANY (k{number})"

        if not arrays:
            return f"    {recomputed(kept=False)};\n"
        own_order = (
            f"EXISTS (SELECT FROM {sql.reordered(self.step.evolution)} AS o "
            f"WHERE o.target = {literal(str(tree.target))} "
            f"AND o.slot IN ({', '.join(literal(each.slot) for each in arrays)}) AND o.key = {legacy}::text)"
        )
        return (
            f"    {recomputed(kept=False)} AND NOT {own_order};\n"
            "    GET DIAGNOSTICS written = ROW_COUNT;\n"
            f"    IF written < cardinality(k{number}) THEN\n"
            f"      {recomputed(kept=True)} AND {own_order};\n    END IF;\n"
        )


def settled(tree: TreeLens, keys: str, columns: Sequence[str] | None = None) -> str:
    """The statement that gives the target's rows of these keys what the source's rows say."""
    given = sql.own(tree, columns)
    legacy = ident(tree.legacy)
    key = sql.SOURCE[tree.key]
    said = ", ".join(f"{value} AS {ident(each.name)}" for each, value in given)
    assigned = ", ".join(f"{ident(each.name)} = f.{ident(each.name)}" for each, _ in given)
    apart = " OR ".join(
        sql.distinct(f"t.{ident(each.name)}", f"f.{ident(each.name)}", each) for each, _ in given
    )
    return (
        f"UPDATE {table(tree.target)} AS t SET {assigned} FROM (SELECT {key} AS legacy_key, {said} "
        f"FROM {table(tree.source)} AS s WHERE {key} = ANY ({keys})) AS f "
        f"WHERE t.{legacy} = f.legacy_key AND ({apart})"
    )
