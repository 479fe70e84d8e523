"""What the connected account may do, and what others may: as SHOW GRANTS and information_schema tell it.

Without a right to read the server's own tables, an account sees no grants of others, and its roles' in SHOW
GRANTS only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from crossfade.dialects.mariadb.quoting import ident, literal
from crossfade.schema import Grant, TableName

# What a role must hold on a table to act as its owner: PostgreSQL's owner holds all of it.
OWNER = ("ALTER", "CREATE", "DELETE", "DROP", "INDEX", "INSERT", "REFERENCES", "SELECT", "TRIGGER", "UPDATE")
# What an application may need of a namespace, where it holds it on the whole database.
_READING = frozenset(
    {"CREATE TEMPORARY TABLES", "DELETE", "INSERT", "LOCK TABLES", "SELECT", "SHOW VIEW", "UPDATE"}
)
_GRANT = re.compile(
    r"GRANT (?P<what>.+?) ON (?:TABLE )?(?P<place>\*|`(?:[^`]|``)*`)\.(?P<table>\*|`(?:[^`]|``)*`) TO ",
    re.DOTALL,
)
_OF_COLUMNS = re.compile(r"[A-Z ]+\((?:`(?:[^`]|``)*`|[^`)])*\)")
_ALL = "ALL PRIVILEGES"


@dataclass(frozen=True)
class Rights:
    """What SHOW GRANTS says of the connected account, its roles included: privileges, each on a database, or
    `*`, and a table of it, or `*`.
    """

    granted: tuple[tuple[frozenset[str], str, str], ...]

    @classmethod
    def read(cls, lines: Iterable[str]) -> Rights:
        """The rights that the statements grant, but for those on single columns and on routines."""
        found = []
        for line in lines:
            match = _GRANT.match(line)
            if match is not None:
                words = frozenset(each.strip() for each in _OF_COLUMNS.sub("", match["what"]).split(","))
                found.append((words, _name(match["place"]), _name(match["table"])))
        return cls(tuple(found))

    def holds(self, privilege: str, database: str = "*", name: str = "*") -> bool:
        """Whether the account holds it: everywhere, on a database, or on a table of it."""
        return any(
            privilege in words or _ALL in words
            for words, place, of in self.granted
            if place == "*"
            or (of == "*" and database != "*" and matches(place, database))
            or (of != "*" and (place, of) == (database, name))
        )

    def may_create(self, beginning: str) -> bool:
        """Whether it may create a database whose name begins so."""
        return self.holds("CREATE", f"{beginning}e") or any(
            ("CREATE" in words or _ALL in words)
            and of == "*"
            and place.replace("\\", "").startswith(beginning)
            for words, place, of in self.granted
        )

    def owns(self, table: TableName) -> bool:
        """Whether it may do with the table all that an owner may."""
        return all(self.holds(each, table.schema, table.name) for each in OWNER)


def grants(rows: Iterable[Row[Any]], own: str) -> tuple[Grant, ...]:
    """What others hold on a table; `own` is the connected account, as information_schema has it."""
    return tuple(
        Grant(each.privilege, account(each.grantee), bool(each.grantable), each.column_name)
        for each in rows
        if each.grantee != own
    )


def readers(rows: Iterable[Row[Any]], database: str, own: str) -> tuple[str, ...]:
    """What others hold on a whole database, as a GRANT says it: `INSERT, SELECT TO 'app'@'%'`."""
    held: dict[str, set[str]] = {}
    for row in rows:
        if row.grantee != own and row.privilege in _READING and matches(row.place, database):
            held.setdefault(account(row.grantee) or "PUBLIC", set()).add(row.privilege)
    return tuple(f"{', '.join(sorted(privileges))} TO {who}" for who, privileges in held.items())


def account(grantee: str) -> str:
    """Whom information_schema calls `'app'@'%'`, as SQL has them; "" is PUBLIC. It escapes nothing there, and
    a role has no host.
    """
    user, _, host = grantee[1:-1].rpartition("'@'")
    if not host:
        return "" if user == "PUBLIC" else ident(user)
    return f"{literal(user)}@{literal(host)}"


def matches(pattern: str, database: str) -> bool:
    r"""Whether a privilege on `pattern` holds on the database: % and _ stand for others, \_ for itself."""
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    words = {"%": ".*", "_": "."}
    told = "".join(words.get(each) or re.escape(each[-1]) for each in parts)
    return re.fullmatch(told, database, re.DOTALL) is not None


def _name(quoted: str) -> str:
    return quoted if quoted == "*" else quoted[1:-1].replace("``", "`")
