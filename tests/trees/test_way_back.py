"""`rollback` and `start` again, `complete` and `revert`: what only one side knew comes back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crossfade import commands
from tests.concurrency.watching import Session, opened, value
from tests.trees.histories import all_rows, catalogue, machinery, old_rows, written
from tests.trees.ledger import EVOLUTION, NAME
from tests.trees.stock import OF_NEW

Sessions = Callable[..., Session]


def test_what_only_the_new_side_knew_comes_back(live: str) -> None:
    written(live, OF_NEW)
    before, old_before = all_rows(live), old_rows(live)
    commands.rollback(NAME, live)
    assert old_rows(live) == old_before
    commands.start(EVOLUTION, live)
    assert all_rows(live) == before
    written(live, "INSERT INTO lines (task_id, taken) VALUES (1, '2000-01-01')")  # its order is still its own
    with opened(live) as session:
        assert value(session, "SELECT lines -> -1 ->> 'id' FROM moves WHERE legacy_task = 1") == "13"
    assert commands.verify(NAME, live).mismatches == 0


def test_what_the_old_side_has_moved_on_is_the_old_side_s(live: str) -> None:
    """Column by column: what it has not touched comes back beside it."""
    written(live, OF_NEW)
    before = all_rows(live)
    commands.rollback(NAME, live)
    written(
        live,
        "UPDATE jobs SET title = 'moved on', closed = opened + interval '3 minutes' WHERE id = 1",
        "UPDATE jobs SET title = 'another' WHERE id = 4; UPDATE tasks SET name = 'moved on' WHERE id = 2",
        "INSERT INTO lines (task_id, taken) VALUES (1, '2000-01-01'); DELETE FROM lines WHERE task_id = 3",
        "DELETE FROM tasks WHERE id = 4; INSERT INTO jobs (id, title) VALUES (50, 'x')",
    )
    commands.start(EVOLUTION, live)
    after = all_rows(live)
    one = after["missions", 1]
    assert (one["title"], one["outside"], one["minutes"]) == ("moved on", "said", 3)
    assert one["settings"] == before["missions", 1]["settings"]
    assert after["missions", 4] == before["missions", 4] | {"title": "another"}
    assert after["moves", 2] == before["moves", 2] | {"name": "moved on"}
    assert [int(each["id"]) for each in after["moves", 1]["lines"]] == [1, 2, 13]  # as if both had been live
    assert after["moves", 1]["tried"] == 70
    assert after["moves", 3]["lines"] == []
    assert ("moves", 4) not in after
    assert after["moves", 7] == before["moves", 7]
    assert commands.verify(NAME, live).mismatches == 0


def test_a_key_that_the_old_side_gave_away_anew(live: str) -> None:
    """A row that was deleted, and one of its key that came: what the old side says counts."""
    written(live, OF_NEW)
    commands.rollback(NAME, live)
    written(live, "DELETE FROM jobs WHERE id = 4; INSERT INTO jobs (id, title) VALUES (4, 'another one')")
    commands.start(EVOLUTION, live)
    assert all_rows(live)["missions", 4]["title"] == "another one"
    assert commands.verify(NAME, live).mismatches == 0


def test_again_and_again(live: str) -> None:
    written(live, OF_NEW)
    before = all_rows(live)
    for _ in range(3):
        commands.rollback(NAME, live)
        commands.start(EVOLUTION, live)
        assert all_rows(live) == before


@pytest.mark.one_server
def test_a_rollback_leaves_the_catalogue_as_it_was(old: str) -> None:
    """The schema public to the letter; of Crossfade's own, the journal is left."""
    before = catalogue(old)
    commands.start(EVOLUTION, old)
    live = catalogue(old)
    assert live != before
    commands.rollback(EVOLUTION, old)
    assert catalogue(old) == before
    assert machinery(old) == []
    commands.start(EVOLUTION, old)
    assert catalogue(old) == live
