"""A function or a procedure is added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from crossfade.changes.defining import Defining


@dataclass(frozen=True)
class AddFunction(Defining):
    """The function `name` is added, which the statement in `file`, or in `sql`, defines.

        before   -
        after    open_orders(customer bigint) RETURNS bigint

    From `start` on the new application has it, in its namespace, where it sees the new version of every
    table. `complete` makes it in the schema itself. A `PROCEDURE` is added so too.
    """

    kinds: ClassVar[tuple[str, ...]] = ("function", "procedure")
