"""What a Consolidate refuses: in which words, and before anything is changed."""

from __future__ import annotations

import pytest
import sqlalchemy
from sqlalchemy import Column, Integer, MetaData, Table, Text

from crossfade import AddColumn, Array, Evolution, commands
from crossfade.errors import EvolutionError, SchemaMismatch, Unsupported
from tests.refusals.refusal import execute
from tests.trees.ledger import JOBS, MISSIONS, TASKS
from tests.trees.refused import LINES, OF_JOBS, OF_TASKS, Case, assert_case, embedding, jobs

# What is done to the ledger, the changes; the fact, the place, the remedy.
CASES: dict[str, Case] = {
    "a name that is taken": (
        "CREATE VIEW missions AS SELECT 1 AS x",
        (JOBS,),
        SchemaMismatch,
        "the name 'missions' in schema public exists already",
        OF_JOBS,
        "rename what holds it, or choose another name",
    ),
    "a key that is no UUID": (
        "",
        (jobs(into=Table("missions", MetaData(), Column("mission_id", Integer, primary_key=True))),),
        EvolutionError,
        "public.missions.mission_id must be the primary key, and a UUID",
        OF_JOBS,
        "make it a Uuid column with primary_key=True",
    ),
    "a source without a key of one column": (
        "ALTER TABLE marks DROP COLUMN id; ALTER TABLE marks ADD PRIMARY KEY (job_id, name)",
        (JOBS,),
        Unsupported,
        "the key of public.marks is (job_id bigint, name text)",
        f"{OF_JOBS}, embed 'marks'",
        "give it a key of one column, of type smallint, integer, bigint, uuid",
    ),
    "a source's key that is a text": (
        "ALTER TABLE marks ALTER COLUMN id DROP DEFAULT, ALTER COLUMN id TYPE text",
        (JOBS,),
        Unsupported,
        "the key of public.marks is (id text)",
        f"{OF_JOBS}, embed 'marks'",
        "give it a key of one column, of type smallint, integer, bigint, uuid",
    ),
    "a key without a default": (
        "ALTER TABLE jobs ALTER COLUMN id DROP IDENTITY",
        (JOBS,),
        SchemaMismatch,
        "public.jobs.id has no default: rows of the new application would have no key",
        OF_JOBS,
        "give it a sequence, or a default",
    ),
    "a child's key without a default": (
        "ALTER TABLE lines ALTER COLUMN id DROP IDENTITY",
        (JOBS, TASKS),
        SchemaMismatch,
        "public.lines.id has no default: rows of the new application would have no key",
        LINES,
        "give it a sequence, or a default",
    ),
    "a partitioned child": (
        """DROP TABLE tries; CREATE TABLE tries (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
           task_id bigint NOT NULL REFERENCES tasks (id)) PARTITION BY RANGE (id);
           CREATE INDEX ON tries (task_id)""",
        (JOBS, TASKS),
        Unsupported,
        "public.tries is a partitioned table, whose rows can't be noted by statement",
        f"{OF_TASKS}, embed 'details.tries'",
        "consolidate plain tables",
    ),
    "a column that would be lost": (
        "ALTER TABLE jobs ADD COLUMN more integer, ADD COLUMN most integer",
        (JOBS,),
        EvolutionError,
        "more, most of public.jobs would be lost: no column of public.missions is made of them",
        OF_JOBS,
        "give them in columns=, or name them in dropped=",
    ),
    "a child's column that would be lost": (
        "ALTER TABLE labels ADD COLUMN more integer",
        (JOBS, TASKS),
        EvolutionError,
        "more of public.labels would be lost: nothing of public.moves shows them",
        OF_TASKS,
        "embed the table as an Array, or name them in dropped=",
    ),
    "a column that must be, and is not given back": (
        """ALTER TABLE jobs ADD COLUMN must integer NOT NULL DEFAULT 1;
           ALTER TABLE jobs ALTER COLUMN must DROP DEFAULT""",
        (jobs(dropped=("internal", "must")),),
        SchemaMismatch,
        "public.jobs.must takes no NULL, and rows of the new application have nothing for it",
        OF_JOBS,
        "let a column of the new table be it, or give it a default first",
    ),
    "two values that become one": (
        "",
        (jobs(values={"status": {"new": "open", "done": "closed", "lost": "closed"}}),),
        EvolutionError,
        "two values of state become one: the way back would not be known",
        OF_JOBS,
        "give each a value of its own",
    ),
    "a column given twice": (
        "",
        (jobs(columns={**JOBS.columns, "marks": "title"}),),
        EvolutionError,
        "public.missions.marks is given twice",
        OF_JOBS,
        "give it once",
    ),
    "a value of the data that has no other": (
        "INSERT INTO jobs (title, state) VALUES ('x', 'odd'), ('y', 'odd')",
        (JOBS, TASKS),
        SchemaMismatch,
        "values of public.jobs.state without a value in the new version: 'odd' (2 rows)",
        OF_JOBS,
        "add them to values=",
    ),
    "another change of the same table": (
        "",
        (JOBS, TASKS, AddColumn("public.lines", Column("more", Text))),
        Unsupported,
        "public.lines is consolidated, and AddColumn public.lines.more changes it as well",
        "AddColumn public.lines.more",
        "make them two evolutions, one after the other",
    ),
    "a stranger that refers to it": (
        "CREATE TABLE strangers (job bigint REFERENCES jobs (id))",
        (JOBS, TASKS),
        SchemaMismatch,
        "public.strangers refers to public.jobs (strangers_job_fkey), which goes",
        "table public.jobs",
        "embed it as well, or drop that foreign key first",
    ),
    "a child that goes nowhere": (
        "",
        (JOBS,),
        SchemaMismatch,
        "public.tasks refers to public.jobs (tasks_job_id_fkey), which goes",
        "table public.jobs",
        "embed it as well, or drop that foreign key first",
    ),
    "a function that speaks of it": (
        "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM lines'",
        (JOBS, TASKS),
        SchemaMismatch,
        "1 dependent of public.lines would break: function public.f()",
        OF_TASKS,
        (
            "drop them or write them without that name first; "
            "functions that were looked at can be named in accept=(…)"
        ),
    ),
    "no such table": (
        "DROP TABLE tries",
        (JOBS, TASKS),
        SchemaMismatch,
        "there is no table 'tries'",
        OF_TASKS,
        "did you mean 'lines'?",
    ),
    "an expression that the server does not take": (
        "",
        (jobs(columns={**JOBS.columns, "minutes": "length(price)"}), TASKS),
        SchemaMismatch,
        "function length(numeric) does not exist\n    length(price)\n    ^",
        f"{OF_JOBS}, columns of public.jobs.minutes",
        "mend the name, or cast what it is given; functions and operators are looked for in pg_catalog",
    ),
    "a table of foreign rows": (
        "ALTER TABLE lines ENABLE ROW LEVEL SECURITY",
        (JOBS, TASKS),
        Unsupported,
        "public.lines has row-level security, which a table of other rows can't have from it",
        LINES,
        "consolidate tables without policies",
    ),
}


@pytest.mark.one_server
@pytest.mark.parametrize("case", CASES)
def test_a_refusal(old: str, case: str) -> None:
    assert_case(CASES[case], old)


def test_what_no_database_need_be_asked_for() -> None:
    with pytest.raises(EvolutionError, match="is not a SQLAlchemy Table"):
        jobs(into=sqlalchemy.select(MISSIONS).subquery())
    with pytest.raises(EvolutionError, match="'title' is Crossfade's to add to missions"):
        jobs(legacy="title")
    with pytest.raises(EvolutionError, match="ctid"):
        jobs(legacy="ctid")


@pytest.mark.one_server
def test_what_may_be_missing(old: str) -> None:
    """A table that is optional is a note where it is not there; the column stays the new application's."""
    execute(old, "DROP TABLE lines")
    given = embedding(lines=Array("lines", optional=True))
    evolution = Evolution("ledger", changes=[JOBS, given])
    shown = commands.preview(evolution, old)
    assert "there is no table lines: public.moves.lines stays as the new application writes it" in shown.notes
    assert commands.start(evolution, old).state == "live"
    execute(old, """UPDATE public.moves SET lines = '{"any": "thing"}'""")
    assert commands.verify("ledger", old).mismatches == 0
