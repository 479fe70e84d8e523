"""The writes that Hypothesis chooses from."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from crossfade.phases import State
from tests.laws.applications import Write
from tests.laws.model import Model
from tests.laws.world import KINDS, SEEDS, STATUSES, Row, Side, Value, columns

KEYS = range(1, 11)
AMOUNTS: tuple[Value, ...] = (None, 0, 3, 21)
TEXTS: tuple[Value, ...] = (None, "a", "b")
NAMES = ("lamp", "rope", *(str(seed["name"]) for seed in SEEDS))
NOVEL: tuple[Value, ...] = ("refunded", "it's 100 % \\ new", None)  # what no label stands for
VALUES: dict[Side, dict[str, tuple[Value, ...]]] = {
    "old": {"status": (*STATUSES, None), "kind": (*KINDS, None)},
    "new": {
        "status": (*STATUSES.values(), *NOVEL),
        "kind": ("thing", "bulk", None, "rented"),
        "channel": ("web", "shop", "fair", None),
        "gross": (None, 6, 7),
    },
}


def writes(model: Model, side: Side) -> SearchStrategy[Write]:
    """Any write of the application of that side to the rows that there are."""
    orders, items = sorted(model.rows.orders), sorted(model.rows.items)
    choices = [
        st.builds(
            lambda key, given, kind: Write(side, kind, "orders", key, given),
            st.sampled_from(KEYS),
            _given("orders", side, model),
            st.sampled_from(("insert", "insert", "upsert")),
        ),
        st.builds(lambda given: Write(side, "insert", "items", None, given), _item(side, model)),
    ]
    for table, keys in (("orders", orders), ("orders", orders), ("items", items)):
        if keys:
            choices += [
                st.builds(
                    lambda key, given, table=table: Write(side, "update", table, key, given),
                    st.sampled_from(keys),
                    _some(table, side, model),
                ),
                st.builds(
                    lambda key, given, table=table: Write(
                        side, "save", table, key, saved(model, side, table, key) | given
                    ),
                    st.sampled_from(keys),
                    _some(table, side, model),
                ),
            ]
    for table, keys in (("orders", orders), ("items", items)):
        if keys:
            choices.append(
                st.builds(lambda key, table=table: Write(side, "delete", table, key), st.sampled_from(keys))
            )
    return st.one_of(choices)


def saved(model: Model, side: Side, table: str, key: int) -> Row:
    """The row as that application last read it, where it can have read only one thing."""
    record = model.rows.of(table)[key]
    row = {name: value for name, value in record.shared.items() if name != "id"}
    for name, cells in record.cells.items():
        may_be = {each.old if side == "old" else each.new for each in cells}
        if name in columns(table, side) and len(may_be) == 1:
            row[name] = may_be.pop()
    return row


def _values(column: str, side: Side, model: Model) -> SearchStrategy[Value]:
    shared: dict[str, tuple[Value, ...]] = {
        "amount": AMOUNTS,
        "note": TEXTS,
        "remark": TEXTS,
        "name": NAMES,
        "item": (None, *sorted(model.rows.items)),
    }
    values = VALUES[side].get(column) or shared[column]
    if column == "kind" and side == "new" and model.state is State.REVERTING:
        values = tuple(value for value in values if value != "rented")  # it may be late for that, or not
    return st.sampled_from(values)


def _given(table: str, side: Side, model: Model) -> SearchStrategy[Row]:
    """Any columns of a row, at least one."""
    every = {name: _values(name, side, model) for name in columns(table, side) if name != "id"}
    first, *rest = every
    return st.fixed_dictionaries({first: every[first]}, optional={name: every[name] for name in rest})


def _some(table: str, side: Side, model: Model) -> SearchStrategy[Row]:
    """One or two columns."""
    names = [name for name in columns(table, side) if name != "id"]
    evolved = [name for name in names if name in VALUES[side]]
    return st.lists(
        st.sampled_from((*names, *evolved, *evolved)), min_size=1, max_size=2, unique=True
    ).flatmap(lambda chosen: st.fixed_dictionaries({name: _values(name, side, model) for name in chosen}))


def _item(side: Side, model: Model) -> SearchStrategy[Row]:
    return st.fixed_dictionaries(
        {"name": _values("name", side, model)},
        optional={name: _values(name, side, model) for name in ("kind", "remark")},
    )
