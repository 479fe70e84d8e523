"""What can't be done on MariaDB is refused before the first statement: by preview and by start, in the same
words, and nothing is changed. What the server may copy goes, once it may.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import String, make_url

from crossfade import (
    AddColumn,
    AddIndex,
    DropColumn,
    Evolution,
    OpenEnum,
    Relate,
    RenameColumn,
    SetNotNull,
    SoftDelete,
    commands,
    names,
)
from crossfade.changes import Change
from crossfade.dialects import connect
from crossfade.dialects.mariadb import sync
from crossfade.errors import Busy, Refused, SchemaMismatch, Unsupported
from crossfade.journal import Journal
from crossfade.phases import State
from crossfade.progress import Silent
from crossfade.session import Patience, Session
from crossfade.steps import Statement
from crossfade.testing import embedded_mariadb
from tests.dialects.mariadb.ground import ground
from tests.mariadb.sessions import opened

ORDERS = "id int PRIMARY KEY, status enum('new', 'paid') NOT NULL DEFAULT 'new', note varchar(20), n int"
FILL = "INSERT INTO orders (id, status, n) VALUES (1, 'new', 1), (2, 'paid', 2)"
OPEN = OpenEnum("orders", "status", String(20), unknown="paid")
COPIED = "would copy the table, or keep its writers waiting as long, because of"


def evolution(*changes: Change) -> Evolution:
    return Evolution("e", changes=changes)


def refused(url: str, wanted: Evolution, kind: type[Refused], *words: str) -> Refused:
    """The error of both commands, which change nothing."""
    database = make_url(url).database
    with ground(url) as here:
        before = here.catalogue(), here.read("SHOW DATABASES")
        with pytest.raises(kind) as shown:
            commands.preview(wanted, url)
        with pytest.raises(kind) as raised:
            commands.start(wanted, url)
        assert (here.catalogue(), here.read("SHOW DATABASES")) == before
        said = str(raised.value)
        assert said == str(shown.value)
        for each in (*words, "evolution 'e'"):
            assert each in said, said
        assert f"_crossfade_{database}" not in dict.fromkeys(row[0] for row in before[1])
    return raised.value


def made(url: str, *statements: str) -> None:
    with opened(url) as session:
        for each in statements:
            session.execute(each)


@dataclass(frozen=True)
class Hindered:
    """A table that hinders a change: more columns, options, the change, what is said."""

    columns: str
    options: str
    change: Change
    words: str


HINDERED = {
    "NOT NULL beside a STORED column": Hindered(
        ", twice int AS (n * 2) STORED",
        "",
        SetNotNull("orders", "n"),
        "not null, MariaDB {} its STORED column twice",
    ),
    "an enum that is NOT NULL, beside a STORED column": Hindered(
        ", twice int AS (n * 2) STORED", "", OPEN, "{} its STORED column twice"
    ),
    "beside an indexed VIRTUAL column": Hindered(
        ", twice int AS (n * 2) VIRTUAL, KEY by_twice (twice)", "", OPEN, "{} its VIRTUAL column twice"
    ),
    "beside a FULLTEXT index": Hindered(
        ", body text, FULLTEXT KEY words (body)", "", OPEN, "{} its FULLTEXT index"
    ),
    "what only purge would do": Hindered(
        ", body text, FULLTEXT KEY words (body)", "", DropColumn("orders", "note"), "to drop column "
    ),
    "in compressed rows": Hindered("", "ROW_FORMAT=COMPRESSED", OPEN, "{} its ROW_FORMAT=COMPRESSED"),
    "another name, beside a unique index of hashes": Hindered(
        ", body text, UNIQUE KEY long_key (body)",
        "",
        RenameColumn("orders", "note", "remark"),
        "{} its unique index",
    ),
    "a FULLTEXT index": Hindered(
        ", body text", "", AddIndex("orders", "body", method="fulltext"), "would copy the table, or keep its"
    ),
}


@pytest.mark.one_in(3)
@pytest.mark.parametrize("case", HINDERED.values(), ids=HINDERED)
def test_what_the_server_would_copy_for(mariadb_database: str, case: Hindered) -> None:
    made(mariadb_database, f"CREATE TABLE orders ({ORDERS}{case.columns}) {case.options}", FILL)
    wanted = evolution(case.change)
    error = refused(mariadb_database, wanted, Unsupported, case.words.format(COPIED))
    assert "--allow-copy" in error.remedy
    document = commands.preview(wanted, mariadb_database, allow_copy=True)
    shown = " ".join(each.sql for step in document.start for each in step.statements)
    assert "ALGORITHM=INSTANT" not in shown
    assert commands.start(wanted, mariadb_database, allow_copy=True).state == State.LIVE
    later = commands.preview(wanted, mariadb_database)  # what is said is kept
    assert [each.statements for each in later.start] == [each.statements for each in document.start]
    commands.guide(wanted, mariadb_database, counts=False)
    assert commands.complete(wanted, mariadb_database).state == State.COMPLETED
    assert commands.revert(wanted, mariadb_database).state == State.LIVE
    assert commands.rollback(wanted, mariadb_database).state == State.ROLLED_BACK


def test_a_table_that_came_to_be_hindered_is_told_at_revert(mariadb_database: str) -> None:
    made(mariadb_database, f"CREATE TABLE orders ({ORDERS}, body text)", FILL)
    wanted = evolution(DropColumn("orders", "note"))
    for command in (commands.start, commands.complete, commands.purge):
        command(wanted, mariadb_database)
    made(mariadb_database, "CREATE FULLTEXT INDEX words ON orders (body)")
    with ground(mariadb_database) as here:
        before = here.catalogue()
        with pytest.raises(Unsupported, match=f"{COPIED} its FULLTEXT index words"):
            commands.revert(wanted, mariadb_database)
        assert here.catalogue() == before
    (status,) = commands.status(mariadb_database)
    assert status.state == State.PURGED
    made(mariadb_database, "DROP INDEX words ON orders", "ALTER TABLE orders FORCE")
    assert commands.revert(wanted, mariadb_database).state == State.LIVE


def test_a_foreign_key_that_sets_null(mariadb_database: str) -> None:
    made(
        mariadb_database,
        "CREATE TABLE people (id int PRIMARY KEY)",
        f"CREATE TABLE orders ({ORDERS}, person int, "
        "CONSTRAINT of_person FOREIGN KEY (person) REFERENCES people (id) ON DELETE SET NULL)",
    )
    refused(
        mariadb_database,
        evolution(SetNotNull("orders", "person")),
        SchemaMismatch,
        "orders.person can't be NOT NULL: foreign key of_person sets it NULL",
        "give that key another action first",
    )


LONG = "k" * 400
TYPES = {
    "plain": ("code varchar(500) PRIMARY KEY", (LONG,)),
    "escaped": ("code varchar(200) PRIMARY KEY", ('"' * 200,)),
    "together": ("code varchar(200), part varchar(200), PRIMARY KEY (code, part)", ("k" * 190, "p" * 190)),
    "bytes": ("code varbinary(200) PRIMARY KEY", ("k" * 195,)),
}


@pytest.mark.one_in(3)
@pytest.mark.parametrize("case", TYPES.values(), ids=TYPES)
def test_rows_whose_keys_the_journal_could_not_hold(
    mariadb_database: str, case: tuple[str, tuple[str, ...]]
) -> None:
    columns, key = case
    names = ["code", "part"][: len(key)]
    made(mariadb_database, f"CREATE TABLE orders ({columns}, status enum('new', 'paid'))")
    with opened(mariadb_database) as session:
        marks = ", ".join(["%s"] * len(key))
        session.execute(f"INSERT INTO orders ({', '.join(names)}) VALUES ({marks})", *key)
        short = ["s" * 180 if each == "code" else "t" for each in names]
        session.execute(f"INSERT INTO orders ({', '.join(names)}) VALUES ({marks})", *short)
    wanted = evolution(OPEN)
    words = "a row has a key of more than 380 characters, as a JSON array: the key of "
    refused(mariadb_database, wanted, SchemaMismatch, words, "give the table a shorter key first")
    made(mariadb_database, "DELETE FROM orders WHERE LENGTH(code) > 180")
    lints = {each.code: each for each in commands.preview(wanted, mariadb_database).lints}
    assert ("CF109" in lints) == (case is not TYPES["escaped"])  # nobody has a key of quotation marks
    commands.start(wanted, mariadb_database)
    with opened(mariadb_database, version="e") as session:
        session.execute("UPDATE orders SET status = 'internal'")
    assert commands.rollback(wanted, mariadb_database).complement_rows == 1


def test_a_key_that_is_as_long_as_can_be(mariadb_database: str) -> None:
    made(
        mariadb_database,
        "CREATE TABLE orders (code varchar(376) PRIMARY KEY, status enum('new', 'paid'))",
        f"INSERT INTO orders (code) VALUES ('{'k' * 376}')",
    )
    wanted = evolution(OPEN)
    assert "CF109" not in {each.code for each in commands.preview(wanted, mariadb_database).lints}
    commands.start(wanted, mariadb_database)
    with opened(mariadb_database, version="e") as session:
        session.execute("UPDATE orders SET status = 'internal'")
    assert commands.rollback(wanted, mariadb_database).complement_rows == 1


@pytest.mark.parametrize("which", ["people", "orders"])
def test_a_cascade_whose_keys_could_not_be_noted(mariadb_database: str, which: str) -> None:
    deleted = "is_deleted boolean NOT NULL DEFAULT false, deleted_at datetime(6)"
    keys = {"people": "int", "orders": "int", which: "varchar(377)"}
    made(
        mariadb_database,
        f"CREATE TABLE people (id {keys['people']} PRIMARY KEY, {deleted})",
        f"CREATE TABLE orders (id {keys['orders']} PRIMARY KEY, {deleted})",
    )
    change = Relate("orders", "person", to="people", soft_delete=SoftDelete())
    refused(
        mariadb_database,
        evolution(change),
        Unsupported,
        f".{which} (id varchar(377)) may be of more than 380 characters, as a JSON array",
        "leave soft_delete= out",
    )


def open_to(length: int) -> OpenEnum:
    return OpenEnum("orders", "status", String(length))


INDEXES = {
    "of one column, which would be cut": ("KEY by_status (status)", "", 769, "the first 768 characters of"),
    "of two columns": ("KEY by_both (note, status)", "", 749, "key was too long"),
    "unique": ("UNIQUE KEY by_status (status)", "", 769, "would be one of hashes"),
    "in compact rows": (
        "KEY by_status (status)",
        "ROW_FORMAT=COMPACT",
        192,
        "maximum column size is 767 bytes",
    ),
}


@pytest.mark.one_in(3)
@pytest.mark.parametrize("case", INDEXES.values(), ids=INDEXES)
def test_an_index_that_would_be_longer_than_indexes_are(
    mariadb_database: str, case: tuple[str, str, int, str]
) -> None:
    index, options, length, words = case
    made(mariadb_database, f"CREATE TABLE orders ({ORDERS}, {index}) {options}")
    refused(mariadb_database, evolution(open_to(length)), Refused, words, "make its columns")
    wanted = evolution(open_to(length - 1))
    commands.start(wanted, mariadb_database)
    assert commands.complete(wanted, mariadb_database).state == State.COMPLETED


@pytest.mark.parametrize("unique", [False, True], ids=["plain", "unique"])
def test_an_index_that_is_asked_for_and_would_be_too_long(mariadb_database: str, unique: bool) -> None:
    made(mariadb_database, f"CREATE TABLE orders ({ORDERS}, body varchar(1000))")
    words = "would be one of hashes" if unique else "would hold the first 768 characters of body only"
    refused(mariadb_database, evolution(AddIndex("orders", "body", unique=unique)), Refused, words)


def test_the_tables_own_character_set_counts(mariadb_database: str) -> None:
    made(mariadb_database, f"CREATE TABLE orders ({ORDERS}, body varchar(1000)) CHARACTER SET latin1")
    wanted = evolution(AddIndex("orders", "body"))
    assert commands.start(wanted, mariadb_database).state == State.LIVE


def test_a_binary_log_of_statements() -> None:
    settings = {"log-bin": "log", "binlog-format": "STATEMENT"}
    with embedded_mariadb(settings=settings) as server:
        url = server.create_database("shop")
        made(url, f"CREATE TABLE orders ({ORDERS})", FILL)
        wanted = evolution(OPEN, AddColumn("orders", sa.Column("channel", String(9)), fill="'web'"))
        error = refused(url, wanted, Unsupported, "binlog_format = STATEMENT")
        assert error.remedy.startswith("SET GLOBAL binlog_format = MIXED")
        made(url, "SET GLOBAL binlog_format = MIXED")
        assert commands.start(wanted, url).state == State.LIVE
        assert commands.rollback(wanted, url).state == State.ROLLED_BACK


def test_silence_where_nothing_is_counted(mariadb_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made(mariadb_database, f"CREATE TABLE orders ({ORDERS})", FILL)
    commands.start(evolution(OPEN), mariadb_database)
    # As MySQL is asked, which has no sequences.
    count = sync.count
    monkeypatch.setattr(sync, "count", lambda step, server: count(step, replace(server, mysql=True)))
    (status,) = commands.status(mariadb_database)
    assert status.writes == ()
    with pytest.raises(Unsupported, match=r"mariadb 1\S+ counts no writes by side") as raised:
        commands.complete("e", mariadb_database, quiet_for=timedelta(hours=1))
    assert "complete it without --quiet-for" in raised.value.remedy
    (status,) = commands.status(mariadb_database)
    assert status.state == State.LIVE
    assert commands.complete("e", mariadb_database).state == State.COMPLETED


def test_sessions_of_a_namespace_that_purge_would_drop(mariadb_database: str) -> None:
    made(mariadb_database, f"CREATE TABLE orders ({ORDERS})", FILL)
    wanted = evolution(OPEN)

    def lints() -> list[str]:
        found = commands.preview(wanted, mariadb_database).lints
        return [f"{each.place}: {each.fact}" for each in found if each.code == "CF110"]

    commands.start(wanted, mariadb_database)
    place = names.namespace(str(make_url(mariadb_database).database), "e")
    with opened(mariadb_database, version="e"), opened(mariadb_database):
        assert lints() == []  # purge is not what comes next
        commands.complete(wanted, mariadb_database)
        assert lints() == [
            (
                f"{place}: 1 session has this database for a home, right now: once purge has dropped it, "
                "they find no table"
            )
        ]
        with opened(mariadb_database, version="e"):
            assert lints()[0].startswith(f"{place}: 2 sessions have this database")
    assert lints() == []


def test_a_lock_that_is_not_had_says_where_to_look(mariadb_database: str) -> None:
    made(mariadb_database, f"CREATE TABLE orders ({ORDERS})", FILL)
    commands.start(evolution(OPEN), mariadb_database)
    dialect = connect(mariadb_database)
    journal = Journal()
    with dialect.engine.connect() as connection:
        record = journal.find(connection, "e")
    assert record is not None
    session = Session(dialect, journal, record, "rollback", Silent(), patience=Patience(attempts=1))
    with opened(mariadb_database, autocommit=False) as other:
        other.rows("SELECT * FROM orders")
        with pytest.raises(Busy) as raised:
            session.outside(
                "it", [Statement("SET lock_wait_timeout = 0"), Statement("ALTER TABLE orders ADD x int")]
            )
    dialect.engine.dispose()
    assert raised.value.remedy == (
        "look for long transactions in information_schema.INNODB_TRX and PROCESSLIST, then run the same "
        "command again"
    )
