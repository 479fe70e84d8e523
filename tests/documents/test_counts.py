"""Every count of a document is what the rows say, in every state, and the rows are left alone."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, String, Text

from crossfade import AddColumn, Evolution, OpenEnum, commands
from crossfade.document import Document, MappedValue, NewValue, WayBack
from tests.documents.shop import EVOLUTION, LEGACY, new, run

pytestmark = pytest.mark.together("documents")

STATUS, CHANNEL = "public.orders.status", "public.orders.channel"
NEEDED = "rows of which the complement is needed: "
ANEW = "rows whose old value is made anew: "
LOST = "rows whose old value can't be given back: "
BEYOND = "rows that hold more than the old side can: "
KEPT = "values that an earlier rollback kept, which the next start brings back, and purge forgets"


def way(document: Document, command: str) -> dict[str, int | None]:
    """The counts of one way back."""
    found: WayBack = next(each for each in document.ways_back if each.command == command)
    return {each.what: each.rows for each in found.counts}


def mapped(document: Document) -> dict[object, tuple[object, object, int | None, int | None]]:
    """What each old value becomes and comes back as, and the rows of either side."""
    (mapping,) = document.mappings
    values: tuple[MappedValue, ...] = mapping.values
    return {each.old: (each.new, each.back, each.rows, each.new_rows) for each in values}


def others(document: Document) -> tuple[NewValue, ...]:
    (mapping,) = document.mappings
    return mapping.others


def test_before_it_is_started(documents: dict[str, Document]) -> None:
    document = documents["absent"]
    assert mapped(document) == {
        "new": ("new", "new", 1000, None),
        "paid": ("paid in full", "paid", 800, None),
        "sent": ("sent", "sent", 900, None),
        "lost": ("sent", "sent", 300, None),
    }
    assert [each.returns for each in document.mappings[0].values] == [True, True, True, False]
    assert others(document) == ()
    assert way(document, "rollback")[NEEDED + STATUS] == 0
    assert way(document, "revert, after purge") == {LOST + STATUS: 300}
    purge = next(each for each in document.ways_back if each.command == "purge")
    assert "drop type public.order_status" in purge.restores


def test_while_both_versions_are_live(documents: dict[str, Document]) -> None:
    document = documents["live"]
    # Rows 1 to 7 held three `new` (1, 5, 7), two `paid` (2, 4), two `sent` (3, 6): the old side sees `paid`.
    assert mapped(document) == {
        "new": ("new", "new", 997, 997),
        "paid": ("paid in full", "paid", 800 - 2 + 7 + 2, 798),  # and the new row, and the seed
        "sent": ("sent", "sent", 898, 898 + 300),
        "lost": ("sent", "sent", 300, 898 + 300),
    }
    assert others(document) == (
        NewValue(new="returned", seen_as="paid", rows=8),
        NewValue(new="mislaid", seen_as="paid", rows=1),
    )
    needed = way(document, "rollback")
    assert needed[NEEDED + STATUS] == 9
    assert needed[NEEDED + CHANNEL] == 5 + 2  # the new application's own rows have no channel
    assert way(document, "revert, before purge")[ANEW + STATUS] == 0
    assert way(document, "revert, after purge")[LOST + STATUS] == 300


def test_after_a_rollback(documents: dict[str, Document]) -> None:
    document = documents["rolled back"]
    assert mapped(document)["paid"] == (
        "paid in full",
        "paid",
        806,
        None,
    )  # the untouched seed was taken back
    assert way(document, "rollback")[KEPT] == document.kept_rows > 0


def test_after_complete(documents: dict[str, Document]) -> None:
    document = documents["completed"]
    (mapping,) = document.mappings
    assert (mapping.old, mapping.new) == ("status", "status")
    assert [each.command for each in document.ways_back] == [
        "revert, before purge",
        "revert, after purge",
        "purge",
    ]
    assert mapped(document)["new"] == ("new", "new", None, 997)
    assert {each.new: each.rows for each in others(document)} == {"returned": 8, "odd": 2, "mislaid": 1}
    # Of rows 8 (`paid`) and 9 (`sent`), which became `odd`, the old side of one says what `odd` is seen as.
    assert way(document, "revert, before purge")[ANEW + STATUS] == 1
    assert way(document, "revert, after purge") == {LOST + STATUS: 300, BEYOND + STATUS: 11}


def test_after_purge(documents: dict[str, Document]) -> None:
    document = documents["purged"]
    assert [each.command for each in document.ways_back] == ["revert, after purge"]
    assert way(document, "revert, after purge") == {BEYOND + STATUS: 11}
    assert mapped(document)["sent"] == ("sent", "sent", None, 1197)
    assert {each.new: each.seen_as for each in others(document)} == dict.fromkeys(
        ("returned", "odd", "mislaid"), "paid"
    )
    assert document.notes == ()


def test_what_counts_refuses_to_write(shop: str) -> None:
    for step in commands.preview(EVOLUTION, shop).questions:
        assert step.statements[0].sql == "SET TRANSACTION READ ONLY"
        assert {each.blocks for each in step.statements} == {"nothing"}


def test_nothing_is_read_where_no_counts_are_asked_for(shop: str) -> None:
    document = commands.preview(EVOLUTION, shop, counts=False)
    assert document.questions == ()
    assert {each.rows for each in document.mappings[0].values} == {None}
    assert {each.rows_per_second for each in document.rates} == {None}
    assert document.figures.seconds is None


CLOSED = Evolution(
    "closed_statuses",
    changes=[
        OpenEnum("orders", "status", String(40)),
        AddColumn("orders", Column("title", Text), fill="upper(note)"),
    ],
)


def test_a_value_without_a_word_is_refused_and_counted(shop: str) -> None:
    assert commands.preview(CLOSED, shop).mappings[0].refused
    commands.start(CLOSED, shop)
    commands.complete(CLOSED, shop)
    run(shop, "UPDATE orders SET status = 'odd' WHERE id IN (8, 9, 10)")
    found = way(commands.preview(CLOSED, shop), "revert, before purge")
    assert found["rows that no old value stands for, so that revert refuses: public.orders.status"] == 3


def test_values_that_are_too_many_are_left_out_and_said(shop: str) -> None:
    commands.start(EVOLUTION, shop)
    new(shop, "UPDATE orders SET status = 'odd ' || id WHERE id <= 150")
    mapping = commands.preview(EVOLUTION, shop).mappings[0]
    assert mapping.left_out == 150 + 1 + 3 - 100  # with the seed's value and those that the old side has
    assert way(commands.preview(EVOLUTION, shop), "rollback")[NEEDED + STATUS] == 151


def test_what_a_later_evolution_took_away_is_not_counted_and_said(shop: str) -> None:
    commands.start(EVOLUTION, shop)
    commands.complete(EVOLUTION, shop)
    run(shop, "ALTER TABLE orders RENAME COLUMN status TO state")
    document = commands.guide("open_statuses", shop)
    assert any("not counted: count the values of public.orders.status" in note for note in document.notes)
    assert way(document, "revert, before purge")[ANEW + STATUS] is None
    assert {each.new_rows for each in document.mappings[0].values} == {None}


@pytest.mark.one_server
def test_hostile_names_are_counted(database: str) -> None:
    run(database, LEGACY, 'ALTER TABLE orders RENAME COLUMN status TO "rows"', "DROP TABLE refunds")
    evolution = Evolution("odd", changes=[OpenEnum("orders", "rows", String(40))])
    assert mapped(commands.preview(evolution, database))["paid"][2] == 800
