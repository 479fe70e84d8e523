"""What the harness says to MariaDB: dumps, seeds, premises; test_dump.py and others have PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import pytest
from sqlalchemy import Engine, NullPool, bindparam, create_engine, make_url, text

from crossfade import names
from crossfade.casebook.case import Extent, Seeds
from crossfade.casebook.databases import DATABASES, database_of
from crossfade.casebook.dump import Comparison, compare, dumped
from crossfade.casebook.premises import premises
from crossfade.casebook.recruitment.case import CASE
from crossfade.dialects.mariadb.quoting import journal
from crossfade.errors import Refused, UsageError
from crossfade.reports import Status

TABLES = (
    """CREATE TABLE parent (id INT PRIMARY KEY, name VARCHAR(40) CHARACTER SET latin1,
    kind ENUM('new', 'paid'), data JSON, price DECIMAL(9, 2), raw VARBINARY(9),
    updated_at TIMESTAMP(6) NOT NULL DEFAULT '2020-01-02 00:00:00')""",
    """CREATE TABLE child (id VARCHAR(40) COLLATE utf8mb4_bin, number INT, parent_id INT,
    PRIMARY KEY (id, number))""",
    """INSERT INTO parent (id, name, kind, data, price, raw)
    SELECT seq, CONCAT('ü ', seq), IF(seq > 5, 'new', NULL), JSON_OBJECT('n', seq), seq / 4, X'00FF'
    FROM seq_1_to_30""",
    "INSERT INTO child SELECT CONCAT('key ', seq), seq, seq FROM seq_1_to_30",
)
EXTENTS = (
    Extent(
        "parent",
        ("id",),
        ("id", "name", "kind", "data", "price", "raw", "updated_at"),
        owner="concat('parent ', id)",
        clock=("updated_at",),
        shown=("name", "kind"),
    ),
    Extent("child", ("id", "number"), ("id", "number", "parent_id"), owner="parent_id"),
)


@pytest.fixture
def engine(mariadb_database: str) -> Iterator[Engine]:
    engine = create_engine(mariadb_database)
    execute(engine, *TABLES)
    yield engine
    engine.dispose()


def execute(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def changed_by(
    engine: Engine, *statements: str, excluded: Sequence[str] = (), clocks: bool = True
) -> Comparison:
    with ExitStack() as stack:
        before = dumped(engine, EXTENTS, clocks=clocks)
        stack.callback(before.close)
        execute(engine, *statements)
        after = dumped(engine, EXTENTS, clocks=clocks)
        stack.callback(after.close)
        return compare(before, after, excluded=frozenset(excluded))


def test_two_dumps_of_the_same_rows_do_not_differ(engine: Engine) -> None:
    assert changed_by(engine) == Comparison(60, 0, 0, ())


@pytest.mark.parametrize(
    "change",
    [
        "name = 'Ü 10'",
        "name = CONCAT(name, ' ')",
        "kind = 'paid'",
        "data = JSON_OBJECT('n', '10')",
        "price = price + 0.01",
        "raw = X'00FE'",
        "raw = NULL",
        "updated_at = updated_at + INTERVAL 1 MICROSECOND",
    ],
)
def test_any_change_is_found_and_the_case_of_a_letter_is_one(engine: Engine, change: str) -> None:
    assert changed_by(engine, f"UPDATE parent SET {change} WHERE id = 10").differences == 1


def test_a_changed_row_is_shown_with_both_values(engine: Engine) -> None:
    found = changed_by(engine, "UPDATE parent SET name = 'other' WHERE id = 9")
    assert str(found.examples[0]) == (
        """parent, row 9: before {"name": "ü 9", "kind": "new"}, after {"name": "other", "kind": "new"}"""
    )


def test_the_rows_of_owners_are_left_out_and_clocks_where_that_is_asked_for(engine: Engine) -> None:
    touched = "UPDATE parent SET name = 'x' WHERE id IN (1, 2)"
    found = changed_by(engine, touched, excluded=["parent 1", "30"])
    assert (found.rows, found.excluded, found.differences) == (58, 2, 1)
    clock = "UPDATE parent SET updated_at = NOW(6) WHERE id = 5"
    assert changed_by(engine, clock, clocks=False).differences == 0


def test_rows_that_are_missing_or_too_many_are_found(engine: Engine) -> None:
    found = changed_by(engine, "DELETE FROM child WHERE number = 9", "INSERT INTO child VALUES ('a', 1, 1)")
    assert [(each.key, each.before, each.after) for each in found.examples] == [
        ("a/1", "no such row", "{}"),
        ("key 9/9", "{}", "no such row"),
    ]


def test_keys_may_hold_anything_and_are_read_in_the_order_of_their_bytes(engine: Engine) -> None:
    odd = ["tab\there", "two\nlines", 'quo"te', "back\\slash", "", "a", "A", "a b", "ä", "Ä", "🦊", "%s"]
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO child VALUES (:id, 1, 1)"), [{"id": each} for each in odd])
    dump = dumped(engine, EXTENTS)
    keys = [line.split(b"\t")[0] for line in dump.lines("child")]
    dump.close()
    assert len(keys) == 30 + len(odd)
    assert keys == sorted(keys)


def test_seeds_are_found_by_the_text_of_their_key(engine: Engine) -> None:
    seeds = Seeds("child", ("id", "number"), (("key 3", "3"), ("key 4", "5")), owner="parent_id")
    query = text(DATABASES["mariadb"].seeded(seeds)).bindparams(bindparam("values", expanding=True))
    with engine.connect() as connection:
        assert connection.execute(query, {"values": list(seeds.values)}).all() == [("key 3", "3", "3")]


def test_each_database_knows_its_urls() -> None:
    assert database_of("postgres://u@h/d") is DATABASES["postgresql"]
    assert (
        database_of("mysql+pymysql://u@h/d")
        is database_of(make_url("mariadb://u@h/d"))
        is DATABASES["mariadb"]
    )
    for wrong in ("sqlite://", "no URL"):
        with pytest.raises(UsageError):
            database_of(wrong)


def databases(url: str) -> set[str]:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        every = connection.exec_driver_sql("SHOW DATABASES").scalars().all()
        tables = connection.exec_driver_sql("SHOW TABLES").scalars().all()
    return {*every, *(f"table {each}" for each in tables)}


def nothing_known(_: str) -> Sequence[Status]:
    return ()


def test_without_a_url_a_server_is_embedded() -> None:
    said: list[str] = []
    with premises(CASE, "mariadb", rows=20, seed=1, say=said.append, status=nothing_known) as place:
        assert place.rows["interviews"] == 20
        assert place.server.startswith("mariadb 1")
        assert said == [f"embedded MariaDB {place.server.removeprefix('mariadb ')}"]
        assert place.namespace["database"] == names.namespace(place.schema, CASE.evolution.name)


def test_a_given_database_is_left_as_it_was(mariadb_database: str) -> None:
    before = databases(mariadb_database)
    said: list[str] = []
    plain = make_url(mariadb_database).set(drivername="mariadb").render_as_string(hide_password=False)
    with premises(CASE, plain, rows=20, seed=1, say=said.append, status=nothing_known) as place:
        engine = create_engine(place.url, poolclass=NullPool)
        execute(
            engine,
            f"CREATE DATABASE `{journal(place.schema)}`",
            f"CREATE DATABASE `{names.namespace(place.schema, CASE.evolution.name)}`",
        )
        assert "table interviews" in databases(mariadb_database)
    assert databases(mariadb_database) == before
    assert "dropped" in said[-1]
    assert "table interviews" in said[-1]


def test_what_is_there_already_is_not_touched(mariadb_database: str) -> None:
    engine = create_engine(mariadb_database, poolclass=NullPool)
    namespace = names.namespace(str(engine.url.database), CASE.evolution.name)
    execute(engine, "CREATE TABLE todos (id INT)", f"CREATE DATABASE `{namespace}`")
    before = databases(mariadb_database)
    with (
        pytest.raises(Refused, match=f"table todos, schema {namespace}"),
        premises(CASE, mariadb_database, rows=20, seed=1, say=lambda _: None, status=nothing_known),
    ):
        pass
    assert databases(mariadb_database) == before
