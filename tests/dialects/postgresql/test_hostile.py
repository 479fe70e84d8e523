"""Hostile names and values: exact SQL where it is short, and the whole way on a server."""

import pytest
from sqlalchemy import Column, NullPool, String, create_engine

from crossfade import AddColumn, Evolution, OpenEnum, SeedRows, commands, steps
from crossfade.dialects.postgresql.quoting import ident, literal
from crossfade.schema import Check, Index, TableName
from crossfade.schema import Column as Reflected
from crossfade.steps import (
    AddCheck,
    CountUnmapped,
    CreateIndex,
    RenameColumn,
    SetDefault,
)
from tests.dialects.postgresql.golden import rendered

pytestmark = pytest.mark.every_server

HOSTILE = """o'Rdér"; DROP $$ %s :x \\ --"""
SCHEMA = 'the "Shop" %'
TABLE = TableName(SCHEMA, HOSTILE)
QUOTED = '"the ""Shop"" %"."o\'Rdér""; DROP $$ %s :x \\ --"'
COLUMN = 'status %(x)s "?"'
LABELS = ("new", "it's", "$crossfade$", "100%s", ":x", "a\\b", "größe 価格", 'say "x"', "l" * 63)


def test_exact_sql_of_hostile_names() -> None:
    def sql(*every: object) -> list[str]:
        return [each.sql for step in every for each in rendered(step, (17, 0))]  # type: ignore[arg-type]

    assert sql(
        RenameColumn(TABLE, COLUMN, "user"),
        SetDefault(TABLE, COLUMN, literal("it's 100%")),
        steps.AddColumn(TABLE, Reflected("Größe", "INTEGER", comment="it's \\ 100%")),
        AddCheck(TABLE, Check("c'h\"k", "(true)", ())),
        CountUnmapped("", TABLE, COLUMN, LABELS[1:4]),
    ) == [
        f'ALTER TABLE {QUOTED} RENAME COLUMN "status %(x)s ""?""" TO "user"',
        f'ALTER TABLE {QUOTED} ALTER COLUMN "status %(x)s ""?""" SET DEFAULT \'it\'\'s 100%\'',
        f'ALTER TABLE {QUOTED} ADD COLUMN "Größe" INTEGER',
        f"COMMENT ON COLUMN {QUOTED}.\"Größe\" IS 'it''s \\ 100%'",
        f'ALTER TABLE {QUOTED} ADD CONSTRAINT "c\'h""k" CHECK ((true)) NOT VALID',
        (
            f'SELECT "status %(x)s ""?"""::text AS value, count(*) AS rows FROM {QUOTED} '
            "WHERE \"status %(x)s \"\"?\"\"\"::text IN ('it''s', '$crossfade$', '100%s') "
            "GROUP BY 1 ORDER BY 1"
        ),
    ]


def test_names_of_partitions_indexes_fit_the_server() -> None:
    name = "ix_" + "x" * 60
    partitions = (TableName("public", "a"), TableName("public", "b"))
    built = [each.sql for each in rendered(CreateIndex(TABLE, Index(name, ("id",)), partitions))]
    names = [
        sql.split(" INDEX ")[1].removeprefix("CONCURRENTLY ").split(" ON ")[0]
        for sql in built
        if "INDEX" in sql
    ]
    assert [len(each.strip('"')) for each in names] == [63, 63, 63]
    assert len(set(names)) == 3


@pytest.fixture
def legacy(database: str) -> str:
    quoted = ident(COLUMN)
    labels = ", ".join(literal(each) for each in LABELS)
    statements = (
        f"CREATE SCHEMA {ident(SCHEMA)}",
        f'CREATE TYPE {ident(SCHEMA)}."st "" %s" AS ENUM ({labels})',
        (
            f'CREATE TABLE {QUOTED} ("the ""key" bigint PRIMARY KEY, {quoted} {ident(SCHEMA)}."st "" %s" '
            f'NOT NULL DEFAULT {literal(LABELS[1])} CHECK ({quoted} <> {literal(LABELS[5])}), "no te" text)'
        ),
        f'CREATE INDEX "i x %s" ON {QUOTED} ({quoted}) WHERE {quoted} <> {literal(LABELS[3])}',
        f"COMMENT ON TABLE {QUOTED} IS {literal(HOSTILE)}",
        *(
            f"INSERT INTO {QUOTED} VALUES ({number}, {literal(label)}, {literal(label)})"
            for number, label in enumerate(LABELS)
            if label != LABELS[5]
        ),
    )
    engine = create_engine(database, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
    return database


def test_the_whole_way_with_hostile_names(legacy: str) -> None:
    written = ".".join('"' + each.replace('"', '""') + '"' for each in (SCHEMA, HOSTILE))
    added = Column('a "d" %s', String(99), nullable=False, server_default="it's %(x)s")
    evolution = Evolution(
        "hostile",
        "it's 100% \\ $$",
        [
            OpenEnum(written, COLUMN, String(200), unknown=LABELS[1]),
            AddColumn(written, added, fill="\"no te\" || ' %s ''x'' :y \\ $$'", index=True),
            SeedRows(
                written, 'the "key', [{'the "key': 99, "no te": "it's \\ 100% $$ :x", COLUMN: "ünknown"}]
            ),
        ],
    )
    assert commands.preview(evolution, legacy).start
    for command in (
        "start",
        "verify",
        "rollback",
        "start",
        "complete",
        "revert",
        "complete",
        "purge",
        "revert",
    ):
        call = getattr(commands, command)
        assert call(evolution if command == "start" else "hostile", legacy), command
    engine = create_engine(legacy, poolclass=NullPool)
    view = f'"{SCHEMA.replace(chr(34), chr(34) * 2)}__hostile".{ident(HOSTILE)}'
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(
            f'SELECT {ident(COLUMN)}, "no te", {ident(added.name)} FROM {view} ORDER BY 1',
            execution_options={"no_parameters": True},
        ).all()
    expected = [(each, each, f"{each} %s 'x' :y \\ $$") for each in LABELS if each != LABELS[5]]
    seeded = ("ünknown", "it's \\ 100% $$ :x", "it's %(x)s")
    assert sorted(map(tuple, rows)) == sorted([*expected, seeded])
