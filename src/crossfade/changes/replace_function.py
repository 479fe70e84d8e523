"""A function or a procedure gets another definition, and perhaps other arguments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from crossfade.changes.defining import Defining


@dataclass(frozen=True)
class ReplaceFunction(Defining):
    """The function `name` gets the definition that the statement in `file`, or in `sql`, says.

        before   submit(draft uuid, who text)
        after    submit(draft uuid, who text, process text DEFAULT NULL)

    The old application goes on calling the old one, untouched, until `complete`, which retires it; the new
    application calls the new one. Owner, grants and comment are the old one's. Where several functions have
    the name, the one that is meant is written with its types: `"submit(uuid, text)"`.
    """

    kinds: ClassVar[tuple[str, ...]] = ("function", "procedure")
    replaces: ClassVar[bool] = True
