"""What changes of enums and references compile to on MariaDB, and whole evolutions."""

from dataclasses import replace

import pytest
import sqlalchemy
from sqlalchemy import MetaData, String, Text
from sqlalchemy.dialects import mysql

from crossfade import AddForeignKey, DropColumn, EnumToReference, Evolution, OpenEnum, names
from crossfade.errors import EvolutionError, Refused, Unsupported
from crossfade.expressions import LookupValue, Sql
from crossfade.planning import build
from crossfade.schema import Check, Column, Index
from crossfade.steps import (
    AddCheck,
    CreateIndex,
    CreateTable,
    DropCheck,
    DropForeignKey,
    DropIndex,
    GiveDefault,
    Relax,
    RenameCheck,
    RenameIndex,
    SetDefault,
    ValidateCheck,
    ValidateForeignKey,
    ViewColumn,
)
from crossfade.steps import AddColumn as AddColumnStep
from crossfade.steps import DropColumn as DropColumnStep
from crossfade.steps import SetNotNull as SetNotNullStep
from tests.changes.mariadb import (
    DOCUMENT,
    KEY,
    KNOWN,
    ORDERS,
    SCHEMA,
    STATUS,
    TABLE,
    compiled,
    having,
    of,
    titles,
)


def test_an_opened_enum_has_its_default_and_its_checks_in_its_column() -> None:
    parts = compiled(OpenEnum("orders", "status", String(20), values={"new": "open", "paid": "it's"}))
    (added, required, given, index, check, validated) = parts.start
    bare = Column(names.successor("status", "e"), "VARCHAR(20)", comment="where it is")
    new = replace(bare, default="'open'")
    assert added == AddColumnStep(ORDERS, bare)  # with a default, it would be every row's at once
    standing = replace(new, nullable=False)
    assert required == SetNotNullStep(ORDERS, new.name, "", definition=replace(bare, nullable=False))
    assert given == GiveDefault(ORDERS, new.name, "'open'")
    assert isinstance(index, CreateIndex)
    assert (index.index.columns, index.index.options) == ((new.name, "total"), ("", " DESC"))
    assert isinstance(check, AddCheck)
    assert check.check.expression == f"`{new.name}` in ('open','it''s') and `total` > 0"
    assert (check.bearer, check.beside) == (standing, ())
    assert validated == ValidateCheck(ORDERS, check.check.name, check.check)
    assert parts.shown[0].by == ViewColumn("status", new.name)  # no view's column has a default
    assert of(SetDefault, parts.complete) == []
    assert of(RenameCheck, parts.complete) == [RenameCheck(ORDERS, check.check.name, "known", borne=True)]
    assert parts.lenses[0].new == (new,)


def test_an_enum_is_no_type_to_be_made_or_dropped() -> None:
    parts = compiled(OpenEnum("orders", "status", String(20)))
    every = (*parts.start, *parts.complete, *parts.purge, *parts.recreate, *parts.revive)
    assert [each for each in titles(every) if "type" in each] == []
    plan = build(Evolution("e", changes=[OpenEnum("orders", "status", String(20))]), SCHEMA)
    (note,) = plan.notes
    assert note.startswith("check known becomes a part of its column, without a name of its own")


def test_what_is_put_away_has_its_checks_taken_off_it() -> None:
    parts = compiled(OpenEnum("orders", "status", String(20)))
    assert of(DropCheck, parts.complete) == [DropCheck(ORDERS, KNOWN), DropCheck(ORDERS, KNOWN, STATUS)]
    (relaxed,) = of(Relax, parts.complete)
    retired = replace(STATUS, name=relaxed.column.name)
    assert relaxed.column == retired
    assert parts.revive == (
        SetNotNullStep(ORDERS, retired.name, "", definition=retired),
        SetDefault(ORDERS, retired.name, "'new'"),
    )
    # An index of several columns stays when one of them goes: it is dropped first.
    (away,) = [each for each in of(RenameIndex, parts.complete) if each.index == "by_status"]
    assert parts.purge == (DropIndex(ORDERS, away.to), DropColumnStep(ORDERS, retired.name))


def test_several_checks_are_borne_together_when_they_come_back() -> None:
    """The last that is taken off leaves none, and the undo in reverse order ends with all."""
    one, two = KNOWN, Check("two", "`status` <> 'paid'", ("status",))
    parts = compiled(OpenEnum("orders", "status", String(20)), having(checks=(one, two)))
    taken = of(DropCheck, parts.complete)
    assert [(each.check, each.bearer, each.beside) for each in taken] == [
        (one, None, ()),
        (two, None, ()),
        (one, STATUS, (two,)),
        (two, STATUS, ()),
    ]
    added = of(AddCheck, parts.start)
    assert [each.beside for each in added] == [(), (added[0].check,)]


def test_a_column_that_bears_a_check_about_itself_gives_it_up() -> None:
    parts = compiled(DropColumn("orders", "document"))
    column = TABLE.column("document")
    assert of(DropCheck, parts.complete) == [DropCheck(ORDERS, DOCUMENT, column)]
    other = Check("total", "`total` > 0 or `note` is null", ("total", "note"))  # borne by total
    parts = compiled(DropColumn("orders", "note"), having(checks=(other,)))
    assert of(DropCheck, parts.complete) == [DropCheck(ORDERS, other, TABLE.column("total"))]


@pytest.mark.parametrize(
    ("type_", "fact", "remedy"),
    [
        (String(), "VARCHAR requires a length", "give it a length, as in String(50), or use Text()"),
        (Text(), "index by_status can't be carried over: of the type TEXT", "drop it first"),
    ],
)
def test_types_that_an_enum_can_not_become(type_: String, fact: str, remedy: str) -> None:
    with pytest.raises(Refused) as caught:
        compiled(OpenEnum("orders", "status", type_))
    assert fact in caught.value.fact
    assert remedy in caught.value.remedy


@pytest.mark.parametrize("condition", ["`status` = 1", "`status` > 'new'", "concat(`status`) = 'new'"])
def test_conditions_that_are_not_of_the_label_alone(condition: str) -> None:
    with pytest.raises(Unsupported, match="check known can't be said of a string column"):
        compiled(
            OpenEnum("orders", "status", String(20)),
            having(checks=(Check("known", condition, ("status",)),)),
        )


ROWS = {"new": {"name": "New"}, "paid": {"name": "Paid"}}


def test_a_reference_is_of_just_the_type_of_the_key() -> None:
    parts = compiled(EnumToReference("orders", "status", "kind_id", "kinds", ROWS, index=False))
    new = Column("kind_id", "char(36) CHARACTER SET ascii", comment="where it is", collation="ascii_bin")
    assert parts.lenses[0].new == (new,)
    assert of(SetNotNullStep, parts.start)[0].definition == replace(new, nullable=False)
    assert len(of(CreateIndex, parts.start)) == 1  # the key needs it
    (looked_at,) = of(ValidateForeignKey, parts.start)
    assert looked_at.key is not None
    assert looked_at.key.columns == ("kind_id",)


def test_the_way_back_is_told_in_the_databases_words() -> None:
    backward = {"postgresql": "lower(name)", "mariadb": "LOWER(CONVERT(`Name` USING utf8mb4))"}
    parts = compiled(EnumToReference("orders", "status", "kind_id", "kinds", ROWS, backward))
    (value,) = (each.value for each in parts.lenses[0].backward)
    assert isinstance(value, LookupValue)
    assert value.sql == Sql(backward["mariadb"], "text", frozenset({"name"}), dialect="mariadb")
    with pytest.raises(EvolutionError, match="no expression is given for mariadb"):
        compiled(EnumToReference("orders", "status", "kind_id", "kinds", ROWS, {"postgresql": "name"}))


def test_a_lookup_is_made_as_the_database_says_it() -> None:
    kinds = sqlalchemy.Table(
        "sorts",
        MetaData(),
        sqlalchemy.Column("id", mysql.INTEGER(unsigned=True), primary_key=True),
        sqlalchemy.Column("name", String(20), nullable=False, unique=True, server_default="it's 5 %"),
    )
    parts = compiled(EnumToReference("orders", "status", "sort_id", kinds, ROWS))
    (made,) = of(CreateTable, parts.start)
    assert made.dialect == "mariadb"
    assert "id INTEGER UNSIGNED NOT NULL AUTO_INCREMENT" in made.create
    assert "DEFAULT 'it''s 5 %'" in made.create
    (table,) = parts.made
    assert table.column("id").identity == "by default"


def test_a_foreign_key_needs_an_index_and_is_looked_at() -> None:
    schema = having(foreign_keys=(), indexes=TABLE.indexes[:1])
    parts = compiled(AddForeignKey("orders", "customer_id", "customers", index=False), schema)
    built, key, looked_at = parts.start
    assert isinstance(built, CreateIndex)
    assert parts.notes == (f"mariadb needs an index for it: {built.index.name} is built",)
    assert looked_at == ValidateForeignKey(ORDERS, key.key.name, key.key)  # type: ignore[attr-defined]
    assert len(compiled(AddForeignKey("orders", "customer_id", "customers", index=False)).start) == 2
    with pytest.raises(Unsupported, match="mariadb has no ON DELETE SET DEFAULT"):
        compiled(AddForeignKey("orders", "customer_id", "customers", on_delete="SET DEFAULT"))


@pytest.mark.parametrize(
    ("columns", "options", "serves"),
    [
        (("customer_id", "note"), ("", ""), True),
        (("note", "customer_id"), ("", ""), False),
        (("customer_id",), ("(4)",), False),
    ],
)
def test_which_index_serves_a_foreign_key(
    columns: tuple[str, ...], options: tuple[str, ...], *, serves: bool
) -> None:
    schema = having(foreign_keys=(), indexes=(TABLE.indexes[0], Index("some", columns, options=options)))
    parts = compiled(AddForeignKey("orders", "customer_id", "customers"), schema)
    assert (of(CreateIndex, parts.start) == []) is serves


def test_foreign_keys_that_come_back_are_told_whole() -> None:
    plan = build(Evolution("e", changes=[DropColumn("orders", "customer_id")]), SCHEMA)
    assert of(DropForeignKey, plan.complete) == [DropForeignKey(ORDERS, KEY)]
    assert of(ValidateForeignKey, plan.revert) == [ValidateForeignKey(ORDERS, KEY.name, KEY)]
    plan = build(Evolution("e", changes=[OpenEnum("orders", "status", String(20))]), SCHEMA)
    assert of(AddCheck, plan.revert) == [AddCheck(ORDERS, KNOWN, STATUS)]  # not by a name of its own
    assert of(ValidateCheck, plan.revert) == [ValidateCheck(ORDERS, "known", KNOWN)]
