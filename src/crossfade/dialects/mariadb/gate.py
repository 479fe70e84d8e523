"""The gate: while a table's columns change their names, statements that name its view wait, and none fails.

A view names columns here, and does not follow one that gets another name. Between the ALTER TABLE and the
new definition of the view, a statement would find a view that can't be read. Nothing does both at once, but
locks on names are taken in an order, and are given to those who change definitions first:

1. a *keeper* locks a table of ours, the gate, whose name sorts after all others;
2. a *guard* renames the view to another name and back, then a flag, then the gate, in one statement. It takes
   its locks in the order of the names: it holds the view, and the flag, and waits at the gate. That it holds
   the flag (somebody who looks is refused at once) tells that it holds the view: whoever comes now waits for
   the guard, and whoever was there has gone;
3. a *follower* asks to give the view its new definition. It waits for the guard, before everybody else;
4. the table is locked, without waiting, and altered;
5. the keeper lets go. The guard is done, then the follower, then the applications, who find the new view.

docs/decisions/0019-mariadb.md has what was tried.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from crossfade.dialects.mariadb import faults
from crossfade.dialects.mariadb.quoting import table as quoted
from crossfade.schema import TableName
from crossfade.steps import Stage, Statement

# They sort after every name that an application is likely to have: no higher character may be in a name.
_LAST = "\uffee"
OWN = tuple(f"{_LAST}crossfade_{what}" for what in ("flag", "gate"))
_LOOK = 0.0005  # seconds between two looks


def switch(
    engine: Engine,
    view: TableName,
    shown: Statement,
    stages: Sequence[Stage],
    patience: float,
) -> str | None:
    """Execute the stages; `shown` makes the view anew. Meanwhile, statements that name the view wait.

    Why it could not begin within `patience` seconds; None once it is done.
    """
    flag, gate = (TableName(view.schema, name) for name in OWN)
    with _apart(engine, 5) as (keeper, guard, follower, looker, worker):
        for each in (flag, gate):
            _say(keeper, f"CREATE TABLE IF NOT EXISTS {quoted(each)} (nothing INT)")
        _say(looker, "SET SESSION lock_wait_timeout = 0")
        _say(worker, "SET SESSION lock_wait_timeout = 0")
        _say(guard, "SET SESSION lock_wait_timeout = 60")
        _say(follower, "SET SESSION lock_wait_timeout = 60")
        _say(keeper, f"LOCK TABLES {quoted(gate)} WRITE")
        with ThreadPoolExecutor(2, "crossfade gate") as pool:
            guarding = pool.submit(_say, guard, _there_and_back(view, flag, gate))
            following: Future[None] | None = None
            done = False
            try:
                if not _refused(looker, flag, guarding, patience):
                    return f"the view {view} was not to be had in time"
                following = pool.submit(_say, follower, shown.sql)
                if not _waits(looker, follower, following, patience):
                    return f"the view {view} was not to be had in time"
                missed = _work(worker, _left(looker, stages))
                if missed is not None:
                    return f"a lock on {missed.table or view} was not to be had at once"
                done = True
            finally:
                # Where the server is gone, so are the locks; what is raised tells of it.
                if not done:
                    for session in (follower, guard):
                        with suppress(SQLAlchemyError):
                            _kill(looker, session)
                for session in (keeper, worker):
                    with suppress(SQLAlchemyError):
                        _say(session, "UNLOCK TABLES")
                _end(guarding, following, raising=done)
                for each in (flag, gate):
                    with suppress(SQLAlchemyError):
                        _say(keeper, f"DROP TABLE IF EXISTS {quoted(each)}")
    return None


def _work(worker: Connection, stages: Sequence[Stage]) -> Stage | None:
    """Execute the stages; the one that could not have its lock, or None."""
    begun = False
    for stage in stages:
        if not _lock(worker, stage.table) or not (begun or _begun(worker, stage.statements)):
            return stage
        begun = True
        for statement in stage.statements:
            _execute(worker, statement)
        _say(worker, "UNLOCK TABLES")
    return None


def _left(looker: Connection, stages: Sequence[Stage]) -> Sequence[Stage]:
    """The stages that are left: where a table has its other name, what came before that has been done."""
    moved = [
        number
        for number, stage in enumerate(stages, 1)
        if stage.moves and all(_stands(looker, each) for each in stage.statements)
    ]
    return stages[max(moved, default=0) :]


def _there_and_back(*tables: TableName) -> str:
    """A RENAME TABLE that locks the tables in the order of their names, and changes nothing."""
    moves = []
    for each in tables:
        aside = quoted(TableName(each.schema, f"{_LAST}crossfade_aside"))
        moves += [f"{quoted(each)} TO {aside}", f"{aside} TO {quoted(each)}"]
    return f"RENAME TABLE {', '.join(moves)}"


def _refused(looker: Connection, flag: TableName, guarding: Future[None], patience: float) -> bool:
    """Whether the guard comes to hold the flag, and so the view, in time."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and not guarding.done():
        try:
            _say(looker, f"SELECT 1 FROM {quoted(flag)} LIMIT 0")
        except DBAPIError as error:
            if faults.number(error) != faults.NO_LOCK:
                raise
            return True
        time.sleep(_LOOK)
    return False


def _waits(looker: Connection, follower: Connection, following: Future[None], patience: float) -> bool:
    """Whether the follower comes to wait for a lock on a name."""
    deadline = time.monotonic() + patience
    ask = f"SELECT STATE FROM information_schema.PROCESSLIST WHERE ID = {_session(follower)}"
    while time.monotonic() < deadline and not following.done():
        if "metadata lock" in str(looker.exec_driver_sql(ask).scalar() or ""):
            return True
        time.sleep(_LOOK)
    return False


def _lock(worker: Connection, table: TableName | None) -> bool:
    if table is None:
        return True
    try:
        _say(worker, f"LOCK TABLES {quoted(table)} WRITE")
    except DBAPIError as error:
        if faults.number(error) != faults.NO_LOCK:
            raise
        return False
    return True


def _begun(worker: Connection, locked: Sequence[Statement]) -> bool:
    """Whether the first of the statements that are still to be executed was, within a second: the server's
    own purge, or somebody who looks at the table's definition, may hold a lock beside ours. From then on
    there is no way back, and whoever does is waited for.
    """
    _say(worker, "SET SESSION lock_wait_timeout = 1")
    try:
        for statement in locked:
            if _execute(worker, statement):
                break
    except DBAPIError as error:
        if faults.number(error) != faults.NO_LOCK:
            raise
        return False
    _say(worker, "SET SESSION lock_wait_timeout = 60")
    return True


def _stands(connection: Connection, statement: Statement) -> bool:
    if not statement.done:
        return False
    return connection.exec_driver_sql(statement.done, execution_options=_PLAIN).first() is not None


def _execute(worker: Connection, statement: Statement) -> bool:
    """Execute the statement, unless its effect stands; whether it was executed."""
    if _stands(worker, statement):
        return False
    _say(worker, statement.sql)
    return True


def _end(guarding: Future[None], following: Future[None] | None, *, raising: bool) -> None:
    """Wait for both; what became of them is told where all else went well."""
    for each in (guarding, following):
        if each is not None:
            error = each.exception()
            if error is not None and raising:
                raise error


def _kill(looker: Connection, session: Connection) -> None:
    with suppress(DBAPIError):
        _say(looker, f"KILL QUERY {_session(session)}")


def _session(connection: Connection) -> int:
    return int(connection.connection.driver_connection.thread_id())  # type: ignore[union-attr]


_PLAIN = {"no_parameters": True}


def _say(connection: Connection, sql: str) -> None:
    connection.exec_driver_sql(sql, execution_options=_PLAIN).close()


@contextmanager
def _apart(engine: Engine, many: int) -> Iterator[list[Connection]]:
    """Connections that are thrown away afterwards, with whatever they hold."""
    opened: list[Connection] = []
    try:
        while len(opened) < many:
            opened.append(engine.connect().execution_options(isolation_level="AUTOCOMMIT"))
        yield opened
    finally:
        for each in opened:
            each.invalidate()
            each.close()
