"""What every process engine has to do, checked on each of them in the same words."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from crossfade.casebook.benefit_drafts.faults import DecisionTaken, LockLost, WrongStatus
from crossfade.casebook.benefit_drafts.orchestrator.stores import Decision, Process, ProcessEngine, Stage

YES, NO = Decision(approved=True, reviewer="eve"), Decision(approved=False, reviewer="eve", reason="dear")
BEGINNING = {"draft_id": "x", "submitted_by": "ann"}


async def begun(engine: ProcessEngine) -> Process:
    process = await engine.start(str(uuid4()), BEGINNING)
    assert (process.stage, process.decision) == (Stage.REVIEW, None)
    return process


async def found(engine: ProcessEngine, key: str) -> Process:
    return (await engine.find([key]))[key]


async def starts_once(engine: ProcessEngine) -> None:
    first = await begun(engine)
    assert await engine.start(first.key, BEGINNING) == first
    other = await begun(engine)
    nobody = str(uuid4())
    assert await engine.find([first.key, nobody, other.key]) == {first.key: first, other.key: other}
    assert await engine.find([]) == {}


async def decides_once(engine: ProcessEngine) -> None:
    process = await begun(engine)
    rejected = await engine.decide(process.key, NO)
    assert (rejected.stage, rejected.decision) == (Stage.REJECTED, NO)
    assert await engine.decide(process.key, Decision(approved=False, reviewer="bob")) == rejected
    with pytest.raises(DecisionTaken, match="rejected by eve"):
        await engine.decide(process.key, YES)
    assert await engine.start(process.key, BEGINNING) == rejected  # an ended one is found too
    with pytest.raises(WrongStatus, match="No process"):
        await engine.decide(str(uuid4()), YES)


async def agrees_under_contention(engine: ProcessEngine) -> None:
    process = await begun(engine)
    decided = await asyncio.gather(
        *(engine.decide(process.key, decision) for decision in (YES, NO, YES, NO)), return_exceptions=True
    )
    now = await found(engine, process.key)
    assert now.decision in {YES, NO}
    for each, asked in zip(decided, (YES, NO, YES, NO), strict=True):
        assert isinstance(each, DecisionTaken) == (asked != now.decision), decided


async def publishes_once(engine: ProcessEngine) -> None:
    process = await begun(engine)
    assert (await engine.decide(process.key, YES)).stage is Stage.PUBLISHING
    (task,) = await engine.fetch("one", limit=5, seconds=60)
    assert (task.key, task.process_id) == (process.key, process.id)
    assert await engine.fetch("other", limit=5, seconds=60) == []
    with pytest.raises(LockLost):
        await engine.finish(task, "other")
    await engine.give_back(task, "other", "not mine", seconds=0)
    assert await engine.fetch("other", limit=5, seconds=60) == []
    await engine.give_back(task, "one", "the plan store is away", seconds=0)
    (task,) = await engine.fetch("other", limit=5, seconds=60)
    await engine.finish(task, "other")
    now = await found(engine, process.key)
    assert (now.stage, now.decision) == (Stage.PUBLISHED, YES)
    with pytest.raises(LockLost):
        await engine.finish(task, "other")
    await engine.give_back(task, "other", "too late", seconds=0)
    assert await engine.fetch("one", limit=5, seconds=60) == []


async def frees_what_is_forgotten(engine: ProcessEngine) -> None:
    process = await begun(engine)
    await engine.decide(process.key, YES)
    (lost,) = await engine.fetch("killed", limit=5, seconds=0.2)
    await asyncio.sleep(0.3)
    (task,) = await engine.fetch("next", limit=5, seconds=60)
    assert task == lost
    with pytest.raises(LockLost):
        await engine.finish(lost, "killed")
    await engine.finish(task, "next")


CONTRACT = (starts_once, decides_once, agrees_under_contention, publishes_once, frees_what_is_forgotten)
