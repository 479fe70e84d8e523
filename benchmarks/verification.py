"""How fast `verify` compares both sides of every row, against one query that a person would write."""

from __future__ import annotations

import time

from benchmarks.comparison import Comparison, Figures
from benchmarks.stage import TABLE, Stage, connect, rounds
from crossfade import commands, names
from crossfade.casebook.chat_templates.case import CASE

COLUMN = names.successor("workflow_type", CASE.evolution.name)
BY_HAND = f"""
SELECT count(*), count(*) FILTER (WHERE workflow_type <> CASE {COLUMN}
    WHEN 'simple_chat' THEN 'plain'::workflowtype
    WHEN 'rag_chat' THEN 'rag'::workflowtype
    WHEN 'function_chat' THEN 'tools'::workflowtype
    WHEN 'advanced_chat' THEN 'full'::workflowtype
    ELSE 'plain'::workflowtype
END)
FROM {TABLE}
"""


class VerificationFigures(Figures):
    """Rows per second: `baseline` is one query over the whole table, in one snapshot."""

    rows: int
    rows_per_second: Comparison


def measure(stage: Stage, rows: int) -> VerificationFigures:
    """Compare `rows` rows by hand and by `verify`, in alternation, on one live database."""
    by_hand: list[float] = []
    by_verify: list[float] = []
    with stage.copy(stage.live(rows)) as url:
        _by_hand(url)  # whoever reads first brings the table into the server's memory
        for number in range(1, rounds(rows) + 1):
            stage.say(f"verify of {rows:,} rows, round {number} of {rounds(rows)}")
            by_hand.append(_by_hand(url))
            found = commands.verify(CASE.evolution, url)
            assert not found.mismatches
            by_verify.append(found.rows_per_second)
    return VerificationFigures(rows=rows, rows_per_second=Comparison.of(by_hand, by_verify))


def _by_hand(url: str) -> float:
    with connect(url) as connection:
        began = time.perf_counter()
        found = connection.execute(BY_HAND).fetchone()
        seconds = time.perf_counter() - began
    assert found is not None
    assert found[1] == 0
    return float(found[0] / seconds)
