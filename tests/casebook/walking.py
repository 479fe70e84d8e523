"""Walks of a case on the engine itself, as far as a test wants, with a chance to break something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console
from sqlalchemy import NullPool, create_engine, text

from crossfade import commands
from crossfade.casebook.case import Case
from crossfade.casebook.databases import database_of
from crossfade.casebook.engines import Access
from crossfade.casebook.journey import Journey
from crossfade.casebook.screen import Lines
from crossfade.casebook.stages import WALK
from crossfade.casebook.summary import Summary, summarize
from crossfade.casebook.walk import Pace, walk
from crossfade.casebook.words import Side

QUIETLY = "SET LOCAL session_replication_role = replica; SET LOCAL crossfade.sync = 'off';"


@dataclass(frozen=True)
class Sabotage:
    """A statement that breaks a promise, after which stage's command it is run, and the figures that must
    show it by the stage `last` (left out: the same).
    """

    what: str
    stage: str
    statement: str
    figures: tuple[str, ...]
    last: str = ""
    seconds: float = 4.0

    def __str__(self) -> str:
        return self.what.replace(" ", "-")

    def interfere(self, stage: str, url: str) -> None:
        """Run the statement, if it is time."""
        if stage == self.stage:
            with create_engine(url, poolclass=NullPool).begin() as connection:
                touched = connection.execute(text(self.statement)).rowcount
            writes = self.statement.removeprefix(QUIETLY).lstrip().startswith(("UPDATE", "DELETE"))
            assert touched or not writes, f"nothing is there for it: {self.what}"


def run(database: str, *statements: str) -> None:
    """Execute the statements in one transaction."""
    with create_engine(database, poolclass=NullPool).begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def walked(
    case: Case,
    database: str,
    last: str,
    *,
    interfere: Callable[[str, str], None] | None = None,
    rows: int = 1500,
    seconds: float = 4.0,
) -> tuple[Journey, Summary]:
    """A walk of this case until the stage `last`, with it."""
    stages = WALK[: [stage.name for stage in WALK].index(last) + 1]
    engine = create_engine(database, poolclass=NullPool)
    kind = database_of(database)
    journey = Journey(case.name, kind.name, case.build(engine, rows, 1), stages)
    with engine.connect() as connection:
        namespace = kind.namespace(case.evolution.name, kind.schema(connection))
    accesses: dict[Side, Access] = {Side.OLD: (database, {}), Side.NEW: (database, namespace)}
    watcher = Lines(Console(quiet=True))
    # What a sabotage must touch has to be there, however slow the machine is.
    pace = Pace(seconds=seconds, workers=3, rate=250, statements=int(200 * seconds))
    walk(case, accesses, journey, commands=commands, watcher=watcher, pace=pace, interfere=interfere)
    return journey, summarize(journey)


def sabotaged(case: Case, database: str, sabotage: Sabotage, rows: int = 1500) -> dict[str, int]:
    """The figures of a walk in which that was done."""
    journey, summary = walked(
        case,
        database,
        sabotage.last or sabotage.stage,
        interfere=sabotage.interfere,
        rows=rows,
        seconds=sabotage.seconds,
    )
    assert not summary.ok
    assert summary.failures
    assert not journey.failure, journey.failure
    return figures(journey, summary)


def figures(journey: Journey, summary: Summary) -> dict[str, int]:
    """What went wrong in a walk: faults, differences by comparison, mismatches."""
    counts = {str(fault): count for fault, count in journey.notes.counts.items()}
    counts |= {name: comparison.differences for name, comparison in journey.comparisons.items()}
    counts["mismatches"] = summary.verify.mismatches if summary.verify else 0
    return counts
