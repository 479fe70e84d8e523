"""The new application's session, on the base table: what it writes there in the old version's words."""

from contextlib import ExitStack
from typing import Any

import pytest
import sqlalchemy as sa
from psycopg.sql import SQL, Identifier

from crossfade import Evolution, OpenEnum, commands, connect_args
from tests.conformance.entry import EVOLUTION
from tests.conformance.postgresql.application import connect

pytestmark = pytest.mark.every_server


@pytest.mark.parametrize("default", ["", " DEFAULT 'new'"], ids=["without a default", "with a default"])
def test_an_old_value_given_there_stands(database: str, default: str) -> None:
    with ExitStack() as stack:
        old = stack.enter_context(connect(database))
        old.execute(
            f"CREATE TYPE status AS ENUM ('new', 'paid', 'sent');"
            f"CREATE TABLE orders (id int PRIMARY KEY, status status NOT NULL{default})"
        )
        change = OpenEnum("orders", "status", sa.String(20), nullable=True, unknown="paid")
        commands.start(Evolution(EVOLUTION, changes=[change]), database)
        new = stack.enter_context(connect(database, **connect_args(EVOLUTION)))

        new.execute("INSERT INTO public.orders (id, status) VALUES (1, 'sent')")
        with new.cursor().copy("COPY public.orders (id, status) FROM STDIN") as copying:
            copying.write_row((2, "sent"))
        new.execute("INSERT INTO orders (id, status) VALUES (3, NULL)")

        def rows(table: str) -> list[dict[str, Any]]:
            return new.execute(
                SQL("SELECT * FROM {} ORDER BY id").format(Identifier(table, "orders"))
            ).fetchall()

        said = [(row["id"], row["status"]) for row in rows(f"public__{EVOLUTION}")]
        assert said == [(1, "sent"), (2, "sent"), (3, None)]
        assert [row["status"] for row in rows("public")] == ["sent", "sent", "paid"]
        assert commands.verify(EVOLUTION, database).mismatches == 0
