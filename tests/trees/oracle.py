"""What the new tables must hold, in plain Python: told from the old tables, read as the old application does.

Numbers are exact (`Decimal`), JSON's true is not 1, and a column that is NULL does not hold JSON's null.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from crossfade import commands, legacy_uuid
from tests.concurrency.watching import Session, opened, rows
from tests.trees.ledger import NAME, STATES

Row = dict[str, Any]
Rows = dict[tuple[str, int], Row]  # by the table and the legacy key
Changed = Mapping[tuple[str, int], Mapping[str, Any]]

NULL: Final = "NULL"  # of a column; None is JSON's
TYPES: Final = (
    "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute "
    "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
)
PLAIN: Final = (
    "SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'postgres'; "
    "SET bytea_output = 'hex'; SET extra_float_digits = 1; SET default_transaction_read_only = on"
)
SLOTS: Final = ("lines", "labels", "details", "receipt")


def check(database: str, changed: Changed | None = None, *, compared: bool = True) -> None:
    """Both sides agree, and the new rows are those that the old ones make; but for what was `changed`.

    `lines` or `tries` of it may be a list of ids: the order in which the elements must stand.
    """
    with opened(database) as session:
        session.execute(PLAIN)
        due = expected(session)
        for place, values in (changed or {}).items():
            for name, value in values.items():
                _change(due[place], name, value)
        found = read(session)
    assert found.keys() == due.keys()
    for place, row in due.items():
        assert found[place] == row, place
    if compared:
        verified = commands.verify(NAME, database)
        assert verified.examples == ()
        assert (verified.mismatches, verified.rows) == (0, len(due))


def expected(session: Session) -> Rows:
    """The new rows that the old ones make."""
    every = {name: table(session, name) for name in ("jobs", "marks", "tasks", "labels", "receipts")}
    every["lines"] = table(session, "lines", "t.taken, t.id")
    every["tries"] = table(session, "tries", "t.attempt, t.id")
    due: Rows = {}
    for job in every["jobs"]:
        due["missions", int(job["id"])] = {
            "mission_id": str(legacy_uuid("jobs", int(job["id"]))),
            **{name: job[name] for name in ("client", "title", "price", "extra", "opened", "closed")},
            "status": STATES[job["state"]],
            "minutes": _minutes(session, int(job["id"])),
            "marks": {each["name"]: _null(each["value"]) for each in _of(every["marks"], "job_id", job)},
            "outside": "within",
            "settings": {"of": "new"},
        }
    for task in every["tasks"]:
        tries = [_element(each) for each in _of(every["tries"], "task_id", task)]
        receipt = [_element(each) for each in _of(every["receipts"], "task_id", task)]
        due["moves", int(task["id"])] = {
            "move_id": str(legacy_uuid("tasks", int(task["id"]))),
            "mission_id": str(legacy_uuid("jobs", int(task["job_id"]))),
            **{name: task[name] for name in ("place", "name")},
            "lines": [_element(each) for each in _of(every["lines"], "task_id", task)],
            "labels": {each["name"]: each["value"] for each in _of(every["labels"], "task_id", task)},
            "details": {"tries": tries},
            "tried": Decimal(len(tries)),
            "receipt": receipt[0] if receipt else NULL,
        }
    return due


def read(session: Session) -> Rows:
    """The new rows, as the new application reads them."""
    found: Rows = {}
    for name, legacy in (("missions", "legacy_job"), ("moves", "legacy_task")):
        for row in table(session, name):
            found[name, int(row.pop(legacy))] = row
    return found


def table(session: Session, name: str, order: str = "1") -> list[Row]:
    """The rows of a table, each value by its type as JSON has it."""
    types = rows(session, TYPES, name)
    columns = ", ".join(f"t.{name}" if type_.endswith("[]") else f"t.{name}::text" for name, type_ in types)
    return [
        {column: _said(value, type_) for (column, type_), value in zip(types, row, strict=True)}
        for row in rows(session, f"SELECT {columns} FROM {name} AS t ORDER BY {order}")
    ]


def plain(text: str) -> Any:
    """What a JSON text says, exactly."""
    return _marked(json.loads(text, parse_float=Decimal, parse_int=Decimal))


def _said(value: Any, type_: str) -> Any:
    if value is None:
        return NULL
    if type_ == "jsonb":
        return plain(value)
    if type_ == "boolean":
        return ("boolean", value == "true")
    if type_ in {"smallint", "integer", "bigint", "numeric", "double precision"}:
        return value if value in {"NaN", "Infinity", "-Infinity"} else Decimal(value)
    if type_.startswith("timestamp"):
        return value.replace(" ", "T", 1).replace("+00", "+00:00")
    return value


def _marked(value: Any) -> Any:
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, dict):
        return {name: _marked(each) for name, each in value.items()}
    return [_marked(each) for each in value] if isinstance(value, list) else value


def _element(child: Row) -> Row:
    """A child as an element: NULL is null, but of a JSON column it is no field."""
    gone = {"task_id", *(["free"] if child.get("free") == NULL else [])}
    return {name: _null(value) for name, value in child.items() if name not in gone}


def _null(value: Any) -> Any:
    return None if isinstance(value, str) and value == NULL else value


def _of(children: Sequence[Row], parent: str, row: Row) -> list[Row]:
    return [each for each in children if each[parent] == row["id"]]


def _minutes(session: Session, job: int) -> Any:
    ((found,),) = rows(session, "SELECT closed - opened FROM jobs WHERE id = %s", job)
    return NULL if found is None else Decimal(found.total_seconds() // 60)


def _change(row: Row, name: str, value: Any) -> None:
    if name in {"lines", "tries"}:
        held: list[Row] = row["details"]["tries"] if name == "tries" else row[name]
        assert sorted(value) == sorted(int(each["id"]) for each in held)
        held.sort(key=lambda each: value.index(int(each["id"])))
    elif name == "details":
        row["details"] |= value
    elif name == "details-":
        del row["details"][value]
    else:
        row[name] = value
