"""Looks at the rows that stood when a constraint came: one statement each, which fails where one is wrong."""

from __future__ import annotations

from typing import NoReturn

from crossfade.dialects.mariadb.quoting import ident, literal, table
from crossfade.dialects.mariadb.rendering import NEVER, Server, ddl
from crossfade.errors import Unsupported
from crossfade.steps import Role, Statement, Step, ValidateCheck, ValidateForeignKey

_LONGEST = 400  # characters of a message: one that is too long is no message at all


def of_check(step: ValidateCheck, server: Server) -> tuple[Statement, ...]:
    """The rows that a check refuses. Where it is not told, the server looked at them when it was added."""
    if step.definition is None:
        return ()
    wrong = f"FROM {table(step.table)} WHERE ({step.definition.expression}) IS FALSE"
    return (_failing(literal(f"rows of {step.table} do not pass check {step.check}"), wrong, server),)


def of_foreign_key(step: ValidateForeignKey, server: Server) -> tuple[Statement, ...]:
    """The rows that refer to nothing. Since the key is there, no more of them come; but the server has not
    waited for transactions that had deleted from the target before, and whose rows would still be seen.
    """
    if step.key is None:
        demand_definition(step)
    columns = [f"t.{ident(each)}" for each in step.key.columns]
    pairs = zip(step.key.target_columns, columns, strict=True)
    orphans = (
        f"FROM {table(step.table)} AS t WHERE {' AND '.join(f'{each} IS NOT NULL' for each in columns)} "
        f"AND NOT EXISTS (SELECT 1 FROM {table(step.key.target)} AS r "
        f"WHERE {' AND '.join(f'r.{ident(target)} = {column}' for target, column in pairs)})"
    )
    fact = literal(f"rows of {step.table} refer by {step.name} to what is not there, such as ")
    looked = _failing(f"CONCAT({fact}, CONCAT_WS(', ', {', '.join(columns)}))", orphans, server)
    if step.key.target == step.table:
        return (looked,)
    return (
        ddl(f"LOCK TABLES {table(step.key.target)} READ", NEVER, lock="", blocks="writes, briefly"),
        Statement("UNLOCK TABLES"),
        *(() if server.mysql else (Statement("SET SESSION max_statement_time = 0", Role.SETTING),)),
        looked,
    )


def demand_definition(step: Step) -> NoReturn:
    """Raises Unsupported for a step that does not say the whole of what it is about."""
    raise Unsupported(
        f"to {step.title}, MariaDB must be told the whole of it",
        place=type(step).__name__,
        remedy="see docs/conformance.md for what each database takes",
    )


def _failing(told: str, wrong: str, server: Server) -> Statement:
    """A statement that fails where there are rows `wrong`, with what `told` says of the first one."""
    if server.mysql:  # no block stands outside a routine there; this function tells what it can't read
        return Statement(f"SELECT UUID_TO_BIN({told}) {wrong} LIMIT 1")
    block = (
        "BEGIN NOT ATOMIC\n"
        "  DECLARE _crossfade_found TEXT;\n"
        f"  SELECT LEFT({told}, {_LONGEST}) INTO _crossfade_found {wrong} LIMIT 1;\n"
        "  IF _crossfade_found IS NOT NULL THEN\n"
        "    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = _crossfade_found;\n"
        "  END IF;\n"
        "END"
    )
    return Statement(block)
