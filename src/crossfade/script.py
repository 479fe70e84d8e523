"""The script: a plan's steps cut into the units that are executed, each with its statements.

The runner walks a script and preview prints it, so that what is shown is what is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from crossfade.dialects import SchemaDialect
from crossfade.schema import TableName
from crossfade.steps import Mode, PublishView, ReplaceView, Role, Statement, Step

WHOLE = "ACCESS EXCLUSIVE"  # the lock that nothing goes beside


@dataclass(frozen=True)
class Line:
    """A step at its position (from 0) among its command's steps, and its statements."""

    position: int
    step: Step
    statements: tuple[Statement, ...]

    def of_role(self, role: Role) -> tuple[Statement, ...]:
        """The statements of one role, in order."""
        return tuple(statement for statement in self.statements if statement.role is role)


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
    if any(statement.done for line in lines for statement in line.statements):
        for batched, group in groupby(lines, key=lambda line: line.step.mode.batched):
            members = tuple(group)
            units.extend(_alone(members) if batched else _apart(members, dialect))
        return tuple(units)
    for mode, group in groupby(lines, key=lambda line: line.step.mode):
        members = tuple(group)
        together = [members] if mode is Mode.TOGETHER else [(line,) for line in members]
        for each in together:
            needed = mode in {Mode.TOGETHER, Mode.ALONE} and any(line.statements for line in each)
            opening = dialect.opening(_in_the_way(each), _raised(each)) if needed else ()
            units.append(Unit(mode, opening, each))
    return tuple(units)


def _alone(lines: Sequence[Line]) -> Iterator[Unit]:
    return (Unit(line.step.mode, (), (line,)) for line in lines)


def _apart(lines: Sequence[Line], dialect: SchemaDialect) -> Iterator[Unit]:
    """Lines that commit by themselves, each a unit; but those of a table whose view changes go together."""
    switched = {table for line in lines if isinstance(line.step, ReplaceView) for table in line.step.tables}
    made = max((line.position for line in lines if isinstance(line.step, PublishView)), default=-1)
    done: set[int] = set()
    for line in lines:
        if line.position in done:
            continue
        own = {table for table in switched if table in _about(line)}
        if not own or line.position <= made:  # no view that is yet to be made can be in anybody's way
            commits = any(statement.done for statement in line.statements)
            mode = Mode.APART if commits else line.step.mode
            yield Unit(mode, dialect.opening(_in_the_way((line,))) if commits else (), (line,))
            continue
        views = (each.step for each in lines if isinstance(each.step, ReplaceView))
        (named,) = (set(each.tables) for each in views if own.intersection(each.tables))
        members = tuple(each for each in lines if each.position > made and named.intersection(_about(each)))
        done.update(each.position for each in members)
        yield Unit(Mode.SWITCH, (), members)


def _about(line: Line) -> tuple[TableName, ...]:
    """The table that the line is about, by its names."""
    if isinstance(line.step, ReplaceView):
        return line.step.tables
    return line.step.moves or line.step.locks[:1]


def _raised(lines: Iterable[Line]) -> tuple[TableName, ...]:
    """The tables that are locked against somebody first and against everybody later, in the order of these
    first locks; by the names that they have before the first line.
    """
    held: dict[TableName, list[str]] = {}
    named: dict[TableName, TableName] = {}
    for line in lines:
        locks = [each.lock for each in line.statements if each.blocks.endswith("briefly")]
        for table in line.step.locks:
            held.setdefault(named.get(table, table), []).extend(locks)
        if line.step.moves is not None:
            before, after = line.step.moves
            named[after] = named.get(before, before)
    return tuple(table for table, locks in held.items() if WHOLE in locks and locks[0] != WHOLE)


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
