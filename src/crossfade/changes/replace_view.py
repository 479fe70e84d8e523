"""A view gets another definition, and perhaps other columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from crossfade.changes.defining import Defining


@dataclass(frozen=True)
class ReplaceView(Defining):
    """The view `name` gets the definition that the statement in `file`, or in `sql`, says.

        before   summary(id, status)
        after    summary(id, status, process)

    The old application goes on reading the old one, untouched, until `complete`, which retires it; the new
    application reads the new one. Owner, grants and comments are the old one's.
    """

    kinds: ClassVar[tuple[str, ...]] = ("view",)
    replaces: ClassVar[bool] = True
