"""What Relate refuses: what can't refer, what can't be followed, circles, and rows that refer to nothing."""

import pytest
from sqlalchemy import Boolean, Column

from crossfade import AddColumn, Evolution, Relate, RenameColumn, RenameTable, SoftDelete, commands, schema
from crossfade.changes import Change
from crossfade.errors import EvolutionError, MissingPrivilege, SchemaMismatch, Unsupported
from tests.changes.database import execute as rows
from tests.refusals.refusal import IN, Case, Refusal, assert_case, assert_refused, evolution, execute

FLAGS = "is_deleted boolean NOT NULL DEFAULT false, deleted_at timestamptz"
MARKED = "ALTER TABLE orders ADD is_deleted boolean NOT NULL DEFAULT false, ADD deleted_at timestamptz"
GROUPS = f"CREATE TABLE groups (id bigint PRIMARY KEY, {FLAGS})"
BOTH = (MARKED, GROUPS)
FOLLOWING_KEY = (
    "ALTER TABLE orders ADD group_id bigint CONSTRAINT of_group REFERENCES groups "
    "ON UPDATE CASCADE ON DELETE SET NULL"
)
HERE = IN + "Relate orders.group_id"
NAME_ANOTHER = "name another column in SoftDelete(flag=…, at=…)"


def relate(to: str = "groups", column: str = "group_id", **arguments: object) -> Relate:
    given = {"soft_delete": SoftDelete(), **arguments}
    return Relate("orders", column, to=to, **given)  # type: ignore[arg-type]


CASES = (
    Case(
        "no such table",
        (relate("group"),),
        Refusal(SchemaMismatch, "there is no table 'group'", HERE, "did you mean 'groups'?"),
        BOTH,
    ),
    Case(
        "a key of two columns",
        (relate("pairs"),),
        Refusal(
            SchemaMismatch,
            "one column can't refer to (a, b) of public.pairs",
            HERE,
            "refer to a table whose key is one column, or use AddForeignKey",
        ),
        ("CREATE TABLE pairs (a int, b int, PRIMARY KEY (a, b))",),
    ),
    Case(
        "no key",
        (relate("heap"),),
        Refusal(
            SchemaMismatch,
            "one column can't refer to (no key) of public.heap",
            HERE,
            "refer to a table whose key is one column, or use AddForeignKey",
        ),
        ("CREATE TABLE heap (a int)",),
    ),
    Case(
        "another type",
        (relate(column="note", soft_delete=None),),
        Refusal(
            SchemaMismatch,
            "public.orders can't refer to public.groups by types that can't be compared: note (text) and id "
            "(bigint)",
            IN + "Relate orders.note",
            "choose other columns, or give them one type first",
        ),
        BOTH,
    ),
    Case(
        "rows that refer to nothing",
        (relate(column="total", soft_delete=None),),
        Refusal(
            SchemaMismatch,
            "3 rows refer to nothing in public.groups: (id) = (2), (total) = (20); (id) = (3), (total) = (30)"
            "; (id) = (4), (total) = (40)",
            IN + "Relate orders.total",
            "give these rows a value that is there, or NULL, or delete them; orphans='set null' sets them "
            "NULL, and keeps what they held",
        ),
        (*BOTH, "ALTER TABLE orders ALTER total TYPE bigint", "INSERT INTO groups VALUES (10)"),
    ),
    Case(
        "what can't be set NULL",
        (relate(column="status", on_delete="SET NULL"),),
        Refusal(
            SchemaMismatch,
            "public.orders.status is NOT NULL, and on_delete='SET NULL' would make it NULL",
            IN + "Relate orders.status",
            "drop that NOT NULL first, or leave this out",
        ),
        BOTH,
    ),
    Case(
        "orphans that can't be set NULL",
        (relate(column="status", orphans="set null"),),
        Refusal(
            SchemaMismatch,
            "public.orders.status is NOT NULL, and orphans='set null' would make it NULL",
            IN + "Relate orders.status",
            "drop that NOT NULL first, or leave this out",
        ),
        BOTH,
    ),
    Case(
        "a key that does something else",
        (relate(on_delete="SET NULL"),),
        Refusal(
            SchemaMismatch,
            "foreign key of_group of public.orders is there, with ON DELETE CASCADE",
            HERE,
            "say on_delete='CASCADE', or drop that key first",
        ),
        (
            *BOTH,
            "ALTER TABLE orders ADD group_id int CONSTRAINT of_group REFERENCES groups ON DELETE CASCADE",
        ),
    ),
    Case(
        "a key that was not validated",
        (relate(),),
        Refusal(
            SchemaMismatch,
            "foreign key of_group of public.orders is there, and was never validated",
            HERE,
            "validate it, or drop it, first",
        ),
        (
            *BOTH,
            "ALTER TABLE orders ADD group_id int",
            "ALTER TABLE orders ADD CONSTRAINT of_group FOREIGN KEY (group_id) REFERENCES groups NOT VALID",
        ),
    ),
    Case(
        "a name that is taken",
        (relate(foreign_key="orders_pkey"),),
        Refusal(
            SchemaMismatch,
            "constraint 'orders_pkey' of public.orders exists already",
            HERE,
            "choose another name=, or drop that constraint first",
        ),
        BOTH,
    ),
    Case(
        "a parent without the flag",
        (relate(),),
        Refusal(
            SchemaMismatch,
            "table public.groups has no column 'is_deleted'",
            HERE,
            "did you mean 'deleted_at'?",
        ),
        (MARKED, "CREATE TABLE groups (id bigint PRIMARY KEY, deleted_at timestamptz)"),
    ),
    Case(
        "a child without the time",
        (relate(soft_delete=SoftDelete(at="gone_at")),),
        Refusal(
            SchemaMismatch,
            "table public.orders has no column 'gone_at'",
            HERE,
            "there are: deleted_at, id, is_deleted, note, status, total",
        ),
        (*BOTH, "ALTER TABLE groups ADD gone_at timestamptz"),
    ),
    Case(
        "a flag that the evolution adds",
        (AddColumn("orders", Column("gone", Boolean)), relate(soft_delete=SoftDelete(flag="gone"))),
        Refusal(
            SchemaMismatch,
            "table public.orders has no column 'gone', because of AddColumn orders.gone",
            HERE,
            "there are: deleted_at, id, is_deleted, note, status, total",
        ),
        (*BOTH, "ALTER TABLE groups ADD gone boolean"),
    ),
    Case(
        "a flag that is no boolean",
        (relate(soft_delete=SoftDelete(flag="note")),),
        Refusal(
            SchemaMismatch,
            "public.orders.note is of type text, and a flag of a soft delete is of boolean",
            HERE,
            NAME_ANOTHER,
        ),
        (*BOTH, "ALTER TABLE groups ADD note boolean"),
    ),
    Case(
        "a time that is a date",
        (relate(),),
        Refusal(
            SchemaMismatch,
            "public.groups.deleted_at is of type date, and a time of a soft delete is of timestamp",
            HERE,
            NAME_ANOTHER,
        ),
        (MARKED, "CREATE TABLE groups (id bigint PRIMARY KEY, is_deleted boolean, deleted_at date)"),
    ),
    Case(
        "a time that a live row has",
        (relate(),),
        Refusal(
            SchemaMismatch,
            "public.orders.deleted_at is NOT NULL, and a live row has none: rows can't be soft-deleted and "
            "restored by it",
            HERE,
            "name other columns in SoftDelete(flag=…, at=…), or change that one first",
        ),
        (
            *BOTH,
            "ALTER TABLE orders ALTER deleted_at SET DEFAULT 'infinity'",
            "UPDATE orders SET deleted_at = 'infinity'",
            "ALTER TABLE orders ALTER deleted_at SET NOT NULL",
        ),
    ),
    Case(
        "a flag that is generated",
        (relate(),),
        Refusal(
            SchemaMismatch,
            "public.orders.is_deleted is generated: rows can't be soft-deleted and restored by it",
            HERE,
            "name other columns in SoftDelete(flag=…, at=…), or change that one first",
        ),
        (
            GROUPS,
            "ALTER TABLE orders ADD deleted_at timestamptz",
            "ALTER TABLE orders ADD is_deleted boolean GENERATED ALWAYS AS (deleted_at IS NOT NULL) STORED",
        ),
    ),
    Case(
        "a partitioned parent",
        (relate(),),
        Refusal(
            Unsupported,
            "public.groups is a partitioned table, and a soft delete is followed in ordinary tables only",
            HERE,
            "leave soft_delete= out",
        ),
        (MARKED, f"{GROUPS} PARTITION BY HASH (id)"),
    ),
    Case(
        "a key that reads differently from session to session",
        (relate("days", "day"),),
        Refusal(
            Unsupported,
            "a soft delete can't be followed by a key of type date (day)",
            IN + "Relate orders.day",
            "leave soft_delete= out, or give the table a key of integers, UUIDs or text",
        ),
        (MARKED, f"CREATE TABLE days (day date PRIMARY KEY, {FLAGS})"),
    ),
    Case(
        "a key that changes",
        (relate(on_delete="SET NULL"),),
        Refusal(
            Unsupported,
            "foreign key of_group of public.orders has ON UPDATE CASCADE: a soft delete can't be followed by "
            "keys that change",
            HERE,
            "make it ON UPDATE NO ACTION first, or leave soft_delete= out",
        ),
        (
            *BOTH,
            FOLLOWING_KEY,
        ),
    ),
    Case(
        "a table that would follow itself",
        (relate("orders", "parent"),),
        Refusal(
            SchemaMismatch,
            "rows would be soft-deleted in a circle: public.orders → public.orders",
            IN + "Relate orders.parent",
            "leave soft_delete= out of one of these relations",
        ),
        (MARKED,),
    ),
    Case(
        "a circle within the evolution",
        (
            Relate("groups", "floor_id", to="floors", soft_delete=SoftDelete()),
            Relate("floors", "order_id", to="orders", soft_delete=SoftDelete()),
            relate(),
        ),
        Refusal(
            SchemaMismatch,
            "rows would be soft-deleted in a circle: public.groups → public.orders → public.floors → "
            "public.groups",
            HERE,
            "leave soft_delete= out of one of these relations",
        ),
        (*BOTH, f"CREATE TABLE floors (id int PRIMARY KEY, {FLAGS})"),
    ),
    *(
        Case(
            f"a new name for what it speaks of: {change.title}",
            (change, relate()) if first else (relate(), change),
            Refusal(
                Unsupported,
                f"{title}: the soft delete of public.orders with public.groups speaks of it by its old name",
                IN + "table public.orders",
                "make them two evolutions, the new names first",
            ),
            BOTH,
        )
        for change, title, first in (
            (RenameTable("groups", "parties"), "rename table public.groups to parties", True),
            (RenameTable("orders", "sales"), "rename table public.orders to sales", False),
            (RenameColumn("orders", "deleted_at", "gone"), "rename public.orders.deleted_at to gone", True),
            (RenameColumn("groups", "is_deleted", "gone"), "rename public.groups.is_deleted to gone", False),
        )
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_relation_that_cannot_be(case: Case, shop: str) -> None:
    assert_case(case, shop)


def standing(database: str, *changes: Change) -> None:
    """An evolution of before, completed."""
    before = Evolution("before", changes=changes)
    commands.start(before, database)
    commands.complete(before, database)


@pytest.mark.parametrize("through", ["groups", "floors"])
def test_a_circle_with_what_stands(through: str, shop: str) -> None:
    """Also where the tables between are none of this evolution's, and have another name since."""
    execute(shop, *BOTH, f"CREATE TABLE floors (id int PRIMARY KEY, {FLAGS})")
    changes = [Relate("groups", "order_id", to="orders", soft_delete=SoftDelete())]
    way = "public.groups → public.orders → public.groups"
    if through == "floors":
        changes = [
            Relate("groups", "floor_id", to="floors", soft_delete=SoftDelete()),
            Relate("floors", "order_id", to="orders", soft_delete=SoftDelete()),
        ]
        way = "public.groups → public.orders → public.levels → public.groups"
    standing(shop, *changes)
    execute(shop, "ALTER TABLE floors RENAME TO levels")
    assert_refused(
        evolution(relate()),
        shop,
        Refusal(
            SchemaMismatch,
            f"rows would be soft-deleted in a circle: {way}",
            HERE,
            "leave soft_delete= out of one of these relations",
        ),
    )


@pytest.mark.one_server
def test_what_stands_is_not_followed_twice_nor_given_another_name(shop: str) -> None:
    execute(shop, *BOTH)
    standing(shop, relate())
    (routine,) = function(shop)
    assert_refused(
        evolution(relate()),
        shop,
        Refusal(
            SchemaMismatch,
            "public.orders is soft-deleted with public.groups by group_id already",
            HERE,
            "leave soft_delete= out",
        ),
    )
    for change in (RenameTable("groups", "parties"), RenameColumn("orders", "is_deleted", "gone")):
        of = "public.groups" if isinstance(change, RenameTable) else "public.orders.is_deleted"
        assert_refused(
            evolution(change),
            shop,
            Refusal(
                SchemaMismatch,
                f"1 dependent of {of} would break: function {routine}",
                IN + change.title,
                "drop them or write them without that name first; functions that were looked at can be named "
                "in accept=(…)",
            ),
        )


def function(database: str) -> list[str]:
    """The cascade's routine, as the refusals name it."""
    return rows(database, "SELECT oid::regprocedure::text FROM pg_proc WHERE proname LIKE 'cascade\\_%'")


def test_a_declaration_that_contradicts_itself() -> None:
    with pytest.raises(EvolutionError, match="on_delete can't be 'cascade'") as refused:
        relate(on_delete="cascade")
    assert refused.value.place == "Relate orders.group_id"
    with pytest.raises(EvolutionError, match="orphans can't be 'delete'"):
        relate(orphans="delete")
    with pytest.raises(EvolutionError, match="'_crossfade_mine' can't name a foreign key"):
        relate(foreign_key="_crossfade_mine")
    with pytest.raises(EvolutionError, match="'_crossfade_mine' can't name an index"):
        relate(index="_crossfade_mine")
    with pytest.raises(EvolutionError, match="'' can't name a column"):
        SoftDelete(flag="")


def test_rows_that_the_role_does_not_see() -> None:
    columns = (
        schema.Column("id", "bigint", nullable=False),
        schema.Column("is_deleted", "boolean"),
        schema.Column("deleted_at", "timestamp with time zone"),
    )
    key = schema.Index("pkey", ("id",), unique=True, constraint="primary key")
    orders, groups = (
        schema.Table(schema.TableName("public", name), columns, ("id",), (key,), hides_rows=hides)
        for name, hides in (("orders", False), ("groups", True))
    )
    with pytest.raises(MissingPrivilege, match=r"row-level security of public.groups is forced"):
        relate().compile(schema.Schema("postgresql", (18,), (orders, groups)), "e")
    relate(soft_delete=None).compile(schema.Schema("postgresql", (18,), (orders, groups)), "e")
