"""What the sync does with a row: the body of its trigger function.

Who wins: a value of the new side, where one was given or changed, since only a writer that knows
the new version can give one; else the old side. An INSERT without a new value is the old side's,
unless the session has the namespace on its search path and gives no old value: then it is a NULL that
the new side means.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crossfade.dialects.postgresql import values
from crossfade.dialects.postgresql.quoting import ident, literal
from crossfade.dialects.postgresql.triggers import ACTIVE, counter, inside
from crossfade.lens import Law, RowLens
from crossfade.schema import Column
from crossfade.steps import InstallSync


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
        return [*_assign(assigned), *(self._counted("old") if lens.backward else [])]

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
        return [*self._refusals(lens), *assigned, *self._counted("new")]

    def _refusals(self, lens: RowLens) -> list[str]:
        """What the new side must not say yet, because the old one has no value for it."""
        lines = []
        for name, known, null in lens.closed_to:
            place = [each.name for each in lens.new].index(name)
            value = f"NEW.{ident(name)}"
            allowed = values.is_one_of(lens.new[place], known)
            test = f"({allowed}) IS NOT TRUE" + (f" AND {value} IS NOT NULL" if null else "")
            fact = literal("%s.%s can't be %s yet: the old version has no value for it")
            told = f"coalesce(pg_catalog.quote_literal({value}), 'NULL')"
            where = f"{literal(str(self.step.table))}, {literal(lens.shown[place])}"
            lines += [
                f"      IF {test} THEN",
                "        RAISE EXCEPTION USING ERRCODE = 'check_violation',",
                f"          MESSAGE = pg_catalog.format({fact}, {where}, {told}),",
                "          HINT = 'Complete the evolution first, or give it unknown=.';",
                "      END IF;",
            ]
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
