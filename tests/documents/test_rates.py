"""Times are estimated at rates that were measured, and the document says where."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Column, Text

from crossfade import AddColumn, Evolution, commands
from crossfade.document import Document
from crossfade.measured import of_steps, rates
from crossfade.pages import words
from tests.documents.shop import EVOLUTION, ROWS, run

pytestmark = pytest.mark.together("documents")

AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def event(
    number: int, evolution: str, rows: int, seconds: float, command: str = "start", step: str = "backfill t"
) -> Any:
    detail = {"backfill": {"rows": rows, "seconds": seconds}}
    return SimpleNamespace(
        id=number, evolution=evolution, kind="ended", command=command, step=step, at=AT, detail=detail
    )


def backfill(events: list[Any], read: tuple[int, float] = (0, 0.0)) -> tuple[float | None, bool, str]:
    found = rates(events, "mine", read)[0]
    return found.rows_per_second, found.at_best, found.source


def test_the_last_of_this_evolution_is_taken_before_others() -> None:
    events = [event(1, "mine", 4000, 2.0), event(2, "mine", 6000, 2.0), event(3, "other", 9000, 1.0)]
    assert backfill(events)[:2] == (3000.0, False)
    assert backfill(events[2:])[0] == 9000.0
    assert "evolution other, 2026-01-02 03:04 UTC, 9,000 rows in 1.00 s" in backfill(events[2:])[2]


def test_a_rate_over_a_handful_of_rows_gives_way() -> None:
    assert backfill([event(1, "other", 9000, 1.0), event(2, "mine", 4, 0.1)])[0] == 9000.0
    assert backfill([event(2, "mine", 4, 0.1)])[0] == 40.0


def test_a_start_is_estimated_by_a_start() -> None:
    events = [event(1, "mine", 4000, 2.0), event(2, "mine", 9000, 1.0, "revert")]
    assert backfill(events)[0] == 2000.0
    assert backfill(events[1:])[0] == 9000.0


def test_a_step_that_was_walked_before_has_a_rate_of_its_own() -> None:
    events = [
        event(1, "mine", 4000, 2.0), event(2, "mine", 6000, 2.0), event(3, "mine", 9000, 1.0, "revert"),
        event(4, "mine", 5000, 1.0, step="backfill u"), event(5, "other", 8000, 1.0),
        event(6, "mine", 3, 1.0),
    ]  # fmt: skip
    assert of_steps(events, "mine") == {
        ("start", "backfill t"): 3000.0,
        ("revert", "backfill t"): 9000.0,
        ("start", "backfill u"): 5000.0,
    }


def test_what_was_never_measured_is_probed_and_is_said_to_be_at_best() -> None:
    rate, best, source = backfill([], (20_000, 0.5))
    assert (rate, best) == (40_000.0, True)
    assert "probed just now: 20,000 rows read in 0.500 s; writing takes longer" in source
    assert backfill([])[0] is None


def test_a_first_preview_probes_and_estimates_the_least(shop: str) -> None:
    document = commands.preview(EVOLUTION, shop)
    assert [each.at_best for each in document.rates] == [True, True]
    assert f"{ROWS:,} rows read" in document.rates[0].source
    step = next(each for each in document.start if each.title == "backfill public.orders")
    assert step.rows == ROWS
    assert step.seconds is not None
    assert step.seconds == pytest.approx(ROWS / (document.rates[0].rows_per_second or 0))
    assert words.took(document, step).startswith("at least ")
    assert dict(words.figures(document))["start, estimated"].startswith("at least ")
    assert document.questions[-1].title == "read rows of public.orders, for a rate"


def test_once_measured_the_measure_is_used_and_nothing_is_probed(shop: str) -> None:
    commands.start(EVOLUTION, shop)
    commands.rollback(EVOLUTION, shop)
    document = commands.preview(EVOLUTION, shop)
    assert not any(each.at_best for each in document.rates)
    assert "read rows" not in " ".join(each.title for each in document.questions)
    assert not document.figures.at_least
    known = [each.seconds for each in document.start if each.rows]
    assert document.figures.seconds == pytest.approx(sum(each or 0.0 for each in known))


def test_another_evolution_is_estimated_by_it(shop: str) -> None:
    commands.start(EVOLUTION, shop)
    commands.complete(EVOLUTION, shop)
    other = Evolution("more", changes=[AddColumn("orders", Column("loud", Text), fill="upper(note)")])
    document = commands.preview(other, shop)
    assert "evolution open_statuses" in document.rates[0].source
    run(shop, "TRUNCATE orders CASCADE", "ANALYZE orders")


def test_a_guide_says_what_start_took(documents: dict[str, Document]) -> None:
    figures = dict(words.figures(documents["live"]))
    assert "start took" in figures
    assert figures["held others up, at the longest"].endswith("ms")
    assert figures["waited for others, at the longest"] == "never"
    assert "start, estimated" in dict(words.figures(documents["rolled back"]))


def test_an_unknown_time_is_not_called_nothing(documents: dict[str, Document]) -> None:
    document = documents["absent"].model_copy(
        update={
            "figures": documents["absent"].figures.model_copy(update={"seconds": None, "at_least": False})
        }
    )
    assert dict(words.figures(document))["start, estimated"] == "not measured"
    assert replace(EVOLUTION, accept={}).accept == {}
