"""The new application as its users call it: one transaction for each thing that they do.

It is asynchronous; the traffic's users are not, so that each call is run to its end here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.ext.asyncio import async_sessionmaker

from crossfade.casebook.recruitment import crud
from crossfade.casebook.recruitment.old_app import COLUMNS, INTERVIEWS, NODES, OWN, PROCESSES, TODOS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

    from crossfade.casebook.recruitment.models import Base

    Run = Callable[[Coroutine[Any, Any, Any]], Any]

T = TypeVar("T")

CHILDREN: Mapping[str, crud.ChildCrud[Any]] = {INTERVIEWS: crud.interviews, TODOS: crud.todos}
EVERY: Mapping[str, crud.Crud[Any]] = {PROCESSES: crud.processes, **CHILDREN}


class NewRecruiting:
    """The operations of ``OldRecruiting``, and what only this application can do."""

    def __init__(self, engine: AsyncEngine, run: Run) -> None:
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)
        self._run = run

    def create(self, table: str, **values: Any) -> int:
        """Insert one row and return its id."""

        async def made(db: AsyncSession) -> int:
            if table == NODES:
                given = {name: value for name, value in values.items() if name != "process_id"}
                return (await crud.processes.add_node(db, id=values["process_id"], **given)).id
            entry = await EVERY[table].create(db, **values)
            return int(entry.id)

        return self._do(made)

    def create_many(self, table: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Insert rows with one statement, and return their ids in order."""
        return self._do(lambda db: EVERY[table].create_many(db, rows))

    def get(self, table: str, id: int) -> dict[str, Any] | None:
        """The row; None where it is deleted, or there is none."""

        async def found(db: AsyncSession) -> dict[str, Any] | None:
            entry = await EVERY[table].get(db, id)
            return None if entry is None else _shown(table, entry)

        return self._do(found)

    def workflow(self, id: int) -> dict[str, Any] | None:
        """A workflow, its nodes, and the ids of its interviews and todos by table."""

        async def found(db: AsyncSession) -> dict[str, Any] | None:
            process = await crud.processes.get_with_nodes(db, id)
            if process is None:
                return None
            nodes = [_shown(NODES, node) for node in process.nodes]
            ids = {
                INTERVIEWS: [each.id for each in process.interviews],
                TODOS: [each.id for each in process.todos],
            }
            return {**_shown(PROCESSES, process), "nodes": nodes, **ids}

        return self._do(found)

    def listed(self, table: str, user_id: int, limit: int = 20) -> list[dict[str, Any]]:
        """This user's newest rows, newest first."""

        async def found(db: AsyncSession) -> list[dict[str, Any]]:
            entries: Sequence[Base] = await EVERY[table].listed(db, user_id=user_id, limit=limit)
            return [_shown(table, each) for each in entries]

        return self._do(found)

    def edit(self, table: str, id: int, **values: Any) -> None:
        """Change these columns of a row that is not deleted."""
        self._do(lambda db: EVERY[table].update(db, id=id, **values))

    def soft_delete(self, table: str, *ids: int) -> datetime:
        """Delete rows, all with one statement; returns when."""
        if len(ids) == 1:
            return self._do(lambda db: EVERY[table].soft_delete(db, id=ids[0]))
        return self._do(lambda db: EVERY[table].soft_delete_many(db, ids=ids))

    def restore(self, table: str, id: int) -> None:
        """Take a deletion back."""
        self._do(lambda db: EVERY[table].restore(db, id=id))

    def remove(self, table: str, id: int) -> None:
        """Remove a row for good."""
        self._do(lambda db: EVERY[table].remove(db, id=id))

    def link(self, table: str, id: int, workflow_id: int) -> None:
        """Put an interview or a todo under a workflow."""
        self._do(lambda db: CHILDREN[table].link(db, id=id, workflow_id=workflow_id))

    def unlink(self, table: str, id: int) -> None:
        """Take it away from there."""
        self._do(lambda db: CHILDREN[table].unlink(db, id=id))

    def _do(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        async def done() -> T:
            async with self._sessions.begin() as db:
                return await work(db)

        result: T = self._run(done())
        return result


def _shown(table: str, entry: Base) -> dict[str, Any]:
    names = (*OWN, *COLUMNS[table], *(("workflow_id",) if table in CHILDREN else ()))
    return {name: getattr(entry, name) for name in names}
