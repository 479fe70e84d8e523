"""What the connected account may do, and what others may."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from crossfade.schema import Grant
from crossfade.testing import embedded_mariadb
from tests.dialects.mariadb.reflecting import accounts, connected, connected_as, reflected, say


@pytest.fixture
def connection(mariadb_database: str) -> Iterator[Connection]:
    with connected(mariadb_database) as connection:
        yield connection


@pytest.fixture
def here(mariadb_database: str) -> str:
    return str(make_url(mariadb_database).database)


@pytest.fixture
def account(mariadb_database: str, connection: Connection) -> Iterator[Callable[..., Connection]]:
    with accounts(mariadb_database, connection) as account:
        yield account


def test_what_others_may_do(connection: Connection, here: str, account: Callable[..., Connection]) -> None:
    say(connection, "CREATE TABLE t (id INT PRIMARY KEY, a INT)", "CREATE ROLE cf_team")
    try:
        account("cf_app", f"SELECT, INSERT ON {here}.*", f"SELECT ON {here}.t")
        hostile = account("cf'o\"b@x", f"UPDATE (a) ON {here}.t", f"DELETE, ALTER ON `{here[:-1]}_`.*")
        say(
            connection,
            f"GRANT DELETE ON {here}.t TO cf_team WITH GRANT OPTION",
            f"GRANT UPDATE ON {here}.* TO cf_team",
        )
        (found,) = reflected(connection, "t").tables
        assert found.grants == (
            Grant("SELECT", "'cf_app'@'localhost'"),
            Grant("DELETE", "`cf_team`", grantable=True),
            Grant("UPDATE", "'cf''o\"b@x'@'localhost'", column="a"),
        )
        assert set(found.schema_readers) == {
            "INSERT, SELECT TO 'cf_app'@'localhost'",
            "DELETE TO 'cf''o\"b@x'@'localhost'",
            "UPDATE TO `cf_team`",
        }
        for each in found.schema_readers:  # as they stand, they can be granted
            privileges, _, who = each.partition(" TO ")
            say(connection, f"GRANT {privileges} ON {here}.* TO {who}")
        (seen,) = reflected(hostile, "t").tables
        assert (seen.grants, seen.schema_readers) == ((), ())  # it may not see those of others
    finally:
        say(connection, "DROP ROLE cf_team")


OWNING = "ALTER, CREATE, DELETE, DROP, INDEX, INSERT, REFERENCES, SELECT, TRIGGER, UPDATE"


@pytest.mark.parametrize(
    ("grants", "owned", "creates", "may_create_schema"),
    [
        (("ALL ON *.*",), True, True, True),
        (("ALL ON {here}.*",), True, True, False),
        (("ALL ON `{here}%`.*", "ALL ON `\\_crossfade\\_{here}`.*"), True, True, True),
        (
            (OWNING + " ON {here}.t", "CREATE ON `{here}\\_\\_v2`.*", "ALL ON `%crossfade%`.*"),
            True,
            False,
            True,
        ),
        (("SELECT (id), " + OWNING.replace("SELECT, ", "") + " ON {here}.t",), False, False, False),
        (("SELECT, ALTER, TRIGGER ON {here}.*",), False, False, False),
    ],
)
def test_what_the_role_may_do(
    connection: Connection,
    here: str,
    account: Callable[..., Connection],
    grants: tuple[str, ...],
    owned: bool,
    creates: bool,
    may_create_schema: bool,
) -> None:
    say(connection, "CREATE TABLE t (id INT PRIMARY KEY)")
    say(connection, "CREATE ROLE cf_inner", "CREATE ROLE cf_outer", "GRANT cf_inner TO cf_outer")
    try:
        directly = account("cf_one", *(each.format(here=here) for each in grants))
        say(connection, *(f"GRANT {each.format(here=here)} TO cf_inner" for each in grants))
        by_role = account("cf_two", "cf_outer")
        for who, name in ((directly, "cf_one"), (by_role, "cf_two")):
            schema = reflected(who, "t")
            assert schema.role.name == f"{name}@localhost"
            assert schema.tables[0].owned == owned, name
            assert (here in schema.role.creates_in) == creates, name
            assert schema.role.may_create_schema == may_create_schema, name
            assert schema.role.superuser == (grants == ("ALL ON *.*",))
    finally:
        say(connection, "DROP ROLE cf_outer", "DROP ROLE cf_inner")


def test_a_server_that_reads_only(
    connection: Connection, here: str, account: Callable[..., Connection]
) -> None:
    application = account("cf_app", f"ALL ON {here}.*")
    operator = account("cf_operator", f"ALL ON {here}.*", "READ_ONLY ADMIN ON *.*")
    assert [reflected(each).read_only for each in (application, operator)] == [False, False]
    say(connection, "SET GLOBAL read_only = 1")
    try:
        assert [reflected(each).read_only for each in (application, operator)] == [True, False]
    finally:
        say(connection, "SET GLOBAL read_only = 0")


def test_a_server_with_a_binary_log_gives_triggers_to_few() -> None:
    with embedded_mariadb(settings={"log-bin": "log"}) as server:
        url = server.create_database("shop")
        with connected(url) as root:
            say(
                root,
                "CREATE TABLE t (id INT)",
                "CREATE USER app@localhost",
                "GRANT ALL ON shop.* TO app@localhost",
            )
            found = []
            for statement in ("DO 0", "SET GLOBAL log_bin_trust_function_creators = 1"):
                say(root, statement)
                with connected_as(url, "app") as application:
                    found.append(reflected(application, "t").tables[0].owned)
            assert found == [False, True]
            assert reflected(root, "t").tables[0].owned
