"""What an expression makes of a value is told without a database."""

from crossfade.expressions import (
    UNKNOWN,
    LookupKey,
    LookupValue,
    Sql,
    ValueMap,
    closed,
    domain,
    image,
    settled,
)
from crossfade.schema import Column, TableName

TYPES = TableName("public", "task_type")
DOMAIN, ACTION = Column("domain", "text"), Column("action", "text")
CHECK = (("domain", "claim"), ("action", "check"))
OTHER = (("domain", "other"), ("action", "look"))
MAP = ValueMap("status", (("new", "open"), (None, None)), "text", "text", "rest")
KEY = LookupKey(
    "status", TYPES, "id", (("claim", (*CHECK, ("display_name", "A claim"))),), (DOMAIN, ACTION), "text",
    "uuid", "key_1",
)  # fmt: skip
VALUE = LookupValue(
    "type_id", TYPES, "id", (((("domain", "claim"),), "claim"),), (DOMAIN,), "uuid", "text", "value_1"
)
SQL = LookupValue("type_id", TYPES, "id", (), (DOMAIN,), "uuid", "text", "value_2", Sql("domain", "text"))


def test_a_value_map() -> None:
    assert domain(MAP) == ("new", None)
    assert image(MAP, "new") == "open"
    assert image(MAP, "odd") == "rest"
    assert image(MAP, None) is None
    assert not closed(MAP)


def test_the_key_of_a_lookup_row_is_told_by_what_tells_rows_apart() -> None:
    assert domain(KEY) == ("claim",)
    assert image(KEY, "claim") == CHECK
    assert image(KEY, None) is None
    assert image(KEY, "odd") is None
    assert not settled(KEY)


def test_what_a_lookup_row_stands_for() -> None:
    assert image(VALUE, CHECK) == "claim"
    assert image(VALUE, OTHER) is None
    assert closed(VALUE)
    assert image(VALUE, (("action", "check"),)) is UNKNOWN  # nothing is said of its domain
    assert image(SQL, CHECK) is UNKNOWN
    assert not closed(SQL)


def test_sql_is_the_databases_to_tell() -> None:
    assert domain(Sql("upper(note)", "text")) is None
    assert image(Sql("upper(note)", "text"), "new") is UNKNOWN
    assert settled(Sql("upper(note)", "text"))
