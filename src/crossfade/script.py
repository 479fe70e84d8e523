"""The script: a plan's steps cut into the units that are executed, each with its statements.

The runner walks a script and preview prints it, so that what is shown is what is done.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from crossfade.dialects import SchemaDialect
from crossfade.schema import TableName
from crossfade.steps import Mode, Statement, Step


@dataclass(frozen=True)
class Line:
    """A step at its position (from 0) among its command's steps, and its statements."""

    position: int
    step: Step
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Unit:
    """Lines that are executed together: in one transaction, in many, or in none, as `mode` says.

    `opening` is executed first, at the beginning of the transaction.
    """

    mode: Mode
    opening: tuple[Statement, ...]
    lines: tuple[Line, ...]

    @property
    def title(self) -> str:
        """What the unit does, for people."""
        shown = [line.step.title for line in self.lines if line.statements] or [self.lines[0].step.title]
        return shown[0] if len(shown) == 1 else f"{shown[0]} and {len(shown) - 1} more"


def script(steps: Iterable[Step], dialect: SchemaDialect) -> tuple[Unit, ...]:
    """The units of `steps`: neighbours that go together share a transaction."""
    lines = [Line(position, step, dialect.render(step)) for position, step in enumerate(steps)]
    units: list[Unit] = []
    for mode, group in groupby(lines, key=lambda line: line.step.mode):
        members = tuple(group)
        together = [members] if mode is Mode.TOGETHER else [(line,) for line in members]
        for each in together:
            needed = mode in {Mode.TOGETHER, Mode.ALONE} and any(line.statements for line in each)
            units.append(Unit(mode, dialect.opening(_in_the_way(each)) if needed else (), each))
    return tuple(units)


def _in_the_way(lines: Iterable[Line]) -> tuple[TableName, ...]:
    """The tables that the lines lock against somebody's reads or writes, in one order for everybody; by the
    names that they have before the first line.
    """
    found: set[TableName] = set()
    named: dict[TableName, TableName] = {}
    for line in lines:
        if any(statement.blocks.endswith("briefly") for statement in line.statements):
            found.update(named.get(table, table) for table in line.step.locks)
        if line.step.moves is not None:
            before, after = line.step.moves
            named[after] = named.get(before, before)
    return tuple(sorted(found))
