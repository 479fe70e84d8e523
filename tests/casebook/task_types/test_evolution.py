"""What each application sees of what the other did, from start to purge and back."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from crossfade import commands
from crossfade.casebook.foretold import foretold
from crossfade.casebook.task_types.case import CASE
from crossfade.casebook.task_types.evolution import evolution
from crossfade.casebook.task_types.old_app import OldJobs
from crossfade.casebook.task_types.schemas import BatchJobCreate, TaskTypeBase
from crossfade.casebook.task_types.service import BatchJobService, TaskTypeService
from crossfade.errors import SchemaMismatch
from tests.casebook.task_types.states import ROWS, legacy, speaking_new

pytestmark = pytest.mark.one_server

APPEAL = TaskTypeBase(domain="claim", action="appeal", display_name="Appeal")
ORG = 7_000_000

CATALOGUE = {
    "postgresql": """
SELECT format('%s.%s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
    col_description(c.oid, a.attnum)) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relname IN ('batch_job', 'rcm_trace') AND c.relnamespace = 'public'::regnamespace
    AND a.attnum > 0 AND NOT a.attisdropped
UNION SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename IN ('batch_job', 'rcm_trace')
UNION SELECT 'labels ' || string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum GROUP BY enumtypid
""",
    "mariadb": """
SELECT CONCAT_WS(' ', TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_COMMENT)
    FROM information_schema.COLUMNS
    WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ('batch_job', 'rcm_trace')
UNION SELECT CONCAT_WS(' ', TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX, COLUMN_NAME, NON_UNIQUE, COLLATION)
    FROM information_schema.STATISTICS
    WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ('batch_job', 'rcm_trace')
UNION SELECT CONCAT_WS(' ', TRIGGER_NAME, EVENT_OBJECT_TABLE) FROM information_schema.TRIGGERS
    WHERE TRIGGER_SCHEMA = DATABASE()
""",
}


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    legacy(url)
    engine = create_engine(url, poolclass=NullPool)
    yield engine
    engine.dispose()


class Teams:
    """Both applications on one database."""

    def __init__(self, url: str) -> None:
        new = create_engine(url, poolclass=NullPool, connect_args=speaking_new(url))
        self.old = OldJobs(create_engine(url, poolclass=NullPool))
        self.new = BatchJobService(new)
        self.tasks = TaskTypeService(new)

    def label(self, job: UUID) -> str:
        found = self.old.get(job)
        assert found is not None
        return str(found["workflow_type"])

    def task(self, job: UUID) -> tuple[str, str]:
        found = self.new.get(job)
        assert found is not None
        assert found.task_type is not None
        return found.task_type.domain, found.task_type.action

    def traces(self, job: UUID) -> list[str]:
        found = self.old.get(job)
        assert found is not None
        return [str(trace["workflow_type"]) for trace in found["traces"]]

    def appeal(self, name: str = "denied") -> UUID:
        return self.new.create_as(APPEAL, org_id=ORG, name=name)[1]


@pytest.fixture
def teams(engine: Engine, url: str) -> Teams:
    return Teams(url)


def catalogue(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.scalars(text(CATALOGUE[engine.dialect.name])))


def rows(engine: Engine, query: str) -> list[Any]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


TRACES = "SELECT id, batch_job_id, workflow_type, event FROM rcm_trace ORDER BY id"


def test_it_is_as_short_as_its_story() -> None:
    assert evolution.name == "task_types"
    assert [type(change).__name__ for change in evolution.changes] == ["EnumToReference", "DropColumn"]


def test_each_sees_what_the_other_writes(teams: Teams, url: str) -> None:
    commands.start(evolution, url)
    appeal = teams.appeal()
    assert teams.label(appeal) == "claim_status"
    teams.old.save(appeal, name="renamed")
    assert teams.task(appeal) == ("claim", "appeal"), "what is merely written back changes nothing"
    teams.old.set_type(appeal, "prior_auth")
    assert teams.task(appeal) == ("prior_auth", "check_legacy")
    made = teams.old.create(org_id=ORG, name="x", workflow_type="eligibility")
    assert teams.task(made) == ("eligibility", "check_legacy")
    submit = teams.tasks.find("claim", "submit")
    assert submit is not None
    teams.new.reclassify(made, submit.id)
    assert teams.label(made) == "claim_status"
    assert [job["id"] for job in teams.old.list_by_type(ORG, "claim_status")] == [made]


def test_a_trace_says_what_its_job_was(teams: Teams, url: str) -> None:
    commands.start(evolution, url)
    job = teams.appeal()
    teams.new.add_trace(job, "sent")
    teams.old.set_type(job, "prior_auth")
    teams.new.add_trace(job, "answered")
    teams.old.add_trace(job, "posted")
    assert teams.traces(job) == ["claim_status", "prior_auth", "prior_auth"]
    found = teams.new.get(job)
    assert found is not None
    assert [trace.event for trace in found.traces] == ["sent", "answered", "posted"]


def test_a_domain_without_a_workflow_type_is_refused_until_complete(teams: Teams, url: str) -> None:
    commands.start(evolution, url)
    refill = TaskTypeBase(domain="pharmacy", action="renew")
    with pytest.raises(DBAPIError, match="the old version has no value for it"):
        teams.new.create_as(refill, org_id=ORG, name="x")
    assert teams.tasks.find("pharmacy", "renew") is None, "it was one transaction"
    commands.complete(evolution, url)
    _, made = teams.new.create_as(refill, org_id=ORG, name="x")
    assert teams.task(made) == ("pharmacy", "renew")
    with pytest.raises(SchemaMismatch, match=r"pharmacy|1 rows?"):
        commands.revert(evolution, url)
    teams.new.delete(made)
    commands.revert(evolution, url)


def test_a_task_type_in_use_keeps_the_old_side_right(teams: Teams, url: str) -> None:
    commands.start(evolution, url)
    appeal = teams.appeal()
    task_id = teams.tasks.register(APPEAL)
    teams.tasks.rename(task_id, "Appeal a denial")
    assert teams.label(appeal) == "claim_status"
    teams.tasks.move(task_id, "prior_auth")
    assert (teams.label(appeal), teams.task(appeal)) == ("prior_auth", ("prior_auth", "appeal"))
    with pytest.raises(DBAPIError, match="pharmacy"):
        teams.tasks.move(task_id, "pharmacy")
    with pytest.raises(DBAPIError, match="foreign key"):
        teams.tasks.remove(task_id)
    teams.new.delete(appeal)
    teams.tasks.remove(task_id)
    assert commands.verify(evolution, url).mismatches == 0


def test_actions_survive_rollback_and_restart(teams: Teams, engine: Engine, url: str) -> None:
    before, traces = catalogue(engine), rows(engine, TRACES)
    commands.start(evolution, url)
    kept, moved = teams.appeal(), teams.appeal()
    outcome = commands.rollback(evolution, url)
    assert outcome.complement_rows == 2
    assert catalogue(engine) == before
    assert rows(engine, TRACES) == traces
    assert teams.label(kept) == "claim_status"
    teams.old.set_type(moved, "eligibility")
    teams.old.set_status(kept, "finished")
    commands.start(evolution, url)
    assert teams.task(kept) == ("claim", "appeal")
    assert teams.task(moved) == ("eligibility", "check_legacy")


def test_the_old_side_comes_back_exactly_before_purge(teams: Teams, engine: Engine, url: str) -> None:
    before, traces = catalogue(engine), rows(engine, TRACES)
    commands.start(evolution, url)
    appeal = teams.appeal()
    commands.complete(evolution, url)
    later = teams.appeal("while alone")
    teams.new.add_trace(later, "sent")
    commands.revert(evolution, url)
    assert (teams.label(appeal), teams.label(later)) == ("claim_status", "claim_status")
    assert (teams.task(appeal), teams.task(later)) == (("claim", "appeal"), ("claim", "appeal"))
    assert teams.traces(later) == ["claim_status"]
    assert rows(engine, TRACES)[:-1] == traces, "also of jobs that were another type since"
    assert before <= catalogue(engine)
    commands.rollback(evolution, url)
    assert catalogue(engine) == before


def test_after_purge_preview_counts_the_rows_whose_action_would_be_lost(
    teams: Teams, engine: Engine, url: str
) -> None:
    before = catalogue(engine)
    commands.start(evolution, url)
    appeals = [teams.appeal() for _ in range(3)]
    submit = teams.tasks.find("claim", "submit")
    assert submit is not None
    teams.new.create_many([BatchJobCreate(org_id=ORG, name="x", task_type_id=submit.id)] * 2)
    teams.old.create(org_id=ORG, name="x", workflow_type="claim_status")
    commands.complete(evolution, url)
    commands.purge(evolution, url)
    if engine.dialect.name == "postgresql":
        assert rows(engine, "SELECT to_regtype('workflow_type')") == [(None,)]
    assert not [line for line in catalogue(engine) if "workflow_type" in line]

    (told,) = foretold(commands.preview(evolution, url), CASE.beyond, engine)

    assert (told.told, told.counted) == (5, 5)
    commands.revert(evolution, url)
    assert before <= catalogue(engine), "the type with its labels in order, columns, indexes, the comment"
    assert [teams.label(job) for job in appeals] == ["claim_status"] * 3
    assert [teams.task(job) for job in appeals] == [("claim", "appeal")] * 3
    assert sum(teams.old.count_by_type(ORG).values()) == 6
    assert rows(engine, "SELECT count(*) FROM batch_job WHERE workflow_type IS NULL") == [(0,)]
    outcome = commands.rollback(evolution, url)
    assert outcome.complement_rows == 5
    assert catalogue(engine) == before


def test_the_preview_tells_the_values_with_their_counts(teams: Teams, engine: Engine, url: str) -> None:
    document = commands.preview(evolution, url)
    (mapping,) = [each for each in document.mappings if each.table.endswith("batch_job")]
    counts = dict(rows(engine, "SELECT concat(workflow_type, ''), count(*) FROM batch_job GROUP BY 1"))
    assert {value.old: value.rows for value in mapping.values} == counts
    assert sum(counts.values()) == ROWS
    assert {str(value.old): value.new for value in mapping.values}["claim_status"] == {
        "domain": "claim",
        "action": "status_check_legacy",
    }
    assert all(value.returns for value in mapping.values)
    assert mapping.refused
