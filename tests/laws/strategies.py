"""The writes that Hypothesis chooses from."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from crossfade.phases import State
from tests.laws.applications import Write
from tests.laws.model import Model
from tests.laws.world import CODES, KINDS, SEEDS, SIZES, STATUSES, Row, Side, Value, columns, lenses

AT_REST = {State.ABSENT, State.LIVE, State.ROLLED_BACK, State.COMPLETED, State.PURGED}
KEYS = range(1, 11)
AMOUNTS: tuple[Value, ...] = (None, 0, 3, 21)
TEXTS: tuple[Value, ...] = (None, "a", "b")
NAMES = ("lamp", "rope", *(str(seed["name"]) for seed in SEEDS))
NOVEL: tuple[Value, ...] = ("refunded", "it's 100 % \\ new", None)  # what no label stands for
VALUES: dict[Side, dict[str, tuple[Value, ...]]] = {
    "old": {"status": (*STATUSES, None), "kind": (*KINDS, None), "size": (*SIZES, None)},
    "new": {
        "status": (*STATUSES.values(), *NOVEL),
        "kind": ("thing", "bulk", None, "rented"),
        "channel": ("web", "shop", "fair", None),
        "gross": (None, 6, 7),
        "size_id": (*CODES, None),
    },
}


def writes(model: Model, side: Side) -> SearchStrategy[Write]:
    """Any write of the application of that side to the rows that there are, those of the lookup included."""
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
    if model.state in AT_REST:  # nobody knows what a command has looked up already
        choices.append(edits(model, side))
    return st.one_of(choices)


def edits(model: Model, side: Side) -> SearchStrategy[Write]:
    """Another code for a row of the lookup, rather one in use; what stands for a value is tried while it is
    refused.
    """
    others = [key for key in CODES if key not in SIZES.values()]
    used = {cell.new for order in model.rows.orders.values() for cell in order.cells["size"]}
    keys = [key for key in others if key in used] or others
    stands = list(SIZES.values()) if model.state is State.LIVE else []
    return st.builds(
        lambda key, code: Write(side, "update", "sizes", key, {"code": code}),
        st.sampled_from([*keys, *keys, *stands]),
        st.sampled_from(("S", "L", "X")),
    )


def saved(model: Model, side: Side, table: str, key: int) -> Row:
    """The row as that application last read it, where it can have read only one thing."""
    record = model.rows.of(table)[key]
    row = {name: value for name, value in record.shared.items() if name != "id"}
    for lens in lenses(table):
        may_be = {each.old if side == "old" else each.new for each in record.cells[lens.column]}
        if lens.name(side) in columns(table, side) and len(may_be) == 1:
            row[lens.name(side)] = may_be.pop()
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
    if side == "new" and model.state is State.REVERTING:  # it may be late for what it can't take, or not
        for lens in (*lenses("orders", model.codes), *lenses("items")):
            if lens.name(side) == column:
                values = tuple(filter(lens.takes, values))
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
