"""Child tables that can't be embedded: in which words that is refused, before anything is changed."""

from __future__ import annotations

import pytest

from crossfade import Array
from crossfade.errors import EvolutionError, SchemaMismatch, Unsupported
from tests.trees.ledger import JOBS, TASKS
from tests.trees.refused import LINES, OF_TASKS, Case, assert_case, embedding

# What is done to the ledger, the changes; the fact, the place, the remedy.
CASES: dict[str, Case] = {
    "a column that is no JSON": (
        "",
        (JOBS, embedding(name=Array("lines"))),
        SchemaMismatch,
        "public.moves.name is of type text",
        f"{OF_TASKS}, embed 'name'",
        "make it JSONB",
    ),
    "a column and a field of it": (
        "",
        (JOBS, embedding(**{"details": Array("tries"), "details.lines": Array("lines")})),
        EvolutionError,
        "'details' can't both hold a table and have the field 'tries'",
        OF_TASKS,
        "embed in another column",
    ),
    "a child that does not refer to it": (
        "ALTER TABLE lines DROP CONSTRAINT lines_task_id_fkey",
        (JOBS, TASKS),
        SchemaMismatch,
        "public.lines must have one foreign key to public.tasks(id), and has: none",
        LINES,
        "name its column in parent=, or add the foreign key first",
    ),
    "a child that refers to it twice": (
        "ALTER TABLE lines ADD COLUMN other bigint REFERENCES tasks (id)",
        (JOBS, TASKS),
        SchemaMismatch,
        "public.lines must have one foreign key to public.tasks(id), and has: other, task_id",
        LINES,
        "name its column in parent=, or add the foreign key first",
    ),
    "a child that may be nobody's": (
        "ALTER TABLE lines ALTER COLUMN task_id DROP NOT NULL",
        (JOBS, TASKS),
        SchemaMismatch,
        "public.lines.task_id may be NULL: such a row would be in no tasks",
        LINES,
        "make it NOT NULL first",
    ),
    "a foreign key that is not validated": (
        """ALTER TABLE lines DROP CONSTRAINT lines_task_id_fkey;
           ALTER TABLE lines ADD FOREIGN KEY (task_id) REFERENCES tasks (id) NOT VALID""",
        (JOBS, TASKS),
        SchemaMismatch,
        "public.lines.task_id has a foreign key that is not validated: such a row would be in no tasks",
        LINES,
        "validate it first",
    ),
    "a parent's column without an index": (
        "DROP INDEX lines_by_task",
        (JOBS, TASKS),
        SchemaMismatch,
        "no index of public.lines begins with task_id: each write would read the whole table",
        LINES,
        "CREATE INDEX CONCURRENTLY ON public.lines (task_id) first",
    ),
    "names that come twice": (
        "ALTER TABLE labels DROP CONSTRAINT labels_task_id_name_key; CREATE INDEX ON labels (task_id)",
        (JOBS, TASKS),
        SchemaMismatch,
        "public.labels may have several rows of one (name, task_id)",
        f"{OF_TASKS}, embed 'labels'",
        "give it a unique index over these columns first, or embed it as an Array",
    ),
    "names that may be NULL": (
        "ALTER TABLE labels ALTER COLUMN name DROP NOT NULL",
        (JOBS, TASKS),
        SchemaMismatch,
        "public.labels.name may be NULL, and an object's name may not",
        f"{OF_TASKS}, embed 'labels'",
        "make it NOT NULL first",
    ),
    "one that may be several": (
        "ALTER TABLE receipts DROP CONSTRAINT receipts_task_id_key; CREATE INDEX ON receipts (task_id)",
        (JOBS, TASKS),
        SchemaMismatch,
        "public.receipts may have several rows of one (task_id)",
        f"{OF_TASKS}, embed 'receipt'",
        "give it a unique index over these columns first, or embed it as an Array",
    ),
    "a generated column of an element": (
        "ALTER TABLE lines ADD COLUMN twice numeric GENERATED ALWAYS AS (amount * 2) STORED",
        (JOBS, TASKS),
        Unsupported,
        "public.lines.twice is generated: an element can't write it",
        LINES,
        "name it in dropped=",
    ),
    "elements without their key": (
        "",
        (JOBS, embedding(lines=Array("lines", dropped=("id",)))),
        EvolutionError,
        "id tells the elements of lines apart",
        LINES,
        "leave it out of dropped=",
    ),
    "an order by what is not there": (
        "",
        (JOBS, embedding(lines=Array("lines", order_by="moment"))),
        SchemaMismatch,
        "table public.lines has no column 'moment'",
        LINES,
        "did you mean 'amount'?",
    ),
}


@pytest.mark.one_server
@pytest.mark.parametrize("case", CASES)
def test_a_refusal(old: str, case: str) -> None:
    assert_case(CASES[case], old)
