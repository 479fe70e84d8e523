"""What AddForeignKey refuses: what can't refer, what can't be referred to, and rows that refer to nothing."""

import pytest
from sqlalchemy import Column, Text

from crossfade import AddColumn, AddForeignKey, SetNotNull
from crossfade.errors import EvolutionError, SchemaMismatch, Unsupported
from tests.refusals.refusal import IN, Case, Refusal, assert_case

NOTES = "CREATE TABLE notes (text text PRIMARY KEY, no int NOT NULL, kind text)"
KNOWN = "INSERT INTO notes VALUES ('a', 1), ('b', 2)"
MANY = "INSERT INTO orders SELECT n, 'new', n, 'n ' || n FROM generate_series(100, 111) n"
OF_NOTE = IN + "AddForeignKey orders (note)"
THEIR_VALUE = "give these rows a value that is there, or NULL, or delete them"

CASES = (
    Case(
        "no such column",
        (AddForeignKey("orders", "notes", "notes"),),
        Refusal(
            SchemaMismatch,
            "the new version of public.orders has no column 'notes'",
            IN + "AddForeignKey orders (notes)",
            "did you mean 'note'?",
        ),
        (NOTES,),
    ),
    Case(
        "no such table",
        (AddForeignKey("orders", "note", "notices"),),
        Refusal(SchemaMismatch, "there is no table 'notices'", OF_NOTE, "did you mean 'notes'?"),
        (NOTES,),
    ),
    Case(
        "a view",
        (AddForeignKey("orders", "note", "noted", target="text"),),
        Refusal(
            Unsupported,
            "public.noted is a view, and only a table can be referred to",
            OF_NOTE,
            "name a table",
        ),
        (NOTES, "CREATE VIEW noted AS SELECT text FROM notes"),
    ),
    Case(
        "what is not unique",
        (AddForeignKey("orders", "note", "notes", target="kind"),),
        Refusal(
            SchemaMismatch,
            "(kind) of public.notes is not unique: it can't be referred to",
            OF_NOTE,
            "name a key in target=, or make these columns unique first",
        ),
        (NOTES,),
    ),
    Case(
        "what is unique on a condition",
        (AddForeignKey("orders", "note", "notes", target="kind"),),
        Refusal(
            SchemaMismatch,
            "(kind) of public.notes is not unique: it can't be referred to",
            OF_NOTE,
            "name a key in target=, or make these columns unique first",
        ),
        (NOTES, "CREATE UNIQUE INDEX ON notes (kind) WHERE no > 0"),
    ),
    Case(
        "more columns than are referred to",
        (AddForeignKey("orders", ["note", "total"], "notes"),),
        Refusal(
            EvolutionError,
            "2 columns can't refer to 1: (text) of public.notes",
            IN + "AddForeignKey orders (note, total)",
            "name as many in target= as in columns",
        ),
        (NOTES,),
    ),
    Case(
        "types that can't be compared",
        (AddForeignKey("orders", "note", "notes", target="no"),),
        Refusal(
            SchemaMismatch,
            "public.orders can't refer to public.notes by types that can't be compared: note (text) and no "
            "(integer)",
            OF_NOTE,
            "choose other columns, or give them one type first",
        ),
        (NOTES, "ALTER TABLE notes ADD UNIQUE (no)"),
    ),
    Case(
        "the name is taken",
        (AddForeignKey("orders", "note", "notes", name="orders_pkey"),),
        Refusal(
            SchemaMismatch,
            "constraint 'orders_pkey' of public.orders exists already",
            OF_NOTE,
            "choose another name=, or drop that constraint first",
        ),
        (NOTES, KNOWN),
    ),
    Case(
        "a row refers to nothing",
        (AddForeignKey("orders", "note", "notes"),),
        Refusal(
            SchemaMismatch,
            "1 row refers to nothing in public.notes: (id) = (4), (note) = (d)",
            OF_NOTE,
            THEIR_VALUE,
        ),
        (NOTES, KNOWN),
    ),
    Case(
        "many rows refer to nothing",
        (AddForeignKey("orders", "note", "notes"),),
        Refusal(
            SchemaMismatch,
            "12 rows refer to nothing in public.notes: "
            + "; ".join(f"(id) = ({n}), (note) = (n {n})" for n in range(100, 110))
            + "; and 2 more",
            OF_NOTE,
            THEIR_VALUE,
        ),
        (NOTES, KNOWN, MANY, "UPDATE orders SET note = NULL WHERE note = 'd'"),
    ),
    Case(
        "what a column that is added would hold refers to nothing",
        (
            AddColumn("orders", Column("kind", Text), fill="upper(note)"),
            AddForeignKey("orders", "kind", "notes"),
        ),
        Refusal(
            SchemaMismatch,
            "3 rows refer to nothing in public.notes: (id) = (1), (kind) = (A); (id) = (2), (kind) = (B); "
            "(id) = (4), (kind) = (D)",
            IN + "AddForeignKey orders (kind)",
            THEIR_VALUE,
        ),
        (NOTES, KNOWN),
    ),
    Case(
        "over what another change makes of others",
        (SetNotNull("orders", "note", fill="'a'"), AddForeignKey("orders", "note", "notes")),
        Refusal(
            Unsupported,
            "a foreign key can't be over note, whose values SetNotNull orders.note makes of others: the rows "
            "that would refer to nothing can't be counted before",
            OF_NOTE,
            "add it by an evolution of its own, once this one is completed",
        ),
        (NOTES, KNOWN),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_foreign_key_that_cannot_be_added(case: Case, shop: str) -> None:
    assert_case(case, shop)


def test_a_declaration_that_contradicts_itself() -> None:
    with pytest.raises(EvolutionError, match="a foreign key is of a column at least"):
        AddForeignKey("orders", (), "notes")
    with pytest.raises(EvolutionError, match="on_delete can't be 'cascade'"):
        AddForeignKey("orders", "note", "notes", on_delete="cascade")
    with pytest.raises(EvolutionError, match="'_crossfade_mine' can't name a foreign key"):
        AddForeignKey("orders", "note", "notes", name="_crossfade_mine")
