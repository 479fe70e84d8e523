"""What is refused before any database is asked: an evolution that contradicts itself."""

import decimal
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Column, Computed, ForeignKey, Identity, Integer, String, Text

from crossfade import AddColumn, Evolution, OpenEnum, SeedRows
from crossfade.changes import CHANGES
from crossfade.errors import EvolutionError
from tests.refusals.refusal import Refusal

STATUS = "OpenEnum orders.status"
SEEDS = "SeedRows roles"
PLAINLY = "add it plainly; constraints between rows are changes of their own"
NAMED = "use a letter, then letters, digits and underscores, all lower-case, 48 at most"
SPELLED = 'write table, schema.table, or "quoted"."names" where a name holds a dot or a quote'
PLAIN_VALUES = "give text, numbers, booleans, times, bytes, None, or lists and dicts of them for JSON"
NO_CHANGE: Any = "ALTER TABLE orders ADD channel text"


def column(*arguments: Any, **options: Any) -> Callable[[], object]:
    return lambda: AddColumn("orders", Column("channel", Integer, *arguments, **options))


def named(name: str) -> Callable[[], object]:
    return lambda: Evolution(name, changes=[OpenEnum("orders", "status")])


def added(name: str) -> Callable[[], object]:
    return lambda: AddColumn("orders", Column(name, Integer))


def seeded(key: str | list[str], *rows: dict[str, Any]) -> Callable[[], object]:
    return lambda: SeedRows("roles", key, rows)


# What is written, the fact, the place, the remedy.
DECLARATIONS: dict[str, tuple[Callable[[], object], str, str, str]] = {
    "no name": (named(""), "'' can't name an evolution", "Evolution(name)", NAMED),
    "upper case": (named("Open"), "'Open' can't name an evolution", "Evolution(name)", NAMED),
    "a digit first": (named("2_open"), "'2_open' can't name an evolution", "Evolution(name)", NAMED),
    "a dash": (named("open-it"), "'open-it' can't name an evolution", "Evolution(name)", NAMED),
    "a line's end": (named("open\n"), "'open\\n' can't name an evolution", "Evolution(name)", NAMED),
    "49 letters": (named("o" * 49), f"'{'o' * 49}' can't name an evolution", "Evolution(name)", NAMED),
    "no changes": (
        lambda: Evolution("open", changes=[]),
        "it changes nothing",
        "evolution 'open'",
        "give it changes=[…]",
    ),
    "no change": (
        lambda: Evolution("open", changes=[NO_CHANGE]),
        "'ALTER TABLE orders ADD channel text' is not a change",
        "evolution 'open'",
        f"the changes are {', '.join(each.__name__ for each in CHANGES)}",
    ),
    "one column twice": (
        lambda: Evolution(
            "open", changes=[OpenEnum("orders", "status"), AddColumn("orders", Column("status", Text))]
        ),
        "two changes claim orders.status: OpenEnum orders.status and AddColumn orders.status",
        "evolution 'open'",
        "make them two evolutions, one after the other",
    ),
    "no table's name": (
        lambda: Evolution("open", changes=[OpenEnum("a.b.c", "status")]),
        "'a.b.c' is not a table's name",
        "table 'a.b.c'",
        SPELLED,
    ),
    "key": (
        column(primary_key=True),
        "a column can't be added with primary_key",
        "AddColumn orders.channel",
        PLAINLY,
    ),
    "unique": (
        column(unique=True),
        "a column can't be added with unique",
        "AddColumn orders.channel",
        PLAINLY,
    ),
    "foreign key": (
        column(ForeignKey("channels.id")),
        "a column can't be added with foreign keys",
        "AddColumn orders.channel",
        PLAINLY,
    ),
    "identity": (
        column(Identity()),
        "a column can't be added with identity",
        "AddColumn orders.channel",
        PLAINLY,
    ),
    "computed": (
        column(Computed("id + 1")),
        "a column can't be added with computed",
        "AddColumn orders.channel",
        PLAINLY,
    ),
    "empty name": (
        added(""),
        "'' can't name a column: an empty name, or one with a NUL character, is none",
        "AddColumn orders.",
        "choose another name",
    ),
    "64 bytes": (
        added("é" * 32),
        f"'{'é' * 32}' can't name a column: it has 64 bytes, and a name may have 63",
        f"AddColumn orders.{'é' * 32}",
        "choose another name",
    ),
    "reserved name": (
        added("_crossfade_x"),
        "'_crossfade_x' can't name a column: names that begin with _crossfade_ are Crossfade's own",
        "AddColumn orders._crossfade_x",
        "choose another name",
    ),
    "no string type": (
        lambda: OpenEnum("orders", "status", Integer()),  # type: ignore[arg-type]
        "Integer() is not a string type",
        STATUS,
        "use String(n) or Text()",
    ),
    "too long a value": (
        lambda: OpenEnum("orders", "status", String(3), values={"new": "fresh"}),
        "the value 'fresh' of 'new' has 5 characters, the column 3",
        STATUS,
        "shorten the value or widen the type",
    ),
    "NUL in a value": (
        lambda: OpenEnum("orders", "status", values={"new": "n\0"}),
        "the value 'n\\x00' of 'new' holds a NUL character, which no database stores",
        STATUS,
        "leave the NUL out",
    ),
    "no seed key": (seeded([]), "no key is given", SEEDS, "name the column that tells rows apart"),
    "no value for the key": (
        seeded("id", {"id": 1}, {"name": "x"}),
        "row 2 has no value for the key column 'id'",
        SEEDS,
        "give every row its key",
    ),
    "NULL for the key": (
        seeded(["id", "lang"], {"id": 1, "lang": None}),
        "row 1 has no value for the key column 'lang'",
        SEEDS,
        "give every row its key",
    ),
    "one key twice": (
        seeded("id", {"id": 1}, {"id": 2}, {"id": 1, "name": "x"}),
        'row 3 has the key of an earlier one: {"id": 1}',
        SEEDS,
        "give each row a key of its own",
    ),
    "one key twice, as a number and exactly": (
        seeded("price", {"price": decimal.Decimal("1.50")}, {"price": "1.50"}),
        'row 2 has the key of an earlier one: {"price": "1.50"}',
        SEEDS,
        "give each row a key of its own",
    ),
}


@pytest.mark.parametrize("name", DECLARATIONS)
def test_a_declaration_that_contradicts_itself(name: str) -> None:
    written, fact, place, remedy = DECLARATIONS[name]
    with pytest.raises(EvolutionError) as caught:
        written()
    assert str(caught.value) == str(Refusal(EvolutionError, fact, place, remedy))


# Values that no row can have, and why.
UNSEEDABLE: dict[str, tuple[object, str]] = {
    "object": ({1, 2}, "a value of type set can't be seeded: {1, 2}"),
    "inside JSON": ({"a": [{1}]}, "a value of type set can't be seeded: {1}"),
    "not a number": (float("nan"), "no JSON holds NaN, an infinity or a circle: {'id': 1, 'name': nan}"),
    "NUL": ("a\0b", 'it holds a NUL character: {"id": 1, "name": "a\\u0000b"}'),
}


@pytest.mark.parametrize("name", UNSEEDABLE)
def test_a_value_that_cannot_be_seeded(name: str) -> None:
    value, why = UNSEEDABLE[name]
    remedy = "leave the NUL out" if name == "NUL" else PLAIN_VALUES
    with pytest.raises(EvolutionError) as caught:
        SeedRows("roles", "id", [{"id": 1, "name": value}])
    assert str(caught.value) == str(Refusal(EvolutionError, f"a row can't be seeded: {why}", SEEDS, remedy))


def test_an_escaped_backslash_before_u0000_is_no_nul() -> None:
    assert SeedRows("roles", "id", [{"id": 1, "name": "\\u0000"}]).rows
