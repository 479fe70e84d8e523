"""Each test on one server in an everyday run, and over the runs on every one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from tests import turns

SERVERS = ("18", "15", "16")


def item(name: str, server: str, *marks: pytest.MarkDecorator, **params: str) -> pytest.Item:
    """A test as pytest collects it, as far as turns look at it."""
    found = {each.mark.name: each.mark for each in marks}
    made = SimpleNamespace(
        nodeid=f"{name}[postgresql-{server}]",
        callspec=SimpleNamespace(params={"postgresql": server, **params}),
        get_closest_marker=found.get,
    )
    return cast("pytest.Item", made)


def taken(name: str, *marks: pytest.MarkDecorator, **params: str) -> list[str]:
    return [each for each in SERVERS if turns.its_turn(item(name, each, *marks, **params), SERVERS)]


def test_a_test_takes_one_server_and_another_test_maybe_another() -> None:
    by_name = {f"test_{number}": taken(f"test_{number}") for number in range(200)}
    assert {len(each) for each in by_name.values()} == {1}
    assert all(list(by_name.values()).count([server]) > 30 for server in SERVERS)


def test_over_the_runs_it_takes_each() -> None:
    seen = {turns.turn("test_x", SERVERS, begins) for begins in range(50)}
    assert seen == set(SERVERS)


def test_what_shares_something_takes_its_server_together() -> None:
    marks = (pytest.mark.together("crash"),)
    assert len({tuple(taken(f"test_{number}", *marks)) for number in range(50)}) == 1


def test_what_is_about_servers_takes_every_one() -> None:
    assert taken("test_x", pytest.mark.every_server) == list(SERVERS)


def test_the_conformance_suite_has_turns_of_its_own() -> None:
    assert taken("test_x", entry="OpenEnum", schema="public") == list(SERVERS)


def test_it_is_said_when_nothing_takes_turns() -> None:
    def config(*arguments: str, **options: bool) -> pytest.Config:
        given = SimpleNamespace(
            args=list(arguments), getoption=lambda name, default=False: options.get(name.strip("-"), default)
        )
        return cast("pytest.Config", given)

    assert not turns.in_full(config("tests/crash"))
    assert turns.in_full(config("tests/test_x.py::test_x[postgresql-15]"))
    assert turns.in_full(config("tests", **{"every-schema": True}))
    assert turns.in_full(config(lf=True))
