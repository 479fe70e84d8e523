import io
import json
from typing import Any

from rich.console import Console

from crossfade.casebook.desk import Notes
from crossfade.casebook.dump import Comparison, Difference
from crossfade.casebook.foretold import Foretold
from crossfade.casebook.journey import Journey, Passed
from crossfade.casebook.latency import Sample
from crossfade.casebook.page import print_page
from crossfade.casebook.stages import WALK
from crossfade.casebook.summary import promises, summarize
from crossfade.casebook.words import Fault, Finding, Side
from crossfade.reports import Backfill, Mismatch, Outcome, Verification


def outcome(command: str, **figures: Any) -> Outcome:
    return Outcome(evolution="e", command=command, state=command, seconds=0.5, **figures)


def journey() -> Journey:
    """A journey on which all went well."""
    made = Journey("chat_templates", "postgresql 18.4", {"workflow_templates": 10})
    samples = [Sample("before", Side.OLD, "get", 1.0), Sample("start", Side.OLD, "get", 2.0)]
    samples += [Sample("both", Side.NEW, "get", 7.0), Sample("complete", Side.NEW, "get", 4.0)]
    samples += [Sample("rollback (dumps)", Side.OLD, "get", 90.0), Sample("end", Side.NEW, "get", 80.0)]
    made.take(Notes(samples=samples, statements=6, checks=5, crossed=2))
    made.passed = [Passed(stage.name, stage.title, 1.0, 0.5) for stage in made.stages]
    backfill = Backfill(rows=10, seconds=0.25, rows_per_second=40)
    made.outcomes["start"] = outcome("start", backfill=backfill, verification=Verification(rows=10), seeded=4)
    made.outcomes["rollback"] = outcome("rollback", complement_rows=3, removed_seeds=({"name": "x"},))
    made.outcomes["complete"] = outcome("complete", verification=Verification(rows=12))
    made.verifications["verify"] = Verification(rows=11, seconds=0.1)
    made.verifications["verify again"] = Verification(rows=12, seconds=0.2)
    for name in ("start", "rollback", "restart", "complete", "revert", "purge"):
        made.comparisons[name] = Comparison(10, 2, 0, ())
    made.foretold = (Foretold("workflow_templates.workflow_type", 3, 3),)
    return made


def page(of: Journey) -> str:
    text = io.StringIO()
    print_page(Console(file=text, width=120), of, summarize(of))
    return text.getvalue()


def test_the_json_is_as_the_casebook_says() -> None:
    assert json.loads(summarize(journey()).as_json()) == {
        "case": "chat_templates",
        "database": "postgresql 18.4",
        "rows": {"workflow_templates": 10},
        "traffic": {
            "statements": 6,
            "failed": 0,
            "lost": 0,
            "stale": 0,
            "p50_ms": {"before": 1.0, "during": 2.0},
            "p99_ms": {"before": 1.0, "during": 2.0},
            "longest_stall_ms": 7.0,
        },
        "backfill": {"rows": 10, "seconds": 0.25, "rows_per_second": 40.0},
        "verify": {"rows": 12, "seconds": 0.2, "mismatches": 0},
        "rollback": {"differences": 0, "complement_rows": 3},
        "restart": {"differences": 0},
        "complete": {"stall_ms": 4.0, "mismatches": 0},
        "revert": {"differences": 0},
        "purge": {"differences": 0, "told": 3, "counted": 3},
        "ok": True,
    }


def test_all_promises_are_ticked_when_all_were_held() -> None:
    assert all(promise.held for promise in promises(journey()))
    assert "Every promise was held." in page(journey())


def test_whatever_goes_wrong_is_not_ok_and_told_by_key_with_both_values() -> None:
    mismatch = Mismatch(table="t", key={"id": "7"}, old={"a": "plain"}, new={"a": "rag_chat"})
    wrong = {fault: journey() for fault in Fault}
    for fault, made in wrong.items():
        made.find([Finding(fault, "both", Side.NEW, "check", "7", "plain", "rag_chat")])
    others = [journey() for _ in range(4)]
    others[0].verifications["verify"] = Verification(rows=1, mismatches=1, examples=(mismatch,))
    others[1].outcomes["complete"] = outcome(
        "complete", verification=Verification(rows=1, mismatches=1, examples=(mismatch,))
    )
    difference = Difference("t", "7", "plain", "rag_chat")
    others[2].comparisons["restart"] = Comparison(9, 0, 1, (difference,))
    others[3].comparisons["start"] = Comparison(9, 0, 1, (difference,))
    for made in (*wrong.values(), *others):
        summary = summarize(made)
        assert not summary.ok
        assert summary.failures is not None
        told = "\n".join(summary.failures)
        assert "7" in told
        assert "plain" in told
        assert "rag_chat" in told
        assert "Not every promise was held." in page(made)


def test_a_walk_that_ended_early_says_why_and_leaves_out_what_it_did_not_reach() -> None:
    made = Journey("chat_templates", "postgresql 18.4", {}, failure="in stage 'start': refused")
    made.passed = [Passed(stage.name, stage.title, 1.0, 0.0) for stage in WALK[:3]]
    summary = summarize(made)
    assert not summary.ok
    assert summary.failures is not None
    assert summary.failures[0] == "in stage 'start': refused"
    assert not json.loads(summary.as_json()).keys() & {
        "backfill",
        "verify",
        "rollback",
        "restart",
        "complete",
    }
    assert "not reached" in page(made)


def test_a_preview_that_did_not_tell_is_not_ok() -> None:
    for told in (None, 2):
        made = journey()
        made.foretold = (Foretold("batch_job.task_type_id", told, 3),)
        summary = summarize(made)
        assert not summary.ok
        assert summary.failures is not None
        assert "of 3 rows told: batch_job.task_type_id" in summary.failures[0]


def test_where_the_old_side_holds_everything_nothing_is_to_be_told() -> None:
    made = journey()
    made.foretold = ()
    summary = summarize(made)
    assert summary.ok
    assert summary.purge is not None
    assert (summary.purge.told, summary.purge.counted) == (0, 0)
    made.foretold = (Foretold("todos.workflow_id", 2, 0),)
    assert not summarize(made).ok
    made.foretold = None
    assert not promises(made)[-2].held


def test_a_start_that_has_no_rows_to_write_has_figures_too() -> None:
    made = journey()
    made.outcomes["start"] = outcome("start")
    assert json.loads(summarize(made).as_json())["backfill"] == {
        "rows": 0,
        "seconds": 0.0,
        "rows_per_second": 0.0,
    }


def test_mismatches_of_every_verification_count() -> None:
    made = journey()
    made.outcomes["start"] = outcome("start", verification=Verification(rows=9, mismatches=2))
    made.verifications["verify"] = Verification(rows=9, mismatches=1)
    summary = summarize(made)
    assert summary.verify is not None
    assert (summary.verify.rows, summary.verify.mismatches) == (12, 3)
