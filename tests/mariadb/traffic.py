"""Applications at work: each writes rows of its own, and looks at what both versions say of them."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.concurrency.watching import DEADLINE, came_to, until
from tests.mariadb.sessions import Session
from tests.mariadb.shop import BACKWARD, FORWARD, NAME, mapped_back

OPEN_VALUES = ("refunded", "", "Paid", "settled ", "2", "größe 🚀")  # what no label stands for


@dataclass
class Writer:
    """One session that writes by turns, on one side, until it is stopped; `side` is "old" or "new"."""

    session: Session
    side: str
    seed: str
    first: int  # its keys begin here
    many: int = 6
    done: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._wrote: dict[int, str | None] = {}

    def __call__(self) -> None:
        """Work. Raises what the server says, and AssertionError for a row that is not as it was written."""
        while not self.stop.is_set():
            self.turn()
            self.done += 1

    def turn(self) -> None:
        """One write, and a look at the row."""
        key = self.first + self._random.randrange(self.many)
        value = self._value()
        if key not in self._wrote:
            self.session.execute("INSERT INTO orders (id, customer, status) VALUES (%s, 1, %s)", key, value)
        elif self._random.random() < 0.2:
            self.session.execute("DELETE FROM orders WHERE id = %s", key)
            del self._wrote[key]
            return
        elif self._random.random() < 0.3:  # what is not about the status leaves it as it is
            self.session.execute("UPDATE orders SET revision = revision + 1 WHERE id = %s", key)
            value = self._wrote[key]
        elif self.side == "old" and self._random.random() < 0.3:  # by its ordinal
            number = list(FORWARD).index(value or "") + 1
            self.session.execute(f"UPDATE orders SET status = {number} WHERE id = %s", key)
        else:
            self.session.execute("UPDATE orders SET status = %s WHERE id = %s", value, key)
        self._wrote[key] = value
        said = self.session.value("SELECT status FROM orders WHERE id = %s", key)
        assert said == value, f"{self.seed}: {key} is {said!r}, and {value!r} was written"

    @property
    def wrote(self) -> dict[int, str | None]:
        """What it has written last, by key."""
        return dict(self._wrote)

    def _value(self) -> str | None:
        if self.side == "old":
            return self._random.choice(list(FORWARD))
        return self._random.choice([*FORWARD.values(), *OPEN_VALUES, None])


@dataclass
class Crew:
    """Writers of both sides, each half of them strict; they come and go with their version."""

    open_session: Callable[..., Session]
    threads: ThreadPoolExecutor
    seed: int
    of_each: int = 4
    ever: list[Writer] = field(default_factory=list)
    working: list[tuple[Writer, Future[None]]] = field(default_factory=list)

    def join(self, side: str) -> None:
        """The applications of a version are started, and have written something."""
        came = []
        for number in range(self.of_each):
            named = {"version": NAME} if side == "new" else {}
            session = self.open_session(strict=number % 2 == 0, **named)
            first = 1_000_000 + 1_000 * len(self.ever)
            writer = Writer(session, side, f"{self.seed} {side} {len(self.ever)}", first)
            self.ever.append(writer)
            came.append((writer, self.threads.submit(writer)))
        self.working += came
        self.work(5, came)

    def leave(self, side: str) -> None:
        """The applications of a version are stopped. Raises what one of them met with."""
        for writer, running in [each for each in self.working if each[0].side == side]:
            writer.stop.set()
            came_to(running)
            writer.session.close()
            self.working.remove((writer, running))

    def work(self, turns: int, of: list[tuple[Writer, Future[None]]] | None = None) -> None:
        """Let each of them do some turns."""
        for writer, running in self.working if of is None else of:
            goal = writer.done + turns
            until(lambda w=writer, g=goal: w.done >= g, "writers write", running)  # type: ignore[misc]

    def written(self) -> dict[int, tuple[str, str | None]]:
        """What everybody has written last: the side, and the value, by key."""
        return {key: (each.side, value) for each in self.ever for key, value in each.wrote.items()}

    def stop(self) -> None:
        """Whoever works is told to stop."""
        for writer, _ in self.working:
            writer.stop.set()


@contextmanager
def crew(
    open_session: Callable[..., Session], threads: ThreadPoolExecutor, seed: int, of_each: int = 4
) -> Iterator[Crew]:
    """A crew, until the block ends."""
    found = Crew(open_session, threads, seed, of_each)
    try:
        yield found
    finally:
        found.stop()


OLD_LABELS, NEW_VALUES = frozenset(FORWARD), frozenset({*FORWARD.values(), *OPEN_VALUES, None})

__all__ = ["BACKWARD", "DEADLINE", "NEW_VALUES", "OLD_LABELS", "Crew", "Writer", "crew", "mapped_back"]
