import pytest

from crossfade.casebook.chat_templates.evolution import BUILTIN_TEMPLATES, evolution
from crossfade.casebook.chat_templates.models import WorkflowTemplate
from crossfade.casebook.chat_templates.service import CHAT_BUILTINS


def test_it_is_as_short_as_its_story() -> None:
    assert evolution.name == "dynamic_workflow_types"
    assert [type(change).__name__ for change in evolution.changes] == [
        "OpenEnum",
        "AddColumn",
        "AddColumn",
        "SeedRows",
    ]


def test_there_are_four_built_in_templates_simplest_first() -> None:
    assert [row["name"] for row in BUILTIN_TEMPLATES] == list(CHAT_BUILTINS)
    types = ["simple_chat", "rag_chat", "function_chat", "advanced_chat"]
    assert [row["workflow_type"] for row in BUILTIN_TEMPLATES] == types


@pytest.mark.parametrize("row", BUILTIN_TEMPLATES, ids=CHAT_BUILTINS)
def test_a_built_in_template_is_one_of_the_new_application(row: dict[str, object]) -> None:
    template = WorkflowTemplate(**row).to_unified_template()

    assert (template["source"], template["is_public"], template["execution_pattern"]) == (
        "builtin",
        True,
        "chat",
    )
    assert row["owner_id"] == 0
    assert template["description"]
    assert template["category"] == "chat"
    assert bool(template["tools"]) == (row["workflow_type"] in {"function_chat", "advanced_chat"})
    assert ("retriever" in template["params"]) == (row["workflow_type"] in {"rag_chat", "advanced_chat"})


def test_each_says_the_same_columns() -> None:
    assert len({tuple(row) for row in BUILTIN_TEMPLATES}) == 1
