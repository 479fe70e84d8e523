"""The chat platform after the change: any string is a workflow type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import CursorResult, delete, insert, select, update
from sqlalchemy.orm import sessionmaker

from crossfade.casebook.chat_templates.models import (
    WorkflowExecution,
    WorkflowTemplate,
    WorkflowType,
    default_pattern,
    pattern_name,
    type_name,
)
from crossfade.casebook.chat_templates.portability import NOW, upsert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

CHAT_BUILTINS = ("simple_chat_builtin", "rag_chat_builtin", "function_chat_builtin", "advanced_chat_builtin")
OPTIONAL = {
    "description": None,
    "category": None,
    "default_params": None,
    "required_tools": None,
    "is_public": False,
    "execution_pattern": None,
}
"""What a new template has where nothing else is said."""


class WorkflowManagementService:
    """Templates and their executions. A method that names an id raises ``LookupError`` if it is not there.

    Wherever a type is asked for, ``TemplateError`` is raised for one that is blank, longer than 50
    characters or no string, and a member of the deprecated ``WorkflowType`` is accepted with a warning.
    """

    def __init__(self, engine: Engine) -> None:
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        self._dialect = engine.dialect

    def create_workflow_template(
        self,
        owner_id: int,
        name: str,
        description: str | None,
        workflow_type: str | WorkflowType | None,
        category: str | None,
        default_params: dict[str, Any] | None,
        execution_pattern: str | None = None,
        *,
        required_tools: list[str] | None = None,
        is_public: bool = False,
    ) -> WorkflowTemplate:
        """Store a template of any type and return it with all that the database gave it.

        It is dynamic. Its execution pattern is "chat" if it has a chat type and none is given.
        """
        accepted = type_name(workflow_type, stacklevel=2)
        template = WorkflowTemplate(
            owner_id=owner_id,
            name=name,
            description=description,
            workflow_type=accepted,
            category=category,
            default_params=default_params,
            required_tools=required_tools,
            is_public=is_public,
            is_dynamic=True,
            execution_pattern=_pattern(execution_pattern, accepted),
        )
        with self._sessions.begin() as session:
            session.add(template)
        return template

    def create_many(self, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Store many templates and return their ids in order.

        Each row has the arguments of ``create_workflow_template``, of which "description",
        "category", "default_params" and those with a default may be left out.
        """
        if not rows:
            return []
        statement = insert(WorkflowTemplate).returning(WorkflowTemplate.id, sort_by_parameter_order=True)
        with self._sessions.begin() as session:
            return list(session.scalars(statement, list(map(_new, rows))))

    def upsert(self, *, id: int, owner_id: int, name: str, workflow_type: str | WorkflowType | None) -> None:
        """Store a new template under this id, or give the one that has it a new owner, name and type."""
        row = {"id": id, "owner_id": owner_id, "name": name, "workflow_type": workflow_type}
        changed = ("owner_id", "name", "workflow_type")
        with self._sessions.begin() as session:
            session.execute(upsert(self._dialect, WorkflowTemplate, _new(row), changed))

    def get(self, id: int) -> dict[str, Any] | None:
        """Every column of the template, or None."""
        with self._sessions() as session:
            template = session.get(WorkflowTemplate, id)
            return None if template is None else template.to_dict()

    def set_type(self, id: int, workflow_type: str | WorkflowType | None) -> None:
        """Give the template any type, or none. How it runs stays as it is."""
        self._update(id, workflow_type=type_name(workflow_type, stacklevel=2))

    def set_params(self, id: int, params: dict[str, Any]) -> None:
        """Replace the template's default parameters."""
        self._update(id, default_params=params)

    def set_pattern(self, id: int, pattern: str | None) -> None:
        """Say how the template runs: "chat", "batch", "streaming", or None. ``TemplateError`` otherwise."""
        self._update(id, execution_pattern=pattern_name(pattern))

    def record_execution(self, id: int, status: str) -> None:
        """Note that the template was run, and count it."""
        finished = None if status == "running" else NOW
        execution = {"template_id": id, "status": status, "finished_at": finished}
        with self._sessions.begin() as session:
            _update(session, id, {"usage_count": WorkflowTemplate.usage_count + 1})
            session.execute(insert(WorkflowExecution).values(execution))

    def list_by_type(self, workflow_type: str | WorkflowType | None, limit: int = 20) -> list[dict[str, Any]]:
        """The newest templates of this type, newest first; of None, those without a type."""
        wanted = type_name(workflow_type, stacklevel=2)
        statement = select(WorkflowTemplate).where(WorkflowTemplate.workflow_type == wanted)
        with self._sessions() as session:
            found = session.scalars(statement.order_by(WorkflowTemplate.id.desc()).limit(limit))
            return [template.to_dict() for template in found]

    def delete(self, id: int) -> None:
        """Delete the template and its executions."""
        with self._sessions.begin() as session:
            # Locked first, so that no execution is recorded between the two deletes.
            template = session.get(WorkflowTemplate, id, with_for_update=True)
            if template is None:
                raise _missing(id)
            session.execute(delete(WorkflowExecution).where(WorkflowExecution.template_id == id))
            session.delete(template)

    def _update(self, id: int, **values: Any) -> None:
        with self._sessions.begin() as session:
            _update(session, id, values)


class TemplateManager:
    """What the platform itself provides."""

    def __init__(self, engine: Engine) -> None:
        self._sessions = sessionmaker(engine)

    def get_chat_templates(self) -> list[dict[str, Any]]:
        """The built-in chat templates, simplest first, each as ``WorkflowTemplate.to_dict``."""
        statement = select(WorkflowTemplate).where(
            WorkflowTemplate.is_builtin, WorkflowTemplate.name.in_(CHAT_BUILTINS)
        )
        with self._sessions() as session:
            found = [template.to_dict() for template in session.scalars(statement)]
        return sorted(found, key=lambda template: CHAT_BUILTINS.index(template["name"]))


def _new(given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a new template by the rules of ``create_workflow_template``."""
    row = {**OPTIONAL, **given}
    accepted = type_name(row["workflow_type"], stacklevel=3)
    pattern = _pattern(row["execution_pattern"], accepted)
    return {**row, "workflow_type": accepted, "is_dynamic": True, "execution_pattern": pattern}


def _pattern(given: str | None, workflow_type: str | None) -> str | None:
    return default_pattern(workflow_type) if given is None else pattern_name(given)


def _update(session: Session, id: int, values: Mapping[str, Any]) -> None:
    change = update(WorkflowTemplate).where(WorkflowTemplate.id == id).values(dict(values))
    if cast("CursorResult[Any]", session.execute(change)).rowcount != 1:
        raise _missing(id)


def _missing(id: int) -> LookupError:
    return LookupError(f"no workflow template has the id {id}")
