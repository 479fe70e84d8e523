"""Golden SQL: what a step is rendered to, written in the test for people to read.

Statements stand apart by an empty line, each below a comment that says what it is for and, where it takes
one, its lock; a comment below it says what comes first where it has to be tried again. Lines are broken
for reading only: a break and the spaces after it are one space, so that a statement of one line is
compared character by character.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from sqlalchemy import create_engine

from crossfade.dialects.postgresql import PostgreSQL
from crossfade.steps import Statement, Step

NEWEST = (18, 4)
LOCK_TIMEOUT_MS = 200


@dataclass(frozen=True)
class Golden:
    """A step, its statements' text, and the server's version."""

    step: Step
    text: str
    version: tuple[int, ...] = NEWEST


def every_case() -> list[Golden]:
    """The cases of all modules beside this one."""
    modules = [
        import_module(f"tests.dialects.postgresql.{path.stem}")
        for path in sorted(Path(__file__).parent.glob("test_*.py"))
    ]
    cases = [case for module in modules for case in getattr(module, "CASES", {}).values()]
    return [case for case in cases if isinstance(case, Golden)]


@cache
def dialect(version: tuple[int, ...] = NEWEST) -> PostgreSQL:
    """A dialect that has never been connected: rendering asks no server."""
    return PostgreSQL(create_engine("postgresql+psycopg://"), version, "postgresql", LOCK_TIMEOUT_MS)


def rendered(step: Step, version: tuple[int, ...] = NEWEST) -> tuple[Statement, ...]:
    return dialect(version).render(step)


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
