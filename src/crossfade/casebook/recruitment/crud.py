"""The new application's CRUD, asynchronous: reads leave the deleted out, and children are read all at once.

Every function works in the session that it is given; whoever opened that commits. What a session has loaded
before stays as it was then: children are deleted, restored and let go by the database.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from sqlalchemy import CursorResult, delete, insert, select, update
from sqlalchemy.orm import selectinload, with_loader_criteria

from crossfade.casebook.recruitment.models import (
    Child,
    Deletable,
    Entry,
    Interview,
    RecruitmentProcess,
    Todo,
    WorkflowNode,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Delete, Update
    from sqlalchemy.ext.asyncio import AsyncSession

__all__ = ["interviews", "processes", "todos"]

E = TypeVar("E", bound=Entry)
C = TypeVar("C", bound=Child)

NOT_DELETED = with_loader_criteria(Deletable, lambda cls: cls.is_deleted.is_(False), include_aliases=True)
"""For every table of a statement, and for what is loaded after it."""


class Crud(Generic[E]):
    """Rows of one table. Whoever names a row that is not there gets a ``LookupError``."""

    def __init__(self, model: type[E]) -> None:
        self.model = model

    async def get(self, db: AsyncSession, id: int) -> E | None:
        """The row, or None where there is none, or it is deleted."""
        found = await db.scalars(select(self.model).where(self.model.id == id).options(NOT_DELETED))
        return found.one_or_none()

    async def listed(self, db: AsyncSession, *, user_id: int, limit: int = 20) -> Sequence[E]:
        """This user's newest rows, newest first."""
        newest = select(self.model).where(self.model.user_id == user_id).order_by(self.model.id.desc())
        return (await db.scalars(newest.limit(limit).options(NOT_DELETED))).all()

    async def create(self, db: AsyncSession, **values: Any) -> E:
        """Insert one row."""
        made = self.model(**values)
        db.add(made)
        await db.flush()
        return made

    async def create_many(self, db: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Insert rows with one statement, and return their ids in order."""
        inserted = insert(self.model).returning(self.model.id, sort_by_parameter_order=True)
        return list(await db.scalars(inserted, [dict(row) for row in rows]))

    async def update(self, db: AsyncSession, *, id: int, **values: Any) -> None:
        """Change these columns of a row that is not deleted."""
        there = update(self.model).where(self.model.id == id, self.model.is_deleted.is_(False))
        await _written(db, there.values(**values), self.model, 1)

    async def soft_delete(self, db: AsyncSession, *, id: int) -> datetime:
        """Delete a row, which stays; a workflow's interviews and todos are deleted with it. Returns when."""
        return await self.soft_delete_many(db, ids=[id])

    async def soft_delete_many(self, db: AsyncSession, *, ids: Sequence[int]) -> datetime:
        """The same for rows, all with one statement."""
        now = datetime.now(UTC)
        there = update(self.model).where(self.model.id.in_(ids), self.model.is_deleted.is_(False))
        await _written(db, there.values(is_deleted=True, deleted_at=now), self.model, len(ids))
        return now

    async def restore(self, db: AsyncSession, *, id: int) -> None:
        """Take a deletion back; what a workflow took with it comes back with it."""
        there = update(self.model).where(self.model.id == id, self.model.is_deleted.is_(True))
        await _written(db, there.values(is_deleted=False, deleted_at=None), self.model, 1)

    async def remove(self, db: AsyncSession, *, id: int) -> None:
        """Remove a row for good, deleted or not; what belonged to a workflow stays, and belongs to none."""
        await _written(db, delete(self.model).where(self.model.id == id), self.model, 1)


class ProcessCrud(Crud[RecruitmentProcess]):
    """Workflows."""

    async def get_with_nodes(self, db: AsyncSession, id: int) -> RecruitmentProcess | None:
        """The workflow with its nodes, interviews and todos, as far as they are not deleted: four statements,
        however many there are.
        """
        children = (RecruitmentProcess.nodes, RecruitmentProcess.interviews, RecruitmentProcess.todos)
        whole = select(RecruitmentProcess).where(RecruitmentProcess.id == id)
        found = await db.scalars(whole.options(NOT_DELETED, *map(selectinload, children)))
        return found.one_or_none()

    async def add_node(self, db: AsyncSession, *, id: int, **values: Any) -> WorkflowNode:
        """Add a station to the workflow."""
        made = WorkflowNode(process_id=id, **values)
        db.add(made)
        await db.flush()
        return made


class ChildCrud(Crud[C]):
    """Rows that may belong to a workflow."""

    async def link(self, db: AsyncSession, *, id: int, workflow_id: int) -> None:
        """Put the row under a workflow, which nobody deletes before this is committed."""
        there = select(RecruitmentProcess.id).where(RecruitmentProcess.id == workflow_id)
        held = await db.scalars(there.options(NOT_DELETED).with_for_update(read=True))
        if held.one_or_none() is None:
            message = f"no workflow has the id {workflow_id}"
            raise LookupError(message)
        await self.update(db, id=id, workflow_id=workflow_id)

    async def unlink(self, db: AsyncSession, *, id: int) -> None:
        """Take the row away from its workflow."""
        await self.update(db, id=id, workflow_id=None)


processes = ProcessCrud(RecruitmentProcess)
interviews = ChildCrud(Interview)
todos = ChildCrud(Todo)


async def _written(db: AsyncSession, statement: Update | Delete, model: type[Entry], rows: int) -> None:
    options = {"synchronize_session": False}
    result = cast("CursorResult[Any]", await db.execute(statement, execution_options=options))
    if result.rowcount != rows:
        message = f"{result.rowcount} of {rows} {model.__tablename__} are there to be written"
        raise LookupError(message)
