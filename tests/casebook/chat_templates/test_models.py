import subprocess
import sys
import warnings

import pytest
from sqlalchemy import select

from crossfade.casebook.chat_templates.models import (
    TemplateError,
    WorkflowTemplate,
    WorkflowType,
    default_pattern,
    pattern_name,
    type_name,
)

TODAY = {
    WorkflowType.PLAIN: "simple_chat",
    WorkflowType.TOOLS: "function_chat",
    WorkflowType.RAG: "rag_chat",
    WorkflowType.FULL: "advanced_chat",
}
COLUMNS = [
    "id", "owner_id", "name", "description", "workflow_type", "category", "default_params", "required_tools",
    "is_builtin", "is_public", "version", "usage_count", "is_dynamic", "execution_pattern", "created_at",
    "updated_at",
]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["medical_chat", "x", "x" * 50, "  padded  ", "チャット", "🩺" * 50, "plain", "rag"]
)
def test_any_string_of_up_to_50_characters_is_a_type(name: str) -> None:
    assert type_name(name) == name


def test_no_type_is_none() -> None:
    assert type_name(None) is None


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u3000\u00a0"])
def test_a_blank_type_is_refused(blank: str) -> None:
    with pytest.raises(TemplateError, match=r"must not be blank, got .*: give a name such as 'simple_chat'"):
        type_name(blank)


def test_a_type_that_is_too_long_is_refused() -> None:
    with pytest.raises(TemplateError, match=r"at most 50 characters, got 51: 'x+'"):
        type_name("x" * 51)


@pytest.mark.parametrize("other", [5, b"rag", ["rag"], True])
def test_what_is_no_string_is_refused(other: object) -> None:
    with pytest.raises(TemplateError, match=f"must be a string, got {type(other).__name__}"):
        type_name(other)


def test_what_postgresql_cannot_store_is_refused() -> None:
    with pytest.raises(TemplateError, match="NUL"):
        type_name("a\x00b")


def test_a_refusal_is_a_value_error() -> None:
    assert issubclass(TemplateError, ValueError)


@pytest.mark.parametrize(("member", "today"), TODAY.items())
def test_the_old_enum_is_accepted_with_a_warning_that_says_what_to_use(
    member: WorkflowType, today: str
) -> None:
    expected = f"WorkflowType.{member.name} is deprecated: use the string '{today}'"
    with pytest.warns(DeprecationWarning, match=expected) as caught:
        assert type_name(member) == today
    assert [warning.filename for warning in caught] == [__file__]


@pytest.mark.parametrize(("member", "today"), TODAY.items())
def test_the_old_enum_equals_what_it_is_today_with_a_warning(member: WorkflowType, today: str) -> None:
    template = WorkflowTemplate(workflow_type=today)
    with pytest.warns(DeprecationWarning, match=f"use the string '{today}'") as caught:
        assert template.workflow_type == member
    with pytest.warns(DeprecationWarning, match=f"use the string '{today}'"):
        assert member != "medical_chat"
    assert [warning.filename for warning in caught] == [__file__]


def test_the_old_enum_is_otherwise_as_it_was() -> None:
    assert [member.value for member in WorkflowType] == ["plain", "tools", "rag", "full"]
    assert WorkflowType("rag") is WorkflowType.RAG
    assert WorkflowType["RAG"] is WorkflowType.RAG
    assert WorkflowType.RAG == WorkflowType.RAG
    assert WorkflowType.RAG != WorkflowType.FULL
    assert WorkflowType.RAG not in {None, 5}
    assert len(set(WorkflowType)) == 4


def test_importing_the_application_warns_of_nothing() -> None:
    package = "crossfade.casebook.chat_templates"
    command = f"from {package}.models import WorkflowType; import {package}.service, {package}.schemas"
    subprocess.run([sys.executable, "-W", "error::DeprecationWarning", "-c", command], check=True)


def test_the_old_enum_is_accepted_by_the_model() -> None:
    with pytest.warns(DeprecationWarning, match="use the string 'rag_chat'"):
        assert WorkflowTemplate(workflow_type=WorkflowType.RAG).workflow_type == "rag_chat"


def test_the_old_enum_is_accepted_in_a_query() -> None:
    query = select(WorkflowTemplate.id).where(WorkflowTemplate.workflow_type == WorkflowType.RAG)
    with pytest.warns(DeprecationWarning, match="use the string 'rag_chat'"):
        compiled = query.compile(compile_kwargs={"literal_binds": True})
    assert str(compiled).endswith("workflow_templates.workflow_type = 'rag_chat'")


@pytest.mark.parametrize("column", ["workflow_type", "execution_pattern"])
def test_the_model_keeps_the_rules_too(column: str) -> None:
    with pytest.raises(TemplateError):
        WorkflowTemplate(**{column: " "})


@pytest.mark.parametrize("pattern", ["chat", "batch", "streaming", None])
def test_there_are_three_patterns_or_none(pattern: str | None) -> None:
    assert pattern_name(pattern) == pattern


@pytest.mark.parametrize("pattern", ["", "Chat", "parallel"])
def test_another_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(TemplateError, match=f"one of chat, batch, streaming, got '{pattern}'"):
        pattern_name(pattern)


@pytest.mark.parametrize(
    ("workflow_type", "pattern"),
    [
        ("chat", "chat"),
        ("medical_chat", "chat"),
        ("_chat", "chat"),
        ("chatter", None),
        ("webchat", None),
        ("chat_export", None),
        (None, None),
    ],
)
def test_a_chat_type_runs_as_a_chat(workflow_type: str | None, pattern: str | None) -> None:
    assert default_pattern(workflow_type) == pattern


def test_a_dictionary_has_every_column() -> None:
    template = WorkflowTemplate(id=3, name="x", workflow_type="code_review_chat", execution_pattern="batch")

    found = template.to_dict()

    assert list(found) == COLUMNS
    assert {key: value for key, value in found.items() if value is not None} == {
        "id": 3,
        "name": "x",
        "workflow_type": "code_review_chat",
        "execution_pattern": "batch",
    }


def test_a_template_without_a_type_can_be_shown() -> None:
    template = WorkflowTemplate(id=3, name="x", workflow_type=None)

    assert template.to_dict()["workflow_type"] is None
    assert template.to_unified_template() == {
        "id": 3,
        "name": "x",
        "description": "",
        "workflow_type": None,
        "title": "Untyped",
        "execution_pattern": None,
        "category": None,
        "params": {},
        "tools": [],
        "source": "classic",
        "is_public": None,
    }


def test_the_gallery_tells_where_a_template_comes_from() -> None:
    made = {
        "name": "x",
        "workflow_type": "code_review_chat",
        "default_params": {"k": 1},
        "required_tools": ["t"],
    }
    dynamic = WorkflowTemplate(**made, is_dynamic=True).to_unified_template()
    builtin = WorkflowTemplate(**made, is_builtin=True).to_unified_template()

    assert (dynamic["source"], builtin["source"]) == ("dynamic", "builtin")
    assert dynamic["title"] == "Code review chat"
    assert (dynamic["params"], dynamic["tools"]) == ({"k": 1}, ["t"])


def test_no_rule_warns_of_a_string() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        WorkflowTemplate(workflow_type=type_name("rag"))
