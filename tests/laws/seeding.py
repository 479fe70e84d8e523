"""The seeds: made once, taken back by a rollback where nobody touched them, and back at the next start."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field

from tests.laws.cell import Cell
from tests.laws.record import Record, Rows
from tests.laws.world import SEEDS, SHARED, Row, lenses


@dataclass
class Seed:
    """A seeded row as it was made; `state` is "present", "removed" or "left"."""

    image: Record
    state: str = "present"


@dataclass
class Seeds:
    """The seeds that there are or were, by name."""

    made: dict[str, Seed] = field(default_factory=dict)

    def missing(self, rows: Rows) -> tuple[str, ...]:
        """The names of those that a start is to make."""
        return tuple(str(seed["name"]) for seed in SEEDS if rows.named(seed["name"]) is None)

    def sow(self, rows: Rows) -> None:
        """Make what is missing; what a rollback took away comes back as it was, its key included."""
        for number, row in enumerate(SEEDS):
            name = str(row["name"])
            if rows.named(name) is not None:
                continue
            known = self.made.get(name)
            image = known.image if known and known.state == "removed" else _fresh(row, -1 - number)
            rows.items[image.key] = deepcopy(image)
            self.made[name] = Seed(image)

    def adopt(self, rows: Rows, name: object, key: int) -> None:
        """An item of that name was read: where it is a seed just made, that is the key which it got."""
        record = rows.named(name)
        if record is not None and record.key < 0:
            del rows.items[record.key]
            record.shared["id"] = self.made[str(name)].image.shared["id"] = key
            rows.items[key] = record

    def reap(self, rows: Rows) -> None:
        """Take away what nobody has changed or refers to."""
        for seed in self.made.values():
            if seed.state != "present":
                continue
            row = rows.items.get(seed.image.key)
            seed.state = "left"
            if row is not None and row.says_what(seed.image) and not rows.refer_to(row.key):
                del rows.items[row.key]
                seed.state = "removed"


def _fresh(row: Row, key: int) -> Record:
    """A seed to be; `key` is one that no row has, until the one that the database gives is read."""
    record = Record({column: row.get(column) for column in SHARED["items"]} | {"id": key}, {})
    for lens in lenses("items"):
        value = row.get(lens.column, lens.default)
        record.cells[lens.column] = frozenset({Cell(lens.backward(value), value, mark=2)})
    return record
