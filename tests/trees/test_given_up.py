"""`purge` where the old shape has won: the new tables go for good, and with them all that only they held."""

from __future__ import annotations

import pytest

from crossfade import commands
from crossfade.errors import WrongState
from tests.trees.histories import all_rows, catalogue, kept, machinery, old_rows, written
from tests.trees.ledger import EVOLUTION, NAME
from tests.trees.oracle import check
from tests.trees.stock import OF_NEW


def given_up(database: str) -> None:
    """Complete, revert, purge."""
    commands.complete(NAME, database)
    commands.revert(NAME, database)
    assert commands.purge(NAME, database).state == "rolled back"


def test_the_old_tables_are_what_they_were(old: str) -> None:
    structure, content = catalogue(old), old_rows(old)
    commands.start(EVOLUTION, old)
    assert machinery(old)
    given_up(old)
    assert catalogue(old) == structure
    assert old_rows(old) == content
    assert (machinery(old), kept(old)) == ([], 0)
    commands.start(EVOLUTION, old)
    check(old)


def test_nothing_that_only_the_new_side_held_comes_back(live: str) -> None:
    written(live, OF_NEW)
    assert commands.rollback(NAME, live).complement_rows > 0
    assert commands.start(EVOLUTION, live).complement_rows > 0
    written(live, "UPDATE missions SET outside = 'since then' WHERE legacy_job = 3")
    content = old_rows(live)
    given_up(live)
    assert old_rows(live) == content
    assert (machinery(live), kept(live)) == ([], 0)
    written(live, "UPDATE jobs SET title = 'worked on' WHERE id = 1; DELETE FROM lines WHERE id = 7")
    assert commands.start(EVOLUTION, live).complement_rows == 0
    check(live)


def test_what_a_rollback_has_kept_is_forgotten(live: str) -> None:
    written(live, OF_NEW)
    commands.rollback(NAME, live)
    content, structure = old_rows(live), catalogue(live)
    assert kept(live) > 0
    commands.purge(NAME, live)
    assert (old_rows(live), catalogue(live), kept(live)) == (content, structure, 0)
    assert commands.start(EVOLUTION, live).complement_rows == 0
    check(live)


@pytest.mark.parametrize(
    ("statement", "table"),
    [("UPDATE missions SET outside = 'x'", "missions"), ("DELETE FROM moves WHERE place = 1", "moves")],
)
def test_it_is_refused_where_the_new_version_has_written_since(live: str, statement: str, table: str) -> None:
    commands.complete(NAME, live)
    commands.revert(NAME, live)
    written(live, "UPDATE jobs SET title = 'by the old one'; DELETE FROM tasks WHERE id = 6", statement)
    before = all_rows(live)
    with pytest.raises(WrongState, match=rf"has written since the revert: public\.{table} \("):
        commands.purge(NAME, live)
    assert all_rows(live) == before
    commands.rollback(NAME, live)
    assert commands.purge(NAME, live).state == "rolled back"
    assert kept(live) == 0
