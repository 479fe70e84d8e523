"""A condition on an enum column, said of the string column that succeeds it: the same rows, or nothing."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, NullPool, create_engine, text

from crossfade.expressions import translate
from crossfade.testing import PostgresServer

VALUES: dict[str | None, str | None] = {"new": "open", "paid": "paid", "sent": "it's gone"}
# What is said where it is short; of the others only that it finds the same rows.
CONDITIONS = {
    "status = 'new'": "\"s2\" = 'open'",
    "'new' = status": "'open' = \"s2\"",
    "status <> 'sent'": "\"s2\" <> 'it''s gone'",
    "status != 'sent'": "\"s2\" <> 'it''s gone'",
    "status IN ('new', 'paid')": "\"s2\" IN ('open', 'paid')",
    "status NOT IN ('new', 'paid')": None,
    "status = ANY (ARRAY['new', 'sent']::order_status[])": None,
    "status <> ALL (ARRAY['new'::order_status, 'paid'::order_status])": None,
    "status IS NULL": '"s2" IS NULL',
    "status IS NOT NULL": None,
    "NOT (status = 'new')": "NOT (\"s2\" = 'open')",
    "status = 'new' OR note IS NULL AND (status) <> ('paid')": None,
    "(status = 'paid') = (note IS NOT NULL)": None,
    "note IN ('new', 'paid') OR status = 'sent'": None,
    "CASE WHEN status = 'new' THEN note ELSE 'x' END <> ''": None,
}
# Uses of the enum that a string does not share, or labels that are none.
UNSAYABLE = (
    "status > 'new'",
    "status BETWEEN 'new' AND 'paid'",
    "status = other",
    "status::text = 'new'",
    "status::text LIKE 'n%'",
    "length(status::text) > 3",
    "status IS DISTINCT FROM 'new'",
    "status = 'lost'",
    "status IN ('new', 'lost')",
    "status = ANY (known)",
    "coalesce(status, 'new') = 'new'",
    "status = CASE WHEN note IS NULL THEN 'new'::order_status END",
    "NULLIF(status, 'new') IS NULL",
    "ARRAY[status] = ARRAY['new'::order_status]",
)


def said(condition: str) -> str | None:
    return translate(condition, "status", "s2", VALUES, "postgresql")


@pytest.mark.parametrize("condition", [each for each in CONDITIONS if CONDITIONS[each]])
def test_what_is_said(condition: str) -> None:
    assert said(condition) == CONDITIONS[condition]


@pytest.mark.parametrize("condition", UNSAYABLE)
def test_what_can_not_be_said(condition: str) -> None:
    assert said(condition) is None


@pytest.fixture(scope="module")
def statuses(postgresql: PostgresServer) -> Iterator[Connection]:
    engine = create_engine(postgresql.create_database("translate"), poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("CREATE TYPE order_status AS ENUM ('new', 'paid', 'sent')"))
        connection.execute(text("CREATE TABLE t (id int, status order_status, s2 text, note text)"))
        connection.execute(
            text(
                "INSERT INTO t SELECT row_number() OVER (), s, "
                "CASE s WHEN 'new' THEN 'open' WHEN 'paid' THEN 'paid' WHEN 'sent' THEN 'it''s gone' END, n "
                "FROM unnest(ARRAY['new', 'paid', 'sent', NULL]::order_status[]) s, "
                "unnest(ARRAY['new', 'x', NULL]) n"
            )
        )
        yield connection
    postgresql.drop_database("translate")


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_server_finds_the_same_rows(condition: str, statuses: Connection) -> None:
    """As the server prints the condition of a check: with every name qualified and every literal cast."""
    statuses.execute(text("SAVEPOINT one"))
    statuses.execute(text(f"ALTER TABLE t ADD CONSTRAINT printed CHECK ({condition}) NOT VALID"))
    statuses.execute(text("SET LOCAL search_path = ''"))
    printed = statuses.scalar(
        text("SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE conname = 'printed'")
    )
    statuses.execute(text("ROLLBACK TO SAVEPOINT one"))
    successor = said(str(printed))
    assert successor is not None
    assert "status" not in successor
    ids = "SELECT coalesce(array_agg(id ORDER BY id), '{{}}') FROM t WHERE {}"
    assert statuses.scalar(text(f"SELECT ({ids.format(condition)}) = ({ids.format(successor)})")), successor
