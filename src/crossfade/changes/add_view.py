"""A view is added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from crossfade.changes.defining import Defining


@dataclass(frozen=True)
class AddView(Defining):
    """The view `name` is added, which the statement in `file`, or in `sql`, defines.

        before   -
        after    open_orders(id, total)

    From `start` on the new application has it, in its namespace, over the new version of every table.
    `complete` makes it in the schema itself.
    """

    kinds: ClassVar[tuple[str, ...]] = ("view",)
