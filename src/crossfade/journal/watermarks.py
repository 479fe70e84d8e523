"""How far each batched step has come."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from crossfade.journal.record import Record
from crossfade.journal.tables import progress


class Watermarks:
    """One row for each batched step of each run."""

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


def _progress_key(record: Record, command: str, position: int) -> tuple[Any, ...]:
    return (
        progress.c.evolution == record.name,
        progress.c.run == record.run,
        progress.c.command == command,
        progress.c.position == position,
    )
