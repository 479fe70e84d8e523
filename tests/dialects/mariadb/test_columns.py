"""Columns: added, dropped, renamed; their defaults, NOT NULL, comments and grants."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError

from crossfade.dialects.mariadb.quoting import ident
from crossfade.errors import Unsupported
from crossfade.schema import Check, Column, EnumType, Grant
from crossfade.steps import (
    AddColumn,
    CreateEnum,
    DropColumn,
    DropEnum,
    DropIndex,
    DropNotNull,
    Relax,
    RenameColumn,
    RenameTable,
    SetDefault,
    SetNotNull,
    Statement,
)
from tests.dialects.mariadb.golden import COPYING, ITEMS, MYSQL, ORDERS, Golden, check, rendered
from tests.dialects.mariadb.ground import GROESSE, ODD, Ground, ground, quoted

NOTE = Column("note", "varchar(50)", nullable=False, default="'it''s \\\\ 100%'", comment="in 'cm'")

CASES = {
    "column": Golden(
        AddColumn(ORDERS, Column("status_2", "VARCHAR(50)")),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`orders` ADD COLUMN `status_2` VARCHAR(50) NULL, ALGORITHM=INSTANT

""",
    ),
    "column with all that one may have": Golden(
        AddColumn(
            ITEMS, replace(NOTE, name="Größe`", collation="utf8mb4_bin", on_update="current_timestamp()")
        ),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`order ``items``'s` ADD COLUMN `Größe``` varchar(50) COLLATE utf8mb4_bin NOT NULL
    DEFAULT 'it''s \\\\ 100%' ON UPDATE current_timestamp() COMMENT 'in ''cm''', ALGORITHM=INSTANT

""",
    ),
    "column with a default for new rows only, and grants": Golden(
        AddColumn(
            ORDERS,
            Column("token", "UUID"),
            (Grant("SELECT", "'app'@'%'", column="t"), Grant("UPDATE", "", grantable=True, column="t")),
            later_default="uuid()",
        ),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`orders` ADD COLUMN `token` UUID NULL, ALGORITHM=INSTANT

-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`orders` ALTER COLUMN `token` SET DEFAULT (uuid()), ALGORITHM=INSTANT

-- work:
GRANT SELECT (`token`) ON `shop`.`orders` TO 'app'@'%'

-- work:
GRANT UPDATE (`token`) ON `shop`.`orders` TO PUBLIC WITH GRANT OPTION

""",
    ),
    "column where the table may be copied": Golden(
        AddColumn(ORDERS, Column("token", "UUID", default="(uuid())")),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`orders` ADD COLUMN `token` UUID NULL DEFAULT (uuid()), ALGORITHM=INSTANT

""",
        COPYING,
    ),
    "no column": Golden(
        DropColumn(ITEMS, "Größe`"),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`order ``items``'s` DROP COLUMN `Größe```, ALGORITHM=NOCOPY, LOCK=NONE

""",
    ),
    "no column of MySQL": Golden(
        DropColumn(ORDERS, "note"),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`orders` DROP COLUMN `note`, ALGORITHM=INPLACE, LOCK=NONE

""",
        MYSQL,
    ),
    "column renamed": Golden(
        RenameColumn(ORDERS, "status_2", "status"),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`orders` RENAME COLUMN `status_2` TO `status`, ALGORITHM=INSTANT

""",
    ),
    "default taken off a retired column": Golden(
        Relax(ORDERS, Column("kind", "varchar(10)", default="'x'")),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`orders` ALTER COLUMN `kind` DROP DEFAULT, ALGORITHM=INSTANT

""",
    ),
    "default given to a retired column that must have a value": Golden(
        Relax(ORDERS, Column("kind", "enum('it''s','b')", nullable=False)),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`orders` ALTER COLUMN `kind` SET DEFAULT 'it''s', ALGORITHM=INSTANT

""",
    ),
    "retired, and it had a default": Golden(
        Relax(ORDERS, Column("kind", "varchar(10)", nullable=False, default="'x'")), ""
    ),
    "retired, and it had nothing": Golden(Relax(ORDERS, Column("kind", "varchar(10)")), ""),
    "default": Golden(
        SetDefault(ORDERS, "status", "'new'"),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`orders` ALTER COLUMN `status` SET DEFAULT 'new', ALGORITHM=INSTANT

""",
    ),
    "no default": Golden(
        SetDefault(ITEMS, "order", None),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`order ``items``'s` ALTER COLUMN `order` DROP DEFAULT, ALGORITHM=INSTANT

""",
    ),
    "not null": Golden(
        SetNotNull(
            ORDERS,
            "note",
            "proof",
            standing=True,
            definition=replace(NOTE, default=None, comment=None),
            checks=(Check("note", "note <> 'x'", ("note",)),),
        ),
        """
-- work, SHARED UPGRADABLE:
ALTER TABLE `shop`.`orders` MODIFY COLUMN `note` varchar(50) NOT NULL CHECK ((note <> 'x')),
    ALGORITHM=INPLACE, LOCK=NONE

""",
    ),
    "not null of a column that the old version does not give": Golden(
        SetNotNull(ORDERS, "note", "", definition=replace(NOTE, default=None)),
        """
-- work, SHARED UPGRADABLE:
ALTER TABLE `shop`.`orders` MODIFY COLUMN `note` varchar(50) NOT NULL DEFAULT '' COMMENT 'in ''cm''',
    ALGORITHM=INPLACE, LOCK=NONE

""",
    ),
    "null again": Golden(
        DropNotNull(ORDERS, "id", Column("id", "bigint(20)", identity="by default")),
        """
-- work, SHARED UPGRADABLE:
ALTER TABLE `shop`.`orders` MODIFY COLUMN `id` bigint(20) NULL AUTO_INCREMENT,
    ALGORITHM=INPLACE, LOCK=NONE

""",
    ),
    "table renamed": Golden(
        RenameTable(ITEMS, ORDERS),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`order ``items``'s` RENAME TO `shop`.`orders`, ALGORITHM=INSTANT

""",
    ),
    "enum": Golden(CreateEnum(EnumType("shop", "orders.status", ("new",))), ""),
    "no enum": Golden(DropEnum(EnumType("shop", "orders.status", ("new",))), ""),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    check(CASES[name])


def test_what_may_copy_says_so_without_words() -> None:
    (added,) = rendered(AddColumn(ORDERS, Column("a", "int")))
    assert added.copying == "ALTER TABLE `shop`.`orders` ADD COLUMN `a` int NULL"


def test_the_query_for_what_stands() -> None:
    (added,) = rendered(AddColumn(ITEMS, Column("Größe`", "int")))
    assert added.done == (
        "SELECT 1 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'shop' "
        "AND TABLE_NAME = 'order `items`''s' AND BINARY COLUMN_NAME = 'Größe`'"
    )


def test_what_is_taken_back() -> None:
    standing = SetNotNull(ORDERS, "note", "proof", standing=True, definition=NOTE)
    assert standing.undo() == DropNotNull(ORDERS, "note", replace(NOTE, nullable=True))
    assert SetNotNull(ORDERS, "note", "proof", definition=NOTE).undo() is None


def test_a_definition_must_be_known() -> None:
    with pytest.raises(Unsupported, match="whole definition"):
        rendered(SetNotNull(ORDERS, "note", "proof"))
    with pytest.raises(Unsupported, match="generated"):
        rendered(SetNotNull(ORDERS, "note", "proof", definition=replace(NOTE, generated="1")))


def test_a_type_without_a_constant_can_not_be_relaxed() -> None:
    with pytest.raises(Unsupported, match="no plain default"):
        rendered(Relax(ORDERS, Column("place", "point", nullable=False)))


@pytest.fixture
def here(mariadb_database: str) -> Iterator[Ground]:
    with ground(mariadb_database) as made:
        made.say(
            f"CREATE TABLE {quoted(made.table(ODD))} (id INT AUTO_INCREMENT PRIMARY KEY, {ident(GROESSE)} "
            "VARCHAR(20) COLLATE utf8mb4_bin DEFAULT 'it''s', `order` INT NOT NULL DEFAULT 7, "
            "kind ENUM('new','paid') NOT NULL, note TEXT, at TIMESTAMP NULL, "
            "data JSON NOT NULL, UNIQUE KEY `u``x` (`order`, note(10)), "
            "CONSTRAINT `c'h``k` CHECK (`order` <> 5)) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
            f"INSERT INTO {quoted(made.table(ODD))} (kind, note, data) VALUES ('paid', 'a', '[]')",
        )
        yield made


@pytest.mark.parametrize(
    "column",
    [
        Column("plain", "int(11)"),
        Column("Wei`rd' \\%s ü", "varchar(10)", collation="utf8mb4_bin", comment="it's \\ 100%"),
        Column("required", "varchar(20)", nullable=False, default="'it''s \\\\ 100%'"),
        Column("flag", "boolean", default="true"),
        Column("moment", "timestamp", nullable=False, default="current_timestamp()"),
        Column("touched", "datetime(6)", default="now(6)", on_update="current_timestamp(6)"),
        Column("tags", "set('x','y''z')", default="'x,y''z'"),
        Column("latin", "enum('é','b') CHARACTER SET latin1", default="'é'"),
        Column("data_2", "JSON"),
    ],
    ids=lambda column: column.name,
)
def test_a_column_is_added_and_goes(here: Ground, column: Column) -> None:
    here.there_and_back(AddColumn(here.table(ODD), column))


def test_a_column_has_what_was_declared(here: Ground) -> None:
    of = here.table(ODD)
    column = Column(
        "x", "varchar(20)", False, "'it''s \\\\ 100%'", collation="utf8mb4_bin", comment="it's \\"
    )
    here.walk(AddColumn(of, column))
    here.walk(AddColumn(of, Column("token", "varchar(36)"), later_default="uuid()"))
    told = here.columns(of)
    assert told["x"] == ("varchar(20)", "NO", "'it''s \\\\ 100%'", "utf8mb4_bin", "it's \\")
    assert told["token"][1:3] == ("YES", "uuid()")
    assert here.read(f"SELECT x, token FROM {quoted(of)}") == [("it's \\ 100%", None)]


def test_a_default_that_only_new_rows_can_have_is_refused(here: Ground) -> None:
    with pytest.raises(DBAPIError, match="1845"):
        here.walk(AddColumn(here.table(ODD), Column("token", "varchar(36)", default="uuid()")))


def test_a_name_that_is_nearly_the_same_is_another(here: Ground) -> None:
    of = here.table(ODD)
    here.walk(AddColumn(of, Column("grosse", "int")))
    here.walk(AddColumn(of, Column("größe", "int")))  # by information_schema's collation, the same
    here.walk(RenameColumn(of, "größe", "GRÖSSE"))
    assert {"grosse", "GRÖSSE"} < here.columns(of).keys()


def test_a_column_gets_another_name_and_back(here: Ground) -> None:
    of = here.table(ODD)
    here.there_and_back(RenameColumn(of, GROESSE, "Grö`ße' \\%d"))
    here.there_and_back(RenameColumn(of, "order", "ORDER"))
    here.walk(RenameColumn(of, "order", "Order no."))
    (clause,) = here.read(
        "SELECT CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS "
        f"WHERE CONSTRAINT_SCHEMA = '{here.database}' AND LEVEL = 'Table'"
    )
    assert clause == ("`Order no.` <> 5",)


def test_defaults_and_back(here: Ground) -> None:
    of = here.table(ODD)
    for column, default, previous in (
        (GROESSE, "'100% \\\\ ''q'''", "'it''s'"),
        (GROESSE, None, "'it''s'"),
        ("order", "8", "7"),
        ("order", "'8'", "7"),
        ("order", "-8", "7"),
        ("note", "uuid()", None),
        ("note", "'uuid()'", None),
        ("note", "'NULL'", None),
        ("note", "'7'", None),
        ("kind", "'paid'", None),
        ("at", "CURRENT_TIMESTAMP", None),
        ("at", "'2020-01-02 03:04:05'", None),
    ):
        here.there_and_back(SetDefault(of, column, default, previous))


def test_a_default_in_other_words_is_set_again(here: Ground) -> None:
    """The server writes 2020-01-02 as 2020-01-02 00:00:00: no query says that it stands."""
    (statement,) = rendered(SetDefault(here.table(ODD), "at", "'2020-01-02'"))
    for _ in range(2):
        here.say(statement.sql)
        assert here.read(statement.done) == []


def test_not_null_and_back(here: Ground) -> None:
    of = here.table(ODD)
    column = Column(GROESSE, "varchar(20)", False, "'it''s'", collation="utf8mb4_bin")
    here.there_and_back(SetNotNull(of, GROESSE, "", standing=True, definition=column))
    here.say(f"INSERT INTO {quoted(of)} (kind, data) VALUES ('new', '{{}}')")
    with pytest.raises(DBAPIError, match="Data truncated"):
        here.walk(SetNotNull(of, "note", "", definition=Column("note", "text", False)))


def test_not_null_where_a_stand_in_was(here: Ground) -> None:
    """What a retired column had in place of a value goes when it is brought back."""
    of, kind = here.table(ODD), Column("kind", "enum('new','paid')", nullable=False)
    here.walk(Relax(of, kind))
    assert here.columns(of)["kind"][2] == "'new'"
    here.say(f"INSERT INTO {quoted(of)} (data) VALUES ('0')")
    here.walk(SetNotNull(of, "kind", "", standing=True, definition=kind))
    assert here.columns(of)["kind"][:3] == ("enum('new','paid')", "NO", None)


def test_a_retired_column_needs_no_value(here: Ground) -> None:
    of = here.table(ODD)
    here.walk(Relax(of, Column("data", "json", nullable=False)))
    here.walk(Relax(of, Column("kind", "enum('new','paid')", nullable=False)))
    here.walk(Relax(of, Column(GROESSE, "varchar(20)", default="'it''s'")))
    here.say(f"INSERT INTO {quoted(of)} (note) VALUES ('b')")
    assert here.read(
        f"SELECT JSON_VALID(data), kind, {ident(GROESSE)} FROM {quoted(of)} WHERE note = 'b'"
    ) == [(1, "new", None)]


def test_a_table_gets_another_name_and_back(here: Ground) -> None:
    of = here.table(ODD)
    here.say(
        f"CREATE TRIGGER `{here.database}`.fires BEFORE INSERT ON {quoted(of)} "
        "FOR EACH ROW SET NEW.note = 't'"
    )
    here.there_and_back(RenameTable(of, here.table("it's `another`")))
    here.walk(RenameTable(of, here.table("lines")))
    here.say(f"INSERT INTO {quoted(here.table('lines'))} (kind, data) VALUES ('new', '1')")
    assert here.read(f"SELECT note FROM {quoted(here.table('lines'))} WHERE kind = 'new'") == [("t",)]


def test_grants_on_a_column(here: Ground) -> None:
    of, host = here.table(ODD), "h8'app"
    here.say(
        "DROP USER IF EXISTS 'h8''app'@'%'",
        "CREATE USER 'h8''app'@'%'",
        "CREATE ROLE IF NOT EXISTS `h8``role`",
    )
    grants = (
        Grant("SELECT", "'h8''app'@'%'", column="x"),
        Grant("UPDATE", "`h8``role`", grantable=False, column="x"),
        Grant("INSERT", "'h8''app'@'%'", column="x"),
    )
    try:
        here.walk(AddColumn(of, Column("neu`", "int"), grants))
        held = here.read(
            "SELECT GRANTEE, COLUMN_NAME, PRIVILEGE_TYPE FROM information_schema.COLUMN_PRIVILEGES "
            f"WHERE TABLE_SCHEMA = '{here.database}' ORDER BY 1, 3"
        )
        assert held == [
            (f"'{host}'@'%'", "neu`", "INSERT"),
            (f"'{host}'@'%'", "neu`", "SELECT"),
            ("'h8`role'@''", "neu`", "UPDATE"),
        ]
    finally:
        here.say("DROP USER 'h8''app'@'%'", "DROP ROLE `h8``role`")


def test_the_server_is_told_what_it_may_not_do(here: Ground) -> None:
    """A statement that would copy the table is refused, and does without the words."""
    of = here.table(ODD)
    (statement,) = rendered(AddColumn(of, Column("token", "varchar(36)", default="uuid()")))
    with pytest.raises(DBAPIError, match="ALGORITHM=INSTANT is not supported"):
        here.say(statement.sql)
    here.say(statement.copying)
    assert isinstance(statement, Statement)
    assert len(here.read(f"SELECT token FROM {quoted(of)} WHERE token IS NOT NULL")) == 1


def test_a_column_of_an_index_goes_with_it_but_from_an_index_of_others(here: Ground) -> None:
    of = here.table(ODD)
    here.say(f"ALTER TABLE {quoted(of)} ADD a INT, ADD b INT, ADD KEY alone (a), ADD KEY two (b, id)")
    here.walk(DropColumn(of, "a"))
    with pytest.raises(DBAPIError, match="ALGORITHM=NOCOPY is not supported"):
        here.walk(DropColumn(of, "b"))
    here.walk(DropIndex(of, "two"))
    here.walk(DropColumn(of, "b"))
