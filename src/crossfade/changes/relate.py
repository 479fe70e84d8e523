"""Rows of a table refer to rows of another, and may be soft-deleted with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import KW_ONLY, dataclass, replace

from crossfade import expressions, names
from crossfade.changes.add_foreign_key import AddForeignKey
from crossfade.changes.change import Parts, Question, Shown
from crossfade.changes.soft_delete import SoftDelete
from crossfade.errors import EvolutionError, Refused, SchemaMismatch
from crossfade.lens import Assignment, Law, RowLens
from crossfade.schema import Column, ForeignKey, Schema, Table, TableName
from crossfade.steps import AddColumn as AddColumnStep
from crossfade.steps import AddForeignKey as AddForeignKeyStep
from crossfade.steps import (
    AskStanding,
    Cascade,
    ClearLateOrphans,
    ClearOrphans,
    CountOrphans,
    CreateIndex,
    InstallCascade,
    Step,
    ViewColumn,
)

_ORPHANS = "set null"


@dataclass(frozen=True)
class Relate:
    """Rows of `table` refer by `column` to rows of the table `to`, by its key.

        before   interviews(id, is_deleted, deleted_at)
        after    interviews(id, is_deleted, deleted_at, workflow_id)
                     INDEX ix_interviews_workflow_id (workflow_id)
                     CONSTRAINT fk_interviews_workflow_id
                     FOREIGN KEY (workflow_id) REFERENCES recruitment_processes (id) ON DELETE SET NULL

    The column is made, of the key's type and NULL in every row, unless it is there; so are the index and the
    key, whose names `index` and `foreign_key` say otherwise. `on_delete` is as in AddForeignKey. Rows of a
    column that is there and refer to nothing are told, and refused; with orphans="set null" they are set
    NULL, and what they held is kept. With `soft_delete`, the database soft-deletes a row's live children in
    the transaction that soft-deletes it, and restores those with it that nobody has touched since.
    """

    table: str
    column: str
    _: KW_ONLY
    to: str
    on_delete: str = "NO ACTION"
    soft_delete: SoftDelete | None = None
    orphans: str | None = None
    index: str | None = None
    foreign_key: str | None = None

    def __post_init__(self) -> None:
        names.checked_column(self.column, self.title)
        if self.orphans not in {None, _ORPHANS}:
            raise EvolutionError(
                f"orphans can't be {self.orphans!r}",
                place=self.title,
                remedy=f"it is {_ORPHANS!r}, or left out: then rows that refer to nothing are refused",
            )
        for name, what in ((self.index, "an index"), (self.foreign_key, "a foreign key")):
            if name is not None:
                names.checked(name, what, self.title)
        self._key_change()  # which refuses what on_delete can't be

    @property
    def title(self) -> str:
        """The change as a user would name it."""
        return f"Relate {self.table}.{self.column}"

    @property
    def tables(self) -> tuple[str, ...]:
        """The table it touches."""
        return (self.table,)

    @property
    def looks_at(self) -> tuple[str, ...]:
        """The table that is referred to."""
        return (self.to,)

    @property
    def claims(self) -> tuple[str, ...]:
        """The column that refers."""
        return (self.column,)

    def compile(self, schema: Schema, evolution: str) -> Parts:
        """The change's parts; raises Refused for what the schema does not allow."""
        table, target = schema.table(self.table, self.title), schema.table(self.to, self.title)
        if len(target.key) != 1:
            raise SchemaMismatch(
                f"one column can't refer to ({', '.join(target.key) or 'no key'}) of {target.name}",
                place=self.title,
                remedy="refer to a table whose key is one column, or use AddForeignKey",
            )
        found = table.find(self.column)
        column = found or _referring_column(self.column, target.column(target.key[0]))
        self._demand_nullable(table, column)
        parts = self._referring(table, column, schema, evolution)
        cascade = None
        if self.soft_delete is not None:
            cascade = self.soft_delete.cascade(table, target, column, schema, self.title)
            notes = (*parts.notes, *self.soft_delete.notes(cascade, schema))
            parts = replace(parts, start=(*parts.start, InstallCascade(cascade)), notes=notes)
        parts = replace(parts, standing=(self._asked(table, target, cascade),))
        if found is not None:
            return parts
        lens = RowLens(
            self.title,
            table.name,
            (),
            (column,),
            (column.name,),
            (Assignment(column.name, expressions.default_of(column, schema.database)),),
            (),
            Law.FREE,
            by_default=True,
        )
        return replace(
            parts,
            start=(AddColumnStep(table.name, column), *parts.start),
            lenses=(lens,),
            shown=(Shown(table.name, None, ViewColumn(column.name, column.name)),),
        )

    def _key_change(self) -> AddForeignKey:
        """The key as a change of its own, and the index that serves it."""
        written = names.split_table(self.table)[1]
        name = self.foreign_key or names.fitted(f"fk_{written}_{self.column}")
        try:
            return AddForeignKey(self.table, self.column, self.to, on_delete=self.on_delete, name=name)
        except Refused as error:
            error.place = self.title
            raise

    def _asked(self, table: Table, target: Table, cascade: Cascade | None) -> AskStanding:
        """What `verify` asks for."""
        key = ForeignKey(
            self._key_change().name or "", table.name, (self.column,), target.name, target.key, self.on_delete
        )
        index = self.index or names.index(table.name.name, self.column)
        return AskStanding(self.title, table.name, key, index, cascade)

    def _demand_nullable(self, table: Table, column: Column) -> None:
        wanted = [f"on_delete={self.on_delete!r}"] if self.on_delete == "SET NULL" else []
        wanted += [f"orphans={self.orphans!r}"] if self.orphans else []
        if wanted and not column.nullable:
            raise SchemaMismatch(
                f"{table.name}.{column.name} is NOT NULL, and {wanted[0]} would make it NULL",
                place=self.title,
                remedy="drop that NOT NULL first, or leave this out",
            )

    def _referring(self, table: Table, column: Column, schema: Schema, evolution: str) -> Parts:
        """The index, the key, and what becomes of rows that refer to nothing."""
        made = table.find(column.name) is None
        standing = self._standing(table, schema.table(self.to).name)
        seen = replace(table, foreign_keys=tuple(each for each in table.foreign_keys if each != standing))
        if made:
            seen = replace(
                seen,
                evolved=(*seen.evolved, (column.name, column)),
                fills=(*seen.fills, (column.name, "NULL")),
            )
        tables = tuple(seen if each.name == seen.name else each for each in schema.tables)
        try:
            parts = self._key_change().compile(replace(schema, tables=tables), evolution)
        except Refused as error:
            error.place = self.title
            raise
        steps = [_called(step, self.index) for step in parts.start]
        if standing is not None:
            return Parts(
                start=tuple(step for step in steps if isinstance(step, CreateIndex)), notes=parts.notes
            )
        checks = () if made else tuple(self._checks(parts.checks))
        skip = schema.role.may_skip_triggers
        start = tuple(self._cleared(steps, table, column, evolution, made=made, skip_triggers=skip))
        return Parts(start=start, checks=checks, notes=parts.notes)

    def _checks(self, checks: Iterable[Question]) -> Iterator[Question]:
        """What is asked before anything is added; orphans only where they are not to be set NULL."""
        for each in checks:
            if not isinstance(each, CountOrphans):
                yield replace(each, change=self.title)
            elif not self.orphans:
                remedy = f"{each.remedy}; orphans={_ORPHANS!r} sets them NULL, and keeps what they held"
                yield replace(each, change=self.title, remedy=remedy)

    def _standing(self, table: Table, target: TableName) -> ForeignKey | None:
        """The key that is there already. Raises SchemaMismatch for one that does something else."""
        for key in table.foreign_keys:
            if key.columns != (self.column,) or key.target != target:
                continue
            if key.on_delete != self.on_delete:
                raise SchemaMismatch(
                    f"foreign key {key.name} of {table.name} is there, with ON DELETE {key.on_delete}",
                    place=self.title,
                    remedy=f"say on_delete={key.on_delete!r}, or drop that key first",
                )
            if not key.valid:
                raise SchemaMismatch(
                    f"foreign key {key.name} of {table.name} is there, and was never validated",
                    place=self.title,
                    remedy="validate it, or drop it, first",
                )
            return key
        return None

    def _cleared(
        self,
        steps: Iterable[Step],
        table: Table,
        column: Column,
        evolution: str,
        *,
        made: bool,
        skip_triggers: bool,
    ) -> Iterator[Step]:
        """The steps, and between them those that set NULL what refers to nothing: where that is asked for;
        and where a rollback has kept a value, and what it refers to was deleted before it came back.
        """
        for step in steps:
            if isinstance(step, AddForeignKeyStep):
                about = (evolution, f"{self.title} orphans", table.name, column, step.key)
                keys, stay = table.key_columns(), tuple(each.name for each in table.columns if each.on_update)
                if self.orphans and not made:
                    # Before the key, so that a rollback brings them back after it is gone.
                    yield ClearOrphans(*about, keys, table.rows, skip_triggers, stay)
                yield step
                if self.orphans or made:
                    yield ClearLateOrphans(*about, keys, skip_triggers, stay)
            else:
                yield step


def _referring_column(name: str, key: Column) -> Column:
    """A column of the key's type, NULL until an application says otherwise."""
    return replace(
        key, name=name, nullable=True, default=None, generated=None, identity="", comment=None,
        volatile=False, on_update=None,
    )  # fmt: skip


def _called(step: Step, index: str | None) -> Step:
    """The step, where the index that it builds has another name."""
    if index is None or not isinstance(step, CreateIndex):
        return step
    return replace(step, index=replace(step.index, name=index))
