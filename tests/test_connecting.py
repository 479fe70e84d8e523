"""An application's one line: its connection finds the new version's namespace, whatever it is called."""

import asyncio
from typing import Any

import psycopg
import pytest
from sqlalchemy import Column, NullPool, Text, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from crossfade import AddColumn, Evolution, commands, connect_args, search_path
from crossfade.errors import EvolutionError, UsageError

SCHEMAS = ('the "Shop" \\', "public")
PATH = '"the ""Shop"" \\__open_statuses", "the ""Shop"" \\", "public__open_statuses", "public"'
FOUND = ['the "Shop" \\__open_statuses', 'the "Shop" \\', "public__open_statuses", "public"]


@pytest.fixture
def namespaces(database: str) -> str:
    engine = create_engine(database, poolclass=NullPool)
    with engine.begin() as connection:
        for name in set(FOUND) - {"public"}:
            quoted = name.replace('"', '""')
            connection.execute(text(f'CREATE SCHEMA "{quoted}"'))
    return database


def test_the_search_path() -> None:
    assert search_path("open_statuses") == '"public__open_statuses", "public"'
    assert search_path("open_statuses", schemas=SCHEMAS) == PATH


def test_the_search_path_of_several_versions() -> None:
    assert search_path("a", "b", "a") == '"public__a", "public__b", "public"'
    assert search_path("a", "b", schemas=("s", "t")) == '"s__a", "s__b", "s", "t__a", "t__b", "t"'
    assert connect_args("a", "b", driver="asyncpg", schemas=("s",)) == {
        "server_settings": {"search_path": '"s__a", "s__b", "s"'}
    }


def test_a_table_that_hides_another_hides_its_new_version(database: str) -> None:
    """Old and new application find the same table, whichever schema comes first on the path."""
    engine = create_engine(database, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA shop"))
        for schema in ("public", "shop"):
            connection.execute(text(f"CREATE TABLE {schema}.orders (id int PRIMARY KEY)"))
    evolution = Evolution("channels", changes=[AddColumn("public.orders", Column("channel", Text))])
    commands.start(evolution, database)
    found = text("SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = 'orders'::regclass")
    for schemas, namespace in ((("shop", "public"), "shop"), (("public", "shop"), "public__channels")):
        arguments = connect_args("channels", schemas=schemas)
        with create_engine(database, connect_args=arguments, poolclass=NullPool).connect() as connection:
            assert connection.scalar(found) == namespace


def test_the_arguments_of_each_driver() -> None:
    assert connect_args("open_statuses") == {"options": '-c search_path="public__open_statuses",\\ "public"'}
    assert connect_args("open_statuses", driver="psycopg2") == connect_args("open_statuses")
    assert connect_args("open_statuses", driver="asyncpg") == {
        "server_settings": {"search_path": '"public__open_statuses", "public"'}
    }


def test_a_driver_that_is_not_known() -> None:
    with pytest.raises(UsageError) as caught:
        connect_args("open_statuses", driver="pg8000")
    assert str(caught.value) == (
        "driver 'pg8000' is not known\n  where: connect_args(driver=…)\n"
        "  next:  use one of psycopg, psycopg2, asyncpg, pymysql, mysqldb, asyncmy, aiomysql"
    )


def test_the_arguments_on_mariadb() -> None:
    said = {"init_command": "SET @crossfade_version = 'open_statuses'"}
    for driver, key in (("pymysql", "database"), ("aiomysql", "db")):
        found = connect_args("open_statuses", driver=driver, database="shop")
        assert found == {key: "shop__open_statuses", **said}


def test_mariadb_wants_the_database_and_one_version() -> None:
    with pytest.raises(UsageError, match="beside the application's own, which is not named"):
        connect_args("open_statuses", driver="pymysql")
    with pytest.raises(UsageError, match="speaks one new version, not 2"):
        connect_args("open_statuses", "add_regions", driver="pymysql", database="shop")


def test_a_session_of_mariadb_speaks_the_version(mariadb_database: str) -> None:
    url = make_url(mariadb_database)
    arguments = connect_args("open_statuses", driver="pymysql", database=url.database)
    with create_engine(url, poolclass=NullPool).connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE `{url.database}__open_statuses`")
    with create_engine(url, connect_args=arguments, poolclass=NullPool).connect() as connection:
        found = connection.exec_driver_sql("SELECT DATABASE(), @crossfade_version").one()
        assert tuple(found) == (f"{url.database}__open_statuses", "open_statuses")


def test_a_name_that_no_evolution_has() -> None:
    with pytest.raises(EvolutionError, match="can't name an evolution"):
        search_path("Open Statuses")


def test_sqlalchemy_and_psycopg_find_every_namespace(namespaces: str) -> None:
    arguments = connect_args("open_statuses", schemas=SCHEMAS)
    engine = create_engine(namespaces, connect_args=arguments, poolclass=NullPool)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT current_schemas(false)")) == FOUND
    url = make_url(namespaces)
    with psycopg.connect(
        host=str(url.query["host"]),
        port=str(url.query["port"]),
        user="postgres",
        dbname=url.database,
        **arguments,
    ) as plain:
        assert plain.execute("SELECT current_schemas(false)").fetchone() == (FOUND,)


def test_asyncpg_finds_every_namespace(namespaces: str) -> None:
    arguments = connect_args("open_statuses", driver="asyncpg", schemas=SCHEMAS)

    async def found() -> Any:
        engine = create_async_engine(
            make_url(namespaces).set(drivername="postgresql+asyncpg"),
            connect_args=arguments,
            poolclass=NullPool,
        )
        async with engine.connect() as connection:
            return await connection.scalar(text("SELECT current_schemas(false)"))

    assert asyncio.run(found()) == FOUND


def test_a_namespace_that_is_not_there_is_passed_over(database: str) -> None:
    engine = create_engine(database, connect_args=connect_args("open_statuses"), poolclass=NullPool)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT current_schemas(false)")) == ["public"]


def test_the_path_can_be_set_by_sql(namespaces: str) -> None:
    engine = create_engine(namespaces, poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"SET search_path = {search_path('open_statuses', schemas=SCHEMAS)}")
        assert connection.scalar(text("SELECT current_schemas(false)")) == FOUND
