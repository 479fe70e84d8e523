"""Tables that become one, as people read of it: in every format, and on the command line."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from crossfade import commands
from crossfade.cli import application
from crossfade.document import Document
from crossfade.pages import FORMATS
from tests.documents.parcels import EVOLUTION, WRITES
from tests.documents.shop import run


@pytest.mark.one_server
def test_every_format_tells_it(shipments: dict[str, Document]) -> None:
    document = shipments["live"]
    for form in ("text", "markdown", "html"):
        page = FORMATS[form](document)
        if form == "html":
            page = re.sub(r"<[^>]*>", " ", page).replace("&gt;", ">").replace("&#39;", "'")
        found = re.sub(r"\s+", " ", re.sub(r"[\\`]", "", page))
        for said in (
            "parcel and 3 more tables to shipment",
            "stop and 1 more table to leg",
            "absent in this database",
            "values mapped",
            "key translated",
            "parcel_tag: 40 rows embedded in shipment.tags",
            "parcel: 40 rows -> shipment",
            "parcel_look: 12 rows counted in shipment.looks",
            "parcel_insurance: absent",
            "rows of which the complement is needed: public.shipment.customs",
            "'lost'",
        ):
            assert said in found, (form, said)
    assert "parcel_tag becomes an object in tags" not in FORMATS["text"](document)  # a table tells it
    assert "nothing shows parcel.secret, parcel_tag.id" in FORMATS["text"](document)
    assert "public.shipment" in re.findall("(?s)```mermaid(.*?)```", FORMATS["markdown"](document))[0]


@pytest.mark.one_server
def test_titles_fit_a_line(shipments: dict[str, Document]) -> None:
    document = shipments["absent"]
    for command in ("start", "complete", "rollback", "revert", "purge"):
        for step in getattr(document, command):
            assert len(step.title) <= 100, step.title


@pytest.mark.one_server
def test_the_command_line_tells_it(depot: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def said(*arguments: str) -> str:
        found = CliRunner().invoke(application(), [*arguments, "--database", depot], catch_exceptions=False)
        assert found.exit_code == 0, found.output
        return found.output

    monkeypatch.setenv("COLUMNS", "120")
    commands.start(EVOLUTION, depot)
    status = said("status")
    assert "on public.parcel, public.parcel_tag, public.parcel_label, public.parcel_look and 4 more" in status
    run(depot, *WRITES, "UPDATE leg SET details = jsonb_set(details, '{note}', to_jsonb(repeat('é', 500))) "
                        "WHERE stop_id = 12")  # fmt: skip
    commands.rollback(EVOLUTION, depot)
    kept = said("complement", "show", "shipments").splitlines()
    at = kept.index("shipments  public.shipment (1)  Consolidate parcel into shipment  kept")
    assert kept[at + 1] == "    customs: 'x' (old side: NULL)"
    grams = kept.index("shipments  public.shipment (7)  Consolidate parcel into shipment  kept")
    assert kept[grams + 1] == "    grams: '1' (old side: '7000')"
    details = next(each for each in kept if "note" in each and "é" in each)
    assert details.startswith("""    details: '{"note": "é""")
    assert """(old side: '{"scans": []}')""" in details
    assert len(details) < 300
    assert '"customs":"x"' in said("complement", "show", "shipments", "--json").replace(" ", "")
