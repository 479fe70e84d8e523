"""What a template must be on both sides, in plain Python, from the case's promises and not the engine.

The rules, one by one:

- the type is a label to the old application and a string to the new one: see `crossfade.casebook.ledger`. A
  string for which no label stands is `UNKNOWN`;
- rows born on the old side get ``is_dynamic`` false and the pattern ``chat``; rows born on the new side have
  what they were given;
- what a rollback keeps comes back at the next start each column by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crossfade.casebook import ledger
from crossfade.casebook.ledger import Twofold, Wrong, difference
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
    """One row as it must be."""

    common: dict[str, Any]
    type: Twofold[str | None]
    is_dynamic: bool = False
    pattern: str | None = "chat"
    executions: int = 0

    def wrong(self, found: Mapping[str, Any] | None, side: Side) -> Wrong | None:
        """(expected, found) of the columns that are not as they must be on that side; None where all are."""
        if found is None:
            return {"row": "exists"}, {"row": "is gone"}
        expected = dict(self.common)
        if side is Side.OLD:
            expected["workflow_type"] = self.type.label
        else:
            right = self.type.settles(found["workflow_type"])
            several = " or ".join(sorted(map(repr, self.type.values)))
            expected["workflow_type"] = found["workflow_type"] if right else several
            expected |= {"is_dynamic": self.is_dynamic, "execution_pattern": self.pattern}
        return difference(expected, found)

    def witness(self, moment: Moment) -> None:
        """A command begins or has ended."""
        self.type.witness(moment)


class Ledger(ledger.Ledger[int, Template]):
    """All templates that one worker answers for, by id."""

    def born_old(self, id: int, label: str, **given: Any) -> None:
        """The old application, or time before all this, made this row."""
        known = Twofold[str | None](label, type_of(label), frozenset({type_of(label)}))
        self.rows[id] = Template({**BORN, **given}, known)

    def born_new(self, id: int, workflow_type: str | None, pattern: str | None, **given: Any) -> None:
        """The new application made this row, with this pattern."""
        label = label_of(workflow_type)
        known = Twofold(label, type_of(label), frozenset({workflow_type}))
        self.rows[id] = Template({**BORN, **given}, known, is_dynamic=True, pattern=pattern)

    def write(self, id: int, **values: Any) -> None:
        """Either application wrote columns that both sides show alike."""
        self.rows[id].common |= values

    def label(self, id: int, label: str) -> None:
        """The old application wrote this label."""
        self.rows[id].type.label_written(label, type_of(label), self.moment)

    def retype(self, id: int, workflow_type: str | None) -> None:
        """The new application wrote this type."""
        label = label_of(workflow_type)
        self.rows[id].type.value_written(workflow_type, label, type_of(label))

    def pattern(self, id: int, pattern: str | None) -> None:
        """The new application wrote this execution pattern."""
        self.rows[id].pattern = pattern

    def executed(self, id: int) -> None:
        """Either application recorded an execution."""
        template = self.rows[id]
        template.common["usage_count"] += 1
        template.executions += 1
