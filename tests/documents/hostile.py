"""A guide in which every text that is a user's or a database's is an attack, and one that is only long."""

from __future__ import annotations

from datetime import UTC, datetime

from crossfade.document import (
    ColumnLine,
    ColumnShape,
    Guide,
    Lint,
    MappedValue,
    Moved,
    NewColumn,
    NewValue,
    OldColumn,
    OldTable,
    Query,
    Rate,
    RowCount,
    Summary,
    TableShape,
    Tick,
    TreeShape,
    ValueMapping,
    Waits,
    Walked,
    WayBack,
)
from crossfade.reports import PlannedStatement, PlannedStep, TableMoved, Verification, Writes

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "</style></title></pre></svg><svg onload=alert(3)>",
    "{{ 7 * 7 }}{% raw %}",
    "`| **bold** [link](javascript:alert(4)) <b>b</b> &lt;i&gt;",
    "```\n# heading\n```",
    "\u202egnp.exe\u2066 \x1b[31mred\x1b[0m \x00 \u200b",
    "quote' -- ; DROP TABLE x",
    "x" * 200,
)
EVIL = " ".join(ATTACKS)
STEP = PlannedStep(
    phase="expand",
    title=EVIL,
    mode="a transaction of its own",
    statements=(
        PlannedStatement(sql=f"SELECT '{EVIL}'", lock="ACCESS SHARE", blocks="nothing", repeated=True),
    ),
    rows=7,
    seconds=1.5,
)
SHAPE = ColumnShape(name=EVIL, type=EVIL, nullable=False, default=EVIL)
VERIFICATION = Verification(rows=7, seconds=0.5, rows_per_second=14.0)
HOSTILE = Guide(
    evolution="hostile",
    summary=EVIL,
    fingerprint="f",
    database=EVIL,
    state="live",
    tables={EVIL: 7, "other": 8},
    checks=(STEP,),
    start=(STEP,),
    complete=(STEP,),
    rollback=(STEP,),
    revert=(STEP,),
    purge=(STEP,),
    notes=(EVIL,),
    kept_rows=3,
    figures=Summary(statements=1, blocking=1, rows=7, seconds=1.5, warnings=1, silenced=1),
    shapes=(
        TableShape(
            table=EVIL,
            shown=EVIL,
            lines=(
                ColumnLine(before=SHAPE, after=SHAPE, how="replaced", changes=(EVIL,)),
                ColumnLine(before=None, after=SHAPE, how="added", changes=(EVIL,)),
                ColumnLine(before=SHAPE, after=None, how="left out"),
                ColumnLine(before=SHAPE, after=SHAPE, how="as it was"),
            ),
        ),
    ),
    trees=(
        TreeShape(
            change=EVIL,
            source=EVIL,
            target=EVIL,
            old=(
                OldTable(
                    table=EVIL,
                    becomes=("an array", "a count"),
                    places=(f"{EVIL}.{EVIL}", EVIL),
                    order=(EVIL,),
                    retired=f"public.{EVIL}",
                    columns=(
                        OldColumn(column=SHAPE, lands=(EVIL, EVIL), back=False),
                        OldColumn(column=SHAPE, lands=(), back=True),
                    ),
                ),
            ),
            absent=(EVIL,),
            new=(
                NewColumn(column=SHAPE, how="derived", made_of=EVIL, back=False),
                NewColumn(column=SHAPE, how="new", made_of="", back=False),
            ),
        ),
    ),
    mappings=(
        ValueMapping(
            change=EVIL,
            table=EVIL,
            old=EVIL,
            new=EVIL,
            values=(
                *(MappedValue(old=each, new=each, back=None, returns=False, rows=1) for each in ATTACKS),
                MappedValue(old=None, new={EVIL: EVIL, "none": None}, back=None, returns=None, new_rows=2),
            ),
            others=(NewValue(new={"domain": EVIL}, seen_as=EVIL, rows=1),),
            left_out=3,
            refused=True,
        ),
    ),
    ways_back=(WayBack(command="rollback", restores=EVIL, counts=(RowCount(what=EVIL, rows=None),)),),
    rates=(Rate(work="backfill", rows_per_second=7.0, source=EVIL, at_best=True),),
    lints=(
        Lint(code="CF104", title="a trigger that will fire", place=EVIL, fact=EVIL, remedy=EVIL),
        Lint(code="CF102", title="a key", place=EVIL, fact=EVIL, remedy=EVIL, silenced=EVIL),
    ),
    questions=(STEP,),
    made_at=AT,
    walks=(
        Walked(
            command="start", run=1, at=AT, seconds=2.0, ended="live", processes=2,
            moved=(Moved(step=EVIL, rows=7, seconds=1.0, rows_per_second=7.0),),
            compared=VERIFICATION, waits=Waits(times=2, seconds=3.0, longest=2.0, reason=EVIL),
            blocked=0.1, blocking=EVIL,
            per_table=(TableMoved(table=EVIL, into=EVIL, how="embedded", rows=1),
                       TableMoved(table=EVIL, into=EVIL, how="absent", rows=0)),
        ),
        Walked(command="complete", run=1, at=AT, seconds=2.0, ended=None, failure=EVIL),
    ),
    writes=(Writes(table=EVIL, old=1, new=2),),
    queries=(Query(title=EVIL, sql=f"SELECT '{EVIL}'"),),
    checklist=(Tick(text="A tick", done=True, measured=EVIL), Tick(text="None", done=False, measured=EVIL)),
)  # fmt: skip
