"""What the sync does with a row: the body of its trigger function.

Who wins: a value of the new side, where one was given or changed, since only a writer that knows
the new version can give one; else the old side. An INSERT without a new value is the old side's,
unless the session has the namespace on its search path and gives no old value: then it is a NULL that
the new side means.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crossfade.dialects.postgresql import left_out, values
from crossfade.dialects.postgresql.quoting import ident, literal
from crossfade.dialects.postgresql.triggers import ACTIVE, counter, inside
from crossfade.expressions import Expression, LookupKey, LookupValue
from crossfade.lens import Law, RowLens
from crossfade.schema import Column
from crossfade.steps import InstallSync

_NO_OLD_VALUE = "%s.%s can't be %s yet: the old version has no value for it"
_COMPLETE_FIRST = "Complete the evolution first, or give it unknown=."


@dataclass(frozen=True)
class Body:
    """The function's source. Not `pinned` to a search path, it asks itself what the conditions of a pinned
    function's triggers ask.
    """

    step: InstallSync
    pinned: bool

    def __str__(self) -> str:
        return "\n".join(
            [
                *(["DECLARE", "  counted bigint;"] if self.step.counted else []),
                "BEGIN",
                *([] if self.pinned else [f"  IF NOT ({ACTIVE}) THEN", "    RETURN NEW;", "  END IF;"]),
                "  IF TG_OP = 'INSERT' THEN",
                *self._arrived(),
                *(line for lens in self.step.lenses for line in self._on_insert(lens)),
                "  ELSE",
                *(line for lens in self.step.lenses for line in self._on_update(lens)),
                *self._moves(),
                "  END IF;",
                "  RETURN NEW;",
                "END",
            ]
        )

    def _on_insert(self, lens: RowLens) -> list[str]:
        if not lens.new:
            counts = {side: self._counted(side) for side in ("new", "old")}
            return left_out.on_insert(self.step, lens, pinned=self.pinned, **counts)
        absent = [f"NEW.{ident(column.name)} IS NULL" for column in lens.new]
        lines = [f"    IF {' AND '.join([*absent, self._old_speaks(lens)])} THEN", *self._forwards(lens)]
        if lens.backward:
            lines += ["    ELSE", *self._backwards(lens)]
        return [*lines, "    END IF;"]

    def _old_speaks(self, lens: RowLens) -> str:
        """Where no new value was given: the condition that this is the old side's insert."""
        if self.step.one_sided:
            return "false"
        # A session of the new version that gives an old value has named the base table: it means that value.
        said = values.given(lens.old)
        of_old = "TG_ARGV[0] = 'old'" if self.pinned else f"NOT ({inside(self.step.namespace)})"
        return f"({' OR '.join([*said, of_old])})" if said else of_old

    def _on_update(self, lens: RowLens) -> list[str]:
        if not lens.new:
            return left_out.on_update(self.step, lens, old=self._counted("old"))
        if not lens.backward:
            return self._refill(lens)
        return [
            f"    IF {self._changed(lens.new)} THEN",
            *self._backwards(lens),
            f"    ELSIF {self._changed(lens.old)} THEN",
            *self._forwards(lens),
            "    END IF;",
        ]

    def _refill(self, lens: RowLens) -> list[str]:
        """A fill that had nothing to give, and has something since the old side changed what it reads."""
        before = values.forward(lens, values.OLD, self.step.columns)
        had_none = " AND ".join(f"({sql}) IS NULL" for _, sql in before)
        absent = " AND ".join(
            f"NEW.{ident(column.name)} IS NULL AND OLD.{ident(column.name)} IS NULL" for column in lens.new
        )
        return [f"    IF {absent} AND {had_none} THEN", *self._forwards(lens), "    END IF;"]

    def _forwards(self, lens: RowLens) -> list[str]:
        assigned = values.forward(lens, values.NEW, self.step.columns)
        unknown = [self._unknown(lens, each.value) for each in lens.forward]
        return [
            *_assign(assigned),
            *(line for lines in unknown for line in lines),
            *(self._counted("old") if lens.backward else []),
        ]

    def _unknown(self, lens: RowLens, value: Expression) -> list[str]:
        """What the old side must not say while both are live, because no row of a lookup stands for it."""
        if not isinstance(value, LookupKey) or value.otherwise or any(each.enum for each in lens.old):
            return []
        (new,) = lens.new
        told = f"NEW.{ident(value.column)}"
        return self._raise(
            f"{told} IS NOT NULL AND NEW.{ident(new.name)} IS NULL",
            f"%s.%s can't be %s: no row of {str(value.lookup).replace('%', '%%')} stands for it",
            value.column,
            told,
            "Use a value that the evolution maps, or give it other=.",
        )

    def _backwards(self, lens: RowLens) -> list[str]:
        assigned = _assign(values.backward(lens, values.NEW, self.step.columns))
        if lens.law is not Law.BACKWARD:
            agree = values.agree(lens, values.NEW, self.step.columns)
            # Nothing at all agrees with nothing at all, and is no value for a NOT NULL column.
            missing = [f"NEW.{ident(each.name)} IS NULL" for each in lens.old if not each.nullable]
            assigned = [
                f"      IF {' OR '.join([f'NOT ({agree})', *missing])} THEN",
                *assigned,
                "      END IF;",
            ]
        return [*self._refusals(lens), *assigned, *self._unsaid(lens), *self._counted("new")]

    def _unsaid(self, lens: RowLens) -> list[str]:
        """As `_refusals`, where it takes a lookup to know."""
        lines = []
        for each, shown in zip(lens.backward, lens.shown, strict=False):
            value = each.value
            if isinstance(value, LookupValue) and value.otherwise is None:
                told = f"NEW.{ident(value.column)}"
                lines += self._raise(
                    f"NEW.{ident(each.column)} IS NULL" + (f" AND {told} IS NOT NULL" if value.null else ""),
                    _NO_OLD_VALUE,
                    shown,
                    told,
                    _COMPLETE_FIRST,
                )
        return lines

    def _raise(self, test: str, fact: str, column: str, value: str, hint: str) -> list[str]:
        """Refuse a write where `test` holds; `fact` takes the table, the column and the value."""
        told = f"coalesce(pg_catalog.quote_literal({value}), 'NULL')"
        where = f"{literal(str(self.step.table))}, {literal(column)}"
        return [
            f"      IF {test} THEN",
            "        RAISE EXCEPTION USING ERRCODE = 'check_violation',",
            f"          MESSAGE = pg_catalog.format({literal(fact)}, {where}, {told}),",
            f"          HINT = {literal(hint)};",
            "      END IF;",
        ]

    def _refusals(self, lens: RowLens) -> list[str]:
        """What the new side must not say yet, because the old one has no value for it."""
        lines = []
        for name, known, null in lens.closed_to:
            place = [each.name for each in lens.new].index(name)
            value = f"NEW.{ident(name)}"
            allowed = values.is_one_of(lens.new[place], known)
            test = f"({allowed}) IS NOT TRUE" + (f" AND {value} IS NOT NULL" if null else "")
            lines += self._raise(test, _NO_OLD_VALUE, lens.shown[place], value, _COMPLETE_FIRST)
        return lines

    def _moves(self) -> list[str]:
        """A row that moves to another partition is inserted there, and both its sides stand already."""
        if not self.step.movers:
            return []
        return [
            f"    IF {self._changed(self.step.movers)} THEN",
            f"      PERFORM pg_catalog.set_config('crossfade.moved', {self._named()}, true);",
            "    END IF;",
        ]

    def _arrived(self) -> list[str]:
        if not self.step.movers:
            return []
        moved = "pg_catalog.current_setting('crossfade.moved', true)"
        return [
            f"    IF {moved} OPERATOR(pg_catalog.=) {self._named()} THEN",
            "      PERFORM pg_catalog.set_config('crossfade.moved', '', true);",
            "      RETURN NEW;",
            "    END IF;",
        ]

    def _named(self) -> str:
        key = ", ".join(f"NEW.{ident(column.name)}::text" for column in self.step.movers)
        return f"pg_catalog.jsonb_build_array({literal(str(self.step.table))}, {key})::text"

    def _changed(self, columns: Iterable[Column]) -> str:
        return values.changed(columns)

    def _counted(self, side: str) -> list[str]:
        if not self.step.counted:
            return []
        # An assignment is evaluated at once; PERFORM would run a query, at ten times the cost.
        sequence = literal(counter(side, self.step.evolution, self.step.table))
        return [f"      counted := pg_catalog.nextval({sequence});"]


def _assign(assigned: Iterable[tuple[Column, str]]) -> list[str]:
    return [f"      NEW.{ident(column.name)} := {sql};" for column, sql in assigned]
