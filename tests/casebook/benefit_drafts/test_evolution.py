"""The catalogue and the new side's own columns on every way back."""

from __future__ import annotations

import pytest

from crossfade import commands
from crossfade.casebook.benefit_drafts.evolution import evolution
from crossfade.casebook.benefit_drafts.new_app import NewDrafts
from crossfade.casebook.benefit_drafts.old_app import OldDrafts
from crossfade.casebook.engines import Engines
from crossfade.casebook.words import Side
from tests.casebook.benefit_drafts.states import accesses, legacy
from tests.definitions.dump import dump

NEEDED = "rows of which the complement is needed: public.benefit_plan_drafts."


def told(database: str) -> dict[str, int]:
    """What the preview says that a rollback takes away, and the next start brings back."""
    [way] = [each for each in commands.preview(evolution, database).ways_back if each.command == "rollback"]
    return {each.what.removeprefix(NEEDED): each.rows or 0 for each in way.counts}


def test_the_catalogue_is_the_legacy_one_after_each_way_back(database: str) -> None:
    legacy(database)
    before = dump(database)
    commands.preview(evolution, database)
    assert dump(database) == before
    commands.start(evolution, database)
    assert set(before) <= set(dump(database))
    commands.rollback(evolution, database)
    assert dump(database) == before
    commands.start(evolution, database)
    commands.complete(evolution, database)
    commands.revert(evolution, database)
    assert set(before) <= set(dump(database))
    commands.purge(evolution, database)
    assert dump(database) == before
    commands.start(evolution, database)
    commands.complete(evolution, database)
    commands.revert(evolution, database)
    commands.rollback(evolution, database)
    assert dump(database) == before
    commands.purge(evolution, database)
    assert dump(database) == before
    commands.start(evolution, database)
    commands.complete(evolution, database)
    commands.purge(evolution, database)
    assert not [line for line in dump(database) if "_crossfade_" in line or evolution.name in line]
    commands.revert(evolution, database)
    assert set(before) <= set(dump(database))
    commands.rollback(evolution, database)
    assert dump(database) == before


@pytest.mark.parametrize("purged", [False, True])
def test_the_process_and_the_metadata_outlive_every_way_back(database: str, *, purged: bool) -> None:
    legacy(database)
    engines = Engines(accesses(database), lambda _: None)
    old = OldDrafts(engines[Side.OLD])
    new = NewDrafts(engines.asynchronous(Side.NEW), engines.run)
    plain, tracked, told_only, gone = (old.create({"name": name}, "a tester") for name in "abcd")
    commands.start(evolution, database)
    old.submit(plain, "a tester")
    new.submit(tracked, "a tester", "process 1", {"a": [1, None, "名"]})
    new.submit_told(told_only, "a tester", '{"b": 0.5}')
    new.submit(gone, "a tester", "process 2", {"c": 1})
    kept = {made: new.get(made) for made in (plain, tracked, told_only)}
    assert told(database) == {"camunda_process_id": 2, "submission_metadata": 3}
    if purged:
        commands.complete(evolution, database)
        commands.purge(evolution, database)
        commands.revert(evolution, database)
        assert told(database) == {"camunda_process_id": 2, "submission_metadata": 3}
    engines.leave(Side.NEW)
    commands.rollback(evolution, database)
    old.discard(gone)
    old.approve(tracked, "eve")
    commands.start(evolution, database)
    for made, draft in kept.items():
        found = new.get(made)
        assert found is not None
        assert draft is not None
        for column in ("camunda_process_id", "submission_metadata", "submission_id", "plan_data"):
            assert found[column] == draft[column]
    assert new.get_by_process("process 2") is None
    assert new.search({"c": 1}) == set()
    assert {line["id"]: line["workflow_status"] for line in new.listed("a tester")} == {
        plain: "awaiting_process", tracked: "publishing", told_only: "awaiting_process",
    }  # fmt: skip
    engines.close()
