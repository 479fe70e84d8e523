"""What one worker knows of its runs, and how it compares that with the database.

A worker owns some of the runs that were there, and all that it made; these belong to an organisation of its
own. The steps of some other runs are hot: all workers add events to them, and nobody does anything else.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import func, insert, select, text

from crossfade import legacy_uuid
from crossfade.casebook.books import OWN, Books, pages
from crossfade.casebook.run_ledger import models, views
from crossfade.casebook.run_ledger.hot import HotStep, baselines, first_steps
from crossfade.casebook.run_ledger.old_app import whole
from crossfade.casebook.run_ledger.old_tables import NODES, OF_STEP, ORGANIZATIONS, TRACES, WORKFLOWS
from crossfade.casebook.run_ledger.oracle import Ledger
from crossfade.casebook.words import Fault, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Engine

    from crossfade.casebook.desk import Desk
    from crossfade.casebook.words import Assignment

__all__ = ["RUNS", "RUN_STEPS", "Bookkeeper"]

RUNS = models.Base.metadata.tables["user_workflow_run"]
RUN_STEPS = models.Base.metadata.tables["user_workflow_run_step"]
NUMBERS = """
SELECT run_id, legacy_trace_id, step_id, legacy_step_id
FROM user_workflow_run LEFT JOIN user_workflow_run_step USING (run_id) WHERE run_id = ANY(:keys)
"""


class Bookkeeper(Books[UUID, Ledger]):
    """The books of one worker. `org_id` and `workflow_id` are its own; `numbers` are its runs' old keys."""

    def __init__(self, desk: Desk, engines: Mapping[Side, Engine], assignment: Assignment) -> None:
        super().__init__(desk, engines, Ledger())
        number = assignment.number + 1
        self.org_id, self.workflow_id = UUID(int=(0xA << 124) + number), UUID(int=(0xB << 124) + number)
        self.nodes = [UUID(int=(0xC << 124) + number * 8 + place) for place in range(3)]
        self.numbers: dict[UUID, int] = {}
        self.unnamed: set[UUID] = set()  # runs whose old keys are not known yet, whatever became of them
        self.hot_steps: list[HotStep] = []
        self.schema = "public"
        self.alone = False  # whether there is no old side, or none yet
        self.unsure = False  # whether a run of the own organisation was forgotten

    def learn(self, assignment: Assignment) -> None:
        """Become a customer; take the hot steps, and `OWN` traces with this worker's number as remainder."""
        with self.engines[Side.OLD].begin() as connection:
            self.schema = str(connection.scalar(text("SELECT current_schema()")))
            self._sign_up(connection, assignment.number)
            self.hot_steps = [self._hot(*row) for row in first_steps(connection)]
            self.tallies = baselines(connection, self.hot_steps)
            own = (
                select(TRACES.c.id)
                .where(
                    TRACES.c.id % assignment.workers == assignment.number,
                    TRACES.c.id.not_in([hot.trace for hot in self.hot_steps]),
                )
                .order_by(func.md5(func.concat(TRACES.c.id, assignment.seed)))
                .limit(OWN)
            )
            traces = whole(connection, connection.scalars(own).all())
            unsaid = {part: _unsaid(connection, part, traces.values()) for part in ("events", "bindings")}
        for trace_id, trace in traces.items():
            key = self.born_old(trace_id, views.of_old(trace))
            for step in self.ledger.rows[key].steps.values():
                for part, field in (("events", "payload"), ("bindings", "value")):
                    for each in step.parts[part].items:
                        if each["id"] in unsaid[part]:
                            del each[field]

    def born_old(self, trace_id: int, view: Mapping[str, Any]) -> UUID:
        """The old application, or time before all this, made this trace. Its steps are by their old keys."""
        key = self.key("workflow_trace", trace_id)
        self.ledger.born(Side.OLD, key, trace_id, view)
        self.numbers[key] = trace_id
        for number, step in view["steps"].items():
            self.step_born_old(key, number, step)
        return key

    def step_born_old(self, run: UUID, number: int, view: Mapping[str, Any]) -> None:
        """The old application made this step."""
        self.ledger.step_born(Side.OLD, run, self.key("workflow_steps", number), number, view)

    def key(self, table: str, number: int) -> UUID:
        """The new key of a row that the old application made."""
        return legacy_uuid(table, number, schema=self.schema)

    def names(self, key: UUID) -> tuple[str, ...]:
        """Under what the dumps of both sides know a run."""
        return (str(key), str(self.numbers[key])) if key in self.numbers else (str(key),)

    def resolve(self, keys: Iterable[UUID]) -> None:
        """Learn the old keys of these runs and their steps, as far as there are any yet."""
        rows = self.ledger.rows
        wanted = self.unnamed | {key for key in keys if key in rows and not rows[key].known()}
        if self.alone or not wanted:
            return
        with self.engines[Side.NEW].connect() as connection:
            for run_id, trace_id, step_id, number in connection.execute(text(NUMBERS), {"keys": [*wanted]}):
                if trace_id is not None:
                    self.numbers[run_id] = trace_id
                if run_id in rows:
                    rows[run_id].number = trace_id
                    if step_id in rows[run_id].steps:
                        rows[run_id].steps[step_id].number = number
        for key in wanted:
            self.desk.wrote(*self.names(key))
        self.unnamed -= self.numbers.keys()

    def reconcile(self, sides: frozenset[Side]) -> None:
        """Compare all own runs, with all that belongs to them, on each of these sides."""
        self.resolve(list(self.ledger.rows))
        for side in sorted(sides):
            with self.engines[side].connect() as connection:
                for page in pages(sorted(self.ledger.rows.keys() | self.ledger.deleted)):
                    shown = self._old(connection, page) if side is Side.OLD else _new(connection, page)
                    for key in page:
                        self.compare(Fault.LOST, side, "reconcile", key, shown.get(key))

    def wrong(
        self, fault: Fault, side: Side, operation: str, key: UUID, pair: tuple[object, object] | None
    ) -> None:
        """Report the pair, and do not count on the organisation's sums any more."""
        self.unsure |= pair is not None and fault is Fault.LOST
        super().wrong(fault, side, operation, key, pair)

    def _sign_up(self, connection: Connection, number: int) -> None:
        name = f"Worker {number}"
        connection.execute(insert(ORGANIZATIONS).values(id=self.org_id, name=name))
        workflow = {"id": self.workflow_id, "org_id": self.org_id, "name": name}
        connection.execute(insert(WORKFLOWS).values(workflow))
        for place, node in enumerate(self.nodes):
            agent = {"agent_type": "caller", "agent_config": {"place": place}}
            row = {"id": node, "workflow_id": self.workflow_id, "name": name, "position": place}
            connection.execute(insert(NODES).values(row | {"metadata": agent}))

    def _hot(self, number: int, trace: int) -> HotStep:
        return HotStep(number, trace, self.key("workflow_steps", number), self.key("workflow_trace", trace))

    def _old(self, connection: Connection, keys: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
        numbers = {self.numbers[key]: key for key in keys if key in self.numbers}
        found = whole(connection, list(numbers))
        return {numbers[trace_id]: views.of_old(trace) for trace_id, trace in found.items()}


def _unsaid(connection: Connection, part: str, traces: Iterable[Mapping[str, Any]]) -> set[int]:
    """The ids of those rows of which nothing was said where another says JSON's null."""
    table = OF_STEP[part]
    field = table.c[views.PARTS[part].may_lack or ""]
    ids = [row["id"] for trace in traces for step in trace["steps"] for row in step[part]]
    return set(connection.scalars(select(table.c.id).where(table.c.id.in_(ids), field.is_(None))))


def _new(connection: Connection, keys: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    steps: dict[UUID, list[Mapping[str, Any]]] = defaultdict(list)
    for row in connection.execute(select(RUN_STEPS).where(RUN_STEPS.c.run_id.in_(keys))).mappings():
        steps[row["run_id"]].append(dict(row))
    runs = connection.execute(select(RUNS).where(RUNS.c.run_id.in_(keys))).mappings()
    return {row["run_id"]: views.of_new(dict(row), steps[row["run_id"]]) for row in runs}
