"""A completed evolution's tables: the old side is retired, kept under other names, and can be given back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from crossfade.expressions import LookupValue
from crossfade.lens import Law, RowLens, in_turn
from crossfade.schema import Column, TableName
from crossfade.steps import Analyze, Compare, CopyRows, CountUnanswered, CountUnsaid, InstallSync, Step
from crossfade.table_plan import TablePlan


@dataclass(frozen=True)
class Retired:
    """A table of a completed evolution: its two-way lenses, by the names that columns have then."""

    plan: TablePlan
    renames: dict[str, str]
    lenses: tuple[RowLens, ...]
    every: Mapping[TableName, Mapping[str, str]] = field(default_factory=dict)  # the renames of all tables

    @classmethod
    def of(cls, plan: TablePlan, renames: Mapping[TableName, dict[str, str]]) -> Retired:
        """The table of `plan`; `renames` are the columns that `complete` renames, of every table."""
        return cls(plan, renames[plan.table.name], _retired(plan, renames), renames)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the table has then."""
        return tuple(self.renames.get(each, each) for each in self.plan.columns)

    @property
    def key(self) -> tuple[Column, ...]:
        """The key's columns, by the names that they have then."""
        return tuple(
            replace(each, name=self.renames.get(each.name, each.name))
            for each in self.plan.table.key_columns()
        )

    def called(self, column: str) -> str:
        """The name that the old version has for a column."""
        return next((name for name, now in self.renames.items() if now == column), column)

    def sync(self) -> InstallSync:
        """The sync that only the new side is written under."""
        plan = self.plan
        watched = tuple(column for lens in self.lenses if lens.new for column in (*lens.old, *lens.new))
        return InstallSync(
            plan.evolution,
            plan.table.name,
            self.lenses,
            self.columns,
            watched,
            plan.namespace,
            plan.schema.search_path,
            one_sided=True,
            later=self._later(),
        )

    def _later(self) -> tuple[tuple[RowLens, ...], ...]:
        """The lenses once other tables that they read have their columns' names back: one, or several. Where
        statements about the structure share a transaction, nobody sees that.
        """
        if self.plan.schema.traits.ddl_together:
            return ()
        fed_by = {table for lens in self.plan.lenses for table, _ in lens.fed_by}
        read = sorted(each for each in fed_by if each != self.plan.table.name and self.every.get(each))
        backs = (back for many in range(1, len(read) + 1) for back in combinations(read, many))
        return tuple(
            _retired(self.plan, {table: to for table, to in self.every.items() if table not in back})
            for back in backs
        )

    def repair(self, *, anew: bool = False) -> tuple[Step, ...]:
        """Give the old side back to the rows whose sides disagree; `anew`, to all that have none: it was made
        again, and a NULL there is nobody's word, though it may agree with the new side.
        """
        if not self.lenses:
            return ()
        table = self.plan.table
        return (
            Analyze(table.name),
            *(
                CopyRows(
                    table.name,
                    self.key,
                    tuple(lens.inverse() for lens in layer),
                    self.columns,
                    table.rows,
                    self.plan.schema.role.may_skip_triggers,
                    repair=not anew,
                    row_bytes=table.row_bytes,
                    stay=tuple(self.renames.get(each, each) for each in self.plan.stay),
                )
                for layer in in_turn(self.lenses)
            ),
        )

    def compare(self) -> tuple[Compare, ...]:
        """Compare both sides, where they determine each other."""
        table = self.plan.table
        compared = tuple(lens for lens in self.lenses if lens.law is not Law.FREE)
        if not compared:
            return ()
        return (Compare(self.plan.evolution, table.name, self.key, compared, self.columns, table.rows),)

    def unsaid(self) -> tuple[CountUnsaid | CountUnanswered, ...]:
        """What counts the rows that hold what the old side has no value for."""
        table = self.plan.table.name
        said = [
            CountUnsaid(lens.change, table, column, shown, known, null)
            for lens in self.lenses
            for (column, known, null), shown in zip(lens.closed_to, lens.shown, strict=False)
        ]
        answered = [
            CountUnanswered(lens.change, table, shown, each.value)
            for lens in self.lenses
            for each, shown in zip(lens.backward, lens.shown, strict=False)
            if isinstance(each.value, LookupValue) and each.value.otherwise is None
        ]
        return (*said, *answered)


def _retired(plan: TablePlan, renames: Mapping[TableName, Mapping[str, str]]) -> tuple[RowLens, ...]:
    return tuple(lens.retired(renames) for lens in plan.lenses if lens.old and lens.backward)


@dataclass(frozen=True)
class Turn:
    """Tables whose old side is given back at one time."""

    tables: tuple[Retired, ...]

    def sync(self) -> tuple[Step, ...]:
        """From here on, the new side's inserts get their old side at once."""
        return tuple(each.sync() for each in self.tables)

    def repair(self, *, anew: bool = False) -> tuple[Step, ...]:
        """The rows that stand get it."""
        return tuple(step for each in self.tables for step in each.repair(anew=anew))


def in_turns(retired: Sequence[Retired]) -> tuple[Turn, ...]:
    """The tables in turns: what the old side of one is made of, the turns before have made whole."""
    waiting, turns = [each for each in retired if each.lenses], []
    while waiting:
        unmade = {
            (each.plan.table.name, column.name): each
            for each in waiting
            for lens in each.lenses
            for column in lens.old
        }
        free = [
            each
            for each in waiting
            if all(unmade.get(read, each) is each for lens in each.lenses for read in lens.fed_by)
        ]
        turns.append(Turn(tuple(free or waiting)))  # those that feed each other have one turn, the last
        waiting = [each for each in waiting if each not in turns[-1].tables]
    return tuple(turns)
