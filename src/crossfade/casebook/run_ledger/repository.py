"""The workflow product's repository after the change: an execution is a run and its steps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, delete, literal, select, type_coerce, update
from sqlalchemy.dialects.postgresql import JSONB

from crossfade.casebook.run_ledger import queries, schemas
from crossfade.casebook.run_ledger.models import Run, duration
from crossfade.casebook.run_ledger.steps import StepWrites, made_of, missing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from sqlalchemy import Engine, Select
    from sqlalchemy.orm import Session

__all__ = ["RunRepository"]


class RunRepository(StepWrites):
    """Runs and their steps. A method that names an id raises ``LookupError`` if it is not there.

    `schema` is where the traces of the old application are, or were: their ids are known by it.
    """

    def __init__(self, engine: Engine, schema: str = "public") -> None:
        super().__init__(engine)
        self._schema = schema

    def get(self, run_id: UUID) -> schemas.Run | None:
        """The whole execution, in one query; or None."""
        return self._whole(queries.whole_run(run_id))

    def by_legacy_id(self, trace_id: int) -> schemas.Run | None:
        """The whole execution that the old application knows, or knew, under this id, in one query; or None.

        One that the new application made is known so as long as Crossfade keeps the legacy column.
        """
        return self._whole(queries.whole_run_of_trace(trace_id, self._schema))

    def recent(self, org_id: UUID, limit: int = 20) -> list[schemas.RunHead]:
        """This organisation's newest runs, newest first, without their steps."""
        return self._heads(queries.recent_runs(org_id), limit)

    def count_by_status(self, org_id: UUID) -> dict[str, int]:
        """How many runs of each status this organisation has."""
        with self._sessions() as session:
            return dict(session.execute(queries.runs_per_status(org_id)).all())

    def find_by_context(
        self, key: str, known: Mapping[str, Any] | None = None, limit: int = 20
    ) -> list[schemas.RunHead]:
        """The newest runs with this key in their context, or with exactly what `known` has under it."""
        return self._heads(queries.runs_with_context(key, known), limit)

    def find_by_event(self, kind: str, limit: int = 20) -> list[schemas.RunHead]:
        """The newest runs in which an event of this kind happened."""
        return self._heads(queries.runs_with_event(kind), limit)

    def find_by_endpoint(self, url: str, limit: int = 20) -> list[schemas.RunHead]:
        """The newest runs that called this endpoint."""
        return self._heads(queries.runs_calling(url), limit)

    def create(self, run: schemas.RunCreate) -> UUID:
        """Make a run with its steps, in one transaction, and return its id."""
        calls = [endpoint.stored() for endpoint in run.endpoints_used]
        columns = run.model_dump(exclude={"steps", "endpoints_used"})
        made = Run(
            **columns,
            endpoints_used=calls,
            duration_ms=duration(run.started_at, run.ended_at),
            steps=[made_of(step) for step in run.steps],
        )
        with self._sessions.begin() as session:
            session.add(made)
            session.flush()
            return made.run_id

    def set_status(self, run_id: UUID, status: str) -> datetime:
        """Say how far the run is: it begins with "running", if it has not; returns when that was said."""
        at = datetime.now(UTC)
        with self._sessions.begin() as session:
            run = _locked(session, run_id)
            run.status = status
            if status == "running":
                run.started_at = run.started_at or at
            run.duration_ms = duration(run.started_at, run.ended_at)
        return at

    def finish(
        self, run_id: UUID, status: str, error_message: str | None = None, error_details: Any = None
    ) -> datetime:
        """Bring the run to one of its ends, and return when that was."""
        at = datetime.now(UTC)
        with self._sessions.begin() as session:
            run = _locked(session, run_id)
            run.status, run.ended_at = status, at
            run.error_message, run.error_details = error_message, error_details
            run.duration_ms = duration(run.started_at, at)
        return at

    def annotate(self, run_id: UUID, external_id: str | None, config_snapshot: Any = None) -> None:
        """Say under which id others know the run, and what it was configured with: the old side can't."""
        self._change(run_id, {"external_id": external_id, "config_snapshot": config_snapshot})

    def set_context(self, run_id: UUID, known: Mapping[str, Any]) -> None:
        """Say what is known, key by key, and leave what is known under other keys."""
        self._change(run_id, {"context": Run.context.concat(type_coerce(dict(known), JSONB))})

    def drop_context(self, run_id: UUID, key: str) -> None:
        """Forget what is known under this key."""
        without = Run.context.op("-", return_type=JSONB())(literal(key, Text))
        self._change(run_id, {"context": without})

    def call_endpoint(self, run_id: UUID, endpoint: schemas.Endpoint) -> schemas.Endpoint:
        """Note that the run called an endpoint; returns it as it is stored."""
        calls = Run.endpoints_used.concat(type_coerce([endpoint.stored()], JSONB))
        stored = self._change(run_id, {"endpoints_used": calls}, Run.endpoints_used[-1])
        return schemas.Endpoint.model_validate(stored)

    def delete(self, run_id: UUID) -> None:
        """Delete the run and, by their foreign key, its steps."""
        with self._sessions.begin() as session:
            deleted = delete(Run).where(Run.run_id == run_id).returning(Run.run_id)
            if session.scalars(deleted).one_or_none() is None:
                raise missing("run", run_id)

    def _whole(self, statement: Select[Run]) -> schemas.Run | None:
        with self._sessions() as session:
            run = session.scalars(statement).unique().one_or_none()
            return None if run is None else schemas.Run.model_validate(run)

    def _heads(self, statement: Select[Run], limit: int) -> list[schemas.RunHead]:
        with self._sessions() as session:
            found = session.scalars(statement.limit(limit))
            return [schemas.RunHead.model_validate(run) for run in found]

    def _change(self, run_id: UUID, values: Mapping[str, Any], returning: Any = Run.run_id) -> Any:
        change = update(Run).where(Run.run_id == run_id).values(dict(values)).returning(returning)
        with self._sessions.begin() as session:
            found = session.execute(change).one_or_none()
            if found is None:
                raise missing("run", run_id)
            return found[0]


def _locked(session: Session, run_id: UUID) -> Run:
    run = session.scalars(select(Run).where(Run.run_id == run_id).with_for_update()).one_or_none()
    if run is None:
        raise missing("run", run_id)
    return run
