"""What the data said, and how it comes in."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crossfade.expressions import Expression, Said, settled
from crossfade.lens import Law
from crossfade.schema import TableName
from crossfade.steps import (
    CountApart,
    CountBeyond,
    CountHeld,
    CountLost,
    CountMoves,
    CountOrphans,
    CountReturns,
    CountStray,
    CountUnanswered,
    CountUnsaid,
    CountValues,
    ReadRows,
    Step,
)
from crossfade.survey.lensed import made


@dataclass(frozen=True)
class Held:
    """So many rows hold a value; `back` is what it becomes on the way back, where that was asked."""

    value: Said
    back: str | None
    rows: int


@dataclass(frozen=True)
class Values:
    """The values of a column, the commonest first; `many` are there in all."""

    held: tuple[Held, ...]
    many: int

    @property
    def whole(self) -> bool:
        """Whether no value was left out."""
        return self.many <= len(self.held)


@dataclass(frozen=True)
class Apart:
    """Rows of one lens: whose new side `forward` would not give; whose sides agree, and yet `backward` would
    not give the old one; whose sides disagree; and whose new side would be another one if it went back and
    came again. None: not asked, or the lens says nothing of it.
    """

    kept: int | None = None
    lost: int | None = None
    apart: int | None = None
    beyond: int | None = None


@dataclass(frozen=True)
class OfTree:
    """What the data said of a tree. By column of the target, '' being any of them: `held`, the rows that hold
    what the old side can't give, and `beyond`, those that would be others after the way back and there again.
    `moves` are the rows born, changed and deleted since `complete`, `lost` the rows that hold something in a
    column which can't be given back, and `stray` those that hold, in a place of the target, what the old side
    has no place for. None: not asked, or not answered.
    """

    held: Mapping[str, int] | None = None
    beyond: Mapping[str, int] | None = None
    moves: tuple[int, int, int] | None = None
    lost: Mapping[tuple[TableName, str], int] | None = None
    stray: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Answers:
    """What the data said, by the plan's tables. `values` are by column, as the database has it, `apart` by
    the lens's place among its table's, `unsaid` by column as people know it. `read` are rows and seconds of
    rows that were read for a rate; `failed` says which questions the database did not answer. `trees` are by
    their targets; `told` is what is to be said in words.
    """

    asked: tuple[Step, ...] = ()
    values: Mapping[tuple[TableName, str], Values] = field(default_factory=dict)
    apart: Mapping[tuple[TableName, int], Apart] = field(default_factory=dict)
    unsaid: Mapping[tuple[TableName, str], int] = field(default_factory=dict)
    read: tuple[int, float] = (0, 0.0)
    failed: tuple[str, ...] = ()
    trees: Mapping[TableName, OfTree] = field(default_factory=dict)
    told: tuple[str, ...] = ()


class Taken:
    """Answers, as they come in."""

    def __init__(self) -> None:
        self.values: dict[tuple[TableName, str], Values] = {}
        self.apart: dict[tuple[TableName, int], Apart] = {}
        self.unsaid: dict[tuple[TableName, str], int] = {}
        self.read = (0, 0.0)
        self.failed: list[str] = []
        self.told: list[str] = []
        self.trees: dict[TableName, OfTree] = {}

    def take(self, step: Step, rows: Sequence[Any], seconds: float) -> None:
        match step:
            case CountValues():
                held = tuple(Held(_said(row.value, step.made), row.back, row.rows) for row in rows)
                self.values[step.table, step.column] = Values(held, rows[0].many if rows else 0)
            case CountApart():
                for number, lens in enumerate(step.lenses):
                    counted = {kind: _count(rows, f"{kind}_{number}") for kind in ("kept", "lost", "apart")}
                    if lens.law is Law.BACKWARD:
                        counted["lost"] = 0  # that is what the law says
                    self._add(step.table, number, **counted)
            case CountReturns():
                for number, lens in enumerate(step.lenses):
                    if made(lens, step.side):
                        kind = "lost" if step.side == "old" else "beyond"
                        self._add(step.table, number, **{kind: _count(rows, f"returns_{number}")})
            case CountUnsaid() | CountUnanswered():
                self.unsaid[step.table, step.shown] = int(rows[0].many) if rows else 0
            case ReadRows():
                self.read = (rows[0].rows, seconds)
            case _:
                self._take_more(step, rows)

    def _take_more(self, step: Step, rows: Sequence[Any]) -> None:
        match step:
            case CountOrphans() if rows:
                fact = step.told([tuple(row) for row in rows]).fact
                self.told.append(f"{fact}; start sets them NULL, and keeps what they held")
            case CountHeld():
                self._of_tree(step.table, held={row.place: row.rows for row in rows})
            case CountBeyond():
                self._of_tree(step.table, beyond={row.place: row.rows for row in rows})
            case CountMoves():
                self._of_tree(step.table, moves=(rows[0].born, rows[0].changed, rows[0].gone))
            case CountLost():
                self._of_tree(step.table, lost={step.columns[row.place]: row.rows for row in rows})
            case CountStray():
                stray = Counter[str]()
                for row in rows:
                    stray[row.slot] += row.rows
                self._of_tree(step.table, stray=stray)

    def answers(self, asked: tuple[Step, ...]) -> Answers:
        """All of them, to the questions `asked`."""
        failed, told = tuple(self.failed), tuple(self.told)
        return Answers(asked, self.values, self.apart, self.unsaid, self.read, failed, self.trees, told)

    def _of_tree(self, target: TableName, **said: Any) -> None:
        self.trees[target] = replace(self.trees.get(target, OfTree()), **said)

    def _add(self, table: TableName, number: int, **counted: int | None) -> None:
        self.apart[table, number] = replace(self.apart.get((table, number), Apart()), **counted)


def _count(rows: Sequence[Any], name: str) -> int | None:
    found: int | None = getattr(rows[0], name, None)
    return found


def _said(text: str | None, made: Expression | None) -> Said:
    """A value as the database told it: what a lookup row holds is a JSON object."""
    if text is None or made is None or not text.startswith("{") or settled(made):
        return text
    return tuple(json.loads(text).items())
