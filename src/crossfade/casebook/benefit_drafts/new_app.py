"""The new application as its users have it: DraftService, call by call, and questions of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import async_sessionmaker

from crossfade.casebook.benefit_drafts.faults import BenefitDraftsError
from crossfade.casebook.benefit_drafts.models import BenefitPlanDraft, SummaryRow
from crossfade.casebook.benefit_drafts.old_app import STATUS_FORBIDS
from crossfade.casebook.benefit_drafts.service import DraftService

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from uuid import UUID

    from sqlalchemy import Select, TextClause
    from sqlalchemy.ext.asyncio import AsyncEngine

    from crossfade.casebook.benefit_drafts.schemas import Draft

__all__ = ["Declined", "NewDrafts"]

T = TypeVar("T")

PLAINLY = text("SELECT submit_draft_for_approval(:id, :by)")
NAMED = text("SELECT submit_draft_for_approval(submitted_by => :by, draft_id => :id)")
METADATA_ONLY = text(
    "SELECT submit_draft_for_approval(:id, :by, submission_metadata => CAST(:metadata AS jsonb))"
)


class Declined(ValueError):
    """The service said no, and why."""


class NewDrafts:
    """Drafts. `run` takes a coroutine to its end. Whatever the service refuses is raised as ``Declined``."""

    def __init__(self, engine: AsyncEngine, run: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        self._service = DraftService(engine)
        self._sessions = async_sessionmaker(engine)
        self._run = run

    def create(self, plan: Mapping[str, Any], by: str) -> UUID:
        """A new draft's id."""
        return self._asked(self._service.create_draft(plan, by))

    def edit(self, id: UUID, plan: Mapping[str, Any], by: str) -> None:
        """Put another plan into a draft that nobody has submitted yet."""
        self._asked(self._service.update_draft(id, plan, by))

    def submit(
        self, id: UUID, by: str, process: str | None = None, metadata: Mapping[str, Any] | None = None
    ) -> str:
        """Submit the draft, and return its submission's id."""
        return self._asked(self._service.mark_draft_as_submitted(id, by, process, metadata))

    def submit_plainly(self, id: UUID, by: str, *, named: bool) -> str:
        """Submit by a call with two arguments, as parts of the application do that nobody has touched yet."""
        return str(self._asked(self._call(NAMED if named else PLAINLY, id=id, by=by)))

    def submit_told(self, id: UUID, by: str, metadata: str) -> str:
        """Submit with metadata, given as JSON, but without a process."""
        return str(self._asked(self._call(METADATA_ONLY, id=id, by=by, metadata=metadata)))

    def approve(self, id: UUID, by: str) -> None:
        """Approve a submitted draft."""
        self._asked(self._service.approve_draft(id, by))

    def reject(self, id: UUID, by: str, reason: str | None = None) -> None:
        """Reject a submitted draft."""
        self._asked(self._service.reject_draft(id, by, reason))

    def track(self, id: UUID, process: str, metadata: Mapping[str, Any] | None = None) -> None:
        """Say which process a submitted draft has."""
        self._asked(self._service.update_camunda_process_info(id, process, metadata))

    def get(self, id: UUID) -> dict[str, Any] | None:
        """The draft, or None."""
        return _shown(self._asked(self._service.get_draft(id)))

    def get_by_submission(self, submission_id: str) -> dict[str, Any] | None:
        """The draft that was submitted so, or None."""
        return _shown(self._asked(self._service.get_draft_by_submission_id(submission_id)))

    def get_by_process(self, process: str) -> dict[str, Any] | None:
        """The draft whose approval this process is, or None."""
        return _shown(self._asked(self._service.get_draft_by_camunda_process_id(process)))

    def listed(self, by: str, status: str | None = None, limit: int = 100) -> list[dict[str, Any]]:
        """What the view shows of somebody's drafts, those that were written last first."""
        found = self._asked(self._service.list_drafts(created_by=by, status=status, limit=limit))
        return [each.model_dump() for each in found]

    def count(self, by: str) -> dict[str, int]:
        """How many drafts of somebody's have got how far."""
        query = select(SummaryRow.workflow_status, func.count()).where(SummaryRow.created_by == by)
        return dict(self._asked(self._all(query.group_by(SummaryRow.workflow_status))))

    def search(self, metadata: Mapping[str, Any]) -> set[UUID]:
        """The ids of the drafts whose metadata hold all of this."""
        query = select(BenefitPlanDraft.id).where(
            BenefitPlanDraft.submission_metadata.contains(dict(metadata))
        )
        return {row[0] for row in self._asked(self._all(query))}

    async def _all(self, query: Select[*tuple[Any, ...]]) -> list[Any]:
        async with self._sessions() as db:
            return list((await db.execute(query)).all())

    async def _call(self, call: TextClause, **values: object) -> Any:
        async with self._sessions.begin() as db:
            try:
                return (await db.execute(call, values)).scalar_one()
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) == STATUS_FORBIDS:
                    raise Declined(str(error.orig)) from error
                raise

    def _asked(self, asked: Coroutine[Any, Any, T]) -> T:
        try:
            answer: T = self._run(asked)
        except BenefitDraftsError as error:
            raise Declined(str(error)) from error
        return answer


def _shown(draft: Draft | None) -> dict[str, Any] | None:
    return None if draft is None else draft.model_dump()
