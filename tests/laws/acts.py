"""What scenarios are made of: the rows that stand, single writes, and what must be so."""

from __future__ import annotations

from tests.laws.applications import Write
from tests.laws.model import Lost
from tests.laws.stage import Stage
from tests.laws.world import Side, Value


def stand(stage: Stage) -> None:
    """The rows of the legacy schema."""
    for name in ("lamp", "rope"):
        stage.write(Write("old", "insert", "items", None, {"name": name, "kind": "plain"}))
    for key in (1, 2, 3, 4, 5, 6, 7, 9):
        label = ("new", "paid", "sent")[key % 3]
        stage.write(Write("old", "insert", "orders", key, {"amount": key, "status": label}))


def order(stage: Stage, side: Side, key: int, **given: Value) -> None:
    """An order is changed."""
    stage.write(Write(side, "update", "orders", key, given))


def item(stage: Stage, side: Side, key: int, **given: Value) -> None:
    """An item is changed."""
    stage.write(Write(side, "update", "items", key, given))


def new(stage: Stage, side: Side, key: int, **given: Value) -> None:
    """An order is made."""
    stage.write(Write(side, "insert", "orders", key, given))


def demand(held: bool, what: str) -> None:
    """It must be so. Raises Lost."""
    if not held:
        raise Lost(what)
