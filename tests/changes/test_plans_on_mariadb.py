"""Whole evolutions on MariaDB, as they are planned."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy
from sqlalchemy import String

from crossfade import (
    AddColumn,
    AddIndex,
    DropColumn,
    Evolution,
    OpenEnum,
    RenameColumn,
    RenameTable,
    SetNotNull,
)
from crossfade.changes import Change
from crossfade.errors import EvolutionError
from crossfade.planning import build
from crossfade.schema import Trigger
from crossfade.steps import Relax, Step
from crossfade.steps import SetNotNull as SetNotNullStep
from tests.changes.mariadb import SCHEMA, TABLE, compiled, having, of


def every_change() -> Iterator[Change]:
    yield OpenEnum("orders", "status", String(20))
    yield AddColumn("orders", sqlalchemy.Column("channel", String(9), server_default="web"), fill="'old'")
    yield DropColumn("orders", "code", backward="CONCAT('c', id)")
    yield SetNotNull("orders", "note", fill="''")
    yield AddIndex("orders", "channel")
    yield RenameTable("orders", "sales")


def test_all_of_them_make_one_plan() -> None:
    plan = build(Evolution("e", changes=list(every_change())), SCHEMA)
    assert plan.database == "mariadb"
    walked = (plan.start, plan.complete, plan.rollback(), plan.revert, plan.revert_purged, plan.purge)
    for steps in walked:
        for step in steps:
            assert "postgres" not in repr(step), step.title
    assert not [each for each in of(SetNotNullStep, plan.revert_purged) if each.proof]
    (counted,) = plan.missing
    assert counted.value == (  # type: ignore[union-attr]
        "CASE WHEN t.`{0}_stands` THEN t.`{0}` ELSE CONCAT('c', t.`id`) END".format(
            plan_retired(plan.complete, "code")
        )
    )


def plan_retired(steps: tuple[Step, ...], column: str) -> str:
    return next(each.column.name for each in of(Relax, steps) if each.column.name.endswith(column))


def test_lints_are_about_this_database() -> None:
    stamped = Trigger("stamped", "BEFORE", ("UPDATE",), "row", "SET NEW.stamp = NOW()")
    schema = having(replace(TABLE, rows=2_000_000, row_bytes=100), triggers=(stamped,))
    plan = build(Evolution("e", changes=[OpenEnum("orders", "status", String(20))]), schema)
    found = {each.code: f"{each.fact}; {each.remedy}" for each in plan.lints}
    assert sorted(found) == ["CF101", "CF104"]  # a prepared SELECT * is prepared again
    assert "redo, undo and binary log" in found["CF101"]
    assert "will fire stamped: the server has no way to keep them from it" in found["CF104"]
    plan = build(Evolution("e", changes=[RenameColumn("orders", "note", "remark")]), having(rows=0))
    assert [each.remedy for each in plan.lints if each.code == "CF108"] == ["ANALYZE TABLE shop.orders"]


def test_a_default_of_its_own_kind_is_refused() -> None:
    with pytest.raises(EvolutionError, match="no expression is given for mariadb"):
        compiled(SetNotNull("orders", "note", fill={"postgresql": "''"}))
