"""The old application in every state in which its side is there; it never hears of the new one."""

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError

from crossfade.casebook.chat_templates.old_app import SAVED, TEMPLATES, OldTemplates
from tests.casebook.chat_templates.states import STATES, in_states

pytestmark = pytest.mark.parametrize("place", in_states(*STATES), indirect=True)

NOBODY = 10**12
NAMES = ["simple", "O'Neill's \"quick\" \\ reply", "ملخص 🩺", "100 % :sure %(x)s"]


@pytest.fixture
def old(place: Engine) -> OldTemplates:
    return OldTemplates(place)


def read(old: OldTemplates, number: int) -> dict[str, Any]:
    template = old.get(number)
    assert template is not None
    return template


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


def test_what_is_not_given_is_null(old: OldTemplates, place: Engine) -> None:
    made = old.create(owner_id=7, name="x", workflow_type="plain")

    template = read(old, made)
    optional = ("description", "category", "default_params", "required_tools")
    assert [template[column] for column in optional] == [None] * 4
    with place.connect() as connection:
        given = text("SELECT default_params IS NULL FROM workflow_templates WHERE id = :id")
        assert connection.scalar(given, {"id": made})


def test_a_fifth_type_is_refused(old: OldTemplates) -> None:
    with pytest.raises(
        DBAPIError,
        match=r"invalid input value for enum workflowtype|Data truncated for column 'workflow_type'",
    ):
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
    assert old.get(NOBODY) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda old: old.set_type(NOBODY, "rag"),
        lambda old: old.set_params(NOBODY, {}),
        lambda old: old.save(NOBODY, name="x"),
        lambda old: old.record_execution(NOBODY, "completed"),
        lambda old: old.delete(NOBODY),
    ],
    ids=["set_type", "set_params", "save", "record_execution", "delete"],
)
def test_changing_one_that_is_not_there_is_an_error(
    old: OldTemplates, change: Callable[[OldTemplates], None]
) -> None:
    with pytest.raises(LookupError, match=f"no workflow template has the id {NOBODY}"):
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


def test_saving_writes_every_column_and_changes_what_is_named(old: OldTemplates, place: Engine) -> None:
    made = old.create(owner_id=7, name="x", workflow_type="rag", default_params={"k": 1.5})
    before = read(old, made)
    statements: list[str] = []

    def note(*given: Any) -> None:
        statements.append(given[2])

    event.listen(place, "before_cursor_execute", note)
    old.save(made, name="y", category="sales")
    event.remove(place, "before_cursor_execute", note)

    written = re.findall(r"(\w+) ?= ?(?:%|CURRENT_TIMESTAMP)", statements[-1].split(" WHERE ")[0])
    assert set(written) == set(SAVED) == set(before) - {"id"}
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


def test_an_execution_is_recorded_and_counted(old: OldTemplates, place: Engine) -> None:
    made = old.create(owner_id=7, name="x", workflow_type="rag")

    old.record_execution(made, "completed")
    old.record_execution(made, "running")

    assert read(old, made)["usage_count"] == 2
    with place.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT template_id, status, finished_at IS NULL, finished_at >= started_at"
                " FROM workflow_executions WHERE template_id = :id ORDER BY id"
            ),
            {"id": made},
        )
        assert [tuple(row) for row in rows] == [
            (made, "completed", False, True),
            (made, "running", True, None),
        ]


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
    assert {template["workflow_type"] for template in old.list_by_type("full")} <= {"full"}


def test_deleting_a_template_takes_its_executions_and_no_others(old: OldTemplates, place: Engine) -> None:
    first, second = old.create_many([{"owner_id": 1, "name": "x", "workflow_type": "rag"}] * 2)
    for number in (first, second):
        old.record_execution(number, "completed")

    old.delete(first)

    assert old.get(first) is None
    with place.connect() as connection:
        left = text("SELECT template_id FROM workflow_executions WHERE template_id IN (:first, :second)")
        assert list(connection.scalars(left, {"first": first, "second": second})) == [second]
