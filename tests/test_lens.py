"""A lens is symmetric, and its law says which round trips hold: in Python's words and in the server's."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, NullPool, create_engine, text

from crossfade.dialects.postgresql import values
from crossfade.dialects.postgresql.values import Row
from crossfade.expressions import Sql, ValueMap
from crossfade.lens import Assignment, Law, RowLens, law_of
from crossfade.schema import Column, TableName
from crossfade.testing import PostgresServer

Value = str | None
LABELS = ("a", "b", "c")
STRINGS: tuple[Value, ...] = ("x", "y", "it's", "%", None)
OUTSIDE = "none of these"  # what only the new side can hold


def lens(forward: ValueMap, backward: ValueMap) -> RowLens:
    return RowLens(
        "OpenEnum t.old",
        TableName("public", "t"),
        (Column("old", "text"),),
        (Column("new", "text"),),
        ("old",),
        (Assignment("new", forward),),
        (Assignment("old", backward),),
        law_of(forward, backward),
    )


@st.composite
def lenses(draw: st.DrawFn) -> RowLens:
    """As OpenEnum makes them, and others: labels may become one value, values may be said by any label."""
    labels = draw(st.lists(st.sampled_from(LABELS), min_size=1, unique=True))
    there: dict[Value, Value] = {label: draw(st.sampled_from(STRINGS)) for label in labels}
    if draw(st.booleans()):
        there[None] = draw(st.sampled_from(STRINGS))
    said = draw(st.dictionaries(st.sampled_from(STRINGS), st.sampled_from((*labels, None))))
    back = draw(st.sampled_from([{value: label for label, value in there.items()}, said]))
    otherwise = draw(st.sampled_from([None, *labels]))
    forward = ValueMap("old", tuple(there.items()), "text", "text")
    return lens(forward, ValueMap("new", tuple(back.items()), "text", "text", otherwise))


def model(values: ValueMap, value: Value) -> Value:
    return dict(values.pairs).get(value, values.otherwise)


def maps(of: RowLens) -> tuple[ValueMap, ValueMap]:
    (there,), (back,) = of.forward, of.backward
    assert isinstance(there.value, ValueMap)
    assert isinstance(back.value, ValueMap)
    return there.value, back.value


def agree(of: RowLens, old: Value, new: Value) -> bool:
    """The relation, in Python's words."""
    forward, backward = maps(of)
    return {
        Law.BACKWARD: model(backward, new) == old,
        Law.FORWARD: model(forward, old) == new,
        Law.EITHER: model(backward, new) == old or model(forward, old) == new,
        Law.FREE: True,
    }[of.law]


@given(lenses())
def test_the_inverse_of_the_inverse_is_the_lens(of: RowLens) -> None:
    assert of.inverse().inverse() == of
    assert (of.inverse().old, of.inverse().new) == (of.new, of.old)


@pytest.mark.parametrize("law", Law)
def test_a_law_seen_from_the_other_side(law: Law) -> None:
    assert law.swapped().swapped() is law
    assert (law.swapped() is law) == (law in {Law.EITHER, Law.FREE})


@given(lenses())
def test_round_trips_hold_as_the_law_says(of: RowLens) -> None:
    forward, backward = maps(of)
    there_and_back = all(model(backward, model(forward, value)) == value for value, _ in forward.pairs)
    back_and_there = all(model(forward, model(backward, value)) == value for value, _ in backward.pairs)
    if of.law is Law.BACKWARD:
        assert there_and_back
    elif of.law is Law.FORWARD:
        assert back_and_there
        assert not there_and_back
    else:
        assert of.law is Law.EITHER
        assert not there_and_back


@given(lenses())
def test_what_either_side_writes_agrees_once_it_is_carried_over(of: RowLens) -> None:
    """Whatever either side may hold agrees with what it becomes on the other."""
    forward, backward = maps(of)
    for old, _ in forward.pairs:
        assert agree(of, old, model(forward, old))
    known = [value for value, _ in backward.pairs]
    for new in [*known, *([OUTSIDE] if backward.otherwise is not None else [])]:
        assert agree(of, model(backward, new), new)


@pytest.fixture(scope="module")
def connection(postgresql: PostgresServer) -> Iterator[Connection]:
    engine = create_engine(postgresql.create_database("lens"), poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("CREATE TEMP TABLE pairs (old text, new text)"))
        for old in (*LABELS, None):
            for new in (*STRINGS, OUTSIDE):
                connection.execute(text("INSERT INTO pairs VALUES (:old, :new)"), {"old": old, "new": new})
        yield connection
    postgresql.drop_database("lens")


@pytest.mark.parametrize("row", [Row("p"), Row("p", safe=True)], ids=["any path", "a safe path"])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(of=lenses())
def test_the_server_judges_every_pair_as_the_model_does(
    connection: Connection, row: Row, of: RowLens
) -> None:
    forward, backward = maps(of)
    columns = ("old", "new")
    ((_, there),) = values.forward(of, row, columns)
    ((_, back),) = values.backward(of, row, columns)
    query = (
        f"SELECT old, new, {there} AS there, {back} AS back, {values.agree(of, row, columns)} AS agree, "
        f"{values.kept(of, row, columns)} AS kept, {values.unfilled(of, row, columns)} AS unfilled "
        "FROM pairs p"
    )
    rows = connection.exec_driver_sql(query, execution_options={"no_parameters": True}).all()
    assert len(rows) == (len(LABELS) + 1) * (len(STRINGS) + 1)
    for each in rows:
        assert each.there == model(forward, each.old)
        assert each.back == model(backward, each.new)
        assert each.agree is agree(of, each.old, each.new)
        assert each.kept is (each.new != model(forward, each.old))
        assert each.unfilled is (each.new is None and model(forward, each.old) is not None)


def test_the_law_of_an_enum_that_opens() -> None:
    def law(there: dict[Value, Value], back: dict[Value, Value], otherwise: Value = None) -> Law:
        return law_of(
            ValueMap("old", tuple(there.items()), "text", "text"),
            ValueMap("new", tuple(back.items()), "text", "text", otherwise),
        )

    assert law({"a": "x", "b": "y"}, {"x": "a", "y": "b"}) is Law.BACKWARD
    assert law({"a": "x", "b": "y"}, {"x": "a", "y": "b"}, "a") is Law.BACKWARD
    assert law({"a": "x", "b": "x"}, {"x": "a"}) is Law.FORWARD
    assert law({"a": "x", "b": "x"}, {"x": "a"}, "b") is Law.EITHER
    assert law({"a": None, "b": "y"}, {None: "a", "y": "b"}) is Law.BACKWARD


def test_what_the_new_side_must_keep_to() -> None:
    forward = ValueMap("old", (("a", "x"), (None, None)), "text", "text")
    closed = lens(forward, ValueMap("new", (("x", "a"), (None, None)), "text", "text"))
    assert closed.closed_to == (("new", ("x",), True),)
    opened = lens(forward, ValueMap("new", (("x", "a"),), "text", "text", "a"))
    assert opened.closed_to == ()
    without_null = lens(forward, ValueMap("new", (("x", "a"),), "text", "text"))
    assert without_null.closed_to == (("new", ("x",), False),)


def test_a_lens_under_other_names_is_the_same_lens() -> None:
    of = lens(ValueMap("old", (("a", "x"),), "text", "text"), ValueMap("new", (("x", "a"),), "text", "text"))
    named = of.renamed({"old": "retired", "new": "old"})
    assert ([each.name for each in named.old], [each.name for each in named.new]) == (["retired"], ["old"])
    assert maps(named)[0].column == "retired"
    assert maps(named)[1].column == "old"
    assert named.renamed({"retired": "old", "old": "new"}) == of


def test_what_has_to_be_copied() -> None:
    of = lens(ValueMap("old", (("a", "x"),), "text", "text"), ValueMap("new", (("x", "a"),), "text", "text"))
    assert of.copied
    assert of.reads == {"old"}
    assert not of.volatile
    assert not replace(of, by_default=True).copied
    random = replace(
        of, by_default=True, forward=(Assignment("new", Sql("random()", "text", volatile=True)),)
    )
    assert random.volatile
    assert random.copied
