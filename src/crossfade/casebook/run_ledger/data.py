"""Believable rows for the legacy schema: skewed, with NULLs, old rows, many scripts and big JSON.

The server makes them itself (``rows.sql``); what they are made of is here.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import psycopg

__all__ = ["BIG_AT", "BIG_EVERY", "NAMES", "NOTES", "SLOW_AT", "SLOW_EVERY", "build", "fill", "legacy_sql"]

BIG_EVERY, BIG_AT = 4999, 13
"""Every 4999th step, from the 13th, got 10 to 50 kB of JSON (a prime: no batch size divides it)."""
SLOW_EVERY, SLOW_AT = 1009, 17
"""Every 1009th trace, from the 17th, waited 40 days for a person, if it has come to an end."""
NAMES = [
    "Benefits check", "Prior authorisation", "Müller & Söhne, Aufnahme", "Przegląd roszczeń",
    "Проверка полисов", "資格確認", "理赔状态", "مراجعة المطالبات", "בדיקת זכאות (v2)", "청구 조회",
    "🩺 Intake", "O'Neill's \"urgent\" line", r"C:\flows\in", "100 % of payer 7?", "a;b -- c /* d */",
    ":name %(x)s {y} $1", "tab\there", "two\nlines",
]  # fmt: skip
AGENTS = ["caller", "reader", "planner", "Prüfer", "審査", "browser"]
NOTES = [
    "The member id has changed; ask again with the new one. ",
    "Ablehnung: Unterlagen fehlen. ",
    "保険者からの回答待ち。",
    'He said "no", see C:\\docs\\2024.\n',
    "✅ paid, ⚠️ partly, ❌ denied. ",
]
ERRORS = ["timeout after 30 s", "payer refused: 権限がありません", 'code "A7:21"', None]
KINDS = ["began", "asked", "answered", "typed", "clicked", "heard", "waited", "handed over"]
KEYS = ["patient", "language", "consent", "queue", "score", "ключ"]
TONGUES = ["de", "en", "日本語", "العربية"]
FIELDS = ["member_id", "reason", "límite"]
URLS = [
    "https://api.example/v1/eligibility", "https://api.example/v1/claims?state=open&page=2",
    "https://payer.example/ask", "https://bücher.example/süche?q=%20%E2%82%AC", "wss://voice.example/live",
]  # fmt: skip
MADE_OF = {
    "names": NAMES, "agents": AGENTS, "notes": NOTES, "errors": ERRORS, "kinds": KINDS, "keys": KEYS,
    "tongues": TONGUES, "fields": FIELDS, "urls": URLS, "big_every": BIG_EVERY, "big_at": BIG_AT,
    "slow_every": SLOW_EVERY, "slow_at": SLOW_AT,
}  # fmt: skip
ENDPOINTS = "workflow_trace_endpoint"
NUMBERED = (
    "workflow_trace", "workflow_steps", "workflow_events", "workflow_trace_screenshot",
    "workflow_trace_context", ENDPOINTS, "workflow_data_bindings", "workflow_step_retries",
)  # fmt: skip
TABLES = (*NUMBERED, "organization", "user_workflow", "user_workflow_node")
NEXT = "SELECT setval(pg_get_serial_sequence('{0}', 'id'), coalesce(max(id), 1), max(id) > 0) FROM {0}"


def legacy_sql() -> str:
    """The legacy schema: several statements without parameters, for an empty database."""
    return f"{_file('legacy.sql')}\n{_file('keys.sql')}"


def build(
    connection: psycopg.Connection[Any], rows: int, seed: int = 1, *, endpoints: bool = True
) -> dict[str, int]:
    """Make the legacy schema in an empty database, filled as by ``fill``, in half the time.

    Without `endpoints` it is an installation that never had ``workflow_trace_endpoint``.
    """
    connection.execute(_file("legacy.sql").encode())
    made = fill(connection, rows, seed)
    connection.execute(_file("keys.sql").encode())
    if not endpoints:
        connection.execute(f"DROP TABLE {ENDPOINTS}".encode())
        del made[ENDPOINTS]
    return made


def fill(connection: psycopg.Connection[Any], rows: int, seed: int = 1) -> dict[str, int]:
    """Load ``rows`` traces, about 5 steps and 20 other rows each, into the empty legacy tables.

    The planner's statistics are brought up to date. The transaction is left to the caller: nothing is
    committed here.

    Returns the rows of each table by name. Raises ``ValueError`` if ``rows`` is negative and
    ``psycopg.errors.UniqueViolation`` if the tables are not empty.
    """
    if rows < 0:
        message = f"rows must not be negative, got {rows}"
        raise ValueError(message)
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute(_file("rows.sql").encode(), {"rows": rows, "seed": seed, **MADE_OF})
        for name in NUMBERED:
            cursor.execute(NEXT.format(name).encode())
        cursor.execute(f"ANALYZE {', '.join(TABLES)}".encode())
    return {name: _count(connection, name) for name in TABLES}


def _count(connection: psycopg.Connection[Any], table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
    return int(row[0]) if row else 0


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
