"""Crossfade's own state, inside the user's database: schema `crossfade`.

    meta        the journal's version
    evolution   one row each: its state, its plan, the runner's lease
    event       the history, append-only: which step began, ended, in which command
    progress    the watermark and the rows of each batched step
    complement  values that only the new side held when an evolution was rolled back
    seed        the image of each seeded row
    taken       which rows a soft-delete cascade took, until they are restored or touched

Upgrades are versioned: a fresh install is all of them, applied in order. What a database says in words
of its own (its clock, its JSON, how it guards the history) is in `server`, and nowhere else.
"""

from __future__ import annotations

from crossfade.journal.complements import Complements
from crossfade.journal.events import Events
from crossfade.journal.evolutions import Evolutions
from crossfade.journal.installation import UPGRADES, VERSION
from crossfade.journal.leases import LEASE_SECONDS, Leases
from crossfade.journal.record import Control, Record
from crossfade.journal.tables import metadata
from crossfade.journal.watermarks import Watermarks

__all__ = ["LEASE_SECONDS", "UPGRADES", "VERSION", "Control", "Journal", "Record", "metadata"]


class Journal(Evolutions, Leases, Events, Watermarks, Complements):
    """Reads and writes the journal on connections that the caller owns."""
