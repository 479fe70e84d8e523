"""A small shop's database, which each refusal makes unfit in one way."""

from collections.abc import Iterator

import pytest

from crossfade.testing import PostgresServer

pytest.register_assert_rewrite("tests.refusals.refusal")  # so that what differs is shown

from tests.refusals.refusal import execute  # noqa: E402 - after that

ORDERS = (
    "CREATE TYPE order_status AS ENUM ('new', 'paid', 'sent')",
    (
        "CREATE TABLE orders "
        "(id bigint PRIMARY KEY, status order_status NOT NULL DEFAULT 'new', total numeric, note text)"
    ),
    (
        "INSERT INTO orders VALUES "
        "(1, 'new', 10, 'a'), (2, 'paid', 20, 'b'), (3, 'sent', 30, NULL), (4, 'sent', 40, 'd')"
    ),
)
# Wrappers and publications belong to no schema.
EMPTY = """
DO $$
DECLARE command text;
BEGIN
  FOR command IN
    SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    UNION ALL SELECT format('DROP FOREIGN DATA WRAPPER %I CASCADE', fdwname) FROM pg_foreign_data_wrapper
    UNION ALL SELECT format('DROP PUBLICATION %I', pubname) FROM pg_publication
  LOOP
    EXECUTE command;
  END LOOP;
  CREATE SCHEMA public;
END $$
"""


@pytest.fixture
def orders(database: str) -> str:
    """The URL of a database with the table `orders`: four rows, an enum column, a key."""
    execute(database, *ORDERS)
    return database


@pytest.fixture(scope="module")
def one_database(postgresql: PostgresServer) -> Iterator[str]:
    """One for all cases of a module: making databases would take most of their time."""
    yield postgresql.create_database("cases")
    postgresql.drop_database("cases")


@pytest.fixture
def shop(one_database: str) -> str:
    """As `orders`, in a database that other cases have been in: emptied, then made anew."""
    execute(one_database, EMPTY, *ORDERS)
    return one_database
