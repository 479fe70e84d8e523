"""Where steps become statements: `render` finds the function for a step's class.

The functions are in the files beside this one, by what the steps are about. DDL commits here, so that every
statement of it has a query that tells whether it has been executed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import singledispatch

from crossfade.dialects.mariadb.quoting import ident, journal, literal, table
from crossfade.errors import Unsupported
from crossfade.schema import Grant, TableName
from crossfade.steps import Statement, Step

BRIEFLY = "reads and writes, briefly"  # an exclusive metadata lock, for the moment of the change
INSTANT = "ALGORITHM=INSTANT"
REBUILT = "ALGORITHM=INPLACE, LOCK=NONE"  # the table may be written anew, while others read and write it
NEVER = "SELECT 1 WHERE FALSE"  # where nothing can tell, and once more is as good

_ACCOUNT = re.compile(r"'((?:[^']|'')*)'@'((?:[^']|'')*)'")


@dataclass(frozen=True)
class Server:
    """What a rendering must know of the server: its version, MySQL or MariaDB, the database that is evolved,
    whether a statement may copy a table or keep writers waiting, and the database's collation, which its
    namespaces have as well ("" is the server's own).
    """

    version: tuple[int, ...]
    database: str
    mysql: bool = False
    allow_copy: bool = False
    collation: str = ""

    @property
    def journal(self) -> str:
        """The journal's database."""
        return journal(self.database)


@singledispatch
def render(step: Step, server: Server) -> tuple[Statement, ...]:
    """The statements of `step`, in order."""
    raise Unsupported(
        f"{'MySQL' if server.mysql else 'MariaDB'} can't do this step: {step.title}",
        place=type(step).__name__,
        remedy="see docs/conformance.md for what each database takes",
    )


def ddl(sql: str, done: str, *, lock: str = "EXCLUSIVE", blocks: str = BRIEFLY, again: str = "") -> Statement:
    """A statement of DDL; the query `done` has a row once its effect stands."""
    return Statement(sql, lock=lock, blocks=blocks, done=done, again=again)


def has_column(of: TableName, column: str, condition: str = "") -> str:
    """A query with a row where the table has the column (and `condition` holds of its COLUMNS row)."""
    more = f" AND {condition}" if condition else ""
    name = named("COLUMN_NAME", column)
    return f"SELECT 1 FROM information_schema.COLUMNS WHERE {_of(of)} AND {name}{more}"


def has_no_column(of: TableName, column: str) -> str:
    """A query with a row where the table has no such column."""
    return f"SELECT 1 WHERE NOT EXISTS ({has_column(of, column)})"


def has_table(of: TableName) -> str:
    """A query with a row where the table, or view, is there."""
    return f"SELECT 1 FROM information_schema.TABLES WHERE {_of(of)}"


def has_trigger(schema: str, name: str) -> str:
    """A query with a row where the trigger is there."""
    return (
        "SELECT 1 FROM information_schema.TRIGGERS "
        f"WHERE TRIGGER_SCHEMA = {literal(schema)} AND TRIGGER_NAME = {literal(name)}"
    )


def nothing(query: str) -> str:
    """A query with a row where `query` has none."""
    return f"SELECT 1 WHERE NOT EXISTS ({query})"


def both(one: str, other: str) -> str:
    """A query with a row where each of the two has one."""
    return f"SELECT 1 WHERE EXISTS ({one}) AND EXISTS ({other})"


def named(column: str, name: str) -> str:
    """The condition that a column of information_schema holds exactly this name: its own comparison says that
    `a` is `A`, and `ä` as well.
    """
    return f"BINARY {column} = {literal(name)}"


def alter(of: TableName, action: str, done: str, *, how: str = INSTANT) -> Statement:
    """An ALTER TABLE that says how it must be done: the server refuses it where it can't be."""
    plain = f"ALTER TABLE {table(of)} {action}"
    return replace(ddl(f"{plain}, {how}", done), copying=plain)


def online(server: Server) -> str:
    """How an index comes or goes: the table is not written anew, where the server can be told so."""
    return REBUILT if server.mysql else "ALGORITHM=NOCOPY, LOCK=NONE"


def patient(statement: Statement) -> Statement:
    """The same statement where it takes its time while others read and write: nothing may end it early. Its
    first and its last moment are exclusive.
    """
    return replace(statement, lock="SHARED UPGRADABLE", blocks="nothing")


def granted(grant: Grant, column: str | None, on: TableName) -> Statement:
    """The GRANT of a privilege, on one column or on all. Whom it is granted to is written as SQL has it."""
    columns = f" ({ident(column)})" if column is not None else ""
    option = " WITH GRANT OPTION" if grant.grantable else ""
    sql = f"GRANT {grant.privilege}{columns} ON {table(on)} TO {grant.grantee or 'PUBLIC'}{option}"
    held = "TABLE_PRIVILEGES" if column is None else "COLUMN_PRIVILEGES"
    done = (
        f"SELECT 1 FROM information_schema.{held} WHERE {_of(on)} "
        f"AND {named('GRANTEE', account(grant.grantee))} AND PRIVILEGE_TYPE = {literal(grant.privilege)}"
        + (f" AND {named('COLUMN_NAME', column)}" if column is not None else "")
        + (" AND IS_GRANTABLE = 'YES'" if grant.grantable else "")
    )
    return ddl(sql, done, lock="", blocks="nothing")


def account(sql: str) -> str:
    """What information_schema calls an account that is written as SQL has it; "" is PUBLIC."""
    host = _ACCOUNT.fullmatch(sql)
    if host is None:
        return f"'{sql[1:-1].replace('``', '`') if sql else 'PUBLIC'}'@''"
    user, place = (re.sub(r"''|\\\\", lambda found: found[0][0], each) for each in host.groups())
    return f"'{user}'@'{place}'"


def _of(of: TableName) -> str:
    return f"TABLE_SCHEMA = {literal(of.schema)} AND TABLE_NAME = {literal(of.name)}"


__all__ = [
    "BRIEFLY",
    "INSTANT",
    "NEVER",
    "REBUILT",
    "Server",
    "account",
    "alter",
    "both",
    "ddl",
    "granted",
    "has_column",
    "has_no_column",
    "has_table",
    "has_trigger",
    "ident",
    "named",
    "nothing",
    "online",
    "patient",
    "render",
]
