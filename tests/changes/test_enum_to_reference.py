"""EnumToReference on a real server: both applications, rows of the lookup that come, change and go."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import make_url

from crossfade import EnumToReference, Evolution, commands, connect_args

LEGACY = """
CREATE TYPE kind AS ENUM ('eligibility', 'claim_status', 'prior_auth');
CREATE TABLE task_type (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), domain text NOT NULL,
    action text NOT NULL, display_name text, UNIQUE (domain, action));
INSERT INTO task_type (domain, action, display_name) VALUES ('claim', 'status_check_legacy', 'Claim status'),
    ('claim', 'appeal', 'Appeal'), ('billing', 'send', NULL);
CREATE TABLE job (id int PRIMARY KEY, kind kind NOT NULL, note text);
INSERT INTO job SELECT n, (enum_range(NULL::kind))[1 + n % 3], 'note ' || n FROM generate_series(1, 30) n;
"""
ROWS = {
    "eligibility": {"domain": "eligibility", "action": "check_legacy"},
    "claim_status": {"domain": "claim", "action": "status_check_legacy"},
    "prior_auth": {"domain": "prior_auth", "action": "check_legacy"},
}
BACKWARD = {"domain": {"eligibility": "eligibility", "claim": "claim_status", "prior_auth": "prior_auth"}}
TASKS = Evolution(
    "tasks", changes=[EnumToReference("job", "kind", "task_type_id", "task_type", ROWS, backward=BACKWARD)]
)
Connection = psycopg.Connection[tuple[object, ...]]


class Office:
    """The database, and a connection for each application."""

    def __init__(self, url: str, stack: ExitStack) -> None:
        self.url, self._stack = url, stack
        self.old = self.connect()
        self.old.execute(LEGACY)

    def connect(self, *evolutions: str) -> Connection:
        address = make_url(self.url)
        place = make_conninfo(
            host=str(address.query["host"]),
            port=str(address.query["port"]),
            user="postgres",
            dbname=address.database,
        )
        given = connect_args(*evolutions) if evolutions else {}
        return self._stack.enter_context(psycopg.connect(place, autocommit=True, **given))

    def start(self, evolution: Evolution = TASKS) -> None:
        commands.start(evolution, self.url)
        self.new = self.connect(evolution.name)

    def task(self, domain: str, action: str) -> uuid.UUID:
        row = self.old.execute(
            "SELECT id FROM task_type WHERE (domain, action) = (%s, %s)", (domain, action)
        ).fetchone()
        assert row is not None
        assert isinstance(row[0], uuid.UUID)
        return row[0]

    def kind(self, job: int) -> object:
        row = self.old.execute("SELECT kind::text FROM job WHERE id = %s", (job,)).fetchone()
        return row and row[0]

    def said(self, job: int) -> object:
        return self.new.execute(
            "SELECT domain, action FROM job JOIN task_type t ON t.id = task_type_id WHERE job.id = %s", (job,)
        ).fetchone()


@pytest.fixture
def office(database: str) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(database, stack)


def test_both_applications_write_and_see_each_other(office: Office) -> None:
    office.start()
    assert office.said(1) == ("claim", "status_check_legacy")
    office.old.execute("INSERT INTO job VALUES (100, 'prior_auth', '')")
    assert office.said(100) == ("prior_auth", "check_legacy")
    office.old.execute("UPDATE job SET kind = 'eligibility' WHERE id = 100")
    assert office.said(100) == ("eligibility", "check_legacy")
    office.new.execute("INSERT INTO job VALUES (101, '', %s)", (office.task("claim", "appeal"),))
    assert office.kind(101) == "claim_status"
    office.new.execute(
        "UPDATE job SET task_type_id = %s WHERE id = 101", (office.task("prior_auth", "check_legacy"),)
    )
    assert office.kind(101) == "prior_auth"
    assert commands.verify(TASKS, office.url).mismatches == 0


def test_a_row_of_the_lookup_made_in_the_same_transaction(office: Office) -> None:
    office.start()
    with office.new.transaction():
        made = office.new.execute(
            "INSERT INTO task_type (domain, action) VALUES ('claim', 'resubmit') RETURNING id"
        ).fetchone()
        assert made is not None
        office.new.execute("INSERT INTO job VALUES (102, '', %s)", made)
    assert office.kind(102) == "claim_status"


def test_what_the_old_version_has_no_value_for_is_refused_until_complete(office: Office) -> None:
    office.start()
    billing = office.task("billing", "send")
    with pytest.raises(psycopg.errors.CheckViolation, match=r"job.task_type_id can't be '.*' yet"):
        office.new.execute("INSERT INTO job VALUES (103, '', %s)", (billing,))
    with pytest.raises(psycopg.errors.CheckViolation, match=r"job.task_type_id can't be NULL yet"):
        office.new.execute("INSERT INTO job (id, note) VALUES (103, '')")
    commands.complete(TASKS, office.url)
    office.new.execute("INSERT INTO job VALUES (103, '', %s)", (billing,))
    with pytest.raises(psycopg.errors.NotNullViolation):
        office.new.execute("INSERT INTO job (id, note) VALUES (104, '')")


def test_an_edit_of_a_row_in_use_reaches_the_old_side(office: Office) -> None:
    office.start()
    appeal = office.task("claim", "appeal")
    office.new.execute("INSERT INTO job VALUES (105, '', %s)", (appeal,))
    office.new.execute("UPDATE task_type SET domain = 'prior_auth' WHERE id = %s", (appeal,))
    assert office.kind(105) == "prior_auth"
    with pytest.raises(psycopg.errors.CheckViolation, match="in use can't become"):
        office.new.execute("UPDATE task_type SET domain = 'billing' WHERE id = %s", (appeal,))
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        office.new.execute("DELETE FROM task_type WHERE id = %s", (appeal,))
    office.new.execute("UPDATE task_type SET display_name = 'x'")
    assert commands.verify(TASKS, office.url).mismatches == 0


def test_a_row_that_stands_for_a_value_stays_what_it_is(office: Office) -> None:
    office.start()
    office.old.execute("DELETE FROM job WHERE kind = 'prior_auth'")
    for statement in (
        "DELETE FROM task_type WHERE domain = 'prior_auth'",
        "UPDATE task_type SET action = 'other' WHERE domain = 'prior_auth'",
        "UPDATE task_type SET domain = 'claim' WHERE domain = 'prior_auth'",
    ):
        with pytest.raises(psycopg.errors.CheckViolation, match=r"stands for prior_auth in public\.job"):
            office.new.execute(statement)
    commands.complete(TASKS, office.url)
    office.new.execute("DELETE FROM task_type WHERE domain = 'prior_auth'")


def test_actions_survive_rollback_and_restart(office: Office) -> None:
    office.start()
    office.new.execute("UPDATE job SET task_type_id = %s WHERE id = 1", (office.task("claim", "appeal"),))
    office.new.execute("UPDATE job SET task_type_id = %s WHERE id = 4", (office.task("claim", "appeal"),))
    before = office.old.execute("SELECT id, domain, action FROM task_type ORDER BY 2, 3").fetchall()
    outcome = commands.rollback(TASKS, office.url)
    assert outcome.complement_rows == 2
    assert office.kind(1) == "claim_status"
    office.old.execute("UPDATE job SET kind = 'eligibility' WHERE id = 4")
    assert office.old.execute("SELECT count(*) FROM task_type").fetchone() == (3,)
    commands.start(TASKS, office.url)
    assert office.said(1) == ("claim", "appeal")
    assert office.said(4) == ("eligibility", "check_legacy")
    assert office.old.execute("SELECT id, domain, action FROM task_type ORDER BY 2, 3").fetchall() == before


def test_a_kept_key_whose_row_is_gone_is_superseded(office: Office) -> None:
    office.start()
    office.new.execute("UPDATE job SET task_type_id = %s WHERE id = 1", (office.task("claim", "appeal"),))
    commands.rollback(TASKS, office.url)
    office.old.execute("DELETE FROM task_type WHERE action = 'appeal'")
    commands.start(TASKS, office.url)
    assert office.said(1) == ("claim", "status_check_legacy")


def test_there_and_back_again(office: Office) -> None:
    office.start()
    office.new.execute("UPDATE job SET task_type_id = %s WHERE id = 1", (office.task("claim", "appeal"),))
    commands.complete(TASKS, office.url)
    office.new.execute("INSERT INTO job VALUES (106, '', %s)", (office.task("claim", "appeal"),))
    commands.revert(TASKS, office.url)
    assert office.kind(106) == "claim_status"
    assert office.said(1) == ("claim", "appeal")
    office.old.execute("INSERT INTO job VALUES (107, 'prior_auth', '')")
    assert office.said(107) == ("prior_auth", "check_legacy")
    assert commands.verify(TASKS, office.url).mismatches == 0
    commands.rollback(TASKS, office.url)
    office.start()
    assert office.said(1) == ("claim", "appeal")
    assert office.said(106) == ("claim", "appeal")
    commands.complete(TASKS, office.url)
    commands.purge(TASKS, office.url)
    assert office.old.execute("SELECT count(*) FROM pg_type WHERE typname = 'kind'").fetchone() == (0,)
    commands.revert(TASKS, office.url)
    assert office.kind(1) == "claim_status"
    assert office.said(1) == ("claim", "appeal")
    labels = office.old.execute("SELECT enum_range(NULL::kind)::text").fetchone()
    assert labels == ("{eligibility,claim_status,prior_auth}",)
    left = office.old.execute(
        "SELECT attname FROM pg_attribute "
        "WHERE attrelid = 'job'::regclass AND attnum > 0 AND NOT attisdropped"
    ).fetchall()
    assert sorted(left) == [("id",), ("kind",), ("note",), ("task_type_id",)]


def test_revert_refuses_what_the_old_version_cannot_say(office: Office) -> None:
    office.start()
    commands.complete(TASKS, office.url)
    office.new.execute("INSERT INTO job VALUES (108, '', %s)", (office.task("billing", "send"),))
    with pytest.raises(Exception, match=r"can't say: .*billing.* \(1 rows\)"):
        commands.revert(TASKS, office.url)
