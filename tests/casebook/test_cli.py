"""`crossfade case` and `crossfade demo`, from the door to the exit code, on the engine itself."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, make_url, text
from typer.testing import CliRunner

from crossfade import names
from crossfade.casebook import CASES, find
from crossfade.casebook.chat_templates.case import CASE
from crossfade.casebook.cli import app
from crossfade.casebook.embedded import structure
from crossfade.casebook.journey import Journey
from crossfade.casebook.summary import Summary
from crossfade.errors import Refused, UsageError
from crossfade.testing import PostgresServer
from tests.casebook.test_guides import guide_of
from tests.casebook.walking import run, walked

SMALL = ["--rows", "1000", "--seconds", "3", "--workers", "3", "--rate", "250"]
BRIEF = ["--rows", "200", "--seconds", "1", "--workers", "2"]
OBJECTS = """
SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_'
UNION SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
UNION SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace
UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


def objects(url: str) -> frozenset[str]:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return frozenset(connection.scalars(text(OBJECTS)))


@pytest.mark.one_in(4)
@pytest.mark.parametrize("case", CASES)
def test_every_promise_is_held_and_the_guide_is_the_readmes(case: str, database: str, tmp_path: Path) -> None:
    before = objects(database)
    out, guide = tmp_path / "out.json", tmp_path / "guide.md"
    arguments = [*SMALL, "--database", database, "--json", str(out), "--guide", str(guide)]
    done = CliRunner().invoke(app, ["case", case, *arguments])
    assert done.exit_code == 0, done.output
    assert "Every promise was held." in done.output
    assert "cleaned up" in done.output
    figures = json.loads(out.read_text())
    assert figures["ok"] is True
    assert figures["rollback"]["complement_rows"] > 0
    assert figures["purge"]["told"] == figures["purge"]["counted"]
    assert (figures["purge"]["counted"] > 0) is bool(find(case).beyond)
    assert "failures" not in figures
    assert objects(database) == before
    assert structure(guide_of(case)) == structure(guide.read_text(encoding="utf-8")), (
        f"write it anew: crossfade case {case} --guide src/crossfade/casebook/{case}/README.md"
    )


@pytest.mark.one_in(4)
@pytest.mark.parametrize("case", [case for case in CASES if "mariadb" in find(case).databases])
def test_every_promise_is_held_on_mariadb(case: str, mariadb_database: str, tmp_path: Path) -> None:
    engine = create_engine(mariadb_database, poolclass=NullPool)
    with engine.connect() as connection:
        before = connection.exec_driver_sql("SHOW DATABASES").all()
    out = tmp_path / "out.json"
    arguments = [*SMALL, "--database", mariadb_database, "--json", str(out)]
    done = CliRunner().invoke(app, ["case", case, *arguments])
    assert done.exit_code == 0, done.output
    assert "Every promise was held." in done.output
    figures = json.loads(out.read_text())
    assert figures["ok"] is True
    assert figures["database"].startswith("mariadb 1")
    assert figures["rollback"]["complement_rows"] > 0
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW DATABASES").all() == before
        assert connection.exec_driver_sql("SHOW TABLES").all() == []


@pytest.fixture
def owned(postgresql: PostgresServer, database: str) -> Iterator[str]:
    """The database, owned by a role that may do nothing else, and its URL for that role."""
    url = make_url(database)
    run(postgresql.url, "CREATE ROLE case_owner LOGIN", f"ALTER DATABASE {url.database} OWNER TO case_owner")
    yield url.set(username="case_owner").render_as_string(hide_password=False)
    run(postgresql.url, f"ALTER DATABASE {url.database} OWNER TO postgres")
    run(database, "DROP OWNED BY case_owner", "DROP ROLE case_owner")


def test_every_promise_is_held_for_an_ordinary_role_and_figures_are_printed_alone(owned: str) -> None:
    before = objects(owned)
    arguments = [*SMALL, "--database", owned, "--json", "-"]
    done = CliRunner().invoke(app, ["case", "chat_templates", *arguments])
    assert done.exit_code == 0, done.output
    assert "session_replication_role" in done.stderr
    assert "Every promise was held." in done.stderr
    assert json.loads(done.stdout)["case"] == "chat_templates"
    assert objects(owned) == before


@pytest.mark.one_server
def test_the_demo_introduces_itself_and_says_what_to_do_next() -> None:
    done = CliRunner().invoke(app, ["demo", "--rows", "1000", "--seconds", "2"])
    assert done.exit_code == 0, done.output
    for words in ("both versions run", "Every promise was held.", "What next", "crossfade preview"):
        assert words in done.output


@pytest.mark.one_server
def test_refusals_are_errors_with_a_remedy(database: str) -> None:
    unknown = CliRunner().invoke(app, ["case", "chat_template"])
    assert isinstance(unknown.exception, UsageError)
    assert "chat_templates" in str(unknown.exception)
    run(database, "CREATE TABLE workflow_templates (id int)")
    taken = CliRunner().invoke(app, ["case", "chat_templates", *SMALL, "--database", database])
    assert isinstance(taken.exception, Refused)
    assert "workflow_templates" in objects(database)


@pytest.mark.one_server
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_takes_away_what_was_made(database: str, number: signal.Signals) -> None:
    before = objects(database)
    program = "import sys; from crossfade.casebook.cli import app; app()"
    command = [sys.executable, "-c", program, "case", "chat_templates", *BRIEF, "--database", database]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        lines, said = [], False
        for line in process.stdout:
            lines.append(line)
            if "both applications" in line and not said:
                said = True
                process.send_signal(number)
    assert process.returncode == 128 + number, "".join(lines)
    assert "cleaned up" in "".join(lines)
    assert objects(database) == before


SUCCESSOR = names.successor("workflow_type", CASE.evolution.name)
FORGETFUL = """
DO $do$
DECLARE
    source text := pg_get_functiondef((SELECT oid FROM pg_proc
        WHERE pronamespace = 'crossfade'::regnamespace AND proname LIKE 'sync%'));
BEGIN
    EXECUTE replace(source, 'NEW.workflow_type :=',
        $$NEW.workflow_type := 'plain'; RETURN NEW; NEW.workflow_type :=$$);
END $do$
"""
CORRUPT = f"""
SET LOCAL session_replication_role = replica;
SET LOCAL crossfade.sync = 'off';
UPDATE workflow_templates SET "{SUCCESSOR}" = 'rag_chat' WHERE "{SUCCESSOR}" = 'simple_chat'
"""


def sabotaged(database: str, statement: str) -> tuple[Journey, Summary]:
    """A walk until `verify`, with this statement executed right after `start`."""

    def interfere(stage: str, url: str) -> None:
        if stage == "start":
            run(url, statement)

    return walked(CASE, database, "verify", interfere=interfere, seconds=3.0)


@pytest.mark.one_server
def test_the_oracle_catches_a_sync_that_forgets_one_direction(database: str) -> None:
    journey, summary = sabotaged(database, FORGETFUL)
    assert not summary.ok
    assert summary.traffic.stale > 0, journey.failure
    assert summary.traffic.lost > 0
    assert summary.verify is not None
    assert summary.verify.mismatches > 0
    assert summary.failures is not None
    # What was missed, by the dice's choice, and what the broken sync wrote in its place.
    said = re.compile(
        r"old side, .*expected \{'workflow_type': '(tools|rag|full)'\}, found \{'workflow_type': 'plain'\}"
    )
    assert any(map(said.search, summary.failures)), summary.failures


@pytest.mark.one_server
def test_the_oracle_catches_a_backfill_that_wrote_something_else(database: str) -> None:
    journey, summary = sabotaged(database, CORRUPT)
    assert not summary.ok
    assert summary.traffic.lost > 0, journey.failure
    assert summary.verify is not None
    assert summary.verify.mismatches > 0
    assert summary.traffic.failed == 0
