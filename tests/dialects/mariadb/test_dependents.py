"""What depends on a column: the views that read it, and the code that speaks of it."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from crossfade.dialects.mariadb.quoting import journal as journal_of
from crossfade.dialects.mariadb.quoting import literal
from crossfade.schema import WHOLE_TABLE, Dependent
from tests.dialects.mariadb.reflecting import accounts, beside, connected, reflected, say


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


@pytest.fixture
def account(mariadb_database: str, connection: Connection) -> Iterator[Callable[..., Connection]]:
    with accounts(mariadb_database, connection) as account:
        yield account


def test_views_that_read_a_column(connection: Connection, here: str, elsewhere: str) -> None:
    say(
        connection,
        "CREATE TABLE t (id INT PRIMARY KEY, `A b` INT, c INT, t INT)",
        "CREATE TABLE u (id INT PRIMARY KEY, c INT)",
        "CREATE VIEW starred AS SELECT * FROM u",
        "CREATE VIEW counted AS SELECT COUNT(*) FROM t",
        f"CREATE VIEW {elsewhere}.joined AS SELECT x.`A b`, y.c FROM {here}.t x JOIN {here}.u y USING (id)",
        "CREATE VIEW nested AS WITH u AS (SELECT id FROM t WHERE c > 1) SELECT * FROM u "
        "WHERE EXISTS (SELECT 1 FROM t z WHERE z.t = u.id)",
        "CREATE VIEW indirect AS SELECT * FROM counted",
        "CREATE VIEW aside AS SELECT 't' AS c FROM u",
    )
    t, u = reflected(connection, "t", "u").tables
    dependents = {(each.name, each.column) for each in t.dependents}
    assert {each.kind for each in t.dependents} == {"view"}
    assert dependents == {
        (f"{here}.counted", WHOLE_TABLE),
        *((f"{elsewhere}.joined", each) for each in (WHOLE_TABLE, "id", "A b")),
        *((f"{here}.nested", each) for each in (WHOLE_TABLE, "id", "c", "t")),
    }
    assert {(each.name, each.column) for each in u.dependents} == {
        *((f"{here}.starred", each) for each in (WHOLE_TABLE, "id", "c")),
        *((f"{elsewhere}.joined", each) for each in (WHOLE_TABLE, "id", "c")),
        (f"{here}.aside", WHOLE_TABLE),
    }


def test_what_crossfade_made_depends_on_nothing(connection: Connection, here: str, elsewhere: str) -> None:
    journal = journal_of(here)
    evolution = elsewhere.removeprefix(f"{here}__")
    say(
        connection,
        "CREATE TABLE t (id INT PRIMARY KEY)",
        f"CREATE VIEW {elsewhere}.t AS SELECT * FROM {here}.t",
        f"CREATE FUNCTION {elsewhere}.f() RETURNS INT RETURN (SELECT COUNT(*) FROM {here}.t)",
        "CREATE TRIGGER _crossfade_sync BEFORE INSERT ON t FOR EACH ROW SET NEW.id = 1",
    )
    (found,) = reflected(connection, "t").tables
    assert {each.name for each in found.dependents} == {f"{elsewhere}.t", f"{elsewhere}.f"}
    say(
        connection,
        f"CREATE DATABASE {journal}",
        f"CREATE TABLE {journal}.evolution (name VARCHAR(48))",
        f"INSERT INTO {journal}.evolution VALUES ({literal(evolution)})",
    )
    (found,) = reflected(connection, "t").tables
    assert found.dependents == ()


def test_code_that_speaks_of_a_table(connection: Connection, here: str, elsewhere: str) -> None:
    say(
        connection,
        "CREATE TABLE orders (id INT, Status INT, `odd name` INT, other INT DEFAULT (status + 1))",
        "CREATE TABLE refunds (id INT)",
        "CREATE FUNCTION plain() RETURNS INT RETURN (SELECT MAX(STATUS) FROM orders)",
        "CREATE PROCEDURE told() EXECUTE IMMEDIATE 'UPDATE orders SET `odd name` = 1'",
        "CREATE PROCEDURE aside() SELECT status FROM refunds",
        f"CREATE PROCEDURE {elsewhere}.meant() DELETE FROM {here}.orders WHERE other = 1",
        f"CREATE PROCEDURE {elsewhere}.own() DELETE FROM orders WHERE other = 1",
        "CREATE TRIGGER touched BEFORE UPDATE ON orders FOR EACH ROW SET NEW.other = OLD.status",
        "CREATE TRIGGER counts AFTER INSERT ON refunds FOR EACH ROW UPDATE orders SET status = 2",
        "CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM orders",
    )
    (found,) = reflected(connection, "orders").tables
    assert {(each.kind, each.name, each.column) for each in found.dependents} == {
        ("default of column", "other", "Status"),
        *(("function", f"{here}.plain", each) for each in (WHOLE_TABLE, "Status")),
        *(("function", f"{here}.told", each) for each in (WHOLE_TABLE, "odd name")),
        *(("function", f"{elsewhere}.meant", each) for each in (WHOLE_TABLE, "other")),
        *(("function", f"trigger {here}.touched", each) for each in ("Status", "other")),
        *(("function", f"trigger {here}.counts", each) for each in (WHOLE_TABLE, "Status")),
        ("function", f"event {here}.nightly", WHOLE_TABLE),
    }


def test_what_the_role_can_not_read_may_speak_of_every_column(
    connection: Connection, here: str, account: Callable[..., Connection]
) -> None:
    say(
        connection,
        "CREATE TABLE t (id INT PRIMARY KEY)",
        "CREATE FUNCTION f() RETURNS INT RETURN 1",
        "CREATE VIEW v AS SELECT 1",
    )
    reader = account("cf_reader", f"SELECT, EXECUTE ON {here}.*")
    (found,) = reflected(reader, "t").tables
    assert set(found.dependents) == {
        Dependent(kind, f"{here}.{name} (this role can't read its text)", column)
        for kind, name in (("function", "f"), ("view", "v"))
        for column in (WHOLE_TABLE, "id")
    }
