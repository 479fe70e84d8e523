"""Plans as JSON and back, so that the journal can keep them: every value says its class's name."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from crossfade import expressions, lens, schema, steps, tree
from crossfade.errors import CrossfadeError

_KNOWN: dict[str, type[Any]] = {
    name: value
    for module in (steps, lens, tree, expressions, schema)
    for name, value in vars(module).items()
    if isinstance(value, type) and (is_dataclass(value) or issubclass(value, Enum))
}


def encode(value: object) -> Any:
    """`value` as JSON's own types: dataclasses and enums carry their class's name."""
    if isinstance(value, Enum):
        return {"$": type(value).__name__, "value": value.value}
    if is_dataclass(value):
        return {
            "$": type(value).__name__,
            **{each.name: encode(getattr(value, each.name)) for each in fields(value)},
        }
    if isinstance(value, frozenset):
        return {"$": "frozenset", "items": sorted(value)}
    if isinstance(value, tuple):
        return [encode(each) for each in value]
    return value


def decode(value: Any) -> Any:
    """The value that `encode` made it of; lists are tuples.

    Raises CrossfadeError for a class that this release does not know.
    """
    if isinstance(value, list):
        return tuple(decode(each) for each in value)
    if not isinstance(value, dict):
        return value
    name = value["$"]
    if name == "frozenset":
        return frozenset(value["items"])
    if name not in _KNOWN:
        raise CrossfadeError(
            f"the journal holds a {name}, which this release of Crossfade does not know",
            place="schema crossfade",
            remedy="use the release that started the evolution, or a newer one",
        )
    kind = _KNOWN[name]
    if issubclass(kind, Enum):
        return kind(value["value"])
    return kind(**{key: decode(each) for key, each in value.items() if key != "$"})
