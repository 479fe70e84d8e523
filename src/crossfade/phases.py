"""The states of an evolution, the commands that move it, and the only transition table.

docs/states.md shows the table as a picture.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from crossfade.errors import WrongState


class Phase(StrEnum):
    """What a step is for; steps of a plan come in this order."""

    EXPAND = "expand"
    BACKFILL = "backfill"
    INDEX = "index"
    VERIFY = "verify"
    PUBLISH = "publish"
    CLOSE = "close"
    KEEP = "keep"
    CONTRACT = "contract"


class State(StrEnum):
    """Where an evolution stands, as the journal records it."""

    ABSENT = "absent"
    STARTING = "starting"
    LIVE = "live"
    ROLLING_BACK = "rolling back"
    ROLLED_BACK = "rolled back"
    COMPLETING = "completing"
    COMPLETED = "completed"
    REVERTING = "reverting"
    PURGING = "purging"
    PURGED = "purged"
    CLEARING = "clearing"

    @property
    def holds_tables(self) -> bool:
        """Whether an evolution in this state keeps others away from its tables."""
        return self not in {State.ABSENT, State.ROLLED_BACK, State.COMPLETED, State.PURGED}


class Command(StrEnum):
    """The commands that change an evolution's state."""

    START = "start"
    ROLLBACK = "rollback"
    COMPLETE = "complete"
    REVERT = "revert"
    PURGE = "purge"


class Transition(NamedTuple):
    """The state while a command runs, and the one that it ends in; `refused` is the one that it
    falls back to where verification fails (None: it stays, and can be run again).
    """

    during: State
    after: State
    refused: State | None = None


_START = Transition(State.STARTING, State.LIVE)
_ROLLBACK = Transition(State.ROLLING_BACK, State.ROLLED_BACK)
_REVERT = Transition(State.REVERTING, State.LIVE)
_PURGE = Transition(State.PURGING, State.PURGED)
_CLEAR = Transition(State.CLEARING, State.ROLLED_BACK)
_COMPLETE = Transition(State.COMPLETING, State.COMPLETED, State.LIVE)

TRANSITIONS: dict[tuple[State, Command], Transition] = {
    (State.ABSENT, Command.START): _START,
    (State.ROLLED_BACK, Command.START): _START,
    (State.STARTING, Command.START): _START,
    (State.STARTING, Command.ROLLBACK): _ROLLBACK,
    (State.LIVE, Command.ROLLBACK): _ROLLBACK,
    (State.ROLLING_BACK, Command.ROLLBACK): _ROLLBACK,
    (State.COMPLETING, Command.ROLLBACK): _ROLLBACK,
    (State.LIVE, Command.COMPLETE): _COMPLETE,
    (State.COMPLETING, Command.COMPLETE): _COMPLETE,
    (State.COMPLETED, Command.REVERT): _REVERT,
    (State.PURGED, Command.REVERT): _REVERT,
    (State.REVERTING, Command.REVERT): _REVERT,
    (State.COMPLETED, Command.PURGE): _PURGE,
    (State.PURGING, Command.PURGE): _PURGE,
    (State.LIVE, Command.PURGE): _CLEAR,
    (State.ROLLED_BACK, Command.PURGE): _CLEAR,
    (State.CLEARING, Command.PURGE): _CLEAR,
}


def transition(evolution: str, state: State, command: Command) -> Transition:
    """The transition of `command` from `state`.

    Raises WrongState, which names the commands that do fit.
    """
    found = TRANSITIONS.get((state, command))
    if found is not None:
        return found
    fitting = [str(fits) for (at, fits) in TRANSITIONS if at is state]
    remedy = f"from here: {', '.join(fitting)}" if fitting else "nothing is left to do"
    if state is State.LIVE and command is Command.START:
        remedy = "it is already live: verify, complete or rollback"
    raise WrongState(
        f"{command} does not fit: evolution {evolution!r} is {state}",
        place=f"evolution {evolution!r}",
        remedy=remedy,
    )
