"""Kept values find their rows by the key, whatever it is made of: a restore scans no table."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import String, make_url

from crossfade import Evolution, OpenEnum, commands
from crossfade.dialects import connect
from crossfade.planning import build
from crossfade.steps import AddColumn, RestoreComplement
from tests.dialects.mariadb.ground import Ground, Rows, ground

ROWS = 500
KEYS = {
    "a text of the table's collation": ("k varchar(40)", "CONCAT('key ', seq)"),
    "a text of another collation": ("k varchar(40) COLLATE utf8mb4_unicode_ci", "CONCAT('key ', seq)"),
    "a text of another character set": ("k varchar(40) CHARACTER SET latin1", "CONCAT('key ', seq)"),
    "an exact text": ("k varchar(40) COLLATE utf8mb4_bin", "CONCAT('key ', seq)"),
    "a text of fixed length": ("k char(40)", "CONCAT('key ', seq)"),
    "a number": ("k bigint unsigned", "seq"),
    "a decimal": ("k decimal(12,3)", "seq / 8"),
    "a float": ("k double", "seq / 7"),
    "a date": ("k date", "DATE('2001-01-01') + INTERVAL seq DAY"),
    "a moment": ("k datetime(6)", "TIMESTAMP('2001-01-01') + INTERVAL seq * 7 MICROSECOND"),
    "a timestamp": (
        "k timestamp(3) DEFAULT '2001-01-01'",
        "TIMESTAMP('2001-01-01') + INTERVAL seq * 7 SECOND",
    ),
    "bytes": ("k varbinary(16)", "UNHEX(MD5(seq))"),
    "a UUID": ("k uuid", "CONCAT('12345678-1234-4234-8234-', LPAD(seq, 12, '0'))"),
    "an address": ("k inet6", "CONCAT('::', HEX(seq))"),
    "bits": ("k bit(20)", "seq"),
}
WITH_OTHERS = {
    "an enum": ("k enum('b', 'a', 'c')", "seq % 3 + 1"),
    "a set": ("k set('b', 'a', 'c')", "seq % 8"),
    "a text": ("k varchar(40)", "CONCAT('key ', seq)"),
}
COLLATIONS = ("utf8mb4_general_ci", "latin1_swedish_ci")
OPEN = Evolution("e", changes=[OpenEnum("orders", "status", String(20), unknown="paid")])


@contextmanager
def shop(url: str, columns: str, key: str, value: str, collation: str) -> Iterator[Ground]:
    with ground(
        url,
        f"CREATE TABLE orders ({columns}, status enum('new', 'paid'), PRIMARY KEY ({key})) "
        f"COLLATE {collation}",
        f"INSERT INTO orders ({key}) SELECT {value} FROM seq_1_to_{ROWS}",
    ) as here:
        yield here


def planned(here: Ground, url: str, after: str = "", upto: str = "~") -> Rows:
    """The server's plan for a batch of the restore: of each table, its name, how it is read, and by what."""
    dialect = connect(url)
    with dialect.engine.connect() as connection:
        plan = build(OPEN, dialect.reflect(connection, ["orders"]))
    steps = [each for each in plan.start if isinstance(each, AddColumn | RestoreComplement)]
    statements = [statement for each in steps for statement in dialect.render(each)]
    dialect.engine.dispose()
    (added,) = (each for each in steps if isinstance(each, AddColumn))
    here.say(f"ALTER TABLE orders ADD COLUMN {added.column.name} {added.column.type}")
    values = {"after": f"'{after}'", "upto": f"'{upto}'", "batch": "10"}
    batch = [each.sql % values for each in statements if each.bound]
    found = [(row[2], row[3], row[5]) for each in batch for row in here.read(f"EXPLAIN {each}")]
    here.say(f"ALTER TABLE orders DROP COLUMN {added.column.name}")
    return found


@pytest.mark.one_in(4)
@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_row_is_found_by_its_key(mariadb_database: str, key: tuple[str, str]) -> None:
    for collation in COLLATIONS if "char" in key[0] else COLLATIONS[:1]:
        with shop(mariadb_database, f"{key[0]} NOT NULL", "k", key[1], collation) as here:
            comes_back(mariadb_database, here)


@pytest.mark.one_in(3)
@pytest.mark.parametrize("key", WITH_OTHERS.values(), ids=WITH_OTHERS)
def test_a_row_is_found_by_all_of_its_key(mariadb_database: str, key: tuple[str, str]) -> None:
    columns, value = f"{key[0]} NOT NULL, n int NOT NULL", f"{key[1]}, seq"
    with shop(mariadb_database, columns, "k, n", value, COLLATIONS[0]) as here:
        comes_back(mariadb_database, here)


def test_a_batch_reads_its_range_of_the_journal_alone(mariadb_database: str) -> None:
    with shop(mariadb_database, "k int NOT NULL", "k", "seq", COLLATIONS[0]) as here:
        keep(mariadb_database, f"{here.database}__e")
        steps = planned(here, mariadb_database, '["100"]', '["101"]')
        read = [each for each in steps if each[0] == "c"]
        assert read == [("c", "range", "PRIMARY")] * 3, (
            steps
        )  # where it ends, what it brings back, what came of it


def keep(url: str, new: str) -> None:
    """A start, writes that only the new side can hold, and a rollback."""
    commands.start(OPEN, url)
    with ground(str(make_url(url).set(database=new))) as there:
        there.say("SET @crossfade_version = 'e'", "UPDATE orders SET status = 'internal'")
    assert commands.rollback(OPEN, url).complement_rows == ROWS


def comes_back(url: str, here: Ground) -> None:
    """What only the new side held is kept by a rollback, and finds each row by the whole of its key."""
    new = f"{here.database}__e"
    keep(url, new)
    steps = planned(here, url)
    assert [each for each in steps if each[0] == "t"] == [("t", "eq_ref", "PRIMARY")], steps
    commands.start(OPEN, url)
    assert here.read(f"SELECT COUNT(*) FROM {new}.orders WHERE status = 'internal'") == [(ROWS,)]
    commands.rollback(OPEN, url)
    here.say("DROP TABLE orders")
