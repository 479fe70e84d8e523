"""Seeding through the new version, and taking back what nobody has touched since.

The image of each seeded row, as the new version shows it, is kept in the journal: a row that still equals its
image is untouched, and a row that was taken away comes back as it was, its key included. In an image each
value is the hexadecimal digits of what the column holds: so it comes back, whatever the type.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from crossfade.dialects.mariadb.quoting import ident, idents, literal, table
from crossfade.dialects.mariadb.rendering import Server, render
from crossfade.dialects.mariadb.row_keys import LONGEST
from crossfade.errors import Unsupported
from crossfade.steps import Role, SeedLookup, SeedRows, Statement, UnseedLookup, UnseedRows

Seed = SeedRows | SeedLookup
Unseed = UnseedRows | UnseedLookup

_BYTES = "_crossfade_bytes"  # what JSON can't hold: {"_crossfade_bytes": "00ff"}


@render.register
def _(step: SeedRows, server: Server) -> tuple[Statement, ...]:
    return seed(step, server)


@render.register
def _(step: UnseedRows, server: Server) -> tuple[Statement, ...]:
    return unseed(step, server)


def seed(step: Seed, server: Server) -> tuple[Statement, ...]:
    """Bring back what a rollback took away, or insert what is not there, each row with its image."""
    rows: list[dict[str, Any]] = [json.loads(row) for row in step.rows]
    return (
        # So the sync knows that a NULL is one that the new side means.
        *_speaking(step.evolution if isinstance(step, SeedRows) else None),
        *(statement for row in rows for statement in _seeded(step, row, server)),
        *_speaking(None),
    )


def unseed(step: Unseed, server: Server) -> tuple[Statement, ...]:
    """Lock the seeded rows, then take away those that equal their image and that nothing refers to.

    A statement that locks what it reads would lock the whole table where no index serves the seeds' key: so
    the rows are found by one that does not, and from then on by the table's key.
    """
    view, journal, found = table(step.view), _journal(server), _found(server)
    key = step.found_by or step.key
    here = f"{found} AS g STRAIGHT_JOIN {view} AS t ON " + " AND ".join(
        f"t.{ident(each)} = g.`key {at}`" for at, each in enumerate(key)
    )
    there = f"SELECT 1 FROM {here} WHERE g.row_key = s.row_key"
    untouched = f"{_image(step.columns)} = s.image"
    unreferenced = "".join(
        f" AND NOT EXISTS (SELECT 1 FROM {table(other)} AS o WHERE {_matched(theirs, ours)})"
        for other, theirs, ours in step.references
    )
    state = f"CASE WHEN s.state = 'going' THEN 'removed' WHEN EXISTS ({there}) THEN 'left' ELSE 'absent' END"
    open_ = f"{_of(step)} AND s.state IN ('present', 'going')"
    drop = Statement(f"DROP TEMPORARY TABLE IF EXISTS {found}", Role.SETTING)
    return (
        drop,
        Statement(f"CREATE TEMPORARY TABLE {found} AS {_finding(step, key, journal)}", Role.SETTING),
        Statement(
            f"SELECT g.row_key FROM {here} FOR UPDATE", Role.SETTING, blocks="writes to the seeded rows"
        ),
        Statement(
            f"UPDATE {journal} AS s SET s.state = 'going' WHERE {_present(step)} "
            f"AND EXISTS ({there} AND {untouched}{unreferenced})",
            Role.SETTING,
        ),
        Statement(
            f"DELETE t FROM {journal} AS s STRAIGHT_JOIN {here} AND g.row_key = s.row_key "
            f"WHERE {_of(step)} AND s.state = 'going' AND {untouched}"
        ),
        Statement(f"SELECT s.row_key, {state} AS state FROM {journal} AS s WHERE {open_}"),
        Statement(f"UPDATE {journal} AS s SET s.state = {state} WHERE {open_}", Role.SETTING),
        drop,
    )


def _finding(step: Unseed, key: Sequence[str], journal: str) -> str:
    """A query for the rows that have a seed's key: which seed, and the columns of `key`."""
    held = ", ".join(f"t.{ident(each)} AS `key {at}`" for at, each in enumerate(key))
    values = ", ".join(f"{_kept(each)} AS `value {at}`" for at, each in enumerate(step.key))
    same = " AND ".join(f"t.{ident(each)} = s.`value {at}`" for at, each in enumerate(step.key))
    # DISTINCT: the values are taken out of an image once, and not for each row of the table.
    seeds = f"SELECT DISTINCT s.row_key, {values} FROM {journal} AS s WHERE {_present(step)}"
    return f"SELECT s.row_key, {held} FROM ({seeds}) AS s STRAIGHT_JOIN {table(step.view)} AS t ON {same}"


def _seeded(step: Seed, row: dict[str, Any], server: Server) -> tuple[Statement, ...]:
    """One row, unless its key is there; what another unique index has already is left out, as the key is."""
    view, key = table(step.view), {each: row[each] for each in step.key}
    same = " AND ".join(f"t.{ident(each)} = {_value(value)}" for each, value in key.items())
    absent = f"NOT EXISTS (SELECT 1 FROM {view} AS t WHERE {same})"
    name = _row_key(step, key)
    back = (
        f"INSERT INTO {view} ({idents(step.columns)}) SELECT {', '.join(map(_kept, step.columns))} "
        f"FROM {_journal(server)} AS s WHERE {_of(step)} AND s.row_key = {name} "
        f"AND s.state = 'removed' AND {absent}"
    )
    anew = (
        f"INSERT INTO {view} ({idents(row)}) SELECT {', '.join(map(_value, row.values()))} FROM DUAL WHERE "
    )
    told = f"{literal(step.evolution)}, {literal(str(step.table))}, {name}, {_image(step.columns)}"
    noted = Statement(
        f"REPLACE INTO {_journal(server)} (evolution, table_name, row_key, image, state) "
        f"SELECT {told}, 'present' FROM {view} AS t WHERE @crossfade_made = 1 AND {same}",
        Role.SETTING,
    )
    if server.mysql:  # no block stands outside a routine there: a unique index that has the row fails it all
        return (
            Statement(back),
            Statement("SET @crossfade_made = ROW_COUNT()", Role.SETTING),
            Statement(f"{anew}@crossfade_made < 1 AND {absent}"),
            Statement("SET @crossfade_made = GREATEST(@crossfade_made, ROW_COUNT())", Role.SETTING),
            noted,
        )
    block = (
        "BEGIN NOT ATOMIC\n"
        "  DECLARE CONTINUE HANDLER FOR 1062 BEGIN END;\n"
        f"  {back};\n"
        "  SET @crossfade_made = ROW_COUNT();\n"
        "  IF @crossfade_made < 1 THEN\n"
        f"    {anew}{absent};\n"
        "    SET @crossfade_made = ROW_COUNT();\n"
        "  END IF;\n"
        "END"
    )
    return (Statement(block), noted)


def _speaking(evolution: str | None) -> tuple[Statement, ...]:
    return (Statement(f"SET @crossfade_version = {literal(evolution)}", Role.SETTING),)


def _row_key(step: Seed, key: dict[str, Any]) -> str:
    text = json.dumps({column: _text(value) for column, value in key.items()}, ensure_ascii=False)
    if len(text) > LONGEST:
        raise Unsupported(
            f"the key of a seeded row has more than {LONGEST} characters: {text[:60]}…",
            place=f"table {step.table}",
            remedy="name shorter columns as the key",
        )
    return literal(text)


def _text(value: Any) -> str | None:
    """A value as it is told to people."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _value(value: Any) -> str:
    """A value of JSON as SQL."""
    if isinstance(value, dict) and value.keys() == {_BYTES}:
        return f"x{literal(str(value[_BYTES]))}"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(_text(value)) if isinstance(value, int | float) else literal(_text(value))


def _image(columns: Iterable[str]) -> str:
    """The row `t` as the journal keeps it."""
    held = (f"{literal(each)}, HEX(CAST(t.{ident(each)} AS BINARY))" for each in columns)
    return f"JSON_OBJECT({', '.join(held)})"


def _kept(column: str) -> str:
    """What the image `s.image` holds in the column."""
    path = literal("$." + json.dumps(column, ensure_ascii=False))
    # MySQL's JSON_VALUE cuts at 512 characters; NULL is the word, of which no digits are made.
    return f"UNHEX(NULLIF(JSON_UNQUOTE(JSON_EXTRACT(s.image, {path})), 'null'))"


def _journal(server: Server) -> str:
    return f"{ident(server.journal)}.{ident('seed')}"


def _found(server: Server) -> str:
    """Where the keys of seeded rows are noted, for as long as a session."""
    return f"{ident(server.journal)}.{ident('~seeded')}"


def _of(step: Seed | Unseed) -> str:
    return f"s.evolution = {literal(step.evolution)} AND s.table_name = {literal(str(step.table))}"


def _present(step: Unseed) -> str:
    return f"{_of(step)} AND s.state = 'present'"


def _matched(theirs: tuple[str, ...], ours: tuple[str, ...]) -> str:
    return " AND ".join(f"o.{ident(their)} = t.{ident(our)}" for their, our in zip(theirs, ours, strict=True))
