"""``approval.bpmn`` as SpiffWorkflow runs it: from text to text, with no store and no clock.

A service task waits here for whoever does it, as Camunda's external tasks do. Of Camunda's expressions the
one form that the file uses is understood, ``${variable}``: nothing that a process holds is ever evaluated.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.BpmnParser import full_tag
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.config import DEFAULT_CONFIG
from SpiffWorkflow.bpmn.serializer.default.task_spec import BpmnTaskSpecConverter
from SpiffWorkflow.bpmn.specs.mixins import BpmnSpecMixin
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from crossfade.casebook.benefit_drafts.installation import BPMN

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PROCESS", "PUBLISH", "REVIEW", "Approval"]

PROCESS, REVIEW, PUBLISH = "benefit_plan_approval", "review", "publish"
VARIABLE = re.compile(r"\$\{(\w+)\}")


class ExternalTask(BpmnSpecMixin):  # type: ignore[misc]  # SpiffWorkflow ships no types
    """A service task that waits until somebody says that it is done."""

    def __init__(self, wf_spec: Any, bpmn_id: str, **others: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **others)
        self.manual = True


class Parser(BpmnParser):  # type: ignore[misc]
    """Reads what Camunda's modeler writes."""

    OVERRIDE_PARSER_CLASSES = {full_tag("serviceTask"): (TaskParser, ExternalTask)}  # noqa: RUF012 - its own way


class Variables(PythonScriptEngine):  # type: ignore[misc]
    """Looks variables up; runs nothing."""

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> bool:
        """A variable's value, as a condition."""
        named = VARIABLE.fullmatch(expression.strip())
        if named is None:
            message = f"{expression!r} is no variable: the process may ask for ${{name}} only"
            raise ValueError(message)
        return bool(task.data.get(named[1], False))

    def execute(self, task: Any, script: str, external_context: Any = None) -> None:
        """Refused: the process has no scripts."""
        message = f"the process has a script, which is not run: {script!r}"
        raise ValueError(message)


class Approval:
    """One draft's process."""

    def __init__(self, workflow: Any) -> None:
        self._workflow = workflow
        workflow.script_engine = Variables()

    @classmethod
    def begun(cls, variables: Mapping[str, str]) -> Approval:
        """A new one, which waits for its review."""
        made = cls(BpmnWorkflow(_specification()))
        (start,) = made._workflow.get_tasks(state=TaskState.READY)
        start.data.update(variables)
        made._workflow.do_engine_steps()
        return made

    @classmethod
    def read(cls, text: str) -> Approval:
        """One as it was written."""
        return cls(_serializer().deserialize_json(text))

    def written(self) -> str:
        """All of it, as JSON."""
        return str(_serializer().serialize_json(self._workflow))

    @property
    def waits_for(self) -> str | None:
        """The task that somebody must do now; None where the process has ended."""
        return next((str(each.task_spec.bpmn_id) for each in self._ready()), None)

    @property
    def ended_at(self) -> str | None:
        """The end event that was reached, if one was."""
        if not self._workflow.is_completed():
            return None
        done = self._workflow.get_tasks(state=TaskState.COMPLETED)
        ends = [each for each in done if type(each.task_spec).__name__ == "EndEvent"]
        return str(ends[0].task_spec.bpmn_id)

    def do(self, task: str, variables: Mapping[str, Any]) -> None:
        """Say that this task is done. Raises LookupError where the process does not wait for it."""
        found = next((each for each in self._ready() if each.task_spec.bpmn_id == task), None)
        if found is None:
            message = f"the process does not wait for {task!r}"
            raise LookupError(message)
        found.data.update(variables)
        found.run()
        self._workflow.do_engine_steps()

    def _ready(self) -> list[Any]:
        return list(self._workflow.get_tasks(state=TaskState.READY, manual=True))


@cache
def _specification() -> Any:
    parser = Parser()
    parser.add_bpmn_file(str(BPMN))
    return parser.get_spec(PROCESS)


@cache
def _serializer() -> Any:
    known = {**DEFAULT_CONFIG, ExternalTask: BpmnTaskSpecConverter}
    return BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(known))
