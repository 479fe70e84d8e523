"""DraftService on a real PostgreSQL: the new functions and view, and callers of the old signature."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from crossfade.casebook.benefit_drafts.faults import DraftMissing, Unavailable, WrongStatus
from crossfade.casebook.benefit_drafts.orchestrator.samples import plan
from crossfade.casebook.benefit_drafts.service import DraftService


def run(benefits: str, work: Any) -> None:
    async def within() -> None:
        engine = create_async_engine(benefits)
        try:
            await work(DraftService(engine), engine)
        finally:
            await engine.dispose()

    asyncio.run(within())


def test_a_draft_from_first_to_last(benefits: str) -> None:
    async def work(drafts: DraftService, _: Any) -> None:
        draft_id = await drafts.create_draft(plan("Gold"), "ann")
        await drafts.update_draft(draft_id, plan("Gold 2026"), "bob")
        assert [(each.plan_name, each.workflow_status) for each in await drafts.list_drafts()] == [
            ("Gold 2026", "not_started")
        ]
        submission = await drafts.mark_draft_as_submitted(draft_id, "bob", "process-1", {"channel": "web"})
        draft = await drafts.get_draft_by_submission_id(submission)
        assert draft is not None
        assert (draft.id, draft.status, draft.submitted_by, draft.updated_by) == (
            draft_id,
            "submitted",
            "bob",
            "bob",
        )
        assert (draft.camunda_process_id, draft.submission_metadata) == ("process-1", {"channel": "web"})
        await drafts.update_camunda_process_info(draft_id, "process-2", {"plan": "x"})
        found = await drafts.get_draft_by_camunda_process_id("process-2")
        assert found is not None
        assert found.submission_metadata == {"channel": "web", "plan": "x"}
        assert await drafts.get_draft_by_camunda_process_id("process-1") is None
        assert [each.id for each in await drafts.unsettled()] == [draft_id]
        await drafts.approve_draft(draft_id, "eve")
        assert [each.workflow_status for each in await drafts.list_drafts(status="approved")] == [
            "publishing"
        ]
        await drafts.update_camunda_process_info(draft_id, "process-2", {"published": True, "settled": True})
        assert [each.workflow_status for each in await drafts.list_drafts(created_by="ann")] == ["published"]
        assert await drafts.unsettled() == []
        assert await drafts.list_drafts(created_by="bob") == []

    run(benefits, work)


def test_what_does_not_fit_the_status_is_refused_and_says_why(benefits: str) -> None:
    async def work(drafts: DraftService, _: Any) -> None:
        draft_id, nobody = await drafts.create_draft(plan("Gold"), "ann"), uuid4()
        with pytest.raises(WrongStatus, match="can't be approved: it is draft"):
            await drafts.approve_draft(draft_id, "eve")
        with pytest.raises(WrongStatus, match="can't be tracked"):
            await drafts.update_camunda_process_info(draft_id, "process")
        await drafts.mark_draft_as_submitted(draft_id, "ann")
        with pytest.raises(WrongStatus, match="it is submitted"):
            await drafts.mark_draft_as_submitted(draft_id, "ann")
        with pytest.raises(WrongStatus, match="can't be edited"):
            await drafts.update_draft(draft_id, plan("Silver"), "ann")
        await drafts.reject_draft(draft_id, "eve", "too dear")
        draft = await drafts.get_draft(draft_id)
        assert draft is not None
        assert (draft.status, draft.reviewed_by, draft.rejection_reason) == ("rejected", "eve", "too dear")
        for refused in (
            drafts.approve_draft(nobody, "eve"),
            drafts.mark_draft_as_submitted(nobody, "ann"),
            drafts.update_draft(nobody, plan("x"), "ann"),
            drafts.update_camunda_process_info(nobody, "process"),
        ):
            with pytest.raises(DraftMissing):
                await refused
        assert await drafts.get_draft(nobody) is None

    run(benefits, work)


@pytest.mark.parametrize(
    "call",
    [
        "submit_draft_for_approval(:id, 'ann')",
        "submit_draft_for_approval(draft_id => :id, submitted_by => 'ann')",
        "submit_draft_for_approval(:id, 'ann', NULL, NULL)",
        "submit_draft_for_approval(:id, 'ann', submission_metadata => '{}')",
    ],
)
def test_the_old_signature_goes_on_working(benefits: str, call: str) -> None:
    async def work(drafts: DraftService, engine: Any) -> None:
        draft_id = await drafts.create_draft(plan("Gold"), "ann")
        async with engine.begin() as connection:
            submission = (await connection.execute(text(f"SELECT {call}"), {"id": draft_id})).scalar_one()
        draft = await drafts.get_draft(draft_id)
        assert draft is not None
        assert (draft.status, draft.submission_id, draft.camunda_process_id) == (
            "submitted",
            submission,
            None,
        )
        assert [each.workflow_status for each in await drafts.list_drafts()] == ["awaiting_process"]

    run(benefits, work)


@pytest.mark.one_server
def test_pages_of_unsettled_drafts_leave_nobody_out(benefits: str) -> None:
    async def work(drafts: DraftService, _: Any) -> None:
        made = {await drafts.create_draft(plan(f"{number}"), "ann") for number in range(7)}
        for each in made:
            await drafts.mark_draft_as_submitted(each, "ann")
        seen, after = [], None
        while page := await drafts.unsettled(after=after, limit=3):
            seen += [each.id for each in page]
            after = page[-1].id
        assert set(seen) == made
        assert len(seen) == len(made)

    run(benefits, work)


@pytest.mark.one_server
def test_one_at_a_time_for_a_draft_and_any_number_for_others(benefits: str) -> None:
    async def work(drafts: DraftService, _: Any) -> None:
        one, other = uuid4(), uuid4()
        inside = 0

        async def enter() -> None:
            nonlocal inside
            async with drafts.exclusively(one):
                inside += 1
                assert inside == 1
                async with drafts.exclusively(other):
                    await asyncio.sleep(0.01)
                inside -= 1

        await asyncio.gather(*(enter() for _ in range(4)))

    run(benefits, work)


def test_a_database_that_is_away_is_unavailable() -> None:
    async def work(drafts: DraftService, _: Any) -> None:
        with pytest.raises(Unavailable, match="does not answer"):
            await drafts.ping()

    run("postgresql+psycopg://nobody@127.0.0.1:1/nothing", work)
