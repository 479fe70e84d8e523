"""What one worker knows of its rows, and how it compares that with the database.

A worker owns some of the rows that were there, and all that it made. Others are hot: all workers count
executions on them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from crossfade.casebook.books import HOT, OWN, Books, pages
from crossfade.casebook.chat_templates.evolution import BUILTIN_TEMPLATES
from crossfade.casebook.chat_templates.models import WorkflowTemplate, default_pattern
from crossfade.casebook.chat_templates.old_app import EXECUTIONS, TEMPLATES
from crossfade.casebook.chat_templates.oracle import COMMON, Ledger
from crossfade.casebook.words import Fault, Finding, Side, Tally

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Engine

    from crossfade.casebook.desk import Desk
    from crossfade.casebook.words import Assignment

__all__ = ["BUILTIN", "Bookkeeper", "audit"]

BUILTIN = "rag_chat_builtin"  # the one seed that the new application uses, so that a rollback must keep it


class Bookkeeper(Books[int, Ledger]):
    """The books of one worker."""

    def __init__(self, desk: Desk, engines: Mapping[Side, Engine]) -> None:
        super().__init__(desk, engines, Ledger())
        self.last_id = 0  # of the rows that were there before all this

    def learn(self, assignment: Assignment) -> None:
        """Take the hot rows, and `OWN` rows whose ids leave this worker's number as the remainder."""
        key = TEMPLATES.c.id
        with self.engines[Side.OLD].connect() as connection:
            ends = [
                connection.scalars(select(key).order_by(end).limit(HOT)).all() for end in (key, key.desc())
            ]
            self.hot = sorted({hot for end in ends for hot in end})
            self.last_id = max(self.hot, default=0)
            own = (
                select(TEMPLATES)
                .where(key % assignment.workers == assignment.number, key.not_in(self.hot))
                .order_by(func.md5(func.concat(key, assignment.seed)))
                .limit(OWN)
            )
            for row in connection.execute(own).mappings().all():
                given = {name: row[name] for name in COMMON}
                self.ledger.born_old(row["id"], row["workflow_type"], **given)
        for known, executions in self._executions(Side.OLD, list(self.ledger.rows)).items():
            self.ledger.rows[known].executions = executions
        with self.engines[Side.OLD].connect() as connection:
            counters = select(key, TEMPLATES.c.usage_count).where(key.in_(self.hot))
            self.tallies = {str(hot): Tally(usage) for hot, usage in connection.execute(counters)}

    def born(
        self, side: Side, row_id: int, workflow_type: Any, pattern: str | None, given: Mapping[str, Any]
    ) -> None:
        """That side's application made this row, without a pattern if `pattern` is None."""
        if side is Side.OLD:
            self.ledger.born_old(row_id, workflow_type, **given)
        else:
            self.ledger.born_new(row_id, workflow_type, pattern or default_pattern(workflow_type), **given)

    def typed(self, side: Side, row_id: int, workflow_type: Any) -> None:
        """That side's application wrote this type (or, on the old side, label)."""
        if side is Side.OLD:
            self.ledger.label(row_id, workflow_type)
        else:
            self.ledger.retype(row_id, workflow_type)

    def reconcile(self, sides: frozenset[Side]) -> None:
        """Compare all own rows, and their executions, on each of these sides."""
        for side in sorted(sides):
            ids = sorted(self.ledger.rows.keys() | self.ledger.deleted)
            for page in pages(ids):
                rows = self._rows(side, page)
                executions = self._executions(side, page)
                for row_id in page:
                    self.compare(Fault.LOST, side, "reconcile", row_id, rows.get(row_id))
                    template = self.ledger.rows.get(row_id)
                    expected, found = template.executions if template else 0, executions.get(row_id, 0)
                    if template and expected != found:
                        counts = (f"{expected} executions", f"{found} executions")
                        self.wrong(Fault.LOST, side, "reconcile", row_id, counts)

    def _rows(self, side: Side, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        table = TEMPLATES if side is Side.OLD else WorkflowTemplate.metadata.tables[TEMPLATES.name]
        with self.engines[side].connect() as connection:
            rows = connection.execute(select(table).where(table.c.id.in_(ids))).mappings()
            return {row["id"]: dict(row) for row in rows}

    def _executions(self, side: Side, ids: Sequence[int]) -> dict[int, int]:
        owner = EXECUTIONS.c.template_id
        counts = select(owner, func.count()).where(owner.in_(ids)).group_by(owner)
        with self.engines[side].connect() as connection:
            return {row_id: int(count) for row_id, count in connection.execute(counts)}


def audit(engines: Mapping[Side, Engine], tallies: Mapping[str, Tally], stage: str) -> list[Finding]:
    """What is wrong with the rows that all workers share: executions that do not add up."""
    findings = _builtins(engines[Side.NEW], stage) if Side.NEW in engines else []
    executions = select(func.count()).where(EXECUTIONS.c.template_id == TEMPLATES.c.id).scalar_subquery()
    columns = (TEMPLATES.c.id, TEMPLATES.c.name, TEMPLATES.c.usage_count, executions)
    hot = [int(name) for name in tallies if name != BUILTIN]
    shared = TEMPLATES.c.id.in_(hot) | (TEMPLATES.c.name == BUILTIN)
    for side, engine in engines.items():
        with engine.connect() as connection:
            rows = connection.execute(select(*columns).where(shared)).all()
        counters = {str(row_id) if row_id in hot else name: counts for row_id, name, *counts in rows}
        for name, tally in tallies.items():
            usage, executed = counters.get(name, (0, 0))
            for what, found in (("usage_count", usage), ("executions", executed)):
                if not tally.admits(found):
                    expected = f"{what} {tally.baseline + tally.committed} (uncertain: {tally.uncertain})"
                    finding = (stage, side, "audit", name, expected, f"{what} {found}")
                    findings.append(Finding(Fault.LOST, *finding))
    return findings


def _builtins(engine: Engine, stage: str) -> list[Finding]:
    """Built-in templates that are not as they were seeded; their executions aside, nobody changes them."""
    table = WorkflowTemplate.metadata.tables[TEMPLATES.name]
    findings: list[Finding] = []
    with engine.connect() as connection:
        for seed in BUILTIN_TEMPLATES:
            expected = {"is_dynamic": False, **seed}
            query = select(*(table.c[name] for name in expected)).where(table.c.name == seed["name"])
            for row in connection.execute(query).mappings():
                if dict(row) != expected:
                    detail = (str(seed["name"]), str(expected), str(dict(row)))
                    findings.append(Finding(Fault.LOST, stage, Side.NEW, "built-in", *detail))
    return findings
