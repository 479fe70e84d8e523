"""What both applications must read: plain Python, written from docs/decisions and docs/changes alone.

It knows nothing of triggers, views or journals, but which rows there are, what each version shows of
them, and what must come back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace

from crossfade.phases import TRANSITIONS, Command, State
from tests.laws import cell as cells
from tests.laws.cell import Cell, Cells
from tests.laws.record import NOTHING, Record, Rows
from tests.laws.seeding import Seeds
from tests.laws.world import CODES, REQUIRED, SHARED, SIZE, SIZES, Lens, Row, Side, Value, lenses
from tests.laws.writing import ALONE, BOTH, NEW, Refusal, new_insert, new_update, old_insert, old_update


class Lost(AssertionError):
    """Something is not as the promises say."""


@dataclass
class Model:
    """The rows, the seeds, the codes of the lookup's rows, and the state of the evolution."""

    state: State = State.ABSENT
    rows: Rows = field(default_factory=Rows)
    seeds: Seeds = field(default_factory=Seeds)
    codes: Mapping[int, str] = field(default_factory=lambda: dict(CODES))
    reaped: bool = False  # the seeds, by the rollback that runs

    def copy(self) -> Model:
        """Another that says the same."""
        return deepcopy(self)

    @property
    def speaking(self) -> tuple[Side, ...]:
        """Which applications work now."""
        if self.state in BOTH:
            return ("old", "new")
        return ("new",) if self.state in NEW or self.state is State.REVERTING else ("old",)

    @property
    def unsayable(self) -> bool:
        """Whether rows hold what the old version could not be given back."""
        return any(
            not lens.takes(each.new)
            for lens in self._lenses("orders", "items")
            for record in self.rows.of(lens.table).values()
            for each in record.cells[lens.column]
        )

    def _lenses(self, *tables: str) -> tuple[Lens, ...]:
        return tuple(lens for table in tables for lens in lenses(table, self.codes))

    # --- writes; each raises Refusal, and has then changed nothing ---

    def insert(self, side: Side, table: str, key: int, given: Row) -> None:
        """A row with what is given; the rest gets its default."""
        row: Row = {name: given.get(name) for name in SHARED[table]} | {"id": key}
        made: dict[str, Cells] = {}
        for lens in self._lenses(table):
            if side == "new":
                made[lens.column] = new_insert(lens, self.state, given.get(lens.name(side), lens.default))
                continue
            value = given.get(lens.column, lens.old_default)
            _demand_label(lens, value)
            kept = self.rows.orphans.get((table, lens.column, key), NOTHING)
            made[lens.column] = old_insert(lens, self.state, row, value, kept)
        if key in self.rows.of(table):
            raise Refusal("23505")
        self._demand_fit(table, row)
        for lens in lenses(table):
            self.rows.orphans.pop((table, lens.column, key), None)
        self.rows.of(table)[key] = Record(row, made)

    def update(self, side: Side, table: str, key: int, given: Row) -> None:
        """The columns `given` of the row are written."""
        record = self.rows.of(table)[key]
        row = record.shared | {name: value for name, value in given.items() if name in SHARED[table]}
        made = {
            lens.column: frozenset(
                each
                for cell in record.cells[lens.column]
                for each in self._updated(side, lens, cell, record.shared, row, given)
            )
            for lens in self._lenses(table)
        }
        self._demand_fit(table, row)
        self.rows.of(table)[key] = Record(row, made)

    def delete(self, table: str, key: int) -> None:
        """The row goes. What was kept of it stays for a row with the same key, until a start has looked."""
        if table == "items" and self.rows.refer_to(key):
            raise Refusal("23503")
        record = self.rows.of(table).pop(key)
        if self.state in ALONE | {State.STARTING, State.ROLLING_BACK}:
            for lens in lenses(table):
                kept = frozenset(each.kept for each in record.cells[lens.column])
                self.rows.orphans[table, lens.column, key] = kept

    def edit(self, key: int, code: str | None) -> None:
        """A row of the lookup gets another code, or goes (None): the old side of who refers to it follows."""
        live, reference = self.state is State.LIVE, SIZE.reading(self.codes)
        if live and key in SIZES.values() and code != self.codes[key]:
            raise Refusal("23514")
        users = [each for each in self.rows.orders.values() if key in {it.new for it in each.cells["size"]}]
        if code is None and users:
            raise Refusal("23503")
        codes = {**self.codes, key: code}
        said = {number: each for number, each in codes.items() if each is not None}
        after = reference.reading(said).backward(key)
        if live and users and after != reference.backward(key):
            if after is None:
                raise Refusal("23514")
            for each in users:
                each.cells["size"] = frozenset(replace(cell, old=after) for cell in each.cells["size"])
        self.codes = said

    # --- commands: `begin`, then `come` anywhere any number of times, then `finish` ---

    def begin(self, command: Command) -> None:
        """The command has moved the evolution to its own state."""
        during = TRANSITIONS[self.state, command].during
        if during in {State.ROLLING_BACK, State.CLEARING} and during is not self.state:
            self.reaped = False
            if self.state is State.STARTING:
                self._each(lambda lens, at: cells.leaving(at.cells[lens.column]))
        self.state = during

    def come(self, *, seeded: bool) -> None:
        """The command has come anywhere. `seeded` tells whether the seeds that it was to make, or to take
        away, have been made, or taken away: that is one transaction.
        """
        if self.state is State.STARTING:
            self._each(lambda lens, at: cells.starting(at.cells[lens.column], lens, at.shared))
            self.rows.orphans = {place: kept | NOTHING for place, kept in self.rows.orphans.items()}
            if seeded:
                self.seeds.sow(self.rows)
        elif self.state is State.ROLLING_BACK:
            if seeded:
                self._reap()
            self._each(lambda lens, at: cells.rolling_back(at.cells[lens.column], lens, at.shared))
        elif self.state is State.CLEARING and seeded:
            self._reap()
        elif self.state is State.REVERTING:
            self._each(lambda lens, at: cells.reverting(at.cells[lens.column], lens))

    def finish(self) -> None:
        """The command has come to its end."""
        if self.state is State.STARTING:
            self._each(lambda lens, at: cells.started(at.cells[lens.column], lens, at.shared))
            self.rows.orphans = {}
            self.seeds.sow(self.rows)
        elif self.state is State.ROLLING_BACK:
            self._reap()
            self._each(lambda lens, at: cells.rolled_back(at.cells[lens.column], lens, at.shared))
        elif self.state is State.REVERTING:
            self._each(lambda lens, at: cells.reverted(at.cells[lens.column], lens))
        elif self.state is State.CLEARING:
            self._reap()
            self._each(lambda lens, at: frozenset(Cell(each.old) for each in at.cells[lens.column]))
            self.rows.orphans, self.seeds = {}, Seeds()
        elif self.state is State.PURGING:
            self._each(lambda lens, at: frozenset(Cell(None, each.new) for each in at.cells[lens.column]))
            self.seeds = Seeds()
        self._each(lambda lens, at: cells.settled(at.cells[lens.column]))
        (self.state,) = {move.after for move in TRANSITIONS.values() if move.during is self.state}

    # --- reading ---

    def read(self, side: Side, table: str, rows: Sequence[Mapping[str, Value]]) -> None:
        """The application of that side reads `rows`, which tells what was open. Raises Lost where it should
        not.
        """
        ours = self.rows.of(table)
        found = {int(row["id"] or 0): row for row in rows}
        if found.keys() != ours.keys() or len(found) != len(rows):
            raise Lost(
                f"{side} {table}: {len(rows)} rows, {sorted(found)}, must be {sorted(ours)} ({self.state})"
            )
        for key, row in found.items():
            record = ours[key]
            for name in SHARED[table]:
                if row[name] != record.shared[name]:
                    raise Lost(f"{side} {table} {key}: {name} is {row[name]!r}, not {record.shared[name]!r}")
            for lens in self._lenses(table):
                if side == "new" or lens.opened:
                    record.cells[lens.column] = self._learned(side, lens, record, row[lens.name(side)])

    def _learned(self, side: Side, lens: Lens, record: Record, value: Value) -> Cells:
        may_be = record.cells[lens.column]
        left = frozenset(each for each in may_be if (each.old if side == "old" else each.new) == value)
        if not left:
            raise Lost(
                f"{side} {lens.table} {record.key}: {lens.column} is {value!r}, and may be "
                f"{sorted(may_be, key=repr)} ({self.state}; {record.shared})"
            )
        return left

    # --- the rest ---

    def _reap(self) -> None:
        if not self.reaped:
            self.reaped = True
            self.seeds.reap(self.rows)

    def _each(self, change: Callable[[Lens, Record], Cells]) -> None:
        for lens in self._lenses("orders", "items"):
            for record in self.rows.of(lens.table).values():
                record.cells[lens.column] = change(lens, record)

    def _updated(self, side: Side, lens: Lens, cell: Cell, before: Row, after: Row, given: Row) -> Cells:
        if side == "new":
            return new_update(lens, self.state, cell, before, after, given.get(lens.name(side), cell.new))
        value = given.get(lens.column, cell.old)
        if lens.column in given:
            _demand_label(lens, value)
        return old_update(lens, self.state, cell, before, after, value)

    def _demand_fit(self, table: str, row: Row) -> None:
        if any(row[name] is None for name in REQUIRED[table]):
            raise Refusal("23502")
        if table == "items":
            namesake = self.rows.named(row["name"])
            if namesake is not None and namesake.key != row["id"]:
                raise Refusal("23505")
        elif row["item"] is not None and row["item"] not in self.rows.items:
            raise Refusal("23503")


def _demand_label(lens: Lens, value: Value) -> None:
    if lens.required and value is None:
        raise Refusal("23502")
