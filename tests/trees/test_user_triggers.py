"""Triggers of the old tables have the last word: what they make of a write is what both sides say."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from crossfade import Evolution, commands
from tests.concurrency.watching import Session, opened, rows, value
from tests.trees.ledger import JOBS, NAME, TABLES, TASKS
from tests.trees.oracle import NULL, Changed, check

Sessions = Callable[..., Session]

EVOLUTION = Evolution(NAME, changes=[JOBS, replace(TASKS, accept=("public.counted()",))])
TRIGGERS = """
CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  NEW.closed := '2030-01-01 00:00+00'; NEW.title := upper(NEW.title); RETURN NEW; END $$;
CREATE TRIGGER touched BEFORE INSERT OR UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION touched();
CREATE FUNCTION trimmed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.words = 'never' THEN RETURN NULL; END IF;
  NEW.words := trim(NEW.words); NEW.begun := '2030-01-01'; RETURN NEW; END $$;
CREATE TRIGGER trimmed BEFORE INSERT OR UPDATE ON lines FOR EACH ROW EXECUTE FUNCTION trimmed();
CREATE FUNCTION doubled() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  NEW.value := jsonb_build_array(NEW.value); RETURN NEW; END $$;
CREATE TRIGGER doubled BEFORE INSERT OR UPDATE ON labels FOR EACH ROW EXECUTE FUNCTION doubled();
CREATE FUNCTION rounded() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  NEW.total := round(NEW.total); RETURN NEW; END $$;
CREATE TRIGGER rounded BEFORE INSERT OR UPDATE ON receipts FOR EACH ROW EXECUTE FUNCTION rounded();
CREATE FUNCTION counted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  UPDATE tasks SET place = (SELECT count(*) FROM tries WHERE task_id = NEW.task_id) WHERE id = NEW.task_id;
  RETURN NULL; END $$;
CREATE TRIGGER counted AFTER INSERT ON tries FOR EACH ROW EXECUTE FUNCTION counted();
"""


@pytest.fixture
def touched(old: str) -> str:
    """A live ledger, whose old tables have triggers."""
    with opened(old) as session:
        session.execute(TRIGGERS)
    commands.start(EVOLUTION, old)
    return old


def test_a_start_fires_none_of_them(old: str, sessions: Sessions) -> None:
    session = sessions(old)
    session.execute(TRIGGERS)
    every = [f"SELECT * FROM {name} ORDER BY id" for name in TABLES]
    before = [rows(session, each) for each in every]
    commands.start(EVOLUTION, old)
    assert [rows(session, each) for each in every] == before
    check(old)


def test_what_they_make_of_the_old_side_s_writes(touched: str, sessions: Sessions) -> None:
    session = sessions(touched)
    session.execute("UPDATE jobs SET title = 'small' WHERE id = 1; INSERT INTO jobs (title) VALUES ('new')")
    session.execute("INSERT INTO lines (task_id, words) VALUES (6, ' w '), (6, 'never')")
    session.execute("INSERT INTO tries (task_id, attempt) VALUES (1, 9)")
    assert value(session, "SELECT title FROM missions WHERE legacy_job = 1") == "SMALL"
    check(touched)


MISSION = "55555555-5555-4555-8555-555555555555"
WRITES = {
    "a row": (
        "UPDATE missions SET title = 'small' WHERE legacy_job = 1",
        "SELECT title FROM jobs WHERE id = 1",
    ),
    "a row that is born": (
        f"INSERT INTO missions (mission_id, title) VALUES ('{MISSION}', 'SMALL')",
        "SELECT title FROM jobs WHERE id = 4",
    ),
    "an element": (
        """UPDATE moves SET lines = jsonb_set(lines, '{0,words}', '" SMALL "') WHERE legacy_task = 1""",
        "SELECT words FROM lines WHERE id = 2 AND begun = '2030-01-01'",
    ),
    "an element that is born": (
        """UPDATE moves SET lines = lines || '[{"words": " SMALL "}, {"words": "never"}]'
           WHERE legacy_task = 1""",
        "SELECT words FROM lines WHERE id = 11 AND begun = '2030-01-01'",
    ),
}


@pytest.mark.parametrize("write", WRITES)
def test_what_they_make_of_the_new_side_s_writes(touched: str, sessions: Sessions, write: str) -> None:
    session = sessions(touched)
    statement, query = WRITES[write]
    session.execute(statement)
    assert rows(session, query) == [("SMALL",)]
    # A derived column is the new application's in its own writes, whatever triggers do beside it.
    derived: dict[str, Changed] = {
        "a row": {("missions", 1): {"minutes": 90}},
        "a row that is born": {("missions", 4): {"mission_id": MISSION, "minutes": NULL}},
    }
    check(touched, derived.get(write))


def test_objects_and_what_they_count(touched: str, sessions: Sessions) -> None:
    session = sessions(touched)
    session.execute(
        """UPDATE moves SET labels = '{"a": 5, "n": 6}', receipt = '{"total": 1.7}' WHERE legacy_task = 2"""
    )
    found = rows(session, "SELECT name, value::text FROM labels WHERE task_id = 2 ORDER BY name")
    assert found == [("a", "[5]"), ("n", "[6]")]
    assert value(session, "SELECT receipt -> 'total' FROM moves WHERE legacy_task = 2") == 2
    check(touched)


def test_one_that_writes_another_table(touched: str, sessions: Sessions) -> None:
    """The new side's write of an array makes the trigger write the row itself: both sides have that."""
    session = sessions(touched)
    session.execute(
        """UPDATE moves
           SET details = jsonb_set(details, '{tries}', (details -> 'tries') || '[{"attempt": 7}]')
           WHERE legacy_task = 1"""
    )
    assert value(session, "SELECT place FROM tasks WHERE id = 1") == 3
    check(touched, {("moves", 1): {"tried": 2}})


def test_triggers_of_the_new_table(live: str, sessions: Sessions) -> None:
    """They fire for what the old side's writes come to, as for any write of the table."""
    session = sessions(live)
    session.execute(
        """CREATE TABLE heard (name text);
           CREATE FUNCTION hear() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             INSERT INTO public.heard VALUES (NEW.name); RETURN NULL; END $$;
           CREATE TRIGGER hear AFTER UPDATE ON moves FOR EACH ROW EXECUTE FUNCTION hear()"""
    )
    session.execute("UPDATE tasks SET name = 'by the old one' WHERE id = 1")
    session.execute("UPDATE moves SET name = 'by the new one' WHERE legacy_task = 1")
    assert rows(session, "SELECT DISTINCT name FROM heard ORDER BY 1") == [
        ("by the new one",),
        ("by the old one",),
    ]
    check(live)
