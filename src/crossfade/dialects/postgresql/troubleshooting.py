"""Queries for a person who wonders where an evolution hangs. Each can be pasted into psql, and only reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crossfade.dialects.postgresql.quoting import literal
from crossfade.names import routine
from crossfade.schema import TableName

_LEASE = """
SELECT state, lease_holder, lease_until, lease_until < clock_timestamp() AS lease_is_over,
       control, slowed, clock_timestamp() - changed_at AS since
FROM crossfade.evolution WHERE name = {name}
"""
_PROGRESS = """
SELECT command, position, step, rows, total, round(seconds::numeric, 1) AS seconds,
       round((rows / nullif(seconds, 0))::numeric) AS rows_per_second, watermark
FROM crossfade.progress WHERE evolution = {name}
ORDER BY run DESC, command, position
"""
_HISTORY = """
SELECT at, run, command, kind, step, detail
FROM crossfade.event WHERE evolution = {name}
ORDER BY id DESC LIMIT 30
"""
_BLOCKERS = """
SELECT a.pid, a.application_name, a.usename, a.state, l.mode, l.granted,
       clock_timestamp() - a.xact_start AS transaction_open, pg_blocking_pids(a.pid) AS waits_for
FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'relation' AND a.datname = current_database()
  AND l.relation IN (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                     WHERE (n.nspname, c.relname) IN ({tables}))
ORDER BY a.xact_start
"""
_COUNTERS = """
SELECT sequencename AS counter, last_value AS writes
FROM pg_sequences WHERE schemaname = 'crossfade' AND sequencename IN ({counters})
ORDER BY sequencename
"""
_COMPLEMENT = """
SELECT table_name, change, state, count(*) AS values_kept, min(kept_at) AS since
FROM crossfade.complement WHERE evolution = {name}
GROUP BY table_name, change, state ORDER BY table_name, change, state
"""
_TRIGGERS = """
SELECT t.tgrelid::regclass AS on_table, t.tgname, t.tgenabled, p.oid::regprocedure AS calls
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND (n.nspname, c.relname) IN ({tables})
ORDER BY 1, t.tgname
"""
_INDEXES = """
SELECT i.indexrelid::regclass AS index, i.indisvalid AS valid, pg_size_pretty(pg_relation_size(i.indexrelid)),
       b.phase, b.blocks_done, b.blocks_total
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_stat_progress_create_index b ON b.index_relid = i.indexrelid
WHERE (n.nspname, c.relname) IN ({tables}) ORDER BY valid, 1
"""
_DEAD = """
SELECT s.schemaname, s.relname, s.n_live_tup, s.n_dead_tup, s.last_autovacuum,
       pg_size_pretty(pg_total_relation_size(s.relid)) AS size
FROM pg_stat_user_tables s WHERE (s.schemaname, s.relname) IN ({tables})
"""


def queries(evolution: str, tables: Sequence[TableName]) -> tuple[tuple[str, str], ...]:
    """Each query's title and text, made out for one evolution and its tables."""
    words = {
        "name": literal(evolution),
        "tables": _listed(f"({literal(each.schema)}, {literal(each.name)})" for each in tables),
        "counters": _listed(
            literal(routine(f"writes_{side}", each.schema, each.name, evolution))
            for each in tables
            for side in ("old", "new")
        ),
    }
    return tuple(
        (title, text.strip().format(**words))
        for title, text in (
            ("Is a runner at work, and what slows it?", _LEASE),
            ("How far is each batched step?", _PROGRESS),
            ("What happened last?", _HISTORY),
            ("Who holds locks on the tables, and who waits for whom?", _BLOCKERS),
            ("What does each side write? (while both versions are live)", _COUNTERS),
            ("What does the complement hold?", _COMPLEMENT),
            ("Which triggers are there, and are they enabled?", _TRIGGERS),
            ("Is an index invalid, or being built?", _INDEXES),
            ("Does vacuum keep up with the backfill?", _DEAD),
        )
        if tables or ("{tables}" not in text and "{counters}" not in text)
    )


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(parts)
