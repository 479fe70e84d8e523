"""Commands that do not fit the state that an evolution, or its neighbour on the same table, is in."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Column, Connection, NullPool, Text, create_engine, text

from crossfade import AddColumn, Evolution, OpenEnum, commands, connect_args
from crossfade.errors import Busy, CrossfadeError, SchemaMismatch, UsageError, WrongState
from crossfade.journal import Journal
from tests.refusals.catalogue import snapshot
from tests.refusals.refusal import Refusal, execute

OPEN = Evolution("open_statuses", changes=[OpenEnum("orders", "status")])
EDITED = Evolution("open_statuses", changes=[OpenEnum("orders", "status", unknown="new")])
OTHER = Evolution("channels", changes=[AddColumn("public.orders", Column("channel", Text))])
PLACE = "evolution 'open_statuses'"
NEW = connect_args("open_statuses")
EDIT = Refusal(
    WrongState,
    f"evolution 'open_statuses' was edited since it was started: it was {OPEN.fingerprint}, "
    f"it is {EDITED.fingerprint}",
    "evolution 'open_statuses', which is live",
    "put the file back as it was, or roll back first and start the edited one",
)


def assert_refuses(database: str, refusal: Refusal, *calls: Callable[[], object]) -> None:
    """Each call says what the refusal says, and changes nothing."""
    before = snapshot(database)
    for call in calls:
        with pytest.raises(CrossfadeError) as caught:
            call()
        assert str(caught.value) == str(refusal)
        assert type(caught.value) is refusal.kind
    assert snapshot(database) == before


def test_live_already(orders: str) -> None:
    commands.start(OPEN, orders)
    refusal = Refusal(
        WrongState,
        "start does not fit: evolution 'open_statuses' is live",
        PLACE,
        "it is already live: verify, complete or rollback",
    )
    assert_refuses(orders, refusal, lambda: commands.start(OPEN, orders))
    assert commands.preview(OPEN, orders).state == "live"


def test_edited_since_it_was_started(orders: str) -> None:
    commands.start(OPEN, orders)
    assert_refuses(
        orders,
        EDIT,
        lambda: commands.preview(EDITED, orders),
        lambda: commands.start(EDITED, orders),
        lambda: commands.verify(EDITED, orders),
        lambda: commands.rollback(EDITED, orders),
        lambda: commands.complete(EDITED, orders),
    )


def test_edited_after_a_rollback_is_another_start(orders: str) -> None:
    commands.start(OPEN, orders)
    commands.rollback(OPEN, orders)
    assert commands.start(EDITED, orders).state == "live"


def test_another_evolution_holds_the_table(orders: str) -> None:
    commands.start(OPEN, orders)
    refusal = Refusal(
        WrongState,
        "evolution 'open_statuses' is live on public.orders",
        "evolution 'channels'",
        "complete 'open_statuses' or roll it back first",
    )
    assert_refuses(
        orders, refusal, lambda: commands.preview(OTHER, orders), lambda: commands.start(OTHER, orders)
    )
    commands.rollback(OPEN, orders)
    assert commands.start(OTHER, orders).state == "live"


def test_another_evolution_on_another_table_may_be_live(orders: str) -> None:
    execute(orders, "CREATE TABLE roles (id int PRIMARY KEY)")
    commands.start(OPEN, orders)
    roles = Evolution("roles", changes=[AddColumn("roles", Column("color", Text))])
    assert commands.start(roles, orders).state == "live"


def test_never_started(orders: str) -> None:
    refusal = Refusal(
        UsageError,
        "no evolution 'open_statuses' has been started on this database",
        "--evolution",
        "start it first",
    )
    assert_refuses(
        orders,
        refusal,
        lambda: commands.verify(OPEN, orders),
        lambda: commands.rollback("open_statuses", orders),
        lambda: commands.complete("open_statuses", orders),
    )


def test_a_name_near_to_one_that_was_started(orders: str) -> None:
    commands.start(OPEN, orders)
    refusal = Refusal(
        UsageError,
        "no evolution 'open_status' has been started on this database",
        "--evolution",
        "did you mean 'open_statuses'?",
    )
    assert_refuses(orders, refusal, lambda: commands.complete("open_status", orders))


def test_rolled_back(orders: str) -> None:
    commands.start(OPEN, orders)
    commands.rollback(OPEN, orders)
    for command in ("rollback", "complete"):
        refusal = Refusal(
            WrongState,
            f"{command} does not fit: evolution 'open_statuses' is rolled back",
            PLACE,
            "from here: start, purge",
        )
        assert_refuses(orders, refusal, partial(getattr(commands, command), OPEN, orders))
    refusal = Refusal(
        WrongState,
        "there are no two sides to compare: evolution 'open_statuses' is rolled back",
        PLACE,
        "start it first",
    )
    assert_refuses(orders, refusal, lambda: commands.verify(OPEN, orders))


def test_completed(orders: str) -> None:
    commands.start(OPEN, orders)
    commands.complete(OPEN, orders)
    for command in ("start", "rollback", "complete"):
        refusal = Refusal(
            WrongState,
            f"{command} does not fit: evolution 'open_statuses' is completed",
            PLACE,
            "from here: revert, purge",
        )
        assert_refuses(orders, refusal, partial(getattr(commands, command), OPEN, orders))
    refusal = Refusal(
        WrongState,
        "there are no two sides to compare: evolution 'open_statuses' is completed",
        PLACE,
        "it has been verified, then completed",
    )
    assert_refuses(orders, refusal, lambda: commands.verify(OPEN, orders))
    before = snapshot(orders)
    left = commands.preview(OPEN, orders)
    assert (left.state, bool(left.revert), bool(left.purge)) == ("completed", True, True)
    assert snapshot(orders) == before


def test_completed_and_too_young_to_be_purged(orders: str) -> None:
    commands.start(OPEN, orders)
    commands.complete(OPEN, orders)
    before = snapshot(orders)
    told = (
        r"^it was completed 0:00:\d\d ago, and purge is to wait for 7 days, 0:00:00\n  where: evolution "
        r"'open_statuses'\n  next:  purge it on \d{4}-\d\d-\d\d \d\d:\d\d UTC, or say a shorter --after$"
    )
    with pytest.raises(WrongState, match=told):
        commands.purge(OPEN, orders, after=timedelta(days=7))
    assert snapshot(orders) == before


def test_purged_while_neither_side_was_given_up(orders: str) -> None:
    commands.start(OPEN, orders)
    refusal = Refusal(
        WrongState,
        "purge does not fit: it is live since its start, and neither side was given up",
        PLACE,
        "complete it or roll it back first: purge then drops what that leaves over",
    )
    assert_refuses(orders, refusal, lambda: commands.purge(OPEN, orders))
    commands.rollback(OPEN, orders)
    commands.start(OPEN, orders)
    assert_refuses(orders, refusal, lambda: commands.purge(OPEN, orders))


def test_purged_after_a_revert_while_the_new_version_writes(orders: str) -> None:
    commands.start(EDITED, orders)
    with create_engine(orders, connect_args=NEW, poolclass=NullPool).begin() as new:
        new.execute(text("UPDATE orders SET status = 'paid' WHERE id < 4"))
    commands.complete(EDITED, orders)
    commands.revert(EDITED, orders)
    execute(orders, "UPDATE orders SET status = 'new' WHERE id = 5")
    with create_engine(orders, connect_args=NEW, poolclass=NullPool).begin() as new:
        new.execute(text("UPDATE orders SET status = 'lost' WHERE id < 3"))
    refusal = Refusal(
        WrongState,
        "the new version, which purge would drop, has written since the revert: public.orders (2 writes)",
        PLACE,
        "complete it again, if it is the new version that stays; or stop that and roll it back, which keeps "
        "what only the new side holds: purge can drop that afterwards",
    )
    assert_refuses(orders, refusal, lambda: commands.purge(EDITED, orders))
    assert commands.rollback(EDITED, orders).complement_rows > 0
    assert commands.purge(EDITED, orders).state == "rolled back"
    assert [each.complement_rows for each in commands.status(orders)] == [0]


def test_purged_while_another_runner_starts_it_anew(orders: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What purge has looked at was given up; what it would drop is a new start's."""
    commands.start(OPEN, orders)
    commands.complete(OPEN, orders)
    commands.revert(OPEN, orders)
    lease = Journal.lease

    def later(journal: Journal, connection: Connection, name: str) -> None:
        monkeypatch.setattr(Journal, "lease", lease)
        commands.rollback(OPEN, orders)
        commands.start(OPEN, orders)
        lease(journal, connection, name)

    monkeypatch.setattr(Journal, "lease", later)
    with pytest.raises(Busy, match=r"^another runner has just started it"):
        commands.purge(OPEN, orders)
    assert [each.state for each in commands.status(orders)] == ["live"]
    assert commands.verify(OPEN, orders).mismatches == 0


def test_purged_too_early_after_a_revert_or_a_rollback(orders: str) -> None:
    commands.start(OPEN, orders)
    commands.complete(OPEN, orders)
    commands.revert(OPEN, orders)
    with pytest.raises(WrongState, match=r"^it was reverted 0:00:\d\d ago, and purge is to wait for 1 day, "):
        commands.purge(OPEN, orders, after=timedelta(days=1))
    commands.rollback(OPEN, orders)
    with pytest.raises(WrongState, match=r"^it was rolled back 0:00:\d\d ago, and purge is to wait for "):
        commands.purge(OPEN, orders, after=timedelta(days=1))


def test_reverted_with_what_the_old_side_cannot_say(orders: str) -> None:
    commands.start(OPEN, orders)
    commands.complete(OPEN, orders)
    execute(
        orders,
        "UPDATE orders SET status = 'lost' WHERE id < 3",
        "UPDATE orders SET status = 'x' WHERE id = 3",
    )
    refusal = Refusal(
        SchemaMismatch,
        "public.orders.status holds values that the old version can't say: 'lost' (2 rows), 'x' (1 rows)",
        "evolution 'open_statuses', OpenEnum orders.status",
        "give these rows another value first; unknown= would have said what old readers see",
    )
    assert_refuses(orders, refusal, lambda: commands.revert("open_statuses", orders))
    commands.purge(OPEN, orders)
    assert_refuses(orders, refusal, lambda: commands.revert("open_statuses", orders))
    execute(orders, "UPDATE orders SET status = 'new' WHERE status IN ('lost', 'x')")
    assert commands.revert(OPEN, orders).state == "live"
