"""The drafting tool's application as it was: it writes by stored functions and reads a view. Plain SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from sqlalchemy import Engine, TextClause

__all__ = ["COLUMNS", "SUMMARY", "NotInStatus", "OldDrafts"]

COLUMNS = (
    "id", "plan_data", "status", "submission_id", "submitted_by", "submitted_at", "reviewed_by",
    "reviewed_at", "rejection_reason", "created_by", "updated_by", "created_at", "updated_at",
)  # fmt: skip
SUMMARY = ("id", "plan_name", "status", "submission_id", "created_by", "reviewed_by", "updated_at")
STATUS_FORBIDS = "55000"  # SQLSTATE object_not_in_prerequisite_state, which the functions raise

READ = f"SELECT {', '.join(COLUMNS)} FROM benefit_plan_drafts"
CREATE = text("SELECT create_draft(:plan, :by)").bindparams(bindparam("plan", type_=JSONB()))
EDIT = text(
    "UPDATE benefit_plan_drafts SET plan_data = :plan, updated_by = :by WHERE id = :id AND status = 'draft'"
).bindparams(bindparam("plan", type_=JSONB()))
REVISE = text(
    "UPDATE benefit_plan_drafts SET plan_data = jsonb_set(plan_data, '{meta,versionId}', "
    "to_jsonb(((plan_data #>> '{meta,versionId}')::integer + 1)::text)) WHERE id = :id"
)
SUBMIT = text("SELECT submit_draft_for_approval(:id, :by)")
SUBMIT_MANY = text(
    "SELECT id, submit_draft_for_approval(draft_id => id, submitted_by => :by) FROM benefit_plan_drafts "
    "WHERE id = ANY(:ids)"
)
LIST = "SELECT * FROM draft_summary WHERE {which} ORDER BY updated_at DESC, id LIMIT :limit"


class NotInStatus(ValueError):
    """The draft is not there, or not in a status in which this can be done."""


class OldDrafts:
    """Drafts. A method that names one raises ``NotInStatus`` where it can't be done."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(self, plan: Mapping[str, Any], by: str) -> UUID:
        """A new draft's id."""
        return UUID(str(self._called(CREATE, plan=dict(plan), by=by)))

    def edit(self, id: UUID, plan: Mapping[str, Any], by: str) -> None:
        """Put another plan into a draft that nobody has submitted yet."""
        self._write(EDIT, id=id, plan=dict(plan), by=by)

    def revise(self, id: UUID) -> None:
        """The plan's version is the next one, whatever its status."""
        self._write(REVISE, id=id)

    def submit(self, id: UUID, by: str) -> str:
        """Submit the draft, and return its submission's id."""
        return str(self._called(SUBMIT, id=id, by=by))

    def submit_many(self, ids: Sequence[UUID], by: str) -> dict[UUID, str]:
        """Submit all of these drafts or none, and return their submissions' ids."""
        with self._engine.begin() as connection:
            try:
                done = connection.execute(SUBMIT_MANY, {"ids": list(ids), "by": by})
            except DBAPIError as error:
                raise _told(error) from error
            return {row[0]: str(row[1]) for row in done}

    def approve(self, id: UUID, by: str) -> None:
        """Approve a submitted draft."""
        self._called(text("SELECT approve_draft(:id, :by)"), id=id, by=by)

    def reject(self, id: UUID, by: str, reason: str | None = None) -> None:
        """Reject a submitted draft, with a reason or without."""
        if reason is None:
            self._called(text("SELECT reject_draft(:id, :by)"), id=id, by=by)
        else:
            self._called(
                text("SELECT reject_draft(:id, :by, reason => :reason)"), id=id, by=by, reason=reason
            )

    def discard(self, id: UUID) -> None:
        """Delete the draft for good."""
        self._write(text("DELETE FROM benefit_plan_drafts WHERE id = :id"), id=id)

    def get(self, id: UUID) -> dict[str, Any] | None:
        """Every column of the draft, or None."""
        return self._one(text(f"{READ} WHERE id = :wanted"), id)

    def get_by_submission(self, submission_id: str) -> dict[str, Any] | None:
        """Every column of the draft that was submitted so, or None."""
        return self._one(text(f"{READ} WHERE submission_id = :wanted"), submission_id)

    def listed(self, by: str, status: str | None = None, limit: int = 100) -> list[dict[str, Any]]:
        """What the view shows of somebody's drafts, those that were written last first."""
        which = "created_by = :by" if status is None else "created_by = :by AND status = :status"
        given = {"by": by, "limit": limit} | ({} if status is None else {"status": status})
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(LIST.format(which=which)), given).mappings()]

    def count(self, by: str) -> dict[str, int]:
        """How many drafts of somebody's are in each status."""
        counted = text("SELECT status, count(*) FROM draft_summary WHERE created_by = :by GROUP BY status")
        with self._engine.connect() as connection:
            return {row[0]: row[1] for row in connection.execute(counted, {"by": by})}

    def _one(self, query: TextClause, wanted: object) -> dict[str, Any] | None:
        with self._engine.connect() as connection:
            row = connection.execute(query, {"wanted": wanted}).mappings().one_or_none()
            return None if row is None else dict(row)

    def _write(self, statement: TextClause, **values: object) -> None:
        with self._engine.begin() as connection:
            if connection.execute(statement, values).rowcount != 1:
                message = f"draft {values['id']} is not there to be written"
                raise NotInStatus(message)

    def _called(self, call: TextClause, **values: object) -> Any:
        with self._engine.begin() as connection:
            try:
                return connection.execute(call, values).scalar_one()
            except DBAPIError as error:
                raise _told(error) from error


def _told(error: DBAPIError) -> Exception:
    if getattr(error.orig, "sqlstate", None) == STATUS_FORBIDS:
        return NotInStatus(str(error.orig))
    return error
