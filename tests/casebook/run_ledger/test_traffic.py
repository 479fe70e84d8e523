"""The oracle of run_ledger on the engine itself: every sabotage is caught. And eight writers on one step."""

import threading

import pytest
from sqlalchemy import create_engine

from crossfade import commands, connect_args, legacy_uuid
from crossfade.casebook.run_ledger.case import CASE
from crossfade.casebook.run_ledger.old_app import OldRuns
from crossfade.casebook.run_ledger.repository import RunRepository
from crossfade.casebook.run_ledger.schemas import Event
from tests.casebook.run_ledger.places import legacy
from tests.casebook.walking import QUIETLY, Sabotage, sabotaged

pytestmark = pytest.mark.one_server

SABOTAGES = (
    Sabotage(
        "the backfill lost an event of each step",
        "start",
        f"{QUIETLY} UPDATE user_workflow_run_step SET events = events - 0 WHERE events <> '[]'",
        ("lost", "mismatches"),
        last="verify",
        seconds=1.0,
    ),
    Sabotage(
        "nothing that only the new side knew comes back",
        "rollback",
        "DELETE FROM crossfade.complement",
        ("restart", "lost"),
        last="restart",
        seconds=4.0,
    ),
)
ROWS = 200  # traces; the walks of the harness's own tests have more


@pytest.mark.one_in(2)
@pytest.mark.parametrize("sabotage", SABOTAGES, ids=str)
def test_sabotage_is_caught(database: str, sabotage: Sabotage) -> None:
    counts = sabotaged(CASE, database, sabotage, rows=ROWS)
    for figure in sabotage.figures:
        assert counts.get(figure, 0) > 0, (figure, counts)


def test_eight_writers_on_one_step_lose_nothing(database: str) -> None:
    legacy(database, 20)
    commands.start(CASE.evolution, database)
    old_engine = create_engine(database)
    new_engine = create_engine(database, connect_args=connect_args(CASE.evolution.name))
    old, new = OldRuns(old_engine), RunRepository(new_engine)
    step, key = legacy_uuid("workflow_steps", 1), legacy_uuid("workflow_trace", 1)
    failures: list[Exception] = []

    def work(worker: int) -> None:
        try:
            for number in range(10):
                kind = f"{worker}.{number}"
                if worker % 2:
                    old.add_event(1, kind=kind)
                else:
                    new.append_event(step, Event(kind=kind))
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must tell it
            failures.append(error)

    before = len(old.get(1)["steps"][0]["events"])  # type: ignore[index]  # there is a trace 1, with steps
    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    trace, whole = old.get(1), new.get(key)
    assert trace is not None
    assert whole is not None
    rows = {event["id"]: event["kind"] for event in trace["steps"][0]["events"]}
    shown = next(each for each in whole.steps if each.step_id == step).events
    assert len(shown) == before + 80
    assert {each.id: each.kind for each in shown} == rows
    assert {f"{worker}.{number}" for worker in range(8) for number in range(10)} <= set(rows.values())
    for engine in (old_engine, new_engine):
        engine.dispose()
