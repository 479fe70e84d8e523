"""All that a database is, and those that Crossfade makes beside it, as text: a line for each thing.

Moments in time are left out, and what counts statements; names, definitions, grants, every row of every table
and what the journal says has been done are not.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.mariadb.sessions import Session

CATALOGUE = {
    "SCHEMATA": ("SCHEMA_NAME", "CREATE_TIME"),
    "TABLES": (
        "TABLE_SCHEMA",
        """CREATE_TIME UPDATE_TIME CHECK_TIME TABLE_ROWS AVG_ROW_LENGTH DATA_LENGTH MAX_DATA_LENGTH
        INDEX_LENGTH DATA_FREE AUTO_INCREMENT MAX_INDEX_LENGTH CHECKSUM VERSION""",
    ),
    "COLUMNS": ("TABLE_SCHEMA", ""),
    "STATISTICS": ("TABLE_SCHEMA", "CARDINALITY"),
    "TRIGGERS": ("TRIGGER_SCHEMA", "CREATED SQL_MODE"),
    "VIEWS": ("TABLE_SCHEMA", ""),
    "ROUTINES": ("ROUTINE_SCHEMA", "CREATED LAST_ALTERED"),
    "TABLE_CONSTRAINTS": ("TABLE_SCHEMA", ""),
    "KEY_COLUMN_USAGE": ("TABLE_SCHEMA", ""),
    "REFERENTIAL_CONSTRAINTS": ("CONSTRAINT_SCHEMA", ""),
    "CHECK_CONSTRAINTS": ("CONSTRAINT_SCHEMA", ""),
    "SCHEMA_PRIVILEGES": ("TABLE_SCHEMA", ""),
    "TABLE_PRIVILEGES": ("TABLE_SCHEMA", ""),
    "COLUMN_PRIVILEGES": ("TABLE_SCHEMA", ""),
}
JOURNAL = (
    # The plan holds estimates.
    "SELECT 'evolution', name, fingerprint, state, run, lease_holder FROM {}.evolution",
    """SELECT 'complement', evolution, table_name, `change`, row_key, old_values, new_values, state
    FROM {}.complement""",
    "SELECT 'seed', evolution, table_name, row_key, image, state FROM {}.seed",
    # The history is told by what has ended: an interrupted command has begun and compared more often.
    """SELECT 'event', run, command, kind, position, step, COUNT(*) FROM {}.event
    WHERE kind = 'arrived' OR kind = 'ended' AND step NOT LIKE 'compare%'
    GROUP BY run, command, kind, position, step""",
)


def picture(session: Session) -> tuple[str, ...]:
    """The lines, sorted."""
    lines = [line for relation in CATALOGUE for line in _of(session, relation)]
    for query in JOURNAL:
        lines += _lines("", session.rows(query.format(f"`_crossfade_{session.shop}`")))
    return tuple(sorted([*lines, *contents(session)]))


def without_journal(session: Session) -> tuple[str, ...]:
    """The same of all that is not the journal's, which may be there or not."""
    lines = [line for relation in CATALOGUE for line in _of(session, relation)]
    others = [line for line in lines if f"_crossfade_{session.shop}" not in line]
    return tuple(sorted([*others, *contents(session)]))


def contents(session: Session) -> tuple[str, ...]:
    """Every row of every table and view, but the journal's."""
    named = session.rows(
        "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES "
        "WHERE TABLE_SCHEMA = %s OR TABLE_SCHEMA LIKE %s",
        session.shop,
        f"{session.shop}\\_\\_%",
    )
    lines: list[str] = []
    for schema, name in named:
        lines += _lines(f"row of {schema}.{name}", session.rows(f"SELECT * FROM `{schema}`.`{name}`"))
    return tuple(sorted(lines))


def _of(session: Session, relation: str) -> list[str]:
    place, without = CATALOGUE[relation]
    names = [
        name
        for (name,) in session.rows(
            "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'information_schema' "
            "AND TABLE_NAME = %s ORDER BY ORDINAL_POSITION",
            relation,
        )
        if name not in without.split()
    ]
    columns = ", ".join(f"`{name}`" for name in names)
    like = (session.shop, f"{session.shop}\\_\\_%", f"\\_crossfade\\_{session.shop}")
    query = (
        f"SELECT {columns} FROM information_schema.{relation} "
        f"WHERE {place} = %s OR {place} LIKE %s OR {place} LIKE %s"
    )
    return _lines(relation, session.rows(query, *like))


def _lines(head: str, rows: Iterable[tuple[Any, ...]]) -> list[str]:
    return [" ".join([head, *map(repr, row)]) for row in rows]
