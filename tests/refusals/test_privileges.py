"""What the connected role lacks is told before anything is changed, with the GRANT that would help."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Column, Text
from sqlalchemy.engine import make_url

from crossfade import AddColumn, AddForeignKey, OpenEnum, RenameTable, commands
from crossfade.errors import CrossfadeError, MissingPrivilege
from crossfade.testing import PostgresServer
from tests.refusals.refusal import IN, Refusal, assert_refused, evolution, execute

pytestmark = pytest.mark.every_server

STATUS = OpenEnum("orders", "status")


@pytest.fixture
def deployer(orders: str, postgresql: PostgresServer) -> Iterator[str]:
    """The URL of the role `deployer`, which may do nothing but connect; `shop` owns the tables."""
    name = make_url(orders).database
    execute(
        orders,
        "CREATE ROLE shop",
        "CREATE ROLE deployer LOGIN",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "ALTER TABLE orders OWNER TO shop",
    )
    yield make_url(orders).set(username="deployer").render_as_string()
    execute(postgresql.url, f"DROP DATABASE {name} WITH (FORCE)", "DROP ROLE deployer", "DROP ROLE shop")
    postgresql.create_database(str(name))  # which the fixture `database` drops


def test_not_the_owner(deployer: str, orders: str) -> None:
    refusal = Refusal(
        MissingPrivilege,
        "role 'deployer' may not alter public.orders, which 'shop' owns",
        IN + "table public.orders",
        "connect as 'shop', or GRANT shop TO deployer",
    )
    assert_refused(evolution(STATUS), deployer, refusal, reader=orders)


def test_a_member_that_may_not_become_the_owner(
    deployer: str, orders: str, postgresql: PostgresServer
) -> None:
    """Membership counts where it can be used: what is made must be the owner's."""
    if int(postgresql.version.partition(".")[0]) >= 16:
        execute(orders, "GRANT shop TO deployer WITH INHERIT TRUE, SET FALSE")
    else:
        execute(orders, "ALTER ROLE deployer NOINHERIT", "GRANT shop TO deployer")
    refusal = Refusal(
        MissingPrivilege,
        "role 'deployer' may not alter public.orders, which 'shop' owns",
        IN + "table public.orders",
        "connect as 'shop', or GRANT shop TO deployer",
    )
    assert_refused(evolution(STATUS), deployer, refusal, reader=orders)


def test_no_create_on_the_database(deployer: str, orders: str) -> None:
    execute(orders, "GRANT shop TO deployer")
    refusal = Refusal(
        MissingPrivilege,
        "role 'deployer' may not create schemas, which the new version and the journal "
        "(schema 'crossfade') live in",
        IN + "database",
        "GRANT CREATE ON DATABASE … TO deployer",
    )
    assert_refused(evolution(STATUS), deployer, refusal, reader=orders)


def test_no_create_on_the_schema_that_indexes_are_built_in(deployer: str, orders: str) -> None:
    database = make_url(orders).database
    execute(orders, "GRANT shop TO deployer", f"GRANT CREATE ON DATABASE {database} TO deployer")
    refusal = Refusal(
        MissingPrivilege,
        "role 'deployer' may not create indexes in schema 'public'",
        IN + "schema public",
        "GRANT CREATE ON SCHEMA public TO deployer",
    )
    indexed = AddColumn("orders", Column("channel", Text), index=True)
    assert_refused(evolution(indexed), deployer, refusal, reader=orders)


def test_no_create_on_the_schema_of_a_table_that_is_renamed(deployer: str, orders: str) -> None:
    database = make_url(orders).database
    execute(orders, "GRANT shop TO deployer", f"GRANT CREATE ON DATABASE {database} TO deployer")
    refusal = Refusal(
        MissingPrivilege,
        "role 'deployer' may not rename tables in schema 'public'",
        IN + "schema public",
        "GRANT CREATE ON SCHEMA public TO deployer",
    )
    assert_refused(evolution(RenameTable("orders", "sales")), deployer, refusal, reader=orders)


def test_no_trigger_on_the_table_that_is_referred_to(deployer: str, orders: str) -> None:
    database = make_url(orders).database
    execute(
        orders,
        "GRANT shop TO deployer",
        f"GRANT CREATE ON DATABASE {database} TO deployer",
        "GRANT CREATE ON SCHEMA public TO deployer",
        "CREATE TABLE notes (text text PRIMARY KEY)",
    )
    refusal = Refusal(
        MissingPrivilege,
        "role 'deployer' may not add triggers to public.notes, which 'postgres' owns, and a foreign key has "
        "some there",
        IN + "AddForeignKey orders (note)",
        "connect as 'postgres', or GRANT postgres TO deployer",
    )
    assert_refused(evolution(AddForeignKey("orders", "note", "notes")), deployer, refusal, reader=orders)


def test_rows_that_row_security_hides_from_the_owner_itself(deployer: str, orders: str) -> None:
    database = make_url(orders).database
    execute(
        orders,
        "GRANT shop TO deployer",
        f"GRANT CREATE ON DATABASE {database} TO deployer",
        "ALTER TABLE orders ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE orders FORCE ROW LEVEL SECURITY",
    )
    refusal = Refusal(
        MissingPrivilege,
        "row-level security of public.orders is forced, and may hide rows from role 'deployer'",
        IN + "table public.orders",
        "connect as a role with BYPASSRLS, or ALTER TABLE … NO FORCE ROW LEVEL SECURITY",
    )
    assert_refused(evolution(STATUS), deployer, refusal, reader=orders)


def test_no_privilege_on_the_journal(deployer: str, orders: str) -> None:
    database = make_url(orders).database
    execute(orders, "CREATE TABLE roles (id int PRIMARY KEY)")
    commands.start(evolution(AddColumn("roles", Column("color", Text))), orders)
    execute(orders, "GRANT shop TO deployer", f"GRANT CREATE ON DATABASE {database} TO deployer")
    refusal = Refusal(
        MissingPrivilege,
        "the role may not read the journal, which another role's evolution made (schema crossfade)",
        "schema crossfade",
        "connect as the role that owns the schema, or as a member of it",
    )
    assert_refused(evolution(STATUS), deployer, refusal, reader=orders)
    for ask in (commands.status, commands.history):
        with pytest.raises(CrossfadeError) as caught:
            ask(deployer)
        assert str(caught.value) == str(refusal)


def test_with_all_of_them_an_ordinary_role_may(deployer: str, orders: str) -> None:
    execute(
        orders,
        "GRANT shop TO deployer",
        f"GRANT CREATE ON DATABASE {make_url(orders).database} TO shop",
        "GRANT CREATE ON SCHEMA public TO shop",
    )
    given = evolution(STATUS, AddColumn("orders", Column("channel", Text), index=True))
    assert commands.start(given, deployer).state == "live"
    assert commands.rollback(given, deployer).state == "rolled back"
    assert commands.start(given, deployer).state == "live"
    assert commands.complete(given, deployer).state == "completed"
