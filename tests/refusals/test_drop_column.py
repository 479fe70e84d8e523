"""What DropColumn refuses: what holds on to the column, rows without a value, SQL that means too much."""

import pytest

from crossfade import DropColumn
from crossfade.errors import CrossfadeError, EvolutionError, MissingPrivilege, SchemaMismatch, Unsupported
from tests.refusals.refusal import IN, Case, Refusal, assert_case

OF_NOTE = IN + "DropColumn orders.note"
OF_STATUS = IN + "DropColumn orders.status"
FIRST = "drop it first, and build what is wanted after the evolution"
LABELS = 'CREATE TABLE labels (id bigint PRIMARY KEY, label text, "Odd one" text)'
PLAIN = "use plain SELECT … FROM table JOIN table ON … WHERE …"


def read(id_: str, backward: str, kind: type[CrossfadeError], fact: str, remedy: str, *given: str) -> Case:
    """An expression that is refused; a line of `fact` after the first points at the part."""
    return Case(
        id_,
        (DropColumn("orders", "note", backward=backward),),
        Refusal(kind, fact, OF_NOTE, remedy),
        (LABELS, *given),
    )


CASES = (
    Case(
        "no such column",
        (DropColumn("orders", "notes"),),
        Refusal(
            SchemaMismatch,
            "table public.orders has no column 'notes'",
            IN + "DropColumn orders.notes",
            "did you mean 'note'?",
        ),
    ),
    Case(
        "part of the key",
        (DropColumn("orders", "id"),),
        Refusal(
            Unsupported,
            "public.orders.id is part of the key",
            IN + "DropColumn orders.id",
            "a column that identifies rows stays: name them by another one first",
        ),
    ),
    Case(
        "no value",
        (DropColumn("orders", "status"),),
        Refusal(
            SchemaMismatch,
            "public.orders.status is NOT NULL, and rows of the new application would have no value",
            OF_STATUS,
            "say with backward= what the old application sees there, as in backward=\"''\"; or let "
            "status be NULL, or give it a default, first",
        ),
        ("ALTER TABLE orders ALTER status DROP DEFAULT",),
    ),
    Case(
        "backward is NULL",
        (DropColumn("orders", "status", backward="NULL"),),
        Refusal(
            SchemaMismatch,
            "public.orders.status is NOT NULL, and rows of the new application would have no value",
            OF_STATUS,
            "say with backward= what the old application sees there, as in backward=\"''\"; or let "
            "status be NULL, or give it a default, first",
        ),
    ),
    Case(
        "a view",
        (DropColumn("orders", "note"),),
        Refusal(
            SchemaMismatch,
            "1 dependent of public.orders.note would break: view public.notes",
            OF_NOTE,
            "drop them or move them off the column first",
        ),
        ("CREATE VIEW notes AS SELECT note FROM orders",),
    ),
    Case(
        "a generated column is made of it",
        (DropColumn("orders", "note"),),
        Refusal(
            SchemaMismatch,
            "1 dependent of public.orders.note would break: generated column loud",
            OF_NOTE,
            "drop them or move them off the column first",
        ),
        ("ALTER TABLE orders ADD loud text GENERATED ALWAYS AS (upper(note)) STORED",),
    ),
    Case(
        "is generated",
        (DropColumn("orders", "loud"),),
        Refusal(
            Unsupported,
            "public.orders.loud is generated: making it again would write the whole table anew, "
            "under a long lock",
            IN + "DropColumn orders.loud",
            "ALTER TABLE … ALTER COLUMN … DROP EXPRESSION first",
        ),
        ("ALTER TABLE orders ADD loud text GENERATED ALWAYS AS (upper(note)) STORED",),
    ),
    Case(
        "an identity",
        (DropColumn("orders", "number"),),
        Refusal(
            Unsupported,
            "public.orders.number is an identity column, whose sequence goes with it",
            IN + "DropColumn orders.number",
            "ALTER TABLE … ALTER COLUMN … DROP IDENTITY first",
        ),
        ("ALTER TABLE orders ADD number int GENERATED ALWAYS AS IDENTITY",),
    ),
    Case(
        "a serial",
        (DropColumn("orders", "number"),),
        Refusal(
            Unsupported,
            "public.orders.number takes its default from a sequence, which may go with it: "
            "nextval('public.orders_number_seq'::regclass)",
            IN + "DropColumn orders.number",
            "ALTER TABLE … ALTER COLUMN … DROP DEFAULT first",
        ),
        ("ALTER TABLE orders ADD number serial",),
    ),
    Case(
        "others refer to it",
        (DropColumn("orders", "note"),),
        Refusal(
            Unsupported,
            "public.orders.note is part of what foreign key items_note_fkey of public.items refers to",
            OF_NOTE,
            "a column that identifies rows stays: name them by another one first",
        ),
        (
            "ALTER TABLE orders ADD UNIQUE (note)",
            "CREATE TABLE items (note text REFERENCES orders (note))",
        ),
    ),
    Case(
        "an exclusion constraint",
        (DropColumn("orders", "note"),),
        Refusal(
            Unsupported, "index alone can't be made again: it serves an exclusion constraint", OF_NOTE, FIRST
        ),
        ("ALTER TABLE orders ADD CONSTRAINT alone EXCLUDE (note WITH =)",),
    ),
    Case(
        "NULLS NOT DISTINCT",
        (DropColumn("orders", "note"),),
        Refusal(
            Unsupported,
            "index once would refuse the new application's second row: NULL is a value to it (NULLS "
            "NOT DISTINCT)",
            OF_NOTE,
            FIRST,
        ),
        ("CREATE UNIQUE INDEX once ON orders (note) NULLS NOT DISTINCT",),
    ),
    Case(
        "a unique index includes it",
        (DropColumn("orders", "note"),),
        Refusal(
            Unsupported,
            "index once would go on binding rows of the new application, which don't have the column",
            OF_NOTE,
            FIRST,
        ),
        ("CREATE UNIQUE INDEX once ON orders (total) INCLUDE (note)",),
    ),
    Case(
        "a unique index of those without",
        (DropColumn("orders", "note"),),
        Refusal(
            Unsupported,
            "index once would go on binding rows of the new application, which don't have the column",
            OF_NOTE,
            FIRST,
        ),
        ("CREATE UNIQUE INDEX once ON orders (total) WHERE note IS NULL",),
    ),
    Case(
        "unique and constant",
        (DropColumn("orders", "note", backward="'x'"),),
        Refusal(
            SchemaMismatch,
            "index once is unique, and backward= gives every row of the new application one value: 'x'",
            OF_NOTE,
            "give each row its own, out of its other columns, or let the column be NULL",
        ),
        ("CREATE UNIQUE INDEX once ON orders (note)",),
    ),
    Case(
        "the wrong type",
        (DropColumn("orders", "total", backward="note"),),
        Refusal(
            SchemaMismatch,
            "it is of type text, which can't be assigned to numeric\n    note\n    ^",
            IN + "DropColumn orders.total, backward of public.orders.total",
            "say what is meant, as in CAST(… AS numeric)",
        ),
    ),
    Case(
        "a writer who may not read",
        (DropColumn("orders", "note", backward="(SELECT label FROM labels WHERE labels.id = orders.id)"),),
        Refusal(
            MissingPrivilege,
            "role 'blind_clerk' may insert into public.orders, and not read public.labels (label, "
            "id), out of which backward= gives each row its value",
            OF_NOTE,
            "GRANT SELECT (label, id) ON public.labels to each, and USAGE on its schema",
        ),
        (
            LABELS,
            "DO $$ BEGIN CREATE ROLE blind_clerk LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
            "GRANT INSERT ON orders TO blind_clerk",
            "GRANT USAGE ON SCHEMA public TO blind_clerk",
            "GRANT SELECT (id) ON labels TO blind_clerk",
        ),
    ),
    read(
        "itself",
        "note || '!'",
        SchemaMismatch,
        "backward= reads note itself, of which a row of the new application has no value",
        "use the other columns of the row, or other tables",
    ),
    read(
        "no such table",
        "(SELECT label FROM lables WHERE labels.id = orders.id)",
        SchemaMismatch,
        "there is no table 'lables'\n"
        "    (SELECT label FROM lables WHERE labels.id = orders.id)\n"
        "                       ^",
        "did you mean 'labels'?",
    ),
    read(
        "no such column of it",
        "(SELECT labels.labl FROM labels)",
        SchemaMismatch,
        "table public.labels has no column 'labl'\n    (SELECT labels.labl FROM labels)\n            ^",
        "did you mean 'label'?",
    ),
    read(
        "no such column anywhere",
        "(SELECT labl FROM labels)",
        SchemaMismatch,
        "there is no column 'labl' in public.orders or in public.labels\n"
        "    (SELECT labl FROM labels)\n"
        "            ^",
        "did you mean 'label'?",
    ),
    read(
        "two have it",
        "(SELECT id FROM labels, labels AS more)",
        EvolutionError,
        "id is a column of labels and more\n    (SELECT id FROM labels, labels AS more)\n            ^",
        "say of which: table.column",
    ),
    read(
        "the changed table",
        "(SELECT max(note) FROM orders AS o)",
        EvolutionError,
        "it reads public.orders itself, which is being written\n"
        "    (SELECT max(note) FROM orders AS o)\n"
        "                           ^",
        "a subquery is for other tables; the row's own columns stand without one",
    ),
    read(
        "its name is hidden",
        "(SELECT label FROM labels AS orders)",
        EvolutionError,
        "orders would hide the row of public.orders\n"
        "    (SELECT label FROM labels AS orders)\n"
        "                       ^",
        "give public.labels another name there",
    ),
    read(
        "a star",
        "(SELECT orders.* FROM labels)",
        EvolutionError,
        "a star can't give one row its value: *\n    (SELECT orders.* FROM labels)\n                   ^",
        "use an expression of the row's own columns",
    ),
    read(
        "an aggregate at the top",
        "max(status)",
        EvolutionError,
        "an aggregate can't give one row its value: MAX(status)\n    max(status)\n    ^",
        "use an expression of the row's own columns",
    ),
    read(
        "volatile",
        "(SELECT label || random() FROM labels)",
        EvolutionError,
        "random() gives another value at each call\n"
        "    (SELECT label || random() FROM labels)\n"
        "                     ^",
        "leave backward= out, and make it the column's default first",
    ),
    Case(
        "volatile by the server's word",
        (DropColumn("orders", "note", backward="(SELECT label || noise() FROM labels)"),),
        Refusal(
            SchemaMismatch,
            "noise() gives another value at each call: it is VOLATILE\n"
            '    (SELECT "labels"."label" || noise() FROM "public"."labels" AS "labels")\n'
            "                                ^",
            IN + "DropColumn orders.note, backward of public.orders.note",
            "where that is not so, ALTER FUNCTION noise() STABLE; else leave backward= out, and make "
            "it the column's default first",
        ),
        (
            LABELS,
            "CREATE FUNCTION noise() RETURNS text LANGUAGE sql AS 'SELECT random()::text'",
        ),
    ),
    read(
        "WITH",
        "(WITH l AS (SELECT 1) SELECT label FROM labels)",
        EvolutionError,
        "a subquery with WITH can't be followed\n"
        "    (WITH l AS (SELECT 1) SELECT label FROM labels)\n"
        "          ^",
        PLAIN,
    ),
    read(
        "UNION",
        "(SELECT label FROM labels UNION SELECT label FROM labels)",
        EvolutionError,
        "a subquery with UNION can't be followed\n"
        "    (SELECT label FROM labels UNION SELECT label FROM labels)\n"
        "            ^",
        PLAIN,
    ),
    read(
        "a derived table",
        "(SELECT label FROM (SELECT label FROM labels) AS l)",
        EvolutionError,
        "only tables can be read FROM here\n"
        "    (SELECT label FROM (SELECT label FROM labels) AS l)\n"
        "                               ^",
        PLAIN,
    ),
    read(
        "a view to read from",
        "(SELECT label FROM told)",
        Unsupported,
        "public.told is a view, not a table\n    (SELECT label FROM told)\n                       ^",
        "read a table that every writer reads alike",
        "CREATE VIEW told AS SELECT label FROM labels",
    ),
    read(
        "row-level security",
        "(SELECT label FROM labels)",
        Unsupported,
        "public.labels has row-level security: what is read there depends on who reads\n"
        "    (SELECT label FROM labels)\n"
        "                       ^",
        "read a table that every writer reads alike",
        "ALTER TABLE labels ENABLE ROW LEVEL SECURITY",
    ),
    read(
        "a schema and a table",
        "(SELECT public.labels.label FROM labels)",
        EvolutionError,
        "public.labels.label has too many parts\n    (SELECT public.labels.label FROM labels)\n            ^",
        "write table.column",
    ),
    read(
        "no brackets",
        "SELECT label FROM labels",
        EvolutionError,
        "this is not an SQL expression: Invalid expression / Unexpected token\n"
        "    SELECT label FROM labels\n"
        "    ^",
        "mend it; a string stands in 'single quotes'",
    ),
    read(
        "two of one name",
        "(SELECT 'x' FROM labels, labels)",
        EvolutionError,
        "two tables are called 'labels'\n"
        "    (SELECT 'x' FROM labels, labels)\n"
        "                             ^",
        "name each on its own",
    ),
    read(
        "NATURAL",
        "(SELECT label FROM labels NATURAL JOIN labels AS more)",
        EvolutionError,
        "a subquery with NATURAL can't be followed\n"
        "    (SELECT label FROM labels NATURAL JOIN labels AS more)\n"
        "            ^",
        PLAIN,
    ),
    read(
        "locks",
        "(SELECT label FROM labels FOR SHARE)",
        EvolutionError,
        "a subquery with FOR can't be followed\n    (SELECT label FROM labels FOR SHARE)\n            ^",
        PLAIN,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_column_that_cannot_be_left_out(case: Case, shop: str) -> None:
    assert_case(case, shop)
