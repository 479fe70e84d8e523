"""Expressions that read other tables: each name means one thing, for any row and under any search path."""

import pytest

from crossfade import expressions
from crossfade.expressions import Sql
from crossfade.schema import Column, Schema, Table, TableName

TRACES, BATCHES, T = TableName("public", "traces"), TableName("public", "batches"), TableName("Odd.one", "t")


def _table(name: TableName, *columns: str) -> Table:
    return Table(name, tuple(Column(each, "text") for each in columns), (columns[0],))


ROW = _table(TRACES, "id", "batch_id", "kind", "event")
SCHEMA = Schema(
    "postgresql",
    (18,),
    (ROW, _table(BATCHES, "id", "kind", "Odd name"), _table(T, "id", "event", "kind")),
    search_path=("public", "Odd.one"),
)


def read(text: str) -> Sql:
    return expressions.user_sql(text, "text", ROW, "postgresql", "", schema=SCHEMA)


def written(given: Sql, row: str = "NEW") -> str:
    return expressions.for_row(given, row, [each.name for each in ROW.columns])


FROM_BATCHES = 'FROM "public"."batches" AS "batches"'
CASES = {
    "a row of another table": (
        "(SELECT kind FROM batches WHERE batches.id = traces.batch_id)",
        f'(SELECT "batches"."kind" {FROM_BATCHES} WHERE "batches"."id" = NEW."batch_id")',
        {"batch_id"},
    ),
    "a name alone is of the innermost table that has it": (
        "(SELECT kind FROM batches b WHERE id = batch_id AND event = 'x')",
        """(SELECT "b"."kind" FROM "public"."batches" AS "b"
        WHERE "b"."id" = NEW."batch_id" AND NEW."event" = 'x')""",
        {"batch_id", "event"},
    ),
    "what a trigger, and a backfill, calls its row": (
        """(SELECT max(new.kind) FROM "Odd.one".t AS new JOIN batches t ON t.id = new.id
        WHERE new.event = traces.event)""",
        """(SELECT max("new_"."kind") FROM "Odd.one"."t" AS "new_" JOIN "public"."batches" AS "t_"
        ON "t_"."id" = "new_"."id" WHERE "new_"."event" = NEW."event")""",
        {"event"},
    ),
    "a subquery in a subquery": (
        """coalesce(kind, (SELECT count(*)::text FROM batches WHERE EXISTS (SELECT 1 FROM t WHERE
        t.kind = batches.kind AND "Odd name" = traces.kind ORDER BY kind)))""",
        f"""coalesce(NEW."kind", (SELECT count(*)::text {FROM_BATCHES} WHERE EXISTS (SELECT 1
        FROM "Odd.one"."t" AS "t_" WHERE "t_"."kind" = "batches"."kind"
        AND "batches"."Odd name" = NEW."kind" ORDER BY "t_"."kind")))""",
        {"kind"},
    ),
    "ORDER BY may name what is selected": (
        "(SELECT upper(kind) AS event FROM batches ORDER BY event LIMIT 1)",
        f'(SELECT upper("batches"."kind") AS event {FROM_BATCHES} ORDER BY event LIMIT 1)',
        set[str](),
    ),
    "ORDER BY of an aggregate names what is read": (
        "(SELECT string_agg(kind, ',' ORDER BY event) AS event FROM batches ORDER BY event)",
        """(SELECT string_agg("batches"."kind", ',' ORDER BY NEW."event") AS event
        FROM "public"."batches" AS "batches" ORDER BY event)""",
        {"event"},
    ),
    "IN": (
        "CASE WHEN batch_id IN (SELECT id FROM batches) THEN 'a' END",
        f"""CASE WHEN NEW."batch_id" IN (SELECT "batches"."id" {FROM_BATCHES}) THEN 'a' END""",
        {"batch_id"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_name_is_written_out(name: str) -> None:
    text, sql, reads = CASES[name]
    given, flat = read(text), " ".join(sql.split())
    assert " ".join(written(given).split()) == flat
    assert " ".join(written(given, "t").split()) == flat.replace("NEW.", "t.")
    assert given.reads == reads


def test_tables_are_known_by_what_is_read_of_them() -> None:
    given = read("(SELECT count(*) FROM t, batches AS b WHERE b.kind = event)")
    assert given.tables == (T, BATCHES)
    assert given.elsewhere == ((BATCHES, "kind"), (T, "event"))
    assert not expressions.is_constant(given)
    assert expressions.read_by('(SELECT 1 FROM "Odd.one".t, Batches) || (SELECT 2 FROM batches)') == (
        '"Odd.one".t',
        "batches",
        "Batches",  # as MariaDB takes it
    )
    assert expressions.read_by("(SELECT") == ()


def test_columns_of_other_tables_are_followed() -> None:
    given = read("(SELECT b.kind FROM batches AS b WHERE b.id = batch_id AND b.kind <> event)")
    others = {BATCHES: {"kind": 'was "kind"', "event": "not this one"}, TRACES: {"batch_id": "nor this"}}
    now = expressions.renamed_sql(given, {"batch_id": "was_batch", "kind": "not this one"}, others)
    assert written(now, "t") == (
        '(SELECT "b"."was ""kind""" FROM "public"."batches" AS "b" '
        'WHERE "b"."id" = t."was_batch" AND "b"."was ""kind""" <> t."event")'
    )
    assert now.elsewhere == ((BATCHES, 'was "kind"'), (BATCHES, "id"))
    assert expressions.renamed_sql(given, {"kind": "other"}, {T: {"kind": "other"}}) is given


def test_tables_are_followed() -> None:
    given = read('(SELECT b.kind FROM batches AS b, "Odd.one".t WHERE t.id = b.id AND b.id = batch_id)')
    jobs = TableName("public", "jobs")
    now = expressions.of_tables(given, {BATCHES: jobs})
    assert written(now) == (
        '(SELECT "b"."kind" FROM "public"."jobs" AS "b", "Odd.one"."t" AS "t_" '
        'WHERE "t_"."id" = "b"."id" AND "b"."id" = NEW."batch_id")'
    )
    assert now.tables == (jobs, T)
    assert expressions.of_tables(given, {TRACES: jobs}) is given


@pytest.mark.parametrize(
    ("condition", "fails"),
    [
        ("(kind IS NULL)", False),
        ("(kind = 'b'::text)", True),
        ("((event > 'a') AND (kind = ANY (ARRAY['a'::text])))", True),
        ("(((kind)::text <> 'a') AND (event IS NULL))", True),
        ("((kind = 'a') OR (event = 'b'))", False),
        ("(NOT kind)", False),
        ("(coalesce(kind, 'a') = 'a')", False),
        ("(event = 'a')", False),
    ],
)
def test_whether_a_condition_can_hold_of_null(condition: str, *, fails: bool) -> None:
    assert expressions.fails_on_null(condition, "kind", "postgresql") is fails
