"""What the journal knows, as reports: a command's outcome, and where each evolution stands."""

from __future__ import annotations

from sqlalchemy import Connection

from crossfade import codec
from crossfade.dialects import SchemaDialect
from crossfade.journal import Journal, Record
from crossfade.phases import State
from crossfade.reports import Backfill, Outcome, Progress, Status, TableMoved, Verification, Writes
from crossfade.session import ENDED, Session, execute
from crossfade.verify import merged


def outcome(session: Session, state: State, seconds: float, notes: tuple[str, ...]) -> Outcome:
    """What a command came to, over every process that had a part in it."""
    with session.dialect.engine.connect() as connection:
        details = [
            event.detail
            for event in session.journal.events(connection, session.record.name)
            if event.id > session.since and (event.command, event.kind) == (session.command, ENDED)
        ]
    copied = [each["backfill"] for each in details if "backfill" in each]
    verified = [
        Verification.model_validate(each["verification"]) for each in details if "verification" in each
    ]
    rows = sum(each["rows"] for each in copied)
    spent = sum(each["seconds"] for each in copied)
    return Outcome(
        evolution=session.record.name,
        command=session.command,
        state=state,
        seconds=seconds,
        backfill=Backfill(rows=rows, seconds=spent, rows_per_second=rows / spent if spent else 0.0)
        if copied
        else None,
        verification=merged(verified) if verified else None,
        complement_rows=sum(each.get("complement_rows", 0) for each in details),
        seeded=sum(each.get("seeded", 0) for each in details),
        seeds_kept=sum(each.get("seeds_kept", 0) for each in details),
        removed_seeds=tuple(key for each in details for key in each.get("removed_seeds", ())),
        per_table=tuple(
            TableMoved.model_validate(line) for each in details for line in each.get("per_table", ())
        ),
        notes=notes,
    )


def statuses(dialect: SchemaDialect, journal: Journal, connection: Connection) -> tuple[Status, ...]:
    """Where each evolution stands, oldest first."""
    return tuple(
        _status(journal, connection, record, written(dialect, connection, record))
        for record in journal.records(connection)
    )


def written(dialect: SchemaDialect, connection: Connection, record: Record) -> tuple[Writes, ...]:
    """What each side has written, table by table; nothing unless both versions are live."""
    if record.state is not State.LIVE:
        return ()
    found = []
    for step in codec.decode(record.plan["writes"]):
        (statement,) = dialect.render(step)
        row = execute(connection, statement).one()
        if row.old is not None:  # else nothing is counted there
            found.append(Writes(table=str(step.table), old=row.old, new=row.new))
    return tuple(found)


def _status(journal: Journal, connection: Connection, record: Record, writes: tuple[Writes, ...]) -> Status:
    latest = journal.latest_progress(connection, record)
    progress = None
    if latest is not None and record.state in {State.STARTING, State.ROLLING_BACK}:
        rate = latest.rows / latest.seconds if latest.seconds else 0.0
        left = max(latest.total - latest.rows, 0)
        progress = Progress(
            step=latest.step,
            rows=latest.rows,
            total=max(latest.total, latest.rows),
            rows_per_second=rate,
            eta_seconds=left / rate if rate and latest.total else None,
        )
    steps = [event.step for event in journal.events(connection, record.name) if event.position is not None]
    return Status(
        evolution=record.name,
        summary=record.summary,
        state=record.state,
        fingerprint=record.fingerprint,
        tables=record.tables,
        started_at=record.started_at,
        changed_at=record.changed_at,
        step=steps[-1] if steps else None,
        progress=progress,
        runner=record.lease_holder,
        complement_rows=journal.count_complement(connection, record.name),
        writes=writes,
        paused=record.control.paused,
        target_seconds=record.control.target,
        slowed=record.slowed,
    )
