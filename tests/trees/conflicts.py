"""Old and new transactions that write the same rows at once, for a while: what is refused is counted, and
tried again; nothing may be lost.

The conflicts that remain between the two sides are named on the page of `Consolidate`; this says how many
there are where everybody writes three tasks.
"""

from __future__ import annotations

import threading
from collections import Counter
from random import Random

import psycopg
from psycopg.errors import DeadlockDetected, SerializationFailure, UniqueViolation

from crossfade import commands
from crossfade.testing import PostgresServer
from tests.concurrency.watching import opened
from tests.laws.model import Lost
from tests.trees.ledger import NAME
from tests.trees.stock import Stock

TASKS = (1, 2, 3)
WRITERS = 4  # of either side
REFUSED = {
    DeadlockDetected: "deadlocks",
    SerializationFailure: "serialization failures",
    UniqueViolation: "keys taken",
}
OLD = (
    "INSERT INTO lines (task_id, words) VALUES ({0}, 'old')",
    "UPDATE lines SET words = words || '.' WHERE id = (SELECT min(id) FROM lines WHERE task_id = {0})",
    "UPDATE tasks SET name = 'old' WHERE id = {0}",
    "DELETE FROM lines WHERE id = (SELECT max(id) FROM lines WHERE task_id = {0})",
)
NEW = (
    """UPDATE moves SET lines = lines || '[{{"words": "new"}}]' WHERE legacy_task = {0}""",
    "UPDATE moves SET lines = lines - 0 WHERE legacy_task = {0}",
    """UPDATE moves SET lines = jsonb_set(lines, '{{0,words}}', '"new"') WHERE legacy_task = {0}
       AND jsonb_array_length(lines) > 0""",
    "UPDATE moves SET name = 'new' WHERE legacy_task = {0}",
)


def conflicts(server: PostgresServer, random: Random, seconds: float) -> str:
    """Write for so long; what came of it. Raises Lost, or AssertionError, where both sides then differ."""
    stock = Stock(server)
    database = stock.copy("live")
    counts: Counter[str] = Counter()
    over = threading.Event()
    failed: list[BaseException] = []

    def write(statements: tuple[str, ...], dice: Random) -> None:
        try:
            _writing(database, statements, dice, over, counts)
        except psycopg.Error as error:
            failed.append(error)
            over.set()

    threads = [
        threading.Thread(target=write, args=(statements, Random(random.getrandbits(64))))
        for statements in (OLD, NEW)
        for _ in range(WRITERS)
    ]
    for each in threads:
        each.start()
    over.wait(seconds)
    over.set()
    for each in threads:
        each.join()
    if failed:
        raise Lost(str(failed[0])) from failed[0]
    mismatches = commands.verify(NAME, database).mismatches
    if mismatches:
        raise Lost(f"{mismatches} rows disagree after conflicts")
    stock.drop(database)
    return ", ".join(f"{many} {what}" for what, many in sorted(counts.items()))


def _writing(
    database: str, statements: tuple[str, ...], dice: Random, over: threading.Event, counts: Counter[str]
) -> None:
    """Transactions of one to three statements, until it is over."""
    with opened(database, autocommit=False) as session:
        session.execute(
            "SET deadlock_timeout = '20ms'"
        )  # there are many, and a second each would be all of it
        while not over.is_set():
            work = [dice.choice(statements).format(dice.choice(TASKS)) for _ in range(dice.randint(1, 3))]
            try:
                for each in work:
                    session.execute(each.encode())
                session.commit()
                counts["committed"] += 1
            except tuple(REFUSED) as error:
                session.rollback()
                counts[REFUSED[type(error)]] += 1
                over.wait(dice.random() / 100)  # as an application would, before it tries again
