"""The soft-delete cascade as MariaDB's triggers: row by row, there are no others here.

The parent's row is locked by its own update, which waits for whoever has linked a child and has not
committed: the foreign key has the child's writer lock it, too. What is read to be written is read as it is
now, whatever the transaction's snapshot says. Children are restored one by one, by a cursor: the note of each
is struck out by the child's own trigger, which could not write a table that the statement reads.

The actions of a foreign key fire no trigger here. A parent that is deleted takes the notes of its children
along before; where a note is left of a child that another key's action has deleted, its time tells.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

from crossfade.dialects.mariadb import texts
from crossfade.dialects.mariadb.quoting import ident, literal, table
from crossfade.dialects.mariadb.rendering import Server, ddl, has_trigger, nothing, render
from crossfade.dialects.mariadb.tellers import TEXT
from crossfade.schema import Column, TableName
from crossfade.steps import Cascade, InstallCascade, RemoveCascade, Statement

TAKING = "~crossfade_cascade_"
_LETTING = "~crossfade_let_"
_DONE = ident("~done")


@render.register
def _(step: InstallCascade, server: Server) -> tuple[Statement, ...]:
    made = (ddl(sql, has_trigger(of.schema, name)) for name, of, sql in triggers(step.cascade, server))
    return (*made, Statement(_outdated(step.cascade, server)))


@render.register
def _(step: RemoveCascade, server: Server) -> tuple[Statement, ...]:
    return tuple(
        ddl(
            f"DROP TRIGGER IF EXISTS {ident(of.schema)}.{ident(name)}",
            nothing(has_trigger(of.schema, name)),
        )
        for name, of, _ in reversed(triggers(step.cascade, server))
    )


def triggers(cascade: Cascade, server: Server) -> tuple[tuple[str, TableName, str], ...]:
    """Each trigger's name, its table, and what makes it: the last is the one that takes children, so that
    none is taken whose touch would not be noticed.
    """
    made = (
        ("let", cascade.child, "AFTER UPDATE", _letting(cascade, server)),
        ("gone", cascade.child, "AFTER DELETE", _gone(cascade, server)),
        ("none", cascade.parent, "BEFORE DELETE", _none(cascade, server)),
        ("cascade", cascade.parent, "AFTER UPDATE", _cascading(cascade, server)),
    )
    found = []
    for purpose, of, event, lines in made:
        name = f"~crossfade_{purpose}_{cascade.mark}"
        created = f"CREATE TRIGGER {ident(of.schema)}.{ident(name)} {event} ON {table(of)} FOR EACH ROW\n"
        found.append((name, of, created + "\n".join(("BEGIN", *(f"  {line}" for line in lines), "END"))))
    return tuple(found)


def standing(rows: Iterable[Row[Any]]) -> tuple[tuple[TableName, TableName], ...]:
    """The parent and the child of each cascade that stands, out of the triggers that there are."""
    on = {row.name: TableName(row.place, row.table_name) for row in rows}
    pairs = (
        (of, on.get(name.replace(TAKING, _LETTING))) for name, of in on.items() if name.startswith(TAKING)
    )
    return tuple(sorted((parent, child) for parent, child in pairs if child is not None))


def taken(server: Server) -> str:
    """Where the journal notes what was taken."""
    return f"{ident(server.journal)}.{ident('taken')}"


def _cascading(cascade: Cascade, server: Server) -> list[str]:
    flag = ident(cascade.flag)
    keys = [f"`~key_{number}`" for number, _ in enumerate(cascade.child_key)]
    child, at = table(cascade.child), ident(cascade.at[1].name)
    pairs = zip(cascade.child_key, keys, strict=True)
    found = " AND ".join(
        f"c.{ident(column.name)} = {texts.keyed(column, key, constant=False)}" for column, key in pairs
    )
    return [
        *(f"DECLARE {key} {TEXT};" for key in keys),
        f"DECLARE {_DONE} BOOLEAN DEFAULT FALSE;",
        f"DECLARE `~found` CURSOR FOR {_to_restore(cascade, server)};",
        f"DECLARE CONTINUE HANDLER FOR NOT FOUND SET {_DONE} = TRUE;",
        f"IF NEW.{flag} IS TRUE AND OLD.{flag} IS NOT TRUE THEN",
        *(f"  {each};" for each in _taking(cascade, server)),
        f"ELSEIF OLD.{flag} IS TRUE AND NEW.{flag} IS NOT TRUE THEN",
        "  OPEN `~found`;",
        "  `~each`: LOOP",
        f"    FETCH `~found` INTO {', '.join(keys)};",
        f"    IF {_DONE} THEN LEAVE `~each`; END IF;",
        f"    UPDATE {child} AS c SET c.{flag} = FALSE, c.{at} = NULL WHERE {found};",
        "  END LOOP;",
        "  CLOSE `~found`;",
        "END IF;",
    ]


def _taking(cascade: Cascade, server: Server) -> tuple[str, ...]:
    """What takes the live children: they are locked in the order of their keys, and noted; then they change;
    then the time is noted as it stands in the row.
    """
    child, at = table(cascade.child), ident(cascade.at[1].name)
    flag, of = ident(cascade.flag), literal(cascade.relation)
    live = f"c.{ident(cascade.column.name)} = NEW.{ident(cascade.key.name)} AND c.{flag} IS NOT TRUE"
    parent_key = _json((cascade.key,), "NEW")
    noted = (
        f"REPLACE INTO {taken(server)} (relation, child_key, parent_key) "
        f"SELECT {of}, {_json(cascade.child_key, 'c')}, {parent_key} FROM {child} AS c WHERE {live} "
        f"ORDER BY {_listed(cascade.child_key)} FOR UPDATE"
    )
    since = f"COALESCE(NEW.{ident(cascade.at[0].name)}, CURRENT_TIMESTAMP(6))"
    changed = f"UPDATE {child} AS c SET c.{flag} = TRUE, c.{at} = {since} WHERE {live}"
    timed = (
        f"UPDATE {child} AS c STRAIGHT_JOIN {taken(server)} AS t ON {_note(cascade, 'c')} "
        f"SET t.{ident('at')} = {_moment(cascade)} "
        f"WHERE c.{ident(cascade.column.name)} = NEW.{ident(cascade.key.name)} AND t.{ident('at')} IS NULL"
    )
    return noted, changed, timed


def _to_restore(cascade: Cascade, server: Server) -> str:
    key = ", ".join(texts.key_shown(each, f"c.{ident(each.name)}") for each in cascade.child_key)
    return (
        f"SELECT {key} FROM {table(cascade.child)} AS c "
        f"STRAIGHT_JOIN {taken(server)} AS t ON {_note(cascade, 'c')} "
        f"WHERE c.{ident(cascade.column.name)} = NEW.{ident(cascade.key.name)} "
        f"AND c.{ident(cascade.flag)} IS TRUE AND t.parent_key = {_json((cascade.key,), 'NEW')} "
        f"AND t.{ident('at')} <=> {_moment(cascade)} ORDER BY {_listed(cascade.child_key)} FOR UPDATE"
    )


def _letting(cascade: Cascade, server: Server) -> list[str]:
    """What the note was about is no longer so. A row that only has another key keeps its note."""
    flag = ident(cascade.flag)
    strike = f"DELETE FROM {taken(server)} WHERE {_note(cascade, 'OLD', '')};"
    note = _note(cascade, "OLD", "")
    moved = f"UPDATE {taken(server)} SET child_key = {_json(cascade.child_key, 'NEW')} WHERE {note};"
    return [
        f"IF OLD.{flag} IS TRUE THEN",
        f"  IF NEW.{flag} IS NOT TRUE OR NOT ({_same((cascade.at[1], cascade.column))}) THEN",
        f"    {strike}",
        f"  ELSEIF NOT ({_same(cascade.child_key)}) THEN",
        f"    {moved}",
        "  END IF;",
        "END IF;",
    ]


def _gone(cascade: Cascade, server: Server) -> list[str]:
    return [
        f"IF OLD.{ident(cascade.flag)} IS TRUE THEN",
        f"  DELETE FROM {taken(server)} WHERE {_note(cascade, 'OLD', '')};",
        "END IF;",
    ]


def _none(cascade: Cascade, server: Server) -> list[str]:
    strike = (
        f"DELETE t FROM {table(cascade.child)} AS c STRAIGHT_JOIN {taken(server)} AS t "
        f"ON {_note(cascade, 'c')} WHERE c.{ident(cascade.column.name)} = OLD.{ident(cascade.key.name)};"
    )
    return [f"IF OLD.{ident(cascade.flag)} IS TRUE THEN", f"  {strike}", "END IF;"]


def _outdated(cascade: Cascade, server: Server) -> str:
    """Forget the notes of an earlier installation that no longer hold: nobody looked after them since."""
    key = " AND ".join(
        f"c.{ident(each.name)} = "
        + texts.keyed(each, texts.member("t.child_key", number, mysql=server.mysql), constant=False)
        for number, each in enumerate(cascade.child_key)
    )
    flag = ident(cascade.flag)
    held = (
        f"SELECT 1 FROM {table(cascade.child)} AS c JOIN {table(cascade.parent)} AS p "
        f"ON p.{ident(cascade.key.name)} = c.{ident(cascade.column.name)} WHERE {key} AND c.{flag} IS TRUE "
        f"AND p.{flag} IS TRUE AND t.parent_key = {_json((cascade.column,), 'c')} "
        f"AND t.{ident('at')} <=> {_moment(cascade)}"
    )
    of = literal(cascade.relation)
    return f"DELETE t FROM {taken(server)} AS t WHERE t.relation = {of} AND NOT EXISTS ({held})"


def _note(cascade: Cascade, row: str, note: str = "t.") -> str:
    of = literal(cascade.relation)
    return f"{note}relation = {of} AND {note}child_key = {_json(cascade.child_key, row)}"


def _moment(cascade: Cascade) -> str:
    """When the child was deleted, the same in every session."""
    at = cascade.at[1]
    moment = f"c.{ident(at.name)}"
    if texts.first_word(at.type) == "timestamp":
        return f"CAST(UNIX_TIMESTAMP({moment}) AS CHAR)"
    return f"DATE_FORMAT({moment}, '%Y-%m-%d %H:%i:%s.%f')"


def _same(columns: Iterable[Column]) -> str:
    return " AND ".join(
        texts.same(each, f"NEW.{ident(each.name)}", f"OLD.{ident(each.name)}") for each in columns
    )


def _json(columns: Iterable[Column], row: str) -> str:
    return f"{texts.listed(columns, row)} COLLATE utf8mb4_bin"


def _listed(columns: Iterable[Column]) -> str:
    return ", ".join(f"c.{ident(each.name)}" for each in columns)
