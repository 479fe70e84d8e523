"""The orchestrator's path, cut off at every place there is, and what the old application does beside it."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest

from crossfade.casebook.benefit_drafts.faults import (
    DecisionTaken,
    DraftMissing,
    PlanInvalid,
    Unavailable,
    WrongStatus,
)
from crossfade.casebook.benefit_drafts.orchestrator.conduct import Conduct, Stores
from crossfade.casebook.benefit_drafts.orchestrator.publication import Publication
from crossfade.casebook.benefit_drafts.orchestrator.reconciliation import reconcile
from crossfade.casebook.benefit_drafts.orchestrator.serving import Places
from crossfade.casebook.benefit_drafts.orchestrator.stores import Decision, Stage
from tests.casebook.benefit_drafts.cuts import Cut, Knife
from tests.casebook.benefit_drafts.stage import drafted, opened, read

pytestmark = pytest.mark.one_server

YES, NO = Decision(approved=True, reviewer="eve"), Decision(approved=False, reviewer="eve", reason="dear")
LOCK = 0.05  # seconds


async def path(stores: Stores, draft_id: UUID, decision: Decision) -> None:
    """From a draft to its end, as one orchestrator does it."""
    conduct = Conduct(stores)
    await conduct.submit(draft_id, "ann")
    await conduct.decide(draft_id, decision)
    await Publication(stores, conduct, lock=LOCK).publish_due()


async def is_at_its_end(stores: Stores, draft_id: UUID, decision: Decision) -> None:
    draft, process = await read(stores, draft_id), (await stores.engine.find([str(draft_id)]))[str(draft_id)]
    assert process.decision == decision
    assert process.id == draft.camunda_process_id
    assert draft.is_settled
    (summary,) = await stores.drafts.list_drafts()
    plan = await stores.plans.get(draft_id)
    if decision.approved:
        assert (draft.status, process.stage, summary.workflow_status) == (
            "approved", Stage.PUBLISHED, "published",
        )  # fmt: skip
        assert plan is not None
    else:
        assert (draft.status, process.stage, summary.workflow_status) == (
            "rejected", Stage.REJECTED, "rejected",
        )  # fmt: skip
        assert plan is None


@pytest.mark.parametrize("decision", [YES, NO], ids=["approved", "rejected"])
def test_cut_off_anywhere_it_goes_on_where_it_was(places: Places, decision: Decision) -> None:
    async def work() -> None:
        async with opened(places) as stores:
            (whole,) = await drafted(stores)
            counting = Knife()
            await path(counting.over(stores), whole, decision)
            assert counting.writes == (9 if decision.approved else 7)
            await _forget(stores)
            for at in range(counting.writes):
                for after in (False, True):
                    (draft_id,) = await drafted(stores)
                    with pytest.raises(Cut):
                        await path(Knife(at, after).over(stores), draft_id, decision)
                    await _go_on(stores, draft_id, decision)
                    await is_at_its_end(stores, draft_id, decision)
                    await _forget(stores)

    asyncio.run(work())


async def _go_on(stores: Stores, draft_id: UUID, decision: Decision) -> None:
    """Another orchestrator: it reconciles, its users ask again for what was not answered, it publishes."""
    conduct = Conduct(stores)
    assert (await reconcile(stores, conduct)).conflicts == []
    await conduct.submit(draft_id, "ann")
    await conduct.decide(draft_id, decision)
    publication = Publication(stores, conduct, lock=LOCK)
    await asyncio.sleep(2 * LOCK)  # what the other one had locked
    await publication.publish_due()
    told = await reconcile(stores, conduct)
    assert (told.conflicts, told.examined) == ([], 0)


async def _forget(stores: Stores) -> None:
    from sqlalchemy import text  # noqa: PLC0415 - the one statement here that no store has

    async with stores.drafts._engine.begin() as connection:  # type: ignore[attr-defined]
        await connection.execute(text("TRUNCATE benefit_plan_drafts"))


@pytest.mark.parametrize("ending", ["submitted", "decided"])
def test_recovery_alone_finishes_what_was_answered(places: Places, ending: str) -> None:
    """What a user was told is not asked again: reconciling and publishing must do."""

    async def work() -> None:
        async with opened(places) as stores:
            (draft_id,) = await drafted(stores)
            conduct = Conduct(stores)
            if ending == "submitted":
                await stores.drafts.mark_draft_as_submitted(draft_id, "ann")
                told = await reconcile(stores, conduct)
                assert (told.started, told.conflicts) == (1, [])
                assert (await read(stores, draft_id)).camunda_process_id is not None
            else:
                await conduct.submit(draft_id, "ann")
                await stores.engine.decide(str(draft_id), NO)
                assert (await reconcile(stores, conduct)).followed == 1
                await is_at_its_end(stores, draft_id, NO)

    asyncio.run(work())


def test_many_submits_of_one_draft_are_one(places: Places) -> None:
    async def work() -> None:
        async with opened(places) as stores, opened(places) as others:
            (draft_id,) = await drafted(stores)
            both = [Conduct(stores), Conduct(others)] * 5
            submitted = await asyncio.gather(*(each.submit(draft_id, f"u{n}") for n, each in enumerate(both)))
            assert len({draft.submission_id for draft in submitted}) == 1
            assert len({draft.camunda_process_id for draft in submitted} - {None}) == 1
            decided = await asyncio.gather(
                *(each.decide(draft_id, (YES, NO)[n % 2]) for n, each in enumerate(both)),
                return_exceptions=True,
            )
            stands = (await read(stores, draft_id)).status
            for number, each in enumerate(decided):
                if ("approved", "rejected")[number % 2] == stands:
                    assert not isinstance(each, BaseException), each
                else:
                    assert isinstance(each, DecisionTaken | WrongStatus), each

    asyncio.run(work())


def test_what_the_old_application_submits_and_decides_is_followed(places: Places) -> None:
    async def work() -> None:
        async with opened(places) as stores:
            by_both, by_old, before = await drafted(stores, 3)
            conduct = Conduct(stores)
            await stores.drafts.mark_draft_as_submitted(before, "old")
            await stores.drafts.approve_draft(before, "old")  # approved when nobody tracked anything
            await stores.drafts.mark_draft_as_submitted(by_both, "old")
            await stores.drafts.mark_draft_as_submitted(by_old, "old")
            told = await reconcile(stores, conduct)
            assert (told.started, told.examined) == (2, 2)
            await conduct.decide(by_both, YES)
            await stores.drafts.approve_draft(by_old, "old")
            told = await reconcile(stores, conduct)
            assert (told.carried, told.conflicts) == (1, [])
            assert await Publication(stores, conduct).publish_due() == 2
            seen = {each.id: each.workflow_status for each in await stores.drafts.list_drafts()}
            assert seen == {by_both: "published", by_old: "published", before: "untracked"}
            assert (await conduct.decide(before, YES)).camunda_process_id is None

    asyncio.run(work())


def test_two_decisions_past_each_other_are_told_and_nothing_is_published(places: Places) -> None:
    async def work() -> None:
        async with opened(places) as stores:
            (draft_id,) = await drafted(stores)
            conduct = Conduct(stores)
            await conduct.submit(draft_id, "ann")
            await stores.engine.decide(str(draft_id), YES)
            await stores.drafts.reject_draft(draft_id, "old")
            (conflict,) = (await reconcile(stores, conduct)).conflicts
            assert "is rejected, its process" in conflict
            await Publication(stores, conduct).publish_due()
            assert await stores.plans.get(draft_id) is None
            assert (await read(stores, draft_id)).status == "rejected"

    asyncio.run(work())


def test_refusals_change_nothing(places: Places) -> None:
    async def work() -> None:
        async with opened(places) as stores:
            drafts, conduct = stores.drafts, Conduct(stores)
            bad = await drafts.create_draft({"resourceType": "InsurancePlan"}, "ann")  # type: ignore[attr-defined]
            with pytest.raises(PlanInvalid, match="ipn-1"):
                await conduct.submit(bad, "ann")
            with pytest.raises(WrongStatus, match="is not submitted"):
                await conduct.decide(bad, YES)
            for call in (conduct.submit(uuid4(), "ann"), conduct.decide(uuid4(), YES)):
                with pytest.raises(DraftMissing):
                    await call
            assert (await read(stores, bad)).status == "draft"
            assert await stores.engine.find([str(bad)]) == {}

    asyncio.run(work())


def test_a_plan_store_that_is_away_is_asked_again(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        async with opened(places) as stores:
            (draft_id,) = await drafted(stores)
            conduct = Conduct(stores)
            await conduct.submit(draft_id, "ann")
            await conduct.decide(draft_id, YES)
            with monkeypatch.context() as patched:
                patched.setattr(stores.plans, "publish", _away)
                await Publication(stores, conduct, soon=0).publish_due()
            assert [each.workflow_status for each in await stores.drafts.list_drafts()] == ["publishing"]
            trouble = (await read(stores, draft_id)).submission_metadata or {}
            assert trouble["trouble"] == "away"
            await Publication(stores, conduct).publish_due()
            await is_at_its_end(stores, draft_id, YES)
            assert ((await read(stores, draft_id)).submission_metadata or {})["trouble"] is None

    asyncio.run(work())


def test_a_process_that_is_no_draft_s_keeps_nobody_up(places: Places) -> None:
    async def work() -> None:
        async with opened(places) as stores:
            for key in ("by hand", str(uuid4())):
                await stores.engine.start(key, {})
                await stores.engine.decide(key, YES)
            (draft_id,) = await drafted(stores)
            conduct = Conduct(stores)
            await conduct.submit(draft_id, "ann")
            await conduct.decide(draft_id, YES)
            publication = Publication(stores, conduct)
            assert await publication.publish_due() == 3
            assert await publication.publish_due() == 0
            await is_at_its_end(stores, draft_id, YES)

    asyncio.run(work())


async def _away(*_: object) -> None:
    raise Unavailable("away")
