"""The case through Alembic, on both databases: ordinary projects and revisions, Alembic's own commands."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, inspect, make_url

from crossfade import commands
from crossfade.casebook.databases import database_of
from crossfade.casebook.engines import Engines
from crossfade.casebook.recruitment.evolution import evolution
from crossfade.casebook.recruitment.new_app import NewRecruiting
from crossfade.casebook.recruitment.old_app import INTERVIEWS, PROCESSES, TODOS, OldRecruiting
from crossfade.casebook.words import Side
from tests.alembic_plugin.conftest import Project

pytestmark = pytest.mark.one_server

LEGACY = """
    from crossfade.casebook.recruitment.data import legacy_statements

    for statement in legacy_statements(op.get_context().dialect.name):
        op.execute(statement)
    op.execute("INSERT INTO users (email, name) VALUES ('ada@example.org', 'Ada')")
"""
DROPPED = """
    for table in ("workflow_nodes", "interviews", "todos", "recruitment_processes", "users"):
        op.drop_table(table)
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION recruitment_touch()")
"""
EVOLVED = """
    from crossfade.casebook.recruitment.evolution import evolution

    op.evolve(evolution)
"""
DEVOLVED = """
    from crossfade.casebook.recruitment.evolution import evolution

    op.devolve(evolution)
"""
ASYNCHRONOUS = {"postgresql": "postgresql+psycopg", "mariadb": "mariadb+aiomysql"}


@pytest.fixture(params=["postgresql", "mariadb"])
def url(request: pytest.FixtureRequest, database: str, mariadb_database: str) -> str:
    return database if request.param == "postgresql" else mariadb_database


@pytest.fixture
def make(tmp_path: Path, url: str) -> Callable[[str], Project]:
    """Makes the recruiting system's project, of one of Alembic's own templates."""

    def made(template: str) -> Project:
        project = Project(tmp_path)
        project.alembic("init", "-t", template, "migrations")
        named = make_url(url)
        if template == "async":
            named = named.set(drivername=ASYNCHRONOUS[database_of(url).name])
        said = "sqlalchemy.url = " + named.render_as_string(hide_password=False).replace("%", "%%")
        ini = (tmp_path / "alembic.ini").read_text(encoding="utf-8")
        project.write(
            "alembic.ini", re.sub(r"^sqlalchemy\.url = .*$", lambda _: said, ini, flags=re.MULTILINE)
        )
        env = (tmp_path / "migrations/env.py").read_text(encoding="utf-8")
        given = "from crossfade.casebook.recruitment.models import Base\n\ntarget_metadata = Base.metadata"
        project.write("migrations/env.py", env.replace("target_metadata = None", given))
        project.revision("a1", None, LEGACY, DROPPED)
        project.revision("b2", "a1", EVOLVED, DEVOLVED)
        return project

    return made


@pytest.fixture
def project(make: Callable[[str], Project]) -> Project:
    return make("generic")


def columns(url: str, table: str) -> set[str]:
    return {column["name"] for column in inspect(create_engine(url, poolclass=NullPool)).get_columns(table)}


def state(url: str) -> str:
    (found,) = commands.status(url)
    return found.state


@pytest.mark.one_in(5)
def test_up_down_and_up_again(project: Project, url: str) -> None:
    project.alembic("upgrade", "a1")
    # After `complete` the plain names are the new ones.
    engines = Engines({Side.OLD: (url, {}), Side.NEW: (url, {})}, lambda _: None)
    old, new = (
        OldRecruiting(engines[Side.OLD]),
        NewRecruiting(engines.asynchronous(Side.NEW), engines.run),
    )
    workflow = old.create(PROCESSES, user_id=1, company="x", job_title="y")
    interview = old.create(INTERVIEWS, user_id=1, title="x", mode="video")
    engines.leave(Side.OLD)

    told = project.alembic("upgrade", "head")

    assert f"[alembic.crossfade] {evolution.name} is absent: start" in told
    assert state(url) == "completed"
    assert all("workflow_id" in columns(url, table) for table in (INTERVIEWS, TODOS))
    new.link(INTERVIEWS, interview, workflow)
    at = new.soft_delete(PROCESSES, workflow)
    assert (old.get(INTERVIEWS, interview) or {})["deleted_at"] == at
    for side in Side:
        engines.leave(side)

    project.alembic("downgrade", "-1")

    assert state(url) == "rolled back"
    assert not any("workflow_id" in columns(url, table) for table in (INTERVIEWS, TODOS))
    assert (old.get(INTERVIEWS, interview) or {})["deleted_at"] == at
    engines.leave(Side.OLD)

    project.alembic("upgrade", "head")

    new.restore(PROCESSES, workflow)
    assert (new.get(INTERVIEWS, interview) or {})["workflow_id"] == workflow
    engines.close()
    project.alembic("downgrade", "base")
    assert not inspect(create_engine(url, poolclass=NullPool)).has_table(INTERVIEWS)


@pytest.mark.one_in(5)
def test_a_check_finds_nothing(project: Project, url: str) -> None:
    project.alembic("upgrade", "head")
    assert "No new upgrade operations detected" in project.alembic("check")
    project.alembic("downgrade", "-1")
    project.alembic("stamp", "head")
    told = project.alembic("check", fails=True)
    assert "workflow_id" in told
    assert "_crossfade" not in told


@pytest.mark.one_in(5)
def test_a_script_shows_the_plan_and_fails_until_it_is_done(project: Project, url: str) -> None:
    project.alembic("upgrade", "a1")
    script = project.alembic("upgrade", "a1:head", "--sql")
    shown = [line for line in script.splitlines() if line.startswith("-- ")]
    assert any("fk_interviews_workflow_id" in line for line in shown)
    assert any("ix_todos_workflow_id" in line for line in shown)
    rest = "\n".join(line for line in script.splitlines() if not line.startswith(("--", "INFO")))
    assert "workflow_id" not in rest
    assert evolution.name in rest
    assert commands.status(url) == ()
    assert "workflow_id" not in columns(url, TODOS)


@pytest.mark.one_in(5)
def test_in_two_revisions_for_two_deploys(project: Project, url: str) -> None:
    (project.folder / "migrations/versions/b2.py").unlink()
    live, alone = (EVOLVED.replace("evolution)", 'evolution, to="live")'), EVOLVED)
    project.revision("b2", "a1", live, DEVOLVED)
    project.revision("c3", "b2", alone, DEVOLVED.replace("evolution)", 'evolution, to="live")'))
    project.alembic("upgrade", "b2")
    assert state(url) == "live"
    project.alembic("upgrade", "head")
    assert state(url) == "completed"
    project.alembic("downgrade", "-1")
    assert state(url) == "live"
    project.alembic("downgrade", "-1")
    assert state(url) == "rolled back"


@pytest.mark.one_in(5)
def test_an_asynchronous_project(make: Callable[[str], Project], url: str) -> None:
    project = make("async")
    project.alembic("upgrade", "head")
    assert state(url) == "completed"
    assert "No new upgrade operations detected" in project.alembic("check")
    project.alembic("downgrade", "-1")
    assert state(url) == "rolled back"
