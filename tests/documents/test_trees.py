"""Tables that become one, in every document: what becomes of what, and of how many rows, in every state."""

from __future__ import annotations

import re

import pytest

from crossfade import commands
from crossfade.document import Document, Guide, MappedValue
from crossfade.reports import TableMoved
from tests.documents.parcels import EVOLUTION, LABELS, LOOKS, PARCELS, SCANS, STOPS, TAGS, WRITES
from tests.documents.shop import run
from tests.documents.test_counts import ANEW, BEYOND, KEPT, LOST, NEEDED, way

UNSAID = "rows that no old value stands for, so that revert refuses: "
MOVED = [
    ("public.parcel", "public.shipment", "moved", PARCELS),
    ("public.parcel_tag", "public.shipment.tags", "embedded", TAGS),
    ("public.parcel_label", "public.shipment.label", "embedded", LABELS),
    ("public.parcel_look", "public.shipment.looks", "counted", LOOKS),
    ("public.parcel_insurance", "public.shipment", "absent", 0),
    ("public.stop", "public.leg", "moved", STOPS),
    ("public.stop_scan", "public.leg.details.scans", "embedded", SCANS),
]


def counted(document: Document, command: str) -> dict[str, int | None]:
    """The counts of a way back that are not 0."""
    return {what: rows for what, rows in way(document, command).items() if rows != 0}


def lines(moved: tuple[TableMoved, ...]) -> list[tuple[str, str, str, int]]:
    return [(each.table, each.into, each.how, each.rows) for each in moved]


def test_the_old_tables_and_where_they_go(shipments: dict[str, Document]) -> None:
    first, second = shipments["absent"].trees
    assert [(each.table, each.becomes, each.places, each.order) for each in first.old] == [
        ("public.parcel", ("a row each",), ("public.shipment",), ()),
        ("public.parcel_tag", ("an object",), ("public.shipment.tags",), ()),
        ("public.parcel_label", ("an object, or null",), ("public.shipment.label",), ()),
        ("public.parcel_look", ("a count",), ("public.shipment.looks",), ()),
    ]
    assert [(each.table, each.becomes, each.places, each.order) for each in second.old] == [
        ("public.stop", ("a row each",), ("public.leg",), ()),
        ("public.stop_scan", ("an array",), ("public.leg.details.scans",), ("at",)),
    ]
    assert (first.absent, second.absent) == (("public.parcel_insurance",), ())
    assert all(re.fullmatch(r"public\._crossfade_old_\w+_parcel\w*", each.retired) for each in first.old)


def test_every_column_of_the_new_table(shipments: dict[str, Document]) -> None:
    first, second = shipments["absent"].trees
    assert [(each.column.name, each.how, each.made_of, each.back) for each in first.new] == [
        ("shipment_id", "key", "legacy_uuid('public.parcel:' || id)", False),
        ("state", "mapped", "status", True),
        ("grams", "derived", "((weight * 1000)::integer)", False),
        ("weight", "same", "weight", True),
        ("sent_at", "same", "sent_at", True),
        ("comment", "renamed", "remark", True),
        ("tags", "embedded", "parcel_tag", True),
        ("label", "embedded", "parcel_label", True),
        ("looks", "counted", "parcel_look", False),
        ("insurances", "new", "", False),
        ("customs", "new", "", False),
        ("parcel_id", "old key", "id", True),
    ]
    assert [(each.column.name, each.how, each.made_of, each.back) for each in second.new] == [
        ("leg_id", "key", "legacy_uuid('public.stop:' || id)", False),
        ("shipment_id", "translated", "parcel_id, as shipment.shipment_id", True),
        ("place", "same", "place", True),
        ("details", "embedded", "stop_scan in scans", False),
        ("stop_id", "old key", "id", True),
    ]
    state = first.new[1].column
    assert (state.type, state.nullable, state.default) == ("text", False, "'open'")


def test_every_column_of_the_old_tables(shipments: dict[str, Document]) -> None:
    tree = shipments["absent"].trees[0]
    found = {
        f"{table.table}.{each.column.name}": (each.lands, each.back)
        for table in tree.old
        for each in table.columns
    }
    assert found == {
        "public.parcel.id": (("shipment_id", "parcel_id"), False),
        "public.parcel.status": (("state",), True),
        "public.parcel.weight": (("grams", "weight"), True),
        "public.parcel.sent_at": (("sent_at",), True),
        "public.parcel.remark": (("comment",), True),
        "public.parcel.secret": ((), False),
        "public.parcel_tag.id": ((), False),
        "public.parcel_tag.parcel_id": (("shipment",), True),
        "public.parcel_tag.name": (("tags",), True),
        "public.parcel_tag.value": (("tags",), True),
        "public.parcel_label.id": (("label",), True),
        "public.parcel_label.parcel_id": (("shipment",), True),
        "public.parcel_label.address": (("label",), True),
        "public.parcel_look.id": ((), False),
        "public.parcel_look.parcel_id": (("shipment",), False),
        "public.parcel_look.who": ((), False),
    }


def test_values_are_counted_on_both_sides(shipments: dict[str, Document]) -> None:
    def told(state: str) -> dict[object, tuple[object, object, int | None, int | None]]:
        (mapping,) = shipments[state].mappings
        assert (mapping.table, mapping.old, mapping.new) == (
            "public.parcel",
            "status",
            "public.shipment.state",
        )
        values: tuple[MappedValue, ...] = mapping.values
        return {each.old: (each.new, each.back, each.rows, each.new_rows) for each in values}

    assert told("absent") == {
        "new": ("open", "new", 20, None),
        "sent": ("sent", "sent", 10, None),
        "lost": ("lost", "lost", 10, None),
    }
    assert told("live")["sent"] == ("sent", "sent", 11, 11)
    assert told("completed")["new"] == ("open", "new", None, 20 - 2 + 1 + 1)
    assert told("purged")["lost"] == ("lost", "lost", None, 9)


def test_before_it_is_started(shipments: dict[str, Document]) -> None:
    document = shipments["absent"]
    assert counted(document, "rollback") == {}
    assert counted(document, "revert, before purge") == {}
    assert counted(document, "revert, after purge") == {
        LOST + "public.parcel.id": PARCELS,
        LOST + "public.parcel.secret": 4,
        LOST + "public.parcel_tag.id": TAGS,
        LOST + "public.parcel_look.id": LOOKS,
        LOST + "public.parcel_look.parcel_id": LOOKS,
        LOST + "public.parcel_look.who": 4,
        LOST + "public.stop.id": STOPS,
    }
    assert document.figures.rows == PARCELS + TAGS + LABELS + LOOKS + STOPS + SCANS
    assert any("no table parcel_insurance" in each and "insurances" in each for each in document.notes)
    purge = next(each for each in document.ways_back if each.command == "purge")
    for table in ("parcel", "parcel_tag", "parcel_label", "parcel_look", "stop", "stop_scan"):
        assert f"public.{table}" in purge.restores
    assert "drop column parcel_id of public.shipment" in purge.restores


def test_while_both_versions_are_live(shipments: dict[str, Document]) -> None:
    document = shipments["live"]
    assert counted(document, "rollback") == {
        NEEDED + "public.shipment": 6 + 2 + 1,
        NEEDED + "public.shipment.shipment_id": 1,
        NEEDED + "public.shipment.grams": 2,
        NEEDED + "public.shipment.customs": 6,
        NEEDED + "public.leg": 4,
        NEEDED + "public.leg.details": 4,
    }
    assert document.figures.rows < 2 * (PARCELS + TAGS + LABELS + LOOKS + STOPS + SCANS)  # one side of them


def test_a_rollback_keeps_as_many_rows_as_were_foretold(depot: str, shipments: dict[str, Document]) -> None:
    commands.start(EVOLUTION, depot)
    run(
        depot,
        *WRITES,
        "ALTER TABLE shipment ALTER customs SET DEFAULT 'none'",
        "INSERT INTO shipment DEFAULT VALUES",
    )
    foretold = way(commands.preview(EVOLUTION, depot), "rollback")
    kept = commands.rollback(EVOLUTION, depot).complement_rows
    assert foretold[NEEDED + "public.shipment"] == 10
    assert kept == 10 + 4
    assert shipments["rolled back"].kept_rows == 13
    assert way(shipments["rolled back"], "rollback")[KEPT] == 13


def test_after_complete(shipments: dict[str, Document]) -> None:
    document = shipments["completed"]
    assert counted(document, "revert, before purge") == {
        ANEW + "public.shipment": 1 + 2 + 2,
        "of these born since complete, to be made: public.shipment": 1,
        "of these deleted since complete, to be deleted: public.parcel": 2,
        ANEW + "public.leg": 1 + 4,
        "of these deleted since complete, to be deleted: public.stop": 4,
        UNSAID + "public.leg.details.scans": 1,
    }
    found = counted(document, "revert, after purge")
    assert found[LOST + "public.parcel.id"] == PARCELS + 1  # the retired table's
    assert {what: rows for what, rows in found.items() if what.startswith(BEYOND)} == {
        BEYOND + "public.shipment": LOOKS + 2,
        BEYOND + "public.shipment.shipment_id": 2,
        BEYOND + "public.shipment.grams": 2,
        BEYOND + "public.shipment.looks": LOOKS,
        BEYOND + "public.shipment.customs": 6,
        BEYOND + "public.leg": 4,
        BEYOND + "public.leg.details": 4,
    }


def test_after_purge(shipments: dict[str, Document]) -> None:
    document = shipments["purged"]
    assert [each.command for each in document.ways_back] == ["revert, after purge"]
    left = PARCELS + 1 - 2 + 1
    assert counted(document, "revert, after purge") == {
        UNSAID + "public.leg.details.scans": 1,
        BEYOND + "public.shipment": left,
        BEYOND + "public.shipment.shipment_id": left,  # the old keys are gone, and with them what made these
        BEYOND + "public.shipment.grams": 2,
        BEYOND + "public.shipment.looks": LOOKS,
        BEYOND + "public.shipment.customs": 6,
        BEYOND + "public.leg": STOPS - 4,
        BEYOND + "public.leg.leg_id": STOPS - 4,
        BEYOND + "public.leg.details": 4,
    }
    assert not any("not counted" in each for each in document.notes)


def test_start_says_what_has_become_of_each_table(depot: str) -> None:
    outcome = commands.start(EVOLUTION, depot)
    assert lines(outcome.per_table) == MOVED
    guide = commands.guide(EVOLUTION, depot)
    assert lines(guide.walks[0].per_table) == MOVED
    assert commands.complete(EVOLUTION, depot).per_table == ()


@pytest.mark.one_server
def test_each_start_counts_anew(shipments: dict[str, Document]) -> None:
    guide = shipments["completed"]
    assert isinstance(guide, Guide)
    starts = [walk for walk in guide.walks if walk.command == "start"]
    assert [walk.per_table[0].rows for walk in starts] == [PARCELS, PARCELS + 1]
