"""The columns of an entry's table: what the applications write there, and how the versions relate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

Row = dict[str, Any]
Side = Literal["old", "new"]


class Made:
    """Stands for a value that the database makes: the first side that is read tells which."""

    def __repr__(self) -> str:
        return "<made by the database>"


MADE: Final = Made()


def _nothing(_: Row) -> None:
    """The new version has no value for a row of the old one."""


def _anything(_: object) -> bool:
    return True


@dataclass(frozen=True)
class Half:
    """What one version knows of a column: the values that its application writes in turn (one for each
    row, where it is `numbered`), the default, whether NULL may stand, and what the table's checks allow.
    `stand_in` is the default that a NOT NULL column without one may have while both versions live.
    """

    values: tuple[Any, ...]
    default: Any = None
    nullable: bool = True
    allowed: Callable[[Any], bool] = _anything
    numbered: bool = False
    stand_in: Any = None


@dataclass(frozen=True)
class Column:
    """A column in the old version, in the new one, or in both; `shared` where no change touches it. Else
    `forward` gives the new value for a row of the old version, and `backward` the old value for a new one;
    without it, nothing is carried back.
    """

    name: str
    old: Half | None = None
    new: Half | None = None
    shared: bool = False
    forward: Callable[[Row], Any] = _nothing
    backward: Callable[[Any], Any] | None = None
    by_row: bool = False  # `forward` is worked out for each row; else the table's default gives it
    open_to: Callable[[Any], bool] = _anything  # the new values that the old version can stand
    is_key: bool = False
    is_written: bool = True  # applications give it; else the database does
    computed: Callable[[Row], Any] | None = None
    born: Callable[[Row], Any] | None = None  # the old value of a row of the new version, which has none
    filled: bool = False  # rows of the old version have something else there than the default
    orphans: tuple[Any, ...] = ()  # values that refer to nothing: `start` sets them NULL, a rollback back

    @property
    def carried(self) -> bool:
        """Whether both versions of it are kept in agreement."""
        return not self.shared and self.new is not None

    def half(self, side: Side) -> Half | None:
        """What the version of that side knows of it; None where it does not have it."""
        return self.old if side == "old" else self.new

    def sayable(self) -> Any:
        """A value of the new version that any row may hold, and for which the old one has a value."""
        values = () if self.new is None else filter(self.new.allowed, self.new.values)
        return next(value for value in values if value is not None and self.open_to(value))


def shared(name: str, *values: Any, default: Any = None, nullable: bool = True) -> Column:
    """A column that no change touches."""
    half = Half(values, default, nullable)
    return Column(name, half, half, shared=True)


def referring(name: str, *values: Any, orphans: tuple[Any, ...]) -> Column:
    """A column that no change touches, but for the values which refer to nothing."""
    half = Half((*orphans, *values))
    return Column(name, half, half, shared=True, orphans=orphans)


def numbered(name: str, value: Callable[[int], Any]) -> Column:
    """A NOT NULL column that holds `value` of the row's number."""
    half = Half(tuple(map(value, range(2000))), nullable=False, numbered=True)
    return Column(name, half, half, shared=True)


def key(name: str, value: Callable[[int], Any] | None = None) -> Column:
    """A column of the key: `value` of the row's number, or what the database makes."""
    half = (
        Half((), MADE)
        if value is None
        else Half(tuple(map(value, range(2000))), nullable=False, numbered=True)
    )
    return Column(name, half, half, shared=True, is_key=True, is_written=value is not None)


def generated(name: str, value: Callable[[Row], Any]) -> Column:
    """A column that the database computes from others of the row."""
    half = Half(())
    return Column(name, half, half, shared=True, is_written=False, computed=value)


def opened(
    name: str,
    values: Mapping[str, str],
    *novel: str | None,
    unknown: str | None = None,
    nullable: bool = False,
    new_nullable: bool | None = None,
    default: str | None = None,
    barred: str | None = None,
) -> Column:
    """An enum that becomes a string: the string of each label, and `novel` ones, which only the new
    application writes. The table's check bars the label `barred`.
    """
    label_of: dict[str | None, str] = {}
    for label, value in values.items():
        label_of.setdefault(value, label)
    stands = {*label_of, *((None,) if nullable else ())}
    becomes_nullable = nullable if new_nullable is None else new_nullable
    barred_value = None if barred is None else values[barred]
    return Column(
        name,
        Half(
            tuple(values),
            default,
            nullable,
            lambda value: barred is None or value != barred,
            stand_in=None if nullable or default is not None else next(iter(values)),
        ),
        Half(
            tuple(dict.fromkeys((*novel, *values.values()))),
            None if default is None else values[default],
            becomes_nullable,
            lambda value: barred is None or value != barred_value,
            stand_in=None if becomes_nullable or default is not None else "",
        ),
        forward=lambda row: values.get(row[name]),
        backward=lambda value: label_of.get(value, None if nullable and value is None else unknown),
        by_row=True,
        open_to=lambda value: unknown is not None or value in stands,
    )


def added(name: str, *values: Any, fill: Any = None, default: Any = None, nullable: bool = True) -> Column:
    """A column that only the new version has. `fill` is a value, or a function of the old row; left
    out, it is the default.
    """
    constant = default if fill is None else fill
    return Column(
        name,
        new=Half(values, default, nullable, stand_in=_stand_in(values, default, nullable=nullable)),
        forward=fill if callable(fill) else lambda _: constant,
        by_row=callable(fill),
        filled=fill is not None,
    )


def dropped(
    name: str,
    *values: Any,
    born: Callable[[Row], Any] | None = None,
    default: Any = None,
    nullable: bool = True,
    allowed: Callable[[Any], bool] = _anything,
) -> Column:
    """A column that the new version leaves out. `born` gives rows of the new version their old value; left
    out, they have the default.
    """
    stand_in = _stand_in(values, default, nullable=nullable)
    return Column(name, Half(values, default, nullable, allowed, stand_in=stand_in), born=born)


def required(name: str, fill: Any, *values: Any, default: Any = None, stand_in: Any = None) -> Column:
    """A column that is NOT NULL in the new version, with `fill` where the old one has NULL."""
    return Column(
        name,
        Half((*values, None), default),
        Half((*values, fill), default, nullable=False, stand_in=stand_in or _stand_in(values, default)),
        forward=lambda row: fill if row[name] is None else row[name],
        backward=lambda value: value,
        by_row=True,
    )


def _stand_in(values: Sequence[Any], default: Any, *, nullable: bool = False) -> Any:
    """The default that stands in for one: what a server that is not strict takes of such a type."""
    return None if nullable or default is not None else type(values[0])()


def referred(
    name: str,
    keys: Mapping[str, int],
    seen_as: Mapping[int, str],
    *novel: int,
    unknown: str | None = None,
    nullable: bool = False,
    others: Mapping[str, int] | None = None,
    stand_in: str | None = None,
) -> Column:
    """A column of few values that becomes a reference: the key of each value's row, what the old version sees
    for a row, `novel` keys, which only the new application writes, and `others` of a text, which share a row.
    """
    there = {**keys, **(others or {})}
    stands = {*seen_as, *((None,) if nullable else ())}
    novel_null = (None,) if nullable else ()
    return Column(
        name,
        Half(
            tuple(dict.fromkeys((*there, *novel_null))),
            None,
            nullable,
            stand_in=None if nullable else next(iter(keys)) if stand_in is None else stand_in,
        ),
        Half(
            tuple(dict.fromkeys((*novel, *there.values(), *novel_null))),
            None,
            nullable,
            stand_in=None if nullable else 0,
        ),
        forward=lambda row: there.get(row[name]),
        backward=lambda key: seen_as.get(key, None if nullable and key is None else unknown),
        by_row=True,
        open_to=lambda key: unknown is not None or key in stands,
    )
