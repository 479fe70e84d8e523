"""How the model carries what one version writes to a row over to the other version."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.conformance.columns import Column, Half, Side
from tests.conformance.pair import Pair, Refusal


def after_insert(column: Column, pair: Pair, side: Side, *, on_path: bool, plain: bool = False) -> None:
    """The other side of a new row. A NULL of a writer that has not said which version it speaks may be
    nobody's word: then the old side speaks. Where views are `plain`, they have no defaults of their own: nor
    can a default be told from none given, and where a column that must have a value has none, one stands in.
    """
    name = column.name
    if column.new is None and column.old is not None:
        needed = column.old.default is None and not column.old.nullable  # then nobody's NULL is meant
        if side == "new":
            unmistaken = on_path or (needed and not plain)
            pair.old[name] = (
                given_birth(column, column.old, pair)
                if unmistaken
                else given_nothing(column.old, plain=plain)
            )
        elif needed and pair.old[name] is None:
            pair.old[name] = given_birth(column, column.old, pair)
        return
    if side == "old":
        pair.new[name] = column.forward(pair.old)
        return
    vague = not on_path and is_vague(column, pair.new[name], plain=plain)
    if column.old is not None:
        pair.old[name] = given_nothing(column.old, plain=plain and vague)
    if vague:
        pair.new[name] = column.forward(pair.old)
    elif column.backward is not None:
        carry_back(column, pair, column.backward)


def is_vague(column: Column, value: Any, *, plain: bool) -> bool:
    """Whether a new value, of a writer that has not said which version it speaks, may be nobody's word."""
    if column.new is None or not plain:
        return column.by_row and value is None
    return (column.by_row or column.filled) and value in (None, column.new.default, column.new.stand_in)


def after_update(column: Column, before: Pair, pair: Pair) -> None:
    """The other side of a row that was changed: the side that moved wins."""
    name = column.name
    if column.new is None:
        return  # only the old version has it
    if column.backward is not None:
        if pair.new[name] != before.new[name]:
            carry_back(column, pair, column.backward)
        elif pair.old[name] != before.old[name]:
            pair.new[name] = column.forward(pair.old)
    elif column.by_row and pair.new[name] is before.new[name] is column.forward(before.old) is None:
        pair.new[name] = column.forward(pair.old)  # a fill that had nothing to give, and may have now


def given_birth(column: Column, half: Half, pair: Pair) -> Any:
    """The old value of a row that the new version has written."""
    return half.default if column.born is None else column.born(pair.new)


def carry_back(column: Column, pair: Pair, backward: Callable[[Any], Any]) -> None:
    """The new side of a row decides: the old one stands where it means that already. Raises Refusal."""
    value = pair.new[column.name]
    if not column.open_to(value):
        raise Refusal(f"{column.name} = {value!r}, and the old version has nothing for it")
    standing = pair.old[column.name]
    missing = standing is None and column.old is not None and not column.old.nullable
    if missing or column.forward(pair.old) != value:  # else both agree already
        pair.old[column.name] = backward(value)


def given_nothing(half: Half, *, plain: bool) -> Any:
    """What a column has of an insert that gives it nothing."""
    return half.stand_in if plain and half.default is None else half.default
