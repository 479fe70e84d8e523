"""One evolution as the journal holds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crossfade.phases import State


@dataclass(frozen=True)
class Control:
    """What a person has said to the runners of an evolution: to pause, how many seconds a batch is to take,
    over how many connections at once batches are written, and that a table may be copied where it must be.
    """

    paused: bool = False
    target: float | None = None
    hands: int | None = None
    allow_copy: bool = False


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
