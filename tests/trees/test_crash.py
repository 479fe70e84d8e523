"""The runner dies at any statement; the same command, given again, comes to what it would have come to.

CROSSFADE_TREES_BLOWS says at how many statements of each command, evenly spread: 4 unless it says more.
"""

from __future__ import annotations

import os
from contextlib import suppress

import pytest

from crossfade import commands
from crossfade.errors import DatabaseFailed
from tests.concurrency.watching import opened, rows
from tests.crash.picture import picture
from tests.laws.crash import Blow, struck
from tests.laws.machine import small_batches
from tests.trees.ledger import EVOLUTION, NAME
from tests.trees.stock import Stock, walked

pytestmark = pytest.mark.one_server

BLOWS = int(os.environ.get("CROSSFADE_TREES_BLOWS", "4"))
NEVER = 1_000_000
WALKS = {
    "start of an old one": ("old", "start", "live"),
    "start of a rolled back one": ("rolled back", "start", "live"),
    "rollback": ("written", "rollback", "rolled back"),
    "complete": ("written", "complete", "completed"),
    "revert": ("completed", "revert", "live"),
    "purge": ("completed", "purge", "purged"),
    "purge of a reverted one": ("reverted", "purge", "rolled back"),
    "revert of a purged one": ("purged", "revert", "live"),
}
ORDERS = "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relname LIKE 'reordered\\_%'"


BY_KEY = "SELECT (to_jsonb(t) - '{{legacy_job,legacy_task}}'::text[])::text FROM {} AS t"


def whole(database: str, stage: str) -> tuple[str, ...]:
    """The picture of a database, with the orders that the journal holds.

    After a purge, the old side's keys are given anew, and a sequence does not give a number twice: there its
    rows are left out, which are compared with the new ones.
    """
    with opened(database) as session:  # who has died at the very end has left its lease, and nothing else
        session.execute("UPDATE crossfade.evolution SET lease_holder = NULL")
    lines = list(picture(database))
    with opened(database) as session:
        if stage == "purged":
            lines = [line for line in lines if not line.startswith("row of public.")]
            lines += [line for of in ("missions", "moves") for (line,) in rows(session, BY_KEY.format(of))]
        else:
            found = rows(session, ORDERS)
            lines += [f"order {row}" for (of,) in found for row in rows(session, f"SELECT * FROM {of}")]
    return tuple(sorted(lines))


def expire(database: str) -> None:
    """Let the time pass for which a dead runner keeps its lease."""
    with opened(database) as session:
        if rows(session, "SELECT to_regclass('crossfade.evolution')") != [(None,)]:
            session.execute("UPDATE crossfade.evolution SET lease_until = now() - interval '1 s'")


def state(database: str) -> str:
    found = commands.status(database)
    return found[0].state if found else "absent"


@pytest.mark.one_in(4)
@pytest.mark.parametrize("walk", WALKS)
def test_it_is_resumed_wherever_it_died(stock: Stock, walk: str) -> None:
    stage, command, after = WALKS[walk]
    with small_batches():
        database, whole_way = stock.copy(stage), Blow(NEVER, dead=True)
        with struck(whole_way):  # counts
            walked(command)(EVOLUTION, database)
        expected, points = whole(database, stage), whole_way.points
        stock.drop(database)
        assert points > BLOWS
        for number in sorted({1 + (points - 1) * turn // max(BLOWS - 1, 1) for turn in range(BLOWS)}):
            database, blow = stock.copy(stage), Blow(number, dead=True)
            with struck(blow), suppress(DatabaseFailed):  # giving back the lease may fail, and nobody minds
                walked(command)(EVOLUTION, database)
            assert blow.fell
            expire(database)
            if state(database) != after:
                assert walked(command)(EVOLUTION, database).state == after
            assert state(database) == after
            expire(database)
            assert whole(database, stage) == expected, f"{number} of {points}"
            if after == "live":
                assert commands.verify(NAME, database).mismatches == 0
            stock.drop(database)


STATEMENTS = {  # in the midst of which a step of each kind is cut off
    "the copy": ("old", "start", "^INSERT INTO public.moves"),
    "the second batch of the copy": ("old", "start", "^INSERT INTO public.moves"),
    "what brings back": ("rolled back", "start", "^WITH picked"),
    "what keeps": ("written", "rollback", "^INSERT INTO crossfade.complement"),
    "the drop of a target": ("written", "rollback", "^DROP TABLE public.moves"),
    "the rename of a source": ("written", "complete", "RENAME TO _crossfade_old"),
    "what gives back": ("completed", "revert", "^SELECT crossfade.give_"),
    "what takes away": ("completed", "revert", "^SELECT crossfade.take_"),
    "what gives back after a purge": ("purged", "revert", "^SELECT crossfade.give_"),
}


@pytest.mark.one_in(4)
@pytest.mark.parametrize("statement", STATEMENTS)
def test_it_is_resumed_where_a_statement_was_cut_off(stock: Stock, statement: str) -> None:
    stage, command, pattern = STATEMENTS[statement]
    with small_batches():
        database = stock.copy(stage)
        walked(command)(EVOLUTION, database)
        expected = whole(database, stage)
        stock.drop(database)
        database, blow = stock.copy(stage), Blow(2 if "second" in statement else 1, dead=True, at=pattern)
        with struck(blow), pytest.raises(DatabaseFailed):
            walked(command)(EVOLUTION, database)
        assert blow.fell
        expire(database)
        walked(command)(EVOLUTION, database)
        assert whole(database, stage) == expected
        stock.drop(database)


@pytest.mark.parametrize("stage", ["old", "rolled back"])
def test_a_start_that_died_can_be_taken_back(stock: Stock, stage: str) -> None:
    """Whatever was made is taken away again, and what was kept before stays kept."""
    kept = "SELECT row_key, old_values, new_values FROM crossfade.complement ORDER BY table_name, row_key"
    with small_batches():
        for number in (1, 2):
            database = stock.copy(stage)
            with opened(database) as session:
                before = rows(session, kept) if stage != "old" else []
            blow = Blow(number, dead=True, at="^INSERT INTO public.moves")
            with struck(blow), pytest.raises(DatabaseFailed):
                walked("start")(EVOLUTION, database)
            expire(database)
            assert commands.rollback(NAME, database).state == "rolled back"
            with opened(database) as session:
                assert rows(session, "SELECT to_regclass('missions'), to_regclass('moves')") == [(None, None)]
                assert rows(session, kept) == before or stage == "old"
            assert commands.start(EVOLUTION, database).state == "live"
            stock.drop(database)
