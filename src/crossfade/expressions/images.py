"""What an expression makes of a value, told without a database: for documents.

A value is text, None for NULL, or what a row of a lookup table holds.
"""

from __future__ import annotations

from enum import Enum
from functools import singledispatch

from crossfade.expressions.lookups import Held, LookupKey, LookupValue
from crossfade.expressions.values import ValueMap

Said = str | None | Held


class Unknown(Enum):
    """What only the database can tell."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN


@singledispatch
def domain(expression: object) -> tuple[str | None, ...] | None:  # noqa: ARG001 - each kind has its own
    """The values that `expression` has an answer for, in the order in which it was given; None: any."""
    return None


@singledispatch
def image(expression: object, value: Said) -> Said | Unknown:  # noqa: ARG001 - as above
    """What `expression` makes of the one value that it reads; UNKNOWN where only the database can tell."""
    return UNKNOWN


@singledispatch
def settled(expression: object) -> bool:  # noqa: ARG001 - as above
    """Whether the database can tell before `start` has made anything."""
    return True


@singledispatch
def closed(expression: object) -> bool:  # noqa: ARG001 - as above
    """Whether it has no answer for some values, so that these are refused while both versions are live."""
    return False


@domain.register
def _(expression: ValueMap) -> tuple[str | None, ...] | None:
    return tuple(value for value, _ in expression.pairs)


@image.register
def _(expression: ValueMap, value: Said) -> Said | Unknown:
    known: dict[Said, str | None] = dict(expression.pairs)
    return known.get(value, expression.otherwise)


@closed.register
def _(expression: ValueMap) -> bool:
    return expression.otherwise is None


@domain.register
def _(expression: LookupKey) -> tuple[str | None, ...] | None:
    return tuple(value for value, _ in expression.rows)


@image.register
def _(expression: LookupKey, value: Said) -> Said | Unknown:
    """The lookup row, by the columns that tell rows apart, in their order."""
    if value is None:
        return None
    known: dict[Said, Held] = dict(expression.rows)
    found = dict(known.get(value, expression.otherwise))
    return tuple((each.name, found[each.name]) for each in expression.columns if each.name in found) or None


@settled.register
def _(_: LookupKey) -> bool:
    return False


@image.register
def _(expression: LookupValue, value: Said) -> Said | Unknown:
    if expression.sql is not None:
        return UNKNOWN
    if value is None:
        return None if expression.null else expression.otherwise
    held = dict(value) if isinstance(value, tuple) else {}
    for wanted, becomes in expression.pairs:
        if any(column not in held for column, _ in wanted):
            return UNKNOWN
        if all(held[column] == given for column, given in wanted):
            return becomes
    return expression.otherwise


@settled.register
def _(_: LookupValue) -> bool:
    return False


@closed.register
def _(expression: LookupValue) -> bool:
    return expression.otherwise is None and expression.sql is None


__all__ = ["UNKNOWN", "Said", "Unknown", "closed", "domain", "image", "settled"]
