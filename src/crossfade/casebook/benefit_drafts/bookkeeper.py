"""What one worker knows of its drafts, and how it compares that with the database.

A worker owns some of the drafts that were there, and all that it made in its own name. Others are hot: all
workers raise their plans' versions. And all make drafts in the name of one desk, which are only counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import bindparam, text

from crossfade.casebook.benefit_drafts.oracle import COMMON, SHAPES, Ledger
from crossfade.casebook.books import HOT, OWN, Books, pages
from crossfade.casebook.words import Fault, Finding, Side, Tally

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Engine

    from crossfade.casebook.desk import Desk
    from crossfade.casebook.words import Assignment

__all__ = ["INTAKE", "PLACES", "Bookkeeper", "audit"]

PLACES = ("benefit_plan_drafts", "draft_summary")
INTAKE = "intake desk 受付"
"""In whose name all workers make drafts."""
ENDS = ("id", "id DESC")
OWNED = text(
    f"SELECT id, {', '.join(COMMON)} FROM benefit_plan_drafts "
    "WHERE substr(id::text, 1, 2) IN :digits AND id NOT IN :hot ORDER BY md5(id::text || :seed) LIMIT :own"
).bindparams(bindparam("digits", expanding=True), bindparam("hot", expanding=True))
VERSIONS = text(
    "SELECT id::text, (plan_data #>> '{meta,versionId}')::integer FROM benefit_plan_drafts WHERE id IN :hot"
).bindparams(bindparam("hot", expanding=True))


class Bookkeeper(Books[UUID, Ledger]):
    """The books of one worker. `name` is its own, under which it makes drafts."""

    def __init__(self, desk: Desk, engines: Mapping[Side, Engine], assignment: Assignment) -> None:
        super().__init__(desk, engines, Ledger())
        self.name = f"worker {assignment.number}"
        self.unsure = False  # whether a draft of the own name was forgotten

    def learn(self, assignment: Assignment) -> None:
        """Take the hot drafts, and `OWN` whose ids begin with this worker's number as the remainder."""
        digits = [f"{byte:02x}" for byte in range(assignment.number, 256, assignment.workers)]
        with self.engines[Side.OLD].connect() as connection:
            for end in ENDS:
                query = text(f"SELECT id FROM benefit_plan_drafts ORDER BY {end} LIMIT {HOT}")
                self.hot += connection.scalars(query)
            self.hot = sorted(set(self.hot))
            hot = self.hot or [UUID(int=0)]
            given = {"digits": digits, "hot": hot, "seed": str(assignment.seed), "own": OWN}
            for row in connection.execute(OWNED, given).mappings():
                self.ledger.known(row["id"], dict(row))
            self.tallies = {name: Tally(number) for name, number in _versions(connection, hot).items()}
            self.tallies[INTAKE] = Tally(_intake(connection, PLACES[0]))

    def forget(self, id: UUID) -> None:
        """Nobody knows any more what the draft must be."""
        self.unsure = True
        self.ledger.forget(id)

    def reconcile(self, sides: frozenset[Side]) -> None:
        """Compare all own drafts on each of these sides, in the table and in the view."""
        for side in sorted(sides):
            with self.engines[side].connect() as connection:
                for place, shape in zip(PLACES, SHAPES[side], strict=True):
                    for page in pages(sorted(self.ledger.rows.keys() | self.ledger.deleted)):
                        rows = _rows(connection, place, shape, page)
                        for key in page:
                            self.compare(Fault.LOST, side, f"reconcile {place}", key, rows.get(key))

    def wrong(
        self, fault: Fault, side: Side, operation: str, key: UUID, pair: tuple[object, object] | None
    ) -> None:
        """Report the pair, and do not count on the own name's sums any more."""
        self.unsure |= pair is not None and fault is Fault.LOST
        super().wrong(fault, side, operation, key, pair)


def audit(engines: Mapping[Side, Engine], tallies: Mapping[str, Tally], stage: str) -> list[Finding]:
    """What is wrong with the drafts that all workers share: versions and numbers that do not add up."""
    findings = []
    hot = [UUID(name) for name in tallies if name != INTAKE]
    for side, engine in engines.items():
        with engine.connect() as connection:
            found = _versions(connection, hot) if hot else {}
            counted = {place: _intake(connection, place) for place in PLACES} if INTAKE in tallies else {}
        shared = [(name, tally, found.get(name, 0)) for name, tally in tallies.items() if name != INTAKE]
        shared += [(f"{INTAKE}, {place}", tallies[INTAKE], number) for place, number in counted.items()]
        for name, tally, number in shared:
            if not tally.admits(number):
                expected = f"{tally.baseline + tally.committed} (uncertain: {tally.uncertain})"
                findings.append(Finding(Fault.LOST, stage, side, "audit", name, expected, str(number)))
    return findings


def _versions(connection: Connection, hot: Sequence[UUID]) -> dict[str, int]:
    return {row[0]: row[1] for row in connection.execute(VERSIONS, {"hot": hot})}


def _intake(connection: Connection, place: str) -> int:
    counted = text(f"SELECT count(*) FROM {place} WHERE created_by = :by")
    return int(connection.execute(counted, {"by": INTAKE}).scalar_one())


def _rows(
    connection: Connection, place: str, shape: Sequence[str], ids: Sequence[UUID]
) -> dict[UUID, dict[str, Any]]:
    query = text(f"SELECT {', '.join(shape)} FROM {place} WHERE id = ANY(:ids)")
    return {row["id"]: dict(row) for row in connection.execute(query, {"ids": list(ids)}).mappings()}
