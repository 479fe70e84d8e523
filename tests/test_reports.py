"""Reports print as JSON, read back as they were, and never change."""

import json
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from crossfade import reports
from crossfade.reports import (
    Backfill,
    Event,
    Kept,
    Lacking,
    Mismatch,
    Outcome,
    PlannedStatement,
    PlannedStep,
    Preview,
    Progress,
    Report,
    Status,
    TableMoved,
    Verification,
    Writes,
)

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
STEP = PlannedStep(
    phase="backfill",
    title="backfill public.orders",
    mode="one short transaction for each range of the key",
    statements=(
        PlannedStatement(sql="SELECT %(lo_0)s", lock="ACCESS SHARE", blocks="nothing", repeated=True),
    ),
    rows=7,
)
VERIFICATION = Verification(
    rows=3,
    seconds=0.5,
    rows_per_second=6.0,
    mismatches=1,
    examples=(Mismatch(table="public.orders", key={"id": "1"}, old={"status": "new"}, new={"status": None}),),
    standing=2,
    lacking=(Lacking(change="Relate a.b", table="public.a", fact="no index serves b", remedy="CREATE …"),),
)
EXAMPLES: tuple[Report, ...] = (
    Backfill(rows=3, seconds=0.5, rows_per_second=6.0),
    VERIFICATION.examples[0],
    VERIFICATION.lacking[0],
    VERIFICATION,
    Outcome(
        evolution="e",
        command="rollback",
        state="rolled back",
        seconds=1.5,
        backfill=Backfill(),
        verification=VERIFICATION,
        removed_seeds=({"id": "7"},),
        notes=("größe",),
    ),
    TableMoved(table="public.orders", into="public.sales", how="moved", rows=7),
    Progress(step="backfill t", rows=1, total=2, rows_per_second=3.0, eta_seconds=None),
    Writes(table="public.orders", old=3, new=4),
    Status(
        evolution="e",
        summary="s",
        state="live",
        fingerprint="f",
        tables=("public.orders",),
        started_at=AT,
        changed_at=AT,
    ),
    Event(
        id=1, at=AT, evolution="e", run=1, command="start", kind="ended", step="s", detail={"a": [1, None]}
    ),
    Kept(
        evolution="e",
        table="t",
        change="c",
        key=("1", None),
        old=(None,),
        new=("x",),
        state="kept",
        kept_at=AT,
    ),
    STEP.statements[0],
    STEP,
    Preview(
        evolution="e",
        summary="s",
        fingerprint="f",
        database="postgresql 18.4",
        state="absent",
        tables={"public.orders": 7},
        checks=(),
        start=(STEP,),
        complete=(STEP,),
        rollback=(STEP,),
        revert=(STEP,),
        purge=(STEP,),
        notes=("n",),
    ),
)


@pytest.mark.parametrize("report", EXAMPLES, ids=lambda each: type(each).__name__)
def test_a_report_reads_back_from_its_json(report: Report) -> None:
    printed = report.model_dump_json()
    assert type(report).model_validate_json(printed) == report
    assert json.loads(printed) == report.model_dump(mode="json")


@pytest.mark.parametrize("report", EXAMPLES, ids=lambda each: type(each).__name__)
def test_a_report_is_frozen(report: Report) -> None:
    field = next(iter(type(report).model_fields))
    with pytest.raises(ValidationError, match="frozen"):
        setattr(report, field, getattr(report, field))


def test_every_report_has_an_example() -> None:
    kinds = {
        value
        for value in vars(reports).values()
        if isinstance(value, type) and issubclass(value, Report) and value is not Report
    }
    assert {type(each) for each in EXAMPLES} == kinds


def test_the_json_of_an_outcome() -> None:
    """Scripts read it: fields may be added to it, and none may go."""
    outcome = Outcome(evolution="e", command="start", state="live", seconds=1.0)
    assert json.loads(outcome.model_dump_json()) == {
        "evolution": "e",
        "command": "start",
        "state": "live",
        "seconds": 1.0,
        "backfill": None,
        "verification": None,
        "complement_rows": 0,
        "seeded": 0,
        "seeds_kept": 0,
        "removed_seeds": [],
        "per_table": [],
        "notes": [],
    }
