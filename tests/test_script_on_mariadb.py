"""The script where DDL commits: each line a unit, but those of a table whose view changes go together."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import String

from crossfade import Evolution, OpenEnum, RenameTable
from crossfade.dialects.mariadb.ddl import Renderer
from crossfade.dialects.mariadb.reflection import TRAITS
from crossfade.dialects.mariadb.rendering import Server
from crossfade.plan import Plan
from crossfade.planning import build
from crossfade.schema import Column, EnumType, Role, Schema, Table, TableName
from crossfade.script import Unit, script
from crossfade.steps import Mode, Step

SHOP = "shop"
ORDERS, REFUNDS = TableName(SHOP, "orders"), TableName(SHOP, "refunds")
RENDERER = Renderer(Server((10, 11), SHOP), 200)


def _table(name: TableName) -> Table:
    status = Column("status", "enum('new','paid')", nullable=False, enum=(SHOP, f"{name.name}.status"))
    return Table(name, (Column("id", "int(11)", nullable=False), status), ("id",), rows=1_000)


SCHEMA = Schema(
    "mariadb",
    (10, 11),
    (_table(ORDERS), _table(REFUNDS)),
    tuple(EnumType(SHOP, f"{name}.status", ("new", "paid")) for name in ("orders", "refunds")),
    search_path=(SHOP,),
    table_names=(ORDERS, REFUNDS, TableName(SHOP, "customers")),
    relation_names=(ORDERS, REFUNDS, TableName(SHOP, "customers")),
    schema_names=(SHOP,),
    role=Role("owner@localhost", creates_in=(SHOP,)),
    traits=TRAITS,
)


class _Rendering:
    """What a script asks of a dialect."""

    render = RENDERER.render
    opening = RENDERER.opening


def _plan(*tables: str) -> Plan:
    return build(
        Evolution(
            "open_it", changes=[OpenEnum(each, "status", String(40), unknown="new") for each in tables]
        ),
        SCHEMA,
    )


def _units(steps: tuple[Step, ...]) -> tuple[Unit, ...]:
    return script(steps, _Rendering())  # type: ignore[arg-type] # no more of it is asked


def _cut(steps: tuple[Step, ...]) -> list[tuple[Mode, list[str]]]:
    return [(unit.mode, [type(line.step).__name__ for line in unit.lines]) for unit in _units(steps)]


def test_what_retires_a_table_goes_together_and_apart_from_the_next_table() -> None:
    one = ["RemoveSync", "RenameColumn", "Relax", "RenameColumn", "ReplaceView"]

    assert _cut(_plan("orders", "refunds").complete) == [
        (Mode.COMPARE, ["Compare"]),
        (Mode.COMPARE, ["Compare"]),
        (Mode.SWITCH, one),
        (Mode.SWITCH, one),
    ]


def test_each_line_has_its_position_once() -> None:
    plan = _plan("orders", "refunds")
    for steps in (plan.start, plan.complete, plan.rollback(), plan.revert, plan.revert_purged, plan.purge):
        positions = [line.position for unit in _units(steps) for line in unit.lines]
        assert sorted(positions) == list(range(len(steps)))


def test_nothing_that_commits_shares_a_transaction() -> None:
    for unit in _units(_plan("orders").start):
        commits = any(statement.done for line in unit.lines for statement in line.statements)
        assert (unit.mode is Mode.APART) == commits
        assert len(unit.lines) == 1


def test_a_table_that_gets_another_name_is_switched_under_both() -> None:
    evolution = Evolution(
        "rename_it", changes=[OpenEnum("orders", "status", String(40)), RenameTable("orders", "purchases")]
    )
    units = _units(build(evolution, SCHEMA).complete)

    (switched,) = [unit for unit in units if unit.mode is Mode.SWITCH]
    assert [type(line.step).__name__ for line in switched.lines][-2:] == ["RenameTable", "ReplaceView"]


@pytest.mark.parametrize("name", ["start", "complete", "rollback", "revert", "purge"])
def test_every_statement_that_commits_can_tell_whether_it_has(name: str) -> None:
    plan = _plan("orders")
    steps = plan.rollback() if name == "rollback" else getattr(plan, name)
    for unit in _units(steps):
        for line in unit.lines:
            for statement in line.statements:
                if statement.sql.split(maxsplit=1)[0] in {"ALTER", "CREATE", "DROP"}:
                    assert statement.done or "CREATE OR REPLACE" in statement.sql, statement.sql


def test_the_other_tables_are_shown_as_they_are() -> None:
    shown = [step for step in _plan("orders").start if type(step).__name__ == "PublishView"]

    assert {each.view.name for each in shown} == {"orders", "refunds", "customers"}  # type: ignore[attr-defined]


def test_what_may_copy_says_no_algorithm() -> None:
    allowing = Renderer(replace(RENDERER.server, allow_copy=True), 200)

    for step in _plan("orders").start:
        for before, after in zip(RENDERER.render(step), allowing.render(step), strict=True):
            assert after.sql == (before.copying or before.sql)
            assert "ALGORITHM=IN" not in after.sql
