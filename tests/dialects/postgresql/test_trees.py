"""Trees: targets made and dropped, the sync of both sides, batches; the texts are files in `trees/`."""

from pathlib import Path

import pytest

from crossfade.expressions import Sql, ValueMap
from crossfade.lens import Assignment
from crossfade.schema import Column, ForeignKey, Grant, TableName
from crossfade.steps import (
    CloseTarget,
    CompareTree,
    CopyTree,
    CountStray,
    CreateTarget,
    DropTarget,
    GiveBack,
    HookTrees,
    IndexTarget,
    InstallTrees,
    KeepTree,
    OpenTarget,
    RemoveTrees,
    RestoreTree,
    ShelveTables,
    Step,
    TakeAway,
    TieTarget,
    UnhookTrees,
    UnindexTarget,
    UnshelveTables,
)
from crossfade.tree import Embed, Reference, Shape, TreeLens
from tests.dialects.postgresql.golden import Golden, expected, rendered, told

TEXTS = Path(__file__).parent / "trees"
EVOLUTION = "ledger"
ID = Column("id", "bigint", nullable=False, identity="by default")
UUID = Column("run_id", "uuid", nullable=False)
STATUS = Column("status", "character varying(20)", nullable=False)
RUNS = TableName("public", "Runs")


def table(name: str) -> TableName:
    return TableName("public", name)


RUN = TreeLens(
    change="Consolidate jobs into Runs",
    source=table("jobs"),
    key=ID,
    columns=(ID, STATUS, Column("began", "timestamp with time zone"), Column("took", "numeric(10,3)")),
    target=RUNS,
    target_key=UUID,
    target_columns=(UUID, Column("status", "text", nullable=False), Column("seconds", "integer"),
                    Column("took", "numeric(10,3)"), Column("labels", "jsonb"),
                    Column("outside", "text", default="'it''s'")),
    legacy="job",
    forward=(
        Assignment("status", ValueMap("status", (("new", "pending"), ("it's", "100%")), STATUS.type, "text")),
        Assignment("seconds", Sql("extract(second FROM began)", "integer", frozenset({"began"}))),
        Assignment("took", Sql('"took"', "numeric(10,3)", frozenset({"took"}))),
    ),
    backward=(
        Assignment("status", ValueMap("status", (("pending", "new"), ("100%", "it's")), "text", STATUS.type)),
        Assignment("took", Sql('"took"', "numeric(10,3)", frozenset({"took"}))),
    ),
    derived=("seconds",),
    embeds=(
        Embed(Shape.OBJECT, table("labels"), "job_id", ID, "labels", None,
              (Column("name", "text", nullable=False), Column("value", "jsonb")), entry=("name", "value")),
    ),
    settled=True,
    rows=1000,
)  # fmt: skip
STEP = TreeLens(
    change="Consolidate tasks into steps",
    source=table("tasks"),
    key=Column("id", "integer", nullable=False, default="nextval('public.task_keys'::regclass)"),
    columns=(Column("id", "integer", nullable=False), Column("job_id", "bigint", nullable=False)),
    target=table("steps"),
    target_key=Column("step_id", "uuid", nullable=False),
    target_columns=(Column("step_id", "uuid", nullable=False), UUID, Column("lines", "jsonb", nullable=False),
                    Column("more", "jsonb"), Column("tries", "integer")),
    legacy="task",
    forward=(),
    backward=(),
    references=(Reference("run_id", "job_id", RUNS, "run_id", "job"),),
    embeds=(
        Embed(Shape.ARRAY, table("lines"), "task_id", ID, "lines", None,
              (ID, Column("at", "timestamp with time zone", default="now()"), Column("what", "jsonb")),
              order=("at",), settled=True),
        Embed(Shape.ARRAY, table("tries"), "task_id", ID, "more", "tries", (ID, Column("why", "text"))),
        Embed(Shape.VALUE, table("tries"), "task_id", ID, "tries", None, (), aggregate="count(*)"),
        Embed(Shape.SINGLE, table("receipts"), "task_id", ID, "more", "receipt",
              (ID, Column("paid", "boolean"))),
    ),
)  # fmt: skip
TREES = (RUN, STEP)
KEY = ForeignKey("jobs_who_fkey", table("jobs"), ("who",), table("people"), ("id",),
                 definition="FOREIGN KEY (who) REFERENCES public.people(id)")  # fmt: skip

STEPS: dict[str, Step] = {
    "create": CreateTarget(EVOLUTION, RUN, 'CREATE TABLE public."Runs" (…)', (table("people"),), "owner",
                           (Grant("SELECT", "reader"),)),
    "drop": DropTarget(EVOLUTION, RUN),
    "index": IndexTarget(RUNS, "ix", 'CREATE INDEX CONCURRENTLY ix ON public."Runs" (took)'),
    "unique-index": IndexTarget(RUNS, "Runs_job_key", unique="job"),
    "unindex": UnindexTarget(RUNS, "ix"),
    "open": OpenTarget(EVOLUTION, RUNS),
    "close": CloseTarget(EVOLUTION, RUNS),
    "hook": HookTrees(EVOLUTION, TREES),
    "unhook": UnhookTrees(EVOLUTION, TREES),
    "install-one-sided": InstallTrees(EVOLUTION, (RUN,), one_sided=True, family=TREES),
    "remove": RemoveTrees(EVOLUTION, TREES),
    "copy-runs": CopyTree(EVOLUTION, RUN),
    "copy-steps": CopyTree(EVOLUTION, STEP),
    "compare-runs": CompareTree(EVOLUTION, RUN),
    "compare-steps": CompareTree(EVOLUTION, STEP),
    "keep": KeepTree(EVOLUTION, STEP),
    "restore": RestoreTree(EVOLUTION, STEP),
    "tie": TieTarget(EVOLUTION, STEP),
    "give-back": GiveBack(EVOLUTION, RUN),
    "give-back-unheard": GiveBack(EVOLUTION, STEP, skip_triggers=True),
    "take-away": TakeAway(EVOLUTION, STEP),
    "stray": CountStray(STEP.change, STEP),
    "shelve": ShelveTables(EVOLUTION, (table("jobs"), table("labels")), (KEY,)),
    "unshelve": UnshelveTables(EVOLUTION, (table("jobs"), table("labels")), (KEY,)),
}  # fmt: skip
CASES = {
    name: Golden(step, (TEXTS / f"{name}.sql").read_text(encoding="utf-8")) for name, step in STEPS.items()
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_step_about_trees_is_exactly_this(case: Golden) -> None:
    assert told(rendered(case.step, case.version)) == expected(case.text)
