"""What hinders an ALTER is told by name before: just where the server itself would refuse it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from sqlalchemy.exc import DBAPIError

from crossfade.dialects.mariadb import faults
from crossfade.dialects.mariadb.hindrances import hindrance
from crossfade.dialects.mariadb.quoting import ident
from crossfade.dialects.mariadb.reflection import reflect
from crossfade.dialects.mariadb.rendering import Server, render
from crossfade.errors import Refused
from crossfade.schema import Check, Column, ForeignKey, Index, TableName
from crossfade.session import execute
from crossfade.steps import (
    AddCheck,
    AddColumn,
    AddForeignKey,
    CreateIndex,
    DropColumn,
    DropIndex,
    DropNotNull,
    RenameColumn,
    RenameIndex,
    RenameTable,
    SetDefault,
    SetNotNull,
    Step,
)
from tests.dialects.mariadb.ground import Ground, ground
from tests.dialects.mariadb.reflecting import accounts

REFUSED = {1845, 1846}
COLUMNS = (
    "id int NOT NULL PRIMARY KEY, a varchar(20), b int, nn varchar(20) NOT NULL DEFAULT 'x', cid int, "
    "plain int, gone varchar(9), r varchar(9), KEY by_a (a), KEY by_cid (cid), KEY by_gone (gone)"
)
FULLTEXT = ", body text, FULLTEXT KEY words (body)"


@dataclass(frozen=True)
class Kind:
    """A table: more columns, its options, what is said of it, and statements that come later."""

    columns: str = ""
    options: str = ""
    what: str = ""
    later: tuple[str, ...] = ()


KINDS = {
    "a plain one": Kind(),
    "a STORED column": Kind(", twice int AS (b * 2) STORED", "", "its STORED column twice"),
    "a VIRTUAL column": Kind(", twice int AS (b * 2) VIRTUAL"),
    "a VIRTUAL column, indexed": Kind(
        ", twice int AS (b * 2) VIRTUAL, KEY by_twice (twice)",
        "",
        "its VIRTUAL column twice, which is indexed",
    ),
    "a FULLTEXT index": Kind(FULLTEXT, "", "its FULLTEXT index words"),
    "a FULLTEXT index that is gone": Kind(
        FULLTEXT,
        "",
        "what a FULLTEXT index that it had has left behind",
        ("ALTER TABLE {} DROP INDEX words",),
    ),
    "the same, written anew": Kind(
        FULLTEXT, "", "", ("ALTER TABLE {} DROP INDEX words", "ALTER TABLE {} FORCE")
    ),
    "a SPATIAL index": Kind(
        ", place point NOT NULL DEFAULT (point(1, 1)), SPATIAL KEY places (place)",
        "",
        "its SPATIAL index places",
    ),
    "a unique index of hashes": Kind(", long_one text, UNIQUE KEY long_key (long_one)", "", "long_key"),
    "ROW_FORMAT=COMPRESSED": Kind("", "ROW_FORMAT=COMPRESSED", "its ROW_FORMAT=COMPRESSED"),
    "ROW_FORMAT=COMPACT": Kind("", "ROW_FORMAT=COMPACT"),
    "ROW_FORMAT=REDUNDANT": Kind("", "ROW_FORMAT=REDUNDANT"),
    "pages compressed": Kind("", "PAGE_COMPRESSED=1"),
    "partitions": Kind("", "PARTITION BY HASH (id) PARTITIONS 2"),
    "partitions, and FULLTEXT that is gone": Kind(
        FULLTEXT,
        "PARTITION BY HASH (id) PARTITIONS 2",
        "what a FULLTEXT index that it had has left behind",
        ("ALTER TABLE {} DROP INDEX words",),
    ),
}
NAME = "The `Orders`' 100 %"
SETTING = "innodb_instant_alter_column_allowed"


def steps(of: TableName, target: TableName) -> Iterator[Step]:
    yield AddColumn(of, Column("x", "varchar(20)"))
    yield AddColumn(of, Column("x", "varchar(20)", nullable=False, default="'q'"))
    yield DropColumn(of, "plain")
    yield DropColumn(of, "gone")
    yield RenameColumn(of, "r", "rr")
    yield SetDefault(of, "a", "'q'")
    yield SetNotNull(of, "cid", "", standing=True, definition=Column("cid", "int", nullable=False))
    yield DropNotNull(of, "nn", Column("nn", "varchar(20)", default="'x'"))
    yield CreateIndex(of, Index("by_b", ("b",)))
    yield CreateIndex(of, Index("by_id_b", ("id", "b"), unique=True))
    yield DropIndex(of, "by_a")
    yield RenameIndex(of, "by_a", "by_aa")
    yield AddCheck(of, Check("some", "`b` > 0", ("b",)), Column("b", "int"), ())
    yield RenameTable(of, TableName(of.schema, "moved"))
    yield AddForeignKey(of, ForeignKey("to_target", of, ("cid",), target, ("id",)))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_hindrance_is_told_where_the_server_would_refuse(mariadb_database: str, kind: Kind) -> None:
    with ground(mariadb_database, "CREATE TABLE target (id int PRIMARY KEY)") as here:
        of, made, refused = here.table(NAME), ident(NAME), 0
        for step in steps(of, here.table("target")):
            here.say(
                f"DROP TABLE IF EXISTS {made}, moved",
                f"CREATE TABLE {made} ({COLUMNS}{kind.columns}) {kind.options}",
            )
            here.say(f"INSERT INTO {made} (id, b, cid) VALUES (1, 1, 1), (2, 2, 2)")
            here.say(*(each.format(made) for each in kind.later))
            if "PARTITION" in kind.options and isinstance(step, AddForeignKey):
                continue  # which is refused for what it is
            said = told(here, here.server, step)
            assert told(here, replace(here.server, allow_copy=True), step) is None
            assert (said is not None) == is_refused(here, step), step
            if said is not None:
                refused += 1
                assert said.fact.startswith(
                    f"to {step.title}, MariaDB would copy the table, or keep its writers"
                )
                assert kind.what in said.fact
                assert kind.what
                assert said.place == f"table {of}"
        assert bool(refused) == bool(kind.what)


def told(here: Ground, server: Server, step: Step) -> Refused | None:
    schema = reflect(here.connection, [str(step.locks[0])], server)
    return hindrance(here.connection, [(step,)], schema.tables, server)


def is_refused(here: Ground, step: Step) -> bool:
    """Whether the server refuses the step, because of how it would be done."""
    try:
        for statement in render(step, here.server):
            execute(here.connection, statement).close()
    except DBAPIError as error:
        if faults.number(error) not in REFUSED:
            raise
        return True
    return False


@pytest.mark.parametrize("allowed", ["never", "add_last"])
def test_the_servers_own_setting_is_one(mariadb_database: str, allowed: str) -> None:
    with ground(mariadb_database, "CREATE TABLE orders (id int PRIMARY KEY, note text)") as here:
        of = here.table("orders")
        here.say(f"SET GLOBAL {SETTING} = '{allowed}'")
        try:
            found = [
                told(here, here.server, each)
                for each in (AddColumn(of, Column("x", "int")), DropColumn(of, "x"))
            ]
            assert is_refused(here, DropColumn(of, "note"))
        finally:
            here.say(f"SET GLOBAL {SETTING} = 'add_drop_reorder'")
        assert [each is not None for each in found] == [allowed == "never", True]
        assert found[1] is not None
        assert f"because of {SETTING} = {allowed}" in found[1].fact
        assert found[1].remedy.startswith(f"SET GLOBAL {SETTING}")


@pytest.mark.parametrize("action", ["ON DELETE", "ON UPDATE"])
def test_a_column_that_a_key_sets_null_is_never_not_null(mariadb_database: str, action: str) -> None:
    with ground(
        mariadb_database,
        "CREATE TABLE people (id int PRIMARY KEY)",
        "CREATE TABLE orders (id int PRIMARY KEY, person int, other int, "
        f"CONSTRAINT of_person FOREIGN KEY (person) REFERENCES people (id) {action} SET NULL)",
    ) as here:
        of = here.table("orders")
        for column, refused in (("person", True), ("other", False)):
            step = SetNotNull(of, column, "", standing=True, definition=Column(column, "int", nullable=False))
            found = told(here, replace(here.server, allow_copy=True), step)
            assert (found is not None) == refused
            if found is not None:
                assert "foreign key of_person sets it NULL" in found.fact
                with pytest.raises(DBAPIError, match="needed in a foreign key constraint"):
                    is_refused(here, step)


def test_names_are_followed(mariadb_database: str) -> None:
    with ground(
        mariadb_database,
        "CREATE TABLE orders (id int PRIMARY KEY, status int, KEY by_status (status), "
        "place point NOT NULL, SPATIAL KEY places (place))",
    ) as here:
        of, moved = here.table("orders"), here.table("sales")
        walk = [
            RenameColumn(of, "status", "_retired"),
            RenameColumn(of, "later", "status"),
            RenameTable(of, moved),
        ]
        schema = reflect(here.connection, ["orders"], here.server)

        def hindered(column: str) -> bool:
            steps = [*walk, DropColumn(moved, column)]
            return hindrance(here.connection, [steps], schema.tables, here.server) is not None

        assert hindered("_retired")  # with its index
        assert not hindered("status")


def test_what_the_account_may_not_see_hinders_nothing(mariadb_database: str) -> None:
    with ground(mariadb_database, f"CREATE TABLE orders (id int PRIMARY KEY{FULLTEXT})") as here:
        here.say("DROP INDEX words ON orders")
        step = AddColumn(here.table("orders"), Column("x", "int"))
        assert told(here, here.server, step) is not None
        with accounts(mariadb_database, here.connection) as account:
            owner = account("owner", f"ALL ON `{here.database}`.*")
            assert told(replace(here, connection=owner), here.server, step) is None
