"""The statements of batched steps: one short transaction for each range of the key.

`FIRST` and `LAST` find the ends, `NEXT` where a batch of `batch` rows ends and the next begins,
`WORK` does the range from `lo` to `hi`, both included. Keys travel as text.
"""

from __future__ import annotations

from collections.abc import Sequence

from crossfade.dialects.postgresql import values
from crossfade.dialects.postgresql.lookup_values import called
from crossfade.dialects.postgresql.quoting import bound, ident, literal, parameter, table
from crossfade.expressions import LookupValue
from crossfade.lens import Law, RowLens
from crossfade.schema import Column, TableName
from crossfade.steps import Compare, CopyRows, KeepComplement, RestoreComplement, Role, Statement

COMPLEMENT = "crossfade.complement"


def copy_rows(step: CopyRows) -> tuple[Statement, ...]:
    """Fill the new columns of rows that have none; a value that stands is written over only to repair."""
    todo = [
        _astray(lens, step.columns) if step.repair else values.unfilled(lens, values.WRITTEN, step.columns)
        for lens in step.lenses
    ]
    assignments = []
    for lens, condition in zip(step.lenses, todo, strict=True):
        # The condition may be out of date, where a lookup's row is edited meanwhile; what is written may not.
        for column, sql in values.forward(lens, values.GIVEN, step.columns):
            name = ident(column.name)
            alone = len(step.lenses) == 1
            assignments.append(
                f"{name} = {sql if alone else f'CASE WHEN {condition} THEN {sql} ELSE t.{name} END'}"
            )
    where = " OR ".join(f"({condition})" for condition in todo)
    return (
        *ends(step.table, step.key),
        *quietly(skip_triggers=step.skip_triggers),
        following(step.table, step.key),
        batched(
            f"UPDATE {table(step.table)} AS t SET {', '.join(assignments)} "
            f"WHERE {within(step.key)} AND ({where})",
            lock="ROW EXCLUSIVE",
            blocks="writes to the rows of the batch",
        ),
        counted(step.table, step.key),
    )


def compare(step: Compare) -> tuple[Statement, ...]:
    """Count the rows of a range and those whose sides disagree, in one snapshot."""
    row, settings = _reading(step.lenses)
    wrong = " OR ".join(f"NOT ({_right(lens, step, row)})" for lens in step.lenses)
    key = ", ".join(f"t.{ident(each.name)}::text" for each in step.key)
    sides = ", ".join(
        f"t.{ident(column.name)}::text" for lens in step.lenses for column in (*lens.old, *lens.new)
    )
    source = f"FROM {table(step.table)} AS t WHERE {within(step.key)}"
    return (
        Statement("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", Role.SETTING),
        *settings,
        *ends(step.table, step.key),
        following(step.table, step.key),
        batched(f"SELECT count(*), count(*) FILTER (WHERE {wrong}) {source}"),
        batched(
            f"SELECT {key}, {sides} {source} AND ({wrong}) ORDER BY {_order(step.key)} "
            f"LIMIT {parameter('batch')}",
            Role.SAMPLE,
        ),
    )


def keep_complement(step: KeepComplement) -> tuple[Statement, ...]:
    """Write what only the new side holds to the journal, with the old values of the moment."""
    works = []
    row, settings = _reading(step.lenses)
    for lens in step.lenses:
        where = values.kept(lens, row, step.columns)
        works.append(
            batched(
                f"INSERT INTO {COMPLEMENT} AS c "
                "(evolution, table_name, change, row_key, old_values, new_values, state) "
                f"SELECT {literal(step.evolution)}, {literal(str(step.table))}, {literal(lens.change)}, "
                f"{key_json(step.key)}, {_json(lens.old)}, {_json(lens.new)}, 'kept' "
                f"FROM {table(step.table)} AS t WHERE {within(step.key)} AND ({where}) "
                # What an earlier rollback kept, and an interrupted start has not brought back yet, stays.
                "ON CONFLICT (evolution, table_name, change, row_key) DO NOTHING"
            )
        )
    return (
        Statement(f"DELETE FROM {COMPLEMENT} AS c WHERE {_of(step)} AND c.state <> 'kept'", Role.BEFORE),
        *settings,
        *ends(step.table, step.key),
        following(step.table, step.key),
        *works,
        counted(step.table, step.key),
    )


def restore_complement(step: RestoreComplement) -> tuple[Statement, ...]:
    """Bring kept values back, a lens at a time, where the old side is as it was when they were kept."""
    works = []
    for lens in step.lenses:
        of = f"{_of(step)} AND c.change = {literal(lens.change)}"
        key = " AND ".join(
            f"t.{ident(column.name)} = (p.row_key::jsonb ->> {number})::{column.type}"
            for number, column in enumerate(step.key)
        )
        unmoved = "".join(
            f" AND t.{ident(column.name)}::text IS NOT DISTINCT FROM p.old_values ->> {number}"
            for number, column in enumerate(lens.old)
        )
        assignments = ", ".join(
            f"{ident(column.name)} = (p.new_values ->> {number})::{column.type}"
            for number, column in enumerate(lens.new)
        )
        works.append(
            batched(
                "WITH picked AS MATERIALIZED (SELECT c.row_key, c.old_values, c.new_values "
                f"FROM {COMPLEMENT} AS c "
                f"WHERE {of} AND c.state = 'kept' ORDER BY c.row_key LIMIT {parameter('batch')}), "
                f"restored AS (UPDATE {table(step.table)} AS t SET {assignments} FROM picked p "
                f"WHERE {key}{unmoved}{_stands(lens)} RETURNING p.row_key) "
                f"UPDATE {COMPLEMENT} AS c SET state = CASE WHEN EXISTS (SELECT FROM restored r "
                "WHERE r.row_key = c.row_key) THEN 'restored' ELSE 'superseded' END FROM picked p "
                f"WHERE c.row_key = p.row_key AND {of} RETURNING c.state",
                lock="ROW EXCLUSIVE",
                blocks="writes to the rows of the batch",
            )
        )
    return (*quietly(skip_triggers=step.skip_triggers), *works)


def _stands(lens: RowLens) -> str:
    """That the lookup's row to which a kept key refers is there, and still stands for the old value."""
    told = {each.value.column: each for each in lens.backward if isinstance(each.value, LookupValue)}
    conditions = ""
    for number, column in enumerate(lens.new):
        if (each := told.get(column.name)) is None or not isinstance(each.value, LookupValue):
            continue
        value, kept = each.value, f"(p.new_values ->> {number})::{column.type}"
        conditions += (
            f" AND (p.new_values ->> {number} IS NULL OR (t.{ident(each.column)} = {called(value, kept)} "
            f"AND EXISTS (SELECT FROM {table(value.lookup)} AS l WHERE l.{ident(value.key)} = {kept})))"
        )
    return conditions


def _astray(lens: RowLens, columns: Sequence[str]) -> str:
    # Nothing at all agrees with nothing at all, and is no value for a NOT NULL column.
    needed = lens.new if lens.law is not Law.FORWARD else ()
    missing = [f"t.{ident(each.name)} IS NULL" for each in needed if not each.nullable]
    if lens.law is Law.FREE:
        return " OR ".join(missing) or "false"
    return " OR ".join([f"NOT ({values.agree(lens, values.WRITTEN, columns)})", *missing])


def _reading(lenses: Sequence[RowLens]) -> tuple[values.Row, tuple[Statement, ...]]:
    """The row of a statement that only reads the table, and the setting that it needs."""
    if not all(map(values.qualifies, lenses)):
        return values.WRITTEN, ()  # a user's SQL is under the path that the user gave the role
    return values.READ, (Statement(f"SET LOCAL search_path = {values.SAFE_PATH}", Role.SETTING),)


def _right(lens: RowLens, step: Compare, row: values.Row) -> str:
    agree = values.agree(lens, row, step.columns)
    if not (step.fresh and lens.copied):
        return agree
    brought_back = (
        f"EXISTS (SELECT FROM {COMPLEMENT} AS c WHERE {_of(step)} AND c.change = {literal(lens.change)} "
        f"AND c.state = 'restored' AND c.row_key = {key_json(step.key)})"
    )
    return f"CASE WHEN {values.unfilled(lens, row, step.columns)} THEN {brought_back} ELSE {agree} END"


def _of(step: Compare | KeepComplement | RestoreComplement) -> str:
    return f"c.evolution = {literal(step.evolution)} AND c.table_name = {literal(str(step.table))}"


def ends(of: TableName, key: Sequence[Column]) -> tuple[Statement, ...]:
    """The first key of a table, and the last."""
    shown = ", ".join(f"t.{ident(each.name)}::text" for each in key)
    source = f"FROM {table(of)} AS t"
    backwards = ", ".join(f"t.{ident(each.name)} DESC" for each in key)
    return (
        Statement(f"SELECT {shown} {source} ORDER BY {_order(key)} LIMIT 1", Role.FIRST, "ACCESS SHARE"),
        Statement(f"SELECT {shown} {source} ORDER BY {backwards} LIMIT 1", Role.LAST, "ACCESS SHARE"),
    )


def following(of: TableName, key: Sequence[Column]) -> Statement:
    """Where a batch of the range ends, and where the next begins."""
    shown = ", ".join(f"t.{ident(each.name)}::text" for each in key)
    return batched(
        f"SELECT {shown} FROM {table(of)} AS t WHERE {within(key)} ORDER BY {_order(key)} "
        f"OFFSET {parameter('batch')} - 1 LIMIT 2",
        Role.NEXT,
    )


def counted(of: TableName, key: Sequence[Column]) -> Statement:
    """The number of rows of the range."""
    return batched(f"SELECT count(*) FROM {table(of)} AS t WHERE {within(key)}", Role.COUNT)


def quietly(*, skip_triggers: bool) -> tuple[Statement, ...]:
    """The user's triggers and the sync stay out of it. A batch commits with its watermark, so that
    losing both in a crash of the server loses nothing: the commit need not wait for the disk.
    """
    settings = ["crossfade.sync = 'off'", "synchronous_commit = 'off'"]
    if skip_triggers:
        settings.append("session_replication_role = 'replica'")
    # In one go: a batch is short, and each trip to the server would be a part of it.
    return (Statement("; ".join(f"SET LOCAL {each}" for each in settings), Role.SETTING),)


def batched(
    sql: str, role: Role = Role.WORK, *, lock: str = "ACCESS SHARE", blocks: str = "nothing"
) -> Statement:
    """A statement with parameters."""
    return Statement(bound(sql), role, lock, blocks, bound=True)


def _order(key: Sequence[Column]) -> str:
    return ", ".join(f"t.{ident(each.name)}" for each in key)


def within(key: Sequence[Column]) -> str:
    """The condition that the row `t` is of the range."""

    def side(prefix: str) -> str:
        marks = ", ".join(
            f"{parameter(f'{prefix}_{number}')}::{column.type}" for number, column in enumerate(key)
        )
        return f"({marks})" if len(key) > 1 else marks

    columns = f"({_order(key)})" if len(key) > 1 else _order(key)
    return f"{columns} >= {side('lo')} AND {columns} <= {side('hi')}"


def key_json(key: Sequence[Column]) -> str:
    """The key of the row `t`, as the journal holds it."""
    return f"{_json(key)}::text"


def _json(columns: Sequence[Column]) -> str:
    return f"jsonb_build_array({', '.join(f't.{ident(each.name)}::text' for each in columns)})"
