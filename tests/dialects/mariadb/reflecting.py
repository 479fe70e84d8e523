"""A database of a test's own, with others beside it, and accounts that may do less than root."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.engine import make_url

from crossfade.dialects.mariadb.quoting import literal
from crossfade.dialects.mariadb.reflection import reflect
from crossfade.dialects.mariadb.rendering import Server
from crossfade.schema import Schema


def say(connection: Connection, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def reflected(connection: Connection, *tables: str) -> Schema:
    here = str(connection.exec_driver_sql("SELECT DATABASE()").scalar_one())
    return reflect(connection, tables, Server((10, 11), here))


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection


@contextmanager
def beside(connection: Connection, here: str) -> Iterator[str]:
    """Another database, whose name begins as that of a namespace of Crossfade's would."""
    name = f"{here}__reports"
    say(connection, f"CREATE DATABASE {name}")
    yield name
    say(connection, f"DROP DATABASE {name}")


@contextmanager
def accounts(url: str, root: Connection) -> Iterator[Callable[..., Connection]]:
    """Makes accounts by name, with such rights and roles, and connects as each."""
    made: list[str] = []
    with ExitStack() as stack:

        def account(name: str, *grants: str) -> Connection:
            who = f"{literal(name)}@localhost"
            made.append(f"USER {who}")
            say(root, f"CREATE USER {who}", *(f"GRANT {each} TO {who}" for each in grants))
            say(root, *(f"SET DEFAULT ROLE {each} FOR {who}" for each in grants if " ON " not in each))
            return stack.enter_context(connected_as(url, name))

        yield account
    say(root, *(f"DROP {each}" for each in made))


@contextmanager
def connected_as(url: str, name: str) -> Iterator[Connection]:
    with create_engine(make_url(url).set(username=name), poolclass=NullPool).connect() as connection:
        yield connection
