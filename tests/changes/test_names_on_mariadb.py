"""Indexes, names, rows and trees on MariaDB, as the changes compile them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy
from sqlalchemy import MetaData, Uuid

from crossfade import AddIndex, Consolidate, RenameColumn, RenameTable, SeedRows
from crossfade.changes import Change
from crossfade.errors import SchemaMismatch, Unsupported
from crossfade.schema import Dependent, Traits
from crossfade.steps import CreateIndex
from tests.changes.mariadb import compiled, having, of


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        (AddIndex("orders", "note", where="note <> ''"), "mariadb has no index with a condition"),
        (AddIndex("orders", "note", include=("total",)), "mariadb has no index with columns along"),
        (AddIndex("orders", "note", method="gist"), "mariadb has no index of the method gist"),
        (
            AddIndex("orders", "document"),
            "index ix_orders_document can't be over document: of the type longtext",
        ),
    ],
)
def test_indexes_that_there_are_none_of(change: Change, fact: str) -> None:
    with pytest.raises(Unsupported) as caught:
        compiled(change)
    assert fact in caught.value.fact


def test_a_full_text_index_is_over_any_text() -> None:
    (step,) = of(CreateIndex, compiled(AddIndex("orders", "document", method="fulltext")).start)
    assert step.index.method == "fulltext"


@pytest.mark.parametrize(
    ("change", "column"),
    [(RenameColumn("orders", "note", "remark"), "note"), (RenameTable("orders", "sales"), "")],
)
def test_a_view_does_not_follow_a_name(change: Change, column: str) -> None:
    view = Dependent("view", "shop.notes", column)
    with pytest.raises(SchemaMismatch, match=r"1 dependent of .* would break: view shop\.notes"):
        compiled(change, having(dependents=(view,)))
    follows = replace(having(dependents=(view,)), traits=Traits())
    assert compiled(change, follows).complete


def test_what_follows_a_column_is_told() -> None:
    parts = compiled(
        RenameColumn("orders", "note", "remark"),
        having(dependents=(Dependent("generated column", "shout", "note"),)),
    )
    (note,) = parts.notes
    assert note.endswith("follows it to its name remark: generated column shout")


def test_rows_are_told_as_the_database_reads_them() -> None:
    at = datetime(2026, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    rows = [{"code": b"\x00\xff", "stamp": at, "note": at.astimezone(UTC).replace(tzinfo=None)}]
    (step,) = compiled(SeedRows("orders", "code", rows)).start
    (row,) = step.rows  # type: ignore[attr-defined]
    assert row == (
        '{"code": {"_crossfade_bytes": "00ff"}, '
        '"note": "2025-12-31 23:30:00", "stamp": "2025-12-31 23:30:00"}'
    )


def test_a_tree_is_refused_by_name() -> None:
    into = sqlalchemy.Table("sales", MetaData(), sqlalchemy.Column("id", Uuid, primary_key=True))
    with pytest.raises(
        Unsupported, match="mariadb can't do Consolidate: sales is written at commit"
    ) as caught:
        compiled(Consolidate("orders", into, key="id", legacy="order_id"))
    assert "PostgreSQL" in caught.value.remedy
