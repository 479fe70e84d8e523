"""Whole plans as JSON and back: what one process has planned, another walks."""

import json
from dataclasses import fields, is_dataclass

import pytest

from crossfade import codec, expressions, lens, schema, steps, tree
from crossfade.errors import CrossfadeError
from crossfade.planning import build
from crossfade.steps import Mode, RenameColumn, Step
from tests.dialects.postgresql.golden import every_case
from tests.shop import EVOLUTION, ORDERS, SCHEMA


def through_json(value: object) -> object:
    return codec.decode(json.loads(json.dumps(codec.encode(value))))


def test_a_whole_plan_comes_back_as_it_was() -> None:
    plan = build(EVOLUTION, SCHEMA)
    for each in fields(plan):
        value = getattr(plan, each.name)
        assert value or each.name in {
            "checks",
            "notes",
            "accept",
            "missing",
            "missing_purged",
            "trees",
            "standing",
            "definitions",
        }, each.name
        assert through_json(value) == value, each.name


def test_every_step_comes_back_as_it_was() -> None:
    cases = every_case()
    assert len(cases) > 60
    for case in cases:
        back = through_json(case.step)
        assert back == case.step
        assert type(back) is type(case.step)


def test_every_class_that_a_plan_may_hold_is_known_by_its_name() -> None:
    classes = [
        value
        for module in (steps, lens, tree, expressions, schema)
        for value in vars(module).values()
        if isinstance(value, type) and is_dataclass(value) and value.__module__.startswith(module.__name__)
    ]
    names = [each.__name__ for each in classes]
    known = {each.__name__ for each in Step.__subclasses__() if not each.__name__.startswith("_")}
    assert {"RowLens", "TreeLens", "Sql", "Column", "Index"} | known <= set(names)
    assert len(names) == len(set(names)), "two classes of one name would be taken for each other"
    assert set(names) <= set(codec._KNOWN)


def test_what_is_written() -> None:
    """The journal's own format: an older release's plan must be read by a newer one."""
    assert codec.encode(RenameColumn(ORDERS, "a", "b")) == {
        "$": "RenameColumn",
        "table": {"$": "TableName", "schema": "public", "name": "orders"},
        "column": "a",
        "to": "b",
    }
    assert codec.encode(frozenset({"b", "a"})) == {"$": "frozenset", "items": ["a", "b"]}
    assert codec.encode(Mode.ALONE) == {"$": "Mode", "value": "a transaction of its own"}
    assert codec.encode((None, 1, True, "x")) == [None, 1, True, "x"]


def test_a_field_that_an_older_release_did_not_write_has_its_default() -> None:
    encoded = codec.encode(steps.SetDefault(ORDERS, "a", "1", "2"))
    del encoded["previous"]
    assert codec.decode(encoded) == steps.SetDefault(ORDERS, "a", "1", None)


def test_a_class_of_a_newer_release() -> None:
    with pytest.raises(CrossfadeError) as caught:
        codec.decode([{"$": "Teleport", "table": "orders"}])
    assert str(caught.value) == (
        "the journal holds a Teleport, which this release of Crossfade does not know\n"
        "  where: schema crossfade\n"
        "  next:  use the release that started the evolution, or a newer one"
    )


def test_a_step_is_frozen() -> None:
    for kind in Step.__subclasses__():
        if kind.__module__.startswith("crossfade."):
            assert kind.__dataclass_params__.frozen, kind  # type: ignore[attr-defined]
