import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade import names
from crossfade.errors import EvolutionError
from crossfade.schema import TableName

PARTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=80)


@pytest.mark.parametrize(
    ("made", "name"),
    [
        (names.namespace("public", "open_statuses"), "public__open_statuses"),
        (names.namespace("Shop", "open_statuses"), "Shop__open_statuses"),
        (names.successor("status", "open_statuses"), "_crossfade_new_c665_status"),
        (names.retired("status", "open_statuses"), "_crossfade_old_c665_status"),
        (names.routine("sync", "public", "orders", "open_statuses"), "sync_c665_public_orders"),
        (names.routine("sync", "a", "b_c", "open_statuses"), "sync_c665_a_b_c"),
        (names.routine("sync", "a_b", "c", "open_statuses"), "sync_c665_a_b_c_648fa9b3"),
        (names.index("orders", "channel"), "ix_orders_channel"),
        (names.index("orders", "a", "b"), "ix_orders_a_b"),
        (names.tag("open_statuses"), "c665"),
    ],
)
def test_names_that_are_made(made: str, name: str) -> None:
    assert made == name


@given(PARTS, PARTS, PARTS, PARTS)
def test_two_tables_never_share_a_routine(schema: str, name: str, other: str, others: str) -> None:
    if (schema, name) != (other, others):
        assert names.routine("sync", schema, name, "e") != names.routine("sync", other, others, "e")


@pytest.mark.parametrize("parts", [("a", "b", "c"), ("a", "", "b"), ("é" * 30, "b" * 30, "c" * 30)])
def test_where_a_schema_ends_is_part_of_a_routines_name(parts: tuple[str, str, str]) -> None:
    first, second, third = parts
    one = names.routine("sync", first, f"{second}_{third}", "e")
    assert one != names.routine("sync", f"{first}_{second}", third, "e")


def test_a_name_that_is_too_long_keeps_its_beginning_and_ends_in_a_hash_of_the_whole() -> None:
    long = "x" * 64
    assert names.fitted("x" * 63) == "x" * 63
    assert names.fitted(long) == "x" * 54 + "_7ce10097"
    assert names.fitted("é" * 40)[:27] == "é" * 27


@given(PARTS, st.integers(20, 63))
def test_every_name_fits_and_is_made_the_same_each_time(name: str, limit: int) -> None:
    fitted = names.fitted(name, limit)
    assert len(fitted.encode()) <= limit
    assert fitted == names.fitted(name, limit)
    if len(name.encode()) <= limit:
        assert fitted == name


@given(PARTS)
def test_names_that_differ_behind_the_limit_are_told_apart(name: str) -> None:
    long = name * 70
    assert names.fitted(long + "a") != names.fitted(long + "b")


def test_two_evolutions_keep_their_reserved_names_apart() -> None:
    assert names.successor("status", "one") != names.successor("status", "two")
    assert names.retired("status", "one") != names.successor("status", "one")
    assert names.is_reserved(names.successor("x", "one"))
    assert names.is_reserved(names.retired("x", "one"))
    assert not names.is_reserved("crossfade")


@pytest.mark.parametrize("name", ["a", "open_statuses", "v2", "a" * 48])
def test_names_of_evolutions(name: str) -> None:
    assert names.checked_evolution(name) == name


@pytest.mark.parametrize("name", ["channel", "Größe", "order", "x" * 63, "é" * 31, "crossfade_x", " "])
def test_names_of_columns(name: str) -> None:
    assert names.checked_column(name, "place") == name


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("orders", (None, "orders")),
        ("Orders", (None, "Orders")),
        ("shop.orders", ("shop", "orders")),
        ("order items", (None, "order items")),
        ('"a.b"', (None, "a.b")),
        ('"a.b"."c""d"', ("a.b", 'c"d')),
        ('shop."a.b"', ("shop", "a.b")),
        ("größe", (None, "größe")),
    ],
)
def test_how_a_table_is_written(written: str, read: tuple[str | None, str]) -> None:
    assert names.split_table(written) == read


@pytest.mark.parametrize("written", ["", ".", "a.", ".a", "a..b", "a.b.c", '"a', 'a"', '"a"b', '""', 'a"b"'])
def test_what_is_no_table(written: str) -> None:
    with pytest.raises(EvolutionError, match="is not a table's name"):
        names.split_table(written)


@given(PARTS, PARTS)
def test_a_table_reads_back_as_it_is_printed(schema: str, name: str) -> None:
    table = TableName(schema, name)
    assert names.split_table(str(table)) == (schema, name)


@given(PARTS, PARTS, PARTS, PARTS)
def test_two_tables_never_print_the_same(schema: str, name: str, other: str, another: str) -> None:
    one, two = TableName(schema, name), TableName(other, another)
    assert (str(one) == str(two)) == (one == two)


@pytest.mark.parametrize(
    ("name", "known", "told"),
    [
        ("statsu", ("id", "status", "total"), "did you mean 'status'?"),
        ("zebra", ("id", "status"), "there are: id, status"),
        ("zebra", ("d", "c", "b", "a"), "there are: a, b, c, d"),
        ("zebra", tuple("abcdefghijk"), "there are: a, b, c, d, e, f, g, h, …"),
        ("zebra", ("a", "a"), "there are: a"),
        ("zebra", (), ""),
    ],
)
def test_the_nearest_name(name: str, known: tuple[str, ...], told: str) -> None:
    assert names.nearest(name, known) == told


def test_the_key_of_an_old_row_is_a_uuid_of_version_8() -> None:
    """A pinned one: it stands in users' databases."""
    key = names.legacy_uuid("workflow_trace", 42)
    assert (key.version, key.variant) == (8, "specified in RFC 4122")
    assert key == names.legacy_uuid("workflow_trace", 42, schema="public")
    others = [("workflow_trace", 43, "public"), ("workflow_trace", 42, "x"), ("workflow_steps", 42, "public")]
    assert key not in {names.legacy_uuid(table, number, schema=schema) for table, number, schema in others}
    assert str(key) == "5dd340d2-aa04-8201-bcdf-f06ed88d9556"
