"""Roles that are not superusers: the one that runs Crossfade, and those of the applications."""

from collections.abc import Iterator

import pytest
from psycopg.errors import InsufficientPrivilege, InvalidSchemaName, UndefinedTable
from sqlalchemy.engine import make_url

from crossfade import commands
from crossfade.errors import Refused
from tests.concurrency.roles import Roles, roles_of
from tests.concurrency.watching import Session, opened, rows, value
from tests.crash.picture import picture
from tests.crash.statuses import NAMESPACE, OLD_WRITES, OPEN, SCHEMA, WRITES

pytestmark = pytest.mark.every_server

# Each version's application: the session's search path, and what it writes for the same thing.
VERSIONS = {"old": None, "new": OPEN.name}
STATUS = {"old": ("new", "sent"), "new": ("created", "of its own")}
DENIED = (InsufficientPrivilege, UndefinedTable, InvalidSchemaName)


@pytest.fixture
def roles(database: str) -> Iterator[Roles]:
    with roles_of(database) as made:
        yield made


@pytest.fixture
def press(database: str) -> str:
    with opened(database) as session:
        session.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        session.execute(SCHEMA)
    return database


@pytest.fixture
def owner(press: str, roles: Roles) -> str:
    """The role that owns the tables."""
    return roles.owner("TABLE orders", "TABLE items", "TYPE order_status")


def test_the_owner_needs_no_superuser(press: str, owner: str, roles: Roles) -> None:
    """The whole cycle, with what it comes to for a superuser."""
    database = roles.url(owner)
    with opened(press) as session:
        session.execute("CREATE DATABASE superuser TEMPLATE " + str(make_url(press).database))
    twin = make_url(press).set(database="superuser").render_as_string(hide_password=False)
    try:
        for who in (database, twin):
            assert commands.start(OPEN, who).seeded == 3
            with opened(who) as session:
                session.execute(WRITES)
            assert commands.verify(OPEN, who).mismatches == 0
            assert commands.rollback(OPEN, who).complement_rows > 0
            with opened(who) as session:
                session.execute(OLD_WRITES)
            assert commands.start(OPEN, who).complement_rows > 0
            assert commands.complete(OPEN, who).state == "completed"
            assert commands.revert(OPEN, who).state == "live"
            assert commands.complete(OPEN, who).state == "completed"
            assert commands.purge(OPEN, who).state == "purged"
        data = [[line for line in picture(who) if line.startswith("row of ")] for who in (press, twin)]
        assert data[0] == data[1]
    finally:
        with opened(press) as session:
            session.execute("DROP DATABASE superuser WITH (FORCE)")


OWNERS = """
SELECT 'schema', nspname::text, nspowner::regrole::text FROM pg_namespace WHERE nspname = %s
UNION ALL
SELECT relkind::text, oid::regclass::text, relowner::regrole::text FROM pg_class
WHERE relnamespace IN ('public'::regnamespace, %s::regnamespace) AND relkind IN ('r', 'i', 'v')
"""


@pytest.mark.parametrize("by", ["the owner", "a member of the owner", "a superuser"])
def test_what_is_made_belongs_to_the_tables_owner(press: str, owner: str, roles: Roles, by: str) -> None:
    member = roles.make(f"GRANT {owner} TO {{}}")
    runner = {"the owner": roles.url(owner), "a member of the owner": roles.url(member), "a superuser": press}
    commands.start(OPEN, runner[by])
    for command in (commands.verify, commands.complete):
        with opened(press) as session:
            found = rows(session, OWNERS, NAMESPACE, NAMESPACE)
            assert {role for _, _, role in found} == {owner}
            assert ("v", f"{NAMESPACE}.orders", owner) in found
        # What belongs to the owner, the owner can work with: in both versions, and beside any runner.
        with roles.session(owner) as session:
            session.execute(WRITES.split(";", 1)[0].replace("refunded", "returned"))
        command(OPEN, runner[by])


def work(session: Session, version: str) -> None:
    """All four statements, with the values of a version."""
    first, second = STATUS[version]
    made = value(session, "INSERT INTO orders (customer, status) VALUES (1, %s) RETURNING id", first)
    assert rows(session, "SELECT customer, status FROM orders WHERE id = %s", made) == [(1, first)]
    session.execute("UPDATE orders SET status = %s WHERE id = %s", (second, made))
    assert value(session, "SELECT status FROM orders WHERE id = %s", made) == second
    assert session.execute("DELETE FROM orders WHERE id = %s", (made,)).rowcount == 1


def test_an_application_with_plain_grants_works_on_both_versions(
    press: str, owner: str, roles: Roles
) -> None:
    grants = "GRANT SELECT, INSERT, UPDATE, DELETE ON orders TO {}"
    application, reader = roles.make(grants), roles.make("GRANT SELECT ON orders TO {}")
    database = roles.url(owner)

    def both(versions: dict[str, str | None]) -> None:
        for speaks, version in versions.items():
            with roles.session(application, version=version) as session:
                work(session, speaks)
            with roles.session(reader, version=version) as session:
                assert value(session, "SELECT count(*) FROM orders") > 0
                with pytest.raises(InsufficientPrivilege):
                    session.execute("UPDATE orders SET revision = 1 WHERE id = 1")
                with pytest.raises(InsufficientPrivilege):
                    session.execute("DELETE FROM orders WHERE id = 1")

    both({"old": None})
    for command in (commands.start, commands.rollback, commands.start):
        both({"old": None})
        command(OPEN, database)
    both(VERSIONS)
    commands.complete(OPEN, database)
    both({"new": OPEN.name})
    both({"new": None})
    commands.revert(OPEN, database)
    both(VERSIONS)
    assert commands.verify(OPEN, database).mismatches == 0


COLUMNS = (
    "GRANT SELECT (id, status, customer), INSERT (customer, status), UPDATE (status) ON orders TO {}",
    "GRANT DELETE ON orders TO {}",
)


def test_grants_on_columns_hold_on_both_versions(press: str, owner: str, roles: Roles) -> None:
    application = roles.make(*COLUMNS)
    seer = roles.make("GRANT SELECT (id, customer) ON orders TO {}")
    database = roles.url(owner)

    def both(versions: dict[str, str | None]) -> None:
        for speaks, version in versions.items():
            with roles.session(application, version=version) as session:
                work(session, speaks)
                for denied in (
                    "SELECT revision FROM orders",
                    "UPDATE orders SET revision = 1",
                    "INSERT INTO orders (customer, revision) VALUES (1, 1)",
                ):
                    with pytest.raises(InsufficientPrivilege):
                        session.execute(denied)
            with roles.session(seer, version=version) as session:
                assert value(session, "SELECT customer FROM orders WHERE id = 1") == 1
                with pytest.raises(InsufficientPrivilege):
                    session.execute("SELECT status FROM orders")

    both({"old": None})
    commands.start(OPEN, database)
    both(VERSIONS)
    commands.complete(OPEN, database)
    both({"new": OPEN.name})
    both({"new": None})
    commands.revert(OPEN, database)
    both(VERSIONS)


def test_grants_on_columns_never_open_what_row_level_security_closes(
    press: str, owner: str, roles: Roles
) -> None:
    """With the rights of its owner, the view would show every row: whoever it does not fit is told."""
    seer = roles.make("GRANT SELECT (id, customer) ON orders TO {}")
    with opened(press) as session:
        session.execute(POLICIES)
    (note,) = [note for note in commands.preview(OPEN, roles.url(owner)).notes if "row-level" in note]
    assert seer in note
    commands.start(OPEN, roles.url(owner))
    with roles.session(seer, version=OPEN.name) as session:
        session.execute("SET shop.customer = '1'")
        assert rows(session, "SELECT customer FROM public.orders") == [(1,)]
        with pytest.raises(InsufficientPrivilege):
            session.execute("SELECT customer FROM orders")


def test_who_may_not_read_the_table_may_not_read_the_view(press: str, owner: str, roles: Roles) -> None:
    stranger = roles.make("GRANT USAGE ON SCHEMA public TO {}")
    everybody = roles.make()
    database = roles.url(owner)
    commands.start(OPEN, database)
    for _ in range(2):
        for role in (stranger, everybody):
            for version in VERSIONS.values():
                with roles.session(role, version=version) as session:
                    for statement in (
                        "SELECT count(*) FROM orders",
                        "INSERT INTO orders (customer) VALUES (1)",
                        "UPDATE orders SET revision = 1",
                        "DELETE FROM orders",
                        "SELECT count(*) FROM public__open_statuses.orders",
                        "SELECT count(*) FROM crossfade.complement",
                        "UPDATE crossfade.evolution SET state = 'live'",
                        "INSERT INTO crossfade.seed VALUES ('', '', '', '{}', '')",
                        "CREATE TABLE crossfade.mine (id integer)",
                    ):
                        with pytest.raises(InsufficientPrivilege):
                            session.execute(statement)
        if commands.status(database)[0].state == "live":
            commands.complete(OPEN, database)


def test_a_schema_that_few_may_use_has_a_namespace_that_few_may_use(database: str, roles: Roles) -> None:
    with opened(database) as session:
        session.execute("CREATE SCHEMA shop")
        session.execute(f"SET search_path = shop; {SCHEMA}")
        session.execute(f"ALTER DATABASE {make_url(database).database} SET search_path = shop")
    insider = roles.make("GRANT USAGE ON SCHEMA shop TO {}", "GRANT ALL ON shop.orders TO {}")
    outsider = roles.make("GRANT ALL ON shop.orders TO {}")
    commands.start(OPEN, database)
    with roles.session(insider) as session:
        assert value(session, "SELECT count(*) FROM shop__open_statuses.orders") > 0
        work(session, "old")
    with roles.session(outsider) as session:
        for schema in ("shop", "shop__open_statuses"):
            with pytest.raises(DENIED):
                session.execute(f"SELECT count(*) FROM {schema}.orders")


POLICIES = """
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_customer ON orders USING (customer = current_setting('shop.customer')::integer);
"""


def test_row_level_security_holds_through_the_views(press: str, owner: str, roles: Roles) -> None:
    application = roles.make("GRANT SELECT, INSERT, UPDATE, DELETE ON orders TO {}")
    database = roles.url(owner)
    with opened(press) as session:
        session.execute(POLICIES)

    def both(versions: dict[str, str | None]) -> None:
        for speaks, version in versions.items():
            with roles.session(application, version=version) as session:
                session.execute("SET shop.customer = '1'")
                assert rows(session, "SELECT id, customer FROM orders") == [(1, 1)]
                work(session, speaks)
                assert session.execute("UPDATE orders SET revision = revision + 1").rowcount == 1
                assert session.execute("DELETE FROM orders WHERE customer = 2").rowcount == 0
                with pytest.raises(InsufficientPrivilege, match="row-level security"):
                    session.execute("INSERT INTO orders (customer) VALUES (2)")
                with pytest.raises(InsufficientPrivilege, match="row-level security"):
                    session.execute("UPDATE orders SET customer = 2")
        with roles.session(owner) as session:
            assert value(session, "SELECT count(*) FROM orders WHERE customer = 2") == 1

    outcome = commands.start(OPEN, database)
    assert outcome.backfill is not None
    assert outcome.backfill.rows > 1  # the owner's copy passes over everybody's rows
    both(VERSIONS)
    assert commands.verify(OPEN, database).mismatches == 0
    commands.complete(OPEN, database)
    both({"new": OPEN.name})
    both({"new": None})


def test_row_level_security_that_binds_the_owner_too_is_refused_before_anything_is_done(
    press: str, owner: str, roles: Roles
) -> None:
    with opened(press) as session:
        session.execute(POLICIES + "ALTER TABLE orders FORCE ROW LEVEL SECURITY")
        for command in (commands.preview, commands.start):
            with pytest.raises(Refused, match="row-level security"):
                command(OPEN, roles.url(owner))
        assert value(session, "SELECT to_regnamespace('crossfade')") is None
        # Those whom it does not bind may evolve the table.
        session.execute(f"ALTER ROLE {owner} BYPASSRLS")
    assert commands.start(OPEN, roles.url(owner)).state == "live"
