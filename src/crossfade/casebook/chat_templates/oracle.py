"""What a template must be on both sides, in plain Python, from the case's promises and not the engine.

The rules, one by one:

- a label written by the old application moves the type only if it is another label than before: saving a row
  with the label that it has does not take away a type which only the new application knows;
- a type written by the new application moves the label to the one that stands for it, `UNKNOWN` where none
  does;
- rows born on the old side get ``is_dynamic`` false and the pattern ``chat``; rows born on the new side have
  what they were given;
- a rollback keeps what the old shape cannot hold. At the next start it comes back: each column by itself, the
  type only where the row has the label that it had at the rollback.

A label that moves while `rollback` or `start` itself is under way may count as moved before or after it; then
more than one type is right, until a read shows which.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crossfade.casebook.words import Side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crossfade.casebook.words import Moment

__all__ = ["COMMON", "LABELS", "Ledger", "Template", "label_of", "type_of"]

TYPES = {"plain": "simple_chat", "rag": "rag_chat", "tools": "function_chat", "full": "advanced_chat"}
LABELS = tuple(TYPES)
UNKNOWN = "plain"

# What both sides show alike.
COMMON = (
    "owner_id",
    "name",
    "description",
    "category",
    "default_params",
    "required_tools",
    "is_builtin",
    "is_public",
    "version",
    "usage_count",
)
BORN: dict[str, Any] = {
    "description": None,
    "category": None,
    "default_params": None,
    "required_tools": None,
    "is_builtin": False,
    "is_public": False,
    "version": 1,
    "usage_count": 0,
}


def type_of(label: str) -> str:
    """The new type that an old label becomes."""
    return TYPES[label]


def label_of(workflow_type: str | None) -> str:
    """The old label under which a new type is shown."""
    return next((label for label, known in TYPES.items() if known == workflow_type), UNKNOWN)


@dataclass
class Template:
    """One row as it must be. `types` are the types that are right; `kept` what a rollback may have kept."""

    common: dict[str, Any]
    label: str
    types: frozenset[str | None]
    is_dynamic: bool = False
    pattern: str | None = "chat"
    executions: int = 0
    kept: list[tuple[str, str | None]] = field(default_factory=list)
    moved_in_start: bool = False

    def wrong(
        self, found: Mapping[str, Any] | None, side: Side
    ) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """(expected, found) of the columns that are not as they must be on that side; None where all are.

        A type that is right settles which of several it is.
        """
        if found is None:
            return {"row": "exists"}, {"row": "is gone"}
        expected = dict(self.common)
        if side is Side.OLD:
            expected["workflow_type"] = self.label
        else:
            if found["workflow_type"] in self.types:
                self.types = frozenset({found["workflow_type"]})
                expected["workflow_type"] = found["workflow_type"]
            else:
                expected["workflow_type"] = " or ".join(sorted(map(repr, self.types)))
            expected |= {"is_dynamic": self.is_dynamic, "execution_pattern": self.pattern}
        differ = [name for name, value in expected.items() if found[name] != value]
        if not differ:
            return None
        return {name: expected[name] for name in differ}, {name: found[name] for name in differ}


class Ledger:
    """All templates that one worker answers for, by id, and the ids of those that it deleted."""

    def __init__(self) -> None:
        self.templates: dict[int, Template] = {}
        self.deleted: set[int] = set()
        self._moment: Moment | None = None

    def born_old(self, id: int, label: str, **given: Any) -> None:
        """The old application, or time before all this, made this row."""
        self.templates[id] = Template({**BORN, **given}, label, frozenset({type_of(label)}))

    def born_new(self, id: int, workflow_type: str | None, pattern: str | None, **given: Any) -> None:
        """The new application made this row, with this pattern."""
        self.templates[id] = Template(
            {**BORN, **given},
            label_of(workflow_type),
            frozenset({workflow_type}),
            is_dynamic=True,
            pattern=pattern,
        )

    def write(self, id: int, **values: Any) -> None:
        """Either application wrote columns that both sides show alike."""
        self.templates[id].common |= values

    def label(self, id: int, label: str) -> None:
        """The old application wrote this label."""
        template = self.templates[id]
        if label == template.label:
            return
        template.label = label
        template.types = frozenset({type_of(label)})
        command = self._moment.command if self._moment and not self._moment.ended else ""
        if command == "rollback":  # it may have been kept as it was before, or as it is now
            template.kept.append((label, type_of(label)))
        template.moved_in_start |= command == "start"

    def retype(self, id: int, workflow_type: str | None) -> None:
        """The new application wrote this type."""
        template = self.templates[id]
        template.label, template.types = label_of(workflow_type), frozenset({workflow_type})

    def pattern(self, id: int, pattern: str | None) -> None:
        """The new application wrote this execution pattern."""
        self.templates[id].pattern = pattern

    def executed(self, id: int) -> None:
        """Either application recorded an execution."""
        template = self.templates[id]
        template.common["usage_count"] += 1
        template.executions += 1

    def delete(self, id: int) -> None:
        """Either application deleted the row: it must be gone for good."""
        del self.templates[id]
        self.deleted.add(id)

    def forget(self, id: int) -> None:
        """What the row must be is not known any more, or was found wrong and reported."""
        self.templates.pop(id, None)
        self.deleted.discard(id)

    def witness(self, moment: Moment) -> None:
        """A command begins or has ended."""
        self._moment = moment
        for template in self.templates.values():
            if moment.command == "rollback" and not moment.ended:
                template.kept = [(template.label, known) for known in template.types]
            if moment.command == "start":
                if moment.ended:
                    template.types = _returned(template)
                    template.kept = []
                template.moved_in_start = False


def _returned(template: Template) -> frozenset[str | None]:
    """The types that are right after a start: what was kept, where the label is what it was."""
    back = frozenset(known for label, known in template.kept if label == template.label)
    if back and not template.moved_in_start and all(label == template.label for label, _ in template.kept):
        return back
    return back | {type_of(template.label)}
