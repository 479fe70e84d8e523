"""The ledger's changes with something amiss, and what a case of it says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crossfade import Consolidate, Evolution
from crossfade.changes import Change
from crossfade.errors import CrossfadeError
from tests.refusals.refusal import Refusal, assert_refused, execute
from tests.trees.ledger import JOBS, TASKS

OF_JOBS = "Consolidate jobs into missions"
OF_TASKS = "Consolidate tasks into moves"
LINES = f"{OF_TASKS}, embed 'lines'"


def jobs(**given: Any) -> Consolidate:
    return replace(JOBS, **given)


def tasks(**given: Any) -> Consolidate:
    return replace(TASKS, **given)


def embedding(**given: Any) -> Consolidate:
    """Tasks with another embed."""
    return tasks(embed={**TASKS.embed, **given})


Case = tuple[str, tuple[Change, ...], type[CrossfadeError], str, str, str]


def assert_case(case: Case, database: str) -> None:
    """Do what the case says to the database; then both commands refuse."""
    given, changes, kind, fact, place, remedy = case
    if given:
        execute(database, given)
    evolution = Evolution("ledger", changes=list(changes))
    assert_refused(evolution, database, Refusal(kind, fact, f"evolution 'ledger', {place}", remedy))
