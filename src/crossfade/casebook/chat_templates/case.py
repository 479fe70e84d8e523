"""The case ``chat_templates`` as the harness takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossfade.casebook.case import Case, Extent, Seeds
from crossfade.casebook.chat_templates import loading
from crossfade.casebook.chat_templates.bookkeeper import audit
from crossfade.casebook.chat_templates.evolution import BUILTIN_TEMPLATES, evolution
from crossfade.casebook.chat_templates.models import WorkflowTemplate
from crossfade.casebook.chat_templates.old_app import EXECUTIONS, TEMPLATES
from crossfade.casebook.chat_templates.oracle import TYPES
from crossfade.casebook.chat_templates.traffic import TemplateWorker
from crossfade.casebook.words import Side

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = ["CASE"]

NEW_COLUMNS = tuple(WorkflowTemplate.metadata.tables[TEMPLATES.name].columns.keys())


def build(engine: Engine, rows: int, seed: int) -> dict[str, int]:
    """Make the legacy tables, fill them, and return the rows of each."""
    with engine.begin() as connection:
        return loading.build(connection, rows, seed)


def templates(columns: tuple[str, ...], *shown: str) -> Extent:
    """The templates as one side shows them."""
    return Extent(TEMPLATES.name, ("id",), columns, owner="id", clock=("updated_at",), shown=shown)


executions = Extent(EXECUTIONS.name, ("id",), tuple(EXECUTIONS.c.keys()), owner="template_id")

CASE = Case(
    name="chat_templates",
    title="A closed enum becomes an open string",
    story="A chat platform stores {rows} workflow templates. Their type is an enum with four values, "
    "and the next version of the application wants any string.",
    evolution=evolution,
    build=build,
    tables=(EXECUTIONS.name, TEMPLATES.name),
    functions=("workflow_templates_touch()",),
    types=("workflowtype",),
    worker=TemplateWorker,
    audit=audit,
    extents={
        Side.OLD: (templates(tuple(TEMPLATES.c.keys()), "workflow_type", "updated_at"), executions),
        Side.NEW: (
            templates(NEW_COLUMNS, "workflow_type", "is_dynamic", "execution_pattern", "updated_at"),
            executions,
        ),
    },
    beyond={
        f"{TEMPLATES.name}.workflow_type": f"SELECT count(*) FROM {TEMPLATES.name} "
        f"WHERE workflow_type IS NULL OR workflow_type NOT IN ({', '.join(map(repr, TYPES.values()))})"
    },
    seeds=(
        Seeds(TEMPLATES.name, ("name",), tuple((str(row["name"]),) for row in BUILTIN_TEMPLATES), owner="id"),
    ),
    databases=("postgresql", "mariadb"),
)
