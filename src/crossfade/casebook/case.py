"""What a worked case gives the harness: how it is built, its evolution, its traffic, and what to dump.

A new case is one `Case` value; nothing in the harness knows any table, column or application. The parts
that run inside the traffic's processes (`Worker`) are named by functions at the top level of a module,
because they are pickled by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from crossfade.casebook.extents import Extent, Seeds
from crossfade.casebook.words import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Engine

    from crossfade import Evolution
    from crossfade.casebook.desk import Desk
    from crossfade.casebook.engines import Engines
    from crossfade.casebook.words import Assignment, Finding, Moment, Tally

    WorkerFactory = Callable[[Desk, Engines, Assignment], "Worker"]

__all__ = ["Case", "Extent", "Seeds", "Worker"]


class Worker(Protocol):
    """One user of both applications, and the oracle for the rows that only this worker writes.

    Made as ``worker(desk, engines, assignment)``. All its methods are called by one thread, one after the
    other. The application's statements go through `Desk.perform`, which times them and counts failures;
    what is wrong goes to `Desk.report`. A row that was found wrong is reported once and then forgotten.
    """

    def learn(self) -> None:
        """Choose rows and read them, before the evolution starts and while nobody writes."""

    def act(self, side: Side, live: frozenset[Side]) -> None:
        """Do one operation of that side's application; check a write on the other side at once, if live."""

    def witness(self, moment: Moment) -> None:
        """Take note that a command begins or has ended."""

    def reconcile(self, sides: frozenset[Side]) -> None:
        """Read every row of this worker on each of `sides`, and report what is not as it must be."""

    def tallies(self) -> Mapping[str, Tally]:
        """The increments of shared counters, by the counter's name."""


@dataclass(frozen=True)
class Case:
    """A worked case: everything that the harness needs to take it through its walk.

    `story` says in a few sentences, with the number of `{rows}`, who wants what. `build(engine, rows, seed)`
    makes the legacy tables, fills them and returns the rows of each, of which there are `rows` in the main
    one unless somebody says otherwise; `views`, `tables`, `functions` and `types` are what it makes, in an
    order in which they can be dropped. `audit(engines, tallies, stage)` compares the counters that workers
    share with what the database holds, while nobody writes. `beyond` are places (table.column) of the new
    side that may hold what the old one can't, each with the query that counts those rows; there is none where
    the new side only has more. `databases` are those that the case runs on, by name
    (`crossfade.casebook.databases`).
    """

    name: str
    title: str
    story: str
    evolution: Evolution
    build: Callable[[Engine, int, int], Mapping[str, int]]
    tables: tuple[str, ...]
    worker: WorkerFactory
    audit: Callable[[Mapping[Side, Engine], Mapping[str, Tally], str], list[Finding]]
    extents: Mapping[Side, tuple[Extent, ...]]
    views: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    beyond: Mapping[str, str] = field(default_factory=dict)
    seeds: tuple[Seeds, ...] = field(default=())
    rows: int = 200_000
    databases: tuple[str, ...] = ("postgresql",)
