"""The walk and its oracle on an evolution made by hand: all is well, and every sabotage is caught."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import takewhile

import pytest
from rich.console import Console
from sqlalchemy import NullPool, create_engine, text

from crossfade.casebook.chat_templates.case import CASE
from crossfade.casebook.journey import Journey
from crossfade.casebook.screen import Lines
from crossfade.casebook.stages import WALK, Stage
from crossfade.casebook.summary import Summary, summarize
from crossfade.casebook.walk import Pace, walk
from crossfade.document import Document
from crossfade.errors import Busy
from crossfade.evolution import Evolution
from crossfade.progress import Observer
from crossfade.reports import Outcome
from tests.casebook.by_hand import ByHand, accesses
from tests.casebook.walking import Sabotage, figures, run

ROWS = 1500
QUIETLY = "SET LOCAL session_replication_role = replica;"  # behind the application's triggers, and the sync's


def walked(
    database: str,
    *,
    stages: tuple[Stage, ...] = WALK,
    commands: ByHand | None = None,
    interfere: Callable[[str, str], None] | None = None,
    seconds: float = 1.5,
) -> tuple[Journey, Summary]:
    engine = create_engine(database, poolclass=NullPool)
    journey = Journey("chat_templates", "postgresql", CASE.build(engine, ROWS, 1), stages)
    walk(
        CASE,
        accesses(database),
        journey,
        commands=commands or ByHand(),
        watcher=Lines(Console(quiet=True)),
        pace=Pace(seconds=seconds, workers=3, rate=250, seed=7),
        interfere=interfere,
    )
    return journey, summarize(journey)


def until(last: str) -> tuple[Stage, ...]:
    """The walk as far as this stage, with it."""
    return (*takewhile(lambda stage: stage.name != last, WALK), next(s for s in WALK if s.name == last))


def test_nothing_is_wrong_where_nothing_is_wrong(database: str) -> None:
    journey, summary = walked(database, seconds=4.0)
    assert summary.ok, summary.failures
    assert [passed.name for passed in journey.passed] == [stage.name for stage in WALK]
    assert summary.rows == {"workflow_templates": ROWS, "workflow_executions": ROWS // 2}
    assert summary.traffic.statements > 500
    assert journey.notes.crossed > 50
    assert summary.rollback is not None
    assert summary.rollback.complement_rows > 0
    assert set(journey.comparisons) == {"start", "rollback", "restart", "complete", "revert", "purge"}
    for comparison in journey.comparisons.values():
        assert comparison.rows > ROWS
        assert comparison.excluded > 0
    assert summary.purge is not None
    assert 0 < summary.purge.counted == summary.purge.told
    assert summary.traffic.p50_ms.before > 0
    assert summary.traffic.p50_ms.during > 0


FORGETFUL = """
CREATE OR REPLACE FUNCTION by_hand.{name} RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT {value} $$
"""
quick = partial(Sabotage, seconds=1.5)  # the others are what only the traffic can notice
SABOTAGES = (
    Sabotage(
        "the sync forgets the new side's types",
        "start",
        FORGETFUL.format(name="label_of(type text)", value="'plain'"),
        ("stale", "lost"),
        last="both",
        seconds=4.0,
    ),
    Sabotage(
        "the sync forgets the old side's labels",
        "start",
        FORGETFUL.format(name="type_of(label text)", value="'simple_chat'"),
        ("stale", "lost"),
        last="both",
        seconds=4.0,
    ),
    quick(
        "the backfill wrote a wrong type",
        "start",
        f"{QUIETLY} UPDATE workflow_templates SET new_type = 'rag_chat' WHERE new_type = 'simple_chat'",
        ("lost", "mismatches"),
        last="verify",
    ),
    quick(
        "the backfill forgot the pattern",
        "start",
        f"{QUIETLY} UPDATE workflow_templates SET execution_pattern = NULL",
        ("lost",),
    ),
    quick(
        "the backfill touched a column of the old side",
        "start",
        "UPDATE workflow_templates SET version = version WHERE id % 10 = 0",  # its trigger sets updated_at
        ("start",),
    ),
    quick(
        "an execution was not counted",
        "both",
        "UPDATE workflow_templates SET usage_count = usage_count - 1 WHERE id = 1",
        ("lost",),
    ),
    quick(
        "a seed is there twice",
        "both",
        "INSERT INTO workflow_templates (owner_id, name, workflow_type)"
        " VALUES (0, 'rag_chat_builtin', 'rag')",
        ("lost",),
    ),
    quick(
        "statements fail",
        "start",
        "ALTER TABLE workflow_templates ADD CHECK (version < 0) NOT VALID",
        ("failed",),
        last="both",
    ),
    quick(
        "the rollback changed the old side",
        "rollback",
        f"{QUIETLY} UPDATE workflow_templates SET description = 'x' WHERE id % 10 = 0",
        ("rollback",),
    ),
    quick(
        "the rollback took rows away",
        "rollback",
        f"{QUIETLY} DELETE FROM workflow_templates WHERE id BETWEEN 700 AND 799",
        ("rollback",),
    ),
    Sabotage(
        "nothing comes back",
        "rollback",
        "TRUNCATE by_hand.kept",
        ("restart", "lost"),
        last="restart",
        seconds=3.0,
    ),
    quick(
        "complete changed the new side",
        "complete",
        "UPDATE workflow_templates SET is_dynamic = NOT is_dynamic WHERE id % 10 = 0",
        ("complete",),
    ),
    quick(
        "the revert forgot a column of the old side",
        "revert",
        f"{QUIETLY} UPDATE workflow_templates SET version = 99 WHERE id % 10 = 0",
        ("revert",),
    ),
)


@pytest.mark.one_server
@pytest.mark.one_in(6)
@pytest.mark.parametrize("sabotage", SABOTAGES, ids=str)
def test_sabotage_is_caught(database: str, sabotage: Sabotage) -> None:
    stages = until(sabotage.last or sabotage.stage)
    journey, summary = walked(database, stages=stages, interfere=sabotage.interfere, seconds=sabotage.seconds)
    assert not summary.ok
    assert summary.failures
    counts = figures(journey, summary)
    for figure in sabotage.figures:
        assert counts.get(figure, 0) > 0, (figure, counts)


class Unlucky(ByHand):
    def rollback(self, name: str, database: str, *, observer: Observer) -> Outcome:
        raise Busy("the lock was not to be had")


@pytest.mark.one_server
def test_a_command_that_fails_ends_the_walk_and_is_told(database: str) -> None:
    journey, summary = walked(database, commands=Unlucky(), seconds=0.5)
    assert journey.passed[-1].name == "verify"
    assert not summary.ok
    assert summary.failures is not None
    assert summary.failures[0] == "in stage 'rollback': the lock was not to be had"


class Miscounting(ByHand):
    def preview(self, evolution: Evolution, database: str) -> Document:
        way = super().preview(evolution, database).ways_back[0]
        (count,) = way.counts
        wrong = count.model_copy(update={"rows": (count.rows or 0) + 1})
        return Document.model_construct(ways_back=(way.model_copy(update={"counts": (wrong,)}),))


@pytest.mark.one_server
def test_a_preview_that_counts_wrongly_is_caught(database: str) -> None:
    journey, summary = walked(database, commands=Miscounting(), seconds=2.0)
    assert not summary.ok
    assert summary.failures is not None
    assert len(summary.failures) == 1
    assert "Preview told exactly" in summary.failures[0]
    assert [each.place for each in journey.foretold or ()] == ["workflow_templates.workflow_type"]


class Vandal(ByHand):
    def preview(self, evolution: Evolution, database: str) -> Document:
        run(database, "DROP TABLE workflow_templates CASCADE")
        return Document.model_construct()


@pytest.mark.one_server
def test_a_database_that_fails_ends_the_walk_and_is_told(database: str) -> None:
    _, summary = walked(database, commands=Vandal(), seconds=0.5)
    assert not summary.ok
    assert summary.failures is not None
    assert "workflow_templates" in summary.failures[0]


@pytest.mark.one_server
def test_a_stopped_application_holds_no_connection(database: str) -> None:
    connected: dict[str, int] = {}

    def interfere(stage: str, url: str) -> None:
        query = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'new application'")
        with create_engine(url, poolclass=NullPool).connect() as connection:
            connected[stage] = connection.scalar(query) or 0

    walked(database, stages=until("rollback"), interfere=interfere, seconds=0.5)
    assert connected == {
        "arrive": 0,
        "before": 0,
        "preview": 0,
        "start": 0,
        "both": 3,
        "verify": 3,
        "rollback": 0,
    }
