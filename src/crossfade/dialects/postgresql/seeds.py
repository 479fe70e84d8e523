"""Seeding through the new version, and taking back what nobody has touched since.

The image of each seeded row, as the new version shows it, is kept in the journal: a row that still
equals its image is untouched, and a row that was taken away comes back as it was, its key included.
"""

from __future__ import annotations

import json
from itertools import groupby

from crossfade.dialects.postgresql.quoting import ident, idents, literal, table
from crossfade.steps import Role, SeedLookup, SeedRows, Statement, UnseedLookup, UnseedRows

SEED = "crossfade.seed"

Seed = SeedRows | SeedLookup
Unseed = UnseedRows | UnseedLookup


def seed(step: Seed) -> tuple[Statement, ...]:
    """Bring back what a rollback took away, then insert what is not there, each with its image."""
    view = _view(step)
    rows = [json.loads(row) for row in step.rows]
    declared = _records(view, rows)
    again = (
        f"INSERT INTO {view} ({idents(step.columns)}) OVERRIDING SYSTEM VALUE "
        f"SELECT {_of_row('r', step.columns)} FROM {SEED} AS s, "
        f"LATERAL jsonb_populate_record(NULL::{view}, s.image) r "
        f"JOIN {declared} d ON {_same_key(step.key, 'd', 'r')} WHERE {_of(step)} AND s.state = 'removed' "
        f"AND {_absent(step, view)}"
    )
    inserts = [again]
    for given, group in groupby(sorted(rows, key=sorted), key=lambda row: tuple(sorted(row))):
        inserts.append(
            f"INSERT INTO {view} ({idents(given)}) SELECT {_of_row('r', given)} "
            f"FROM {_records(view, list(group))} r WHERE {_absent(step, view)}"
        )
    return (
        # On the search path, the namespace tells the sync that a NULL is one that the new side means.
        Statement(
            f"SET LOCAL search_path = {idents(dict.fromkeys((step.namespace, step.table.schema)))}",
            Role.SETTING,
        ),
        *(Statement(_with_image(step, insert), lock="ROW EXCLUSIVE") for insert in inserts),
        Statement("SET LOCAL search_path = DEFAULT", Role.SETTING),
    )


def unseed(step: Unseed) -> tuple[Statement, ...]:
    """Lock the seeded rows, then take away those that equal their image and that nothing refers to.

    Two statements, so that the second sees what was committed before the lock was had.
    """
    view = _view(step)
    seeded = (
        f"{SEED} AS s, LATERAL jsonb_populate_record(NULL::{view}, s.image) r "
        f"WHERE {_of(step)} AND s.state = 'present' AND {_same_key(step.key, 't', 'r')}"
    )
    unreferenced = "".join(
        f" AND NOT EXISTS (SELECT FROM {table(other)} AS o WHERE {_matched(theirs, ours)})"
        for other, theirs, ours in step.references
    )
    return (
        Statement(
            f"SELECT s.row_key FROM {view} AS t, {seeded} FOR UPDATE OF t",
            Role.SETTING,
            lock="ROW SHARE",
            blocks="writes to the seeded rows",
        ),
        Statement(
            f"WITH gone AS (DELETE FROM {view} AS t USING {seeded} AND to_jsonb(t) = s.image{unreferenced} "
            f"RETURNING s.row_key) UPDATE {SEED} AS s SET state = CASE WHEN EXISTS "
            "(SELECT FROM gone WHERE gone.row_key = s.row_key) THEN 'removed' WHEN EXISTS "
            f"(SELECT FROM {view} AS t, LATERAL jsonb_populate_record(NULL::{view}, s.image) r "
            f"WHERE {_same_key(step.key, 't', 'r')}) THEN 'left' ELSE 'absent' END "
            f"WHERE {_of(step)} AND s.state = 'present' RETURNING s.row_key, s.state",
            lock="ROW EXCLUSIVE",
        ),
    )


def _with_image(step: Seed, insert: str) -> str:
    key = ", ".join(f"{literal(each)}, m.{ident(each)}::text" for each in step.key)
    return (
        f"WITH made AS ({insert} ON CONFLICT DO NOTHING RETURNING *) "
        f"INSERT INTO {SEED} (evolution, table_name, row_key, image, state) "
        f"SELECT {literal(step.evolution)}, {literal(str(step.table))}, jsonb_build_object({key})::text, "
        "to_jsonb(m), 'present' FROM made m ON CONFLICT (evolution, table_name, row_key) "
        "DO UPDATE SET image = excluded.image, state = excluded.state"
    )


def _view(step: Seed | Unseed) -> str:
    return table(step.view)


def _of(step: Seed | Unseed) -> str:
    return f"s.evolution = {literal(step.evolution)} AND s.table_name = {literal(str(step.table))}"


def _records(view: str, rows: list[dict[str, object]]) -> str:
    text = json.dumps(rows, ensure_ascii=False, sort_keys=True)
    return f"jsonb_populate_recordset(NULL::{view}, {literal(text)}::jsonb)"


def _absent(step: Seed, view: str) -> str:
    return f"NOT EXISTS (SELECT FROM {view} AS t WHERE {_same_key(step.key, 't', 'r')})"


def _same_key(key: tuple[str, ...], one: str, other: str) -> str:
    return " AND ".join(f"{one}.{ident(each)} = {other}.{ident(each)}" for each in key)


def _matched(theirs: tuple[str, ...], ours: tuple[str, ...]) -> str:
    return " AND ".join(f"o.{ident(their)} = t.{ident(our)}" for their, our in zip(theirs, ours, strict=True))


def _of_row(row: str, columns: tuple[str, ...]) -> str:
    return ", ".join(f"{row}.{ident(each)}" for each in columns)
