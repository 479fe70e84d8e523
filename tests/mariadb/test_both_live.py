"""An old and a new application write at random for a whole cycle; after each command, both sides are what a
model of a few lines says.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from crossfade import commands
from tests.mariadb.sessions import Session
from tests.mariadb.shop import FORWARD, NAME, OPEN, mapped_back

Sessions = Callable[..., Session]

NEW_VALUES = (*FORWARD.values(), "refunded", "Settled", "created ", "", "größe 🚀", "'; --", None)
LABELS = ("x", "", "ÄÖ 🚀", "Customer 1", None)


@dataclass(frozen=True)
class Order:
    """A row as both versions are to show it; `kept` is what a rollback keeps of the new side."""

    customer: int
    old: str
    new: str | None
    label: str | None
    kept: dict[str, tuple[str, str | None]] = field(default_factory=dict)


@dataclass
class Oracle:
    """Both sides of every order, by the promises alone."""

    rows: dict[int, Order]

    def start(self) -> None:
        """What was kept comes back, where the old side has not moved on; all else by `forward`."""
        for key, row in self.rows.items():
            new: str | None = FORWARD[row.old]
            label: str | None = f"customer {row.customer}"
            if (kept := row.kept.get("status")) is not None and kept[0] == row.old:
                new = kept[1]
            if (kept := row.kept.get("label")) is not None:
                label = kept[1]
            self.rows[key] = replace(row, new=new, label=label, kept={})

    def rollback(self) -> None:
        """The new side goes; what `forward` does not give is kept."""
        for key, row in self.rows.items():
            kept: dict[str, tuple[str, str | None]] = {}
            if row.new != FORWARD[row.old]:
                kept["status"] = (row.old, row.new)
            if row.label != f"customer {row.customer}":
                kept["label"] = (row.old, row.label)
            self.rows[key] = replace(row, kept=kept)

    def revert(self) -> None:
        """The old side comes back, by `backward`."""
        for key, row in self.rows.items():
            self.rows[key] = replace(row, old=mapped_back(row.new))


@dataclass
class Applications:
    """Both versions' sessions, their writes at random, and what the oracle makes of them."""

    old: Session
    new: Session
    oracle: Oracle
    chance: random.Random
    state: str = "absent"

    def write(self, times: int) -> None:
        """So many writes, of the versions that there are."""
        for _ in range(times):
            sides = {"absent": "o", "live": "on", "completed": "n"}[self.state]
            (self._old if self.chance.choice(sides) == "o" else self._new)()

    def shown(self) -> None:
        """Both sides show what the oracle says."""
        rows = self.oracle.rows
        if self.state != "completed":
            said = self.old.rows("SELECT id, customer, status FROM orders")
            assert {key: rest for key, *rest in said} == {key: [r.customer, r.old] for key, r in rows.items()}
        if self.state != "absent":
            said = self.new.rows("SELECT id, customer, status, label FROM orders")
            expected = {key: [r.customer, r.new, r.label] for key, r in rows.items()}
            assert {key: rest for key, *rest in said} == expected

    def _old(self) -> None:
        rows, status = self.oracle.rows, self.chance.choice(list(FORWARD))
        what = self.chance.choice(["insert", "update", "update", "customer", "delete", "upsert"])
        key = max(rows) + 1 if what == "insert" else self.chance.choice(list(rows))
        if what == "insert":
            self.old.execute("INSERT INTO orders (id, customer, status) VALUES (%s, 7, %s)", key, status)
            rows[key] = Order(7, status, FORWARD[status], "customer 7")
        elif what == "update":
            self.old.execute("UPDATE orders SET status = %s WHERE id = %s", status, key)
            self._moved(key, status)
        elif what == "customer":
            self.old.execute("UPDATE orders SET customer = %s WHERE id = %s", key % 5, key)
            row = rows[key]
            rows[key] = replace(row, customer=key % 5)
        elif what == "upsert":
            sql = (
                "INSERT INTO orders (id, customer, status) VALUES (%s, 1, %s) "
                "ON DUPLICATE KEY UPDATE status = VALUES(status)"
            )
            self.old.execute(sql, key, status)
            self._moved(key, status)
        else:
            self.old.execute("DELETE FROM orders WHERE id = %s", key)
            del rows[key]

    def _moved(self, key: int, status: str) -> None:
        """The old side says `status`: the new one follows, where that is something else than before."""
        row = self.oracle.rows[key]
        new = FORWARD[status] if status != row.old else row.new
        self.oracle.rows[key] = replace(row, old=status, new=new)

    def _new(self) -> None:
        rows, status = self.oracle.rows, self.chance.choice(NEW_VALUES)
        what = self.chance.choice(["insert", "update", "update", "label", "delete", "many"])
        key = max(rows) + 1 if what == "insert" else self.chance.choice(list(rows))
        label = self.chance.choice(LABELS)
        if what == "insert":
            sql = "INSERT INTO orders (id, customer, status, label) VALUES (%s, 8, %s, %s)"
            self.new.execute(sql, key, status, label)
            rows[key] = Order(8, mapped_back(status), status, label)
        elif what == "update":
            self.new.execute("UPDATE orders SET status = %s WHERE id = %s", status, key)
            self._said(key, status)
        elif what == "label":
            self.new.execute("UPDATE orders SET label = %s WHERE id = %s", label, key)
            rows[key] = replace(rows[key], label=label)
        elif what == "many":
            self.new.execute("UPDATE orders SET status = %s WHERE id %% 9 = %s", status, key % 9)
            for each in rows:
                if each % 9 == key % 9:
                    self._said(each, status)
        else:
            self.new.execute("DELETE FROM orders WHERE id = %s", key)
            del rows[key]

    def _said(self, key: int, status: str | None) -> None:
        row = self.oracle.rows[key]
        old = mapped_back(status) if status != row.new else row.old
        self.oracle.rows[key] = replace(row, old=old, new=status)


def test_both_sides_are_what_the_oracle_says_after_every_command(shop: str, sessions: Sessions) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 - shown where the test fails
    old = sessions(strict=False)
    old.execute("DELETE FROM items")
    old.execute("DELETE FROM orders WHERE id > 60")
    said = old.rows("SELECT id, customer, status FROM orders")
    oracle = Oracle({key: Order(customer, status, None, None) for key, customer, status in said})
    people = Applications(old, old, oracle, random.Random(seed))
    ways = (
        ("start", "live"),
        ("rollback", "absent"),
        ("start", "live"),
        ("complete", "completed"),
        ("revert", "live"),
        ("rollback", "absent"),
        ("start", "live"),
        ("complete", "completed"),
        ("purge", "purged"),
        ("revert", "live"),
    )
    for command, state in ways:
        people.write(40)
        people.shown()
        getattr(commands, command)(OPEN, shop)
        if command in {"start", "rollback", "revert"}:
            getattr(oracle, command)()
        people.state = "completed" if state == "purged" else state
        # After a purge there are no namespaces: the new application is at home on the tables themselves.
        people.new = sessions(version=NAME) if state in {"live", "completed"} else old
        people.shown()
        if state == "live":
            assert commands.verify(NAME, shop).mismatches == 0
