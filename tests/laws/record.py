"""The rows of the model: by table and key, what both versions share and, by column, what they do not."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.laws.cell import Cells, Kept
from tests.laws.world import Row

NOTHING: frozenset[Kept | None] = frozenset({None})


@dataclass
class Record:
    """A row."""

    shared: Row
    cells: dict[str, Cells]

    @property
    def key(self) -> int:
        """The primary key."""
        return int(self.shared["id"] or 0)

    def says_what(self, other: Record) -> bool:
        """Whether both versions show it as they show another."""
        return self.shared == other.shared and all(
            {(each.old, each.new) for each in held} == {(each.old, each.new) for each in other.cells[column]}
            for column, held in self.cells.items()
        )


@dataclass
class Rows:
    """Every row, and what is kept of rows that are there no more: a row with the same key may get it."""

    orders: dict[int, Record] = field(default_factory=dict)
    items: dict[int, Record] = field(default_factory=dict)
    orphans: dict[tuple[str, str, int], frozenset[Kept | None]] = field(default_factory=dict)

    def of(self, table: str) -> dict[int, Record]:
        """The rows of a table."""
        return self.orders if table == "orders" else self.items

    def refer_to(self, item: int) -> bool:
        """Whether an order refers to an item."""
        return any(order.shared["item"] == item for order in self.orders.values())

    def named(self, name: object) -> Record | None:
        """The item of that name."""
        return next((item for item in self.items.values() if item.shared["name"] == name), None)
