"""Changes of metadata that take a moment are asked for without queueing, a few times, before they queue.

Who has read a table in a transaction and then writes it asks for another lock of the table's name. Where an
ALTER already waits for the name, each waits for the other, and the server has the application give way
(error 1213). An ALTER that does not wait can't meet it.

What works for long and takes the name at its end (a rebuild, an index) queues at once: not to get the name
then would be to have worked for nothing.
"""

from __future__ import annotations

import random
import re
import time

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from crossfade.dialects.mariadb import faults
from crossfade.steps import Statement

LOOKS = 25
_BRIEF = re.compile(r"\bALGORITHM=INSTANT\b|^(?:CREATE|DROP) TRIGGER\b")
_QUEUED = 1  # second: locks of names are waited for in whole ones; a statement's own time ends it earlier
_jitter = random.SystemRandom()


def had_at_once(connection: Connection, statement: Statement) -> bool:
    """Whether the statement was executed without waiting for anybody; False where it has to queue."""
    if not _BRIEF.search(statement.sql):
        return False
    _say(connection, "SET SESSION lock_wait_timeout = 0")
    try:
        for _ in range(LOOKS):
            try:
                _say(connection, statement.sql)
            except DBAPIError as error:
                if faults.number(error) != faults.NO_LOCK:
                    raise
                pause()
            else:
                return True
    finally:
        _say(connection, f"SET SESSION lock_wait_timeout = {_QUEUED}")
    return False


def pause() -> None:
    """Let those go who have the name."""
    time.sleep(_jitter.uniform(0.005, 0.02))


def _say(connection: Connection, sql: str) -> None:
    connection.exec_driver_sql(sql, execution_options={"no_parameters": True})
