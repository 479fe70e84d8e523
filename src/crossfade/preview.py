"""Preview: the same script that the runner walks, told instead of executed, with what a team reviews."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from crossfade import lints
from crossfade.dialects import Held, SchemaDialect
from crossfade.document import Document, Lint, Rate, Summary
from crossfade.mappings import mappings
from crossfade.phases import State
from crossfade.plan import Plan
from crossfade.reports import PlannedStatement, PlannedStep
from crossfade.schema import Table
from crossfade.script import script
from crossfade.shapes import shapes
from crossfade.steps import Mode, Role, Statement, Step
from crossfade.survey import Answers
from crossfade.tree_shapes import tree_shapes
from crossfade.ways import ways_back

GIVEN_UP = (
    "it was reverted: a purge now would give the new version up, as a rollback does, and keep nothing of it; "
    "what is listed under purge is for after the next complete"
)
_ONCE = (Role.BEFORE, Role.FIRST, Role.LAST)  # what a walk begins with, before its first batch


@dataclass(frozen=True)
class Ground:
    """What a document is made of besides the plan: the state, the planner's rows of each table, the answers
    of the data, the rates that were measured, those of single steps by command and title, the tables that
    refer to the plan's, who holds locks on these, how many sessions are at home in a namespace that `purge`
    is about to drop, whether it is live by a revert, and the lints that are accepted.
    """

    state: State = State.ABSENT
    rows: Mapping[str, int] = field(default_factory=dict)
    kept_rows: int = 0
    answers: Answers = field(default_factory=Answers)
    rates: tuple[Rate, ...] = ()
    measured: Mapping[tuple[str, str], float] = field(default_factory=dict)
    around: tuple[Table, ...] = ()
    held: Held | None = None
    sessions: int = 0
    reverted: bool = False
    accept: Mapping[str, str] = field(default_factory=dict)


def preview(plan: Plan, dialect: SchemaDialect, ground: Ground) -> Document:
    """The plan told: every statement of every command, in the order in which it will be executed."""
    rates = {each.work: each.rows_per_second for each in ground.rates}
    purged = ground.state is State.PURGED
    missing = plan.missing_purged if purged else plan.missing
    walked = {
        "start": plan.start,
        "complete": plan.complete,
        "rollback": plan.rollback(),
        "revert": plan.revert_purged if purged else plan.revert,
        "purge": plan.purge,
    }
    every = {
        command: _timed(command, told(steps, dialect), rates, ground.measured)
        for command, steps in walked.items()
    }
    found = lints.silenced(
        (
            *lints.of_plan(plan.start, plan.before, plan.role, plan.database),
            *lints.of_keys(plan.start, plan.before, ground.around),
            *(lint for command in every for lint in lints.of_statements(command, every[command])),
            *(lints.of_held(plan.tables, ground.held.who, ground.held.seconds) if ground.held else ()),
            *lints.of_sessions(plan.namespaces, ground.sessions),
        ),
        {**dict(plan.accept), **ground.accept},
    )
    return Document(
        evolution=plan.evolution,
        summary=plan.summary,
        fingerprint=plan.fingerprint,
        database=dialect.server,
        state=ground.state,
        tables=dict(ground.rows),
        checks=checked(plan.checks, dialect),
        start=every["start"],
        complete=every["complete"],
        rollback=every["rollback"],
        revert=(*checked((*missing, *plan.unsaid), dialect), *every["revert"]),
        purge=every["purge"],
        notes=(
            *plan.remarks,
            *([GIVEN_UP] if ground.reverted else []),
            *ground.answers.told,
            *(f"not counted: {each}" for each in ground.answers.failed),
        ),
        kept_rows=ground.kept_rows,
        figures=_summary(
            every["start"], every["complete"], found, ground, {str(each.target) for each in plan.trees}
        ),
        shapes=shapes(plan),
        trees=tree_shapes(plan),
        mappings=mappings(plan, ground.state, ground.answers),
        ways_back=ways_back(plan, ground.state, ground.answers, ground.kept_rows),
        rates=ground.rates,
        lints=found,
        questions=checked(ground.answers.asked, dialect),
    )


def _summary(
    start: Sequence[PlannedStep],
    complete: Sequence[PlannedStep],
    found: Sequence[Lint],
    ground: Ground,
    copies: Collection[str],
) -> Summary:
    """The figures; rows of tables that are `copies` of others are not told twice."""
    every = [statement for step in (*start, *complete) for statement in step.statements]
    batched = [step for step in start if step.rows]
    known = [step.seconds for step in batched if step.seconds is not None]
    return Summary(
        statements=len(every),
        blocking=sum(each.blocks.endswith("briefly") for each in every),
        rows=sum(rows for table, rows in ground.rows.items() if table not in copies),
        seconds=sum(known) if len(known) == len(batched) else None,
        warnings=sum(each.warns and each.silenced is None for each in found),
        silenced=sum(each.silenced is not None for each in found),
        at_least=bool(known) and any(each.at_best for each in ground.rates),
    )


def _timed(
    command: str,
    steps: Sequence[PlannedStep],
    rates: Mapping[str, float | None],
    measured: Mapping[tuple[str, str], float],
) -> tuple[PlannedStep, ...]:
    """The steps with the time that their rows take: at their own rate, else at that of such work."""
    found = []
    for step in steps:
        work = "compare" if step.mode == Mode.COMPARE else "backfill"
        rate = measured.get((command, step.title)) or rates.get(work)
        seconds = step.rows / rate if step.rows and rate else None
        found.append(step.model_copy(update={"seconds": seconds}))
    return tuple(found)


def checked(steps: Sequence[Step], dialect: SchemaDialect) -> tuple[PlannedStep, ...]:
    """Each check with its query, which is all that is executed for it."""
    return tuple(
        PlannedStep(
            phase=step.phase,
            title=step.title,
            mode=step.mode,
            statements=tuple(_told(each, repeated=False) for each in dialect.render(step)),
        )
        for step in steps
    )


def told(steps: Sequence[Step], dialect: SchemaDialect) -> tuple[PlannedStep, ...]:
    """Each step of the script with its statements; a transaction's opening stands with its first."""
    found = []
    for unit in script(steps, dialect):
        opening = unit.opening
        for line in unit.lines:
            if not line.statements:
                continue
            batched = line.step.mode.batched
            if batched and line.step.mode.writes:
                opening = dialect.opening()
            once = sum(each.role in _ONCE for each in line.statements) if batched else 0
            statements = (*line.statements[:once], *opening, *line.statements[once:])
            found.append(
                PlannedStep(
                    phase=line.step.phase,
                    title=line.step.title,
                    mode=unit.mode,
                    rows=line.step.estimate if batched else None,
                    statements=tuple(
                        _told(each, repeated=batched and each.role not in _ONCE) for each in statements
                    ),
                )
            )
            opening = ()
    return tuple(found)


def _told(statement: Statement, *, repeated: bool) -> PlannedStatement:
    return PlannedStatement(
        sql=statement.sql, lock=statement.lock, blocks=statement.blocks, repeated=repeated
    )
