"""Lints: each is found where it is so, only there, and accepted with a reason that is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, make_url

from crossfade import AddColumn, Evolution, commands, lints
from crossfade.document import Lint
from crossfade.errors import EvolutionError
from crossfade.lints import traffic
from crossfade.pages import FORMATS
from crossfade.planning import build
from crossfade.reports import PlannedStatement, PlannedStep
from crossfade.schema import Grant, Schema, Table, TableName, Trigger
from crossfade.testing import PostgresServer
from tests.documents.shop import EVOLUTION, LEGACY, run
from tests.shop import EVOLUTION as SHOP
from tests.shop import ORDERS, SCHEMA

DOCS = Path(__file__).parents[2] / "docs" / "lints.md"


def table(schema: Schema, name: TableName) -> Table:
    return next(each for each in schema.tables if each.name == name)


def with_orders(**changed: object) -> Schema:
    tables = [replace(each, **changed) if each.name == ORDERS else each for each in SCHEMA.tables]  # type: ignore[arg-type]
    return replace(SCHEMA, tables=tuple(tables))


def codes(schema: Schema) -> set[str]:
    """The codes that the plan of the shop's evolution has for its orders."""
    plan = build(SHOP, schema)
    return {each.code for each in plan.lints if each.place.startswith("public.orders")}


def test_every_code_has_its_section() -> None:
    headings = re.findall(r"^## (CF\d+) (.*)$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert dict(headings) == lints.CODES


def test_a_large_backfill_is_a_rewrite() -> None:
    assert "CF101" not in codes(with_orders(rows=1000, row_bytes=100))
    assert "CF101" in codes(with_orders(rows=1_000_000, row_bytes=100))


def test_a_trigger_fires_where_the_role_may_not_keep_it_still() -> None:
    touch = Trigger("touch", "BEFORE", ("UPDATE",), "row", "public.touch()")
    assert "CF104" in codes(with_orders(triggers=(touch,)))
    assert "CF104" not in codes(with_orders(triggers=(replace(touch, enabled=False),)))
    assert "CF104" not in codes(with_orders(triggers=(replace(touch, events=("INSERT",)),)))
    may = replace(SCHEMA.role, may_skip_triggers=True)
    assert "CF104" not in codes(replace(with_orders(triggers=(touch,)), role=may))


def test_grants_by_column_under_row_level_security() -> None:
    by_column = Grant("SELECT", "app", column="note")
    assert "CF105" in codes(with_orders(grants=(by_column,), row_security=True))
    assert "CF105" not in codes(with_orders(grants=(by_column,)))
    assert "CF105" not in codes(with_orders(row_security=True))


def test_a_table_that_gains_a_column_and_one_without_statistics() -> None:
    assert "CF106" in codes(SCHEMA)
    assert "CF108" not in codes(SCHEMA)
    assert "CF108" in codes(with_orders(rows=0))


def test_a_lock_that_lasts() -> None:
    def found(lock: str, blocks: str) -> tuple[Lint, ...]:
        statement = PlannedStatement(sql="…", lock=lock, blocks=blocks, repeated=False)
        step = PlannedStep(phase="expand", title="do it", mode="alone", statements=(statement,))
        return lints.of_statements("start", (step,))

    assert [each.code for each in found("ACCESS EXCLUSIVE", "reads and writes")] == ["CF103"]
    assert found("ACCESS EXCLUSIVE", "reads and writes, briefly") == ()
    assert found("ROW EXCLUSIVE", "writes to the rows of the batch") == ()


def test_no_plan_has_a_lock_that_lasts(shop: str) -> None:
    assert "CF103" not in {each.code for each in commands.preview(EVOLUTION, shop).lints}


def test_an_unindexed_foreign_key(shop: str) -> None:
    def places() -> dict[str, str | None]:
        document = commands.preview(EVOLUTION, shop)
        return {each.place: each.silenced for each in document.lints if each.code == "CF102"}

    assert places() == {"public.orders.customer_id": None, "public.refunds.order_id": "orders stay"}
    run(shop, "CREATE INDEX a_part ON orders (customer_id) WHERE note IS NULL")
    assert "public.orders.customer_id" in places()
    run(shop, "CREATE INDEX whole ON orders (customer_id, note)")
    assert "public.orders.customer_id" not in places()


@contextmanager
def holding(database: str, lock: str) -> Iterator[None]:
    """Another session's transaction that holds a lock."""
    engine = create_engine(database, poolclass=NullPool, connect_args={"application_name": "reporting"})
    with engine.begin() as connection:
        connection.exec_driver_sql(lock)
        yield


def test_a_transaction_in_the_way(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> list[Lint]:
        return [each for each in commands.preview(EVOLUTION, shop).lints if each.code == "CF107"]

    monkeypatch.setattr(traffic, "LONG", 0.0)
    with holding(shop, "LOCK TABLE orders IN ACCESS SHARE MODE"):
        (lint,) = found()
        assert "application 'reporting'" in lint.fact
    assert found() == []
    monkeypatch.setattr(traffic, "LONG", 3600.0)
    with holding(shop, "LOCK TABLE orders IN ACCESS SHARE MODE"):
        assert found() == []


@pytest.fixture
def owned(postgresql: PostgresServer, database: str) -> Iterator[str]:
    """The shop of a role that may do nothing but own it."""
    url = make_url(database)
    run(postgresql.url, "CREATE ROLE lint_owner LOGIN", f"ALTER DATABASE {url.database} OWNER TO lint_owner")
    mine = url.set(username="lint_owner").render_as_string(hide_password=False)
    run(database, "ALTER SCHEMA public OWNER TO lint_owner")
    run(mine, LEGACY)
    yield mine
    run(postgresql.url, f"ALTER DATABASE {url.database} OWNER TO postgres")
    run(database, "DROP OWNED BY lint_owner CASCADE", "DROP ROLE lint_owner")


def test_the_trigger_of_a_role_that_is_no_superuser_is_told_and_does_fire(owned: str) -> None:
    (lint,) = [each for each in commands.preview(EVOLUTION, owned).lints if each.code == "CF104"]
    assert "touch" in lint.fact
    assert "lint_owner" in lint.remedy
    assert any("CF104" in note for note in commands.start(EVOLUTION, owned).notes)
    with create_engine(owned, poolclass=NullPool).connect() as connection:
        touched = connection.exec_driver_sql("SELECT count(*) FROM orders WHERE touched_at IS NOT NULL")
        assert touched.scalar_one() == 3000


def test_an_accepted_lint_is_shown_with_its_reason_and_warns_no_more(shop: str) -> None:
    document = commands.preview(EVOLUTION, shop)
    assert (document.figures.warnings, document.figures.silenced) == (1, 2)
    for form in ("text", "markdown", "html"):
        assert "both applications name their columns" in FORMATS[form](document)
    everything = replace(EVOLUTION, accept={"CF102": "they stay", "CF106": "named"})
    assert commands.preview(everything, shop).figures.warnings == 0
    assert everything.fingerprint == EVOLUTION.fingerprint


def test_a_reason_may_come_when_it_is_live(shop: str) -> None:
    commands.start(EVOLUTION, shop)
    later = replace(EVOLUTION, accept={"CF102": "looked at"})
    assert {each.silenced for each in commands.guide(later, shop).lints if each.code == "CF102"} == {
        "looked at",
        "orders stay",
    }


@pytest.mark.parametrize(
    ("accept", "said"),
    [
        ({"CF999": "no"}, "no lint"),
        ({"CF102": "  "}, "no reason"),
        ({"unindexed": "no"}, "no lint"),
    ],
)
def test_what_can_not_be_accepted(accept: dict[str, str], said: str) -> None:
    with pytest.raises(EvolutionError, match=said):
        Evolution("e", changes=[AddColumn("orders", SHOP.changes[1].column)], accept=accept)  # type: ignore[attr-defined]
