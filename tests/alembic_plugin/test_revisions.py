"""Evolutions through Alembic: real projects, as `alembic init` makes them, and Alembic's own commands."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from types import ModuleType

import psycopg
import pytest

from crossfade import alembic_plugin, commands
from crossfade.alembic_plugin.moves import Devolve, Evolve, Move
from crossfade.evolution import load
from crossfade.phases import State, transition
from crossfade.progress import Silent
from tests.alembic_plugin.conftest import NEW, OLD, Project
from tests.concurrency.watching import opened, rows, value

SHAPE = """
SELECT column_name, data_type FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = 'orders' AND column_name !~ '^_crossfade' ORDER BY 1
"""
OLD_SHAPE = [("id", "bigint"), ("status", "USER-DEFINED")]
NEW_SHAPE = [("id", "bigint"), ("label", "character varying"), ("status", "character varying")]

pytestmark = pytest.mark.one_in(5)  # each has a project of its own, and starts Alembic several times


def state(database: str) -> str:
    (found,) = commands.status(database)
    return found.state


def version(database: str) -> set[str]:
    with opened(database) as session:
        return {each for (each,) in rows(session, "SELECT version_num FROM alembic_version")}


def test_up_down_and_up_again(project: Project, database: str) -> None:
    told = project.alembic("upgrade", "head")
    assert "[alembic.crossfade] open_statuses is absent: start" in told
    assert "[alembic.crossfade] open_statuses is completed" in told
    with opened(database) as session:
        assert rows(session, SHAPE) == NEW_SHAPE
        session.execute("UPDATE orders SET label = 'mine' WHERE id = 1")
        session.execute("INSERT INTO orders (id, status) VALUES (6, 'refunded')")
        project.alembic("downgrade", "-1")
        assert rows(session, SHAPE) == OLD_SHAPE
        assert value(session, "SELECT status::text FROM orders WHERE id = 6") == "paid"
        assert (state(database), version(database)) == ("rolled back", {"a1"})
        project.alembic("upgrade", "head")
        found = "SELECT id, status, label FROM orders WHERE id IN (1, 6) ORDER BY id"
        assert rows(session, found) == [(1, "settled", "mine"), (6, "refunded", None)]


def test_down_to_nothing_and_up_again(project: Project, database: str) -> None:
    """As tests of migrations do: the tables go, and come again."""
    for _ in range(2):
        project.alembic("upgrade", "head")
        project.alembic("downgrade", "base")
    with opened(database) as session:
        assert value(session, "SELECT to_regclass('orders')") is None
    assert version(database) == set()


def test_a_check_finds_nothing_where_the_models_are_right(project: Project, database: str) -> None:
    project.alembic("upgrade", "a1")
    project.alembic("stamp", "head")
    assert "No new upgrade operations detected" in project.alembic("check")
    project.alembic("stamp", "a1")
    project.alembic("upgrade", "head")
    project.write("models.py", NEW)
    assert "No new upgrade operations detected" in project.alembic("check")
    with opened(database) as session:  # what is anybody else's is told
        session.execute("ALTER TABLE orders ADD COLUMN extra int; CREATE TABLE more (id int)")
    told = project.alembic("check", fails=True)
    assert "extra" in told
    assert "more" in told
    assert "_crossfade" not in told


def test_in_every_schema_the_journal_is_nobodys_business(project: Project) -> None:
    env = (project.folder / "migrations/env.py").read_text(encoding="utf-8")
    given = "target_metadata=target_metadata, include_schemas=True"
    project.write("migrations/env.py", env.replace("target_metadata=target_metadata", given))
    project.write("models.py", NEW)
    project.alembic("upgrade", "head")
    assert "No new upgrade operations detected" in project.alembic("check")


def test_without_the_plugin_it_would_be_found(project: Project) -> None:
    env = (project.folder / "migrations/env.py").read_text(encoding="utf-8")
    given = (
        "target_metadata=target_metadata, "
        'autogenerate_plugins=["alembic.autogenerate.*", "~alembic.autogenerate.crossfade"]'
    )
    project.write("migrations/env.py", env.replace("target_metadata=target_metadata", given))
    project.write("models.py", NEW)
    project.alembic("upgrade", "head")
    assert "_crossfade_old" in project.alembic("check", fails=True)


def test_two_revisions_for_two_deploys(make: Callable[[str], Project], database: str) -> None:
    project = make("generic")
    told = project.crossfade("alembic", "revision", "open_statuses")
    assert len(re.findall(r"(?m)^.*migrations/versions/\w+\.py: op\.evolve", told)) == 2
    project.alembic("upgrade", "+2")
    assert state(database) == "live"
    with opened(database) as old, opened(database, version="open_statuses") as new:
        new.execute("UPDATE orders SET status = 'refunded' WHERE id = 2")
        assert value(old, "SELECT status::text FROM orders WHERE id = 2") == "paid"
    project.alembic("upgrade", "head")
    assert state(database) == "completed"
    project.alembic("downgrade", "-1")
    assert state(database) == "live"
    project.alembic("downgrade", "-1")
    assert (state(database), version(database)) == ("rolled back", {"a1"})


def test_one_revision_where_that_is_asked_for(make: Callable[[str], Project], database: str) -> None:
    project = make("generic")
    project.crossfade("alembic", "revision", "--at-once")
    project.alembic("upgrade", "head")
    assert state(database) == "completed"
    project.alembic("downgrade", "base")
    assert state(database) == "rolled back"


def test_a_script_shows_the_plan_and_fails_until_it_is_done(project: Project, database: str) -> None:
    project.alembic("upgrade", "a1")
    script = project.alembic("upgrade", "a1:head", "--sql")
    assert "-- " in script
    assert "CREATE" not in re.sub(r"(?m)^--.*$", "", script)
    assert re.search(r"(?m)^--.*backfill public.orders", script)
    statements = "\n".join(line for line in script.splitlines() if not line.startswith("INFO"))
    with opened(database) as session:
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="is not completed or purged"):
            session.execute(statements)
        session.execute("ROLLBACK")
        assert version(database) == {"a1"}
        project.crossfade("start", "open_statuses", "--database", database)
        project.crossfade("complete", "open_statuses", "--database", database)
        session.execute(statements)
    assert version(database) == {"b2"}
    assert "open_statuses is completed" in project.alembic("downgrade", "a1")


def test_a_script_of_the_way_back_fails_until_it_has_been_gone(project: Project, database: str) -> None:
    project.alembic("upgrade", "head")
    script = project.alembic("downgrade", "b2:a1", "--sql")
    statements = "\n".join(line for line in script.splitlines() if not line.startswith("INFO"))
    with opened(database) as session:
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="is not absent or rolled back"):
            session.execute(statements)
        session.execute("ROLLBACK")
        for command in ("revert", "rollback"):
            project.crossfade(command, "open_statuses", "--database", database)
        session.execute(statements)
    assert version(database) == {"a1"}


@pytest.mark.parametrize(
    "move",
    [kind("an_evolution", to) for kind in (Evolve, Devolve) for to in kind.ways],
    ids=lambda move: f"{move.called}-{move.to}",
)
def test_from_every_state_there_is_a_way(move: Move) -> None:
    """And none goes farther than is asked for."""
    for state in State:
        at, passed = state, []
        while at not in move.done:
            at = transition("an_evolution", at, move.way[at]).after
            passed.append(at)
            assert len(passed) < 4, (state, passed)
        if move.to == "live" and state not in {State.ROLLING_BACK, State.CLEARING}:
            assert State.ROLLED_BACK not in passed, (state, passed)


def test_a_script_on_nothing_says_that_there_is_nothing_to_look_at(project: Project) -> None:
    script = project.alembic("upgrade", "base:head", "--sql")
    assert "-- Its plan can't be shown here:" in script
    assert "DO $" in script


def test_an_asynchronous_project(make: Callable[[str], Project], database: str) -> None:
    project = make("async")
    project.revision("b2", "a1", 'op.evolve("open_statuses")', 'op.devolve("open_statuses")')
    project.alembic("upgrade", "head")
    project.write("models.py", NEW)
    assert "No new upgrade operations detected" in project.alembic("check")
    project.alembic("downgrade", "base")
    assert state(database) == "rolled back"


def test_branches_each_with_its_evolution(project: Project, database: str) -> None:
    project.write(
        "evolutions/notes.py",
        "from sqlalchemy import Column, Text\nfrom crossfade import AddColumn, Evolution\n"
        'note = AddColumn("people", Column("note", Text, nullable=True))\n'
        'evolution = Evolution("notes", changes=[note])\n',
    )
    made = 'op.execute("CREATE TABLE people (id int PRIMARY KEY)")'
    dropped = 'op.execute("DROP TABLE people")'
    project.revision("c1", None, made, dropped, branch_labels="('people',)")
    project.revision("c2", "c1", 'op.evolve("notes", to="live")', 'op.devolve("notes")')
    project.alembic("upgrade", "heads")
    assert {each.evolution: each.state for each in commands.status(database)} == {
        "open_statuses": "completed",
        "notes": "live",
    }
    project.alembic("downgrade", "people@base")
    assert version(database) == {"b2"}


class Killed(Silent):
    """Stops the runner where the backfill would begin."""

    def began(self, title: str, position: int, total: int) -> None:
        if title.startswith("backfill"):
            raise KeyboardInterrupt


def test_what_was_interrupted_goes_on(project: Project, database: str) -> None:
    project.alembic("upgrade", "a1")
    evolution = load(project.folder / "evolutions")["open_statuses"]
    with pytest.raises(KeyboardInterrupt):
        commands.start(evolution, database, observer=Killed())
    assert version(database) == {"a1"}
    assert "open_statuses is starting: start" in project.alembic("upgrade", "head")
    assert state(database) == "completed"


def test_by_the_command_line_it_is_done_before(project: Project, database: str) -> None:
    project.alembic("upgrade", "a1")
    project.crossfade("start", "open_statuses", "--database", database)
    told = project.alembic("upgrade", "head")
    assert "open_statuses is live: complete" in told
    assert state(database) == "completed"


def test_what_is_wrong_is_told_without_a_traceback(project: Project) -> None:
    project.revision("b2", "a1", 'op.evolve("open_status")', "pass")
    told = project.alembic("upgrade", "head", fails=True)
    assert "Traceback" not in told
    assert "did you mean 'open_statuses'" in told


def test_a_transaction_of_env_py_is_refused(project: Project, database: str) -> None:
    env = (project.folder / "migrations/env.py").read_text(encoding="utf-8")
    begun = env.replace(
        "with connectable.connect() as connection:", "with connectable.begin() as connection:"
    )
    assert begun != env
    project.write("migrations/env.py", begun)
    told = project.alembic("upgrade", "head", fails=True)
    assert "can't be part of a transaction that env.py began" in told
    assert commands.status(database) == ()


TESTS = """
import pytest
from sqlalchemy import NullPool, create_engine, make_url, text

URL = make_url({url!r})


@pytest.fixture
def alembic_engine():
    server = create_engine(URL, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE " + URL.database + "_own"))
    yield create_engine(URL.set(database=URL.database + "_own"), poolclass=NullPool)
    with server.connect() as connection:
        connection.execute(text("DROP DATABASE " + URL.database + "_own WITH (FORCE)"))
"""


def test_pytest_alembics_own_tests_pass(project: Project, database: str) -> None:
    project.write("conftest.py", TESTS.format(url=database))
    project.write("models.py", NEW)
    env = (project.folder / "migrations/env.py").read_text(encoding="utf-8")
    given = 'connectable = config.attributes.get("connection") or engine_from_config('
    project.write("migrations/env.py", env.replace("connectable = engine_from_config(", given))
    project.write("test_migrations.py", "from pytest_alembic.tests import *\n")  # with any pytest there is
    assert "4 passed" in project.run("pytest", "-q", "-p", "no:cacheprovider")


def test_old_models_are_right_while_it_is_not_begun(project: Project) -> None:
    project.write("models.py", OLD)
    project.alembic("upgrade", "a1")
    project.alembic("stamp", "head")
    assert "No new upgrade operations" in project.alembic("check")


@pytest.mark.parametrize(
    "first", ["alembic.command", "alembic.autogenerate", "crossfade.alembic_plugin.carrying", "crossfade"]
)
def test_whatever_is_imported_first_alembic_is_whole(first: str) -> None:
    """A plugin is loaded while Alembic is half imported: its error is one of every `import alembic`."""
    code = f"import {first}; from alembic import op; op.evolve; op.devolve"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_the_entry_point_suits_every_alembic_that_has_plugins() -> None:
    """Up to 1.20.0 what it names was iterated over; later it must be a module, or there is a warning."""
    assert isinstance(alembic_plugin.plugin, ModuleType)
    assert list(alembic_plugin.plugin) == [alembic_plugin.plugin]
    assert callable(alembic_plugin.plugin.setup)
