"""Any number of changes on one table: one backfill, one trigger function, one comparison."""

import pytest

from crossfade import commands, names
from tests.changes.database import execute
from tests.conformance.entries.six import SIX
from tests.conformance.entry import EVOLUTION


@pytest.mark.one_server
def test_six_changes_take_one_pass(database: str) -> None:
    (entry,) = SIX
    execute(database, entry.legacy)
    preview = commands.preview(entry.evolution("public"), database)
    titles = [step.title for step in preview.start]
    assert len(entry.changes("orders")) == 6
    assert [each for each in titles if each.startswith("backfill")] == ["backfill public.orders"]
    assert [each for each in titles if each.startswith("compare")] == ["compare both sides of public.orders"]
    statements = [each.sql for step in preview.start for each in step.statements]
    assert len([each for each in statements if each.startswith("CREATE FUNCTION crossfade.sync")]) == 1
    (update,) = [each for each in statements if each.startswith("UPDATE public.orders")]
    written = ("gross", *(names.successor(each, EVOLUTION) for each in ("status", "channel")))
    assert [each for each in written if f"{each} = CASE" not in update] == []
