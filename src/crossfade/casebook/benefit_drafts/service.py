"""The new application's drafts, asynchronous: it writes by the stored functions where there is one."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from psycopg import errors as psycopg_errors
from sqlalchemy import Text, bindparam, cast, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import async_sessionmaker

from crossfade.casebook.benefit_drafts.faults import DraftMissing, Unavailable, WrongStatus
from crossfade.casebook.benefit_drafts.models import BenefitPlanDraft, SummaryRow
from crossfade.casebook.benefit_drafts.schemas import Draft, DraftSummary

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from sqlalchemy import ColumnElement, TextClause
    from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

__all__ = ["DraftService"]

SUBMIT = text("SELECT submit_draft_for_approval(:id, :by, :process, :metadata)").bindparams(
    bindparam("metadata", type_=JSONB(none_as_null=True))
)
TRACK = text("SELECT update_camunda_process_info(:id, :process, :metadata)").bindparams(
    bindparam("metadata", type_=JSONB(none_as_null=True))
)
CREATE = text("SELECT create_draft(:plan, :by)").bindparams(bindparam("plan", type_=JSONB()))
OF_PROCESS = text("SELECT id FROM get_draft_by_camunda_process(:process)")
ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('benefit_drafts ' || :id, 0))")
PASSING: Final = ("08", "40", "53", "57", "55P03")
"""Beginnings of SQLSTATEs of what passes: the connection, a conflict, no room, a shutdown, a lock."""


class DraftService:
    """Drafts. Whoever names one that is not there gets DraftMissing; a database that is away, Unavailable."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)

    async def create_draft(self, plan_data: Mapping[str, Any], created_by: str) -> UUID:
        """A new draft's id."""
        return UUID(str(await self._called(CREATE, plan=dict(plan_data), by=created_by)))

    async def get_draft(self, id: UUID) -> Draft | None:
        """The draft, or None."""
        return await self._one(BenefitPlanDraft.id == id)

    async def update_draft(self, id: UUID, plan_data: Mapping[str, Any], updated_by: str) -> None:
        """Put another plan into a draft that nobody has submitted yet."""
        there = update(BenefitPlanDraft).where(BenefitPlanDraft.id == id, BenefitPlanDraft.status == "draft")
        change = there.values(plan_data=dict(plan_data), updated_by=updated_by).returning(BenefitPlanDraft.id)
        async with self._work() as db:
            written = (await db.scalars(change)).one_or_none()
        if written is None:
            raise await self._why_not(id, "edited")

    async def list_drafts(
        self, *, status: str | None = None, created_by: str | None = None, limit: int = 100, offset: int = 0
    ) -> list[DraftSummary]:
        """Drafts, those that were written last first."""
        newest = select(SummaryRow).order_by(SummaryRow.updated_at.desc(), SummaryRow.id)
        if status is not None:
            newest = newest.where(SummaryRow.status == status)
        if created_by is not None:
            newest = newest.where(SummaryRow.created_by == created_by)
        async with self._work() as db:
            found = await db.scalars(newest.limit(limit).offset(offset))
            return [DraftSummary.model_validate(each) for each in found]

    async def mark_draft_as_submitted(
        self,
        id: UUID,
        submitted_by: str,
        camunda_process_id: str | None = None,
        submission_metadata: Mapping[str, Any] | None = None,
    ) -> str:
        """Submit the draft, and return its submission's id. Raises WrongStatus if it is submitted already."""
        given = None if submission_metadata is None else dict(submission_metadata)
        values = {"by": submitted_by, "process": camunda_process_id, "metadata": given}
        return str(await self._moved(id, "submitted", SUBMIT, **values))

    async def approve_draft(self, id: UUID, approved_by: str) -> None:
        """Approve a submitted draft."""
        await self._moved(id, "approved", text("SELECT approve_draft(:id, :by)"), by=approved_by)

    async def reject_draft(self, id: UUID, rejected_by: str, reason: str | None = None) -> None:
        """Reject a submitted draft."""
        rejected = text("SELECT reject_draft(:id, :by, :reason)")
        await self._moved(id, "rejected", rejected, by=rejected_by, reason=reason)

    async def get_draft_by_submission_id(self, submission_id: str) -> Draft | None:
        """The draft of this submission, or None."""
        return await self._one(BenefitPlanDraft.submission_id == submission_id)

    async def get_draft_by_camunda_process_id(self, camunda_process_id: str) -> Draft | None:
        """The draft whose approval this process is, or None."""
        process = OF_PROCESS.bindparams(process=camunda_process_id).columns(BenefitPlanDraft.id)
        return await self._one(BenefitPlanDraft.id.in_(select(process.subquery().c.id)))

    async def update_camunda_process_info(
        self, id: UUID, camunda_process_id: str, submission_metadata: Mapping[str, Any] | None = None
    ) -> None:
        """Say which process a submitted draft has; what is given of its metadata goes over what is there."""
        given = None if submission_metadata is None else dict(submission_metadata)
        if not await self._called(TRACK, id=id, process=camunda_process_id, metadata=given):
            raise await self._why_not(id, "tracked")

    async def unsettled(self, *, after: UUID | None = None, limit: int = 200) -> list[Draft]:
        """Submitted drafts whose process has not ended as far as they know, by id, from behind `after`."""
        settled = func.coalesce(BenefitPlanDraft.submission_metadata.contains({"settled": True}), False)
        tracked = BenefitPlanDraft.camunda_process_id.is_not(None) & (BenefitPlanDraft.status != "draft")
        wanted = select(BenefitPlanDraft).where(
            or_(BenefitPlanDraft.status == "submitted", tracked), settled.is_(False)
        )
        if after is not None:
            wanted = wanted.where(BenefitPlanDraft.id > after)
        async with self._work() as db:
            found = await db.scalars(wanted.order_by(BenefitPlanDraft.id).limit(limit))
            return [Draft.model_validate(each) for each in found]

    @asynccontextmanager
    async def exclusively(self, id: UUID) -> AsyncIterator[None]:
        """Let nobody else into the same block for the same draft, in whatever process."""
        async with self._work() as db:
            await db.execute(ALONE, {"id": str(id)})
            yield

    async def ping(self) -> None:
        """Raises Unavailable where the database does not answer."""
        async with self._work() as db:
            await db.execute(select(cast("1", Text)))

    async def close(self) -> None:
        """Let the connections go."""
        await self._engine.dispose()

    @asynccontextmanager
    async def _work(self) -> AsyncIterator[AsyncSession]:
        try:
            async with self._sessions.begin() as db:
                yield db
        except PoolTimeout as error:
            raise Unavailable(
                "Every connection to the drafts' database is in use", remedy="try again"
            ) from error
        except DBAPIError as error:
            if _passes(error):
                raise _away(error) from error
            raise

    async def _called(self, call: TextClause, **values: Any) -> Any:
        async with self._work() as db:
            return (await db.execute(call, values)).scalar_one()

    async def _moved(self, id: UUID, how: str, call: TextClause, **values: Any) -> Any:
        try:
            return await self._called(call, id=id, **values)
        except DBAPIError as error:
            if isinstance(error.orig, psycopg_errors.ObjectNotInPrerequisiteState):
                raise await self._why_not(id, how) from error
            raise

    async def _one(self, wanted: ColumnElement[bool]) -> Draft | None:
        async with self._work() as db:
            found = (await db.scalars(select(BenefitPlanDraft).where(wanted))).one_or_none()
            return None if found is None else Draft.model_validate(found)

    async def _why_not(self, id: UUID, how: str) -> DraftMissing | WrongStatus:
        draft = await self.get_draft(id)
        if draft is None:
            return DraftMissing(f"No draft has the id {id}")
        return WrongStatus(
            f"Draft {id} can't be {how}: it is {draft.status}", remedy="read it again to see who was first"
        )


def _passes(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # nothing was said, so that nobody was there
        return isinstance(error, OperationalError | InterfaceError)
    return error.connection_invalidated or str(state).startswith(PASSING)


def _away(error: DBAPIError) -> Unavailable:
    said = str(error.orig).splitlines()[0] if str(error.orig) else type(error.orig).__name__
    return Unavailable(f"The drafts' database does not answer: {said}", remedy="try again")
