"""The shapes before and after, line by line, whatever the changes are."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, String, Text, false

from crossfade import (
    AddColumn,
    AddForeignKey,
    DropColumn,
    Evolution,
    OpenEnum,
    RenameColumn,
    RenameTable,
    SetNotNull,
    commands,
)
from crossfade.document import ColumnShape, Document
from crossfade.pages import FORMATS
from crossfade.pages.diagram import mermaid
from tests.documents.shop import run
from tests.documents.test_counts import way

LEGACY = """
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE people (id int PRIMARY KEY);
CREATE TABLE notes (
  id int PRIMARY KEY, mood mood NOT NULL DEFAULT 'good', author int, body text, old_hat text,
  "Kept" numeric(8, 2)
);
CREATE INDEX ON notes (author);
INSERT INTO people VALUES (1);
INSERT INTO notes VALUES (1, 'bad', 1, 'text', 'hat', 1.5);
ANALYZE;
"""
EVOLUTION = Evolution(
    "tidy",
    changes=[
        OpenEnum("notes", "mood", String(10)),
        RenameColumn("notes", "author", "writer_id"),
        DropColumn("notes", "old_hat"),
        SetNotNull("notes", "body"),
        AddColumn("notes", Column("loud", Text), fill="upper(body)"),
        AddColumn("notes", Column("is_public", Boolean, nullable=False, server_default=false())),
        AddForeignKey("notes", "writer_id", "people"),
        RenameTable("notes", "remarks"),
    ],
)


def line(before: ColumnShape | None, after: ColumnShape | None, how: str) -> tuple[str, str, str]:
    def told(shape: ColumnShape | None) -> str:
        if shape is None:
            return ""
        default = f" = {shape.default}" if shape.default is not None else ""
        return f"{shape.name} {shape.type}{'' if shape.nullable else '!'}{default}"

    return told(before), told(after), how


def lines(document: Document) -> list[tuple[str, str, str]]:
    (shape,) = document.shapes
    return [line(each.before, each.after, each.how) for each in shape.lines]


EXPECTED = [
    ("id integer!", "id integer!", "as it was"),
    ("mood public.mood! = 'good'::public.mood", "mood VARCHAR(10)! = 'good'", "replaced"),
    ("author integer", "writer_id integer", "renamed"),
    ("body text", "body text!", "replaced"),
    ("old_hat text", "", "left out"),
    ("Kept numeric(8,2)", "Kept numeric(8,2)", "as it was"),
    ("", "loud TEXT", "added"),
    ("", "is_public BOOLEAN! = false", "added"),
]


def test_every_kind_of_line(database: str) -> None:
    run(database, LEGACY)
    document = commands.preview(EVOLUTION, database)
    assert lines(document) == EXPECTED
    hat = "rows whose old value can't be given back: public.notes.old_hat"
    assert way(document, "revert, after purge")[hat] == 1
    assert document.shapes[0].table == "public.notes"
    assert document.shapes[0].shown == "public__tidy.remarks"
    assert mermaid(document).count("<-->") == 3
    commands.start(EVOLUTION, database)
    commands.complete(EVOLUTION, database)
    completed = commands.guide(EVOLUTION, database)
    assert lines(completed) == EXPECTED  # as they were when it was planned
    assert not [each for each in completed.notes if "not counted" in each]  # asked by the names of now
    assert completed.tables == {"public.notes": 1}
    assert way(completed, "revert, after purge")[hat] == 1
    (mapping,) = completed.mappings
    assert [(each.old, each.new_rows) for each in mapping.values] == [("good", 0), ("bad", 1)]
    for form in FORMATS:
        assert "writer_id" in FORMATS[form](completed)
