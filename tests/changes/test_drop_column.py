"""DropColumn on a server: what hung on the column, rows born without it, other tables that it is made of."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, NullPool, create_engine

from crossfade import DropColumn, Evolution, OpenEnum, RenameTable, SeedRows, commands
from crossfade.errors import MissingPrivilege, SchemaMismatch, WrongState
from tests.concurrency.roles import roles_of

NAME = "leaner"

# Everything that PostgreSQL says of the tables, a line for each.
CATALOGUE = """
SELECT c.relname || ' column ' || a.attname || ' ' || concat_ws(' ', format_type(a.atttypid, a.atttypmod),
  a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attcollation::regcollation, col_description(c.oid, attnum),
  a.attacl) AS line
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class c ON c.oid = indrelid
WHERE c.relnamespace = 'public'::regnamespace
UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
UNION ALL SELECT t.typname || string_agg(' ' || e.enumlabel, '' ORDER BY e.enumsortorder)
FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid GROUP BY t.typname
UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
  AND tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
ORDER BY 1
"""

ORDERS = """
CREATE TABLE customers (id int PRIMARY KEY);
INSERT INTO customers SELECT generate_series(1, 5);
CREATE TABLE orders (id int PRIMARY KEY, total int, note text);
INSERT INTO orders SELECT n, n * 10, 'n' || n FROM generate_series(1, 5) n;
"""


@dataclass
class Shop:
    """A database with both versions' connections: of the old application, and of the new one."""

    url: str
    old: Connection
    new: Connection

    def catalogue(self) -> list[str]:
        return list(self.old.scalars(sa.text(CATALOGUE)))

    def rows(self, columns: str, of: str = "orders") -> list[tuple[object, ...]]:
        return [tuple(row) for row in self.old.exec_driver_sql(f"SELECT {columns} FROM {of} ORDER BY id")]


@pytest.fixture
def shop(database: str) -> Iterator[Shop]:
    path = f"-c search_path=public__{NAME},public"
    old = create_engine(database, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    new = create_engine(
        database, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args={"options": path}
    )
    with old.connect() as first, new.connect() as second:
        first.exec_driver_sql(ORDERS)
        yield Shop(database, first, second)


def leaner(*changes: DropColumn | OpenEnum | RenameTable) -> Evolution:
    return Evolution(NAME, changes=changes)


def through(shop: Shop, *changes: DropColumn | OpenEnum | RenameTable) -> None:
    """Start, then complete."""
    commands.start(leaner(*changes), shop.url)
    commands.complete(NAME, shop.url)


BELONGINGS = """
CREATE TYPE kind AS ENUM ('z', 'a', 'm');
ALTER TABLE orders ADD code text COLLATE "C" NOT NULL DEFAULT 'none' REFERENCES codes (code)
  ON UPDATE CASCADE ON DELETE SET DEFAULT DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE orders ADD kind kind;
ALTER TABLE orders ADD CONSTRAINT short CHECK (length(code) < 9);
ALTER TABLE orders ADD CONSTRAINT later CHECK (code <> '') NOT VALID;
ALTER TABLE orders ADD CONSTRAINT once UNIQUE (code, id) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX by_code ON orders (code COLLATE "POSIX" text_pattern_ops DESC NULLS LAST, id) INCLUDE (total)
  WITH (fillfactor = 70) WHERE code <> 'x' AND note IS NOT NULL;
CREATE UNIQUE INDEX by_part ON orders (lower(code) COLLATE "POSIX", (total + id)) WHERE code > 'a';
CREATE INDEX by_kind ON orders USING hash (kind);
COMMENT ON COLUMN orders.code IS 'it''s "so"';
GRANT SELECT (code), UPDATE (code) ON orders TO pg_monitor;
"""


@pytest.mark.parametrize("purged", [False, True])
def test_all_that_hung_on_a_column_comes_back(shop: Shop, *, purged: bool) -> None:
    shop.old.exec_driver_sql('CREATE TABLE codes (code text COLLATE "C" PRIMARY KEY)')
    shop.old.exec_driver_sql("INSERT INTO codes VALUES ('none'), ('n1')")
    shop.old.exec_driver_sql(BELONGINGS)
    shop.old.exec_driver_sql("UPDATE orders SET code = 'n1', kind = 'm' WHERE id = 1")
    legacy, rows = shop.catalogue(), shop.rows("id, code, kind")
    drops = (DropColumn("orders", "code"), DropColumn("orders", "kind"))
    commands.start(leaner(*drops), shop.url)
    live = shop.catalogue()
    assert set(live) - set(legacy) == set()  # no trigger either: the default gives what is needed
    commands.complete(NAME, shop.url)
    shop.new.exec_driver_sql("INSERT INTO orders (id) VALUES (6)")  # nothing binds it
    shop.new.exec_driver_sql("INSERT INTO orders (id) VALUES (7)")
    if purged:
        commands.purge(NAME, shop.url)
        assert not [line for line in shop.catalogue() if "code" in line and "codes" not in line]
        assert not [line for line in shop.catalogue() if line.startswith("kind ")]
        rows = [(id_, "none", None) for id_, *_ in rows]
    commands.revert(NAME, shop.url)
    assert shop.catalogue() == live
    assert shop.rows("id, code, kind") == [*rows, (6, "none", None), (7, "none", None)]
    commands.rollback(NAME, shop.url)
    assert shop.catalogue() == legacy


def test_a_null_of_its_own_is_no_missing_value(shop: Shop) -> None:
    shop.old.exec_driver_sql("ALTER TABLE orders ADD doubled int DEFAULT 0")
    shop.old.exec_driver_sql("UPDATE orders SET doubled = NULL WHERE id = 1")
    through(shop, DropColumn("orders", "doubled", backward="total * 2"))
    shop.new.exec_driver_sql("INSERT INTO orders (id, total) VALUES (6, 7), (7, NULL)")
    shop.new.exec_driver_sql("UPDATE orders SET total = 1 WHERE id = 1")
    commands.revert(NAME, shop.url)
    assert shop.rows("id, doubled") == [(1, None), (2, 0), (3, 0), (4, 0), (5, 0), (6, 14), (7, None)]
    shop.new.exec_driver_sql("INSERT INTO orders (id, total) VALUES (8, 9)")
    shop.old.exec_driver_sql("INSERT INTO orders (id, total) VALUES (9, 9)")
    shop.old.exec_driver_sql("INSERT INTO orders (id, total, doubled) VALUES (10, 9, NULL)")
    assert shop.rows("id, doubled")[7:] == [(8, 18), (9, 0), (10, None)]
    assert [column for column in shop.catalogue() if "_crossfade" in column] == []


TWO = """
CREATE TYPE type AS ENUM ('claim', 'appeal', 'audit');
CREATE TABLE batches (id int PRIMARY KEY, type type NOT NULL);
CREATE TABLE traces (id int PRIMARY KEY, batch_id int REFERENCES batches, type type NOT NULL);
INSERT INTO batches VALUES (1, 'claim'), (2, 'appeal'), (3, 'audit');
INSERT INTO traces VALUES (1, 1, 'appeal'), (2, 2, 'appeal');
"""
OPENED = OpenEnum(
    "batches", "type", sa.String(9), values={"claim": "c", "appeal": "a", "audit": "u"}, unknown="audit"
)
TRACED = DropColumn(
    "traces", "type", backward="(SELECT type FROM batches WHERE batches.id = traces.batch_id)"
)


@pytest.mark.parametrize("changes", [(OPENED, TRACED), (TRACED, OPENED)])
@pytest.mark.parametrize("more", [(), (RenameTable("batches", "jobs"),)])
def test_backward_follows_a_column_that_the_evolution_retires(
    changes: tuple[DropColumn | OpenEnum, ...], more: tuple[RenameTable, ...], shop: Shop
) -> None:
    """Also where the other table has another name by then."""
    batches = "jobs" if more else "batches"
    shop.old.exec_driver_sql(TWO)
    commands.start(leaner(*changes, *more), shop.url)
    live = shop.catalogue()
    shop.new.exec_driver_sql(f"INSERT INTO {batches} VALUES (4, 'a')")
    shop.new.exec_driver_sql("INSERT INTO traces VALUES (3, 4), (4, 3)")
    assert shop.rows("id, type", "traces")[2:] == [(3, "appeal"), (4, "audit")]
    with pytest.raises(sa.exc.IntegrityError, match="has no value for type, which the old version must have"):
        shop.new.exec_driver_sql("INSERT INTO traces VALUES (5, NULL)")

    commands.complete(NAME, shop.url)
    shop.new.exec_driver_sql(f"UPDATE {batches} SET type = 'c' WHERE id = 4")
    shop.new.exec_driver_sql("INSERT INTO traces VALUES (5, 4)")
    commands.revert(NAME, shop.url)
    assert shop.catalogue() == live
    own = [(1, "appeal"), (2, "appeal"), (3, "appeal"), (4, "audit")]
    assert shop.rows("id, type", "traces") == [*own, (5, "claim")]

    commands.complete(NAME, shop.url)
    commands.purge(NAME, shop.url)
    assert not [line for line in shop.catalogue() if line.startswith("type ")]
    commands.revert(NAME, shop.url)
    assert shop.catalogue() == live
    made = [(1, "claim"), (2, "appeal"), (3, "claim"), (4, "audit"), (5, "claim")]
    assert shop.rows("id, type", "traces") == made
    commands.rollback(NAME, shop.url)


def test_a_type_that_something_else_is_of_stays(shop: Shop) -> None:
    shop.old.exec_driver_sql(TWO)
    note = "purge leaves type public.type: public.batches.type is of it"
    assert note in commands.preview(leaner(TRACED), shop.url).notes
    assert commands.preview(leaner(OPENED, TRACED), shop.url).notes == ()
    through(shop, TRACED)
    commands.purge(NAME, shop.url)
    assert [line for line in shop.catalogue() if line.startswith("type ")] == ["type claim appeal audit"]
    commands.revert(NAME, shop.url)


def test_a_backward_of_a_type_that_purge_drops(shop: Shop) -> None:
    shop.old.exec_driver_sql(TWO)
    shop.old.exec_driver_sql("ALTER TABLE batches ALTER type TYPE text")
    through(
        shop,
        DropColumn("traces", "type", backward="CASE WHEN id > 1 THEN 'audit' ELSE 'claim' END::\"type\""),
    )
    commands.purge(NAME, shop.url)
    assert not [line for line in shop.catalogue() if line.startswith("type ")]
    commands.revert(NAME, shop.url)
    assert shop.rows("id, type", "traces") == [(1, "claim"), (2, "audit")]


@pytest.mark.parametrize(
    "changes", [(TRACED,), (TRACED, OPENED), (OPENED, TRACED, RenameTable("batches", "jobs"))]
)
def test_revert_counts_rows_for_which_there_is_no_value_before_it_begins(
    changes: tuple[DropColumn | OpenEnum | RenameTable, ...], shop: Shop
) -> None:
    """Also where it is made of another column that is retired, or gone."""
    shop.old.exec_driver_sql(TWO)
    through(shop, *changes)
    if len(changes) > 1:
        shop.new.exec_driver_sql(f"INSERT INTO {'jobs' if len(changes) > 2 else 'batches'} VALUES (9, 'a')")
        shop.new.exec_driver_sql("INSERT INTO traces VALUES (9, 9)")
    shop.new.exec_driver_sql("INSERT INTO traces VALUES (3, NULL), (4, 3)")
    told = r"traces\.type is NULL in 1 row, where \(id\) is \(3\)"
    for purged in (False, True):
        if purged:
            commands.purge(NAME, shop.url)
        catalogue = shop.catalogue()
        with pytest.raises(SchemaMismatch, match=told):
            commands.revert(NAME, shop.url)
        assert shop.catalogue() == catalogue
    shop.old.exec_driver_sql("UPDATE traces SET batch_id = 1 WHERE id = 3")
    commands.revert(NAME, shop.url)
    born = [(3, "claim"), (4, "audit"), *([(9, "appeal")] if len(changes) > 1 else [])]
    assert shop.rows("id, type", "traces")[2:] == born


def test_a_foreign_key_of_the_column_holds_nobody_up_meanwhile(shop: Shop) -> None:
    """Retired rows would keep a customer from being deleted; back again, they must not refer to nothing."""
    shop.old.exec_driver_sql("ALTER TABLE orders ADD customer int REFERENCES customers ON DELETE CASCADE")
    shop.old.exec_driver_sql("UPDATE orders SET customer = id")
    through(shop, DropColumn("orders", "customer", backward="total / 10"))
    shop.new.exec_driver_sql("DELETE FROM customers WHERE id = 5")
    assert len(shop.rows("id")) == 5
    shop.new.exec_driver_sql("INSERT INTO orders VALUES (6, 90)")
    told = r"2 rows refer to nothing in public\.customers: \(id\) = \(5\), \(customer\) = \(5\); .* = \(9\)"
    with pytest.raises(SchemaMismatch, match=told):
        commands.revert(NAME, shop.url)
    shop.new.exec_driver_sql("INSERT INTO customers VALUES (5), (9)")
    commands.revert(NAME, shop.url)
    assert shop.rows("id, customer")[4:] == [(5, 5), (6, 9)]
    shop.old.exec_driver_sql("DELETE FROM customers WHERE id = 9")
    assert len(shop.rows("id")) == 5


HOSTILE = """
CREATE SCHEMA "Odd.one";
CREATE TABLE "Odd.one"."t" ("New" int PRIMARY KEY, "it's %% \\" text);
INSERT INTO "Odd.one"."t" VALUES (1, 'one'), (2, 'two');
CREATE TABLE "Odd.one"."select" (id int PRIMARY KEY, "from" int, "drop ""me"" %%" text NOT NULL, "New" int);
INSERT INTO "Odd.one"."select" VALUES (1, 1, 'a', 9), (2, 2, 'b', 9);
CREATE INDEX "by %%" ON "Odd.one"."select" ("drop ""me"" %%");
"""


def test_names_that_mean_something_else(shop: Shop) -> None:
    """The aliases and names of the trigger's own row, in the user's expression."""
    shop.old.exec_driver_sql(HOSTILE)
    table, column = '"Odd.one"."select"', 'drop "me" %'
    backward = (
        'coalesce((SELECT new."it\'s % \\" FROM "Odd.one".t AS new JOIN "Odd.one"."t" AS "OLD" '
        'ON "OLD"."New" = new."New" WHERE new."New" = "select"."from"), \'%s none\')'
    )
    commands.start(leaner(DropColumn('"Odd.one".select', column, backward=backward)), shop.url)
    shop.new.exec_driver_sql(f'SET search_path = "Odd.one__{NAME}", "Odd.one"')
    shop.new.exec_driver_sql('INSERT INTO "select" VALUES (3, 2, 8), (4, 7, 8)')
    commands.complete(NAME, shop.url)
    shop.new.exec_driver_sql('INSERT INTO "select" VALUES (5, 1, 8)')
    commands.revert(NAME, shop.url)
    found = shop.rows('id, "drop ""me"" %%"', table)
    assert found == [(1, "a"), (2, "b"), (3, "two"), (4, "%s none"), (5, "one")]


def test_who_writes_rows_must_be_allowed_to_read_what_they_are_made_of(shop: Shop) -> None:
    shop.old.exec_driver_sql(TWO)
    with roles_of(shop.url) as roles:
        clerk = roles.make("GRANT USAGE ON SCHEMA public TO {}", "GRANT INSERT, SELECT ON traces TO {}")
        refused = f"role '{clerk}' may insert into public.traces, and not read public.batches"
        with pytest.raises(MissingPrivilege, match=refused):
            commands.start(leaner(TRACED), shop.url)
        shop.old.exec_driver_sql(f"GRANT SELECT (id, type) ON batches TO {clerk}")
        commands.start(leaner(TRACED), shop.url)
        with create_engine(roles.url(clerk), poolclass=NullPool).begin() as connection:
            connection.exec_driver_sql(f"INSERT INTO public__{NAME}.traces VALUES (3, 3)")
        assert shop.rows("id, type", "traces")[2:] == [(3, "audit")]


def test_writes_are_counted_by_side(shop: Shop) -> None:
    """Only what tells a side counts: else the old one would never fall silent."""
    shop.old.exec_driver_sql("ALTER TABLE orders ADD kind text NOT NULL DEFAULT 'web'")
    commands.start(leaner(DropColumn("orders", "kind", backward="'new'")), shop.url)

    def written() -> tuple[int, int]:
        (writes,) = commands.status(shop.url)[0].writes
        return writes.old, writes.new

    shop.new.exec_driver_sql("INSERT INTO orders VALUES (6, 1), (7, 2)")
    assert written() == (0, 2)
    shop.old.exec_driver_sql("INSERT INTO orders VALUES (8, 1, 'x', 'shop')")
    shop.old.exec_driver_sql("UPDATE orders SET kind = 'shop' WHERE id = 1")
    assert written() == (2, 2)
    shop.old.exec_driver_sql(f"INSERT INTO public__{NAME}.orders VALUES (9, 1)")
    shop.new.exec_driver_sql("UPDATE orders SET total = 0")
    assert written() == (2, 2)


def test_nobody_changes_a_table_that_backward_reads_meanwhile(shop: Shop) -> None:
    """Its trigger reads the column by the name that it has."""
    shop.old.exec_driver_sql(TWO)
    other = Evolution("opened", changes=[OPENED])
    commands.start(leaner(TRACED), shop.url)
    held = rf"evolution '{NAME}' is live on public\.batches"
    with pytest.raises(WrongState, match=held):
        commands.start(other, shop.url)
    commands.rollback(NAME, shop.url)
    commands.start(other, shop.url)
    with pytest.raises(WrongState, match=r"evolution 'opened' is live on public\.batches"):
        commands.start(leaner(TRACED), shop.url)
    commands.rollback("opened", shop.url)
    through(shop, TRACED)
    commands.start(other, shop.url)
    with pytest.raises(WrongState, match=r"'opened' came later, and is live on public\.batches"):
        commands.revert(NAME, shop.url)
    commands.rollback("opened", shop.url)
    commands.revert(NAME, shop.url)


def test_columns_of_one_row_that_are_made_of_each_other(shop: Shop) -> None:
    """One UPDATE can't read what it writes: they are given back in layers, whatever order they stand in."""
    shop.old.exec_driver_sql(
        "ALTER TABLE orders ADD net int NOT NULL DEFAULT 1, ADD gross int, ADD told text"
    )
    drops = (
        DropColumn("orders", "told", backward="gross || ' of ' || net"),
        DropColumn("orders", "gross", backward="net * 2"),
        DropColumn("orders", "net", backward="total + 1"),
    )
    commands.start(leaner(*drops), shop.url)
    shop.new.exec_driver_sql("INSERT INTO orders (id, total) VALUES (6, 4)")
    commands.complete(NAME, shop.url)
    shop.new.exec_driver_sql("INSERT INTO orders (id, total) VALUES (7, 6)")
    commands.revert(NAME, shop.url)
    made = [(6, 5, 10, "10 of 5"), (7, 7, 14, "14 of 7")]
    assert shop.rows("id, net, gross, told")[4:] == [(5, 1, None, None), *made]
    commands.complete(NAME, shop.url)
    commands.purge(NAME, shop.url)
    commands.revert(NAME, shop.url)
    assert shop.rows("id, net, gross, told")[4:] == [(5, 51, 102, "102 of 51"), *made]


def test_a_row_that_moves_to_another_partition_keeps_its_value(shop: Shop) -> None:
    """There it is inserted; and it is nobody's new row."""
    shop.old.exec_driver_sql(
        "CREATE TABLE moves (day int PRIMARY KEY, note text, kind text) PARTITION BY RANGE (day);"
        "CREATE TABLE early PARTITION OF moves FOR VALUES FROM (0) TO (10);"
        "CREATE TABLE late PARTITION OF moves DEFAULT;"
        "INSERT INTO moves VALUES (1, 'a', NULL), (2, 'b', 'own')"
    )
    commands.start(leaner(DropColumn("moves", "kind", backward="note")), shop.url)
    shop.new.exec_driver_sql("UPDATE moves SET day = day + 20")
    shop.new.exec_driver_sql("INSERT INTO moves VALUES (3, 'c')")
    found = [tuple(row) for row in shop.old.exec_driver_sql("SELECT day, kind FROM moves ORDER BY day")]
    assert found == [(3, "c"), (21, None), (22, "own")]


def test_seeds_have_a_value_for_the_old_version(shop: Shop) -> None:
    shop.old.exec_driver_sql("ALTER TABLE orders ADD kind text NOT NULL DEFAULT 'web'")
    seeds = SeedRows("orders", key="id", rows=[{"id": 8, "note": "seeded"}])
    evolution = Evolution(NAME, changes=[seeds, DropColumn("orders", "kind", backward="note || '!'")])
    for _ in range(2):
        commands.start(evolution, shop.url)
        assert shop.rows("id, kind")[5:] == [(8, "seeded!")]
        commands.rollback(NAME, shop.url)
        assert shop.rows("id, kind")[5:] == []
