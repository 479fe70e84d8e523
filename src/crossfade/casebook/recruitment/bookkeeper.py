"""What one worker knows of its workflows, interviews and todos, and how it compares that with the database.

A worker owns some of the rows that were there, and all that it made; these belong to a user of its own. Some
workflows are hot: all workers add nodes to them, and put interviews under them.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from crossfade.casebook.books import HOT, OWN, Books, pages
from crossfade.casebook.recruitment import models
from crossfade.casebook.recruitment.old_app import COLUMNS, INTERVIEWS, NODES, PROCESSES, TODOS
from crossfade.casebook.recruitment.oracle import HIDDEN, Key, Ledger
from crossfade.casebook.words import Fault, Finding, Side, Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Engine, Table

    from crossfade.casebook.desk import Desk
    from crossfade.casebook.words import Assignment

__all__ = ["ENTRIES", "LINKED", "Bookkeeper", "audit", "columns_of", "nodes_of"]

ENTRIES = (PROCESSES, INTERVIEWS, TODOS)
LINKED = "interviews of "  # before the id of a hot workflow: interviews that workers have put under it
TABLES = models.Base.metadata.tables
CHILD_COLUMNS = ("workflow_id",)


class Bookkeeper(Books[Key, Ledger]):
    """The books of one worker, who is the user `user_id`. `hot` are the shared workflows."""

    def __init__(self, desk: Desk, engines: Mapping[Side, Engine], assignment: Assignment) -> None:
        super().__init__(desk, engines, Ledger())
        self.user_id = assignment.number + 1  # one of the newcomers (data.py)
        self.unsure = False  # whether a row of the own user was forgotten

    def learn(self, assignment: Assignment) -> None:
        """Take the hot workflows, and `OWN` rows whose ids have this worker's number as their remainder."""
        key = TABLES[PROCESSES].c.id
        with self.engines[Side.OLD].connect() as connection:
            ends = [
                connection.scalars(select(key).order_by(end).limit(HOT)).all() for end in (key, key.desc())
            ]
            hot = sorted({each for end in ends for each in end})
            self.hot = [Key(PROCESSES, each) for each in hot]
            for table in ENTRIES:
                own = TABLES[table].c.id
                mine = (own % assignment.workers == assignment.number) & ~(
                    own.in_(hot) if table == PROCESSES else own.is_(None)
                )
                drawn = func.md5(func.concat(own, assignment.seed))
                ids = connection.scalars(
                    select(own).where(mine).order_by(drawn).limit(OWN // len(ENTRIES))
                ).all()
                for row in _rows(connection, Side.OLD, table, ids).values():
                    born = Key(table, row["id"])
                    self.ledger.born(born, {name: row[name] for name in COLUMNS[table]}, row["deleted_at"])
                    self.ledger.rows[born].nodes = dict(row.get("nodes", ()))
            counted = Counter(_owners(connection, hot))
        self.tallies = {str(each): Tally(counted[each.id]) for each in self.hot}
        self.tallies |= {f"{LINKED}{each.id}": Tally(0) for each in self.hot}

    def compare(
        self, fault: Fault, side: Side, operation: str, key: Key, found: Mapping[str, Any] | None
    ) -> None:
        """Compare a row; one that was removed for good is rightly hidden."""
        there = key not in self.ledger.deleted or found is not HIDDEN
        super().compare(fault, side, operation, key, found if there else None)

    def wrong(
        self, fault: Fault, side: Side, operation: str, key: Key, pair: tuple[object, object] | None
    ) -> None:
        """Report the pair, and do not count on the user's lists any more."""
        self.unsure |= pair is not None and fault is Fault.LOST
        super().wrong(fault, side, operation, key, pair)

    def reconcile(self, sides: frozenset[Side]) -> None:
        """Compare all own rows on each of these sides, the deleted ones too."""
        for side in sorted(sides):
            with self.engines[side].connect() as connection:
                for table in ENTRIES:
                    known = sorted(
                        key for key in self.ledger.rows.keys() | self.ledger.deleted if key.table == table
                    )
                    for page in pages(known):
                        rows = _rows(connection, side, table, [key.id for key in page])
                        for key in page:
                            self.compare(Fault.LOST, side, "reconcile", key, rows.get(key.id))


def audit(engines: Mapping[Side, Engine], tallies: Mapping[str, Tally], stage: str) -> list[Finding]:
    """What is wrong with the workflows that all workers share: nodes, and interviews, that do not add up."""
    findings = []
    for side, engine in engines.items():
        linked = {name: tally for name, tally in tallies.items() if name.startswith(LINKED)}
        added = {name: tally for name, tally in tallies.items() if name not in linked}
        with engine.connect() as connection:
            nodes = Counter(f"{PROCESSES} {each}" for each in _owners(connection, _ids(added)))
            found = _wrong(side, stage, added, nodes, "nodes")
            if side is Side.NEW:
                under = TABLES[INTERVIEWS].c.workflow_id
                ids = connection.scalars(select(under).where(under.in_(_ids(linked))))
                found += _wrong(side, stage, linked, Counter(f"{LINKED}{each}" for each in ids), "interviews")
        findings += found
    return findings


def nodes_of(row: Mapping[str, Any]) -> list[tuple[int, str]]:
    """A workflow's nodes as the oracle knows them."""
    return sorted((node["id"], node["name"]) for node in row["nodes"])


def _wrong(
    side: Side, stage: str, tallies: Mapping[str, Tally], found: Mapping[str, int], what: str
) -> list[Finding]:
    return [
        Finding(
            Fault.LOST,
            stage,
            side,
            "audit",
            name,
            f"{tally.baseline + tally.committed} {what} (uncertain: {tally.uncertain})",
            f"{found.get(name, 0)} {what}",
        )
        for name, tally in tallies.items()
        if not tally.admits(found.get(name, 0))
    ]


def _ids(names: Iterable[str]) -> list[int]:
    return [int(name.rsplit(" ", 1)[1]) for name in names]


def _owners(connection: Connection, processes: Sequence[int]) -> Sequence[int]:
    """The workflow of each node of these workflows."""
    owner = TABLES[NODES].c.process_id
    return connection.scalars(select(owner).where(owner.in_(processes))).all()


def columns_of(side: Side, table: str) -> list[ColumnElement[Any]]:
    """What that side's application sees of the table."""
    return [each for each in TABLES[table].c if side is Side.NEW or each.name not in CHILD_COLUMNS]


def _rows(connection: Connection, side: Side, table: str, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Rows of a table by id, deleted or not; workflows with their nodes that are not deleted."""
    own: Table = TABLES[table]
    found = connection.execute(select(*columns_of(side, table)).where(own.c.id.in_(ids))).mappings()
    rows = {int(row["id"]): dict(row) for row in found}
    if table == PROCESSES:
        nodes = TABLES[NODES].c
        every = select(nodes.process_id, nodes.id, nodes.name).where(
            nodes.process_id.in_(ids), nodes.is_deleted.is_(False)
        )
        for row in rows.values():
            row["nodes"] = []
        for process, node, name in connection.execute(every.order_by(nodes.id)):
            rows[process]["nodes"].append((node, name))
    return rows
