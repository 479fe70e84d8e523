"""Pooled sessions whose statements the server has prepared: none of them notices."""

from collections.abc import Callable

import pytest
from psycopg.errors import FeatureNotSupported

from crossfade import commands
from tests.concurrency.shop import BOTH_SIDES, NAME, OPEN
from tests.concurrency.watching import Session, rows, value

Sessions = Callable[..., Session]

PREPARED = "SELECT count(*) FROM pg_prepared_statements WHERE NOT from_sql"

# All that an application does with a table, naming its columns.
READ = "SELECT id, customer, status, revision FROM orders WHERE id = %s"
LIST = "SELECT id, status::text FROM orders WHERE status = %s ORDER BY id LIMIT 2"
MAKE = "INSERT INTO orders (customer, status) VALUES (%s, %s) RETURNING id, status"
MOVE = "UPDATE orders SET status = %s WHERE id = %s RETURNING status"
UPSERT = (
    "INSERT INTO orders (id, customer, status) VALUES (%s, 1, %s) "
    "ON CONFLICT (id) DO UPDATE SET status = excluded.status RETURNING status"
)
TAKE = "DELETE FROM orders WHERE id = %s"
ALL = "SELECT * FROM orders WHERE id = %s"


def work(session: Session, first: str, second: str) -> None:
    """Every statement once, each prepared by the server from the first time on."""
    (made, status), *_ = rows(session, MAKE, 1, first)
    assert status == first
    assert rows(session, READ, made) == [(made, 1, first, 0)]
    assert rows(session, MOVE, second, made) == [(second,)]
    assert rows(session, UPSERT, made, first) == [(first,)]
    assert rows(session, LIST, first)
    session.execute(TAKE, (made,))
    assert rows(session, READ, made) == []


def pooled(session: Session) -> Session:
    session.prepare_threshold = 0
    return session


def test_the_old_application_keeps_its_prepared_statements_up_to_complete(
    shop: str, sessions: Sessions
) -> None:
    old = pooled(sessions())
    work(old, "new", "sent")
    prepared = value(old, PREPARED)
    assert prepared >= 6
    for command in (commands.start, commands.rollback, commands.start):
        command(OPEN, shop)
        work(old, "new", "sent")
    assert value(old, PREPARED) == prepared  # the same ones, all the way
    assert commands.verify(NAME, shop).mismatches == 0


def test_the_new_application_keeps_its_prepared_statements_through_complete(
    shop: str, sessions: Sessions
) -> None:
    commands.start(OPEN, shop)
    new, old = pooled(sessions(version=NAME)), pooled(sessions())
    work(new, "created", "of its own")
    work(old, "paid", "new")
    kept = rows(new, MAKE, 2, "refunded")[0][0]
    assert rows(old, BOTH_SIDES, kept)[0][:2] == ("paid", "refunded")
    prepared = value(new, PREPARED)

    commands.complete(NAME, shop)
    work(new, "created", "of its own")
    assert rows(new, READ, kept) == [(kept, 2, "refunded", 0)]
    assert value(new, PREPARED) == prepared
    # Without a namespace too, a session finds the new shape now.
    assert value(sessions(), "SELECT status FROM orders WHERE id = %s", kept) == "refunded"


def test_a_prepared_select_star_fails_once_at_the_most(shop: str, sessions: Sessions) -> None:
    """The documented edge: PostgreSQL refuses to give a prepared statement another result type.

    psycopg forgets its prepared statements when a transaction is rolled back, as every pool does
    with a session that had an error: the same statement works again.
    """
    old = pooled(sessions(autocommit=False))
    assert len(rows(old, ALL, 1)[0]) == 4
    old.commit()
    commands.start(OPEN, shop)
    with pytest.raises(FeatureNotSupported, match="cached plan must not change result type"):
        rows(old, ALL, 1)
    old.rollback()
    for _ in range(3):
        assert len(rows(old, ALL, 1)[0]) == 6
        old.commit()
