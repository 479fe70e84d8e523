"""The case ``recruitment`` as the harness takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossfade.casebook.case import Case, Extent
from crossfade.casebook.recruitment import data
from crossfade.casebook.recruitment.bookkeeper import audit, columns_of
from crossfade.casebook.recruitment.evolution import evolution
from crossfade.casebook.recruitment.old_app import INTERVIEWS, NODES, PROCESSES, TODOS
from crossfade.casebook.recruitment.traffic import RecruitingWorker
from crossfade.casebook.words import Side

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = ["CASE"]


def build(engine: Engine, rows: int, seed: int) -> dict[str, int]:
    """Make the legacy tables, fill them, and return the rows of each."""
    with engine.begin() as connection:
        return data.build(connection, rows, seed)


def extents(side: Side) -> tuple[Extent, ...]:
    """The tables as one side shows them; a row's owner is its oracle's key, a node's that of its workflow."""
    found = []
    for table, shown in (
        ("users", ("name",)),
        (PROCESSES, ("is_deleted", "deleted_at", "updated_at")),
        (NODES, ("process_id", "name")),
        (INTERVIEWS, ("is_deleted", "deleted_at", "updated_at", "workflow_id")),
        (TODOS, ("is_deleted", "deleted_at", "workflow_id")),
    ):
        columns = tuple(str(each.key) for each in columns_of(side, table))
        owner = f"concat('{PROCESSES} ', process_id)" if table == NODES else f"concat('{table} ', id)"
        clock = tuple(name for name in columns if name == "updated_at")
        there = tuple(name for name in shown if name in columns)
        found.append(Extent(table, ("id",), columns, owner=owner, clock=clock, shown=there))
    return tuple(found)


CASE = Case(
    name="recruitment",
    title="Relationships with cascading soft delete",
    story="A recruiting system has {rows} interviews, and todos beside them, that do not know to which "
    "workflow they belong. In the next version they do, and are deleted and restored with it.",
    evolution=evolution,
    build=build,
    tables=(NODES, INTERVIEWS, TODOS, PROCESSES, "users"),
    functions=("recruitment_touch()",),
    worker=RecruitingWorker,
    audit=audit,
    extents={side: extents(side) for side in Side},
    databases=("postgresql", "mariadb"),
)
