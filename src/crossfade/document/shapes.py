"""The shapes of tables before and after, for documents."""

from __future__ import annotations

from crossfade.reports import Report


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


class OldColumn(Report):
    """A column of a table that is moved into another, and the places there which show it; none: it goes.

    `back` says whether the new table alone gives it back, as `revert` after `purge` must.
    """

    column: ColumnShape
    lands: tuple[str, ...]
    back: bool


class OldTable(Report):
    """A table that is moved into another: what becomes of its rows, and where; `order` are the columns that
    an array is sorted by, `retired` is its name after `complete`.
    """

    table: str
    becomes: tuple[str, ...]  # "a row each", "an array", "an object", "a count": of each place
    places: tuple[str, ...]
    order: tuple[str, ...]
    retired: str
    columns: tuple[OldColumn, ...]


class NewColumn(Report):
    """A column of the table that others are moved into, and what it is made of: columns, tables, or SQL.

    `how` is "key", "same", "renamed", "mapped", "translated" (a key into another key), "derived", "embedded",
    "counted", "new" (the new application's own) or "old key" (Crossfade's, until `purge`). `back` says
    whether the old tables give it again after a rollback, so that nothing of it need be kept.
    """

    column: ColumnShape
    how: str
    made_of: str
    back: bool


class TreeShape(Report):
    """Tables that become one: the old ones, the first of which has a row for each of the new one's, those
    that are `absent` in this database, and the new one's columns. `notes` are told by this already.
    """

    change: str
    source: str
    target: str
    old: tuple[OldTable, ...]
    absent: tuple[str, ...]
    new: tuple[NewColumn, ...]
    notes: tuple[str, ...] = ()
