"""The script: steps cut into the units that are executed, each with its statements."""

import pytest

from crossfade.planning import build
from crossfade.schema import Check, Column, Index
from crossfade.script import Unit, script
from crossfade.steps import (
    AddCheck,
    Analyze,
    CreateIndex,
    DropColumn,
    Mode,
    OpenSide,
    RenameColumn,
    RestoreComplement,
    Role,
    Step,
    ValidateCheck,
)
from tests.dialects.postgresql.golden import dialect
from tests.shop import EVOLUTION, ORDERS, REFUNDS, SCHEMA

RENAME = RenameColumn(ORDERS, "a", "b")
DROP = DropColumn(REFUNDS, "c")
CHECK = AddCheck(ORDERS, Check("known", "true", ()))
VALIDATE = ValidateCheck(ORDERS, "known")
INDEX = CreateIndex(ORDERS, Index("by_status", ("status",)))
RESTORE = RestoreComplement("e", ORDERS, (Column("id", "bigint"),), (), (), 0, skip_triggers=False)
NOTHING = OpenSide("e", ORDERS, ())
PLAN = build(EVOLUTION, SCHEMA)


def cut(*steps: Step) -> list[tuple[Mode, list[int]]]:
    return [(unit.mode, [line.position for line in unit.lines]) for unit in script(steps, dialect())]


def opening(unit: Unit) -> list[str]:
    return [statement.sql for statement in unit.opening]


def test_neighbours_that_go_together_share_a_transaction() -> None:
    assert cut(RENAME, DROP, CHECK) == [(Mode.TOGETHER, [0, 1, 2])]


def test_every_other_step_stands_alone() -> None:
    assert cut(RENAME, VALIDATE, VALIDATE, INDEX, INDEX, RESTORE, DROP, CHECK) == [
        (Mode.TOGETHER, [0]),
        (Mode.ALONE, [1]),
        (Mode.ALONE, [2]),
        (Mode.OUTSIDE, [3]),
        (Mode.OUTSIDE, [4]),
        (Mode.DRAIN, [5]),
        (Mode.TOGETHER, [6, 7]),
    ]


def test_nothing_is_no_unit() -> None:
    assert script((), dialect()) == ()


def test_a_transaction_that_locks_tables_opens_with_them_in_one_order_for_everybody() -> None:
    (unit,) = script((DROP, RENAME), dialect())
    (other,) = script((RENAME, DROP), dialect())
    assert (
        opening(unit)
        == opening(other)
        == [
            "SET LOCAL lock_timeout = '5s'",
            "LOCK TABLE public.orders, shop.refunds IN SHARE UPDATE EXCLUSIVE MODE",
            "SET LOCAL lock_timeout = '200ms'",
        ]
    )


@pytest.mark.parametrize("step", [Analyze(ORDERS), VALIDATE])
def test_a_transaction_that_is_in_nobodys_way_only_has_its_timeout(step: Step) -> None:
    (unit,) = script((step,), dialect())
    assert opening(unit) == ["SET LOCAL lock_timeout = '200ms'"]


@pytest.mark.parametrize("step", [INDEX, RESTORE, NOTHING])
def test_what_is_no_single_transaction_opens_none(step: Step) -> None:
    (unit,) = script((step,), dialect())
    assert opening(unit) == []


def test_a_unit_is_named_for_what_it_executes() -> None:
    (unit,) = script((NOTHING, RENAME, DROP), dialect())
    assert unit.title == "rename public.orders.a to b and 1 more"
    (unit,) = script((NOTHING, RENAME), dialect())
    assert unit.title == "rename public.orders.a to b"
    (unit,) = script((NOTHING,), dialect())
    assert unit.title == "open the new side of public.orders"


def test_every_step_of_a_plan_has_its_place_and_its_statements() -> None:
    for steps in (PLAN.start, PLAN.complete, PLAN.rollback(), PLAN.revert, PLAN.revert_purged, PLAN.purge):
        lines = [line for unit in script(steps, dialect()) for line in unit.lines]
        assert [line.position for line in lines] == list(range(len(steps)))
        assert [line.step for line in lines] == list(steps)
        assert [line.statements for line in lines] == [dialect().render(step) for step in steps]


def test_each_mode_finds_in_its_statements_what_it_needs() -> None:
    """Once each: the runner takes them apart by their roles, and would fail in the middle of its work."""
    needed = {
        Mode.RANGES: {Role.FIRST: 1, Role.LAST: 1, Role.NEXT: 1, Role.COUNT: 1},
        Mode.COMPARE: {Role.FIRST: 1, Role.LAST: 1, Role.NEXT: 1, Role.WORK: 1, Role.SAMPLE: 1},
    }
    seen = set()
    for step in (*PLAN.start, *PLAN.rollback()):
        roles = [statement.role for statement in dialect().render(step)]
        for role, count in needed.get(step.mode, {}).items():
            assert roles.count(role) == count, step.title
            seen.add(step.mode)
        if not step.mode.batched:
            assert set(roles) <= {Role.WORK, Role.SETTING}, step.title
    assert seen == set(needed)
