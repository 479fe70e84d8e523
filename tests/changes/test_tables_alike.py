"""Two tables whose schema and name, put together, read alike."""

from sqlalchemy import NullPool, create_engine, text

from crossfade import Evolution, OpenEnum, commands

LEGACY = """
CREATE SCHEMA a;
CREATE SCHEMA a_b;
CREATE TYPE size AS ENUM ('s', 'm');
CREATE TABLE a.b_c (id int PRIMARY KEY, size size NOT NULL);
CREATE TABLE a_b.c (id int PRIMARY KEY, size size NOT NULL)
"""
EVOLUTION = Evolution(
    "sizes",
    changes=[
        OpenEnum("a.b_c", "size", values={"s": "small", "m": "middle"}),
        OpenEnum("a_b.c", "size", values={"s": "SMALL", "m": "MIDDLE"}),
    ],
)


def test_each_has_a_sync_and_counters_of_its_own(database: str) -> None:
    engine = create_engine(database, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(LEGACY)
        commands.start(EVOLUTION, database)
        connection.exec_driver_sql("INSERT INTO a.b_c VALUES (1, 's')")
        connection.exec_driver_sql("INSERT INTO a_b.c VALUES (1, 's')")
        connection.exec_driver_sql("INSERT INTO a_b__sizes.c VALUES (2, 'MIDDLE')")
        assert connection.scalar(text("SELECT size FROM a__sizes.b_c")) == "small"
        assert connection.scalars(text("SELECT size FROM a_b__sizes.c")).all() == ["SMALL", "MIDDLE"]
        (status,) = commands.status(database)
        assert [(each.table, each.old, each.new) for each in status.writes] == [
            ("a.b_c", 1, 0),
            ("a_b.c", 1, 1),
        ]
        commands.rollback(EVOLUTION, database)
        assert connection.scalars(text("SELECT proname FROM pg_proc WHERE proname LIKE 'sync%'")).all() == []
