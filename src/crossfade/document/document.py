"""What an evolution will do, for a team to review."""

from __future__ import annotations

from crossfade.document.shapes import TableShape, TreeShape
from crossfade.reports import PlannedStep, Preview, Report

Said = str | dict[str, str | None] | None
"""A value as the database writes it, None for NULL; or what a row of a lookup table holds, by column."""


class MappedValue(Report):
    """A value of the old side, what it becomes, and what that becomes on the way back.

    `rows` hold the old value, `new_rows` the new one; None where that was not counted, or is not there.
    `returns` says whether the way back gives the value that was there; None: only the rows can tell.
    """

    old: Said
    new: Said
    back: Said
    returns: bool | None
    rows: int | None = None
    new_rows: int | None = None


class NewValue(Report):
    """A value of the new side alone, what the old application sees instead, and the rows that hold it."""

    new: Said
    seen_as: Said
    rows: int


class ValueMapping(Report):
    """How the values of one column become those of another. `refused`: while both versions are live, the
    new application may write only values that the old one has a word for. `left_out` counts values that are
    too many to be listed.
    """

    change: str
    table: str
    old: str
    new: str
    values: tuple[MappedValue, ...]
    others: tuple[NewValue, ...] = ()
    left_out: int = 0
    refused: bool = False


class RowCount(Report):
    """Rows of a table, and what they have in common; `rows` is None where that can't be counted yet."""

    what: str
    rows: int | None


class WayBack(Report):
    """A way back: what it restores, and how many rows it can't restore by itself."""

    command: str
    restores: str
    counts: tuple[RowCount, ...] = ()


class Rate(Report):
    """Rows a second of one kind of work, and where the figure is from. One that is `at_best` was measured by
    reading alone: the work takes at least as long.
    """

    work: str
    rows_per_second: float | None
    source: str
    at_best: bool = False


class Lint(Report):
    """Something that a reviewer should look at; `silenced` is the reason why it was accepted, if it was.
    One that does not warn is only good to know.
    """

    code: str
    title: str
    place: str
    fact: str
    remedy: str
    warns: bool = True
    silenced: str | None = None

    @property
    def line(self) -> str:
        """The lint in one line."""
        return f"{self.code} {self.place}: {self.fact}"


class Summary(Report):
    """The document in figures. `blocking` are statements of `start` and `complete` for which somebody may
    wait, `seconds` the time of `start`'s batches at the rates below (`at_least`, where one is at best).
    """

    statements: int
    blocking: int
    rows: int
    seconds: float | None
    warnings: int
    silenced: int
    at_least: bool = False


class Document(Preview):
    """The plan with all that a team reviews. Nothing was changed to make it.

    `questions` are the statements that were executed to count what it says; none of them writes.
    """

    figures: Summary
    shapes: tuple[TableShape, ...] = ()
    trees: tuple[TreeShape, ...] = ()
    mappings: tuple[ValueMapping, ...] = ()
    ways_back: tuple[WayBack, ...] = ()
    rates: tuple[Rate, ...] = ()
    lints: tuple[Lint, ...] = ()
    questions: tuple[PlannedStep, ...] = ()
