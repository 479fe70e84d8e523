"""A case that is run again, in a database whose journal knows an earlier run of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Column, NullPool, Text, create_engine, text

from crossfade import AddColumn, Evolution, commands, names
from crossfade.casebook.chat_templates.case import CASE
from crossfade.casebook.premises import premises
from crossfade.errors import Refused

NAME = CASE.evolution.name
SEEDS = sum(len(each.values) for each in CASE.seeds)
OTHER = Evolution("other", changes=[AddColumn("others", Column("note", Text))])
WAYS: dict[str, tuple[Callable[..., object], ...]] = {
    "live": (),
    "rolled back": (commands.rollback,),
    "completed": (commands.complete,),
    "purged": (commands.complete, commands.purge),
}


def run(url: str, *statements: str) -> None:
    with create_engine(url, poolclass=NullPool).begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


@contextmanager
def built(url: str, said: list[str]) -> Iterator[str]:
    with premises(CASE, url, rows=50, seed=1, say=said.append, status=commands.status) as place:
        yield place.url


@pytest.fixture
def shared(database: str) -> str:
    """A database whose journal another evolution needs."""
    run(database, "CREATE TABLE others (id int PRIMARY KEY)")
    commands.start(OTHER, database)
    return database


def earlier_run(url: str, way: str) -> None:
    with built(url, []) as place:
        commands.start(CASE.evolution, place)
        run(place, f"UPDATE public__{NAME}.workflow_templates SET workflow_type = 'kept by the rollback'")
        for command in WAYS[way]:
            command(NAME, place)


@pytest.mark.one_server
@pytest.mark.parametrize("way", ["rolled back", "purged"])
def test_a_run_that_is_over_is_no_hindrance(shared: str, way: str) -> None:
    """What it kept is not brought back: these are other rows."""
    earlier_run(shared, way)
    said: list[str] = []
    with built(shared, said) as place:
        outcome = commands.start(CASE.evolution, place)
        assert (outcome.complement_rows, outcome.seeded) == (0, SEEDS)
        assert commands.rollback(NAME, place).state == "rolled back"
    assert (
        said[0]
        == f"an earlier run of this case was {way}, and its tables are gone: the evolution starts anew"
    )
    assert [each.state for each in commands.status(shared) if each.evolution == "other"] == ["live"]


@pytest.mark.one_server
@pytest.mark.parametrize("way", ["live", "completed"])
def test_a_run_that_is_not_over_is_named(shared: str, way: str) -> None:
    earlier_run(shared, way)
    with pytest.raises(Refused) as caught, built(shared, []):
        pass
    assert f"evolution {NAME!r} is {way} since 20" in caught.value.fact
    assert caught.value.fact.endswith("and its tables are gone")
    assert caught.value.place.endswith(f"schema {names.JOURNAL!r}")
    assert "use another database" in caught.value.remedy


@pytest.mark.one_server
@pytest.mark.parametrize(
    ("way", "finish"), [("live", "rollback"), ("completed", "purge"), ("purged", None), ("rolled back", None)]
)
def test_what_it_left_is_named(shared: str, way: str, finish: str | None) -> None:
    earlier_run(shared, way)
    run(shared, "CREATE TABLE workflow_templates (id int)")
    with pytest.raises(Refused) as caught, built(shared, []):
        pass
    assert f"evolution {NAME!r} is {way} since 20" in caught.value.fact
    assert "there is still table workflow_templates" in caught.value.fact
    expected = (
        f"finish it (`crossfade {finish} {NAME}`), then drop what it left" if finish else "drop what it left"
    )
    assert caught.value.remedy.startswith(expected)
