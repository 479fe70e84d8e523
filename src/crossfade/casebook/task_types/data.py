"""Believable rows for the legacy schema: skewed, with NULLs, old rows, many scripts and big JSON.

The server makes them itself, the same ones on both databases (``rows.sql``, ``rows_mariadb.sql``); what they
are made of is here.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["BIG_AT", "BIG_EVERY", "NAMES", "NOTES", "TABLES", "build", "fill", "legacy"]

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


def build(connection: Connection, rows: int, seed: int = 1) -> dict[str, int]:
    """Make the legacy schema in an empty database, filled as by ``fill``, in half the time on PostgreSQL."""
    if connection.dialect.name != "postgresql":
        legacy(connection)
        return fill(connection, rows, seed)
    _execute(connection, _file("legacy.sql"))
    made = fill(connection, rows, seed)
    _execute(connection, _file("keys.sql"))
    return made


def legacy(connection: Connection) -> None:
    """Make the legacy schema in an empty database."""
    if connection.dialect.name == "postgresql":
        _execute(connection, f"{_file('legacy.sql')}\n{_file('keys.sql')}")
    else:
        _execute(connection, *_statements(_file("legacy_mariadb.sql")))


def fill(connection: Connection, rows: int, seed: int = 1) -> dict[str, int]:
    """Load ``rows`` batch jobs and about twice as many traces into the empty legacy tables.

    The planner's statistics are brought up to date. The transaction is left to the caller: nothing is
    committed here, but on MariaDB, where the statistics commit.

    Returns the rows of each table by name. Raises ``ValueError`` if ``rows`` is negative and SQLAlchemy's
    ``IntegrityError`` if the tables are not empty.
    """
    if rows < 0:
        message = f"rows must not be negative, got {rows}"
        raise ValueError(message)
    words: dict[str, Any] = {
        "names": NAMES, "payers": PAYERS, "notes": NOTES, "errors": ERRORS, "events": EVENTS,
    }  # fmt: skip
    numbers = {"rows": rows, "seed": seed, "big_every": BIG_EVERY, "big_at": BIG_AT}
    name = "rows.sql"
    if connection.dialect.name != "postgresql":
        name = "rows_mariadb.sql"
        words = {word: json.dumps(each, ensure_ascii=False) for word, each in words.items()}
    for statement in _statements(_file(name)):
        connection.exec_driver_sql(statement, numbers | words).close()
    every = {table: connection.exec_driver_sql(f"SELECT count(*) FROM {table}") for table in TABLES}
    return {table: int(found.scalar_one()) for table, found in every.items()}


def _execute(connection: Connection, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def _statements(text: str) -> list[str]:
    """The statements of a file in which each ends where its line does."""
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))
    return [each.strip() for each in code.split(";\n") if each.strip(" ;\n")]


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
