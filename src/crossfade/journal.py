"""Crossfade's own state, inside the user's database: schema `crossfade`.

    meta        the journal's version
    evolution   one row each: its state, its plan, the runner's lease
    event       the history, append-only: which step began, ended, in which command
    progress    the watermark and the rows of each batched step
    complement  values that only the new side held when an evolution was rolled back
    seed        the image of each seeded row

Upgrades are versioned: a fresh install is all of them, applied in order.
"""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    DDL,
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Float,
    Identity,
    Integer,
    MetaData,
    Table,
    Text,
    delete,
    func,
    insert,
    inspect,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateSchema

from crossfade.errors import Busy, CrossfadeError, MissingPrivilege
from crossfade.names import JOURNAL
from crossfade.phases import State

VERSION = 1
LEASE_SECONDS = 15

_json = JSON().with_variant(postgresql.JSONB(), "postgresql")
_now = func.current_timestamp()
_clock = literal_column("clock_timestamp()", DateTime(timezone=True))
metadata = MetaData(schema=JOURNAL)

meta = Table("meta", metadata, Column("version", Integer, nullable=False))

evolution = Table(
    "evolution",
    metadata,
    Column("name", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("run", Integer, nullable=False),
    Column("tables", _json, nullable=False),
    Column("plan", _json, nullable=False),
    Column("control", _json, nullable=False),
    Column("slowed", Text),
    Column("lease_holder", Text),
    Column("lease_until", DateTime(timezone=True)),
    Column("started_at", DateTime(timezone=True), nullable=False, server_default=_now),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=_now),
)

event = Table(
    "event",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("evolution", Text, nullable=False),
    Column("run", Integer, nullable=False),
    Column("command", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("position", Integer),
    Column("step", Text, nullable=False),
    Column("detail", _json, nullable=False),
)

progress = Table(
    "progress",
    metadata,
    Column("evolution", Text, primary_key=True),
    Column("run", Integer, primary_key=True),
    Column("command", Text, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("step", Text, nullable=False),
    Column("watermark", _json),
    Column("rows", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("detail", _json, nullable=False),
)

complement = Table(
    "complement",
    metadata,
    Column("evolution", Text, primary_key=True),
    Column("table_name", Text, primary_key=True),
    Column("change", Text, primary_key=True),
    Column("row_key", Text, primary_key=True),
    Column("old_values", _json, nullable=False),
    Column("new_values", _json, nullable=False),
    Column("state", Text, nullable=False),
    Column("kept_at", DateTime(timezone=True), nullable=False, server_default=_now),
)

seed = Table(
    "seed",
    metadata,
    Column("evolution", Text, primary_key=True),
    Column("table_name", Text, primary_key=True),
    Column("row_key", Text, primary_key=True),
    Column("image", _json, nullable=False),
    Column("state", Text, nullable=False),
)

_APPEND_ONLY = (
    DDL(  # type: ignore[no-untyped-call]  # SQLAlchemy leaves DDL's constructor without types
        "CREATE FUNCTION crossfade.keep_history() RETURNS trigger LANGUAGE plpgsql "
        "SET search_path = pg_catalog, pg_temp AS "
        "$$BEGIN RAISE EXCEPTION 'the history of Crossfade is append-only'; END$$"
    ),
    DDL(  # type: ignore[no-untyped-call]
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON crossfade.event "
        "FOR EACH STATEMENT EXECUTE FUNCTION crossfade.keep_history()"
    ),
)


_READABLE = (
    "SELECT CASE WHEN has_schema_privilege('crossfade', 'USAGE') "
    "THEN has_table_privilege('crossfade.meta', 'SELECT') ELSE false END"
)


def _version_1(connection: Connection) -> None:
    connection.execute(CreateSchema(JOURNAL, if_not_exists=True))
    metadata.create_all(connection, checkfirst=False)
    for statement in _APPEND_ONLY:
        connection.execute(statement.execute_if(dialect="postgresql"))
    connection.execute(insert(meta).values(version=0))


UPGRADES: tuple[Callable[[Connection], None], ...] = (_version_1,)


@dataclass(frozen=True)
class Control:
    """What a person has said to a runner at work: to pause, or how many seconds a batch is to take."""

    paused: bool = False
    target: float | None = None


@dataclass(frozen=True)
class Record:
    """One evolution as the journal holds it. `plan` is JSON; see the codec."""

    name: str
    fingerprint: str
    summary: str
    state: State
    run: int
    tables: tuple[str, ...]
    plan: dict[str, Any]
    started_at: datetime
    changed_at: datetime
    lease_holder: str | None
    control: Control = Control()
    slowed: str | None = None


class Journal:
    """Reads and writes the journal on connections that the caller owns."""

    def __init__(self) -> None:
        self.runner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"

    def installed(self, connection: Connection) -> bool:
        """Whether the journal is there.

        Raises CrossfadeError where a newer release made it, MissingPrivilege where the role may not read it.
        """
        if not inspect(connection).has_table("meta", schema=JOURNAL):
            return False
        if connection.dialect.name == "postgresql" and not connection.execute(text(_READABLE)).scalar_one():
            raise MissingPrivilege(
                f"the role may not read the journal, which another role's evolution made (schema {JOURNAL})",
                place=f"schema {JOURNAL}",
                remedy="connect as the role that owns the schema, or as a member of it",
            )
        version = connection.execute(select(meta.c.version)).scalar_one()
        if version > VERSION:
            raise CrossfadeError(
                f"the journal is of version {version}; this release knows {VERSION}",
                place=f"schema {JOURNAL}",
                remedy="upgrade Crossfade",
            )
        return True

    def install(self, connection: Connection) -> None:
        """Make the journal, or bring it up to date; one transaction, safe when two do it at once."""
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('crossfade journal'))"))
        version = connection.execute(select(meta.c.version)).scalar_one() if self.installed(connection) else 0
        for upgrade in UPGRADES[version:]:
            upgrade(connection)
        connection.execute(update(meta).values(version=VERSION))

    def find(self, connection: Connection, name: str) -> Record | None:
        """The evolution of that name, or None."""
        return next((each for each in self.records(connection) if each.name == name), None)

    def records(self, connection: Connection) -> tuple[Record, ...]:
        """Every evolution, oldest first; none where there is no journal."""
        if not self.installed(connection):
            return ()
        rows = connection.execute(select(evolution).order_by(evolution.c.started_at, evolution.c.name))
        return tuple(
            Record(
                row.name,
                row.fingerprint,
                row.summary,
                State(row.state),
                row.run,
                tuple(row.tables),
                row.plan,
                row.started_at,
                row.changed_at,
                row.lease_holder,
                Control(**row.control),
                row.slowed,
            )
            for row in rows
        )

    def enter(self, connection: Connection, record: Record) -> Record:
        """Register an evolution that starts, or starts anew after a rollback; gives it back.

        Raises Busy where another runner has entered it since it was looked up.
        """
        self.demand_unmoved(connection, record.name, record.run - 1)
        given = {
            "fingerprint": record.fingerprint,
            "summary": record.summary,
            "state": str(record.state),
            "run": record.run,
            "tables": list(record.tables),
            "plan": record.plan,
            "changed_at": _clock,
            "control": {},
            "slowed": None,
        }
        changed = connection.execute(update(evolution).where(evolution.c.name == record.name).values(**given))
        if changed.rowcount == 0:
            connection.execute(insert(evolution).values(name=record.name, **given))
        return record

    def demand_unmoved(self, connection: Connection, name: str, run: int) -> None:
        """Raises Busy where an evolution is no longer at `run` (0: not entered), because another runner
        has entered it.
        """
        now = self.find(connection, name)
        if (now.run if now else 0) != run:
            raise Busy(
                "another runner has just started it",
                place=f"evolution {name!r}",
                remedy="look at `crossfade status`",
            )

    def lease(self, connection: Connection, name: str) -> None:
        """Take the lease on an evolution. Raises Busy while another runner has it."""
        free = evolution.c.lease_holder.is_(None) | (evolution.c.lease_until < _clock)
        if not self._hold(connection, name, free):
            raise Busy(
                f"another runner is at work: {self._holder(connection, name)}",
                place=f"evolution {name!r}",
                remedy=f"wait for it; where it has died, its lease ends within {LEASE_SECONDS} s",
            )

    def renew(self, connection: Connection, name: str) -> None:
        """Renew this runner's lease. Raises Busy where it has passed to another, even to one that has gone.

        In the transaction of the work that it guards: a runner that was paused, and wakes up after
        another has gone on from where it was, can't commit anything.
        """
        if not self._hold(connection, name, evolution.c.lease_holder == self.runner):
            raise Busy(
                f"the lease has passed on, to {self._holder(connection, name) or 'a runner that is done'}",
                place=f"evolution {name!r}",
                remedy="look at `crossfade status`: what was left to do is the other runner's, or done",
            )

    def _hold(self, connection: Connection, name: str, where: ColumnElement[bool]) -> bool:
        until = _clock + text(f"interval '{LEASE_SECONDS} seconds'")
        held = connection.execute(
            update(evolution)
            .where(evolution.c.name == name, where)
            .values(lease_holder=self.runner, lease_until=until)
        )
        return held.rowcount == 1

    def _holder(self, connection: Connection, name: str) -> str | None:
        return connection.execute(select(evolution.c.lease_holder).where(evolution.c.name == name)).scalar()

    def release(self, connection: Connection, name: str) -> None:
        """Give the lease back."""
        connection.execute(
            update(evolution)
            .where(evolution.c.name == name, evolution.c.lease_holder == self.runner)
            .values(lease_holder=None, lease_until=None)
        )

    def control(self, connection: Connection, name: str) -> Control:
        """What a person has said to the runner of an evolution."""
        return Control(
            **connection.execute(select(evolution.c.control).where(evolution.c.name == name)).scalar_one()
        )

    def say(self, connection: Connection, name: str, control: Control) -> None:
        """Say something to the runner of an evolution; it listens between batches."""
        connection.execute(update(evolution).where(evolution.c.name == name).values(control=asdict(control)))

    def slow(self, connection: Connection, name: str, reason: str | None) -> None:
        """Note why the runner waits; None: it does not."""
        connection.execute(update(evolution).where(evolution.c.name == name).values(slowed=reason))

    def set_state(self, connection: Connection, name: str, state: State) -> None:
        """Move an evolution to a state."""
        connection.execute(
            update(evolution).where(evolution.c.name == name).values(state=str(state), changed_at=_clock)
        )

    def note(
        self,
        connection: Connection,
        record: Record,
        command: str,
        kind: str,
        step: str,
        position: int | None = None,
        **detail: object,
    ) -> None:
        """Append an event: a step `began`, `ended`; a command `began`, `ended`, `failed`."""
        connection.execute(
            insert(event).values(
                evolution=record.name, run=record.run, command=command, kind=kind, position=position,
                step=step, detail=detail,
            )
        )  # fmt: skip

    def arrival(self, connection: Connection, record: Record) -> tuple[int, State]:
        """The event with which the evolution last arrived at a state (0: it never did), and that state."""
        query = (
            select(event.c.id, event.c.step)
            .where(event.c.evolution == record.name, event.c.kind == "arrived")
            .order_by(event.c.id.desc())
            .limit(1)
        )
        row = connection.execute(query).one_or_none()
        return (0, State.ABSENT) if row is None else (row.id, State(row.step))

    def positions(
        self, connection: Connection, record: Record, command: str, kind: str, since: int = 0
    ) -> frozenset[int]:
        """The positions of the steps of `command` that have an event of `kind` in this run, after the
        event `since`.
        """
        rows = connection.execute(
            select(event.c.position).where(
                event.c.evolution == record.name,
                event.c.run == record.run,
                event.c.command == command,
                event.c.kind == kind,
                event.c.id > since,
                event.c.position.is_not(None),
            )
        )
        return frozenset(rows.scalars())

    def events(self, connection: Connection, name: str | None = None) -> Sequence[Any]:
        """The history, oldest first."""
        if not self.installed(connection):
            return ()
        query = select(event).order_by(event.c.id)
        return connection.execute(query if name is None else query.where(event.c.evolution == name)).all()

    def clear_progress(self, connection: Connection, record: Record, command: str) -> None:
        """Forget the watermarks of an earlier walk of `command`, which has ended."""
        connection.execute(
            delete(progress).where(
                progress.c.evolution == record.name,
                progress.c.run == record.run,
                progress.c.command == command,
            )
        )

    def load_progress(self, connection: Connection, record: Record, command: str, position: int) -> Any:
        """The progress row of a batched step, or None."""
        return connection.execute(
            select(progress).where(*_progress_key(record, command, position))
        ).one_or_none()

    def save_progress(
        self, connection: Connection, record: Record, command: str, position: int, **values: object
    ) -> None:
        """Write a batched step's watermark and rows; in the batch's own transaction."""
        changed = connection.execute(
            update(progress).where(*_progress_key(record, command, position)).values(**values)
        )
        if changed.rowcount == 0:
            connection.execute(
                insert(progress).values(
                    evolution=record.name, run=record.run, command=command, position=position, **values
                )
            )

    def latest_progress(self, connection: Connection, record: Record) -> Any:
        """The progress of the step that an evolution is, or was last, in; or None."""
        return connection.execute(
            select(progress)
            .where(progress.c.evolution == record.name, progress.c.run == record.run)
            .order_by(progress.c.position.desc())
            .limit(1)
        ).one_or_none()

    def kept(self, connection: Connection, name: str | None, limit: int) -> Sequence[Any]:
        """The complement's rows, of one evolution or of all, the latest first; `limit` of them at most."""
        if not self.installed(connection):
            return ()
        query = select(complement).order_by(complement.c.kept_at.desc(), complement.c.row_key).limit(limit)
        return connection.execute(
            query if name is None else query.where(complement.c.evolution == name)
        ).all()

    def count_complement(self, connection: Connection, name: str) -> int:
        """How many values are kept for an evolution and not yet brought back."""
        return int(
            connection.execute(
                select(func.count())
                .select_from(complement)
                .where(complement.c.evolution == name, complement.c.state == "kept")
            ).scalar_one()
        )


def _progress_key(record: Record, command: str, position: int) -> tuple[Any, ...]:
    return (
        progress.c.evolution == record.name,
        progress.c.run == record.run,
        progress.c.command == command,
        progress.c.position == position,
    )
