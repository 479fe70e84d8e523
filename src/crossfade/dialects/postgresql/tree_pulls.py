"""The deferred triggers, which work off at commit what the old side's statements have noted (`tree_notes`).

A routine's expressions are made ready anew in each transaction, at a microsecond or two each: the way of one
child, by far the most frequent, has a routine of its own, with as few as it can.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crossfade import names
from crossfade.dialects.postgresql import tree_appends
from crossfade.dialects.postgresql import tree_slots as slots
from crossfade.dialects.postgresql import tree_values as sql
from crossfade.dialects.postgresql.quoting import ident, literal, table
from crossfade.dialects.postgresql.tree_notes import OFF, ON, SYNC, assignments, noted, routine, ticked
from crossfade.dialects.postgresql.values import SAFE_PATH
from crossfade.schema import TableName
from crossfade.steps import InstallTrees
from crossfade.tree import Embed, Shape, TreeLens, sources

_OFF, _ON = (each.replace("PERFORM", "said :=") for each in (OFF, ON))


def pull(evolution: str) -> str:
    """The qualified name of the deferred trigger's function, which works off what is noted."""
    return sql.journal(f"pull_{names.tag(evolution)}")


def of_pull(step: InstallTrees) -> str:
    """The deferred trigger's function, which works off what is noted."""
    settings = f"{sql.settings()} {sql.BY_KEY}"
    return routine(pull(step.evolution), "trigger", str(_Pull(step)), settings=settings)


def of_append(step: InstallTrees, tree: TreeLens, embed: Embed) -> str:
    """The deferred trigger's function of an array: the child that waits is appended, or left to `pull`."""
    body = (
        f"DECLARE\n  sync text := {SYNC};\n  said text;\n  place tid;\n"
        f"BEGIN\n  IF current_setting({noted(step.evolution)}, true) = NEW.noted THEN\n"
        f"  {_OFF}    {tree_appends.work_off(tree, embed)};\n  {_ON}"
        f"    IF FOUND THEN\n      said := set_config({noted(step.evolution)}, '', true);\n"
        "      RETURN NULL;\n    END IF;\n  END IF;\n"
        f"{ticked(step.evolution, pad='  ')}  RETURN NULL;\nEND"
    )
    name = tree_appends.append(step.evolution, embed.table)
    settings = f"SET search_path = {SAFE_PATH} SET plan_cache_mode = force_generic_plan {sql.BY_KEY}"
    return routine(name, "trigger", body, settings=settings)


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
            f"  a{at} {tree.key.type}[];\n  unborn{at} boolean;\n" for at, tree in enumerate(trees)
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
        alone = [self._alone(of, number) for of, number in numbers.items()]
        return (
            f"DECLARE\n  noted text := current_setting({noted_}, true);\n"
            f"  sync text := {SYNC};\n{declared}"
            "  one text;\n  written bigint;\n  said text;\n"
            "BEGIN\n  IF coalesce(noted, '') = '' THEN\n    RETURN NULL;\n  END IF;\n"
            f"  said := set_config({noted_}, '', true);\n"
            # One key is by far the most frequent, and soon told.
            "  IF strpos(noted, ',') = length(noted) THEN\n"
            "    one := rtrim(substr(noted, strpos(noted, ':') + 1), ',');\n"
            f"    CASE split_part(noted, ':', 1)\n{''.join(alone)}    END CASE;\n"
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

    def _alone(self, of: TableName, number: int) -> str:
        """One row of the source's, or children of one target."""
        trees = [(at, tree) for at, tree in enumerate(self.step.trees) if of in tree.tables]
        lines = f"      WHEN '{number}' THEN\n        k{number} := ARRAY[one::{self._key_type(of)}];\n"
        return lines + "".join(
            f"        a{at} := k{number};\n{self._at_once(tree, of, number)}" for at, tree in trees
        )

    def _at_once(self, tree: TreeLens, of: TableName, number: int) -> str:
        """Children of one target that is there: nothing else is to be asked. PERFORM is a query, which an
        assignment is not.
        """
        if of == tree.source:
            return ""
        legacy = f"t.{ident(tree.legacy)}"
        return (
            f"        PERFORM FROM {table(tree.target)} AS t WHERE {legacy} = own.k{number}[1] "
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
            f"      PERFORM FROM {target} own.a{at}[1] FOR NO KEY UPDATE;\n"
            f"      unborn{at} := NOT FOUND;\n"
            "    ELSE\n"
            f"      unborn{at} := (SELECT count(*) FROM {target} ANY (own.a{at})) < cardinality(a{at});\n"
            "    END IF;\n"
        )
        for each in tree.references:
            other = next(other for other, found in enumerate(self.step.trees) if found.target == each.table)
            referred = sql.SOURCE[each.source]
            lines += (
                f"    IF unborn{at} OR k{number} IS NOT NULL THEN\n"
                f"      a{other} := nullif(coalesce(a{other}, '{{}}') || ARRAY(SELECT DISTINCT {referred} "
                f"FROM {table(tree.source)} AS s WHERE {key} = ANY (own.a{at}) AND NOT EXISTS "
                f"(SELECT FROM {table(each.table)} AS t WHERE t.{ident(each.legacy)} = {referred}) "
                f"AND {referred} IS NOT NULL "
                f"AND {referred} <> ALL (coalesce(own.a{other}, '{{}}'))), '{{}}');\n"
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
            f"      FROM {table(tree.source)} AS s WHERE {key} = ANY (own.a{at}) AND NOT EXISTS\n"
            f"        (SELECT FROM {table(tree.target)} AS t WHERE t.{legacy} = {key})\n"
            f"      ORDER BY {key} ON CONFLICT DO NOTHING;\n  END IF;\n"
        )

    def _locked(self, at: int, tree: TreeLens, number: int) -> str:
        legacy = f"t.{ident(tree.legacy)}"
        return (
            f"  IF a{at} IS NOT NULL AND (one IS NULL OR unborn{at} OR k{number} IS NOT NULL) THEN\n"
            f"    PERFORM FROM {table(tree.target)} AS t "
            f"WHERE {legacy} = ANY (own.a{at}) ORDER BY {legacy} FOR NO KEY UPDATE;\n  END IF;\n"
        )

    def _gone(self, tree: TreeLens, number: int) -> str:
        legacy = f"t.{ident(tree.legacy)}"
        order = (
            f"DELETE FROM {sql.reordered(self.step.evolution)} AS o "
            f"WHERE o.target = {literal(str(tree.target))} AND o.key IN"
        )
        gone = (
            f"SELECT k FROM unnest(own.k{number}) AS k "
            f"WHERE NOT EXISTS (SELECT FROM {table(tree.source)} AS s WHERE {sql.SOURCE[tree.key]} = k)"
        )
        return (
            f"  IF k{number} IS NOT NULL THEN\n"
            f"    DELETE FROM {table(tree.target)} AS t WHERE {legacy} IN ({gone});\n"
            f"    {order} (SELECT g::text FROM ({gone}) AS g(g));\n  END IF;\n"
        )

    def _written(self, tree: TreeLens, number: int) -> str:
        if not sql.own(tree):
            return ""
        return f"  IF k{number} IS NOT NULL THEN\n    {settled(tree, f'own.k{number}')};\n  END IF;\n"

    def _embedded(self, tree: TreeLens, of: TableName, number: int) -> str:
        return f"  IF k{number} IS NOT NULL THEN\n{self._recomputed(tree, of, number)}  END IF;\n"

    def _recomputed(self, tree: TreeLens, of: TableName, number: int) -> str:
        embeds = tree.embedded(of)
        legacy = f"t.{ident(tree.legacy)}"
        arrays = [each for each in embeds if each.shape is Shape.ARRAY]

        def recomputed(*, kept: bool) -> str:
            values = assignments(
                embeds, lambda each: slots.children(each, legacy, kept=slots.held(each, "t") if kept else "")
            )
            return f"UPDATE {table(tree.target)} AS t SET {values} WHERE {legacy} = ANY (own.k{number})"

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
