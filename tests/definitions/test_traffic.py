"""Callers of the old signature and of the new one, readers of both views, while every command is walked."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from sqlalchemy import NullPool, create_engine

from crossfade import commands, search_path
from tests.concurrency.watching import until
from tests.definitions.drafts import EVOLUTION, NAME


class Caller(threading.Thread):
    """One session that calls again and again until it is stopped; what it was told, and how often."""

    def __init__(self, database: str, path: str, *calls: str) -> None:
        super().__init__()
        self._database, self._path, self._calls = database, path, calls
        self._end = threading.Event()
        self.answers: Counter[str] = Counter()
        self.failed: list[str] = []

    def run(self) -> None:
        engine = create_engine(self._database, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"SET search_path = {self._path}")
            while not self._end.is_set():
                for call in self._calls:
                    try:
                        self.answers.update(map(str, connection.exec_driver_sql(call).scalars()))
                    except Exception as error:  # noqa: BLE001 - whatever it is told, it is told it
                        self.failed.append(f"{call}: {error}")

    def stop(self) -> None:
        self._end.set()
        self.join()


def demand(database: str, walked: Callable[[], object], *, old: set[str], new: set[str] | None) -> None:
    """Walk while both call; nothing fails, and each is answered by its own version."""
    callers = [Caller(database, "public", "SELECT submit(1, 'a')", "SELECT status FROM summary WHERE id = 2")]
    if new is not None:
        path = search_path(NAME)
        callers.append(
            Caller(
                database, path, "SELECT submit(1, 'a')", "SELECT submit(1, 'a', 'p', '{}')",
                "SELECT workflow FROM summary WHERE id = 2",
            )
        )  # fmt: skip
    for each in callers:
        each.start()
    try:
        for each in callers:
            until(lambda caller=each: caller.failed or caller.answers.total() > 10, "it is answered")  # type: ignore[misc]
        walked()
    finally:
        for each in callers:
            each.stop()
    for each, answers in zip(callers, (old, new), strict=False):
        assert each.failed == []
        assert set(each.answers) <= (answers or set()) | {"draft"}


def test_nobody_fails_and_each_is_answered_by_its_own(drafts: str) -> None:
    old, new = {"old"}, {"new", "none"}
    demand(drafts, lambda: commands.start(EVOLUTION, drafts), old=old, new=None)
    demand(drafts, lambda: commands.verify(EVOLUTION, drafts), old=old, new=new)
    # From here on the old application may be told by either.
    demand(drafts, lambda: commands.complete(EVOLUTION, drafts), old=old | {"new"}, new=new)
    demand(drafts, lambda: commands.revert(EVOLUTION, drafts), old=old | {"new"}, new=new)
    demand(drafts, lambda: commands.rollback(EVOLUTION, drafts), old=old, new=None)
    demand(drafts, lambda: commands.start(EVOLUTION, drafts), old=old, new=None)
    demand(drafts, lambda: commands.complete(EVOLUTION, drafts), old=old | {"new"}, new=new)
    demand(drafts, lambda: commands.purge(EVOLUTION, drafts), old={"new"}, new=new)
