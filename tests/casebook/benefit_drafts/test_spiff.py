"""SpiffWorkflow inside: the contract, the file that Camunda runs too, and what outlives the process."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from crossfade.casebook.benefit_drafts.faults import Unavailable
from crossfade.casebook.benefit_drafts.installation import BPMN
from crossfade.casebook.benefit_drafts.orchestrator.approval import PUBLISH, REVIEW, Approval, Variables
from crossfade.casebook.benefit_drafts.orchestrator.spiff import SpiffEngine
from tests.casebook.benefit_drafts.engine_contract import BEGINNING, CONTRACT, YES


@pytest.mark.parametrize("clause", CONTRACT, ids=lambda clause: clause.__name__)
def test_contract(clause: Any, tmp_path: Path) -> None:
    async def work() -> None:
        engine = SpiffEngine(tmp_path / "processes.db")
        try:
            await clause(engine)
        finally:
            await engine.close()

    asyncio.run(work())


def test_twenty_orchestrators_start_one_process(tmp_path: Path) -> None:
    async def work() -> None:
        engines = [SpiffEngine(tmp_path / "processes.db") for _ in range(20)]
        started = await asyncio.gather(*(each.start("key", BEGINNING) for each in engines))
        assert len({process.id for process in started}) == 1
        await engines[0].decide("key", YES)
        fetched = await asyncio.gather(*(each.fetch("w", limit=1, seconds=9) for each in engines))
        assert sum(map(len, fetched)) == 1
        for each in engines:
            await each.close()

    asyncio.run(work())


def test_a_folder_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="can't be used"):
        asyncio.run(SpiffEngine(tmp_path / "no" / "processes.db").ping())


@pytest.mark.parametrize("approved", [True, False])
def test_the_file_is_walked_with_its_state_written_between_all_steps(approved: bool) -> None:
    approval = Approval.read(Approval.begun({"draft_id": "1"}).written())
    assert approval.waits_for == REVIEW
    with pytest.raises(LookupError, match="does not wait"):
        approval.do(PUBLISH, {})
    approval.do(REVIEW, {"approved": approved})
    approval = Approval.read(approval.written())
    if approved:
        assert (approval.waits_for, approval.ended_at) == (PUBLISH, None)
        approval.do(PUBLISH, {})
    assert (approval.waits_for, approval.ended_at) == (None, "published" if approved else "rejected")


def test_what_a_process_asks_is_looked_up_and_never_run() -> None:
    for hostile in ("__import__('os').abort()", "${__import__('os')}", "approved", "${a} or ${b}"):
        with pytest.raises(ValueError, match="is no variable"):
            Variables().evaluate(None, hostile)
    with pytest.raises(ValueError, match="script"):
        Variables().execute(None, "1 / 0")


def test_the_file_says_what_camunda_needs() -> None:
    text = BPMN.read_text(encoding="utf-8")
    for needed in ('isExecutable="true"', "camunda:historyTimeToLive=", 'camunda:type="external"'):
        assert needed in text
    assert set(re.findall(r"\$\{(\w+)\}", text)) == {"approved"}
