"""Evolutions on one table: one at a time, taken back in the reverse order, none in the way of another."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import Column, NullPool, Text, create_engine, text

from crossfade import AddColumn, Evolution, OpenEnum, SeedRows, commands, names
from crossfade.errors import WrongState
from tests.refusals.refusal import Refusal
from tests.refusals.test_states import assert_refuses

OPEN = Evolution("open_statuses", changes=[OpenEnum("orders", "status", unknown="paid")])
CHANNELS = Evolution("channels", changes=[AddColumn("orders", Column("channel", Text), fill="'web'")])
SEEDS = Evolution("seeds", changes=[SeedRows("public.orders", "id", [{"id": 99, "status": "paid"}])])
RETIRED = names.retired("status", OPEN.name)


def columns(database: str, schema: str) -> set[Any]:
    query = (
        "SELECT column_name FROM information_schema.columns WHERE table_schema = :s AND table_name = 'orders'"
    )
    with create_engine(database, poolclass=NullPool).connect() as connection:
        return set(connection.scalars(text(query), {"s": schema}))


@pytest.mark.parametrize("second", [CHANNELS, SEEDS], ids=lambda each: each.name)
@pytest.mark.parametrize("first", [OPEN, SEEDS], ids=lambda each: each.name)
def test_one_table_is_one_evolutions(orders: str, first: Evolution, second: Evolution) -> None:
    second = Evolution("second", changes=second.changes)
    commands.start(first, orders)
    refusal = Refusal(
        WrongState,
        f"evolution {first.name!r} is live on public.orders",
        "evolution 'second'",
        f"complete {first.name!r} or roll it back first",
    )
    calls = [partial(each, second, orders) for each in (commands.preview, commands.start)]
    assert_refuses(orders, refusal, *calls)


@pytest.mark.parametrize(
    ("then", "state", "way"),
    [
        ((), "live", "roll it back"),
        ((commands.complete,), "completed", "revert it, then roll it back"),
        ((commands.complete, commands.purge), "purged", "revert it, then roll it back"),
    ],
    ids=["live", "completed", "purged"],
)
def test_the_later_is_taken_back_first(orders: str, then: Any, state: str, way: str) -> None:
    for evolution in (OPEN, CHANNELS):
        commands.start(evolution, orders)
        if evolution is OPEN:
            commands.complete(OPEN, orders)
    for command in then:
        command(CHANNELS, orders)
    refusal = Refusal(
        WrongState,
        f"evolution 'channels' came later, and is {state} on public.orders",
        "evolution 'open_statuses'",
        f"take back 'channels' first: {way}",
    )
    assert_refuses(orders, refusal, partial(commands.revert, OPEN, orders))
    if then:
        commands.revert(CHANNELS, orders)
    commands.rollback(CHANNELS, orders)
    assert commands.revert(OPEN, orders).state == "live"
    assert commands.rollback(OPEN, orders).state == "rolled back"
    assert columns(orders, "public") & {"channel", RETIRED} == set()


def test_the_later_is_reverted_though_the_earlier_was_purged_after_it(orders: str) -> None:
    """What counts is which came first, not which moved last."""
    for command in (commands.start, commands.complete):
        command(OPEN, orders)
    for command in (commands.start, commands.complete):
        command(CHANNELS, orders)
    commands.purge(OPEN, orders)
    assert commands.revert(CHANNELS, orders).state == "live"


def test_what_was_retired_is_not_shown_by_the_next_version(orders: str) -> None:
    """Else it could not be purged, and the next application would write to it."""
    legacy = columns(orders, "public")
    for command in (commands.start, commands.complete):
        command(OPEN, orders)
    commands.start(CHANNELS, orders)
    assert columns(orders, "public") == legacy | {"channel", RETIRED}
    assert columns(orders, "public__channels") == legacy | {"channel"}
    assert commands.purge(OPEN, orders).state == "purged"
    assert commands.verify(CHANNELS, orders).mismatches == 0
    assert commands.complete(CHANNELS, orders).state == "completed"
    assert columns(orders, "public") == legacy | {"channel"}
