"""Golden SQL: what a step is rendered to, written in the test for people to read.

Statements stand apart by an empty line, each below a comment that says what it is for and, where it takes
one, its lock; a comment below it says what comes first where it has to be tried again. Lines are broken
for reading only: a break and the spaces after it are one space, so that a statement of one line is
compared character by character.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from crossfade.dialects.postgresql.ddl import Renderer
from crossfade.steps import Statement, Step

NEWEST = (18, 4)
LOCK_TIMEOUT_MS = 200


@dataclass(frozen=True)
class Golden:
    """A step, its statements' text, and the server's version."""

    step: Step
    text: str
    version: tuple[int, ...] = NEWEST


def rendered(step: Step, version: tuple[int, ...] = NEWEST) -> tuple[Statement, ...]:
    return Renderer(version, LOCK_TIMEOUT_MS).render(step)


def told(statements: Iterable[Statement]) -> list[str]:
    """Each statement below its comment, in one line."""
    return [f"{_comment(each)} {_flat(each.sql)}{_again(each)}" for each in statements]


def expected(text: str) -> list[str]:
    """The same, out of a golden text."""
    return [_flat(block) for block in text.strip().split("\n\n") if block.strip()]


def _comment(statement: Statement) -> str:
    lock = f", {statement.lock}" if statement.lock else ""
    blocks = f", blocks {statement.blocks}" if statement.blocks != "nothing" else ""
    bound = ", bound" if statement.bound else ""
    return f"-- {statement.role}{lock}{blocks}{bound}:"


def _again(statement: Statement) -> str:
    return f" -- tried again after: {statement.again}" if statement.again else ""


def _flat(text: str) -> str:
    return " ".join(line.strip() for line in text.strip().splitlines())
