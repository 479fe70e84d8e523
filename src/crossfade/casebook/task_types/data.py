"""Believable rows for the legacy schema: skewed, with NULLs, old rows, many scripts and big JSON.

The server makes them itself (``rows.sql``); what they are made of is here.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import psycopg

__all__ = ["BIG_AT", "BIG_EVERY", "NAMES", "NOTES", "build", "fill", "legacy_sql"]

BIG_EVERY, BIG_AT = 997, 13
"""Every 997th job, from the 13th, carries 10 to 50 kB of JSON (a prime: no batch size divides it)."""
NAMES = [
    "Nightly eligibility", "Claim status sweep", "Prior auth follow-up", "Monday catch-up", "Denials, week 3",
    "Müller & Söhne, Quartal", "Przegląd roszczeń", "Проверка полисов", "資格確認バッチ", "理赔状态",
    "مراجعة المطالبات", "בדיקת זכאות (v2)", "청구 조회", "🩺 Intake",
    "O'Neill's \"urgent\" list", r"C:\rcm\in\batch",
    "100 % of payer 7?", "a;b -- c /* d */", ":name %(x)s {y} $1", "tab\there", "two\nlines",
]  # fmt: skip
PAYERS = ["Northern Mutual", "Première Santé", "Krankenkasse Süd", "健康保険組合", 'Payer "7"', "St. O'Hara"]
NOTES = [
    "The member id has changed; ask again with the new one. ",
    "Ablehnung: Unterlagen fehlen. ",
    "保険者からの回答待ち。",
    "Résumé joint, voir C:\\docs\\2024. ",
    "✅ paid, ⚠️ partly, ❌ denied. ",
]
ERRORS = ["timeout after 30 s", "payer refused: 権限がありません", 'code "A7:21"', None]
EVENTS = ["queued", "claimed", "sent", "answered", "posted", "appealed", "reopened", "closed"]
TABLES = ("batch_job", "rcm_trace", "task_type")


def legacy_sql() -> str:
    """The legacy schema: several statements without parameters, for an empty database."""
    return f"{_file('legacy.sql')}\n{_file('keys.sql')}"


def build(connection: psycopg.Connection[Any], rows: int, seed: int = 1) -> dict[str, int]:
    """Make the legacy schema in an empty database, filled as by ``fill``, in half the time."""
    connection.execute(_file("legacy.sql").encode())
    made = fill(connection, rows, seed)
    connection.execute(_file("keys.sql").encode())
    return made


def fill(connection: psycopg.Connection[Any], rows: int, seed: int = 1) -> dict[str, int]:
    """Load ``rows`` batch jobs and about twice as many traces into the empty legacy tables.

    The planner's statistics are brought up to date. The transaction is left to the caller: nothing is
    committed here.

    Returns the rows of each table by name. Raises ``ValueError`` if ``rows`` is negative and
    ``psycopg.errors.UniqueViolation`` if the tables are not empty.
    """
    if rows < 0:
        message = f"rows must not be negative, got {rows}"
        raise ValueError(message)
    made_of = {"names": NAMES, "payers": PAYERS, "notes": NOTES, "errors": ERRORS, "events": EVENTS}
    given = {"rows": rows, "seed": seed, "big_every": BIG_EVERY, "big_at": BIG_AT, **made_of}
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute(_file("rows.sql").encode(), given)
    return {name: _count(connection, name) for name in TABLES}


def _count(connection: psycopg.Connection[Any], table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
    return int(row[0]) if row else 0


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
