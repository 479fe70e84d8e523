"""What a command has found, printed for a person or as JSON, and the progress on the way to it."""

from __future__ import annotations

import json as json_
import sys
from collections.abc import Callable
from typing import Any

from rich.console import Console

from crossfade import console as shown
from crossfade.progress import Observer, Silent
from crossfade.reports import Report


def observed(command: Callable[[Observer], Any], *, json: bool) -> Any:
    """What the command returns; how far it is, is shown to a person while it works."""
    if json:
        return command(Silent())
    with shown.watching(Console()) as observer:
        return command(observer)


def tell(found: Report | tuple[Report, ...], json: bool, show: Callable[[Console], None]) -> None:
    """Print what was found: as `show` does for a person, or as JSON."""
    if not json:
        show(Console())
        return
    plain = (
        [each.model_dump(mode="json") for each in found]
        if isinstance(found, tuple)
        else found.model_dump(mode="json")
    )
    sys.stdout.write(json_.dumps(plain, ensure_ascii=False, indent=2) + "\n")
