"""EnumToReference's variants on a real server: other sources, keys, ways back, and a lookup that is made."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

from crossfade import EnumToReference, Evolution, commands
from crossfade.errors import CrossfadeError, EvolutionError, SchemaMismatch, Unsupported
from tests.concurrency.watching import Session, opened, rows, value

KINDS = "CREATE TABLE kinds (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text UNIQUE, label text);"
JOBS = """
CREATE TABLE jobs (id int PRIMARY KEY, kind text{});
INSERT INTO jobs VALUES (1, 'a'), (2, 'b'), (3, 'a');
"""
AB = {"a": {"code": "A"}, "b": {"code": "B"}}


def evolution(**given: object) -> Evolution:
    values = {"lookup": "kinds", "rows": AB, **given}
    return Evolution("refer", changes=[EnumToReference("jobs", "kind", "kind_id", **values)])  # type: ignore[arg-type]


@pytest.fixture
def old(database: str) -> Iterator[Session]:
    with opened(database) as session:
        yield session


def new(database: str) -> Session:
    return opened(database, version="refer")


def catalogue(session: Session) -> list[tuple[object, ...]]:
    return rows(
        session,
        """
        SELECT 'column', c.relname, attname, format_type(atttypid, atttypmod), attnotnull
        FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
        WHERE nspname = 'public' AND attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'i')
        UNION ALL
        SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT 'trigger', relname, tgname, '', true
        FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
        WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace
        UNION ALL SELECT 'function', '', proname, '', true
        FROM pg_proc p WHERE pronamespace = to_regnamespace('crossfade')
        AND proname ~ '^(key|value|guard|sync)_' ORDER BY 1, 2, 3
        """,
    )


def test_a_text_with_the_rows_as_its_way_back(database: str, old: Session) -> None:
    old.execute(KINDS + JOBS.format(" NOT NULL"))
    before = catalogue(old)
    commands.start(evolution(), database)
    with new(database) as application:
        assert rows(
            application, "SELECT j.id, code FROM jobs j JOIN kinds k ON k.id = kind_id ORDER BY 1"
        ) == [
            (1, "A"),
            (2, "B"),
            (3, "A"),
        ]
        application.execute("INSERT INTO jobs SELECT 4, id FROM kinds WHERE code = 'B'")
        assert value(old, "SELECT kind FROM jobs WHERE id = 4") == "b"
        application.execute("INSERT INTO kinds (code) VALUES ('C')")
        with pytest.raises(psycopg.errors.CheckViolation, match="has no value for it"):
            application.execute("INSERT INTO jobs SELECT 5, id FROM kinds WHERE code = 'C'")
        with pytest.raises(
            psycopg.errors.CheckViolation, match=r"jobs\.kind can't be 'z': no row of public\.kinds"
        ):
            old.execute("INSERT INTO jobs VALUES (5, 'z')")
        application.execute("DELETE FROM kinds WHERE code = 'C'")
    commands.rollback("refer", database)
    assert catalogue(old) == before
    assert value(old, "SELECT count(*) FROM kinds") == 0


def test_a_text_with_a_row_for_the_rest(database: str, old: Session) -> None:
    old.execute(KINDS + JOBS.format("") + "INSERT INTO jobs VALUES (4, 'z'), (5, NULL);")
    given = evolution(other={"code": "other"}, unknown="a")
    commands.start(given, database)
    with new(database) as application:
        code = "SELECT code FROM jobs j LEFT JOIN kinds k ON k.id = kind_id WHERE j.id = %s"
        assert [value(application, code, n) for n in (1, 4, 5)] == ["A", "other", None]
        old.execute("INSERT INTO jobs VALUES (6, 'novel')")
        assert value(application, code, 6) == "other"
        application.execute("UPDATE jobs SET kind_id = NULL WHERE id = 1")
        assert value(old, "SELECT kind FROM jobs WHERE id = 1") is None
        application.execute("INSERT INTO kinds (code) VALUES ('C')")
        application.execute("UPDATE jobs SET kind_id = (SELECT id FROM kinds WHERE code = 'C') WHERE id = 2")
        assert value(old, "SELECT kind FROM jobs WHERE id = 2") == "a"
        assert value(old, "SELECT kind FROM jobs WHERE id = 4") == "z"
        assert commands.verify("refer", database).mismatches == 0
        commands.rollback("refer", database)
        commands.start(given, database)
        assert value(application, code, 2) == "C"
        commands.complete("refer", database)
        commands.purge("refer", database)
        commands.revert("refer", database)
        assert rows(old, "SELECT id, kind FROM jobs ORDER BY id") == [
            (1, None),
            (2, "a"),
            (3, "a"),
            (4, "a"),
            (5, None),
            (6, "a"),
        ]


def test_an_expression_says_the_way_back(database: str, old: Session) -> None:
    old.execute(KINDS + JOBS.format(" NOT NULL"))
    commands.start(evolution(backward="lower(left(code, 1))"), database)
    with new(database) as application:
        application.execute("INSERT INTO kinds (code) VALUES ('Bravo')")
        application.execute("INSERT INTO jobs SELECT 4, id FROM kinds WHERE code = 'Bravo'")
        assert value(old, "SELECT kind FROM jobs WHERE id = 4") == "b"
        application.execute("UPDATE kinds SET code = 'Alpha' WHERE code = 'Bravo'")
        assert value(old, "SELECT kind FROM jobs WHERE id = 4") == "a"
        assert commands.verify("refer", database).mismatches == 0
        commands.complete("refer", database)
        application.execute("INSERT INTO jobs SELECT 5, id FROM kinds WHERE code = 'Alpha'")
        commands.revert("refer", database)
        assert value(old, "SELECT kind FROM jobs WHERE id = 5") == "a"
        assert commands.verify("refer", database).mismatches == 0


def test_what_lies_in_the_way_on_a_search_path_is_not_executed_with_the_owners_rights(
    database: str, old: Session
) -> None:
    old.execute(KINDS + JOBS.format(" NOT NULL"))
    old.execute("""
        CREATE TABLE trapped (who text);
        CREATE FUNCTION trap(text, text) RETURNS boolean LANGUAGE plpgsql AS
          $$ BEGIN INSERT INTO trapped VALUES (current_user); RETURN pg_catalog.texteq($1, $2); END $$;
        CREATE FUNCTION lower(text) RETURNS text LANGUAGE plpgsql AS
          $$ BEGIN INSERT INTO trapped VALUES (current_user); RETURN pg_catalog.lower($1); END $$;
        CREATE OPERATOR = (FUNCTION = trap, LEFTARG = text, RIGHTARG = text);
        CREATE ROLE trapper; GRANT ALL ON jobs, kinds, trapped TO trapper;
    """)
    given = evolution(backward="CASE WHEN code = 'A' THEN lower('A') ELSE lower(code) END")
    try:
        commands.start(given, database)
        with opened(database) as session:
            session.execute("SET ROLE trapper")
            session.execute("SET search_path = public, pg_catalog")
            session.execute("INSERT INTO jobs (id, kind_id) SELECT 4, min(id) FROM kinds")
            session.execute("INSERT INTO jobs (id, kind) VALUES (5, 'b')")
            session.execute("UPDATE kinds SET label = 'x'")
            session.execute("INSERT INTO kinds (code) VALUES ('b')")
            session.execute("UPDATE kinds SET code = 'a' WHERE code OPERATOR(pg_catalog.=) 'b'")
            assert rows(session, "SELECT lower('X')") == [("x",)]
        commands.verify("refer", database)
        commands.complete("refer", database)
        commands.revert("refer", database)
        assert rows(old, "SELECT DISTINCT who FROM trapped") == [("trapper",)]
    finally:
        commands.rollback("refer", database)
        old.execute("DROP OWNED BY trapper; DROP ROLE trapper")


@pytest.mark.parametrize("type_", ["uuid", "bigint"])
def test_a_lookup_that_is_not_there_is_made_and_kept(type_: str, database: str, old: Session) -> None:
    old.execute(
        "CREATE TYPE kind AS ENUM ('a', 'b'); CREATE TABLE jobs (id int PRIMARY KEY, kind kind NOT NULL)"
    )
    old.execute(f"CREATE ROLE reader_{type_}; GRANT SELECT ON jobs TO reader_{type_}")
    old.execute("INSERT INTO jobs VALUES (1, 'a'), (2, 'b')")
    key = sa.Column("id", UUID() if type_ == "uuid" else sa.BigInteger(), primary_key=True)
    columns = (
        sa.Column("code", sa.String(20), nullable=False, unique=True),
        sa.Column("label", sa.Text, index=True),
    )
    kinds = sa.Table("kinds", sa.MetaData(), key, *columns)
    before = catalogue(old)
    given = evolution(lookup=kinds, backward={"code": {"A": "a", "B": "b", "C": "b"}})
    try:
        commands.start(given, database)
        with new(database) as application:
            extra = "gen_random_uuid(), " if type_ == "uuid" else ""
            application.execute(f"INSERT INTO kinds ({'id, ' * bool(extra)}code) VALUES ({extra}'C')")
            application.execute(
                "UPDATE jobs SET kind_id = (SELECT id FROM kinds WHERE code = 'C') WHERE id = 2"
            )
            assert value(old, "SELECT has_table_privilege(%s, 'kinds', 'SELECT')", f"reader_{type_}")
            made = rows(old, "SELECT * FROM kinds ORDER BY code")
            commands.rollback("refer", database)
            assert catalogue(old) == before
            commands.start(given, database)
            assert rows(old, "SELECT * FROM kinds ORDER BY code") == made
            assert (
                value(application, "SELECT code FROM jobs j JOIN kinds k ON k.id = kind_id WHERE j.id = 2")
                == "C"
            )
            commands.complete("refer", database)
            commands.purge("refer", database)
            commands.revert("refer", database)
            assert rows(old, "SELECT id, kind::text FROM jobs ORDER BY 1") == [(1, "a"), (2, "b")]
            commands.rollback("refer", database)
            assert catalogue(old) == before
    finally:
        old.execute(f"DROP OWNED BY reader_{type_}; DROP ROLE reader_{type_}")


def test_a_lookup_of_several_constraints_is_the_same_one_in_each_process(database: str, old: Session) -> None:
    """A process declares it anew; what a rollback kept is found by how the table was made."""
    old.execute(JOBS.format(""))
    for number in range(4):
        kinds = sa.Table(
            "kinds",
            sa.MetaData(),
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("code", sa.String(20), nullable=False),
            sa.Column("label", sa.String(20)),
            sa.CheckConstraint("code <> ''", name="a_code"),
            sa.CheckConstraint("label <> ''", name="a_label"),
            sa.CheckConstraint("label <> code"),
            sa.UniqueConstraint("code", name="one_code"),
            sa.UniqueConstraint("label", "code"),
        )
        given = evolution(lookup=kinds, backward={"code": {"A": "a", "B": "b"}})
        commands.start(given, database)
        assert rows(old, "SELECT code FROM kinds WHERE code > 'B' ORDER BY 1") == [
            (f"C{each}",) for each in range(number)
        ]
        old.execute(f"INSERT INTO kinds (code) VALUES ('C{number}')")
        commands.rollback("refer", database)


def test_two_tables_of_one_enum_in_one_evolution(database: str, old: Session) -> None:
    old.execute(
        KINDS
        + "CREATE TYPE kind AS ENUM ('a', 'b'); CREATE TABLE jobs (id int PRIMARY KEY, kind kind NOT NULL);"
    )
    old.execute("CREATE TABLE logs (id int PRIMARY KEY, kind kind); INSERT INTO jobs VALUES (1, 'b')")
    old.execute("INSERT INTO logs VALUES (1, 'a'), (2, NULL)")
    before = catalogue(old)
    both = Evolution(
        "refer",
        changes=[
            EnumToReference("jobs", "kind", "kind_id", "kinds", AB),
            EnumToReference("logs", "kind", "kind_id", "kinds", AB),
        ],
    )
    commands.start(both, database)
    with new(database) as application:
        seen = "SELECT l.id, code FROM logs l LEFT JOIN kinds k ON k.id = kind_id ORDER BY 1"
        assert rows(application, seen) == [(1, "A"), (2, None)]
    commands.rollback("refer", database)
    assert catalogue(old) == before
    assert value(old, "SELECT count(*) FROM kinds") == 0
    commands.start(both, database)
    commands.complete("refer", database)
    commands.purge("refer", database)
    assert value(old, "SELECT count(*) FROM pg_type WHERE typname = 'kind'") == 0
    commands.revert("refer", database)
    assert rows(old, "SELECT id, kind::text FROM logs ORDER BY 1") == [(1, "a"), (2, None)]
    commands.rollback("refer", database)
    assert catalogue(old) == before


def test_a_writer_who_may_not_read_the_lookup(database: str, old: Session) -> None:
    old.execute(KINDS + JOBS.format(" NOT NULL"))
    old.execute("CREATE ROLE lookups_clerk; GRANT INSERT, SELECT, UPDATE ON jobs TO lookups_clerk")
    try:
        commands.start(evolution(), database)
        with opened(database) as session:
            session.execute("SET ROLE lookups_clerk")
            session.execute("INSERT INTO jobs VALUES (4, 'b')")
            session.execute("UPDATE jobs SET kind = 'a' WHERE id = 4")
        assert value(old, "SELECT code FROM jobs j JOIN kinds k ON k.id = kind_id WHERE j.id = 4") == "A"
    finally:
        commands.rollback("refer", database)
        old.execute("DROP OWNED BY lookups_clerk; DROP ROLE lookups_clerk")


def test_columns_that_are_called_as_the_routines_own_variables(database: str, old: Session) -> None:
    odd = "stands text, before text, after text, sync text, said text, key text, cases text"
    old.execute(
        f"CREATE TABLE kinds (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text UNIQUE, {odd})"
    )
    old.execute(f"CREATE TABLE jobs (id int PRIMARY KEY, kind text NOT NULL, {odd})")
    old.execute("INSERT INTO jobs VALUES (1, 'a', 'x', 'x', 'x')")
    commands.start(evolution(backward={"code": {"A": "a", "B": "b", "C": "b", "D": "a"}}), database)
    with new(database) as application:
        application.execute("INSERT INTO kinds (code) VALUES ('C')")
        application.execute("UPDATE jobs SET kind_id = (SELECT id FROM kinds WHERE code = 'C')")
        assert value(old, "SELECT kind FROM jobs") == "b"
        application.execute("UPDATE kinds SET code = 'D' WHERE code = 'C'")
        assert rows(old, "SELECT kind, after FROM jobs") == [("a", "x")]


def test_hostile_names_and_values_are_data(database: str, old: Session) -> None:
    column, to = "ki'nd $$", 'new "col" %(x)s'
    label = "it's $crossfade$ %s %% \\ \""
    old.execute(
        r"""
        CREATE TABLE "ta""ble%s" ("i d" uuid PRIMARY KEY, "co'de" varchar(80) UNIQUE);
        CREATE TYPE "ki""nd" AS ENUM ('it''s $crossfade$ %s %% \ "', 'b');
        CREATE TABLE "j""; DROP x" (id int PRIMARY KEY, "ki'nd $$" "ki""nd" NOT NULL);
        INSERT INTO "j""; DROP x" VALUES (1, 'it''s $crossfade$ %s %% \ "'), (2, 'b');
        """
    )
    hostile = Evolution(
        "refer",
        changes=[
            EnumToReference(
                '"j""; DROP x"',
                column,
                to,
                '"ta""ble%s"',
                {label: {"co'de": label}, "b": {"co'de": "%(y)s"}},
                backward={"co'de": {label: label, "%(y)s": "b"}},
            )
        ],
    )
    commands.start(hostile, database)
    commands.rollback("refer", database)
    commands.start(hostile, database)
    commands.complete("refer", database)
    commands.revert("refer", database)
    assert commands.verify("refer", database).mismatches == 0
    commands.complete("refer", database)
    commands.purge("refer", database)
    commands.revert("refer", database)
    found = rows(old, """SELECT id, "ki'nd $$"::text FROM "j""; DROP x" ORDER BY 1""")
    assert found == [(1, label), (2, "b")]


@pytest.mark.parametrize(
    ("legacy", "given", "error", "message"),
    [
        (" NOT NULL", {"rows": {"a": {"code": "A"}}}, SchemaMismatch, r"without a row: 'b' \(1 rows\)"),
        (
            " NOT NULL",
            {"nullable": False, "rows": {"a": {"cod": "A"}}},
            SchemaMismatch,
            "did you mean 'code'",
        ),
        ("", {"nullable": False}, SchemaMismatch, "may be NULL and its successor may not"),
        (" NOT NULL", {"key": "label"}, SchemaMismatch, "is not unique, and can't be referred to"),
        (" NOT NULL", {"lookup": "kind"}, SchemaMismatch, "did you mean 'kinds'"),
        (" NOT NULL", {"backward": {"cod": {}}}, SchemaMismatch, "did you mean 'code'"),
        (" NOT NULL", {"backward": "random()::text"}, EvolutionError, r"another value at each call"),
        (" NOT NULL", {"backward": "no_such(code)"}, CrossfadeError, "no_such"),
        (" NOT NULL", {"match": "label"}, EvolutionError, "row 1 has no value for label"),
        (" PRIMARY KEY, x int", {}, EvolutionError, ""),
    ],
)
def test_refusals_leave_no_trace(
    legacy: str, given: dict[str, object], error: type[Exception], message: str, database: str, old: Session
) -> None:
    if "x int" in legacy:
        old.execute(KINDS + "CREATE TABLE jobs (kind text PRIMARY KEY, id int);")
        error, message = Unsupported, "is part of the key"
    else:
        old.execute(KINDS + JOBS.format(legacy))
    before = catalogue(old)
    with pytest.raises(error, match=message):
        commands.start(evolution(**given), database)
    assert catalogue(old) == before
    assert value(old, "SELECT count(*) FROM kinds") == 0


def test_several_rows_for_one_value_are_refused(database: str, old: Session) -> None:
    old.execute(
        "CREATE TABLE kinds (id uuid PRIMARY KEY, code text, label text NOT NULL);" + JOBS.format(" NOT NULL")
    )
    old.execute("INSERT INTO kinds SELECT gen_random_uuid(), 'A', 'x' FROM generate_series(1, 2)")
    with pytest.raises(
        SchemaMismatch, match=r"several rows of public.kinds would stand for one value: 'a' \(2 rows\)"
    ):
        commands.start(evolution(), database)
    old.execute("DELETE FROM kinds")
    with pytest.raises(SchemaMismatch, match=r"has no row for 'a', 'b', and one can't be made without label"):
        commands.start(evolution(), database)
    given = {value: {**row, "label": "L"} for value, row in AB.items()}
    commands.start(evolution(rows=given, match="code"), database)
    assert value(old, "SELECT count(DISTINCT kind_id) FROM jobs") == 2


def test_values_whose_rows_only_differ_in_what_does_not_tell_them_apart(database: str, old: Session) -> None:
    old.execute(KINDS + JOBS.format(" NOT NULL"))
    rows_given = {"a": {"code": "A", "label": "x"}, "b": {"code": "A", "label": "y"}}
    commands.start(evolution(rows=rows_given, match="code"), database)
    counted = "SELECT kind, count(DISTINCT kind_id) FROM jobs GROUP BY 1 ORDER BY 1"
    assert rows(old, counted) == [("a", 1), ("b", 1)]
    assert commands.verify("refer", database).mismatches == 0


def test_a_row_that_stood_before_may_say_something_else_of_the_way_back(database: str, old: Session) -> None:
    old.execute(KINDS + JOBS.format(" NOT NULL") + "INSERT INTO kinds (code, label) VALUES ('A', 'second');")
    given = {"a": {"code": "A", "label": "first"}, "b": {"code": "B", "label": "second"}}
    commands.start(
        evolution(rows=given, match="code", backward={"label": {"first": "a", "second": "b"}}), database
    )
    assert rows(old, "SELECT kind FROM jobs ORDER BY id") == [("a",), ("b",), ("a",)]
    assert commands.verify("refer", database).mismatches == 0
