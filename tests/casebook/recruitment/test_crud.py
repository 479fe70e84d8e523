"""The new application in every state in which its side is there, and the promises that the database keeps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any, TypeVar

import pytest
from sqlalchemy import event, inspect
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from crossfade.casebook.engines import Engines
from crossfade.casebook.recruitment.crud import interviews, processes, todos
from crossfade.casebook.recruitment.models import Base
from crossfade.casebook.recruitment.new_app import NewRecruiting
from crossfade.casebook.recruitment.old_app import INTERVIEWS, PROCESSES, TODOS, OldRecruiting
from crossfade.casebook.words import Side
from tests.casebook.recruitment.states import Place, in_states

pytestmark = pytest.mark.parametrize(
    "place", in_states("live", "live-again", "completed", "reverted", "purged"), indirect=True
)

T = TypeVar("T")
Do = Callable[[Callable[[AsyncSession], Awaitable[Any]]], Any]
NAME = "O'Neill's \"quick\" \\ ملخص 🩺 100 % :sure %(x)s"
newcomers = count(1)
CHILDREN = (INTERVIEWS, TODOS)


@pytest.fixture
def app(engines: Engines) -> NewRecruiting:
    return NewRecruiting(engines.asynchronous(Side.NEW), engines.run)


@pytest.fixture
def do(engines: Engines) -> Do:
    """Does something in a session of its own, which is committed."""
    sessions = async_sessionmaker(engines.asynchronous(Side.NEW))

    def done(work: Callable[[AsyncSession], Awaitable[Any]]) -> Any:
        async def within() -> Any:
            async with sessions.begin() as db:
                return await work(db)

        return engines.run(within())

    return done


@pytest.fixture
def user() -> int:
    return next(newcomers) % 40 + 1


@pytest.fixture
def workflow(app: NewRecruiting, user: int) -> int:
    return app.create(PROCESSES, user_id=user, company="x", job_title=NAME)


def child(app: NewRecruiting, table: str, user: int, **more: Any) -> int:
    given = {"mode": "video"} if table == INTERVIEWS else {}
    return app.create(table, user_id=user, title="x", **given, **more)


def deleted_at(place: Place, table: str, id: int) -> Any:
    ((flag, at),) = place.run(f"SELECT is_deleted, deleted_at FROM {table} WHERE id = {id}")
    assert bool(flag) is (at is not None)
    return at


def test_its_models_are_those_of_the_schema(engines: Engines, place: Place) -> None:
    old, new = inspect(engines[Side.OLD]), inspect(engines[Side.NEW])
    for table in Base.metadata.tables.values():
        nullable = {column["name"]: column["nullable"] for column in old.get_columns(table.name)}
        assert nullable == {column.name: column.nullable for column in table.columns}
        assert {column["name"] for column in new.get_columns(table.name)} == nullable.keys()


def test_the_indexes_and_the_keys_have_the_names_that_were_promised(engines: Engines, place: Place) -> None:
    inspector = inspect(engines[Side.OLD])
    for table in CHILDREN:
        indexes = {each["name"]: each["column_names"] for each in inspector.get_indexes(table)}
        assert indexes[f"ix_{table}_workflow_id"] == ["workflow_id"]
        keys = {each["name"]: each for each in inspector.get_foreign_keys(table)}
        key = keys[f"fk_{table}_workflow_id"]
        assert (key["constrained_columns"], key["referred_table"]) == (["workflow_id"], PROCESSES)
        assert (key["referred_columns"], key["options"]["ondelete"]) == (["id"], "SET NULL")
        (column,) = [each for each in inspector.get_columns(table) if each["name"] == "workflow_id"]
        assert (column["nullable"], column["default"]) in {(True, None), (True, "NULL")}
        assert column["type"].python_type is int


@pytest.mark.parametrize("table", CHILDREN)
def test_get_leaves_the_deleted_out(app: NewRecruiting, user: int, place: Place, table: str) -> None:
    kept, gone = child(app, table, user), child(app, table, user)
    app.soft_delete(table, gone)
    assert app.get(table, gone) is None
    assert [row["id"] for row in app.listed(table, user, 1)] == [kept]
    assert deleted_at(place, table, gone) is not None
    app.restore(table, gone)
    found = app.get(table, gone)
    assert found is not None
    assert (found["is_deleted"], found["workflow_id"]) == (False, None)
    for change in (lambda: app.restore(table, kept), lambda: app.soft_delete(table, 10**9)):
        with pytest.raises(LookupError, match=f"0 of 1 {table}"):
            change()


def test_a_workflow_is_loaded_whole_in_four_statements(
    app: NewRecruiting, engines: Engines, user: int, workflow: int, place: Place
) -> None:
    made = {table: [child(app, table, user, workflow_id=workflow) for _ in range(5)] for table in CHILDREN}
    nodes = [
        app.create("workflow_nodes", process_id=workflow, name=NAME, node_type="call", place=n)
        for n in (2, 1)
    ]
    app.soft_delete(INTERVIEWS, made[INTERVIEWS].pop())
    app.remove(TODOS, made[TODOS].pop(0))
    statements: list[str] = []
    event.listen(
        engines.asynchronous(Side.NEW).sync_engine,
        "before_cursor_execute",
        lambda *given: statements.append(given[2]),
    )
    found = app.workflow(workflow)
    assert found is not None
    assert len(statements) == 4, statements
    assert [node["id"] for node in found["nodes"]] == nodes[::-1]
    assert {table: found[table] for table in CHILDREN} == made
    app.soft_delete(PROCESSES, workflow)
    assert app.workflow(workflow) is None


def test_both_sides_of_a_relationship_are_there(
    do: Do, app: NewRecruiting, workflow: int, user: int, place: Place
) -> None:
    made = child(app, INTERVIEWS, user)
    app.link(INTERVIEWS, made, workflow)

    async def related(db: AsyncSession) -> tuple[Any, ...]:
        interview = await interviews.get(db, made)
        assert interview is not None
        await db.refresh(interview, ["workflow"])
        assert interview.workflow is not None
        process = await processes.get_with_nodes(db, workflow)
        assert process is not None
        assert process.interviews == [interview]
        assert await todos.listed(db, user_id=10**9) == []
        return interview.workflow.id, interview.workflow.job_title

    assert do(related) == (workflow, NAME)


@pytest.mark.parametrize("table", CHILDREN)
def test_rows_are_put_under_a_workflow_and_taken_away(
    app: NewRecruiting, user: int, workflow: int, place: Place, table: str
) -> None:
    made = child(app, table, user)
    app.link(table, made, workflow)
    found = app.get(table, made)
    assert found is not None
    assert found["workflow_id"] == workflow
    app.unlink(table, made)
    again = app.get(table, made)
    assert again is not None
    assert again["workflow_id"] is None
    app.soft_delete(PROCESSES, workflow)
    with pytest.raises(LookupError, match=f"no workflow has the id {workflow}"):
        app.link(table, made, workflow)


def applications(engines: Engines, place: Place) -> list[NewRecruiting | OldRecruiting]:
    """Whoever deletes and restores: the new application, and the old one where it is there."""
    old = [OldRecruiting(engines[Side.OLD])]
    return [NewRecruiting(engines.asynchronous(Side.NEW), engines.run), *old]


@pytest.mark.parametrize("who", [0, 1])
def test_a_workflow_takes_its_live_children_and_gives_just_these_back(
    app: NewRecruiting, engines: Engines, user: int, workflow: int, place: Place, who: int
) -> None:
    deleting = applications(engines, place)[who]
    taken = {table: [child(app, table, user, workflow_id=workflow) for _ in range(3)] for table in CHILDREN}
    earlier = {table: child(app, table, user, workflow_id=workflow) for table in CHILDREN}
    strangers = {table: child(app, table, user) for table in CHILDREN}
    before = {table: app.soft_delete(table, earlier[table]) for table in CHILDREN}

    at = deleting.soft_delete(PROCESSES, workflow)

    for table in CHILDREN:
        for each in taken[table]:
            assert app.get(table, each) is None
            assert deleted_at(place, table, each).replace(tzinfo=at.tzinfo) == at
        assert deleted_at(place, table, earlier[table]).replace(tzinfo=at.tzinfo) == before[table]
        assert app.get(table, strangers[table]) is not None
    back, own = taken[TODOS][0], taken[TODOS][1]
    app.restore(TODOS, back)  # nobody gives this one back a second time,
    app.restore(TODOS, own)
    app.soft_delete(TODOS, own)  # nor that one, which has a time of its own

    deleting.restore(PROCESSES, workflow)

    whole = app.workflow(workflow)
    assert whole is not None
    assert whole[INTERVIEWS] == taken[INTERVIEWS]
    assert whole[TODOS] == [back, taken[TODOS][2]]
    assert app.get(INTERVIEWS, earlier[INTERVIEWS]) is None


@pytest.mark.parametrize("who", [0, 1])
def test_many_workflows_are_deleted_with_one_statement(
    app: NewRecruiting, engines: Engines, user: int, place: Place, who: int
) -> None:
    some = app.create_many(PROCESSES, [{"user_id": user, "company": "x", "job_title": "y"} for _ in range(3)])
    children = [child(app, INTERVIEWS, user, workflow_id=each) for each in some]
    applications(engines, place)[who].soft_delete(PROCESSES, *some[:2])
    assert [app.get(INTERVIEWS, each) is None for each in children] == [True, True, False]


def test_what_is_rolled_back_takes_nothing(
    do: Do, app: NewRecruiting, user: int, workflow: int, place: Place
) -> None:
    made = child(app, TODOS, user, workflow_id=workflow)

    async def undone(db: AsyncSession) -> None:
        await processes.soft_delete(db, id=workflow)
        assert await todos.get(db, made) is None, "it is in the same transaction"
        raise LookupError("no")

    with pytest.raises(LookupError, match="no"):
        do(undone)
    assert app.get(TODOS, made) is not None


@pytest.mark.parametrize("who", [0, 1])
def test_children_of_a_removed_workflow_belong_to_none(
    app: NewRecruiting, engines: Engines, user: int, workflow: int, place: Place, who: int
) -> None:
    live, gone = (child(app, INTERVIEWS, user, workflow_id=workflow) for _ in range(2))
    at = app.soft_delete(INTERVIEWS, gone)
    applications(engines, place)[who].remove(PROCESSES, workflow)
    found = app.get(INTERVIEWS, live)
    assert found is not None
    assert found["workflow_id"] is None
    assert deleted_at(place, INTERVIEWS, gone).replace(tzinfo=at.tzinfo) == at
    app.restore(INTERVIEWS, gone)
    restored = app.get(INTERVIEWS, gone)
    assert restored is not None
    assert restored["workflow_id"] is None
