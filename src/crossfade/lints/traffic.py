"""Lints about those at work on the database: statements that they wait for, and what is in the way."""

from __future__ import annotations

from collections.abc import Sequence

from crossfade.document import Lint
from crossfade.lints.codes import lint
from crossfade.reports import PlannedStep
from crossfade.schema import TableName

LONG = 5.0
"""From so many seconds on, an open transaction is worth a reviewer's look."""

_NAMED = 4  # tables that a place names

LOCKING = ("SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE")  # against writes


def of_statements(command: str, steps: Sequence[PlannedStep]) -> tuple[Lint, ...]:
    """Statements that somebody waits for as long as they take, rather than for a moment."""
    return tuple(
        lint(
            "CF103",
            f"{command}: {step.title}",
            f"{statement.lock} blocks {statement.blocks} for as long as the statement takes",
            "run it when little is written, or do this part by hand before",
        )
        for step in steps
        for statement in step.statements
        if statement.lock in LOCKING and not statement.blocks.endswith("briefly")
    )


def of_held(tables: Sequence[TableName], who: str, seconds: float | None) -> tuple[Lint, ...]:
    """A transaction that holds locks on one of the tables, right now, and has been open for so long."""
    if seconds is None or seconds < LONG:
        return ()
    more = len(tables) - _NAMED
    return (
        lint(
            "CF107",
            ", ".join(map(str, tables[:_NAMED])) + (f" and {more} more" if more > 0 else ""),
            f"a transaction has held locks there for {seconds:.0f} s ({who}); what needs a "
            "strong lock gives up in time, and tries again until it ends",
            "let it end, or start later; nobody queues behind the tries for long",
        ),
    )


def of_sessions(namespaces: Sequence[str], sessions: int) -> tuple[Lint, ...]:
    """Sessions that are at home in a namespace which `purge` is about to drop."""
    if not sessions:
        return ()
    are = "1 session has" if sessions == 1 else f"{sessions} sessions have"
    return (
        lint(
            "CF110",
            ", ".join(namespaces),
            f"{are} this database for a home, right now: once purge has dropped it, they find no table",
            "let these applications connect to the plain database first",
        ),
    )
