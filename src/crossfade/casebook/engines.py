"""How an application, or the walk itself, is connected to the database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import NullPool, create_engine, event, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from crossfade.casebook.databases import database_of
from crossfade.casebook.words import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from sqlalchemy import Engine
    from sqlalchemy.ext.asyncio import AsyncEngine

__all__ = ["Access", "Engines", "application_engine"]

T = TypeVar("T")

Access = tuple[str, dict[str, object]]  # the URL and the connect_args of an application

# An application that waits longer than this for one statement has failed, not only stalled; and a run ends.
STATEMENT_TIMEOUT = 30  # seconds
POOL = {"pool_size": 1, "max_overflow": 1}


def application_engine(access: Access, name: str, *, pooled: bool = True) -> Engine:
    """An engine as an application would make it, but for a statement timeout so that a run cannot hang."""
    url, connect_args = access
    how: dict[str, Any] = POOL if pooled else {"poolclass": NullPool}
    # A copy: SQLAlchemy empties some dialects' arguments while it makes the engine.
    engine = create_engine(make_url(url), connect_args=dict(connect_args), **how)
    _limit(engine, name)
    return engine


class Engines(Mapping[Side, "Engine"]):
    """One user's engine for each application, and an event loop for asynchronous ones. Of one thread."""

    def __init__(self, accesses: Mapping[Side, Access], watch: Callable[[Engine], None]) -> None:
        self._accesses = dict(accesses)
        self._watch = watch
        self._engines = {side: application_engine(access, _name(side)) for side, access in accesses.items()}
        self._asynchronous: dict[Side, AsyncEngine] = {}
        self._runner = asyncio.Runner()
        for side, engine in self._engines.items():
            watch(engine)
            _follow(engine, lambda side=side: self._accesses[side][1])  # type: ignore[misc]

    def __getitem__(self, side: Side) -> Engine:
        return self._engines[side]

    def __iter__(self) -> Iterator[Side]:
        return iter(self._engines)

    def __len__(self) -> int:
        return len(self._engines)

    def asynchronous(self, side: Side) -> AsyncEngine:
        """The engine of that side's application, if it is an asynchronous one."""
        if side not in self._asynchronous:
            url, connect_args = self._accesses[side]
            database = database_of(url)
            made_url, arguments = database.asynchronous(make_url(url), connect_args)
            engine = create_async_engine(made_url, connect_args=arguments, **POOL)
            _limit(engine.sync_engine, _name(side))
            _follow(engine.sync_engine, lambda: database.asynchronous(made_url, self._accesses[side][1])[1])
            self._watch(engine.sync_engine)
            self._asynchronous[side] = engine
        return self._asynchronous[side]

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run this to its end."""
        return self._runner.run(coroutine)

    def connect(self, side: Side) -> None:
        """Connect that application: connecting is not part of an operation's latency."""
        with self._engines[side].connect():
            pass
        if side in self._asynchronous:
            self.run(self._connect(self._asynchronous[side]))

    def leave(self, side: Side) -> None:
        """Close that application's connections."""
        self._engines[side].dispose()
        if side in self._asynchronous:
            self.run(self._asynchronous[side].dispose())

    def move(self, side: Side, access: Access) -> None:
        """Have that application connect so from now on."""
        self._accesses[side] = access
        self.leave(side)

    def close(self) -> None:
        """Close all connections, and the event loop."""
        for side in self:
            self.leave(side)
        self._runner.close()

    @staticmethod
    async def _connect(engine: AsyncEngine) -> None:
        async with engine.connect():
            pass


def _name(side: Side) -> str:
    return f"{side} application"


def _follow(engine: Engine, arguments: Callable[[], Mapping[str, Any]]) -> None:
    """Connect with the arguments as they are by then."""

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, _: object, __: object, given: dict[str, Any]) -> None:
        plain = dialect.create_connect_args(engine.url)[1]
        given.clear()
        given.update({**plain, **arguments()})


def _limit(engine: Engine, name: str) -> None:
    statements = database_of(engine).limits(STATEMENT_TIMEOUT, name)

    @event.listens_for(engine, "connect")
    def limit(connection: Any, _: object) -> None:
        cursor = connection.cursor()  # a DBAPI connection has no common type
        for statement in statements:
            cursor.execute(statement)
        cursor.close()
        connection.commit()  # a rollback would take the settings back
