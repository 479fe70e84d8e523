from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import Engine, create_engine, text

from crossfade.casebook.case import Extent
from crossfade.casebook.dump import Comparison, compare, dumped

SCHEMA = """
CREATE TABLE parent (id int PRIMARY KEY, name text, data jsonb, updated_at timestamptz DEFAULT '2020-01-02Z');
CREATE TABLE child (id uuid, number int, parent_id int, PRIMARY KEY (id, number));
INSERT INTO parent SELECT n, 'ü ' || n, jsonb_build_object('n', n) FROM generate_series(1, 30) n;
INSERT INTO child SELECT gen_random_uuid(), n, n FROM generate_series(1, 30) n;
"""
EXTENTS = (
    Extent(
        "parent",
        ("id",),
        ("id", "name", "data", "updated_at"),
        owner="id",
        clock=("updated_at",),
        shown=("name", "updated_at"),
    ),
    Extent("child", ("id", "number"), ("id", "number", "parent_id"), owner="parent_id"),
)


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    engine = create_engine(database)
    execute(engine, SCHEMA)
    yield engine
    engine.dispose()


def execute(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))


def changed_by(engine: Engine, statement: str, *excluded: str, clocks: bool = True) -> Comparison:
    with ExitStack() as stack:
        before = dumped(engine, EXTENTS, clocks=clocks)
        stack.callback(before.close)
        execute(engine, statement)
        after = dumped(engine, EXTENTS, clocks=clocks)
        stack.callback(after.close)
        return compare(before, after, excluded=frozenset(excluded))


def test_two_dumps_of_the_same_rows_do_not_differ(engine: Engine) -> None:
    assert changed_by(engine, "SELECT 1") == Comparison(60, 0, 0, ())


@pytest.mark.one_server
def test_a_changed_row_is_found_with_both_values(engine: Engine) -> None:
    found = changed_by(engine, "UPDATE parent SET name = 'other' WHERE id = 10")
    assert found.differences == 1
    assert str(found.examples[0]) == (
        """parent, row 10: before {"name" : "ü 10", "updated_at" : "2020-01-02T00:00:00+00:00"}, """
        """after {"name" : "other", "updated_at" : "2020-01-02T00:00:00+00:00"}"""
    )


@pytest.mark.one_server
def test_a_change_in_a_column_that_is_not_shown_is_found(engine: Engine) -> None:
    assert changed_by(engine, "UPDATE parent SET data = NULL WHERE id = 2").differences == 1


@pytest.mark.one_server
def test_rows_that_are_missing_or_too_many_are_found(engine: Engine) -> None:
    found = changed_by(engine, "DELETE FROM parent WHERE id = 9; INSERT INTO parent VALUES (99, 'new', NULL)")
    assert found.differences == 2
    assert [each.key for each in found.examples] == ["9", "99"]
    assert found.examples[0].after == found.examples[1].before == "no such row"


@pytest.mark.one_server
def test_rows_with_a_composite_key_are_compared(engine: Engine) -> None:
    found = changed_by(engine, "UPDATE child SET parent_id = 3 WHERE number = 7")
    assert found.differences == 1
    assert found.examples[0].key.endswith("/7")


@pytest.mark.one_server
def test_only_the_rows_of_the_named_owners_are_left_out(engine: Engine) -> None:
    statement = "UPDATE parent SET name = 'x' WHERE id IN (1, 2); DELETE FROM child WHERE parent_id = 1"
    found = changed_by(engine, statement, "1")
    assert (found.rows, found.excluded, found.differences) == (58, 2, 1)


@pytest.mark.one_server
def test_clock_columns_are_compared_unless_the_role_cannot_stop_them(engine: Engine) -> None:
    touch = "UPDATE parent SET updated_at = now() + interval '1 day' WHERE id = 5"
    assert changed_by(engine, touch).differences == 1
    assert changed_by(engine, touch, clocks=False).differences == 0


@pytest.mark.one_server
def test_all_differences_are_counted_and_some_kept(engine: Engine) -> None:
    found = changed_by(engine, "UPDATE parent SET name = 'x'")
    assert found.differences == 30
    assert len(found.examples) < 30


@pytest.mark.one_server
def test_a_dump_is_read_in_the_order_in_which_dumps_are_merged(engine: Engine) -> None:
    dump = dumped(engine, EXTENTS)
    keys = {table: [line.split(b"\t")[0] for line in dump.lines(table)] for table in dump.tables()}
    dump.close()
    assert {table: len(found) for table, found in keys.items()} == {"parent": 30, "child": 30}
    assert all(found == sorted(found) for found in keys.values())


@pytest.mark.one_server
def test_keys_and_values_may_hold_anything(database: str) -> None:
    engine = create_engine(database)
    execute(engine, "CREATE TABLE odd (name text PRIMARY KEY, size int)")
    names = ["tab\there", "two\nlines", 'quo"te', "back\\slash", "", "a", "a b", "ä"]
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO odd VALUES (:name, 1)"), [{"name": name} for name in names])
    extent = Extent("odd", ("name",), ("name", "size"), owner="size", shown=("name", "size"))
    before = dumped(engine, [extent])
    execute(engine, "UPDATE odd SET size = 2 WHERE name LIKE 't%'")
    after = dumped(engine, [extent])
    engine.dispose()
    found = compare(before, after)
    assert (found.rows, found.differences) == (8, 2)
    assert {each.key for each in found.examples} == {"tab\there", "two\nlines"}
    before.close()
    after.close()
