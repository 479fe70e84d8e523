"""The plan: a pure function of the evolution and the schema, in the order of its phases."""

from dataclasses import replace

import pytest
from sqlalchemy import Column, Text

from crossfade import AddColumn, Evolution
from crossfade.errors import SchemaMismatch
from crossfade.phases import Phase
from crossfade.planning import build
from crossfade.schema import Trigger
from crossfade.steps import (
    AskExpression,
    Compare,
    CopyRows,
    InstallSync,
    PublishView,
    RemoveSync,
    SeedRows,
    Step,
)
from tests.shop import EVOLUTION, ORDERS, REFUNDS, SCHEMA

PLAN = build(EVOLUTION, SCHEMA)
TITLES = """
create namespace public__open_statuses
create namespace shop__open_statuses
add column _crossfade_new_c665_status to public.orders
add column is_gift to public.orders
add column title to public.orders
add column token to shop.refunds
keep both sides of public.orders in sync
keep both sides of shop.refunds in sync
analyze public.orders
backfill public.orders
bring back the kept values of public.orders
analyze public.orders
analyze shop.refunds
backfill shop.refunds
bring back the kept values of shop.refunds
analyze shop.refunds
add check _crossfade_new_c665_status_not_null to public.orders
validate check _crossfade_new_c665_status_not_null of public.orders
make public.orders._crossfade_new_c665_status not null
build index _crossfade_new_c665_by_status on public.orders
add check _crossfade_new_c665_known to public.orders
validate check _crossfade_new_c665_known of public.orders
build index ix_orders_is_gift on public.orders
compare both sides of public.orders
compare both sides of shop.refunds
open the new side of public.orders
publish public__open_statuses.orders
open the new side of shop.refunds
publish shop__open_statuses.refunds
seed 1 rows of public.orders
"""


def titles(steps: tuple[Step, ...]) -> list[str]:
    return [step.title for step in steps]


def test_the_steps_of_start() -> None:
    assert titles(PLAN.start) == TITLES.strip().splitlines()


def test_the_steps_of_complete() -> None:
    assert titles(PLAN.complete) == [
        "compare both sides of public.orders",
        "stop the sync of public.orders",
        "stop the sync of shop.refunds",
        "rename index by_status to _crossfade_old_c665_by_status",
        "take check known off public.orders",
        "rename public.orders.status to _crossfade_old_c665_status",
        "relax public.orders._crossfade_old_c665_status",
        "rename public.orders._crossfade_new_c665_status to status",
        "rename index _crossfade_new_c665_by_status to by_status",
        "rename check _crossfade_new_c665_known to known",
        "set the default of public.orders.status",
    ]


def test_the_same_input_gives_the_same_plan() -> None:
    assert build(EVOLUTION, SCHEMA) == PLAN
    assert build(Evolution(EVOLUTION.name, EVOLUTION.summary, list(EVOLUTION.changes)), SCHEMA) == PLAN


def test_another_input_gives_another_plan() -> None:
    (orders, refunds) = SCHEMA.tables
    assert build(EVOLUTION, replace(SCHEMA, tables=(replace(orders, rows=5), refunds))) != PLAN
    assert build(Evolution("other", changes=EVOLUTION.changes), SCHEMA) != PLAN


def test_a_rollback_is_the_undos_of_the_start_last_first_but_for_syncs() -> None:
    undone = [undo for step in reversed(PLAN.start) if (undo := step.undo()) is not None]
    syncs = [step for step in undone if isinstance(step, RemoveSync)]
    first = undone.index(syncs[0])
    undone[first : first + len(syncs)] = reversed(syncs)
    assert list(PLAN.rollback()) == undone
    assert len(undone) > 15
    assert [str(step.table) for step in reversed(syncs)] == ["public.orders", "shop.refunds"]


def test_a_rollback_of_a_part_undoes_that_part_only() -> None:
    assert PLAN.rollback([]) == ()
    done = [0, 2, 8, 9]
    expected = [undo for at in reversed(done) if (undo := PLAN.start[at].undo()) is not None]
    assert list(PLAN.rollback(done)) == expected
    assert titles(PLAN.rollback(done)) == [
        "drop column _crossfade_new_c665_status of public.orders",
        "drop namespace public__open_statuses",
    ]


def test_the_steps_come_in_the_order_of_their_phases() -> None:
    order = list(Phase)
    phases = [order.index(step.phase) for step in PLAN.start]
    assert phases == sorted(phases)
    published = [at for at, step in enumerate(PLAN.start) if isinstance(step, PublishView)]
    seeded = [at for at, step in enumerate(PLAN.start) if isinstance(step, SeedRows)]
    synced = [at for at, step in enumerate(PLAN.start) if isinstance(step, InstallSync)]
    copied = [at for at, step in enumerate(PLAN.start) if isinstance(step, CopyRows)]
    compared = [at for at, step in enumerate(PLAN.start) if isinstance(step, Compare)]
    assert max(synced) < min(copied) < min(compared) < min(published) < min(seeded)


def test_what_the_plan_is_about() -> None:
    assert PLAN.evolution == "open_statuses"
    assert PLAN.summary == "Statuses are open"
    assert PLAN.fingerprint == EVOLUTION.fingerprint
    assert PLAN.tables == (ORDERS, REFUNDS)
    assert PLAN.namespaces == ("public__open_statuses", "shop__open_statuses")
    assert [(check.title, check.change) for check in PLAN.checks if isinstance(check, AskExpression)] == [
        ("ask for server_default of public.orders.is_gift", "AddColumn orders.is_gift"),
        ("ask for fill of public.orders.title", "AddColumn orders.title"),
        ("ask for server_default of shop.refunds.token", "AddColumn shop.refunds.token"),
    ]
    assert titles(PLAN.verify) == ["compare both sides of public.orders"]


def test_a_role_that_may_not_skip_triggers_is_told_which_will_fire() -> None:
    (orders, refunds) = SCHEMA.tables
    triggers = (
        Trigger("touch", "BEFORE", ("UPDATE",), "row", "touch"),
        Trigger("audit", "AFTER", ("INSERT", "UPDATE"), "row", "audit"),
        Trigger("count", "AFTER", ("UPDATE",), "statement", "count"),
        Trigger("insert", "BEFORE", ("INSERT",), "row", "insert"),
        Trigger("off", "BEFORE", ("UPDATE",), "row", "off", enabled=False),
    )
    fired = replace(SCHEMA, tables=(replace(orders, triggers=triggers), refunds))
    assert build(EVOLUTION, fired).remarks == (
        (
            "CF104 public.orders: the backfill of public.orders will fire audit, count, touch: "
            "role shop may not set session_replication_role"
        ),
    )
    skipping = replace(fired, role=replace(fired.role, may_skip_triggers=True))
    assert build(EVOLUTION, skipping).remarks == ()


def test_what_is_refused_says_where() -> None:
    evolution = Evolution("wrong", changes=[AddColumn("orders", Column("note", Text))])
    with pytest.raises(SchemaMismatch) as caught:
        build(evolution, SCHEMA)
    assert caught.value.place == "evolution 'wrong', AddColumn orders.note"
