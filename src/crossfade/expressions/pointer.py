"""A text with a mark below the part that is meant."""

from __future__ import annotations

_MARGIN = "    "


def pointed(text: str, at: int | None) -> str:
    """`text` on lines of its own, with a caret below the character at `at` (from 0); none for None."""
    lines = []
    begins = 0
    for line in text.split("\n"):
        lines.append(_MARGIN + line)
        if at is not None and begins <= at <= begins + len(line):
            before = "".join("\t" if each == "\t" else " " for each in line[: at - begins])
            lines.append(f"{_MARGIN}{before}^")
        begins += len(line) + 1
    return "".join(f"\n{line}" for line in lines)
