"""Preview: the same script that the runner walks, told instead of executed."""

from __future__ import annotations

from collections.abc import Sequence

from crossfade.dialects import SchemaDialect
from crossfade.phases import State
from crossfade.plan import Plan
from crossfade.reports import PlannedStatement, PlannedStep, Preview
from crossfade.script import script
from crossfade.steps import Role, Statement, Step

_ONCE = (Role.BEFORE, Role.FIRST, Role.LAST)  # what a walk begins with, before its first batch


def preview(
    plan: Plan, dialect: SchemaDialect, *, state: str, rows: dict[str, int], kept_rows: int
) -> Preview:
    """The plan told: every statement of every command, in the order in which it will be executed."""
    return Preview(
        evolution=plan.evolution,
        summary=plan.summary,
        fingerprint=plan.fingerprint,
        database=dialect.server,
        state=state,
        tables=rows,
        checks=checked(plan.checks, dialect),
        start=told(plan.start, dialect),
        complete=told(plan.complete, dialect),
        rollback=told(plan.rollback(), dialect),
        revert=(
            *checked(plan.unsaid, dialect),
            *told(plan.revert_purged if state == State.PURGED else plan.revert, dialect),
        ),
        purge=told(plan.purge, dialect),
        notes=plan.notes,
        kept_rows=kept_rows,
    )


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
                    mode=line.step.mode,
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
