"""The routines by which writers are told of a lookup: the key of the row that stands for a value, and the
value that a row stands for. They have the rights of whoever made them.
"""

from __future__ import annotations

from crossfade.dialects.mariadb import texts
from crossfade.dialects.mariadb.lookup_values import ROW, Lookup, holds, routine, told
from crossfade.dialects.mariadb.lookup_values import of_key as said_of_key
from crossfade.dialects.mariadb.quoting import ident, literal, table
from crossfade.dialects.mariadb.rendering import Server, ddl, nothing
from crossfade.dialects.mariadb.texts import Kind
from crossfade.expressions import Held, LookupKey, LookupValue
from crossfade.schema import Column
from crossfade.steps import Statement

TEXT = "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
_GIVEN = "`~given`"
_SAID = "`~said`"
_KEY = "`~key`"
_CASES = "`~cases`"


def held_as(type_: str) -> str:
    """The type of a variable for values of a type: an enum's label, a text whole."""
    return TEXT if texts.kind(type_) in {Kind.TEXT, Kind.ENUM, Kind.SET} else type_


def of_value(value: LookupValue, server: Server) -> Statement:
    """The routine for what a row stands for. It locks the row: an edit of it must find, or be found by, every
    row that refers to it.
    """
    type_ = held_as(value.target)
    sql = (
        f"CREATE FUNCTION {routine(value, server.journal)}({_GIVEN} {held_as(value.source)}) RETURNS {type_} "
        "READS SQL DATA\n"
        "BEGIN\n"
        f"  DECLARE {_SAID} {type_};\n"
        f"  DECLARE CONTINUE HANDLER FOR NOT FOUND SET {_SAID} = NULL;\n"
        f"  SELECT {told(value, ROW)} INTO {_SAID} FROM {table(value.lookup)} AS {ROW} "
        f"WHERE {ROW}.{ident(value.key)} = {_GIVEN} LOCK IN SHARE MODE;\n"
        f"  RETURN {said_of_key(value, _GIVEN, _SAID)};\n"
        "END"
    )
    return _made(sql, value, server)


def of_key(key: LookupKey, server: Server) -> Statement:
    """The routine for the key of a value. The keys are looked up now, and constants in it: so nothing is
    locked, or seen by an old snapshot.
    """
    create = (
        f"CREATE FUNCTION {routine(key, server.journal)}({_GIVEN} {TEXT}) RETURNS {held_as(key.target)} "
        "DETERMINISTIC "
    )
    rows: list[tuple[str, str, Held]] = [
        (value, f"BINARY {_GIVEN} = BINARY {literal(value)}", held) for value, held in key.rows
    ]
    if key.otherwise:
        rows.append(("any other value", f"{_GIVEN} IS NOT NULL", key.otherwise))
    column = Column(key.key, key.target)
    if server.mysql:  # where nothing can be prepared that makes a routine
        cases = " ".join(
            f"WHEN {test} THEN (SELECT {ROW}.{ident(key.key)} FROM {table(key.lookup)} AS {ROW} "
            f"WHERE {holds(held, ROW, key.columns)})"
            for _, test, held in rows
        )
        return _made(f"{create}READS SQL DATA RETURN CASE {cases} END", key, server)
    begins, ends = texts.stored(column, "\0").split("\0")
    finds = "".join(
        f"  SET {_KEY} = (SELECT {texts.shown(column, f'{ROW}.{ident(key.key)}')} "
        f"FROM {table(key.lookup)} AS {ROW} WHERE {holds(held, ROW, key.columns)});\n"
        f"  IF {_KEY} IS NULL THEN\n"
        f"    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = {literal(_lost(key, value))};\n"
        "  END IF;\n"
        f"  SET {_CASES} = CONCAT({_CASES}, {literal(f' WHEN {test} THEN {begins}')}, QUOTE({_KEY}), "
        f"{literal(ends)});\n"
        for value, test, held in rows
    )
    block = (
        f"BEGIN NOT ATOMIC\n  DECLARE {_KEY} {TEXT};\n  DECLARE {_CASES} {TEXT} DEFAULT '';\n{finds}"
        f"  EXECUTE IMMEDIATE CONCAT({literal(f'{create}NO SQL RETURN CASE')}, {_CASES}, ' END');\nEND"
    )
    return _made(block, key, server)


def gone(lookup: Lookup, server: Server) -> Statement:
    """The removal of a routine."""
    drop = f"DROP FUNCTION IF EXISTS {routine(lookup, server.journal)}"
    return ddl(drop, nothing(_has(lookup, server)), lock="", blocks="nothing")


def _made(sql: str, lookup: Lookup, server: Server) -> Statement:
    return ddl(sql, _has(lookup, server), lock="", blocks="nothing")


def _has(lookup: Lookup, server: Server) -> str:
    return (
        "SELECT 1 FROM information_schema.ROUTINES WHERE ROUTINE_TYPE = 'FUNCTION' "
        f"AND ROUTINE_SCHEMA = {literal(server.journal)} AND ROUTINE_NAME = {literal(lookup.function)}"
    )


def _lost(key: LookupKey, value: str) -> str:
    return f"no row of {key.lookup} stands for {value!r}"[:128]
