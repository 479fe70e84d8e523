"""Expressions in MariaDB's words: its names, its functions, its strings, and what is kept word by word."""

import pytest

from crossfade import expressions
from crossfade.errors import CrossfadeError, EvolutionError, SchemaMismatch
from crossfade.expressions import Sql, columns_made, translate
from crossfade.schema import Column, Schema, Table, TableName

ORDERS = Table(
    TableName("shop", "orders"),
    (
        Column("id", "bigint(20) unsigned", nullable=False),
        Column("total", "decimal(10,2)"),
        Column("Note", "varchar(50)"),
        Column("batch_id", "int(11)"),
        Column("user", "varchar(9)"),
    ),
    key=("id",),
)
COLUMNS = tuple(each.name for each in ORDERS.columns)
BATCHES = Table(TableName("shop", "Batches"), (Column("id", "int(11)"), Column("kind", "varchar(9)")))
SCHEMA = Schema("mariadb", (10, 11), (ORDERS, BATCHES), search_path=("shop",))


def written(text: str) -> Sql:
    return expressions.user_sql(text, "VARCHAR(50)", ORDERS, "mariadb", "AddColumn orders.channel")


def read(text: str) -> Sql:
    return expressions.user_sql(text, "VARCHAR(50)", ORDERS, "mariadb", "", schema=SCHEMA)


@pytest.mark.parametrize(
    ("text", "row", "reads"),
    [
        ("'web'", "'web'", set()),
        ('"web"', '"web"', set()),  # a string here
        (r"'it\'s'", r"'it\'s'", set()),
        ("TOTAL + note", "(NEW.`total` + NEW.`Note`)", {"total", "Note"}),  # known in any case
        ("`NOTE`", "NEW.`Note`", {"Note"}),
        ("Orders.Total", "NEW.`total`", {"total"}),
        ("shop.orders.total", "NEW.`total`", {"total"}),
        ("user", "NEW.`user`", {"user"}),
        ("CURRENT_USER", "CURRENT_USER", set()),
        ("total--1", "(NEW.`total`--1)", {"total"}),  # no comment without a space
        ("total -- 1", "NEW.`total`", {"total"}),
        ("total # 1", "NEW.`total`", {"total"}),
        ("note REGEXP '^a' XOR id DIV 2", "(NEW.`Note` REGEXP '^a' XOR NEW.`id` DIV 2)", {"Note", "id"}),
        (r"note LIKE 'x\%' || id", r"(NEW.`Note` LIKE 'x\%' || NEW.`id`)", {"Note", "id"}),
        ("UNIX_TIMESTAMP(note)", "UNIX_TIMESTAMP(NEW.`Note`)", {"Note"}),
        ("_utf8mb4'x' COLLATE utf8mb4_bin", "(_utf8mb4'x' COLLATE utf8mb4_bin)", set()),
    ],
)
def test_what_a_user_writes_is_kept_but_for_the_columns(text: str, row: str, reads: set[str]) -> None:
    found = written(text)
    assert (found.dialect, found.reads) == ("mariadb", frozenset(reads))
    assert expressions.for_row(found, "NEW", COLUMNS) == row


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("UUID()", "uuid() gives another value at each call"),
        ("RAND()", "rand() gives another value at each call"),
        ("NOW()", "now() gives another value at each call"),
        ("SYSDATE()", "sysdate() gives another value at each call"),
        ("CURRENT_TIMESTAMP", "current_timestamp() gives another value at each call"),
        ("CURRENT_TIMESTAMP(6)", "current_timestamp() gives another value at each call"),
        ("utc_date", "utc_date() gives another value at each call"),
        ("id + UNIX_TIMESTAMP()", "unix_timestamp() gives another value at each call"),
        ("NEXTVAL(s)", "nextval() gives another value at each call"),
        ("LAST_INSERT_ID()", "last_insert_id() gives another value at each call"),
        ("SLEEP(1)", "sleep() gives another value at each call"),
        ("@x", "a variable can't give one row its value: @x"),
        ("@x := id", "a variable can't give one row its value: @x"),
        ("@@sql_mode", "a variable can't give one row its value: @@sql_mode"),
        ("GROUP_CONCAT(note)", "an aggregate can't give one row its value: GROUP_CONCAT"),
        ("JSON_ARRAYAGG(id)", "an aggregate can't give one row its value: json_arrayagg()"),
        ("MATCH (note) AGAINST ('x')", "a full-text search can't give one row its value"),
        ("ROW_NUMBER() OVER ()", "a window function can't give one row its value"),
        ("id /*! + 1 */", "/*! … */ is no comment: the server executes it"),
        ("/*M!100000 id */ 1", "/*M! … */ is no comment: the server executes it"),
        ("`utc_date`", "table shop.orders has no column 'utc_date'"),
    ],
)
def test_what_is_no_lasting_value(text: str, fact: str) -> None:
    with pytest.raises(CrossfadeError) as caught:
        written(text)
    assert str(caught.value).startswith(fact)


def test_a_word_of_the_server_may_be_a_columns_name() -> None:
    odd = Table(ORDERS.name, (Column("utc_date", "date"), Column("b`c", "int")))
    found = expressions.user_sql("COALESCE(`utc_date`, orders.utc_date, `b``c`)", "DATE", odd, "mariadb", "")
    assert expressions.for_row(found, "t", ("utc_date", "b`c")) == (
        "COALESCE(t.`utc_date`, t.`utc_date`, t.`b``c`)"
    )


def test_a_default_may_be_the_time_of_its_statement() -> None:
    """All the rows of a statement have one time, as the trigger that sees them has: it can be told again."""

    def volatile(default: str | None) -> bool:
        return expressions.default_of(Column("x", "text", default=default), "mariadb").volatile

    steady = (None, "'new'", "current_timestamp()", "current_timestamp(6)", "curdate()", "'uuid()'", "1.50")
    assert [volatile(each) for each in steady] == [False] * len(steady)
    assert [volatile(each) for each in ("uuid()", "(uuid())", "nextval(`shop`.`s`)", "sysdate()")] == [
        True
    ] * 4
    assert expressions.literal_of(r"'it\'s'", "mariadb") == "it's"


def test_a_default_is_not_made_of_other_columns() -> None:
    column = Column("x", "int", default="id + 1")
    with pytest.raises(EvolutionError, match="a default can't be made of other columns: id"):
        expressions.user_default(column, "mariadb", "")
    assert expressions.user_default(column, "postgresql", "") == column  # there, the server refuses it


def test_subqueries_are_written_out() -> None:
    found = read("(SELECT b.Kind FROM Batches AS b WHERE b.ID = BATCH_ID)")
    assert expressions.for_row(found, "NEW", COLUMNS) == (
        "(SELECT `b`.`kind` FROM `shop`.`Batches` AS `b` WHERE `b`.`id` = NEW.`batch_id`)"
    )
    assert (found.reads, found.tables) == (frozenset({"batch_id"}), (BATCHES.name,))
    now = expressions.renamed_sql(found, {"batch_id": "b`2"}, {BATCHES.name: {"kind": "was kind"}})
    assert now.text == "(SELECT `b`.`was kind` FROM `shop`.`Batches` AS `b` WHERE `b`.`id` = `b``2`)"
    moved = expressions.of_tables(found, {BATCHES.name: TableName("shop", "jobs")})
    assert moved.text == "(SELECT `b`.`kind` FROM `shop`.`jobs` AS `b` WHERE `b`.`id` = BATCH_ID)"
    taken = read("(SELECT NEW.kind FROM Batches NEW WHERE NEW.id = 1)")  # the row's own name
    assert taken.text == "(SELECT `NEW_`.`kind` FROM `shop`.`Batches` AS `NEW_` WHERE `NEW_`.`id` = 1)"


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("(SELECT kind FROM batches)", "there is no table 'batches'"),  # a table's name has a case
        ("(SELECT B.kind FROM Batches AS b)", "B.kind is not a column of shop.orders"),
        ("(SELECT MAX(kind) AS K FROM Batches GROUP BY k)", "GROUP BY k may be two things"),
    ],
)
def test_subqueries_that_can_not_be_followed(text: str, fact: str) -> None:
    with pytest.raises((SchemaMismatch, EvolutionError)) as caught:
        read(text)
    assert str(caught.value).startswith(fact)


VALUES: dict[str | None, str | None] = {"new": "open", "it's": r"gone \ away", "old": None}


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("`status` in ('new','it\\'s')", r"`s2` in ('open','gone \\ away')"),
        ("`status` <> 'new' or `note` regexp '^a'", "`s2` <> 'open' or `note` regexp '^a'"),
        (r"`status` = 'new' and `note` like 'x\\%'", r"`s2` = 'open' and `note` like 'x\\%'"),
        ("`status` is not null and json_valid(`doc`)", "`s2` is not null and json_valid(`doc`)"),
        ("'old' = `status`", "NULL = `s2`"),
        ("`status` = 'NEW'", None),  # the collation would say so, the label does not
        ("`status` = 1", None),  # an ordinal
        ("`status` + 0 = 1", None),
        ("`status` > 'new'", None),
        ("concat(`status`) = 'new'", None),
        ("`status` = cast('new' as char)", None),
    ],
)
def test_a_condition_on_an_enum_said_of_a_string(condition: str, said: str | None) -> None:
    assert translate(condition, "status", "s2", VALUES, "mariadb") == said


def test_conditions_keep_their_words() -> None:
    """sqlglot would write REGEXP_LIKE, which MariaDB does not know."""
    text = "`a` > 1 and `b` regexp 'x' or json_valid(`a`)"
    assert expressions.renamed(text, "a", "c`d", "mariadb") == (
        "`c``d` > 1 and `b` regexp 'x' or json_valid(`c``d`)"
    )
    assert expressions.given("`a` > 1 and `b` rlike 'x'", "a", "'5' + 0", "mariadb") == (
        "('5' + 0) > 1 and `b` rlike 'x'"
    )
    assert expressions.not_null("a`b", "mariadb") == "NOT `a``b` IS NULL"
    assert expressions.renamed("active", "active", "b", "postgresql") == '"b"'


def test_strings_and_casts() -> None:
    assert expressions.literal("it's a \\", "mariadb") == r"'it''s a \\'"
    assert expressions.literal("it's a \\", "postgresql") == "'it''s a \\'"
    casts = {
        "bigint(20) unsigned": "CAST(x AS UNSIGNED)",
        "tinyint(1)": "CAST(x AS SIGNED)",
        "NUMERIC(10, 2)": "CAST(x AS DECIMAL(10,2))",
        "datetime(3)": "CAST(x AS DATETIME(3))",
        "timestamp": "CAST(x AS DATETIME)",
        "UUID": "CAST(x AS UUID)",
        "varchar(20) CHARACTER SET latin1": "x",
        "enum('a')": "x",
    }
    assert {each: expressions.cast("x", each, "mariadb") for each in casts} == casts
    assert expressions.cast("x", "varchar(20)", "postgresql") == "CAST(x AS varchar(20))"


def test_one_text_for_each_database() -> None:
    both = {"postgresql": "now()", "mariadb": "'x'"}
    assert expressions.chosen(both, "mariadb", "") == "'x'"
    with pytest.raises(EvolutionError, match="no expression is given for mysql"):
        expressions.chosen(both, "mysql", "")  # nobody knows that it would mean the same there
    assert expressions.read_by({"mariadb": "(SELECT 1 FROM `Odd.one`.t, Batches)"}) == (
        '"Odd.one".t',
        "Batches",
    )


def test_what_a_statement_says_of_its_columns() -> None:
    create = (
        "CREATE TABLE shop.kinds (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT, token UUID DEFAULT (uuid()), "
        "name VARCHAR(20) COLLATE utf8mb4_bin NOT NULL DEFAULT 'a b', PRIMARY KEY (id))ENGINE=InnoDB"
    )
    assert columns_made(create, "mariadb") == (
        Column("id", "BIGINT UNSIGNED", nullable=False),
        Column("token", "UUID", default="(uuid())"),
        Column("name", "VARCHAR(20)", nullable=False, default="'a b'"),
    )
