"""Names that must be quoted, a schema of their own, UUIDs and smallints for keys."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB

from crossfade import Array, Consolidate, Count, Evolution, KeyValue, commands, legacy_uuid
from tests.concurrency.watching import opened, rows, value

SCHEMA = """
CREATE SCHEMA "Odd.One";
SET search_path = "Odd.One";
CREATE TYPE "Kind""s" AS ENUM ('a b', 'C');
CREATE TABLE "Job s" ("Key" uuid PRIMARY KEY DEFAULT gen_random_uuid(), "select" text, "né" integer,
                      k0 integer, a0 text);
CREATE TABLE "s" ("n" smallserial PRIMARY KEY, "from" uuid NOT NULL REFERENCES "Job s" ON DELETE CASCADE,
                  "k" "Kind""s", "t" jsonb);
CREATE INDEX ON "s" ("from");
CREATE TABLE "C" ("id" integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                  "e" uuid NOT NULL REFERENCES "Job s" ON DELETE CASCADE,
                  "a.b" text NOT NULL, "r" "Kind""s", UNIQUE ("e", "a.b"));
CREATE TABLE lines (id bigserial PRIMARY KEY, one uuid NOT NULL REFERENCES "Job s" ON DELETE CASCADE,
                    child text, many text);
CREATE INDEX ON lines (one);
CREATE TABLE "o" ("x" bigserial PRIMARY KEY, "Key" uuid NOT NULL REFERENCES "Job s" ON DELETE CASCADE);
INSERT INTO "Job s" VALUES
    ('00000000-0000-0000-0000-000000000007', 'x', 1), (gen_random_uuid(), NULL, NULL);
INSERT INTO "s" ("from", "k", "t") SELECT "Key", 'a b', '{"%": "$1"}' FROM "Job s", generate_series(1, 2);
INSERT INTO "C" ("e", "a.b", "r") SELECT "Key", 'it''s', 'C' FROM "Job s";
INSERT INTO "o" ("Key") SELECT "Key" FROM "Job s";
"""
_metadata = MetaData(schema="Odd.One")
JOBS = Table(
    "Big",
    _metadata,
    Column("Id", Uuid, primary_key=True, server_default=func.gen_random_uuid()),
    Column("né", Integer),
    Column("Where", Text),
    Column("k0", Integer),
    Column("a0", Text),
    Column("one", JSONB, nullable=False, server_default=text("'[]'")),
    Column("s", JSONB, nullable=False, server_default=text("'{}'")),
    Column("C", JSONB, nullable=False, server_default=text("'{}'")),
)
PARTS = Table(
    "Part",
    _metadata,
    Column("Id", Uuid, primary_key=True, server_default=func.gen_random_uuid()),
    Column("Of", ForeignKey("Odd.One.Big.Id", ondelete="CASCADE"), nullable=False),
)
EVOLUTION = Evolution(
    "odd",
    changes=[
        Consolidate(
            '"Odd.One"."Job s"',
            JOBS,
            key="Id",
            legacy="Old key",
            columns={"Where": "select"},
            embed={
                "s.a": Array('"Odd.One".s'),
                "one": Array('"Odd.One".lines'),
                "s.n": Count('"Odd.One".s'),
                "C": KeyValue('"Odd.One"."C"', key="a.b", value="r", dropped=("id",)),
            },
        ),
        Consolidate('"Odd.One".o', PARTS, key="Id", legacy="x", columns={"Of": "Key"}),
    ],
)
KEY = "00000000-0000-0000-0000-000000000007"


@pytest.mark.one_server
def test_odd_names(database: str) -> None:
    with opened(database) as session:
        session.execute(SCHEMA)
        commands.start(EVOLUTION, database)
        session.execute('UPDATE "Job s" SET "select" = \'old\'; DELETE FROM "s" WHERE "n" = 1')
        session.execute(f"INSERT INTO lines (one, child) VALUES ('{KEY}', 'first')")
        session.execute(f"INSERT INTO lines (one, child) VALUES ('{KEY}', 'second'), ('{KEY}', 'third')")
        session.execute(f"""UPDATE "Big" SET "né" = 8, "C" = '{{"q\\"": "a b"}}' WHERE "Old key" = '{KEY}'""")
        session.execute("""UPDATE "Big" SET s = jsonb_set(s, '{a}', (s -> 'a') || '[{"k": "C"}]')""")
        session.execute(
            """INSERT INTO "Big" ("Where", s) VALUES ('new', '{"a": [{"t": null}], "other": 1}')"""
        )
        session.execute('INSERT INTO "Part" ("Of") SELECT "Id" FROM "Big" WHERE "Where" = \'new\'')
        assert commands.verify("odd", database).mismatches == 0
        of_seven = f"""SELECT "select", "né", (SELECT count(*) FROM s WHERE "from" = "Key"), "a.b", "r"::text
                       FROM "Job s" JOIN "C" ON e = "Key" WHERE "Key" = '{KEY}'"""
        assert rows(session, of_seven) == [("old", 8, 2, 'q"', "a b")]
        made = value(session, f"""SELECT "Id" FROM "Big" WHERE "Old key" = '{KEY}'""")
        assert made == legacy_uuid("Job s", KEY, schema="Odd.One")
        assert value(session, 'SELECT "Id" FROM "Part" WHERE x = 1') == legacy_uuid("o", 1, schema="Odd.One")
        before = rows(session, 'SELECT * FROM "Big" ORDER BY 1')
        commands.rollback(EVOLUTION, database)
        commands.start(EVOLUTION, database)
        assert rows(session, 'SELECT * FROM "Big" ORDER BY 1') == before
        for command in (
            commands.complete,
            commands.revert,
            commands.complete,
            commands.purge,
            commands.revert,
        ):
            command(EVOLUTION, database)
        assert commands.verify("odd", database).mismatches == 0
        assert rows(session, of_seven) == []  # purge took the old keys: it has another one now
        anyones = of_seven.partition(' WHERE "Key"')[0]
        assert ("old", 8, 2, 'q"', "a b") in rows(session, anyones)
