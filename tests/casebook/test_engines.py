"""An application's connections: watched, limited, asynchronous too, and moved while it runs."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from crossfade.casebook.engines import Engines, application_engine
from crossfade.casebook.words import Side

pytestmark = pytest.mark.one_server

SCHEMA = {"postgresql": "SELECT current_schema()", "mariadb": "SELECT DATABASE()"}
LIMIT = {
    "postgresql": ("SHOW statement_timeout", "30s"),
    "mariadb": ("SELECT @@max_statement_time", 30),
}


@pytest.fixture(params=["postgresql", "mariadb"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def url(kind: str, database: str, mariadb_database: str) -> str:
    return database if kind == "postgresql" else mariadb_database


@pytest.fixture
def elsewhere(kind: str, url: str, mariadb_database: str) -> dict[str, Any]:
    """The arguments of connecting to a schema called other."""
    engine = application_engine((url, {}), "test", pooled=False)
    other = "other" if kind == "postgresql" else f"{engine.url.database}__other"
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {other}"))
    return {"options": "-c search_path=other"} if kind == "postgresql" else {"database": other}


def watched(engine: Engine) -> None:
    @event.listens_for(engine, "before_cursor_execute")
    def note(*_: object) -> None:
        SEEN.append(engine)


SEEN: list[Engine] = []


async def answered(engine: AsyncEngine, query: str) -> Any:
    async with engine.connect() as connection:
        return await connection.scalar(text(query))


def asked(engine: Engine, query: str) -> Any:
    with engine.connect() as connection:
        return connection.scalar(text(query))


def test_both_kinds_are_limited_and_watched(kind: str, url: str) -> None:
    SEEN.clear()
    engines = Engines({Side.OLD: (url, {}), Side.NEW: (url, {})}, watched)
    query, limit = LIMIT[kind]
    assert asked(engines[Side.OLD], query) == limit
    assert engines.run(answered(engines.asynchronous(Side.NEW), query)) == limit
    first, second = SEEN
    assert first is engines[Side.OLD]
    assert second is engines.asynchronous(Side.NEW).sync_engine
    assert list(engines) == [Side.OLD, Side.NEW]
    engines.close()


def test_an_application_is_moved_while_it_keeps_its_engines(
    kind: str, url: str, elsewhere: dict[str, Any]
) -> None:
    engines = Engines({Side.OLD: (url, {}), Side.NEW: (url, elsewhere)}, lambda _: None)
    engine, asynchronous = engines[Side.NEW], engines.asynchronous(Side.NEW)
    where = SCHEMA[kind]
    for side in Side:
        engines.connect(side)
    plain = asked(engines[Side.OLD], where)
    assert plain != asked(engine, where)
    assert str(asked(engine, where)).endswith("other")
    assert str(engines.run(answered(asynchronous, where))).endswith("other")
    engines.move(Side.NEW, (url, {}))
    assert asked(engine, where) == engines.run(answered(asynchronous, where)) == plain
    engines.move(Side.NEW, (url, elsewhere))
    assert str(asked(engine, where)).endswith("other")
    engines.close()
