"""Columns that come, go and are made NOT NULL on MariaDB, as the changes compile them."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import Boolean, DateTime, Enum, Integer, String, Uuid, func, text
from sqlalchemy.dialects import mysql

from crossfade import AddColumn, DropColumn, Evolution, SetNotNull
from crossfade.changes import Change, Parts
from crossfade.dialects.mariadb.reflection import TRAITS
from crossfade.errors import Refused, Unsupported
from crossfade.expressions import Sql
from crossfade.planning import build
from crossfade.schema import Check, Column, Index
from crossfade.steps import (
    AddCheck,
    CreateIndex,
    DropIndex,
    GiveDefault,
    Relax,
    RenameIndex,
    SetDefault,
    ViewColumn,
)
from crossfade.steps import SetNotNull as SetNotNullStep
from tests.changes.mariadb import DOCUMENT, ORDERS, SCHEMA, TABLE, compiled, having, of, texts, titles


def added(column: sqlalchemy.Column[Any], **given: object) -> Parts:
    return compiled(AddColumn("orders", column, **given))  # type: ignore[arg-type]


def test_a_column_with_its_own_default_is_as_anywhere() -> None:
    parts = added(sqlalchemy.Column("token", Uuid, server_default=func.uuid()))
    (step,) = parts.start
    assert (step.column, step.later_default) == (Column("token", "UUID"), "uuid()")  # type: ignore[attr-defined]
    parts = added(
        sqlalchemy.Column(
            "at", DateTime, server_default=text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")
        )
    )
    (step,) = parts.start
    assert step.column == Column(  # type: ignore[attr-defined]
        "at", "DATETIME", default="CURRENT_TIMESTAMP", on_update="CURRENT_TIMESTAMP"
    )


def test_a_fill_gives_way_to_the_default_of_the_new_version() -> None:
    """No view can have it: the table's column does, once the sync tells whose a row is."""
    parts = added(sqlalchemy.Column("channel", String(9), server_default="web"), fill="'old'")
    add, later = parts.start
    assert add.column.default == "'old'"  # type: ignore[attr-defined]
    assert later == GiveDefault(ORDERS, "channel", "'web'")
    assert later.undo() is None
    assert (parts.complete, parts.shown[0].by) == ((), ViewColumn("channel", "channel"))
    (lens,) = parts.lenses
    assert (lens.by_default, lens.at_once, lens.copied) == (False, True, False)
    assert lens.new[0].default == "'web'"
    (nullable,) = of(GiveDefault, added(sqlalchemy.Column("channel", String(9)), fill="'old'").start)
    assert nullable.default is None
    # What must have a value and has no default keeps the fill until then.
    parts = added(sqlalchemy.Column("channel", String(9), nullable=False), fill="'old'")
    assert of(GiveDefault, parts.start) == []
    assert parts.complete == (SetDefault(ORDERS, "channel", None, "'old'"),)
    assert parts.lenses[0].by_default


def test_a_derived_fill_comes_before_the_default() -> None:
    column = sqlalchemy.Column("cents", Integer, nullable=False, server_default="0")
    parts = added(column, fill={"postgresql": "total * 100", "mariadb": "Total * 100"})
    add, required, later = parts.start
    bare = Column("cents", "INTEGER")
    assert add.column == bare  # type: ignore[attr-defined]
    assert required == SetNotNullStep(ORDERS, "cents", "", definition=replace(bare, nullable=False))
    assert later == GiveDefault(ORDERS, "cents", "'0'")
    (lens,) = parts.lenses
    assert texts(lens) == ["coalesce((Total * 100), CAST('0' AS SIGNED))"]
    assert (lens.copied, lens.reads) == (True, frozenset({"total"}))
    (value,) = (each.value for each in lens.forward)
    assert isinstance(value, Sql)
    assert value.dialect == "mariadb"


def test_the_new_side_is_closed_by_the_default_that_it_has() -> None:
    column = sqlalchemy.Column("channel", String(9), server_default="web")
    plan = build(Evolution("e", changes=[AddColumn("orders", column, fill="'old'")]), SCHEMA)
    (opened,) = (each for each in plan.start if type(each).__name__ == "OpenSide")
    assert [each.default for each in opened.columns] == ["'web'"]  # type: ignore[attr-defined]
    assert not [each for each in titles(plan.start) if "backfill" in each]


TYPES = [
    (String(9, collation="utf8mb4_bin"), "VARCHAR(9)", "utf8mb4_bin"),
    (
        mysql.VARCHAR(9, charset="latin1", collation="latin1_bin"),
        "VARCHAR(9) CHARACTER SET latin1",
        "latin1_bin",
    ),
    (Enum("a COLLATE b", "it's"), "ENUM('a COLLATE b','it''s')", None),
    (mysql.BIGINT(unsigned=True), "BIGINT UNSIGNED", None),
    (Boolean(), "BOOL", None),
    (sqlalchemy.JSON(), "JSON", None),
    (Uuid(), "UUID", None),
]


@pytest.mark.parametrize(("type_", "said", "collation"), TYPES, ids=[said for _, said, _ in TYPES])
def test_types_in_the_databases_words(type_: Any, said: str, collation: str | None) -> None:
    (step,) = added(sqlalchemy.Column("x", type_)).start
    assert (step.column.type, step.column.collation) == (said, collation)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("database", "version"), [("mariadb", (10, 6, 20)), ("mysql", (8, 0, 40))])
def test_a_uuid_where_there_is_no_such_type(database: str, version: tuple[int, ...]) -> None:
    schema = replace(SCHEMA, database=database, version=version)
    (step,) = compiled(AddColumn("orders", sqlalchemy.Column("x", Uuid)), schema).start
    assert step.column.type == "CHAR(32)"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        (AddColumn("orders", sqlalchemy.Column("x", String(9)), fill="NOW()"), "now() gives another value"),
        (AddColumn("orders", sqlalchemy.Column("x", String(9)), fill="@x"), "a variable can't give one row"),
        (
            AddColumn("orders", sqlalchemy.Column("x", Integer, server_default=text("total + 1"))),
            "a default can't be made of other columns: total",
        ),
        (
            AddColumn("orders", sqlalchemy.Column("x", String(9)), fill={"postgresql": "'a'"}),
            "no expression is given for mariadb",
        ),
        (
            AddColumn("orders", sqlalchemy.Column("x", sqlalchemy.JSON), index=True),
            "index ix_orders_x can't be over x: of the type JSON",
        ),
        (
            AddColumn("orders", sqlalchemy.Column("x", String(9)), index="gin"),
            "mariadb has no index of the method gin: it has btree, hash, fulltext, spatial",
        ),
    ],
)
def test_columns_that_can_not_be_added(change: Change, fact: str) -> None:
    with pytest.raises(Refused) as caught:
        compiled(change)
    assert fact in caught.value.fact


def test_a_column_without_null_is_known_by_a_mark_once_it_is_retired() -> None:
    """Rows of the new application have a value there, which nobody has given."""
    parts = compiled(DropColumn("orders", "code", backward="UPPER(note)"))
    (lens,) = parts.lenses
    assert lens.mark
    assert texts(lens) == ["UPPER(note)"]
    (mark,) = (each for each in lens.retired({}).backward if each.column == lens.mark)
    assert isinstance(mark.value, Sql)
    assert mark.value.dialect == "mariadb"
    schema = replace(having(), traits=replace(TRAITS, relaxes=True))
    assert not compiled(DropColumn("orders", "code", backward="UPPER(note)"), schema).lenses[0].mark


def test_a_unique_index_goes_with_a_column_whose_new_rows_are_all_alike() -> None:
    unique = Index("one_code", ("customer_id", "code"), unique=True, constraint="unique", options=("", ""))
    schema = having(indexes=(*TABLE.indexes, unique))
    parts = compiled(DropColumn("orders", "code", backward="UPPER(note)"), schema)
    (away,) = of(RenameIndex, parts.complete)
    at = titles(parts.complete).index
    assert at(f"drop index {away.to} of shop.orders") < at(
        f"rename shop.orders.code to {of(Relax, parts.complete)[0].column.name}"
    )
    assert [*of(DropIndex, parts.purge), *of(CreateIndex, parts.recreate)] == []
    (built,) = of(CreateIndex, parts.revive)
    assert (built.index.name, built.index.unique) == (away.to, True)
    # NULL is no value that two rows could share.
    schema = having(
        indexes=(*TABLE.indexes, replace(unique, columns=("customer_id", "note"))),
    )
    parts = compiled(DropColumn("orders", "note"), schema)
    assert of(DropIndex, parts.complete) == []
    assert len(of(DropIndex, parts.purge)) == len(of(CreateIndex, parts.recreate)) == 1


def test_an_index_that_a_foreign_key_needs_does_not_go() -> None:
    only = Index("by_both", ("customer_id", "note"), options=("", ""))
    with pytest.raises(Unsupported, match=r"foreign key orders_customer_fk of shop\.orders needs it"):
        compiled(DropColumn("orders", "note"), having(indexes=(TABLE.indexes[0], only)))
    parts = compiled(DropColumn("orders", "note"), having(indexes=(*TABLE.indexes, only)))
    assert len(of(DropIndex, parts.purge)) == 1


@pytest.mark.parametrize(
    ("column", "fact"),
    [
        (Column("x", "int(11)", generated="`id` + 1"), "is generated"),
        (Column("x", "int(11)", identity="by default"), "is numbered by the server"),
        (Column("x", "int(11)", default="nextval(`shop`.`s`)"), "takes its default from a sequence"),
    ],
)
def test_columns_that_can_not_be_made_again(column: Column, fact: str) -> None:
    with pytest.raises(Unsupported, match=fact) as caught:
        compiled(DropColumn("orders", "x"), having(columns=(*TABLE.columns, column)))
    assert "EXPRESSION" not in caught.value.remedy
    assert "IDENTITY" not in caught.value.remedy


def test_not_null_needs_no_proof() -> None:
    document = TABLE.column("document")
    parts = compiled(SetNotNull("orders", "document"))
    assert parts.start == (
        SetNotNullStep(
            ORDERS,
            "document",
            "",
            True,
            replace(document, nullable=False),
            (DOCUMENT,),
        ),
    )
    (undone,) = (each.undo() for each in parts.start)
    assert undone is not None
    assert (undone.definition, undone.checks) == (document, (DOCUMENT,))  # type: ignore[attr-defined]


def test_a_fill_is_told_in_the_databases_words() -> None:
    column = Column("due", "date", default="'2000-01-01'")
    parts = compiled(
        SetNotNull("orders", "due", fill="'1970-01-01'"), having(columns=(*TABLE.columns, column))
    )
    (lens,) = parts.lenses
    assert texts(lens)[0] == "coalesce(`due`, CAST('1970-01-01' AS DATE))"
    assert lens.new[0].default == "'2000-01-01'"
    assert parts.shown[0].by == ViewColumn("due", lens.new[0].name)
    assert of(SetDefault, parts.complete) == []
    check = Check("note", "`note` <> '' and `note` regexp '^a'", ("note",))
    parts = compiled(SetNotNull("orders", "note", fill="'x'"), having(checks=(check,)))
    (barred,) = (each for each in parts.checks if type(each).__name__ == "CountBarred")
    assert barred.filled == "('x') <> '' and ('x') regexp '^a'"  # type: ignore[union-attr]
    (carried,) = of(AddCheck, parts.start)
    name = parts.lenses[0].new[0].name
    assert carried.check.expression == f"`{name}` <> '' and `{name}` regexp '^a'"
