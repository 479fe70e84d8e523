"""`pause`, `resume` and `throttle`: what a person says to a runner at work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from crossfade.commands.ground import Database, known, opened
from crossfade.evolution import Evolution
from crossfade.journal import Control


def pause(evolution: Evolution | str, database: Database) -> None:
    """Let the runner at work wait before its next batch, until `resume`."""
    _say(evolution, database, lambda control: replace(control, paused=True))


def resume(evolution: Evolution | str, database: Database) -> None:
    """Let a paused runner go on."""
    _say(evolution, database, lambda control: replace(control, paused=False))


def throttle(
    evolution: Evolution | str,
    database: Database,
    *,
    target: timedelta | None = None,
    hands: int | None = None,
) -> None:
    """Say how long a batch is to take, and how many connections write batches at once (from 1); what is not
    said stays. The runner at work listens between batches: fewer at once, more with the next table.
    """

    def said(control: Control) -> Control:
        seconds = control.target if target is None else target.total_seconds()
        return replace(control, target=seconds, hands=hands or control.hands)

    _say(evolution, database, said)


def _say(evolution: Evolution | str, database: Database, change: Callable[[Control], Control]) -> None:
    with opened(database) as (_, journal, connection):
        record = known(journal, connection, evolution)
        journal.say(connection, record.name, change(record.control))
        connection.commit()
