"""A mark below the part that is meant, in the user's own words."""

import pytest

from crossfade.expressions import Sql, Written, pointed

COLUMNS = ("id", "total", "Größe")


@pytest.mark.parametrize("marked", ["(total + <id>)", '("Größe" <||> id)', "(id + total <+> id)", "<now()>"])
def test_a_place_in_what_was_written_is_found_in_the_users_text(marked: str) -> None:
    text = marked.replace("<", "").replace(">", "")
    part = marked[marked.index("<") + 1 : marked.index(">")]
    written = Written.over(Sql(text, "TEXT", frozenset({"id"})), "t", COLUMNS)
    stands = written.sql.rindex('t."id"' if part == "id" else part)
    assert written.source(stands) == marked.index("<")


def test_a_place_within_a_columns_new_name_is_that_of_the_column() -> None:
    written = Written.over(Sql("(id + total)", "INT", frozenset({"id"})), "t", COLUMNS)
    assert written.sql == '(t."id" + t."total")'
    assert {written.source(at) for at in range(10, 19)} == {6}
    assert written.source(19) == 11


@pytest.mark.parametrize(
    ("text", "at", "picture"),
    [
        ("total", 0, ["    total", "    ^"]),
        ("a + b", 4, ["    a + b", "        ^"]),
        ("a + b", None, ["    a + b"]),
        ("a\n\t+ b", 5, ["    a", "    \t+ b", "    \t  ^"]),
        ("a\nb", 0, ["    a", "    ^", "    b"]),
        ("", None, ["    "]),
    ],
)
def test_the_mark_stands_below_its_character(text: str, at: int | None, picture: list[str]) -> None:
    assert pointed(text, at).split("\n")[1:] == picture
