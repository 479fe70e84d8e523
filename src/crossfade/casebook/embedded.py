"""A case's guide inside its README, between two markers; and the part of it that is the same in every run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crossfade.errors import UsageError
from crossfade.pages import markdown

if TYPE_CHECKING:
    from pathlib import Path

    from crossfade.document import Guide

__all__ = ["demand_place", "embedded", "structure", "write"]

BEGIN, END = "<!-- guide: begin -->", "<!-- guide: end -->"
BETWEEN = re.compile(rf"{BEGIN}\n(.*?){END}", re.DOTALL)

FIGURE = re.compile(r"\b\d[\d,.:-]*(?: (?:ms|s)\b)?")
PLURAL = re.compile(r"… (\w+?)s?\b")
PASSING = re.compile(
    r"- \*\*CF(?:101|107|108) |- the longest wait"
)  # as the data and the moment would have it
ALONE = "| value of the new version alone"  # what the traffic came to


def demand_place(file: Path) -> None:
    """Raises UsageError where `file` is there already, and has no markers to write a guide between."""
    if file.exists() and embedded(file.read_text(encoding="utf-8")) is None:
        raise UsageError(
            f"{file} is there already, and has no place for a guide",
            place="--guide",
            remedy=f"name another file, or write the lines {BEGIN} and {END} into it",
        )


def write(guide: Guide, file: Path) -> None:
    """Write the guide between the markers of `file`, or as a file of its own where there is none."""
    text = markdown(guide, 2, statements=False)
    if file.exists():
        page = file.read_text(encoding="utf-8")
        text = BETWEEN.sub(lambda _: f"{BEGIN}\n{text}{END}", page, count=1)
    file.write_text(text, encoding="utf-8")


def embedded(page: str) -> str | None:
    """The guide in a page; None where it has no markers."""
    found = BETWEEN.search(page)
    return None if found is None else found[1]


def structure(guide: str) -> list[str]:
    """The guide's lines without figures, and without what only some runs have."""
    lines: list[str] = []
    head = ""
    for line in guide.splitlines():
        head = (head or line) if line.startswith("|") else ""
        if PASSING.match(line) or head.startswith(ALONE):
            continue
        masked = PLURAL.sub(r"… \1s", FIGURE.sub("…", _kept(line, head)))
        if masked or (lines and lines[-1]):
            lines.append(masked)
    return lines


def _kept(line: str, head: str) -> str:
    """Of a row of figures, what is the same in every run; whether anybody waited is the run's own affair."""
    cells = line.split(" | ")
    if head.startswith("| command |"):
        return " | ".join((cells[0], cells[3]))
    return cells[0] if head.startswith("| summary |") else line
