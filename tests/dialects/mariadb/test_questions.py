"""What the server is asked of expressions, indexes and foreign keys before anything is done."""

from collections.abc import Iterator

import pytest

from crossfade.dialects.mariadb.objections import objection
from crossfade.dialects.mariadb.quoting import ident
from crossfade.errors import Refused, Unsupported
from crossfade.expressions import Sql
from crossfade.schema import Column, ForeignKey, Index
from crossfade.steps import AskExpression, AskForeignKey, AskIndex
from tests.dialects.mariadb.golden import ITEMS, MYSQL, ORDERS, Golden, check
from tests.dialects.mariadb.ground import GROESSE, ODD, Ground, ground, quoted

READS = Sql("upper(note)", "varchar(5)", frozenset({"note"}), dialect="mariadb")
CONSTANT = Sql("'web'", "varchar(5)", dialect="mariadb")

CASES = {
    "expression": Golden(
        AskExpression("", ORDERS, "channel", "varchar(5)", "fill", READS, ("id", "note"), ()),
        """
-- setting:
START TRANSACTION READ ONLY

-- work:
EXPLAIN SELECT 1 FROM `shop`.`orders` AS t WHERE (upper(t.`note`)) IS NULL

-- work:
EXPLAIN SELECT (SELECT (upper(t.`note`)) FROM `shop`.`orders` AS t LIMIT 1)

""",
    ),
    "expression over what is not there yet": Golden(
        AskExpression(
            "", ITEMS, "a", "int", "backward", READS, ("id", "note"), (), made=(Column("n`o", "int"),)
        ),
        """
-- setting:
START TRANSACTION READ ONLY

-- work:
EXPLAIN SELECT 1 FROM (SELECT *, NULL AS `n``o` FROM `shop`.`order ``items``'s`) AS t
    WHERE (upper(t.`note`)) IS NULL

-- work:
EXPLAIN SELECT (SELECT (upper(t.`note`))
    FROM (SELECT *, NULL AS `n``o` FROM `shop`.`order ``items``'s`) AS t LIMIT 1)

""",
    ),
    "constant": Golden(
        AskExpression("", ORDERS, "channel", "varchar(5)", "fill", CONSTANT, (), ()),
        """
-- setting:
START TRANSACTION READ ONLY

-- work:
EXPLAIN SELECT 1 FROM DUAL WHERE ('web') IS NULL

-- work:
EXPLAIN SELECT (SELECT ('web') FROM DUAL LIMIT 1)

-- work:
BEGIN NOT ATOMIC
  DECLARE _crossfade_value varchar(5);
  SET _crossfade_value = ('web');
END

""",
    ),
    "constant on MySQL": Golden(
        AskExpression("", ORDERS, "channel", "varchar(5)", "fill", CONSTANT, (), ()),
        """
-- setting:
START TRANSACTION READ ONLY

-- work:
EXPLAIN SELECT 1 FROM DUAL WHERE ('web') IS NULL

-- work:
EXPLAIN SELECT (SELECT ('web') FROM DUAL LIMIT 1)

""",
        MYSQL,
    ),
    "index": Golden(
        AskIndex(
            "",
            ORDERS,
            Index("by `note`", ("note", "no"), unique=True, options=("(5)", "")),
            (Column("note", "text", collation="utf8mb4_bin"), Column("no", "int", nullable=False)),
            (),
        ),
        """
-- work:
CREATE TEMPORARY TABLE `shop`.`_crossfade_asked` (`note` text COLLATE utf8mb4_bin NULL, `no` int NULL,
    UNIQUE INDEX `by ``note``` (`note`(5), `no`)) ENGINE=InnoDB

-- work:
SHOW INDEX FROM `shop`.`_crossfade_asked`

-- work:
DROP TEMPORARY TABLE `shop`.`_crossfade_asked`

""",
    ),
    "index that can't be tried": Golden(AskIndex("", ORDERS, Index("i", ("note",), "fulltext"), (), ()), ""),
    "foreign key": Golden(
        AskForeignKey("", ITEMS, ForeignKey("of", ITEMS, ("a",), ORDERS, ("b",)), (), (), ()), ""
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    check(CASES[name])


@pytest.fixture
def here(mariadb_database: str) -> Iterator[Ground]:
    with ground(mariadb_database) as made:
        made.say(
            f"CREATE TABLE {quoted(made.table(ODD))} (id INT PRIMARY KEY, {ident(GROESSE)} INT, "
            "note VARCHAR(20) COLLATE utf8mb4_bin, plain VARCHAR(20)) COLLATE utf8mb4_unicode_ci",
            f"CREATE TABLE {quoted(made.table('parents'))} (id BIGINT UNSIGNED PRIMARY KEY, note VARCHAR(9)) "
            "COLLATE utf8mb4_general_ci",
            f"CREATE TABLE {quoted(made.table('parts'))} (id INT) PARTITION BY HASH (id) PARTITIONS 2",
            f"CREATE TABLE {quoted(made.table('elsewhere'))} (id INT PRIMARY KEY) ENGINE=MyISAM",
            f"CREATE FUNCTION {ident(made.database)}.dice(a INT) RETURNS INT NOT DETERMINISTIC RETURN a",
            f"CREATE FUNCTION {ident(made.database)}.steady(a INT) RETURNS INT DETERMINISTIC RETURN a",
        )
        yield made


def _asked(here: Ground, text: str, type_: str, *reads: str, volatile: bool = False) -> Refused | None:
    sql = Sql(text, type_, frozenset(reads), volatile, dialect="mariadb")
    columns = ("id", GROESSE, "note", "plain")
    step = AskExpression("", here.table(ODD), "x", type_, "fill", sql, columns, ())
    with here.connection.engine.connect() as connection:
        return objection(connection, step, here.server)


@pytest.mark.parametrize(
    ("text", "type_", "reads"),
    [
        ("'web'", "varchar(3)", ()),
        ("5 + 1", "tinyint", ()),
        ("CURRENT_TIMESTAMP", "datetime(3)", ()),
        ("'b'", "enum('a','b')", ()),
        ("'[1]'", "json", ()),
        ("upper(note)", "varchar(3)", ("note",)),
        ("steady(id) + 1", "int", ("id",)),
        (f"{ident(GROESSE)} * 2", "int", (GROESSE,)),
        ("(SELECT MAX(p.id) FROM parents AS p WHERE p.id = t.id)", "int", ("id",)),
    ],
)
def test_an_expression_that_is_taken(here: Ground, text: str, type_: str, reads: tuple[str, ...]) -> None:
    before = here.catalogue()
    assert _asked(here, text, type_, *reads) is None
    assert here.catalogue() == before


@pytest.mark.parametrize(
    ("text", "type_", "reads", "why"),
    [
        ("'web!'", "varchar(3)", (), "can't be stored as varchar.3.: Data too long$"),
        ("300", "tinyint", (), "Out of range value$"),
        ("'c'", "enum('a','b')", (), "Data truncated$"),
        ("'today'", "date", (), "Incorrect date value: 'today'$"),
        ("'{'", "json", (), "can't be stored as json: it is not JSON$"),
        ("POINT(1, 1)", "int", (), "Cannot cast 'point' as 'int'"),
        ("SUM(id)", "int", ("id",), "an aggregate can't give one row its value"),
        ("ROW_NUMBER() OVER ()", "int", (), "a window function"),
        ("(SELECT 1 UNION SELECT 2)", "int", (), "several rows"),
        ("(id, id)", "int", ("id",), "several values"),
        ("nosuch(id)", "int", ("id",), "nosuch does not exist"),
        ("RAND() + id", "int", ("id",), "another value at each call"),
        ("dice(id)", "int", ("id",), r"dice\(\) gives another value at each call"),
    ],
)
def test_an_expression_that_is_not(
    here: Ground, text: str, type_: str, reads: tuple[str, ...], why: str
) -> None:
    refused = _asked(here, text, type_, *reads)
    assert refused is not None
    refused.match = why  # type: ignore[attr-defined]
    with pytest.raises(Refused, match=f"(?m){why}"):
        raise refused
    assert text in refused.fact


def test_a_default_may_be_another_at_each_call(here: Ground) -> None:
    assert _asked(here, "uuid()", "varchar(36)", volatile=True) is None
    assert _asked(here, "dice(1)", "int", volatile=True) is None


def _index(here: Ground, index: Index, *columns: Column) -> Refused | None:
    with here.connection.engine.connect() as connection:
        step = AskIndex("", here.table(ODD), index, columns, ())
        return objection(connection, step, here.server)


def test_an_index_that_is_taken_leaves_nothing(here: Ground) -> None:
    before = here.catalogue()
    for _ in range(2):
        assert _index(here, Index("i", (GROESSE,)), Column(GROESSE, "int")) is None
    assert _index(here, Index("i", ("t",), "fulltext"), Column("t", "text")) is None
    assert here.catalogue() == before


def test_an_index_that_is_not(here: Ground) -> None:
    found = _index(here, Index("i", ("t",), options=("(5)",)), Column("t", "int"))
    assert found is not None
    assert "Incorrect prefix key" in found.fact
    found = _index(here, Index("i", ("t",), predicate="t > 1"), Column("t", "int"))
    assert isinstance(found, Unsupported)
    assert _index(here, Index("i", ("t",)), Column("t", "int")) is None  # the session has no table left


def _key(
    here: Ground, one: Column, other: Column, target: str = "parents", on_delete: str = "NO ACTION"
) -> str:
    of = here.table(ODD)
    key = ForeignKey("fk", of, (one.name,), here.table(target), (other.name,), on_delete)
    with here.connection.engine.connect() as connection:
        found = objection(connection, AskForeignKey("", of, key, (one,), (other,), ()), here.server)
    return "" if found is None else found.fact


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("int(11)", "int"),
        ("bigint(20) unsigned", "BIGINT UNSIGNED"),
        ("decimal(10,2)", "numeric(12,2)"),
        ("binary(16)", "varbinary(20)"),
        ("datetime", "datetime(6)"),
        ("uuid", "UUID"),
        ("enum('a','b')", "enum('a','b')"),
        ("boolean", "tinyint(1)"),
    ],
)
def test_types_that_refer(here: Ground, one: str, other: str) -> None:
    assert _key(here, Column("a", one), Column("b", other)) == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("int(11)", "bigint(20)"),
        ("int(11)", "int(11) unsigned"),
        ("varchar(5)", "int"),
        ("date", "datetime"),
        ("uuid", "inet6"),
        ("enum('a','b')", "enum('a','c')"),
        ("varbinary(5)", "blob"),
        ("varchar(20)", "varchar(20)"),  # of tables whose collations differ
    ],
)
def test_types_that_do_not_refer(here: Ground, one: str, other: str) -> None:
    fact = _key(here, Column("a", one), Column("b", other))
    assert "can't refer to" in fact
    assert f"a ({one}" in fact


TYPES = (
    *("INT", "INT UNSIGNED", "BIGINT", "NUMERIC(12,2)", "VARCHAR(20) COLLATE utf8mb4_bin", "VARCHAR(9)"),
    *("CHAR(9) COLLATE utf8mb4_bin", "BINARY(4)", "DATETIME(3)", "UUID"),
)
SAME_BYTES = {"NUMERIC(12,2)", "BINARY(4)", "DATETIME(3)", "UUID"}


@pytest.mark.parametrize("one", TYPES)
def test_what_refers_by_the_servers_own_judgement(here: Ground, one: str) -> None:
    """What the server refuses is refused; it takes some that mean nothing to each other, byte by byte."""
    for other in TYPES:
        told = [Column("a", *_split(each)) for each in (one, other)]
        here.say(
            "DROP TABLE IF EXISTS child, parent",
            f"CREATE TABLE parent (a {other} PRIMARY KEY) COLLATE utf8mb4_unicode_ci",
            f"CREATE TABLE child (a {one}, KEY (a)) COLLATE utf8mb4_unicode_ci",
        )
        child, parent = here.table("child"), here.table("parent")
        key = ForeignKey("fk", child, ("a",), parent, ("a",))
        step = AskForeignKey("", child, key, (told[0],), (told[1],), ())
        with here.connection.engine.connect() as connection:
            refused = objection(connection, step, here.server) is not None
        if refused != _refuses(here):
            assert refused, (one, other)
            assert {one, other} <= SAME_BYTES, (one, other)


def _split(sql: str) -> tuple[str, bool, None, None, str, None, str, None, bool, str | None]:
    type_, _, collation = sql.partition(" COLLATE ")
    return (type_, True, None, None, "", None, "", None, False, collation or None)


def _refuses(here: Ground) -> bool:
    try:
        here.say("ALTER TABLE child ADD FOREIGN KEY (a) REFERENCES parent (a)")
    except Exception as error:  # noqa: BLE001 - whatever the server says
        return "foreign key" in str(error).lower() or "1005" in str(error) or "150" in str(error)
    return False


def test_tables_that_can_have_none(here: Ground) -> None:
    column = Column("id", "int")
    assert "is partitioned" in _key(here, column, column, "parts")
    assert "engine MyISAM" in _key(here, column, column, "elsewhere")
    assert _key(here, column, column, "not there yet") == ""


def test_what_is_set_to_null_must_take_it(here: Ground) -> None:
    one, other = Column("id", "int", nullable=False), Column("id", "int")
    assert "id can't be NULL" in _key(here, one, other, on_delete="SET NULL")
    assert _key(here, other, one, on_delete="SET NULL") == ""
