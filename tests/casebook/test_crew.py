"""The processes of the traffic, without a database (`Counting`) and with the old application alone."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from crossfade.casebook.chat_templates.bookkeeper import audit
from crossfade.casebook.chat_templates.case import CASE
from crossfade.casebook.crew import Crew, TrafficDied
from crossfade.casebook.desk import Notes
from crossfade.casebook.lane import Access
from crossfade.casebook.words import Fault, Moment, Side
from tests.casebook.workers import Broken, Counting

OLD, NEW, NOBODY = frozenset({Side.OLD}), frozenset({Side.NEW}), frozenset[Side]()
ROOT = Path(__file__).parents[2]


def until(crew: Crew, operations: int) -> Notes:
    """The notes once so many operations are done. Every look waits for each worker's turn."""
    notes = Notes()
    while len(notes.samples) < operations:
        notes.add(crew.hand_over())
    return notes


def accesses(url: str) -> dict[Side, Access]:
    """Both applications on the same shape: enough where only one runs, or none touches a table."""
    return {Side.OLD: (url, {}), Side.NEW: (url, {})}


def worked(crew: Crew) -> Notes:
    """What the old application notes of one operation."""
    crew.enter("before", OLD)
    return until(crew, 1)


@pytest.fixture
def crew(database: str) -> Iterator[Crew]:
    with Crew(Counting, accesses(database), workers=3, rate=1000) as crew:
        yield crew


@pytest.mark.one_server
def test_only_the_applications_that_were_entered_run(crew: Crew) -> None:
    crew.enter("before", OLD)
    assert {(stage, side) for stage, side, *_ in until(crew, 20).samples} == {("before", Side.OLD)}
    crew.enter("both", OLD | NEW)
    crew.hand_over()
    assert {side for _, side, *_ in until(crew, 60).samples} == OLD | NEW
    crew.enter("final", NOBODY)
    crew.hand_over()
    assert crew.hand_over().samples == []


@pytest.mark.one_server
def test_every_worker_hears_of_commands_and_reconciles(crew: Crew) -> None:
    crew.witness(Moment("rollback", ended=False))
    crew.reconcile(OLD | NEW)
    notes = crew.hand_over()
    assert notes.counts == {Fault.LOST: 6}
    assert {(finding.key, finding.side) for finding in notes.findings} == {
        (key, side) for key in "012" for side in Side
    }
    assert all("rollback" in finding.expected for finding in notes.findings)


@pytest.mark.one_server
def test_tallies_of_shared_counters_are_added_up(crew: Crew) -> None:
    crew.enter("before", OLD)
    done = until(crew, 30)
    crew.enter("before", NOBODY)
    done.add(crew.hand_over())
    tallies = crew.tallies()
    assert tallies["done"].baseline == 100
    assert tallies["done"].committed == len(done.samples)
    assert set(tallies) == {"done", "0", "1", "2"}


@pytest.mark.one_server
def test_marks_reach_all_workers(crew: Crew) -> None:
    crew.mark("rollback")
    crew.mark("restart")
    assert crew.collect("restart") == frozenset()
    crew.enter("before", OLD)
    until(crew, 100)
    assert crew.collect("rollback") == {"0", "1", "2"}


@pytest.mark.one_server
def test_a_bug_ends_the_traffic_and_is_told(database: str) -> None:
    with Crew(Broken, accesses(database), workers=2, rate=1000) as crew:
        with pytest.raises(TrafficDied, match="a bug in the case"):
            worked(crew)
        with pytest.raises(TrafficDied, match="a bug in the case"):
            crew.hand_over()


@pytest.mark.one_server
def test_the_traffic_dies_with_its_parent(database: str) -> None:
    # Its processes hold the other end of our pipe, so reading to the end of it waits for the last of them.
    program = """
        import sys
        from crossfade.casebook.words import Side
        from crossfade.casebook.crew import Crew
        from tests.casebook.workers import Counting

        if __name__ == "__main__":
            access = (sys.argv[1], {})
            with Crew(Counting, {Side.OLD: access, Side.NEW: access}) as crew:
                crew.enter("before", frozenset({Side.OLD}))
                print("at work", flush=True)
                input()
    """
    command = [sys.executable, "-c", textwrap.dedent(program), database]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as parent:
        assert parent.stdout is not None
        line = parent.stdout.readline()
        parent.kill()
        _, errors = parent.communicate(timeout=20)
    assert line == "at work\n", errors


def test_the_old_application_alone_finds_nothing_wrong(database: str) -> None:
    engine = create_engine(database)
    CASE.build(engine, 500, 1)
    with Crew(CASE.worker, accesses(database), rate=400) as crew:
        crew.learn()
        crew.enter("before", OLD)
        notes = until(crew, 400)
        crew.enter("before", NOBODY)
        crew.reconcile(OLD)
        notes.add(crew.hand_over())
        assert notes.counts == {}, notes.findings
        assert notes.statements > 400
        assert notes.checks > 500
        tallies = crew.tallies()
        assert sum(tally.committed for tally in tallies.values()) > 0
        assert audit({Side.OLD: engine}, tallies, "before") == []
    engine.dispose()


@pytest.mark.one_server
def test_rows_that_someone_else_changed_are_lost(database: str) -> None:
    engine = create_engine(database)
    CASE.build(engine, 200, 1)
    with Crew(CASE.worker, accesses(database)) as crew:
        crew.learn()
        with engine.begin() as connection:
            connection.execute(text("UPDATE workflow_templates SET usage_count = usage_count + 1"))
        crew.reconcile(OLD)
        notes = crew.hand_over()
        assert notes.counts[Fault.LOST] == 200 - len(crew.tallies())
        assert "usage_count" in notes.findings[0].expected
        crew.reconcile(OLD)
        assert crew.hand_over().counts == {}, "a row is lost once"
        assert len(audit({Side.OLD: engine}, crew.tallies(), "before")) == len(crew.tallies())
    engine.dispose()
