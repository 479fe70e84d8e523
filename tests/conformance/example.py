"""What an example of a change says, the table that all of them are about, and examples as one evolution."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from crossfade.changes import Change
from tests.conformance.columns import Column, Row, key, shared
from tests.conformance.entries.orders import N
from tests.conformance.entry import Entry

LEGACY = """
CREATE TYPE order_status AS ENUM ('new', 'paid', 'sent');
CREATE TYPE order_kind AS ENUM ('retail', 'trade');
CREATE TABLE kinds (id int PRIMARY KEY, code text NOT NULL UNIQUE);
INSERT INTO kinds VALUES (1, 'retail'), (2, 'trade'), (3, 'gift');
CREATE TABLE customers (id int PRIMARY KEY);
INSERT INTO customers VALUES (1), (2), (3);
CREATE TABLE channels (name text PRIMARY KEY);
INSERT INTO channels VALUES ('web'), ('phone'), ('shop');
CREATE TABLE orders (id serial PRIMARY KEY, n int NOT NULL UNIQUE, amount int, note text,
channel text DEFAULT 'web', customer int, status order_status NOT NULL DEFAULT 'new', kind order_kind,
old_code text);
CREATE INDEX by_status ON orders (status, n);
CREATE INDEX by_note ON orders (note) WHERE note <> '';
CREATE FUNCTION doubled(number int) RETURNS int LANGUAGE sql AS 'SELECT number * 2';
CREATE VIEW buyers AS SELECT id FROM customers;
"""
SHARED = (
    key("id"),
    N,
    shared("amount", 5, None, 12),
    shared("note", "a", None, "it's 100 %"),
    shared("channel", "phone", None, "web", default="web"),
    shared("customer", 1, None, 3),
    shared("status", "new", "sent", default="new", nullable=False),
    shared("kind", "retail", None, "trade"),
    shared("old_code", "A", None),
)


@dataclass(frozen=True)
class Example:
    """`change`, given the table's name as a user writes it, and what it makes of legacy columns (by their
    names) and of new ones. `about` is what else it speaks of, which another change may make something of.
    The rest is as an entry has it.
    """

    name: str
    change: Callable[[str], Change]
    columns: Mapping[str, Column] = field(default_factory=dict)
    about: frozenset[str] = frozenset()
    called: Mapping[str, str] = field(default_factory=dict)
    renamed: str | None = None
    seeds: tuple[Row, ...] = ()
    indexes: tuple[str, ...] = ()

    @property
    def made(self) -> frozenset[str]:
        """What it makes something else of, or makes, by the names of both versions."""
        names = {each.name for each in self.columns.values()} | set(self.columns)
        return frozenset(names | ({"orders"} if self.renamed else set()))

    @property
    def touches(self) -> frozenset[str]:
        """Everything that it is about."""
        return self.about | self.made


def entry(*examples: Example) -> Entry:
    """The examples as one evolution, in their order."""
    columns: dict[str, Column] = {each.name: each for each in SHARED}
    for example in examples:
        columns |= example.columns
    return Entry(
        " and ".join(each.name for each in examples),
        LEGACY,
        lambda orders: [each.change(orders) for each in examples],
        tuple(columns.values()),
        conflict=("n",),
        seeds=tuple(seed for each in examples for seed in each.seeds),
        seed_key=("n",),
        indexes=tuple(index for each in examples for index in each.indexes),
        renamed=next((each.renamed for each in examples if each.renamed), None),
        called={new: old for each in examples for new, old in each.called.items()},
        gone=tuple(name for name, column in {"by_note": "note"}.items() if columns[column].new is None),
    )
