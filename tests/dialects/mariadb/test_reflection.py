"""information_schema as a Schema: exactly what stands there, whatever it is called and made of."""

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from crossfade.dialects import connect
from crossfade.dialects.mariadb import rows_read
from crossfade.dialects.mariadb.quoting import ident, literal
from crossfade.dialects.mariadb.reflection import TRAITS
from crossfade.schema import (
    WHOLE_TABLE,
    Check,
    Column,
    Dependent,
    EnumType,
    ForeignKey,
    Index,
    Table,
    TableName,
    Trigger,
)
from crossfade.testing import MariadbServer
from tests.dialects.mariadb.reflecting import beside, connected, reflected, say

HOSTILE = (
    "a`b",
    "it's",
    'say "x"',
    "größe",
    "grosse",
    "select",
    "semi;colon",
    "per%cent",
    "new\nline",
    "ü" * 64,
    "x" * 64,
)

LEGACY = (
    "CREATE TABLE customers (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, `Größe` DECIMAL(5, 2))",
    """
    CREATE TABLE orders (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
      status ENUM('new', 'it''s', 'größe') NOT NULL DEFAULT 'it''s' COMMENT 'it''s where',
      customer_id BIGINT UNSIGNED,
      tags SET('a', 'b') DEFAULT 'a,b',
      note VARCHAR(50) COLLATE utf8mb4_bin DEFAULT (LOWER('X')),
      code VARCHAR(10) CHARACTER SET latin1 DEFAULT NULL,
      papers JSON,
      paid BOOLEAN NOT NULL DEFAULT TRUE,
      at DATETIME(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
      no INT UNSIGNED NOT NULL CHECK (no > 0),
      loud TEXT AS (UPPER(note)) STORED,
      PRIMARY KEY (id),
      UNIQUE KEY one_number (no),
      KEY by_all (status DESC, note(10), id) COMMENT 'a''b',
      KEY by_code (code) IGNORED,
      FULLTEXT KEY words (loud),
      CONSTRAINT known CHECK (status <> 'it''s' AND customer_id > 0),
      CONSTRAINT placed FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
    ) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci COMMENT 'it''s all'
    """,
    """
    CREATE TABLE refunds (
      order_id BIGINT UNSIGNED, no INT, UNIQUE (order_id, no),
      CONSTRAINT refunded FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE SET NULL ON UPDATE NO ACTION
    )
    """,
    "CREATE TRIGGER touched BEFORE INSERT ON orders FOR EACH ROW SET NEW.note = 'new'",
    "CREATE TRIGGER counted AFTER DELETE ON orders FOR EACH ROW SET @gone = @gone + 1",
    "INSERT INTO orders (status, customer_id, no) VALUES ('new', NULL, 1), ('new', NULL, 2)",
    "ANALYZE TABLE orders",
)


EVERY = """
    id INT PRIMARY KEY, a INT UNSIGNED ZEROFILL DEFAULT 7, b BIT(3) DEFAULT b'101', c BLOB DEFAULT x'00FF',
    d DOUBLE DEFAULT 1e10,
    e ENUM('a,b', 'it''s', 'back\\\\slash', 'new\\nline', 'tab\\t', '?', '😀', '%s :x', '') NOT NULL
      DEFAULT '😀',
    f SET('?', '😀', 'x') DEFAULT 'x,😀', g VARCHAR(9) NOT NULL DEFAULT '😀?\\\\''',
    h VARCHAR(9) CHARACTER SET latin1 DEFAULT 'é', i ENUM('é') CHARACTER SET latin1 COLLATE latin1_bin,
    j TEXT COMPRESSED, k DATETIME(3) DEFAULT NOW(3) ON UPDATE NOW(3), l TIMESTAMP NULL, m TIMESTAMP NOT NULL,
    n UUID DEFAULT UUID(), o DATE DEFAULT '2020-01-01', p VARCHAR(9) DEFAULT 'NULL', q YEAR, r POINT,
    s VARCHAR(99) DEFAULT (CONCAT('😀?', 'x')), t VARBINARY(5), u INT DEFAULT NEXT VALUE FOR {here}.numbers,
    v DECIMAL(10, 2) DEFAULT (a + 1), w INET6, x JSON, y VARCHAR(9) DEFAULT '',
    ka INT, kb VARCHAR(9) CHARACTER SET latin1,
    CONSTRAINT away FOREIGN KEY (ka, kb) REFERENCES others (a, b) ON DELETE SET NULL ON UPDATE CASCADE
"""


@pytest.fixture
def connection(mariadb_database: str) -> Iterator[Connection]:
    with connected(mariadb_database) as connection:
        yield connection


@pytest.fixture
def here(mariadb_database: str) -> str:
    return str(make_url(mariadb_database).database)


@pytest.fixture
def elsewhere(connection: Connection, here: str) -> Iterator[str]:
    with beside(connection, here) as name:
        yield name


def written(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def test_a_table_with_all_that_one_may_have(connection: Connection, here: str) -> None:
    say(connection, *LEGACY)
    orders, customers, refunds = (TableName(here, name) for name in ("orders", "customers", "refunds"))
    placed = ForeignKey(
        "placed",
        orders,
        ("customer_id",),
        customers,
        ("id",),
        "CASCADE",
        f"FOREIGN KEY (`customer_id`) REFERENCES `{here}`.`customers` (`id`) ON DELETE CASCADE",
    )
    refunded = ForeignKey(
        "refunded",
        refunds,
        ("order_id",),
        orders,
        ("id",),
        "SET NULL",
        f"FOREIGN KEY (`order_id`) REFERENCES `{here}`.`orders` (`id`) "
        "ON DELETE SET NULL ON UPDATE NO ACTION",
    )
    expected = Table(
        orders,
        (
            Column("id", "bigint(20) unsigned", nullable=False, identity="by default"),
            Column(
                "status",
                "enum('new','it''s','größe')",
                nullable=False,
                default="'it''s'",
                enum=(here, "orders.status"),
                comment="it's where",
            ),
            Column("customer_id", "bigint(20) unsigned"),
            Column("tags", "set('a','b')", default="'a,b'"),
            Column("note", "varchar(50)", default="lcase('X')", collation="utf8mb4_bin"),
            Column("code", "varchar(10) CHARACTER SET latin1", collation="latin1_swedish_ci"),
            Column("papers", "json"),
            Column("paid", "tinyint(1)", nullable=False, default="1"),
            Column("at", "datetime(6)", default="current_timestamp(6)", on_update="current_timestamp(6)"),
            Column("no", "int(10) unsigned", nullable=False),
            Column("loud", "text", generated="ucase(`note`)"),
        ),
        key=("id",),
        indexes=(
            Index(
                "by_all",
                ("status", "note", "id"),
                options=(" DESC", "(10)", ""),
                storage="COMMENT 'a''b'",
            ),
            Index("by_code", ("code",), options=("",), valid=False),
            Index("one_number", ("no",), unique=True, options=("",), constraint="unique"),
            Index("placed", ("customer_id",), options=("",)),
            Index("PRIMARY", ("id",), unique=True, options=("",), constraint="primary key"),
            Index("words", ("loud",), "fulltext", options=("",)),
        ),
        checks=(
            Check("known", "`status` <> 'it\\'s' and `customer_id` > 0", ("status", "customer_id")),
            Check("no", "`no` > 0", ("no",)),
        ),
        foreign_keys=(placed,),
        referenced_by=(refunded,),
        triggers=(
            Trigger("counted", "AFTER", ("DELETE",), "row", "SET @gone = @gone + 1"),
            Trigger("touched", "BEFORE", ("INSERT",), "row", "SET NEW.note = 'new'"),
        ),
        dependents=(
            Dependent("function", f"trigger {here}.touched", "note"),
            Dependent("generated column", "loud", "note"),
        ),
        comment="it's all",
        rows=2,
        row_bytes=8192,  # one page for the two of them
    )
    (found,) = reflected(connection, "orders").tables
    for field in expected.__dataclass_fields__:
        assert getattr(found, field) == getattr(expected, field), field


def test_what_surrounds_the_tables(connection: Connection, here: str, elsewhere: str) -> None:
    say(
        connection,
        *LEGACY,
        "CREATE VIEW shown AS SELECT id FROM customers",
        "CREATE SEQUENCE numbers",
        f"CREATE TABLE {elsewhere}.orders (a ENUM('x'))",
        "CREATE FUNCTION Drawn() RETURNS INT RETURN RAND()",
        "CREATE FUNCTION steady() RETURNS INT DETERMINISTIC RETURN 1",
    )
    schema = reflected(connection, "orders", f"{here}.orders", f"{elsewhere}.orders", "nothing")
    assert [each.name for each in schema.tables] == [
        TableName(here, "orders"),
        TableName(elsewhere, "orders"),
    ]
    assert (schema.database, schema.version, schema.search_path) == ("mariadb", (10, 11), (here,))
    assert schema.enums == (
        EnumType(here, "orders.status", ("new", "it's", "größe")),
        EnumType(elsewhere, "orders.a", ("x",)),
    )
    assert schema.enum_columns == (
        ((here, "orders.status"), TableName(here, "orders"), "status"),
        ((elsewhere, "orders.a"), TableName(elsewhere, "orders"), "a"),
    )
    names = {each.name for each in schema.table_names if each.schema == here}
    assert names == {"customers", "orders", "refunds"}
    relations = {each.name for each in schema.relation_names if each.schema == here}
    assert relations - names == {"shown", "numbers"}
    assert {here, elsewhere, "mysql"} <= set(schema.schema_names)
    assert (schema.role.name, schema.role.superuser, schema.role.may_create_schema) == (
        "root@localhost",
        True,
        True,
    )
    assert not schema.role.may_skip_triggers
    assert here in schema.role.creates_in
    assert not schema.read_only
    assert "drawn" in schema.volatile_functions
    assert "steady" not in schema.volatile_functions
    assert schema.traits == TRAITS


def test_a_name_may_be_anything(connection: Connection, here: str) -> None:
    for name in HOSTILE:
        say(
            connection,
            f"CREATE TABLE {ident(name)} (id INT, {ident(name)} ENUM({literal(name)}), "
            f"PRIMARY KEY (id), KEY {ident(name)} ({ident(name)}), "
            f"CHECK ({ident(name)} <> 'x'), CONSTRAINT {ident('k' + name[:60])} "
            f"FOREIGN KEY (id) REFERENCES {ident(name)} (id))",
            f"CREATE TRIGGER {ident(name)} BEFORE INSERT ON {ident(name)} FOR EACH ROW "
            f"SET NEW.{ident(name)} = NULL",
            f"CREATE VIEW {ident('v' + name[1:])} AS SELECT {ident(name)} FROM {ident(name)}",
        )
    schema = reflected(connection, *map(written, HOSTILE))
    assert tuple(each.name.name for each in schema.tables) == HOSTILE
    for table in schema.tables:
        name = table.name.name
        view, trigger = TableName(here, "v" + name[1:]), TableName(here, name)
        assert [each.name for each in table.columns] == ["id", name]
        assert [(each.name, each.columns) for each in table.indexes if each.name != "PRIMARY"] == [
            (name, (name,))
        ]
        (check,) = table.checks
        assert check.columns == (name,)
        (key,) = table.foreign_keys
        assert (key.columns, key.target) == (("id",), table.name)
        assert [each.name for each in table.triggers] == [name]
        assert schema.enum((here, str(TableName(name, name)))).labels == (name,)
        assert set(table.dependents) == {
            Dependent("function", f"trigger {trigger}", name),
            Dependent("function", f"trigger {trigger}", WHOLE_TABLE),  # so is the table called
            Dependent("view", str(view), WHOLE_TABLE),
            Dependent("view", str(view), name),
        }


def test_names_that_the_server_takes_for_one_are_two(connection: Connection) -> None:
    for number, name in enumerate(("things", "Things", "thíngs"), 1):
        key = f"CONSTRAINT k{number} FOREIGN KEY (c{number}) REFERENCES things (id)"
        say(connection, f"CREATE TABLE {ident(name)} (id INT PRIMARY KEY, c{number} INT, {key})")
    schema = reflected(connection, "Things", "thíngs", "things")
    found = [(table.name.name, table.columns[1].name, len(table.indexes)) for table in schema.tables]
    assert found == [("Things", "c2", 2), ("thíngs", "c3", 2), ("things", "c1", 2)]
    assert [len(each.referenced_by) for each in schema.tables] == [0, 0, 3]


def test_a_type_a_default_and_a_key_can_be_said_again_as_they_are(connection: Connection, here: str) -> None:
    say(
        connection,
        "CREATE TABLE others (a INT, b VARCHAR(9) CHARACTER SET latin1, UNIQUE (a, b))",
        "CREATE SEQUENCE numbers",
        f"CREATE TABLE every ({EVERY.format(here=here)}) CHARACTER SET utf8mb4",
        "INSERT INTO every (id, m) VALUES (1, NOW())",
        "CREATE TABLE again (id INT PRIMARY KEY) CHARACTER SET utf8mb4",
    )
    (every,) = reflected(connection, "every").tables
    for each in every.columns[1:]:
        words = [ident(each.name), each.type]
        words += [f"COLLATE {each.collation}"] if each.collation else []
        words += ["NULL" if each.nullable else "NOT NULL"]
        words += [f"DEFAULT {each.default}"] if each.default is not None else []
        words += [f"ON UPDATE {each.on_update}"] if each.on_update else []
        say(connection, f"ALTER TABLE again ADD COLUMN {' '.join(words)}")
    (key,) = every.foreign_keys
    say(
        connection,
        f"ALTER TABLE again ADD CONSTRAINT once_more {key.definition}",
        "INSERT INTO again (id, m) VALUES (1, NOW())",
    )
    schema = reflected(connection, "every", "again")
    first, again = (
        [
            replace(each, enum=schema.enum(each.enum).labels) if each.enum else each  # type: ignore[arg-type]
            for each in schema.table(name).columns
        ]
        for name in ("every", "again")
    )
    assert again == first
    copied = replace(key, name="once_more", table=TableName(here, "again"))
    assert schema.table("again").foreign_keys == (copied,)
    shown = "SELECT a, b, c, d, e, f, g, h, o, p, s, v, y FROM {}"
    one, other = (connection.exec_driver_sql(shown.format(each)).one() for each in ("every", "again"))
    assert one == other
    assert one[4:8] == ("😀", "😀,x", "😀?\\'", "é")


def test_labels_are_told_as_they_are(connection: Connection, here: str) -> None:
    labels = (
        "a,b",
        "it's",
        "back\\slash",
        "new\nline",
        "cr\r",
        "tab\t",
        "'quoted'",
        "größe",
        "?",
        "😀",
        "😀😀",
        "",
    )
    told = ", ".join(map(literal, labels))
    say(
        connection,
        f"CREATE TABLE t (a ENUM({told}), b ENUM({told}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin)",
    )
    schema = reflected(connection, "t")
    assert [each.labels for each in schema.enums] == [labels, labels]
    assert [schema.table("t").column(each).enum for each in "ab"] == [(here, "t.a"), (here, "t.b")]


def test_expressions_hold_what_information_schema_can_not(connection: Connection) -> None:
    say(
        connection,
        "CREATE TABLE t (a VARCHAR(9) CHECK (a <> '?😀'), b VARCHAR(9) AS (CONCAT(a, '😀?')) VIRTUAL, "
        "CONSTRAINT `x y` CHECK (a <> '😁' AND b <> 'é\\n''😀?'), CONSTRAINT z CHECK (a <> '😃'))",
    )
    (found,) = reflected(connection, "t").tables
    assert {each.name: (each.expression, each.columns) for each in found.checks} == {
        "a": ("`a` <> '?😀'", ("a",)),
        "x y": ("`a` <> '😁' and `b` <> 'é\\n\\'😀?'", ("a", "b")),
        "z": ("`a` <> '😃'", ("a",)),
    }
    assert found.column("b").generated == "concat(`a`,'😀?')"


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("UNIQUE (a, b), UNIQUE (d), UNIQUE (c, a, b)", ("a", "b")),
        ("UNIQUE (c, a), PRIMARY KEY (c, b, a)", ("c", "b", "a")),
        ("UNIQUE (t(5)), UNIQUE (a, b)", ("a", "b")),  # t can't be read in the order of its beginnings
        ("UNIQUE (t)", ("t",)),
        ("UNIQUE (d), UNIQUE (a, d)", ()),
        ("UNIQUE (b), UNIQUE (a) IGNORED", ("b",)),
    ],
)
def test_the_key_is_the_primary_key_or_the_narrowest_that_names_every_row(
    connection: Connection, keys: str, expected: tuple[str, ...]
) -> None:
    say(
        connection,
        f"CREATE TABLE t (a INT NOT NULL, b INT NOT NULL, c INT NOT NULL, d INT, t TEXT NOT NULL, {keys})",
    )
    (found,) = reflected(connection, "t").tables
    assert found.key == expected


def test_kinds(connection: Connection) -> None:
    kinds = {
        "CREATE TABLE {} (a INT)": "table",
        "CREATE TABLE {} (a INT) PARTITION BY HASH (a) PARTITIONS 2": "partitioned table",
        "CREATE VIEW {} AS SELECT 1 AS a": "view",
        "CREATE SEQUENCE {}": "sequence",
        "CREATE TABLE {} (a INT) ENGINE = MyISAM": "table of engine MyISAM",
        "CREATE TABLE {} (a INT) ENGINE = Aria": "table of engine Aria",
        "CREATE TABLE {} (a INT) ENGINE = MEMORY": "table of engine MEMORY",
        "CREATE TABLE {} (a INT) WITH SYSTEM VERSIONING": "system-versioned table",
        "CREATE TABLE {} (a INT, b INT INVISIBLE)": "table with invisible columns",
    }
    for number, statement in enumerate(kinds):
        say(connection, statement.format(f"t{number}"))
    schema = reflected(connection, *(f"t{number}" for number in range(len(kinds))))
    assert [each.kind for each in schema.tables] == list(kinds.values())


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("HASH (id)", ("id",)),
        ("KEY ()", ("id", "d`,x")),
        (
            "RANGE (YEAR(`d``,x`)) SUBPARTITION BY HASH (id) (PARTITION p VALUES LESS THAN MAXVALUE)",
            ("id", "d`,x"),
        ),
        ("RANGE COLUMNS (`d``,x`) (PARTITION p VALUES LESS THAN (MAXVALUE))", ("d`,x",)),
    ],
)
def test_what_the_partition_of_a_row_depends_on(
    connection: Connection, how: str, expected: tuple[str, ...]
) -> None:
    say(connection, f"CREATE TABLE t (id INT, `d``,x` DATE, PRIMARY KEY (id, `d``,x`)) PARTITION BY {how}")
    (found,) = reflected(connection, "t").tables
    assert (found.kind, found.partition_key, found.partitions) == ("partitioned table", expected, ())


def test_keys_from_another_database(connection: Connection, here: str, elsewhere: str) -> None:
    say(
        connection,
        "CREATE TABLE t (id INT PRIMARY KEY)",
        f"CREATE TABLE {elsewhere}.t (id INT PRIMARY KEY)",
        f"ALTER TABLE {elsewhere}.t ADD CONSTRAINT far FOREIGN KEY (id) REFERENCES {here}.t (id)",
        f"CREATE TABLE {elsewhere}.u (id INT REFERENCES t (id))",
    )
    (found,) = reflected(connection, "t").tables
    assert [(each.name, each.table) for each in found.referenced_by] == [("far", TableName(elsewhere, "t"))]


def test_the_sessions_of_crossfade_read_the_same(
    mariadb: MariadbServer, mariadb_database: str, connection: Connection
) -> None:
    say(connection, *LEGACY)
    dialect = connect(mariadb_database)
    with dialect.engine.connect() as session:
        found = dialect.reflect(session, ["orders"])
    dialect.engine.dispose()
    assert found.tables == reflected(connection, "orders").tables
    assert found.version == tuple(int(each) for each in mariadb.version.split(".")[:2])


@pytest.mark.parametrize(
    ("text", "extra", "data_type", "expected"),
    [
        (None, "", "int", None),
        ("7", "", "int", "7"),
        ("b'101'", "", "bit", "b'101'"),
        ("it's", "", "varchar", "'it''s'"),
        ("7", "", "varchar", "'7'"),
        ("2020-01-01", "", "date", "'2020-01-01'"),
        ("0x00FF", "", "varbinary", "0x00FF"),
        (
            "CURRENT_TIMESTAMP(6)",
            "DEFAULT_GENERATED on update CURRENT_TIMESTAMP(6)",
            "datetime",
            "CURRENT_TIMESTAMP(6)",
        ),
        ("concat(_utf8mb4\\'a\\',uuid())", "DEFAULT_GENERATED", "varchar", "(concat(_utf8mb4'a',uuid()))"),
    ],
)
def test_mysql_tells_values_where_mariadb_tells_sql(
    text: str | None, extra: str, data_type: str, expected: str | None
) -> None:
    row = cast("Any", SimpleNamespace(default_text=text, extra=extra, data_type=data_type))
    assert rows_read.default(row, mysql=True) == expected
