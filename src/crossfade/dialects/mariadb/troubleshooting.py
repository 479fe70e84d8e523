"""Queries for a person who wonders where an evolution hangs.

Each can be pasted into the mariadb client, and only reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crossfade import names
from crossfade.dialects.mariadb.quoting import ident, literal
from crossfade.schema import TableName

_LEASE = """
SELECT state, lease_holder, lease_until, lease_until < UTC_TIMESTAMP(6) AS lease_is_over,
       control, slowed, TIMEDIFF(UTC_TIMESTAMP(), changed_at) AS since
FROM {journal}.evolution WHERE name = {name}
"""
_PROGRESS = """
SELECT command, position, step, `rows`, total, ROUND(seconds, 1) AS seconds,
       ROUND(`rows` / NULLIF(seconds, 0)) AS rows_per_second, watermark
FROM {journal}.progress WHERE evolution = {name}
ORDER BY run DESC, command, position
"""
_HISTORY = """
SELECT at, run, command, kind, step, detail
FROM {journal}.event WHERE evolution = {name}
ORDER BY id DESC LIMIT 30
"""
_TRANSACTIONS = """
SELECT p.ID, p.USER, p.DB, p.COMMAND, p.STATE, t.trx_state, t.trx_started, t.trx_rows_modified,
       t.trx_isolation_level
FROM information_schema.INNODB_TRX t
LEFT JOIN information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id
ORDER BY t.trx_started
"""
_WAITING = """
SELECT ID, USER, DB, TIME AS seconds, STATE, INFO
FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for %lock' ORDER BY TIME DESC
"""
_LOCKS = """
SELECT m.TABLE_SCHEMA, m.TABLE_NAME, m.LOCK_MODE, p.ID, p.USER, p.COMMAND, p.STATE, t.trx_started
FROM information_schema.METADATA_LOCK_INFO m
LEFT JOIN information_schema.PROCESSLIST p ON p.ID = m.THREAD_ID
LEFT JOIN information_schema.INNODB_TRX t ON t.trx_mysql_thread_id = m.THREAD_ID
WHERE (m.TABLE_SCHEMA, m.TABLE_NAME) IN ({tables})
ORDER BY t.trx_started
"""
_COMPLEMENT = """
SELECT table_name, `change`, state, COUNT(*) AS values_kept, MIN(kept_at) AS since
FROM {journal}.complement WHERE evolution = {name}
GROUP BY table_name, `change`, state ORDER BY table_name, `change`, state
"""
_TRIGGERS = """
SELECT EVENT_OBJECT_TABLE AS on_table, TRIGGER_NAME, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER
FROM information_schema.TRIGGERS
WHERE (EVENT_OBJECT_SCHEMA, EVENT_OBJECT_TABLE) IN ({tables})
ORDER BY 1, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER
"""
_VIEWS = """
SELECT TABLE_SCHEMA, TABLE_NAME, IS_UPDATABLE, DEFINER, VIEW_DEFINITION
FROM information_schema.VIEWS WHERE TABLE_SCHEMA IN ({namespaces}) ORDER BY TABLE_SCHEMA, TABLE_NAME
"""
_ALTERED = """
SELECT ID, TIME AS seconds, STATE, STAGE, MAX_STAGE, PROGRESS AS percent, INFO
FROM information_schema.PROCESSLIST WHERE COMMAND = 'Query' AND INFO LIKE 'ALTER TABLE %'
"""
_SIZE = """
SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_ROWS AS rows_about, ROUND(DATA_LENGTH / 1e6) AS data_mb,
       ROUND(INDEX_LENGTH / 1e6) AS index_mb, ROUND(DATA_FREE / 1e6) AS free_mb
FROM information_schema.TABLES WHERE (TABLE_SCHEMA, TABLE_NAME) IN ({tables})
"""


def queries(evolution: str, tables: Sequence[TableName], journal: str) -> tuple[tuple[str, str], ...]:
    """Each query's title and text, made out for one evolution and its tables; `journal` is the database that
    holds the journal.
    """
    words = {
        "name": literal(evolution),
        "journal": ident(journal),
        "tables": _listed(f"({literal(each.schema)}, {literal(each.name)})" for each in tables),
        "namespaces": _listed(
            literal(names.namespace(each, evolution))
            for each in dict.fromkeys(each.schema for each in tables)
        ),
    }
    return tuple(
        (title, text.strip().format(**words))
        for title, text in (
            ("Is a runner at work, and what slows it?", _LEASE),
            ("How far is each batched step?", _PROGRESS),
            ("What happened last?", _HISTORY),
            ("Which transactions are open, the oldest first? (needs PROCESS)", _TRANSACTIONS),
            ("Who waits for a lock on a table's name?", _WAITING),
            (
                "Who holds one? (needs the plugin METADATA_LOCK_INFO: INSTALL SONAME 'metadata_lock_info')",
                _LOCKS,
            ),
            ("What does the complement hold?", _COMPLEMENT),
            ("Which triggers are there?", _TRIGGERS),
            ("What does the new version show?", _VIEWS),
            ("Is an index being built, and how far is it?", _ALTERED),
            ("How large are the tables?", _SIZE),
        )
    )


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(parts)
