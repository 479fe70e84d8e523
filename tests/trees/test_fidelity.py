"""Everything survives the trip through JSON exactly, both ways: what Hypothesis finds, and known traps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from tests.concurrency.watching import Session, opened, rows, value
from tests.trees.oracle import check
from tests.trees.stock import Stock

Sessions = Callable[..., Session]

EXAMPLES = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
COLUMNS = [
    "taken",
    "words",
    "amount",
    "weight",
    "begun",
    "day",
    "lasted",
    "data",
    "free",
    "fixed",
    "done",
    "ref",
    "names",
    "mood",
]
# As they are read, exactly: by the type's own output, which nothing is lost in.
EXACT = ", ".join(f"{each}::text" for each in COLUMNS)
MARKERS = ", ".join(["%s"] * len(COLUMNS))
INSERT = f"INSERT INTO lines (task_id, {', '.join(COLUMNS)}) VALUES (6, {MARKERS}) RETURNING id"

# PostgreSQL takes no NUL in a text, and no lone surrogate; JSON in it takes neither.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
NUMBERS = st.decimals(-9_999_999, 9_999_999, places=3) | st.just(Decimal("NaN"))
FLOATS = st.floats(width=64).map(lambda each: each or 0.0)  # JSON's numbers have no negative zero
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**25), 10**25)
    | TEXTS
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30))  # noqa: DTZ001 - given a zone below
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "taken": MOMENTS.map(lambda each: each.replace(tzinfo=UTC)) | st.sampled_from(["infinity", "-infinity"]),
    "words": st.none() | TEXTS,
    "amount": st.none() | NUMBERS,
    "weight": st.none() | FLOATS,
    "begun": st.none() | MOMENTS | st.just("4713-01-01 00:00:00 BC"),
    "day": st.none() | st.dates() | st.sampled_from(["infinity", "0044-03-15 BC", "5874897-12-31"]),
    "lasted": st.none()
    | st.timedeltas(timedelta(-9_999), timedelta(9_999))
    | st.just("1 year -2 mons 3 days -04:05:06.7"),
    "data": st.none() | st.binary(max_size=40),
    "free": st.none() | JSON.map(Jsonb),
    "fixed": JSON.map(Jsonb),
    "done": st.booleans(),
    "ref": st.none() | st.uuids(),
    "names": st.none() | st.lists(st.none() | TEXTS, max_size=4),
    "mood": st.none() | st.sampled_from(["calm", "tense", 'it\'s "odd"\\']),
}
LINES = st.fixed_dictionaries(VALUES)

TRAPS: tuple[dict[str, Any], ...] = (
    {"weight": 5e-324, "amount": Decimal("-0.001"), "words": ""},
    {"weight": 1e-7, "day": date(1, 1, 1), "data": b""},
    {"weight": 1.7976931348623157e308, "free": Jsonb(1.7976931348623157e308), "names": []},
    {"weight": 0.1, "fixed": Jsonb({"": {"": []}}), "names": ["", None, "NULL", '"', "\\", "{}", ","]},
    {"words": "\\u0000 \\ ' \" % %s $1 $$ \x01 \x7f  \U0001f600 \ufeff", "ref": UUID(int=0)},
    {"free": Jsonb("null"), "fixed": Jsonb(None), "lasted": "-178000000 years"},
    {"data": bytes(range(256)), "words": "\n\r\t", "begun": "infinity"},
    {"free": Jsonb("1.10"), "fixed": Jsonb([10**300, -0.0])},
)
PLAIN: dict[str, Any] = dict.fromkeys(COLUMNS) | {
    "taken": datetime(2024, 5, 1, 8, tzinfo=UTC),
    "fixed": Jsonb({}),
    "done": False,
}


@pytest.fixture(scope="module")
def trip(stock: Stock) -> Iterator[Session]:
    """A session on a live ledger, for all examples."""
    database = stock.copy("live")
    with opened(database) as session:
        yield session
    stock.drop(database)


def insert(session: Session, line: dict[str, Any]) -> int:
    """A line of task 6, written by the old application."""
    return int(value(session, INSERT, *(line[name] for name in COLUMNS)))


def there_and_back(session: Session, line: dict[str, Any]) -> None:
    """Old to new; then the new application takes the array away, and writes what it had read of it."""
    session.execute("DELETE FROM lines WHERE task_id = 6")
    key = insert(session, line)
    before = rows(session, f"SELECT {EXACT} FROM lines WHERE id = %s", key)
    ((shown,),) = rows(session, "SELECT lines::text FROM moves WHERE legacy_task = 6")
    session.execute("UPDATE moves SET lines = '[]' WHERE legacy_task = 6")
    assert rows(session, "SELECT id FROM lines WHERE task_id = 6") == []
    session.execute("UPDATE moves SET lines = %s::jsonb WHERE legacy_task = 6", (shown,))
    assert rows(session, f"SELECT {EXACT} FROM lines WHERE id = %s", key) == before
    assert rows(session, "SELECT lines::text FROM moves WHERE legacy_task = 6") == [(shown,)]


@EXAMPLES
@given(line=LINES)
def test_a_line_there_and_back(trip: Session, line: dict[str, Any]) -> None:
    there_and_back(trip, line)


@pytest.mark.parametrize("number", range(len(TRAPS)))
def test_known_traps(live: str, sessions: Sessions, number: int) -> None:
    there_and_back(sessions(live), PLAIN | TRAPS[number])
    check(live)


@EXAMPLES
@given(
    entries=st.dictionaries(TEXTS, JSON, max_size=5),
    texts=st.dictionaries(TEXTS, st.none() | TEXTS, max_size=5),
)
def test_keys_and_values_there_and_back(
    trip: Session, entries: dict[str, Any], texts: dict[str, str | None]
) -> None:
    trip.execute("DELETE FROM labels WHERE task_id = 6; DELETE FROM marks WHERE job_id = 3")
    for name, entry in entries.items():
        trip.execute("INSERT INTO labels (task_id, name, value) VALUES (6, %s, %s)", (name, Jsonb(entry)))
    for name, text in texts.items():
        trip.execute("INSERT INTO marks (job_id, name, value) VALUES (3, %s, %s)", (name, text))
    of_labels = 'SELECT name, value::text FROM labels WHERE task_id = 6 ORDER BY name COLLATE "C"'
    of_marks = 'SELECT name, value FROM marks WHERE job_id = 3 ORDER BY name COLLATE "C"'
    before = rows(trip, of_labels), rows(trip, of_marks)
    ((labels,),) = rows(trip, "SELECT labels::text FROM moves WHERE legacy_task = 6")
    ((marks,),) = rows(trip, "SELECT marks::text FROM missions WHERE legacy_job = 3")
    trip.execute("UPDATE moves SET labels = '{}' WHERE legacy_task = 6; UPDATE missions SET marks = '{}'")
    assert (rows(trip, of_labels), rows(trip, of_marks)) == ([], [])
    trip.execute("UPDATE moves SET labels = %s::jsonb WHERE legacy_task = 6", (labels,))
    trip.execute("UPDATE missions SET marks = %s::jsonb WHERE legacy_job = 3", (marks,))
    assert (rows(trip, of_labels), rows(trip, of_marks)) == before


@EXAMPLES
@given(
    line=st.tuples(
        VALUES["words"].filter(lambda each: each is not None), NUMBERS, VALUES["free"], VALUES["taken"]
    )
)
def test_columns_of_a_row_there_and_back(trip: Session, line: tuple[Any, ...]) -> None:
    exact = "SELECT title, price::text, extra::text, opened::text, closed::text FROM {} WHERE {} = 3"
    trip.execute(
        "UPDATE jobs SET title = %s, price = %s, extra = %s, opened = %s, closed = NULL WHERE id = 3", line
    )
    told = rows(trip, exact.format("missions", "legacy_job"))
    assert told == rows(trip, exact.format("jobs", "id"))
    trip.execute("UPDATE jobs SET title = '', price = NULL, extra = NULL, opened = now() WHERE id = 3")
    trip.execute(
        "UPDATE missions SET title = %s, price = %s::numeric, extra = %s::jsonb, opened = %s::timestamptz "
        "WHERE legacy_job = 3",
        told[0][:4],
    )
    assert rows(trip, exact.format("jobs", "id")) == told


def test_a_negative_zero_stays_until_it_is_written(live: str, sessions: Sessions) -> None:
    """JSON can't say it, but an element that is left as it is does not touch its row."""
    session = sessions(live)
    key = insert(session, PLAIN | {"weight": -0.0})
    session.execute("""UPDATE moves SET lines = lines || '[{"words": "x"}]' WHERE legacy_task = 6""")
    assert value(session, "SELECT weight::text FROM lines WHERE id = %s", key) == "-0"
    check(live)


def test_a_megabyte_in_one_element_and_a_thousand_elements(live: str, sessions: Sessions) -> None:
    session = sessions(live)
    big = "".join(chr(0x20 + n % 0x24F0) for n in range(1 << 20))
    session.execute(
        "INSERT INTO lines (task_id, words, data) VALUES (6, %s, %s)", (big, big.encode()[: 1 << 20])
    )
    session.execute("INSERT INTO lines (task_id, words) SELECT 5, 'n ' || n FROM generate_series(1, 1000) n")
    check(live)
    session.execute(
        """UPDATE moves SET lines = lines || '[{"words": "one more"}]' WHERE legacy_task IN (5, 6)"""
    )
    session.execute("UPDATE moves SET lines = jsonb_set(lines, '{0,done}', 'true') WHERE legacy_task = 6")
    assert value(session, "SELECT words = %s FROM lines WHERE task_id = 6 AND done", big)
    assert value(session, "SELECT count(*) FROM lines WHERE task_id = 5") == 1_003
    check(live)
