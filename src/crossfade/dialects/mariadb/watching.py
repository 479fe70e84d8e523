"""How the server is, and who holds the lock that was not to be had.

What needs a right that the connected account has not counts as nothing: PROCESS, for the most part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, text
from sqlalchemy.exc import DBAPIError

from crossfade import names
from crossfade.dialects.dialect import Held, Load
from crossfade.schema import TableName

_METADATA_LOCK = "Waiting for table metadata lock"

_BLOCKED = (
    "SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'",
    f"SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = '{_METADATA_LOCK}'",
)
# Bytes since the server was made, or since it started; on MySQL the first has another name.
_LOG = ("Innodb_lsn_current", "Innodb_redo_log_current_lsn", "Innodb_os_log_written")
_LOG_POSITION = f"SHOW GLOBAL STATUS WHERE Variable_name IN {_LOG}"

# The age is of the transaction, which the server tells in its own time zone. A session that waits for a lock
# on a table's name holds a weaker one: who is in its way has been there before.
_SESSIONS = f"""
SELECT p.ID AS id, p.USER AS user_name, p.COMMAND AS command, p.STATE AS state, p.DB AS place, {{columns}},
  TIMESTAMPDIFF(SECOND, t.trx_started, CONVERT_TZ(NOW(), @@session.time_zone, 'SYSTEM')) AS seconds
FROM {{source}}
WHERE p.ID <> CONNECTION_ID() AND COALESCE(p.STATE, '') <> '{_METADATA_LOCK}'{{condition}}
ORDER BY t.trx_started IS NULL, t.trx_started, p.ID
"""
_TRANSACTION = "information_schema.INNODB_TRX t"
_OF_SESSION = "t.trx_mysql_thread_id = p.ID"
_NAMED = "AND m.{schema} IN :schemas AND m.{name} IN :names"

# MariaDB's plugin, and what MySQL, or a MariaDB where it is turned on, keeps of performance.
_BY_PLUGIN = _SESSIONS.format(
    columns="m.TABLE_SCHEMA AS table_schema, m.TABLE_NAME AS table_name",
    source="information_schema.METADATA_LOCK_INFO m "
    "JOIN information_schema.PROCESSLIST p ON p.ID = m.THREAD_ID "
    f"LEFT JOIN {_TRANSACTION} ON {_OF_SESSION}",
    condition=" AND m.LOCK_TYPE = 'Table metadata lock' "
    + _NAMED.format(schema="TABLE_SCHEMA", name="TABLE_NAME"),
)
_BY_PERFORMANCE = _SESSIONS.format(
    columns="m.OBJECT_SCHEMA AS table_schema, m.OBJECT_NAME AS table_name",
    source="performance_schema.metadata_locks m "
    "JOIN performance_schema.threads h ON h.THREAD_ID = m.OWNER_THREAD_ID "
    "JOIN information_schema.PROCESSLIST p ON p.ID = h.PROCESSLIST_ID "
    f"LEFT JOIN {_TRANSACTION} ON {_OF_SESSION}",
    condition=" AND m.OBJECT_TYPE = 'TABLE' AND m.LOCK_STATUS = 'GRANTED' "
    + _NAMED.format(schema="OBJECT_SCHEMA", name="OBJECT_NAME"),
)
# Where neither is there, nobody can tell a transaction's tables: sessions at home elsewhere are left out.
_BY_DATABASE = _SESSIONS.format(
    columns="NULL AS table_schema, NULL AS table_name",
    source=f"{_TRANSACTION} JOIN information_schema.PROCESSLIST p ON {_OF_SESSION}",
    condition="",
)
_UNTOLD = "of whose locks this server tells no tables: its plugin METADATA_LOCK_INFO would"

_AT_HOME = """
SELECT DB FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() AND DB IN :databases
"""

_HAS_PLUGIN = """
SELECT 1 FROM information_schema.PLUGINS WHERE PLUGIN_NAME = 'METADATA_LOCK_INFO' AND PLUGIN_STATUS = 'ACTIVE'
"""
_HAS_PERFORMANCE = """
SELECT 1 FROM performance_schema.setup_instruments
WHERE @@performance_schema AND NAME = 'wait/lock/metadata/sql/mdl' AND ENABLED = 'YES'
"""


def load(connection: Connection) -> Load:
    """How the server is, now. Replicas report to nobody here: their lag is 0."""
    blocked = 0
    for query in _BLOCKED:
        with suppress(DBAPIError):
            blocked += int(connection.execute(text(query)).scalar_one())
    told = {row[0]: int(row[1]) for row in connection.execute(text(_LOG_POSITION))}
    return Load(0.0, blocked, next((told[each] for each in _LOG if each in told), 0))


def oldest(connection: Connection, tables: Sequence[str]) -> str | None:
    """The oldest transaction that holds a lock on one of the tables, in words; None where there is none."""
    found = held(connection, tables)
    if found is None:
        return None
    age = "" if found.seconds is None else f", its transaction open for {found.seconds:.0f} s"
    return f"{found.who}{age}"


def held(connection: Connection, tables: Sequence[str]) -> Held | None:
    """The same, taken apart. Where the server keeps no account of locks on tables, it is the oldest
    transaction of a session that may well be at work on them, and `who` says so.
    """
    here = connection.execute(text("SELECT DATABASE()")).scalar_one()
    wanted = {TableName(schema or here, name) for schema, name in map(names.split_table, tables)}
    with suppress(DBAPIError):
        row = next(_holders(connection, wanted), None)
        return None if row is None else Held(_who(row), None if row.seconds is None else float(row.seconds))
    return None


def sessions(connection: Connection, databases: Sequence[str]) -> int:
    """How many other sessions have one of the databases for their own; without PROCESS, the account's."""
    asked = text(_AT_HOME).bindparams(bindparam("databases", expanding=True))
    found = connection.execute(asked, {"databases": list(databases)}).scalars()
    return sum(each in databases for each in found)


def _holders(connection: Connection, wanted: set[TableName]) -> Iterator[Row[Any]]:
    """Sessions that hold a lock on one of the tables, the oldest transaction first."""
    for known, query in ((_HAS_PLUGIN, _BY_PLUGIN), (_HAS_PERFORMANCE, _BY_PERFORMANCE)):
        if _is_there(connection, known):
            lists: Mapping[str, list[str]] = {
                "schemas": sorted({each.schema for each in wanted}),
                "names": sorted({each.name for each in wanted}),
            }
            bound: list[BindParameter[Any]] = [bindparam(each, expanding=True) for each in lists]
            rows = connection.execute(text(query).bindparams(*bound), lists)
            yield from (row for row in rows if TableName(row.table_schema, row.table_name) in wanted)
            return
    places = {each.schema for each in wanted}
    for row in connection.execute(text(_BY_DATABASE)):
        if row.place is None or any(
            row.place == each or row.place.startswith(f"{each}__") for each in places
        ):
            yield row


def _is_there(connection: Connection, query: str) -> bool:
    with suppress(DBAPIError):
        return connection.execute(text(query)).first() is not None
    return False


def _who(row: Row[Any]) -> str:
    """A session, without what it says: that may hold what nobody but its user may see."""
    does = "asleep" if row.command == "Sleep" else row.state or row.command.lower()
    told = (f"process {row.id}", f"user {row.user_name!r}", does, _UNTOLD if row.table_name is None else "")
    return ", ".join(filter(None, told))
