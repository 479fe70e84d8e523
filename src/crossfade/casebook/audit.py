"""The walk's own eyes on the database: dumps that must be the same, seeds, shared counters."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from sqlalchemy import bindparam, text

from crossfade.casebook.databases import database_of
from crossfade.casebook.dump import compare, dumped
from crossfade.casebook.engines import application_engine
from crossfade.casebook.foretold import foretold
from crossfade.casebook.words import Fault, Finding, Side

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from crossfade.casebook.case import Case
    from crossfade.casebook.dump import Dump
    from crossfade.casebook.engines import Access
    from crossfade.casebook.journey import Journey
    from crossfade.casebook.stages import Stage, Unchanged
    from crossfade.casebook.words import Tally
    from crossfade.document import Document

__all__ = ["Ground"]

Key = tuple[str, ...]  # of a seed

CLOCKS = (
    "the role may not set session_replication_role, so the application's own triggers may fire during the "
    "backfill: the columns that they set ({columns}) are left out of the comparisons"
)


class Ground:
    """The database that a case walks on, read by the walk itself. A context manager."""

    def __init__(self, case: Case, accesses: Mapping[Side, Access], journey: Journey) -> None:
        self._case = case
        self._journey = journey
        # No connection is kept: what its session speaks of may be gone.
        self._engines = {
            side: application_engine(access, "casebook", pooled=False) for side, access in accesses.items()
        }
        self._open: dict[str, tuple[Unchanged, Dump, dict[Key, set[str]]]] = {}
        self._stack = ExitStack()
        self._database = database_of(accesses[Side.OLD][0])
        self._clocks = self._database.may_silence_triggers(self._engines[Side.OLD])
        if not self._clocks:
            columns = {
                name for extents in case.extents.values() for extent in extents for name in extent.clock
            }
            journey.remark(CLOCKS.format(columns=", ".join(sorted(columns))))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def open(self, unchanged: Unchanged) -> None:
        """Take the first dump of a comparison."""
        self._open[unchanged.name] = (unchanged, self._dump(unchanged.side), self._seeds(unchanged.side))

    def close(self, name: str, collect: Callable[[str], frozenset[str]]) -> None:
        """Take the second dump and compare; `collect` gives the rows that the traffic may have written.

        Seeds may appear. They may vanish only where the last rollback says that it took them away.
        """
        unchanged, before, seeds_before = self._open.pop(name)
        after = self._dump(unchanged.side)
        seeds_after = self._seeds(unchanged.side)
        excluded = set(collect(name))
        removed = self._removed()
        for value in seeds_before.keys() | seeds_after.keys():
            first, second = seeds_before.get(value, set()), seeds_after.get(value, set())
            excluded |= second - first
            if value in removed:
                excluded |= first - second
        self._journey.comparisons[name] = compare(before, after, excluded=excluded)
        before.close()
        after.close()

    def move(self, side: Side, access: Access) -> None:
        """Connect so from now on, to read that side."""
        self._engines[side] = application_engine(access, "casebook", pooled=False)

    def foretell(self, document: Document) -> None:
        """Count what the document tells of the new side; nobody must be writing."""
        self._journey.foretold = foretold(document, self._case.beyond, self._engines[Side.NEW])

    def audit(self, stage: Stage, tallies: Mapping[str, Tally]) -> list[Finding]:
        """What is wrong with shared counters and seeds at the end of a stage; nobody must be writing."""
        live = {side: self._engines[side] for side in stage.readable}
        findings = self._case.audit(live, tallies, stage.name)
        if Side.NEW in stage.readable:
            expected = {value: 1 for seeds in self._case.seeds for value in seeds.values}
        else:
            expected = dict.fromkeys(self._removed(), 0)
        side = Side.NEW if Side.NEW in stage.readable else Side.OLD
        found = self._seeds(side)
        for value, count in expected.items():
            rows = len(found.get(value, ()))
            if rows != count:
                findings.append(
                    Finding(
                        Fault.LOST,
                        stage.name,
                        side,
                        "seed",
                        ", ".join(value),
                        f"{count} row(s)",
                        f"{rows} row(s)",
                    )
                )
        return findings

    def _dump(self, side: Side) -> Dump:
        dump = dumped(self._engines[side], self._case.extents[side], clocks=self._clocks)
        self._stack.callback(dump.close)
        return dump

    def _removed(self) -> frozenset[Key]:
        """The seeds that the last rollback took away."""
        rollbacks = [each for each in self._journey.outcomes.values() if each.command == "rollback"]
        keys = rollbacks[-1].removed_seeds if rollbacks else ()
        named = {seeds.key for seeds in self._case.seeds}
        return frozenset(
            tuple(str(key[column]) for column in columns)
            for key in keys
            for columns in named
            if key.keys() == set(columns)
        )

    def _seeds(self, side: Side) -> dict[Key, set[str]]:
        """The owners of the seeded rows that exist, by the values of the seeds' key."""
        found: dict[Key, set[str]] = {}
        with self._engines[side].connect() as connection:
            for seeds in self._case.seeds:
                query = text(self._database.seeded(seeds)).bindparams(bindparam("values", expanding=True))
                for *key, owner in connection.execute(query, {"values": list(seeds.values)}):
                    found.setdefault(tuple(key), set()).add(owner)
        return found
