"""The one document of an evolution: what it will do, and, as a guide, what it did. Frozen values for writers.

A count is None where nothing was counted.
"""

from __future__ import annotations

from datetime import datetime

from crossfade.reports import PlannedStep, Preview, Report, Verification, Writes

Said = str | dict[str, str | None] | None
"""A value as the database writes it, None for NULL; or what a row of a lookup table holds, by column."""


class ColumnShape(Report):
    """A column as one version of the application knows it; `default` is SQL."""

    name: str
    type: str
    nullable: bool
    default: str | None = None


class ColumnLine(Report):
    """One line of a table's two shapes: a column before and after, either of which may be missing."""

    before: ColumnShape | None
    after: ColumnShape | None
    how: str  # "as it was", "replaced", "renamed", "added", "left out"
    changes: tuple[str, ...] = ()  # the changes that it comes from


class TableShape(Report):
    """A table before and after, and under what name the new version shows it while both are live; by its own,
    where the evolution makes it.
    """

    table: str
    shown: str
    lines: tuple[ColumnLine, ...]


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
    mappings: tuple[ValueMapping, ...] = ()
    ways_back: tuple[WayBack, ...] = ()
    rates: tuple[Rate, ...] = ()
    lints: tuple[Lint, ...] = ()
    questions: tuple[PlannedStep, ...] = ()


class Moved(Report):
    """Rows that one batched step passed over, in seconds."""

    step: str
    rows: int
    seconds: float
    rows_per_second: float


class Waits(Report):
    """How often, and for how many seconds, work waited; `reason` is that of the longest wait."""

    times: int = 0
    seconds: float = 0.0
    longest: float = 0.0
    reason: str = ""


class Walked(Report):
    """One command as it was walked, by `processes` of which all but the last were interrupted.

    `blocked` is how long, in seconds, the longest of its transactions that keep reads or writes waiting took,
    and `blocking` what that did. `ended` is the state that the command arrived at; None: it has not.
    """

    command: str
    run: int
    at: datetime
    seconds: float
    ended: str | None
    processes: int = 1
    failure: str | None = None
    moved: tuple[Moved, ...] = ()
    compared: Verification | None = None
    complement_rows: int = 0
    seeded: int = 0
    silent: float | None = None
    waits: Waits = Waits()
    blocked: float | None = None
    blocking: str = ""


class Query(Report):
    """A query for troubleshooting, which changes nothing, and when it has something to say."""

    title: str
    sql: str


class Tick(Report):
    """A line of the checklist: done where `measured` says so, and what was measured or is left to do."""

    text: str
    done: bool
    measured: str


class Guide(Document):
    """The same document after the fact: what was measured, what to ask when something is odd."""

    made_at: datetime
    walks: tuple[Walked, ...] = ()
    writes: tuple[Writes, ...] = ()
    queries: tuple[Query, ...] = ()
    checklist: tuple[Tick, ...] = ()
