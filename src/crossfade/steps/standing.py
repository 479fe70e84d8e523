"""What must stand as long as an evolution does, and is asked for by `verify`."""

from __future__ import annotations

from dataclasses import dataclass

from crossfade.phases import Phase
from crossfade.schema import ForeignKey, TableName
from crossfade.steps.cascades import Cascade
from crossfade.steps.step import Mode, Step


@dataclass(frozen=True)
class AskStanding(Step):
    """A question that changes nothing: do the key, an index that serves it and the cascade of a relation
    stand, and are they used? `index` is what such an index is called where it has to be built.
    """

    phase = Phase.VERIFY
    mode = Mode.ALONE
    change: str
    table: TableName
    key: ForeignKey
    index: str
    cascade: Cascade | None = None

    @property
    def title(self) -> str:
        return f"see that {self.key.name} of {self.table} stands"
