from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from crossfade.casebook.chat_templates.models import WorkflowTemplate, WorkflowType
from crossfade.casebook.chat_templates.schemas import WorkflowTemplateCreate, WorkflowTemplateRead

NEW: dict[str, Any] = {"owner_id": 7, "name": "Ward round", "workflow_type": "medical_chat"}


def test_a_request_needs_little() -> None:
    assert WorkflowTemplateCreate(**NEW).model_dump() == {
        **NEW,
        "description": None,
        "category": None,
        "default_params": None,
        "execution_pattern": None,
        "required_tools": None,
        "is_public": False,
    }


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"workflow_type": ""}, "a workflow type must not be blank"),
        ({"workflow_type": "   "}, "a workflow type must not be blank"),
        ({"workflow_type": "x" * 51}, "a workflow type has at most 50 characters, got 51"),
        ({"workflow_type": 5}, "a workflow type must be a string, got int"),
        ({"workflow_type": None}, "valid string"),
        ({"name": ""}, "at least 1 character"),
        ({"name": "x" * 201}, "at most 200 characters"),
        ({"execution_pattern": "parallel"}, "'chat', 'batch' or 'streaming'"),
        ({"usage_count": 9}, "Extra inputs are not permitted"),
    ],
)
def test_a_wrong_request_is_refused_with_its_reason(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        WorkflowTemplateCreate(**{**NEW, **wrong})


def test_the_old_enum_is_accepted_with_a_warning() -> None:
    with pytest.warns(DeprecationWarning, match="use the string 'function_chat'") as caught:
        request = WorkflowTemplateCreate(**{**NEW, "workflow_type": WorkflowType.TOOLS})
    assert request.workflow_type == "function_chat"
    assert [warning.filename for warning in caught] == [__file__]


def test_a_template_without_a_type_is_shown_as_it_is() -> None:
    now = datetime(2025, 9, 1, tzinfo=UTC)
    template = WorkflowTemplate(
        id=3, owner_id=7, name="x", is_builtin=False, is_public=False, version=1, usage_count=0,
        is_dynamic=True, created_at=now, updated_at=now,
    )  # fmt: skip

    shown = WorkflowTemplateRead.model_validate(template)

    assert shown.model_dump() == template.to_dict()
    assert '"workflow_type":null' in shown.model_dump_json()
