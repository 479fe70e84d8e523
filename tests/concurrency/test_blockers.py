"""A runner that waits for a lock says for whom; never what that one's statement says."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from crossfade import commands
from crossfade import session as runners
from crossfade.dialects.postgresql import PostgreSQL
from crossfade.dialects.postgresql.blockers import oldest
from crossfade.errors import Busy
from tests.concurrency.shop import NAME, OPEN
from tests.concurrency.watching import Session, Watch, came_to, until, value

Sessions = Callable[..., Session]
HELD = "UPDATE orders SET customer = 4242 WHERE id = 1"


def holder(sessions: Sessions) -> Session:
    session: Session = sessions(autocommit=False)
    session.execute("SET application_name = 'billing'")
    session.execute(HELD)
    return session


def test_the_oldest_transaction_on_the_table_is_named(
    shop: str, background: ThreadPoolExecutor, sessions: Sessions
) -> None:
    sessions().execute("DROP INDEX ix_orders_status")  # building one waits for as long as it takes
    long = holder(sessions)
    younger = sessions(autocommit=False)
    younger.execute("SELECT count(*) FROM orders")
    elsewhere = sessions(autocommit=False)
    elsewhere.execute("SELECT count(*) FROM pg_class")
    pid = value(long, "SELECT pg_backend_pid()")
    watch = Watch()
    running = background.submit(commands.start, OPEN, shop, observer=watch)
    until(lambda: watch.refusals >= 2, "Crossfade tried again", running)
    younger.rollback()
    long.commit()
    assert came_to(running).state == "live"
    told = (
        f"a lock was not to be had in time; the oldest transaction there: process {pid}, "
        r"application 'billing', idle in transaction, its transaction open for \d+ s"
    )
    assert re.fullmatch(told, watch.reasons[0])
    assert not any("4242" in reason for reason in watch.reasons)


def test_whoever_gives_up_says_for_whom_it_waited(
    shop: str, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands.start(OPEN, shop)
    pid = value(holder(sessions), "SELECT pg_backend_pid()")
    monkeypatch.setattr(runners.Patience.__init__, "__defaults__", (2, 0.01, 0.01))
    with pytest.raises(Busy) as caught:
        commands.complete(NAME, shop)
    assert f"2 times; the oldest transaction there: process {pid}, application 'billing'" in caught.value.fact
    assert caught.value.remedy.startswith("look for long transactions in pg_stat_activity, then run")


def test_nobody_is_named_who_has_gone(shop: str, sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    """What held the lock is over by the time that it is asked for."""
    sessions().execute("DROP INDEX ix_orders_status")
    long = holder(sessions)
    watch = Watch()
    passing = PostgreSQL.passing

    def over(dialect: PostgreSQL, error: DBAPIError) -> str | None:
        long.rollback()
        return passing(dialect, error)

    monkeypatch.setattr(PostgreSQL, "passing", over)
    commands.start(OPEN, shop, observer=watch)
    assert watch.reasons == ["a lock was not to be had in time"]


def test_what_the_role_may_not_see_is_left_out(shop: str, sessions: Sessions) -> None:
    pid = value(holder(sessions), "SELECT pg_backend_pid()")
    with create_engine(shop, poolclass=NullPool).connect() as connection:
        connection.execute(text("CREATE ROLE narrow"))
        connection.execute(text("SET LOCAL ROLE narrow"))
        assert oldest(connection, ["public.orders"]) == f"process {pid}, application 'billing'"
        assert oldest(connection, ["public.customers", 'public."No such.table"']) is None
