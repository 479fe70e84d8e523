"""What both versions of a table must show, worked out in plain Python from an entry's columns.

The model knows nothing of triggers, views or journals: only the promises. A writer's own side is what it
wrote; the other side follows by `forward` or `backward`; and what `forward` would not give again survives a
rollback.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from tests.conformance.carrying import (
    after_insert,
    after_update,
    carry_back,
    given_birth,
    given_nothing,
    is_vague,
)
from tests.conformance.columns import MADE, Column, Half, Row, Side
from tests.conformance.pair import NUMBER, Pair, Refusal


class Stage(StrEnum):
    """Which versions there are."""

    OLD = "only the old version"
    BOTH = "both versions"
    NEW = "only the new version"


class Model:
    """The rows, by number, and what every write and command does to them."""

    def __init__(
        self,
        columns: Sequence[Column],
        seeds: Sequence[Row],
        seed_key: Sequence[str],
        *,
        plain: bool = False,
    ) -> None:
        self.columns = columns
        self.stage = Stage.OLD
        self.rows: dict[int, Pair] = {}
        self.kept = self.brought_back = self.seeded = self.seeds_kept = self.cleared = (
            0  # by the last command
        )
        self._plain = plain  # whether views have no defaults of their own
        self._seeds = seeds
        self._seed_key = seed_key
        self._unseeded: list[Pair] = []
        self._purged = False

    def shown(self, side: Side) -> list[Row]:
        """What that version must show."""
        return [pair.side(side) for pair in self.rows.values()]

    # --- writes: `on_path` is whether the writer has its version's namespace on its search path ---

    def insert(self, side: Side, given: Row, *, on_path: bool) -> Pair:
        """A row of which `given` is written, and the rest left out. Raises Refusal."""
        pair = self._inserted(side, given, on_path=on_path)
        self.rows[given[NUMBER]] = pair
        return pair

    def update(self, side: Side, number: int, given: Row) -> Pair:
        """The columns `given` of a row are written. Raises Refusal."""
        before, pair = self.rows[number], self.rows[number].copy()
        pair.side(side).update(given)
        if any(column.is_key and column.name in given for column in self.columns):
            pair.kept, pair.orphaned = {}, {}  # what was kept is of a row that is there no more
        self._share(pair, side)
        if self.stage is Stage.BOTH:
            for column in self.columns:
                if not column.shared:
                    after_update(column, before, pair)
        self._check(pair)
        self.rows[number] = pair
        return pair

    def upsert(
        self, side: Side, given: Row, number: int | None, written: Sequence[str], *, on_path: bool
    ) -> list[Pair]:
        """An insert that, where the row `number` stands in its way, writes `written` there instead."""
        if number is None:
            return [self.insert(side, given, on_path=on_path)]
        excluded = self._inserted(side, given, on_path=on_path).side(side)
        return [self.update(side, number, {name: excluded[name] for name in written})]

    def delete(self, number: int) -> Pair:
        """A row goes."""
        return self.rows.pop(number)

    def truncate(self) -> list[Pair]:
        """Every row goes."""
        gone = list(self.rows.values())
        self.rows = {}
        return gone

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Whatever is written within is taken back."""
        rows = dict(self.rows)
        try:
            yield
        finally:
            self.rows = rows

    # --- commands ---

    def start(self) -> None:
        """Each row gets its new side: what was kept where the old side has not moved on, else `forward`."""
        self.stage, self.brought_back = Stage.BOTH, 0
        self._clear()
        for pair in self.rows.values():
            pair.new = {column.name: pair.old[column.name] for column in self.columns if column.shared}
            for column in self.columns:
                if not column.carried:
                    continue
                pair.new[column.name] = column.forward(pair.old)
                was, kept = pair.kept.pop(column.name, (None, MADE))
                if kept is not MADE and pair.old.get(column.name) == was:
                    pair.new[column.name] = kept
                    self.brought_back += 1
        self._seed()

    def rollback(self) -> None:
        """The new side goes, and what `forward` would not give again is kept; so do untouched seeds."""
        untouched = [number for number, pair in self.rows.items() if pair.seed and _same(pair.new, pair.seed)]
        self.seeds_kept = sum(pair.seed is not None for pair in self.rows.values()) - len(untouched)
        self._unseeded = [self.rows.pop(number) for number in untouched]
        self.stage, self.kept = Stage.OLD, 0
        for pair in self.rows.values():
            pair.seed = None
            for column in self.columns:
                if column.carried and pair.new[column.name] != column.forward(pair.old):
                    pair.kept[column.name] = (pair.old.get(column.name), pair.new[column.name])
                    self.kept += 1
            pair.new = {}
            pair.old.update({name: value for name, value in pair.orphaned.items() if pair.old[name] is None})
            pair.orphaned = {}

    def complete(self) -> None:
        """The old side goes, and is kept as it stands."""
        self.stage, self._purged = Stage.NEW, False
        for pair in self.rows.values():
            pair.retired, pair.old = pair.old, {}

    def purge(self) -> None:
        """What was kept goes too: old values, and how each seed was."""
        self._unseeded, self._purged = [], True
        for pair in self.rows.values():
            pair.retired, pair.kept, pair.orphaned, pair.seed = {}, {}, {}, None

    def clear(self) -> None:
        """The new side goes, and nothing of it is kept."""
        self.rollback()
        self._unseeded, self.kept = [], 0
        for pair in self.rows.values():
            pair.kept = {}

    def revert(self) -> None:
        """The old side comes back: as it stood where the new side still means that, else by `backward`;
        after a purge by `backward` alone.
        """
        self.stage = Stage.BOTH
        for pair in self.rows.values():
            for column in self.columns:
                if column.shared:
                    pair.old[column.name] = pair.new[column.name]
                elif column.new is None:
                    continue
                elif column.backward is not None and self._purged:
                    pair.old[column.name] = column.backward(pair.new[column.name])
                elif column.backward is not None:
                    pair.old[column.name] = pair.retired.get(column.name, self._lent(column))
                    carry_back(column, pair, column.backward)
            for column in self.columns:
                if column.new is None and column.old is not None:
                    known = column.name in pair.retired
                    pair.old[column.name] = (
                        pair.retired[column.name] if known else given_birth(column, column.old, pair)
                    )
            pair.retired = {}

    def unsaid(self) -> dict[int, Row]:
        """The rows for which the old version has nothing, and values for which it has."""
        evolved = [column for column in self.columns if column.carried]
        return {
            number: {each.name: each.sayable() for each in closed}
            for number, pair in self.rows.items()
            if (closed := [each for each in evolved if not each.open_to(pair.new[each.name])])
        }

    # --- the rest ---

    def accepts(self, column: Column, half: Half, value: Any, *, on_path: bool) -> bool:
        """Whether any write of `value` to that version is taken now, and means what it says."""
        live = self.stage is Stage.BOTH and half is column.new
        vague = live and not on_path and is_vague(column, value, plain=self._plain)
        taken = half.allowed(value) and (half.nullable or value is not None)
        lost = self.stage is not Stage.OLD and value in column.orphans
        return taken and not vague and not lost and not (live and not column.open_to(value))

    def is_apart(self, pair: Pair) -> bool:
        """Whether the new side of a row holds, or held before a rollback, what `forward` does not give."""
        evolved = [column for column in self.columns if column.carried]
        there = self.stage is Stage.BOTH
        return bool(pair.kept) or (there and any(pair.new[e.name] != e.forward(pair.old) for e in evolved))

    def learn(self, number: int, column: str, value: Any) -> None:
        """The database made `value`."""
        pair = self.rows[number]
        for row in (pair.old, pair.new, pair.seed or {}):
            if row.get(column) is MADE:
                row[column] = value

    def _clear(self) -> None:
        """What refers to nothing goes."""
        self.cleared = 0
        for pair in self.rows.values():
            pair.orphaned = {
                each.name: pair.old[each.name]
                for each in self.columns
                if each.orphans and pair.old[each.name] in each.orphans
            }
            pair.old.update(dict.fromkeys(pair.orphaned))
            self.cleared += len(pair.orphaned)

    def _lent(self, column: Column) -> Any:
        """What a retired column has of a row that came later: a default, where it stays NOT NULL."""
        if column.old is None or column.old.nullable or not self._plain:
            return None
        return given_nothing(column.old, plain=True)

    def _seed(self) -> None:
        self.seeded = 0
        there = {self._key_of(pair.new) for pair in self.rows.values()}
        again = {self._key_of(pair.new): pair.new for pair in self._unseeded}
        for seed in self._seeds:
            if self._key_of(seed) not in there:
                pair = self.insert("new", again.get(self._key_of(seed), seed), on_path=True)
                pair.seed = dict(pair.new)
                self.seeded += 1
        self._unseeded = []

    def _key_of(self, row: Row) -> tuple[Any, ...]:
        return tuple(row[name] for name in self._seed_key)

    def _inserted(self, side: Side, given: Row, *, on_path: bool) -> Pair:
        pair = Pair()
        for column in self.columns:
            half = column.half(side)
            if half is not None:
                pair.side(side)[column.name] = given.get(column.name, half.default)
        self._share(pair, side)
        if self.stage is Stage.BOTH:
            if self._plain and side == "new" and not on_path:
                pair.old.update(
                    {e.name: e.old.stand_in for e in self.columns if e.old is not None and e.new is None}
                )
            for column in sorted(self.columns, key=lambda each: each.new is None):  # those are made of others
                if not column.shared:
                    after_insert(column, pair, side, on_path=on_path, plain=self._plain)
        self._check(pair)
        return pair

    def _share(self, pair: Pair, side: Side) -> None:
        mine = pair.side(side)
        other: Side = "new" if side == "old" else "old"
        for column in self.columns:
            if column.computed is not None:
                mine[column.name] = column.computed(mine)
        if self.stage is Stage.BOTH:
            pair.side(other).update({each.name: mine[each.name] for each in self.columns if each.shared})

    def _check(self, pair: Pair) -> None:
        for column in self.columns:
            for half, row in ((column.old, pair.old), (column.new, pair.new)):
                if half is None or column.name not in row:
                    continue
                value = row[column.name]
                if not half.allowed(value) or (value is None and not half.nullable):
                    raise Refusal(f"{column.name} = {value!r}")


def _same(row: Row, seed: Row) -> bool:
    return all(row[name] == value or MADE in (row[name], value) for name, value in seed.items())
