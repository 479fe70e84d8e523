"""What an evolution does to the rows of one table, all its changes taken together.

Any number of lenses on a table become one sync, one backfill pass and one comparison.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from crossfade import names
from crossfade.changes import Parts, Shown
from crossfade.lens import Law, RowLens, in_turn
from crossfade.schema import Column, Schema, Table, TableName
from crossfade.steps import (
    AddColumn,
    Analyze,
    Compare,
    CopyRows,
    CountWrites,
    GiveDefault,
    InstallSync,
    OpenSide,
    PublishView,
    RemoveSync,
    RestoreComplement,
    SetNotNull,
    Step,
    ViewColumn,
)


@dataclass(frozen=True)
class TablePlan:
    """One table of an evolution: its lenses, how its new version is shown, what is added to it."""

    evolution: str
    table: Table
    lenses: tuple[RowLens, ...]
    shown: tuple[Shown, ...]
    added: tuple[AddColumn, ...]
    schema: Schema
    required: tuple[str, ...] = ()  # columns that are made NOT NULL
    renamed: TableName | None = None  # what the new version calls the table, where that is something else
    given: tuple[GiveDefault, ...] = ()

    @classmethod
    def of(cls, evolution: str, table: Table, every: Sequence[Parts], schema: Schema) -> TablePlan:
        """The plan of `table`, out of the parts of all changes."""
        return cls(
            evolution,
            table,
            tuple(
                lens
                for layer in in_turn(lens for parts in every for lens in parts.lenses)
                for lens in layer
                if lens.table == table.name
            ),
            tuple(shown for parts in every for shown in parts.shown if shown.table == table.name),
            tuple(
                step
                for parts in every
                for step in parts.start
                if isinstance(step, AddColumn) and step.table == table.name
            ),
            schema,
            tuple(
                step.column
                for parts in every
                for step in parts.start
                if isinstance(step, SetNotNull) and step.table == table.name
            ),
            next(
                (
                    step.moves[1]
                    for parts in every
                    for step in parts.complete
                    if step.moves is not None and step.moves[0] == table.name
                ),
                None,
            ),
            tuple(
                step
                for parts in every
                for step in parts.start
                if isinstance(step, GiveDefault) and step.table == table.name
            ),
        )

    @property
    def namespace(self) -> str:
        """The namespace that shows the new version."""
        return names.namespace(self.table.name.schema, self.evolution)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every column that the table has while the evolution is live."""
        return (*(each.name for each in self.table.columns), *(step.column.name for step in self.added))

    @property
    def stay(self) -> tuple[str, ...]:
        """The columns that the database changes by itself with every write of their row."""
        return tuple(each.name for each in self.table.columns if each.on_update is not None)

    def start(self) -> tuple[Step, ...]:
        """The steps about rows, in any order of phases: the plan puts them in order."""
        name, key, rows = self.table.name, self.table.key_columns(), self.table.rows
        skip, row_bytes = self.schema.role.may_skip_triggers, self.table.row_bytes
        steps: list[Step] = []
        synced = tuple(self._demanding(lens) for lens in self.lenses if not lens.by_default)
        if self.lenses:
            steps.append(
                InstallSync(
                    self.evolution,
                    name,
                    synced,
                    self.columns,
                    self._watched(synced),
                    self.namespace,
                    self.schema.search_path,
                    movers=key if self.table.partitions else (),
                )
            )
        copied = tuple(lens for lens in self.lenses if lens.copied)
        if copied:
            steps.append(Analyze(name))
            steps.append(
                CopyRows(name, key, copied, self.columns, rows, skip, row_bytes=row_bytes, stay=self.stay)
            )
        made = tuple(lens for lens in self.lenses if lens.new)
        if made:
            steps.append(
                RestoreComplement(self.evolution, name, key, made, self.columns, rows, skip, self.stay)
            )
            steps.append(Analyze(name))
            steps.append(OpenSide(self.evolution, name, self._new_columns()))
        steps.extend(self.compare(fresh=True))
        steps.append(self.view())
        return tuple(steps)

    def compare(self, *, fresh: bool = False) -> tuple[Compare, ...]:
        """The comparison of both sides; none where no lens says that the sides determine each other."""
        compared = tuple(lens for lens in self.lenses if lens.law is not Law.FREE or (fresh and lens.copied))
        if not compared:
            return ()
        key, rows = self.table.key_columns(), self.table.rows
        return (Compare(self.evolution, self.table.name, key, compared, self.columns, rows, fresh),)

    def stop(self) -> tuple[Step, ...]:
        """What stops the sync."""
        required = tuple(
            column for step in self.start() if isinstance(step, InstallSync) for column in step.required
        )
        return (RemoveSync(self.evolution, self.table.name, required),) if self.lenses else ()

    def writes(self) -> tuple[CountWrites, ...]:
        """What counts the writes of each side, where both write."""
        syncs = (step for step in self.start() if isinstance(step, InstallSync))
        return tuple(CountWrites(self.evolution, step.table) for step in syncs if step.counted)

    def view(self) -> PublishView:
        """The step that shows the new version of the table."""
        replaced = {each.column: each.by for each in self.shown if each.column is not None}
        columns: list[ViewColumn] = []
        for column in self.table.columns:
            by = replaced.get(
                column.name, ViewColumn(column.name, column.name, generated=column.generated is not None)
            )
            if by is not None:
                columns.append(by)
        columns.extend(each.by for each in self.shown if each.column is None and each.by is not None)
        return PublishView(
            self.table.name,
            self.namespace,
            tuple(columns),
            self.table.owner,
            self.table.grants,
            self.table.comment,
            invoker=self.table.row_security or not self._granted_by_column,
            name=self.renamed.name if self.renamed is not None else None,
        )

    def _watched(self, lenses: Sequence[RowLens]) -> tuple[Column, ...]:
        read = (self.table.column(name) for lens in lenses for name in sorted(lens.reads))
        return tuple(dict.fromkeys((*(each for lens in lenses for each in (*lens.old, *lens.new)), *read)))

    def _new_columns(self) -> tuple[Column, ...]:
        held = {step.column.name: step for step in self.added}
        given = {step.column: step.default for step in self.given}
        return tuple(
            replace(column, default=given[column.name])
            if column.name in given
            else _held(column, held[column.name])
            for lens in map(self._demanding, self.lenses)
            for column in lens.new
        )

    def _demanding(self, lens: RowLens) -> RowLens:
        """The lens, with its new columns as they are once they must have a value: where nothing lets the rows
        of the old side do without, a default has to stand in.
        """
        if self.schema.traits.relaxes:
            return lens
        return replace(
            lens,
            new=tuple(
                replace(each, nullable=False) if each.name in self.required else each for each in lens.new
            ),
        )

    @property
    def _granted_by_column(self) -> tuple[str, ...]:
        """Who holds privileges on single columns. With the rights of its invoker, a view asks for a
        privilege on every column that it shows, whichever is used: these roles could use none.
        """
        return tuple(
            dict.fromkeys(each.grantee or "PUBLIC" for each in self.table.grants if each.column is not None)
        )


def _held(column: Column, step: AddColumn) -> Column:
    """`column` with the default that the table's has while both versions are live."""
    if step.later_default is not None:
        return replace(column, default=step.later_default)
    return replace(column, default=step.column.default, volatile=step.column.volatile)
