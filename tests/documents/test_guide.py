"""The guide tells what was measured, from the history; its ticks and its queries are about this evolution."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import NullPool, create_engine

from crossfade import commands
from crossfade.document import Document, Guide, Walked
from crossfade.errors import UsageError, VerificationFailed, WrongState
from crossfade.evolution import Evolution
from crossfade.preview import GIVEN_UP
from crossfade.session import Patience
from tests.documents.shop import EVOLUTION, ROWS, new, run

pytestmark = pytest.mark.together("documents")


def ticks(guide: Document) -> dict[str, tuple[bool, str]]:
    assert isinstance(guide, Guide)
    return {each.text: (each.done, each.measured) for each in guide.checklist}


def walked(guide: Document) -> list[Walked]:
    assert isinstance(guide, Guide)
    return list(guide.walks)


def test_rows_rates_and_verification_are_those_of_the_outcome(shop: str) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    outcome = commands.start(EVOLUTION, shop)
    guide = commands.guide(EVOLUTION, shop)
    (walk,) = guide.walks
    assert outcome.backfill is not None
    (moved,) = walk.moved
    assert (moved.step, moved.rows) == ("backfill public.orders", ROWS)
    assert moved.seconds == pytest.approx(outcome.backfill.seconds)
    assert moved.rows_per_second == pytest.approx(ROWS / moved.seconds)
    assert walk.compared == outcome.verification
    assert (walk.command, walk.ended, walk.processes, walk.seeded) == ("start", "live", 1, 1)
    assert before < walk.at <= guide.made_at
    assert 0 < walk.seconds <= outcome.seconds + 1
    assert walk.blocked is not None
    assert 0 < walk.blocked < walk.seconds
    measured = {each.work: each for each in guide.rates}
    assert measured["backfill"].rows_per_second == pytest.approx(moved.rows_per_second)
    assert not measured["backfill"].at_best


def test_the_first_ticks(documents: dict[str, Document]) -> None:
    found = ticks(documents["live"])
    assert found["Both versions are live"][0]
    assert "3,000 rows filled" in found["Both versions are live"][1]
    done, measured = found["Every row was compared, and both sides agree"]
    assert done
    assert "3,000 rows compared" in measured
    assert found["The new version is in use"] == (
        True,
        "9 writes of the new version carried over to the old one",
    )
    assert not found["The old version had fallen silent"][0]
    assert found["The old version is retired"] == (False, "not yet: crossfade complete open_statuses")


def test_the_last_ticks(documents: dict[str, Document]) -> None:
    completed = ticks(documents["completed"])
    assert completed["The old version had fallen silent"] == (
        True,
        "no write for 200 ms before complete began",
    )
    assert completed["The old version is retired"][0]
    assert not completed["What was retired is dropped"][0]
    assert all(done for done, _ in ticks(documents["purged"]).values())
    assert [each.command for each in walked(documents["purged"])] == [
        "start",
        "rollback",
        "start",
        "complete",
        "purge",
    ]
    assert walked(documents["purged"])[1].complement_rows == documents["rolled back"].kept_rows


def test_after_a_rollback_nothing_is_ticked_but_that(shop: str) -> None:
    commands.start(EVOLUTION, shop)
    new(shop, "UPDATE orders SET status = 'odd' WHERE id = 1")
    commands.rollback(EVOLUTION, shop)
    found = ticks(commands.guide("open_statuses", shop))
    assert [text for text, (done, _) in found.items() if done] == ["It is rolled back"]
    assert "1 value kept for the next start" in found["It is rolled back"][1]


def test_a_purge_of_what_was_given_up_is_announced_then_ticked(shop: str) -> None:
    commands.start(EVOLUTION, shop)
    commands.complete(EVOLUTION, shop)
    assert GIVEN_UP not in commands.preview(EVOLUTION, shop).notes
    commands.revert(EVOLUTION, shop)
    assert GIVEN_UP in commands.preview(EVOLUTION, shop).notes
    commands.purge(EVOLUTION, shop)
    guide = commands.guide(EVOLUTION, shop)
    done = [text for text, (done, _) in ticks(guide).items() if done]
    assert done == ["It is rolled back, and nothing is kept for a next start"]
    last = walked(guide)[-1]
    assert (last.command, last.ended, last.complement_rows) == ("purge", "rolled back", 0)
    assert last.blocked is not None
    commands.start(EVOLUTION, shop)
    assert GIVEN_UP not in commands.preview(EVOLUTION, shop).notes


def test_without_quiet_for_silence_is_not_claimed(shop: str) -> None:
    commands.start(EVOLUTION, shop)
    commands.complete(EVOLUTION, shop)
    assert ticks(commands.guide(EVOLUTION, shop))["The old version had fallen silent"] == (
        False,
        "not measured: complete was called without --quiet-for",
    )


def test_an_unused_new_version_is_not_ticked(shop: str) -> None:
    commands.start(EVOLUTION, shop)
    run(shop, "UPDATE orders SET status = 'paid' WHERE id <= 3")
    found = ticks(commands.guide(EVOLUTION, shop))
    assert found["The old version had fallen silent"][1].startswith("2 writes of the old version so far")


def test_rows_that_disagree_are_told_and_complete_is_not_ticked(shop: str) -> None:
    commands.start(EVOLUTION, shop)
    run(shop, "SET session_replication_role = replica; SET crossfade.sync = 'off'; "
              "UPDATE orders SET status = 'paid' WHERE id IN (1, 5)")  # fmt: skip
    with pytest.raises(VerificationFailed):
        commands.complete(EVOLUTION, shop)
    guide = commands.guide(EVOLUTION, shop)
    last = guide.walks[-1]
    assert (last.command, last.ended) == ("complete", None)
    assert last.failure is not None
    assert "2 of 3001 rows disagree" in last.failure
    assert not ticks(guide)["The old version is retired"][0]


def test_waits_for_locks_are_told_with_who_held_them(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction that reads stands in the way of `start` until the first wait has been told."""
    held = create_engine(shop, poolclass=NullPool, connect_args={"application_name": "reporting"}).connect()
    held.exec_driver_sql("SELECT count(*) FROM orders")

    class Letting:
        """An observer that lets the other transaction end once it was waited for."""

        def began(self, title: str, position: int, total: int) -> None: ...
        def advanced(self, rows: int, total: int, rows_per_second: float) -> None: ...
        def ended(self, title: str, seconds: float) -> None: ...
        def waited(self, reason: str, seconds: float, attempt: int) -> None:
            held.rollback()

    commands.start(EVOLUTION, shop, observer=Letting())
    held.close()
    (walk,) = commands.guide(EVOLUTION, shop).walks
    assert walk.waits.times >= 1
    assert 0 < walk.waits.longest <= walk.waits.seconds
    assert walk.waits.longest <= Patience().longest
    assert "application 'reporting'" in walk.waits.reason
    assert walk.blocked is not None
    assert walk.blocked < walk.seconds - walk.waits.seconds  # what it waited is not what it held others up


@pytest.mark.parametrize("state", ["live", "live again", "completed"])
def test_every_query_for_troubleshooting_runs_and_tells_of_this_evolution(shop: str, state: str) -> None:
    commands.start(EVOLUTION, shop)
    new(shop, "UPDATE orders SET status = 'odd' WHERE id = 1")
    if state == "completed":
        commands.complete(EVOLUTION, shop)
    elif state == "live again":
        commands.rollback(EVOLUTION, shop)
        commands.start(EVOLUTION, shop)
    queries = {each.title: each.sql for each in commands.guide("open_statuses", shop).queries}
    with create_engine(shop, poolclass=NullPool).connect() as connection:
        connection.exec_driver_sql("SET default_transaction_read_only = on")
        connection.commit()
        answers = {
            title: connection.exec_driver_sql(sql, execution_options={"no_parameters": True}).all()
            for title, sql in queries.items()
        }
    assert len(queries) == 9
    assert state.startswith(answers["Is a runner at work, and what slows it?"][0].state)
    assert "arrived" in {row.kind for row in answers["What happened last?"]}
    assert "by_status" in {str(row.index) for row in answers["Is an index invalid, or being built?"]}
    assert "touch" in {row.tgname for row in answers["Which triggers are there, and are they enabled?"]}
    counted = {row.counter.split("_")[1]: row.writes for row in answers[
        "What does each side write? (while both versions are live)"
    ]}  # fmt: skip
    assert counted == ({} if state == "completed" else {"old": None, "new": counted["new"]})
    assert [row.relname for row in answers["Does vacuum keep up with the backfill?"]] == ["orders"]
    if state == "live again":
        assert answers["What does the complement hold?"][0].state == "restored"
    assert answers["How far is each batched step?"][0].rows_per_second is not None


def test_who_holds_a_lock_is_found(shop: str) -> None:
    commands.start(EVOLUTION, shop)
    sql = next(
        each.sql
        for each in commands.guide(EVOLUTION, shop).queries
        if each.title == "Who holds locks on the tables, and who waits for whom?"
    )
    holder = create_engine(shop, poolclass=NullPool, connect_args={"application_name": "reporting"})
    with holder.begin() as held, create_engine(shop, poolclass=NullPool).connect() as connection:
        held.exec_driver_sql("LOCK TABLE orders IN ROW EXCLUSIVE MODE")
        found = connection.exec_driver_sql(sql, execution_options={"no_parameters": True}).all()
    assert ("reporting", "RowExclusiveLock") in {(row.application_name, row.mode) for row in found}


def test_what_was_never_started_has_no_guide(shop: str) -> None:
    with pytest.raises(UsageError, match="has been started"):
        commands.guide(EVOLUTION, shop)


def test_an_evolution_that_was_edited_has_no_guide_of_that_name(shop: str) -> None:
    commands.start(EVOLUTION, shop)
    with pytest.raises(WrongState, match="edited"):
        commands.guide(Evolution("open_statuses", changes=EVOLUTION.changes[:1]), shop)
