"""One child that comes alone is appended without a look at the others, however the session is set up."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Column, MetaData, Table, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB

from crossfade import Array, Consolidate, Evolution, commands
from crossfade.testing import PostgresServer
from tests.concurrency.watching import Session, opened, rows, value

# An array of each: of types that read the same in every session but for its time zone, and of others.
SCHEMA = """
CREATE TABLE sheets (id bigserial PRIMARY KEY, name text);
CREATE TABLE plain (
    id       bigserial PRIMARY KEY,
    sheet_id bigint NOT NULL REFERENCES sheets (id) ON DELETE CASCADE,
    at       timestamptz NOT NULL DEFAULT now(),
    begun    timestamp,
    day      date,
    small    smallint,
    whole    integer,
    exact    numeric(12, 4),
    words    varchar(40),
    done     boolean,
    ref      uuid,
    free     jsonb
);
CREATE INDEX ON plain (sheet_id);
CREATE TABLE others (
    id       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    sheet_id bigint NOT NULL REFERENCES sheets (id) ON DELETE CASCADE,
    at       timestamp NOT NULL,
    weight   double precision,
    lasted   interval,
    data     bytea
);
CREATE INDEX ON others (sheet_id);
INSERT INTO sheets (name) VALUES ('one'), ('two');
"""
SHEETS = Table(
    "leaves",
    MetaData(),
    Column("leaf_id", Uuid, primary_key=True, server_default=func.gen_random_uuid()),
    Column("name", Text),
    Column("plain", JSONB, nullable=False, server_default=text("'[]'")),
    Column("others", JSONB, nullable=False, server_default=text("'[]'")),
)
EVOLUTION = Evolution(
    "appends",
    changes=[
        Consolidate(
            "sheets",
            SHEETS,
            key="leaf_id",
            legacy="legacy_sheet",
            embed={"plain": Array("plain", order_by="at"), "others": Array("others", order_by="at")},
        ),
    ],
)
PLAIN = """
INSERT INTO plain (sheet_id, begun, day, small, whole, exact, words, done, ref, free)
VALUES (1, 'infinity', '0044-03-15 BC', -1, 2, 1.50, 'x', true, gen_random_uuid(), '{"a": [1.0, null]}')
"""
OTHERS = r"""
INSERT INTO others (sheet_id, at, weight, lasted, data)
VALUES (1, localtimestamp, 0.1::float8 + 0.2, '-1 day -02:03:04.5', decode('5c00ff', 'hex'))
"""
SETTINGS = """
SET timezone = 'Asia/Kathmandu'; SET datestyle = 'SQL, DMY'; SET intervalstyle = 'sql_standard';
SET bytea_output = 'escape'; SET extra_float_digits = -5
"""
# The long way, closed: whoever takes it fails.
CLOSED = """
DO $$ BEGIN EXECUTE replace(
    (SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname LIKE 'pull\\_%'), 'BEGIN',
    'BEGIN RAISE EXCEPTION ''the long way'';'
); END $$
"""

pytestmark = pytest.mark.one_server


@pytest.fixture
def session(postgresql: PostgresServer, database: str) -> Iterator[Session]:
    """A session of the old application, in the midst of the evolution."""
    with opened(database) as made:
        made.execute(SCHEMA)
        commands.start(EVOLUTION, database)
        yield made


def same(session: Session) -> bool:
    """Whether both sides say the same."""
    return commands.verify("appends", f"postgresql://{_address(session)}").mismatches == 0


def _address(session: Session) -> str:
    info = session.info
    return f"{info.user}@/{info.dbname}?host={info.host}&port={info.port}"


@pytest.mark.parametrize("settings", ["", SETTINGS], ids=["as it is", "other settings"])
@pytest.mark.parametrize("insert", [PLAIN, OTHERS], ids=["plain", "others"])
def test_a_child_alone_goes_the_short_way(session: Session, insert: str, settings: str) -> None:
    session.execute(CLOSED)
    if settings:
        session.execute(settings)
    for _ in range(3):
        session.execute(insert)
    array = "plain" if insert is PLAIN else "others"
    assert value(session, f"SELECT jsonb_array_length({array}) FROM leaves WHERE legacy_sheet = 1") == 3
    assert same(session)


# Each is one transaction, and not that of one child alone.
LONG = {
    "two": "INSERT INTO plain (sheet_id) VALUES (1), (1)",
    "two statements": "INSERT INTO plain (sheet_id) VALUES (1); INSERT INTO plain (sheet_id) VALUES (1)",
    "two parents": "INSERT INTO plain (sheet_id) VALUES (1); INSERT INTO plain (sheet_id) VALUES (2)",
    "its update": "INSERT INTO plain (sheet_id) VALUES (1); UPDATE plain SET words = 'later'",
    "its parent's update": "INSERT INTO plain (sheet_id) VALUES (1); UPDATE sheets SET name = 'later'",
    "its end": "INSERT INTO plain (sheet_id) VALUES (1); DELETE FROM plain",
    "its table's end": "INSERT INTO plain (sheet_id) VALUES (1); TRUNCATE plain",
    "its parent's end": "INSERT INTO plain (sheet_id) VALUES (1); DELETE FROM sheets WHERE id = 1",
    "all parents' end": "INSERT INTO plain (sheet_id) VALUES (1); TRUNCATE sheets CASCADE",
    "before the others": "INSERT INTO plain (sheet_id, at) VALUES (1, '2001-01-01 00:00+00')",
    "a parent that is new": "INSERT INTO sheets (id) VALUES (9); INSERT INTO plain (sheet_id) VALUES (9)",
}


@pytest.mark.parametrize("written", LONG)
def test_anything_else_goes_the_long_way(session: Session, written: str) -> None:
    session.execute(PLAIN)
    session.execute(f"BEGIN; {CLOSED}; {LONG[written]}")
    with pytest.raises(psycopg.errors.RaiseException, match="the long way"):
        session.execute("COMMIT")
    session.execute(LONG[written])
    assert same(session)


def test_what_waits_is_gone_with_its_transaction(session: Session) -> None:
    for _ in range(3):
        session.execute(PLAIN)
    session.execute(f"BEGIN; {PLAIN}; SAVEPOINT a; {PLAIN}; ROLLBACK TO a; COMMIT")
    session.execute(f"BEGIN; {PLAIN}; ROLLBACK")
    (waiting,) = rows(session, "SELECT oid::regclass::text FROM pg_class WHERE relname LIKE 'waiting%plain'")
    assert rows(session, f"SELECT * FROM {waiting[0]}") == []
    assert value(session, "SELECT jsonb_array_length(plain) FROM leaves WHERE legacy_sheet = 1") == 4
    assert same(session)


def test_no_routine_reads_all_of_a_table_of_ours(session: Session) -> None:
    """A session's plans are of when these were empty: while somebody's snapshot keeps the rows that are gone,
    a write would cost what all before it have left.
    """
    session.execute("VACUUM ANALYZE")
    for written in ("two parents", "two statements", "its update"):
        session.execute(LONG[written])
        session.execute(PLAIN)
    session.execute("SELECT pg_stat_force_next_flush()")
    read = rows(
        session,
        "SELECT relname, seq_scan FROM pg_stat_user_tables WHERE relname ~ '^(waiting|tick)_' ORDER BY 1",
    )
    assert [count for _, count in read] == [0, 0, 0], read
