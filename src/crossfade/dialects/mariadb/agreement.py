"""What the sync does with a row: the bodies of its triggers.

Who wins: a value of the new side, where one was given or changed, since only a writer that knows the new
version can give one; else the old side. An INSERT without a new value is the old side's, unless the session
is of the new version and gives no old value: then it is a NULL that the new side means.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from crossfade.dialects.mariadb import left_out, values
from crossfade.dialects.mariadb.quoting import ident
from crossfade.dialects.mariadb.triggers import GUARDING, counter, refused, said
from crossfade.dialects.mariadb.values import Row
from crossfade.expressions import Expression, LookupKey, LookupValue
from crossfade.lens import Law, RowLens
from crossfade.schema import Column
from crossfade.steps import InstallSync


@dataclass(frozen=True)
class Body:
    """What the triggers of a table's lenses do. `journal` is the database of its routines and counters;
    `counts` says whether the server has any; `language` is what expressions are written in.
    """

    step: InstallSync
    journal: str
    counts: bool
    language: str

    def on_insert(self) -> list[str]:
        """The lines for a row that is inserted."""
        return [line for lens in self.step.lenses for line in self._inserted(lens)]

    def on_update(self) -> list[str]:
        """The lines for a row that is updated."""
        return [line for lens in self.step.lenses for line in self._updated(lens)]

    def _inserted(self, lens: RowLens) -> list[str]:
        if not lens.new:
            counts = {side: self._counted(side) for side in ("new", "old")}
            return left_out.on_insert(self.step, lens, self._new, self.language, **counts)
        absent = [self._absent(column) for column in lens.new]
        lines = [f"IF {' AND '.join([*absent, self._old_speaks(lens)])} THEN", *self._forwards(lens)]
        if lens.backward:
            missing = [
                self._absent(each) if each.default is None else f"{values.NEW[each]} IS NULL"
                for each in lens.old
                if not each.nullable
            ]
            lines += ["ELSE", *self._backwards(lens, missing)]
        return [*lines, "END IF;"]

    def _old_speaks(self, lens: RowLens) -> str:
        """Where no new value was given: the condition that this is the old side's insert."""
        if self.step.one_sided:
            return "FALSE"
        # A session of the new version that gives an old value has named the base table: it means that value.
        told = values.given(lens.old, self.language)
        of_old = f"NOT ({values.speaks_new(self.step.evolution)})"
        return f"({' OR '.join([*told, of_old])})" if told else of_old

    def _updated(self, lens: RowLens) -> list[str]:
        if not lens.new:
            return left_out.on_update(self.step, lens, old=self._counted("old"))
        if not lens.backward:
            return self._refill(lens)
        return [
            f"IF {values.changed(lens.new)} THEN",
            *self._backwards(lens, [f"{values.NEW[each]} IS NULL" for each in lens.old if not each.nullable]),
            f"ELSEIF {self._moved(lens)} THEN",
            *self._forwards(lens),
            "END IF;",
        ]

    def _moved(self, lens: RowLens) -> str:
        """The condition that the old side was changed, and the new one must follow. A lookup's guard changes
        it because the lookup's row was changed: then both sides agree already.
        """
        changed = values.changed(lens.old)
        if not any(isinstance(each.value, LookupValue) for each in lens.backward):
            return changed
        agree = values.agree(replace(lens, law=Law.BACKWARD), self._new, self.step.columns)
        return f"({changed}) AND NOT ({GUARDING} AND {agree})"

    def _refill(self, lens: RowLens) -> list[str]:
        """A fill that had nothing to give, and has something since the old side changed what it reads."""
        before = values.forward(lens, values.in_trigger("OLD", self.journal), self.step.columns)
        had_none = " AND ".join(f"({sql}) IS NULL" for _, sql in before)
        absent = " AND ".join(
            f"{values.NEW[column]} IS NULL AND {values.OLD[column]} IS NULL" for column in lens.new
        )
        return [f"IF {absent} AND {had_none} THEN", *self._forwards(lens), "END IF;"]

    def _forwards(self, lens: RowLens) -> list[str]:
        unknown = [self._unknown(lens, each.value) for each in lens.forward]
        lines = [
            *assigned(values.forward(lens, self._new, self.step.columns)),
            *(line for lines in unknown for line in lines),
            *(self._counted("old") if lens.backward else []),
        ]
        return [f"  {line}" for line in lines]

    def _unknown(self, lens: RowLens, value: Expression) -> list[str]:
        """What the old side must not say while both are live, because no row of a lookup stands for it."""
        if not isinstance(value, LookupKey) or value.otherwise or any(each.enum for each in lens.old):
            return []
        (new,) = lens.new
        told = values.NEW[value.column]
        return refused(
            f"{told} IS NOT NULL AND {values.NEW[new]} IS NULL",
            [
                *said(f"{self.step.table}.{value.column} can't be "),
                values.quoted(value.column),
                *said(f": no row of {value.lookup} stands for it"),
            ],
        )

    def _backwards(self, lens: RowLens, missing: list[str]) -> list[str]:
        """`missing` are the conditions that a column which must have a value has none: nothing at all agrees
        with nothing at all.
        """
        lines = assigned(values.backward(lens, self._new, self.step.columns))
        if lens.law is not Law.BACKWARD:
            agree = values.agree(lens, self._new, self.step.columns)
            lines = [
                f"IF {' OR '.join([f'NOT ({agree})', *missing])} THEN",
                *(f"  {line}" for line in lines),
                "END IF;",
            ]
        lines = [*self._refusals(lens), *lines, *self._unsaid(lens), *self._counted("new")]
        return [f"  {line}" for line in lines]

    def _unsaid(self, lens: RowLens) -> list[str]:
        """As `_refusals`, where it takes a lookup to know."""
        lines = []
        for each, shown in zip(lens.backward, lens.shown, strict=False):
            value = each.value
            if isinstance(value, LookupValue) and value.otherwise is None:
                test = f"{values.NEW[each.column]} IS NULL"
                test += f" AND {values.NEW[value.column]} IS NOT NULL" if value.null else ""
                lines += self._no_old_value(test, shown, value.column)
        return lines

    def _refusals(self, lens: RowLens) -> list[str]:
        """What the new side must not say yet, because the old one has no value for it."""
        lines = []
        for name, known, null in lens.closed_to:
            place = [each.name for each in lens.new].index(name)
            test = f"({values.is_one_of(lens.new[place], known)}) IS NOT TRUE"
            test += f" AND {values.NEW[name]} IS NOT NULL" if null else ""
            lines += self._no_old_value(test, lens.shown[place], name)
        return lines

    def _no_old_value(self, test: str, shown: str, column: str) -> list[str]:
        return refused(
            test,
            [
                *said(f"{self.step.table}.{shown} can't be "),
                values.quoted(column),
                *said(" yet: the old version has no value for it"),
            ],
        )

    def _counted(self, side: str) -> list[str]:
        if not (self.step.counted and self.counts):
            return []
        return [
            f"DO NEXTVAL({ident(self.journal)}.{ident(counter(side, self.step.evolution, self.step.table))});"
        ]

    def _absent(self, column: Column) -> str:
        condition = values.absent(column, self.language)
        return f"({condition})" if " OR " in condition else condition

    @property
    def _new(self) -> Row:
        return values.in_trigger("NEW", self.journal)


def assigned(values_: Iterable[tuple[Column, str]]) -> list[str]:
    """The lines that give columns their values."""
    return [f"SET {values.NEW[column]} = {sql};" for column, sql in values_]
