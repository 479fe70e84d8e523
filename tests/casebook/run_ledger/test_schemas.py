from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from crossfade.casebook.run_ledger.schemas import (
    Binding,
    Element,
    Endpoint,
    Event,
    RunCreate,
    Screenshot,
    stamp,
)

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (NOON, "2024-05-01T12:00:00+00:00"),
        (NOON.replace(microsecond=120_000), "2024-05-01T12:00:00.12+00:00"),
        (NOON.replace(microsecond=1), "2024-05-01T12:00:00.000001+00:00"),
        (NOON.replace(second=10), "2024-05-01T12:00:10+00:00"),
        (NOON.astimezone(timezone(-timedelta(hours=9, minutes=30))), "2024-05-01T12:00:00+00:00"),
    ],
)
def test_a_moment_is_written_as_postgresql_does(moment: datetime, written: str) -> None:
    assert stamp(moment) == written
    assert datetime.fromisoformat(written) == moment


def test_what_was_not_said_is_absent_and_what_was_is_there() -> None:
    assert "payload" not in Event(kind="x").stored()
    assert Event(kind="x", payload=None).stored()["payload"] is None
    assert Event(id=7, kind="x").stored()["id"] == 7
    assert list(Binding(name="n", source="s").stored()) == ["name", "source"]
    shot = Screenshot(url="u", thumbnail=b"\x00\xff", taken_at=NOON)
    assert (shot.stored()["thumbnail"], shot.stored()["width"]) == ("\\x00ff", None)


@pytest.mark.parametrize(
    "element",
    [
        Event(id=3, kind="x", payload={"a": [None]}, occurred_at=NOON),
        Event(kind="x", message="ключ"),
        Screenshot(url="u", thumbnail=b""),
        Endpoint(method="GET", url="u", latency_ms=0.125),
    ],
    ids=["whole", "of now", "of no bytes", "with a fraction"],
)
def test_an_element_is_read_as_it_was_stored(element: Element) -> None:
    again = type(element).model_validate(element.stored())
    assert again == element
    assert again.stored() == element.stored()


@pytest.mark.parametrize(
    "fields", [{"colour": "red"}, {"kind": None}, {"occurred_at": "2024-05-01T12:00:00"}]
)
def test_what_is_no_event_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Event.model_validate({"kind": "x", **fields})


@pytest.mark.parametrize(
    "fields", [{"status": "queued"}, {"channel": "fax"}, {"external_id": "x" * 256}, {"run_id": 1}]
)
def test_what_is_no_run_is_refused(fields: dict[str, Any]) -> None:
    given = {"workflow_id": uuid4(), "org_id": uuid4(), "channel": "web"}
    assert RunCreate.model_validate(given).status == "pending"
    with pytest.raises(ValidationError):
        RunCreate.model_validate(given | fields)
