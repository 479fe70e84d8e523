import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from crossfade.casebook.chat_templates.data import legacy_sql
from crossfade.casebook.chat_templates.old_app import EXECUTIONS, METADATA, SAVED, TEMPLATES, OldTemplates

pytestmark = pytest.mark.one_server

NAMES = ["simple", "O'Neill's \"quick\" \\ reply", "ملخص 🩺", "100 % :sure %(x)s"]


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    engine = create_engine(database)
    with engine.begin() as connection:
        connection.exec_driver_sql(legacy_sql())
    yield engine
    engine.dispose()


@pytest.fixture
def old(engine: Engine) -> OldTemplates:
    return OldTemplates(engine)


def read(old: OldTemplates, number: int) -> dict[str, Any]:
    template = old.get(number)
    assert template is not None
    return template


def test_its_tables_are_those_of_the_schema(engine: Engine) -> None:
    inspector = inspect(engine)
    assert set(inspector.get_table_names()) == set(METADATA.tables)
    for table in (TEMPLATES, EXECUTIONS):
        columns = {column["name"]: column for column in inspector.get_columns(table.name)}
        assert list(columns) == table.columns.keys()
        for column in table.columns:
            found = columns[column.name]
            assert column.type.compile(engine.dialect) == found["type"].compile(engine.dialect)
            assert (column.name, column.nullable) == (column.name, found["nullable"])


def test_the_type_is_indexed(engine: Engine) -> None:
    indexes = {
        index["name"]: index["column_names"] for index in inspect(engine).get_indexes("workflow_templates")
    }
    assert indexes["ix_workflow_templates_workflow_type"] == ["workflow_type"]


@pytest.mark.parametrize("workflow_type", ["plain", "tools", "rag", "full"])
@pytest.mark.parametrize("name", NAMES)
def test_a_template_is_stored_as_given(old: OldTemplates, name: str, workflow_type: str) -> None:
    made = old.create(
        owner_id=7,
        name=name,
        workflow_type=workflow_type,
        description=name * 3,
        category="日本",
        default_params={"a": [1, 0.25, None, name]},
        required_tools=["calendar"],
        is_public=True,
    )

    template = read(old, made)
    assert list(template) == TEMPLATES.columns.keys()
    assert template.pop("created_at") == template.pop("updated_at")
    assert template == {
        "id": made,
        "owner_id": 7,
        "name": name,
        "description": name * 3,
        "workflow_type": workflow_type,
        "category": "日本",
        "default_params": {"a": [1, 0.25, None, name]},
        "required_tools": ["calendar"],
        "is_builtin": False,
        "is_public": True,
        "version": 1,
        "usage_count": 0,
    }


def test_what_is_not_given_is_null(old: OldTemplates, engine: Engine) -> None:
    made = old.create(owner_id=7, name="x", workflow_type="plain")

    template = read(old, made)
    optional = ("description", "category", "default_params", "required_tools")
    assert [template[column] for column in optional] == [None] * 4
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT default_params IS NULL FROM workflow_templates"))


def test_a_fifth_type_is_refused(old: OldTemplates) -> None:
    with pytest.raises(DBAPIError, match="invalid input value for enum workflowtype"):
        old.create(owner_id=7, name="x", workflow_type="medical_chat")


def test_many_are_stored_at_once_and_their_ids_come_in_order(old: OldTemplates) -> None:
    rows = [{"owner_id": number, "name": f"n{number}", "workflow_type": "rag"} for number in range(50)]
    rows[3] |= {"workflow_type": "full", "default_params": {"k": 1}, "is_public": True}

    made = old.create_many(rows)

    found = [read(old, number) for number in made]
    assert [template["owner_id"] for template in found] == list(range(50))
    assert (found[3]["workflow_type"], found[3]["default_params"], found[3]["is_public"]) == (
        "full",
        {"k": 1},
        True,
    )
    assert (found[4]["workflow_type"], found[4]["default_params"], found[4]["is_public"]) == (
        "rag",
        None,
        False,
    )
    assert old.create_many([]) == []


def test_an_upsert_inserts_then_updates(old: OldTemplates) -> None:
    old.upsert(id=900, owner_id=1, name="first", workflow_type="plain")
    old.set_params(900, {"kept": True})
    old.upsert(id=900, owner_id=2, name="second", workflow_type="full")

    template = read(old, 900)
    assert (template["owner_id"], template["name"], template["workflow_type"]) == (2, "second", "full")
    assert template["default_params"] == {"kept": True}


def test_a_template_that_is_not_there_is_none(old: OldTemplates) -> None:
    assert old.get(1) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda old: old.set_type(1, "rag"),
        lambda old: old.set_params(1, {}),
        lambda old: old.save(1, name="x"),
        lambda old: old.record_execution(1, "completed"),
        lambda old: old.delete(1),
    ],
    ids=["set_type", "set_params", "save", "record_execution", "delete"],
)
def test_changing_one_that_is_not_there_is_an_error(
    old: OldTemplates, change: Callable[[OldTemplates], None]
) -> None:
    with pytest.raises(LookupError, match="no workflow template has the id 1"):
        change(old)


def test_its_type_and_parameters_can_be_set(old: OldTemplates) -> None:
    made = old.create(owner_id=7, name="x", workflow_type="plain")
    before = read(old, made)

    old.set_type(made, "tools")
    old.set_params(made, {"deep": {"er": [1]}})

    template = read(old, made)
    assert (template["workflow_type"], template["default_params"]) == ("tools", {"deep": {"er": [1]}})
    assert template["updated_at"] > before["updated_at"]
    assert template["created_at"] == before["created_at"]


def test_saving_writes_every_column_and_changes_what_is_named(old: OldTemplates, engine: Engine) -> None:
    made = old.create(owner_id=7, name="x", workflow_type="rag", default_params={"k": 1.5})
    before = read(old, made)
    with engine.begin() as connection:
        # A trigger for all columns but the key fires only if each of them is written.
        connection.exec_driver_sql(
            "CREATE TABLE written (name text);"
            "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN INSERT INTO written VALUES (TG_ARGV[0]); RETURN NULL; END';"
            + ";".join(
                f"CREATE TRIGGER note_{column} AFTER UPDATE OF {column} ON workflow_templates"
                f" FOR EACH ROW EXECUTE FUNCTION note('{column}')"
                for column in SAVED
            )
        )

    old.save(made, name="y", category="sales")

    with engine.connect() as connection:
        assert set(connection.scalars(text("SELECT name FROM written"))) == set(before) - {"id"}
    after = read(old, made)
    assert {column for column in after if after[column] != before[column]} == {
        "name",
        "category",
        "updated_at",
    }


def test_saving_a_column_there_is_none_of_is_an_error(old: OldTemplates) -> None:
    made = old.create(owner_id=7, name="x", workflow_type="rag")
    with pytest.raises(TypeError, match="has no column colour, size"):
        old.save(made, size=1, colour=2, name="y")


def test_an_execution_is_recorded_and_counted(old: OldTemplates, engine: Engine) -> None:
    made = old.create(owner_id=7, name="x", workflow_type="rag")

    old.record_execution(made, "completed")
    old.record_execution(made, "running")

    assert read(old, made)["usage_count"] == 2
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT template_id, status, finished_at IS NULL FROM workflow_executions ORDER BY id")
        )
        assert [tuple(row) for row in rows] == [(made, "completed", False), (made, "running", True)]


def test_no_count_is_lost_to_a_save_or_to_another_execution(old: OldTemplates) -> None:
    made = old.create(owner_id=7, name="x", workflow_type="rag")
    start = threading.Barrier(4)

    def record() -> None:
        start.wait()
        for _ in range(25):
            old.record_execution(made, "completed")

    def save() -> None:
        start.wait()
        for number in range(25):
            old.save(made, name=f"n{number}")

    threads = [threading.Thread(target=work) for work in (record, record, save, save)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (read(old, made)["usage_count"], read(old, made)["name"]) == (50, "n24")


def test_the_newest_of_a_type_come_first(old: OldTemplates) -> None:
    made = old.create_many(
        [{"owner_id": 1, "name": "x", "workflow_type": ("plain", "rag")[number % 2]} for number in range(6)]
    )

    assert [template["id"] for template in old.list_by_type("rag", limit=2)] == [made[5], made[3]]
    assert old.list_by_type("full") == []


def test_deleting_a_template_takes_its_executions_and_no_others(old: OldTemplates, engine: Engine) -> None:
    first, second = old.create_many([{"owner_id": 1, "name": "x", "workflow_type": "rag"}] * 2)
    for number in (first, second):
        old.record_execution(number, "completed")

    old.delete(first)

    assert old.get(first) is None
    with engine.connect() as connection:
        assert list(connection.scalars(text("SELECT template_id FROM workflow_executions"))) == [second]
