"""Indexes, unique constraints, checks and foreign keys."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError

from crossfade.dialects.mariadb.quoting import ident
from crossfade.errors import Unsupported
from crossfade.schema import Check, Column, ForeignKey, Index
from crossfade.session import execute
from crossfade.steps import (
    AddCheck,
    AddForeignKey,
    AdoptIndex,
    CreateIndex,
    DropCheck,
    DropForeignKey,
    DropIndex,
    DropUnique,
    RenameCheck,
    RenameForeignKey,
    RenameIndex,
    Statement,
    Step,
    ValidateCheck,
    ValidateForeignKey,
)
from tests.dialects.mariadb.golden import COPYING, ITEMS, MYSQL, ORDERS, Golden, check, rendered
from tests.dialects.mariadb.ground import GROESSE, ODD, Ground, ground, quoted

KNOWN = Check("known ones", "status <> 'lost'", ("status",))
KEY = ForeignKey("of `order`", ITEMS, ("order", "no"), ORDERS, ("id", "no"))
BEARER = Column("status", "varchar(50)", comment="it's")

CASES = {
    "index": Golden(
        CreateIndex(ORDERS, Index("ix_orders_channel", ("channel",))),
        """
-- work, SHARED UPGRADABLE:
ALTER TABLE `shop`.`orders` ADD INDEX `ix_orders_channel` (`channel`), ALGORITHM=NOCOPY, LOCK=NONE

""",
    ),
    "index of MySQL": Golden(
        CreateIndex(ORDERS, Index("ix_orders_channel", ("channel",))),
        """
-- work, SHARED UPGRADABLE:
ALTER TABLE `shop`.`orders` ADD INDEX `ix_orders_channel` (`channel`), ALGORITHM=INPLACE, LOCK=NONE

""",
        MYSQL,
    ),
    "index with all that one may have": Golden(
        CreateIndex(
            ITEMS,
            Index(
                "One `each`",
                ("note", "Größe"),
                unique=True,
                options=("(20)", " DESC"),
                storage="COMMENT 'it''s'",
                constraint="unique",
            ),
        ),
        """
-- work, SHARED UPGRADABLE:
ALTER TABLE `shop`.`order ``items``'s` ADD UNIQUE INDEX `One ``each``` (`note`(20), `Größe` DESC)
    COMMENT 'it''s', ALGORITHM=NOCOPY, LOCK=NONE

""",
    ),
    "no index": Golden(
        DropIndex(ITEMS, "One `each`"),
        """
-- work, SHARED UPGRADABLE:
ALTER TABLE `shop`.`order ``items``'s` DROP INDEX `One ``each```, ALGORITHM=NOCOPY, LOCK=NONE

""",
    ),
    "index renamed": Golden(
        RenameIndex(ITEMS, "One `each`", "by_status"),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`order ``items``'s` RENAME INDEX `One ``each``` TO `by_status`, ALGORITHM=INSTANT

""",
    ),
    "unique constraint": Golden(AdoptIndex(ORDERS, "one"), ""),
    "no unique constraint": Golden(DropUnique(ORDERS, "one"), ""),
    "check where the table may be copied": Golden(
        AddCheck(ORDERS, KNOWN),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`orders` ADD CONSTRAINT `known ones` CHECK (status <> 'lost'), ALGORITHM=INSTANT

""",
        COPYING,
    ),
    "check that a column bears": Golden(
        AddCheck(ORDERS, KNOWN, BEARER, (Check("other", "status <> 'x' OR 1", ("status",)),)),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`orders` MODIFY COLUMN `status` varchar(50) NULL COMMENT 'it''s'
    CHECK ((status <> 'x' OR 1) AND (status <> 'lost')), ALGORITHM=INSTANT

""",
    ),
    "no check": Golden(
        DropCheck(ORDERS, KNOWN),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`orders` DROP CONSTRAINT `known ones`, ALGORITHM=INSTANT

""",
    ),
    "no check of MySQL": Golden(
        DropCheck(ORDERS, KNOWN),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`orders` DROP CHECK `known ones`, ALGORITHM=INSTANT

""",
        MYSQL,
    ),
    "no check that a column bears": Golden(
        DropCheck(ORDERS, KNOWN, BEARER),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`orders` MODIFY COLUMN `status` varchar(50) NULL COMMENT 'it''s', ALGORITHM=INSTANT

""",
    ),
    "check validated": Golden(
        ValidateCheck(ITEMS, "known ones", KNOWN),
        """
-- work:
BEGIN NOT ATOMIC
  DECLARE _crossfade_found TEXT;
  SELECT LEFT('rows of shop.order `items`''s do not pass check known ones', 400) INTO _crossfade_found
    FROM `shop`.`order ``items``'s` WHERE (status <> 'lost') IS FALSE LIMIT 1;
  IF _crossfade_found IS NOT NULL THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = _crossfade_found;
  END IF;
END

""",
    ),
    "check validated by the copy": Golden(ValidateCheck(ORDERS, "known ones"), ""),
    "check renamed where the table may be copied": Golden(
        RenameCheck(ORDERS, "new ones", "known ones", KNOWN),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`orders` DROP CONSTRAINT `new ones`,
    ADD CONSTRAINT `known ones` CHECK (status <> 'lost'), ALGORITHM=INSTANT

""",
        COPYING,
    ),
    "check renamed that a column bears": Golden(RenameCheck(ORDERS, "a", "b", borne=True), ""),
    "foreign key": Golden(
        AddForeignKey(ITEMS, replace(KEY, on_delete="CASCADE")),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
SET STATEMENT foreign_key_checks=0 FOR ALTER TABLE `shop`.`order ``items``'s`
    ADD CONSTRAINT `of ``order``` FOREIGN KEY (`order`, `no`) REFERENCES `shop`.`orders` (`id`, `no`)
    ON DELETE CASCADE, ALGORITHM=INSTANT

""",
    ),
    "foreign key as it was": Golden(
        AddForeignKey(
            ITEMS, replace(KEY, definition="FOREIGN KEY (`a`) REFERENCES `p` (`b`) ON UPDATE CASCADE")
        ),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
SET STATEMENT foreign_key_checks=0 FOR ALTER TABLE `shop`.`order ``items``'s`
    ADD CONSTRAINT `of ``order``` FOREIGN KEY (`a`) REFERENCES `p` (`b`) ON UPDATE CASCADE, ALGORITHM=INSTANT

""",
    ),
    "foreign key of MySQL": Golden(
        AddForeignKey(ITEMS, replace(KEY, definition="FOREIGN KEY (`a`) REFERENCES `p` (`b`)")),
        """
-- setting:
SET SESSION foreign_key_checks = 0

-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`order ``items``'s` ADD CONSTRAINT `of ``order``` FOREIGN KEY (`a`)
    REFERENCES `p` (`b`), ALGORITHM=INPLACE, LOCK=NONE

-- setting:
SET SESSION foreign_key_checks = 1

""",
        MYSQL,
    ),
    "foreign key validated": Golden(
        ValidateForeignKey(ITEMS, "of", KEY),
        """
-- work, blocks writes, briefly:
LOCK TABLES `shop`.`orders` READ

-- work:
UNLOCK TABLES

-- setting:
SET SESSION max_statement_time = 0

-- work:
BEGIN NOT ATOMIC
  DECLARE _crossfade_found TEXT;
  SELECT LEFT(CONCAT('rows of shop.order `items`''s refer by of to what is not there, such as ',
    CONCAT_WS(', ', t.`order`, t.`no`)), 400) INTO _crossfade_found
    FROM `shop`.`order ``items``'s` AS t WHERE t.`order` IS NOT NULL AND t.`no` IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM `shop`.`orders` AS r WHERE r.`id` = t.`order` AND r.`no` = t.`no`) LIMIT 1;
  IF _crossfade_found IS NOT NULL THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = _crossfade_found;
  END IF;
END

""",
    ),
    "foreign key validated on MySQL": Golden(
        ValidateForeignKey(ORDERS, "of", replace(KEY, columns=("a",), target_columns=("b",))),
        """
-- work:
SELECT UUID_TO_BIN(CONCAT('rows of shop.orders refer by of to what is not there, such as ',
    CONCAT_WS(', ', t.`a`))) FROM `shop`.`orders` AS t WHERE t.`a` IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM `shop`.`orders` AS r WHERE r.`b` = t.`a`) LIMIT 1

""",
        MYSQL,
    ),
    "no foreign key": Golden(
        DropForeignKey(ITEMS, KEY),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`order ``items``'s` DROP FOREIGN KEY `of ``order```, ALGORITHM=INSTANT

""",
    ),
    "foreign key renamed": Golden(
        RenameForeignKey(ITEMS, "old", "new", replace(KEY, columns=("a",), target_columns=("b",))),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
SET STATEMENT foreign_key_checks=0 FOR ALTER TABLE `shop`.`order ``items``'s` DROP FOREIGN KEY `old`,
    ADD CONSTRAINT `new` FOREIGN KEY (`a`) REFERENCES `shop`.`orders` (`b`), ALGORITHM=INSTANT

""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    check(CASES[name])


@pytest.mark.parametrize(
    ("index", "what"),
    [
        (Index("i", ("a",), predicate="a > 1"), "WHERE"),
        (Index("i", ("a",), include=("b",)), "INCLUDE"),
        (Index("i", ("a",), nulls_not_distinct=True), "NULLS NOT DISTINCT"),
        (Index("i", ("a",), "gin"), "gin"),
    ],
)
def test_an_index_that_there_is_none_of_is_refused(index: Index, what: str) -> None:
    with pytest.raises(Unsupported, match=what):
        rendered(CreateIndex(ORDERS, index))


@pytest.mark.parametrize("method", ["fulltext", "spatial"])
def test_an_index_that_keeps_writers_waiting_is_refused(method: str) -> None:
    step = CreateIndex(ORDERS, Index("i", ("a",), method))
    with pytest.raises(Unsupported, match="writers waiting"):
        rendered(step)
    (statement,) = rendered(step, COPYING)
    assert statement.copying == f"ALTER TABLE `shop`.`orders` ADD {method.upper()} INDEX `i` (`a`)"


@pytest.mark.parametrize("step", [AddCheck(ORDERS, KNOWN), RenameCheck(ORDERS, "a", "b", KNOWN)])
def test_a_check_that_takes_a_copy_is_refused(step: Step) -> None:
    with pytest.raises(Unsupported, match="copy the table"):
        rendered(step)


@pytest.mark.parametrize("step", [ValidateForeignKey(ORDERS, "of"), RenameForeignKey(ORDERS, "a", "b")])
def test_what_is_not_told_can_not_be_made(step: Step) -> None:
    with pytest.raises(Unsupported, match="must be told the whole"):
        rendered(step)


def test_what_is_taken_back() -> None:
    borne = AddCheck(ORDERS, KNOWN, BEARER, (KNOWN,))
    assert borne.undo() == DropCheck(ORDERS, KNOWN, BEARER, (KNOWN,))
    assert DropCheck(ORDERS, KNOWN, BEARER, (KNOWN,)).undo() == borne
    assert RenameCheck(ORDERS, "a", "b", KNOWN).undo() == RenameCheck(ORDERS, "b", "a", KNOWN)
    assert RenameForeignKey(ORDERS, "a", "b", KEY).undo() == RenameForeignKey(ORDERS, "b", "a", KEY)


@pytest.fixture
def here(mariadb_database: str) -> Iterator[Ground]:
    with ground(mariadb_database) as made:
        made.say(
            f"CREATE TABLE {quoted(made.table(ODD))} (id INT AUTO_INCREMENT PRIMARY KEY, "
            f"{ident(GROESSE)} INT, no INT NOT NULL DEFAULT 1, note TEXT, KEY `by ``no` (no), "
            f"KEY `by size` ({ident(GROESSE)}), CONSTRAINT `c'h``k` CHECK (no > 0))",
            f"CREATE TABLE {quoted(made.table('parents'))} (id INT PRIMARY KEY, no INT UNIQUE)",
            f"INSERT INTO {quoted(made.table('parents'))} VALUES (1, 1), (2, 2), (3, NULL)",
            f"INSERT INTO {quoted(made.table(ODD))} (id, {ident(GROESSE)}, no, note) VALUES (1, 1, 1, 'a'), "
            "(2, NULL, 2, 'b'), (3, 2, 3, 'b')",
        )
        yield made


def _key(here: Ground, name: str = "f'k `%s", on_delete: str = "NO ACTION") -> ForeignKey:
    return ForeignKey(name, here.table(ODD), (GROESSE,), here.table("parents"), ("id",), on_delete)


@pytest.mark.parametrize(
    "index",
    [
        Index("i'x `1`", (GROESSE, "no")),
        Index("unique", ("id", "note"), unique=True, options=(" DESC", "(10)"), storage="COMMENT 'it''s'"),
        Index("hash", ("no",), "hash"),
    ],
    ids=lambda index: index.name,
)
def test_an_index_comes_and_goes(here: Ground, index: Index) -> None:
    here.there_and_back(CreateIndex(here.table(ODD), index))


def test_an_index_gets_another_name_and_back(here: Ground) -> None:
    here.there_and_back(RenameIndex(here.table(ODD), "by `no", "it's"))
    here.there_and_back(RenameIndex(here.table(ODD), "by `no", "By `No"))


def test_a_build_that_fails_leaves_nothing(here: Ground) -> None:
    before = here.catalogue()
    with pytest.raises(DBAPIError, match="1062"):
        here.walk(CreateIndex(here.table(ODD), Index("once", ("note",), unique=True, options=("(5)",))))
    assert here.catalogue() == before


def test_a_check_comes_and_goes_with_a_column(here: Ground) -> None:
    of, bearer = here.table(ODD), Column(GROESSE, "int(11)")
    small = Check("small", f"{ident(GROESSE)} < 2 OR no > 5", (GROESSE, "no"))
    here.there_and_back(AddCheck(of, small, bearer))
    here.walk(AddCheck(of, small, bearer))  # though a row is against it
    with pytest.raises(DBAPIError, match="4025"):
        here.say(f"INSERT INTO {quoted(of, (GROESSE,))} VALUES (7)")
    with pytest.raises(DBAPIError, match=r"do not pass check small"):
        here.walk(ValidateCheck(of, "small", small))
    here.say(f"DELETE FROM {quoted(of)} WHERE id = 3")
    here.walk(ValidateCheck(of, "small", small))


def test_a_check_beside_another(here: Ground) -> None:
    of, bearer = here.table(ODD), Column("note", "text")
    one, other = (Check(each, f"note <> '{each}'", ("note",)) for each in "xy")
    here.walk(AddCheck(of, one, bearer))
    before = here.catalogue()
    here.walk_again(AddCheck(of, other, bearer, (one,)))
    for each in "xy":
        with pytest.raises(DBAPIError, match="4025"):
            here.say(f"INSERT INTO {quoted(of, ('note',))} VALUES ('{each}')")
    here.walk_again(DropCheck(of, other, bearer, (one,)))
    here.say(f"ALTER TABLE {quoted(of)} MODIFY note TEXT CHECK (note <> 'x')")  # in other words, the same
    assert len(before) == len(here.catalogue())
    here.say(f"INSERT INTO {quoted(of, ('note',))} VALUES ('y')")


def test_a_check_goes(here: Ground) -> None:
    of = here.table(ODD)
    here.walk(DropCheck(of, Check("c'h`k", "no > 0", ("no",))))
    here.say(f"INSERT INTO {quoted(of, ('no',))} VALUES (0)")


def test_a_check_is_added_by_a_copy(here: Ground) -> None:
    of, even = here.table(ODD), Check("e'v`n", "no < 10", ("no",))
    (statement,) = rendered(AddCheck(of, even), replace(here.server, allow_copy=True))
    with pytest.raises(DBAPIError, match="1845"):
        here.say(statement.sql)
    assert here.read(statement.done) == []
    here.say(statement.copying)
    assert here.read(statement.done) == [(1,)]
    (statement,) = rendered(RenameCheck(of, "e'v`n", "odd", even), replace(here.server, allow_copy=True))
    here.say(statement.copying)
    assert here.read(statement.done) == [(1,)]
    here.walk(DropCheck(of, replace(even, name="odd")))


@pytest.mark.parametrize("action", ["NO ACTION", "RESTRICT", "CASCADE", "SET NULL"])
def test_a_foreign_key_comes_and_goes(here: Ground, action: str) -> None:
    here.there_and_back(AddForeignKey(here.table(ODD), _key(here, on_delete=action)))


def test_a_foreign_key_holds_for_new_rows_and_then_for_all(here: Ground) -> None:
    of, key = here.table(ODD), _key(here)
    here.say(f"INSERT INTO {quoted(of, (GROESSE,))} VALUES (99)")
    here.walk(AddForeignKey(of, key))
    with pytest.raises(DBAPIError, match="1452"):
        here.say(f"INSERT INTO {quoted(of, (GROESSE,))} VALUES (97)")
    with pytest.raises(DBAPIError, match=r"to what is not there, such as 99"):
        here.walk(ValidateForeignKey(of, key.name, key))
    here.say(f"UPDATE {quoted(of)} SET {ident(GROESSE)} = NULL WHERE {ident(GROESSE)} > 90")
    here.walk(ValidateForeignKey(of, key.name, key))


def test_a_message_that_is_long_is_cut(here: Ground) -> None:
    of = here.table(ODD)
    here.say(
        f"CREATE TABLE {quoted(here.table('words'))} (word VARCHAR(500) CHARACTER SET latin1 PRIMARY KEY)",
        f"ALTER TABLE {quoted(of)} ADD word VARCHAR(500) CHARACTER SET latin1",
        f"UPDATE {quoted(of)} SET word = REPEAT('x', 500)",
    )
    key = ForeignKey("fk", of, ("word",), here.table("words"), ("word",))
    with pytest.raises(DBAPIError, match=r"such as x{300,}"):
        here.walk(ValidateForeignKey(of, "fk", key))


def test_a_foreign_key_without_an_index_is_refused(here: Ground) -> None:
    key = replace(_key(here), columns=("id",), target_columns=("no",))
    here.say(f"ALTER TABLE {quoted(here.table(ODD))} ADD later INT")
    with pytest.raises(DBAPIError, match="ADD INDEX"):
        here.walk(AddForeignKey(here.table(ODD), replace(key, columns=("later",))))


def test_a_foreign_key_gets_another_name_and_back(here: Ground) -> None:
    of, key = here.table(ODD), _key(here, "one", on_delete="CASCADE")
    here.walk(AddForeignKey(of, key))
    here.there_and_back(RenameForeignKey(of, "one", "o'n`e", key))


def test_whoever_has_deleted_a_parent_is_waited_for(here: Ground) -> None:
    """The key comes at once, and the parent is still to be seen: but then a row would refer to nothing."""
    of, key = here.table(ODD), _key(here)
    lock, *rest = rendered(ValidateForeignKey(of, key.name, key), here.server)
    with here.connection.engine.connect() as other:
        execute(other, Statement(f"DELETE FROM {quoted(here.table('parents'))} WHERE id = 1"))
        here.walk(AddForeignKey(of, key))
        with pytest.raises(DBAPIError, match="1205"):
            here.say(lock.sql)
        other.commit()
    here.say(lock.sql, rest[0].sql)
    with pytest.raises(DBAPIError, match="such as 1"):
        here.say(*(each.sql for each in rest[1:]))
