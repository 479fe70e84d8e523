"""A list of elements as it must be on both sides: an array of the new one, rows of a table of the old one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from crossfade.casebook.run_ledger.views import PARTS, moment
from crossfade.casebook.words import Side

__all__ = ["Elements"]

Element = dict[str, Any]


@dataclass
class Elements:
    """The elements of one part of a run or a step, in the array's order.

    - What the old application adds comes into its place, by the part's order and then by its id; but at the
      end where the new application has put the array into another order.
    - What the new application adds comes at the end.
    - An element gets its id when it is stored in the old side's table; until a read has shown it, any is
      right.
    """

    part: str
    items: list[Element] = field(default_factory=list)
    arranged: bool = False  # whether the new application ever had an order of its own

    def added(self, side: Side, element: Element) -> None:
        """That side's application added this element."""
        at = len(self.items)
        if side is Side.OLD and self.in_order():  # its id is the greatest
            at = sum(self._order(each) <= self._order(element) for each in self.items)
        self.items.insert(at, element)
        self.arranged |= not self.in_order()

    def arrange(self, positions: list[int]) -> None:
        """The new application put the elements into the order of these positions."""
        self.items = [self.items[position] for position in positions]
        self.arranged = True

    def in_order(self) -> bool:
        """Whether the array is in the order of the old side's rows."""
        return self.items == self.rows()

    def rows(self) -> list[Element]:
        """The elements in the order in which the old side shows them."""
        ids: list[int] = []
        for element in self.items:  # one that is not known is a little greater than the one before
            ids.append(element.get("id", ids[-1] if ids else 0))
        places = sorted(range(len(ids)), key=lambda at: (self._order(self.items[at]), ids[at]))
        return [self.items[at] for at in places]

    def expected(self, side: Side, found: object) -> list[Element]:
        """The elements as that side must show them; an id that is not known yet is taken from `found`."""
        items = self.items if side is Side.NEW else self.rows()
        shown = found if isinstance(found, list) and len(found) == len(items) else []
        for element, other in zip(items, shown, strict=False):
            if "id" not in element and other.get("id") is not None:
                element["id"] = other["id"]
        if side is Side.NEW:
            return [_in_full(self.part, element) for element in items]
        return [_shown(self.part, element) for element in items]

    def _order(self, element: Element) -> Any:
        order = PARTS[self.part].order
        key = element[order] if order else 0
        return moment(key) if isinstance(key, str) else key


def _shown(part: str, element: Element) -> Element:
    """The element as the old application shows it: it can't tell JSON's null from nothing said."""
    return {name: element.get(name) for name in PARTS[part].fields}


def _in_full(part: str, element: Element) -> Element:
    """The element as an array holds it: every field, but those that may be left unsaid, and were."""
    optional = {"id", PARTS[part].may_lack}
    return {name: element.get(name) for name in PARTS[part].fields if name in element or name not in optional}
