"""Believable rows for the legacy schema, on either database: skewed, with NULLs, many scripts and big JSON.

The server makes them itself (``rows.sql``); what they are made of, and what its databases call it, is here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["BIG_AT", "BIG_EVERY", "NEWCOMERS", "TABLES", "build", "counts", "fill", "legacy_statements"]

NEWCOMERS = 40
"""The first users have no rows yet: each worker of the traffic is one of them."""
BIG_EVERY, BIG_AT = 997, 13
"""Every 997th interview, from the 13th, carries 10 to 50 kB of JSON (a prime: no batch size divides it)."""
TABLES = ("users", "recruitment_processes", "workflow_nodes", "interviews", "todos")
WORDS = {
    "names": [
        "Ada", "Zoë Müller", "Łukasz", "Ольга Петрова", "山田 太郎", "王小明", "سارة", "דנה", "🦊 Fox",
        "O'Neill", 'J. "Jo" Doe', r"back\slash", "100 % Real", "a;b -- c /* d */", "{x} $1", "tab\there",
    ],
    "companies": [
        "Northern Mutual", "Première Santé", "Müller & Söhne", "健康テック", "Вектор", "St. O'Hara", "7 %",
    ],
    "jobs": ["Backend engineer", "Data engineer", "Ingénieure", "Verkäufer (m/w/d)", "工程师", "Head of HR"],
    "statuses": ["open", "open", "open", "on hold", "hired", "closed"],
    "notes": [
        "Knows the team from a conference; asks about remote work. ",
        "Unterlagen fehlen noch: Zeugnis, Arbeitsprobe. ",
        "面接の日程を調整中。",
        "Très motivée, voir C:\\cv\\2024. ",
        "✅ coding, ⚠️ system design, ❌ notice period. ",
    ],
    "nodes": ["Application", "Screening", "Coding task", "Interview", "Reference call", "Offer"],
    "types": ["form", "call", "task", "meeting", "call", "decision"],
    "titles": ["Phone screen", "Technical interview", "Entretien", "最終面接", "Values", "Code review"],
    "modes": ["video", "video", "phone", "onsite"],
    "tasks": ["Send the résumé", "Call back", "書類を送る", "Prepare questions", "Book the room", "Write ✉"],
}  # fmt: skip


def build(connection: Connection, rows: int, seed: int = 1) -> dict[str, int]:
    """Make the legacy schema in an empty database and fill it; returns the rows of each table."""
    for statement in legacy_statements(connection.dialect.name):
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
    return fill(connection, rows, seed)


def legacy_statements(database: str) -> list[str]:
    """The legacy schema of this database ("postgresql" or "mariadb"), statement by statement."""
    if database == "postgresql":
        return [_file("legacy.sql")]
    return _statements(_file("legacy_mariadb.sql"))


def counts(rows: int) -> dict[str, int]:
    """How many rows of what are made where there are `rows` interviews; a process has 3 to 6 nodes."""
    return {
        "users": NEWCOMERS + max(10, rows // 20),
        "processes": max(1, rows // 5),
        "interviews": rows,
        "todos": max(1, rows * 3 // 4),
    }


def fill(connection: Connection, rows: int, seed: int = 1) -> dict[str, int]:
    """Load ``rows`` interviews, and what belongs to so many, into the empty legacy tables.

    The planner's statistics are brought up to date. The transaction is left to the caller. Returns the rows
    of each table by name. Raises ``ValueError`` if ``rows`` is less than 1, and SQLAlchemy's IntegrityError
    if the tables are not empty.
    """
    if rows < 1:
        message = f"rows must be positive, got {rows}"
        raise ValueError(message)
    ways = _POSTGRESQL if connection.dialect.name == "postgresql" else _MARIADB
    values = {"seed": seed, "newcomers": NEWCOMERS, "big_every": BIG_EVERY, "big_at": BIG_AT, **counts(rows)}
    for statement in _statements(_file("rows.sql")):
        written, words = _said(statement, ways, values)
        connection.exec_driver_sql(written, words)
    if connection.dialect.name == "postgresql":
        for table in TABLES:  # the rows have keys of their own
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            )
        connection.exec_driver_sql(f"ANALYZE {', '.join(TABLES)}")
    else:
        connection.exec_driver_sql(f"ANALYZE TABLE {', '.join(TABLES)}").close()
    every = {table: connection.exec_driver_sql(f"SELECT count(*) FROM {table}") for table in TABLES}
    return {table: int(found.scalar_one()) for table, found in every.items()}


Ways = Mapping[str, Callable[..., str]]


def _drawn(numbers: str, what: str, digit: str, moment: str) -> str:
    draws = ", ".join(f"{digit.format(1 + 4 * place)} AS d{place}" for place in range(8))
    return (
        f"(SELECT number, {draws}, {moment.format(digit.format(17))} AS made "
        f"FROM (SELECT seq AS number, md5(concat('{what} ', seq)) AS digest FROM {numbers}) AS made) AS drawn"
    )


_POSTGRESQL: Ways = {
    "numbers": lambda last: f"generate_series(1, {last}) AS seq",
    "drawn": lambda what, last: _drawn(
        f"generate_series(1, {last}) AS seq",
        what,
        "('x' || substr(digest, {}, 4))::bit(16)::bigint",
        "timestamptz '2019-01-01 00:00+00' + interval '1 second' * ({} * 3000 + mod(number, 3000))",
    ),
    "after": lambda moment, many, unit: f"{moment} + interval '1 {unit}' * ({many})",
    "pick": lambda words, many, draw: f"(CAST(%({words})s AS text[]))[1 + mod({draw}, {many})]",
    "whole": lambda number: f"CAST({number} AS integer)",
    "object": lambda: "jsonb_build_object",
    "array": lambda: "jsonb_build_array",
}
_MARIADB: Ways = {
    "numbers": lambda last: f"seq_1_to_{last}",
    "drawn": lambda what, last: _drawn(
        f"seq_1_to_{last}",
        what,
        "CAST(CONV(SUBSTR(digest, {}, 4), 16, 10) AS SIGNED)",
        "TIMESTAMP '2019-01-01 00:00:00' + INTERVAL ({} * 3000 + MOD(number, 3000)) SECOND",
    ),
    "after": lambda moment, many, unit: f"{moment} + INTERVAL ({many}) {unit}",
    "pick": lambda words, many, draw: (
        f"ELT(1 + MOD({draw}, {many}), {', '.join(f'%({words}_{place})s' for place in range(many))})"
    ),
    "whole": lambda number: number,
    "object": lambda: "JSON_OBJECT",
    "array": lambda: "JSON_ARRAY",
}


def _said(statement: str, ways: Ways, values: Mapping[str, int]) -> tuple[str, dict[str, Any]]:
    """The statement as the database says it, and its parameters."""
    given: dict[str, Any] = {}

    def way(found: re.Match[str]) -> str:
        what, arguments = found[1], (found[2] or "").split(" | ")
        if what == "value":
            return str(values[arguments[0]])
        if what == "owner":  # the cube of a draw
            cube = f"((({arguments[0]} * {arguments[0]}) >> 16) * {arguments[0]}) >> 16"
            users = values["users"] - values["newcomers"]
            return f"{values['newcomers'] + 1} + ((({cube}) * {users}) >> 16)"
        if what == "drawn":
            return ways[what](f"{values['seed']} {arguments[0]}", values[arguments[1]])
        if what == "pick":
            kind, words = arguments[0], WORDS[arguments[0]]
            given.update({kind: words} | {f"{kind}_{place}": each for place, each in enumerate(words)})
            return ways[what](kind, len(words), arguments[1])
        return ways[what](*filter(None, arguments))

    return re.sub(r"\{(\w+)(?:: ([^{}]*))?\}", way, statement), given


def _statements(text: str) -> list[str]:
    """The statements of a file in which each ends where its line does."""
    code = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return [each.strip() for each in code.split(";\n") if each.strip()]


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
