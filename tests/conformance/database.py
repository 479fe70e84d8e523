"""What the suite takes from a database that it walks on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.conformance.application import Application
from tests.conformance.entry import Entry
from tests.conformance.stagehand import Stagehand
from tests.conformance.stops import STOPS, Stop
from tests.conformance.writer import Writer
from tests.conformance.writes import Write


@dataclass(frozen=True)
class Database:
    """A database's own: its applications and its stagehand, made for an entry in a schema of the database at
    a URL; the stops of a walk there, and its ways of writing. `error` is what its driver raises; `qualified`
    is whether a user names a table's schema.
    """

    name: str
    application: Callable[[str, Writer, Entry, str], Application]
    stagehand: Callable[[str, Entry, str], Stagehand]
    writes: Sequence[Write]
    error: type[Exception]
    qualified: bool = True
    stops: Sequence[Stop] = STOPS
