from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import IntegrityError

from crossfade.casebook.chat_templates.loading import legacy_statements
from crossfade.casebook.chat_templates.models import TemplateError, WorkflowTemplate, WorkflowType
from crossfade.casebook.chat_templates.schemas import WorkflowTemplateCreate, WorkflowTemplateRead
from crossfade.casebook.chat_templates.service import (
    CHAT_BUILTINS,
    TemplateManager,
    WorkflowManagementService,
)
from tests.casebook.chat_templates.states import DATABASES, database

# What the evolution leaves after `purge`, made by hand: these tests are of the application, not of Crossfade.
ADDED = (
    "ALTER TABLE workflow_templates ADD COLUMN is_dynamic boolean NOT NULL DEFAULT false",
    "ALTER TABLE workflow_templates ADD COLUMN execution_pattern varchar(100)",
    "UPDATE workflow_templates SET execution_pattern = 'chat'",
    "CREATE INDEX ix_workflow_templates_is_dynamic ON workflow_templates (is_dynamic)",
    "CREATE INDEX ix_workflow_templates_execution_pattern ON workflow_templates (execution_pattern)",
)
TYPES = (
    "CASE workflow_type WHEN 'plain' THEN 'simple_chat' WHEN 'rag' THEN 'rag_chat'"
    " WHEN 'tools' THEN 'function_chat' WHEN 'full' THEN 'advanced_chat' END"
)
CHANGED = {
    "postgresql": (
        "SELECT setval(pg_get_serial_sequence('workflow_templates', 'id'), 1)",
        f"ALTER TABLE workflow_templates ALTER COLUMN workflow_type TYPE varchar(50) USING {TYPES}",
        "ALTER TABLE workflow_templates ALTER COLUMN workflow_type DROP NOT NULL",
        "DROP TYPE workflowtype",
    ),
    "mariadb": (
        "ALTER TABLE workflow_templates MODIFY workflow_type varchar(50)",
        f"UPDATE workflow_templates SET workflow_type = {TYPES}",
    ),
}
# While both versions live, the application works on a view of that shape.
VIEW = """
CREATE VIEW {version}.workflow_templates AS
    SELECT id, owner_id, name, description, workflow_type, category, default_params, required_tools,
        is_builtin, is_public, version, usage_count, is_dynamic, execution_pattern, created_at, updated_at
    FROM workflow_templates
"""
EXECUTIONS = "CREATE VIEW {version}.workflow_executions AS SELECT * FROM workflow_executions"
OLD_ROW = (
    "INSERT INTO workflow_templates (id, owner_id, name, workflow_type) VALUES (1, 3, 'an old one', 'rag')"
)


@pytest.fixture(params=[f"{kind}-{shape}" for kind in DATABASES for shape in ("table", "view")])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    kind, shape = request.param.split("-")
    with database(request, kind) as url:
        views = {"postgresql": (VIEW,), "mariadb": (VIEW, EXECUTIONS)}[kind] if shape == "view" else ()
        version = "version" if kind == "postgresql" else f"{make_url(url).database}__version"
        schema = (f"CREATE SCHEMA {version}",) if views else ()
        made = (*legacy_statements(kind), OLD_ROW, *CHANGED[kind], *ADDED, *schema)
        plain = create_engine(url)
        with plain.begin() as connection:
            for statement in (*made, *(view.format(version=version) for view in views)):
                connection.exec_driver_sql(statement)
        plain.dispose()
        there = (
            {"options": f"-c search_path={version},public"} if kind == "postgresql" else {"database": version}
        )
        engine = create_engine(url, connect_args=there if views else {})
        yield engine
        engine.dispose()


@pytest.fixture
def service(engine: Engine) -> WorkflowManagementService:
    return WorkflowManagementService(engine)


def read(service: WorkflowManagementService, number: int) -> dict[str, Any]:
    template = service.get(number)
    assert template is not None
    return template


def new(**given: Any) -> dict[str, Any]:
    return {"owner_id": 7, "name": "x", "workflow_type": "medical_chat", **given}


def create(service: WorkflowManagementService, **given: Any) -> WorkflowTemplate:
    optional = {"description": None, "category": None, "default_params": None}
    return service.create_workflow_template(**{**optional, **new(**given)})


def test_a_template_of_any_type_is_stored_with_all_that_the_database_gave_it(
    service: WorkflowManagementService,
) -> None:
    template = service.create_workflow_template(
        7, "Ward round 🩺", "at eight", "medical_chat", "health", {"model": "large-128k", "stop": None}
    )

    assert template.id > 1
    assert template.created_at == template.updated_at
    expected = {
        "owner_id": 7,
        "name": "Ward round 🩺",
        "description": "at eight",
        "workflow_type": "medical_chat",
        "category": "health",
        "default_params": {"model": "large-128k", "stop": None},
        "required_tools": None,
        "is_builtin": False,
        "is_public": False,
        "version": 1,
        "usage_count": 0,
        "is_dynamic": True,
        "execution_pattern": "chat",
    }
    assert expected.items() <= template.to_dict().items()
    assert read(service, template.id) == template.to_dict()


@pytest.mark.parametrize(
    ("workflow_type", "given", "stored"),
    [
        ("medical_chat", None, "chat"),
        ("chat", None, "chat"),
        ("medical_chat", "batch", "batch"),
        ("nightly_report", None, None),
        ("nightly_report", "streaming", "streaming"),
        (None, None, None),
    ],
)
def test_a_chat_type_runs_as_a_chat_unless_told_otherwise(
    service: WorkflowManagementService, workflow_type: str | None, given: str | None, stored: str | None
) -> None:
    template = create(service, workflow_type=workflow_type, execution_pattern=given)
    (many,) = service.create_many([new(workflow_type=workflow_type, execution_pattern=given)])

    for found in (read(service, template.id), read(service, many)):
        assert (found["workflow_type"], found["execution_pattern"]) == (workflow_type, stored)
        assert found["is_dynamic"]


@pytest.mark.parametrize("wrong", ["", "   ", "x" * 51, 5])
@pytest.mark.parametrize(
    "use",
    [
        lambda service, wrong: create(service, workflow_type=wrong),
        lambda service, wrong: service.create_many([new(), new(workflow_type=wrong)]),
        lambda service, wrong: service.upsert(id=1, owner_id=1, name="x", workflow_type=wrong),
        lambda service, wrong: service.set_type(1, wrong),
        lambda service, wrong: service.list_by_type(wrong),
    ],
    ids=["create", "create_many", "upsert", "set_type", "list_by_type"],
)
def test_a_type_that_is_none_is_refused_wherever_a_type_is_given(
    service: WorkflowManagementService,
    engine: Engine,
    use: Callable[[WorkflowManagementService, Any], object],
    wrong: Any,
) -> None:
    with pytest.raises(TemplateError, match="a workflow type"):
        use(service, wrong)
    with engine.connect() as connection:
        stored = connection.execute(text("SELECT id, workflow_type FROM workflow_templates"))
        assert [tuple(row) for row in stored] == [(1, "rag_chat")]


@pytest.mark.parametrize(
    "use",
    [
        lambda service: read(service, create(service, workflow_type=WorkflowType.FULL).id),
        lambda service: read(service, *service.create_many([new(workflow_type=WorkflowType.FULL)])),
        lambda service: (
            service.upsert(id=1, owner_id=1, name="x", workflow_type=WorkflowType.FULL) or read(service, 1)
        ),
        lambda service: service.set_type(1, WorkflowType.FULL) or read(service, 1),
    ],
    ids=["create", "create_many", "upsert", "set_type"],
)
def test_the_old_enum_is_accepted_wherever_a_type_is_given(
    service: WorkflowManagementService, use: Callable[[WorkflowManagementService], dict[str, Any]]
) -> None:
    with pytest.warns(
        DeprecationWarning, match="WorkflowType.FULL is deprecated: use .*'advanced_chat'"
    ) as caught:
        assert use(service)["workflow_type"] == "advanced_chat"
    assert {warning.filename for warning in caught} == {__file__}


def test_the_old_enum_is_accepted_in_a_search(service: WorkflowManagementService) -> None:
    with pytest.warns(DeprecationWarning, match="'rag_chat'") as caught:
        assert [template["id"] for template in service.list_by_type(WorkflowType.RAG)] == [1]
    assert [warning.filename for warning in caught] == [__file__]


def test_an_old_template_is_one_of_the_new_application(service: WorkflowManagementService) -> None:
    template = read(service, 1)
    assert (template["workflow_type"], template["execution_pattern"]) == ("rag_chat", "chat")
    assert not template["is_dynamic"]


def test_a_request_becomes_a_template_and_a_template_an_answer(service: WorkflowManagementService) -> None:
    request = WorkflowTemplateCreate(**new(required_tools=["calendar"], is_public=True))

    template = service.create_workflow_template(**request.model_dump())

    answer = WorkflowTemplateRead.model_validate(template)
    assert answer.model_dump() == read(service, template.id)
    assert (answer.required_tools, answer.is_public, answer.is_dynamic) == (["calendar"], True, True)


def test_many_are_stored_at_once_and_their_ids_come_in_order(service: WorkflowManagementService) -> None:
    rows = [new(owner_id=number, workflow_type=f"t{number}") for number in range(50)]
    rows[3] |= {"default_params": {"k": 1}, "category": "c", "execution_pattern": "batch"}

    found = [read(service, number) for number in service.create_many(rows)]

    assert [template["owner_id"] for template in found] == list(range(50))
    assert [template["workflow_type"] for template in found] == [f"t{number}" for number in range(50)]
    assert [found[3][column] for column in ("default_params", "category", "execution_pattern")] == [
        {"k": 1},
        "c",
        "batch",
    ]
    assert service.create_many([]) == []


def test_an_upsert_inserts_then_updates(service: WorkflowManagementService) -> None:
    service.upsert(id=900, owner_id=1, name="first", workflow_type="code_review_chat")
    assert (read(service, 900)["is_dynamic"], read(service, 900)["execution_pattern"]) == (True, "chat")

    service.set_pattern(900, "batch")
    service.upsert(id=900, owner_id=2, name="second", workflow_type=None)

    template = read(service, 900)
    assert [template[column] for column in ("owner_id", "name", "workflow_type")] == [2, "second", None]
    assert (template["is_dynamic"], template["execution_pattern"]) == (True, "batch")


def test_an_upsert_of_an_old_template_leaves_what_it_does_not_give(
    service: WorkflowManagementService,
) -> None:
    service.upsert(id=1, owner_id=2, name="second", workflow_type="nightly_report")

    template = read(service, 1)
    assert template["workflow_type"] == "nightly_report"
    assert (template["is_dynamic"], template["execution_pattern"]) == (False, "chat")


def test_what_it_is_made_of_can_be_set(service: WorkflowManagementService) -> None:
    service.set_type(1, "medical_chat")
    service.set_params(1, {"deep": {"er": [1]}})
    service.set_pattern(1, "streaming")
    template = read(service, 1)
    assert (template["workflow_type"], template["execution_pattern"]) == ("medical_chat", "streaming")
    assert template["default_params"] == {"deep": {"er": [1]}}
    assert template["updated_at"] > template["created_at"]

    service.set_type(1, None)
    service.set_pattern(1, None)
    assert (read(service, 1)["workflow_type"], read(service, 1)["execution_pattern"]) == (None, None)


def test_a_pattern_there_is_none_of_is_refused(service: WorkflowManagementService) -> None:
    with pytest.raises(TemplateError, match="one of chat, batch, streaming, got 'parallel'"):
        service.set_pattern(1, "parallel")
    with pytest.raises(TemplateError, match="one of chat, batch, streaming, got ''"):
        create(service, execution_pattern="")


@pytest.mark.parametrize(
    "change",
    [
        lambda service: service.set_type(99, "rag"),
        lambda service: service.set_params(99, {}),
        lambda service: service.set_pattern(99, "chat"),
        lambda service: service.record_execution(99, "completed"),
        lambda service: service.delete(99),
    ],
    ids=["set_type", "set_params", "set_pattern", "record_execution", "delete"],
)
def test_changing_one_that_is_not_there_is_an_error(
    service: WorkflowManagementService, change: Callable[[WorkflowManagementService], None]
) -> None:
    with pytest.raises(LookupError, match="no workflow template has the id 99"):
        change(service)
    assert service.get(99) is None


def test_an_execution_is_recorded_and_counted(service: WorkflowManagementService, engine: Engine) -> None:
    service.record_execution(1, "failed")
    service.record_execution(1, "running")

    assert read(service, 1)["usage_count"] == 2
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT template_id, status, finished_at IS NULL, finished_at >= started_at"
                " FROM workflow_executions ORDER BY id"
            )
        )
        assert [tuple(row) for row in rows] == [(1, "failed", False, True), (1, "running", True, None)]


def test_the_newest_of_a_type_come_first(service: WorkflowManagementService, engine: Engine) -> None:
    made = service.create_many([new(workflow_type=("a", None)[number % 2]) for number in range(6)])

    assert [template["id"] for template in service.list_by_type("a", limit=2)] == [made[4], made[2]]
    assert [template["id"] for template in service.list_by_type(None)] == [made[5], made[3], made[1]]
    assert service.list_by_type("b") == []
    if engine.dialect.name == "postgresql":  # MariaDB's collation takes "A" for "a"
        assert service.list_by_type("A") == []


def test_deleting_a_template_takes_its_executions_and_no_others(
    service: WorkflowManagementService, engine: Engine
) -> None:
    (second,) = service.create_many([new()])
    for number in (1, second):
        service.record_execution(number, "completed")

    service.delete(1)

    assert service.get(1) is None
    with engine.connect() as connection:
        assert list(connection.scalars(text("SELECT template_id FROM workflow_executions"))) == [second]


def test_a_second_template_under_the_same_id_is_refused_by_the_database(engine: Engine) -> None:
    with (
        pytest.raises(IntegrityError, match=r"workflow_templates_pkey|for key 'PRIMARY'"),
        engine.begin() as connection,
    ):
        connection.execute(text("INSERT INTO workflow_templates (id, owner_id, name) VALUES (1, 1, 'x')"))


def test_the_built_in_templates_come_simplest_first(
    service: WorkflowManagementService, engine: Engine
) -> None:
    assert TemplateManager(engine).get_chat_templates() == []
    service.create_many([new(name=name, workflow_type="a_chat") for name in reversed(CHAT_BUILTINS)])
    assert TemplateManager(engine).get_chat_templates() == []  # a user may use the same names

    with engine.begin() as connection:
        connection.execute(
            text("UPDATE workflow_templates SET is_builtin = true WHERE workflow_type = 'a_chat'")
        )

    found = TemplateManager(engine).get_chat_templates()
    assert [template["name"] for template in found] == list(CHAT_BUILTINS)
    assert found[0] == read(service, found[0]["id"])
