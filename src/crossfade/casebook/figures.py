"""The figures of a walk, as they are written to JSON."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from crossfade.reports import Backfill, TableMoved

__all__ = [
    "BeforeAndDuring",
    "CompleteFigures",
    "PurgeFigures",
    "RestartFigures",
    "RevertFigures",
    "RollbackFigures",
    "Summary",
    "TrafficFigures",
    "VerifyFigures",
]


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True)


class BeforeAndDuring(_Figures):
    """Milliseconds of the old application before the evolution began, and until it was complete."""

    before: float
    during: float


class TrafficFigures(_Figures):
    """What both applications did, what went wrong, and how long they waited (milliseconds)."""

    statements: int
    failed: int
    lost: int
    stale: int
    p50_ms: BeforeAndDuring
    p99_ms: BeforeAndDuring
    longest_stall_ms: float


class VerifyFigures(_Figures):
    """Rows and seconds of the last verification; mismatches of all."""

    rows: int
    seconds: float
    mismatches: int


class RollbackFigures(_Figures):
    """Rows of the old side that a rollback changed, and rows of which it kept what only the new one holds."""

    differences: int
    complement_rows: int


class RestartFigures(_Figures):
    """Rows of the new side that are not after the second start as they were before the rollback."""

    differences: int


class RevertFigures(_Figures):
    """Rows of the old side that are not after the revert as they were before `complete`."""

    differences: int


class PurgeFigures(_Figures):
    """Rows of the new side that purge changed; rows of which the old side could not hold everything, as the
    preview told them (None: it did not) and as they were counted.
    """

    differences: int
    told: int | None
    counted: int


class CompleteFigures(_Figures):
    """The longest wait of the new application while `complete` ran, and rows that were wrong after it."""

    stall_ms: float
    mismatches: int


class Summary(_Figures):
    """The figures of one walk. What was not reached is left out, and so are `failures` if there are none."""

    case: str
    database: str
    rows: dict[str, int]
    traffic: TrafficFigures
    backfill: Backfill | None = None
    verify: VerifyFigures | None = None
    rollback: RollbackFigures | None = None
    restart: RestartFigures | None = None
    complete: CompleteFigures | None = None
    revert: RevertFigures | None = None
    purge: PurgeFigures | None = None
    per_table: tuple[TableMoved, ...] | None = None  # where tables become others
    ok: bool
    failures: tuple[str, ...] | None = None

    def as_json(self) -> str:
        """The summary as JSON, indented."""
        return self.model_dump_json(indent=2, exclude_none=True)
