"""The case ``benefit_drafts`` as the harness takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossfade.casebook.benefit_drafts import data
from crossfade.casebook.benefit_drafts.bookkeeper import PLACES, audit
from crossfade.casebook.benefit_drafts.evolution import evolution
from crossfade.casebook.benefit_drafts.oracle import SHAPES
from crossfade.casebook.benefit_drafts.traffic import DraftWorker
from crossfade.casebook.case import Case, Extent
from crossfade.casebook.words import Side

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = ["CASE"]

TABLE, VIEW = PLACES


def build(engine: Engine, rows: int, seed: int) -> dict[str, int]:
    """Make the legacy tables, fill them, and return the rows of each."""
    with engine.begin() as connection:
        return data.build(connection, rows, seed)


def extents(side: Side) -> tuple[Extent, ...]:
    """The table and the view as one side shows them."""
    told = ("camunda_process_id",) if side is Side.NEW else ()
    return tuple(
        Extent(
            place, ("id",), shape, owner="id", clock=("updated_at",), shown=("status", "updated_at", *told)
        )
        for place, shape in zip(PLACES, SHAPES[side], strict=True)
    )


CASE = Case(
    name="benefit_drafts",
    title="Functions and a view for a process engine",
    story="An insurer drafts {rows} benefit plans in a low-code tool, whose functions submit and approve "
    "them. In the next version a process engine does, and every draft knows its process.",
    evolution=evolution,
    build=build,
    tables=(TABLE,),
    views=(VIEW,),
    functions=(
        "create_draft(jsonb, varchar)",
        "submit_draft_for_approval(uuid, varchar)",
        "submit_draft_for_approval(uuid, varchar, varchar, jsonb)",
        "update_camunda_process_info(uuid, varchar, jsonb)",
        "get_draft_by_camunda_process(varchar)",
        "approve_draft(uuid, varchar)",
        "reject_draft(uuid, varchar, text)",
        "benefit_plan_drafts_touch()",
    ),
    worker=DraftWorker,
    audit=audit,
    extents={side: extents(side) for side in Side},
)
