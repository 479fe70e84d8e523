"""A column that the new version leaves out: the sync, the repair at revert, what is asked and taken off."""

import pytest

from crossfade.expressions import Sql, ValueMap
from crossfade.lens import Assignment, Law, RowLens
from crossfade.schema import Column, ForeignKey, Index, TableName
from crossfade.steps import (
    AddForeignKey,
    AdoptIndex,
    AskExpression,
    CopyRows,
    CountBlind,
    CountNulls,
    CountOrphans,
    CreateIndex,
    InstallSync,
    Made,
)
from tests.dialects.postgresql.golden import Golden, expected, rendered, told
from tests.dialects.postgresql.orders import ITEMS, KEY, NAMESPACE, ORDERS

NAME = "open_statuses"
PATH = ("public", "Shop")
ROW = ("id", "item", "total", "Was", "kind", "channel")
LABELS = TableName("Shop", "Labels")
READ = Sql(
    '(SELECT max("l"."label") FROM "Shop"."Labels" AS "l" WHERE "l"."id" = orders.item)',
    "text",
    frozenset({"item"}),
    tables=(LABELS,),
    elsewhere=((LABELS, "label"), (LABELS, "id")),
)


def lens(column: Column, value: Sql, mark: str = "") -> RowLens:
    given = (Assignment(column.name, value),)
    return RowLens(
        f"DropColumn orders.{column.name}", ORDERS, (column,), (), (), (), given, Law.FREE, mark=mark
    )


NEEDED = lens(Column("Was", "text", nullable=False), READ)
OPTIONAL = lens(Column("kind", "text"), Sql("upper(item)", "text", frozenset({"item"})), mark="stands")
DEFAULTED = lens(Column("channel", "text", default="'web'"), Sql("'new'", "text"))

NAMED = ValueMap("new", (("n", "now"),), "text", "text")

CASES = {
    "while both are live": Golden(
        InstallSync(NAME, ORDERS, (NEEDED, OPTIONAL, DEFAULTED), ROW, (NEEDED.old[0],), NAMESPACE, PATH),
        """
-- work:
CREATE SEQUENCE crossfade.writes_old_c665_public_orders

-- work:
CREATE SEQUENCE crossfade.writes_new_c665_public_orders

-- work:
GRANT USAGE ON SCHEMA crossfade TO PUBLIC

-- work:
GRANT USAGE ON SEQUENCE crossfade.writes_old_c665_public_orders,
    crossfade.writes_new_c665_public_orders TO PUBLIC

-- work:
CREATE FUNCTION crossfade.sync_c665_public_orders() RETURNS trigger LANGUAGE plpgsql SET
    search_path = pg_catalog, public, "Shop", pg_temp AS $crossfade$
DECLARE
  counted bigint;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW."Was" IS NULL THEN
      NEW."Was" := (SELECT max("l"."label") FROM "Shop"."Labels" AS "l" WHERE "l"."id" = NEW."item");
      IF NEW."Was" IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'not_null_violation',
          MESSAGE = 'a row of public.orders has no value for Was, which the old version must have:
              backward gives none',
          HINT = 'Write the rows first that backward= of the evolution reads.';
      END IF;
      counted := pg_catalog.nextval('crossfade.writes_new_c665_public_orders');
    ELSIF NEW."Was" IS NOT NULL THEN
      counted := pg_catalog.nextval('crossfade.writes_old_c665_public_orders');
    END IF;
    IF NEW.kind IS NULL AND TG_ARGV[0] = 'new' THEN
      NEW.kind := upper(NEW."item");
      counted := pg_catalog.nextval('crossfade.writes_new_c665_public_orders');
    ELSIF NEW.kind IS NOT NULL THEN
      counted := pg_catalog.nextval('crossfade.writes_old_c665_public_orders');
    END IF;
    IF TG_ARGV[0] = 'new' AND NOT (NOT coalesce(NEW.channel OPERATOR(pg_catalog.=) 'web',
        NEW.channel IS NULL AND 'web' IS NULL)) THEN
      NEW.channel := 'new';
      counted := pg_catalog.nextval('crossfade.writes_new_c665_public_orders');
    ELSIF NOT coalesce(NEW.channel OPERATOR(pg_catalog.=) 'web', NEW.channel IS NULL AND 'web' IS
        NULL) THEN
      counted := pg_catalog.nextval('crossfade.writes_old_c665_public_orders');
    END IF;
  ELSE
    IF NOT coalesce(NEW."Was" OPERATOR(pg_catalog.=) (OLD."Was"), NEW."Was" IS NULL AND
        (OLD."Was") IS NULL) THEN
      counted := pg_catalog.nextval('crossfade.writes_old_c665_public_orders');
    END IF;
    IF NOT coalesce(NEW.kind OPERATOR(pg_catalog.=) OLD.kind, NEW.kind IS NULL AND OLD.kind IS NULL) THEN
      counted := pg_catalog.nextval('crossfade.writes_old_c665_public_orders');
    END IF;
    IF NOT coalesce(NEW.channel OPERATOR(pg_catalog.=) OLD.channel, NEW.channel IS NULL AND
        OLD.channel IS NULL) THEN
      counted := pg_catalog.nextval('crossfade.writes_old_c665_public_orders');
    END IF;
  END IF;
  RETURN NEW;
END
$crossfade$

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_insert_old" BEFORE INSERT ON public.orders FOR EACH ROW WHEN
    (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off' AND NOT
    ('public__open_statuses'::name OPERATOR(pg_catalog.=) ANY (pg_catalog.current_schemas(false))))
    EXECUTE FUNCTION crossfade.sync_c665_public_orders('old')

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER "~crossfade_insert_old"

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_insert_new" BEFORE INSERT ON public.orders FOR EACH ROW WHEN
    (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off' AND
    'public__open_statuses'::name OPERATOR(pg_catalog.=) ANY (pg_catalog.current_schemas(false)))
    EXECUTE FUNCTION crossfade.sync_c665_public_orders('new')

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER "~crossfade_insert_new"

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_update" BEFORE UPDATE ON public.orders FOR EACH ROW WHEN ((NOT
    coalesce(NEW."Was" OPERATOR(pg_catalog.=) (OLD."Was"), NEW."Was" IS NULL AND (OLD."Was") IS NULL))
    AND pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off') EXECUTE FUNCTION
    crossfade.sync_c665_public_orders()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER "~crossfade_update"

""",
    ),
    "at revert": Golden(
        InstallSync(
            NAME,
            ORDERS,
            tuple(each.retired({}) for each in (NEEDED, OPTIONAL)),
            ROW,
            (),
            NAMESPACE,
            PATH,
            one_sided=True,
        ),
        """
-- work:
CREATE FUNCTION crossfade.sync_c665_public_orders() RETURNS trigger LANGUAGE plpgsql SET
    search_path = pg_catalog, public, "Shop", pg_temp AS $crossfade$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW."Was" := (SELECT max("l"."label") FROM "Shop"."Labels" AS "l" WHERE "l"."id" = NEW."item");
    IF NEW."Was" IS NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'not_null_violation',
        MESSAGE = 'a row of public.orders has no value for Was, which the old version must have:
            backward gives none',
        HINT = 'Write the rows first that backward= of the evolution reads.';
    END IF;
    NEW.kind := upper(NEW."item");
    NEW.stands := true;
  ELSE
  END IF;
  RETURN NEW;
END
$crossfade$

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_insert_new" BEFORE INSERT ON public.orders FOR EACH ROW WHEN
    (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off') EXECUTE FUNCTION
    crossfade.sync_c665_public_orders('new')

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER "~crossfade_insert_new"

""",
    ),
    "the repair": Golden(
        CopyRows(
            ORDERS,
            KEY,
            tuple(each.retired({}).inverse() for each in (NEEDED, OPTIONAL)),
            ROW,
            0,
            skip_triggers=False,
            repair=True,
        ),
        """
-- first, ACCESS SHARE:
SELECT t.id::text FROM public.orders AS t ORDER BY t.id LIMIT 1

-- last, ACCESS SHARE:
SELECT t.id::text FROM public.orders AS t ORDER BY t.id DESC LIMIT 1

-- setting:
SET LOCAL crossfade.sync = 'off'; SET LOCAL synchronous_commit = 'off'

-- next, ACCESS SHARE, bound:
SELECT t.id::text FROM public.orders AS t WHERE t.id >= %(lo_0)s::bigint AND t.id <=
    %(hi_0)s::bigint ORDER BY t.id OFFSET %(batch)s - 1 LIMIT 2

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
UPDATE public.orders AS t SET "Was" = CASE WHEN t."Was" IS NULL THEN (SELECT max("l"."label") FROM
    "Shop"."Labels" AS "l" WHERE "l"."id" = t."item") ELSE t."Was" END, kind = CASE WHEN t.stands IS
    NULL THEN upper(t."item") ELSE t.kind END, stands = CASE WHEN t.stands IS NULL THEN true ELSE
    t.stands END WHERE t.id >= %(lo_0)s::bigint AND t.id <= %(hi_0)s::bigint AND ((t."Was" IS NULL) OR
    (t.stands IS NULL))

-- count, ACCESS SHARE, bound:
SELECT count(*) FROM public.orders AS t WHERE t.id >= %(lo_0)s::bigint AND t.id <= %(hi_0)s::bigint

""",
    ),
    "what backward is": Golden(
        AskExpression(
            "", ORDERS, "Was", "text", "backward", READ, ROW, PATH, (Column("channel", "varchar(9)"),)
        ),
        """
-- setting:
SET TRANSACTION READ ONLY

-- setting:
SET LOCAL search_path = pg_catalog, public, "Shop", pg_temp

-- work, ACCESS SHARE:
EXPLAIN (COSTS OFF) WITH asked AS (SELECT FROM (SELECT *, CAST(NULL AS varchar(9)) AS channel FROM
    public.orders) AS t WHERE ((SELECT max("l"."label") FROM "Shop"."Labels" AS "l" WHERE "l"."id" =
    t."item")) IS NULL) SELECT FROM asked

-- work, ACCESS SHARE:
EXPLAIN (COSTS OFF) SELECT FROM (SELECT *, CAST(NULL AS varchar(9)) AS channel FROM public.orders)
    AS t, XMLTABLE('.' PASSING NULL COLUMNS value text PATH '.' DEFAULT ((SELECT max("l"."label") FROM
    "Shop"."Labels" AS "l" WHERE "l"."id" = t."item"))) AS asked

""",
    ),
    "who may write and not read": Golden(
        CountBlind("", ITEMS, LABELS, ("id", "It's")),
        """
-- work:
SELECT r.rolname AS role, count(*) OVER () AS many FROM pg_catalog.pg_roles AS r WHERE
    r.rolcanlogin AND has_schema_privilege(r.oid, 'Shop', 'USAGE') AND has_any_column_privilege(r.oid,
    '"Shop"."order items"', 'INSERT') AND NOT (has_schema_privilege(r.oid, 'Shop', 'USAGE') AND
    has_column_privilege(r.oid, '"Shop"."Labels"', 'id', 'SELECT') AND has_column_privilege(r.oid,
    '"Shop"."Labels"', 'It''s', 'SELECT')) ORDER BY r.rolname LIMIT 10

""",
    ),
    "who may write and read nothing": Golden(
        CountBlind("", ORDERS, LABELS, ()),
        """
-- work:
SELECT r.rolname AS role, count(*) OVER () AS many FROM pg_catalog.pg_roles AS r WHERE
    r.rolcanlogin AND has_schema_privilege(r.oid, 'public', 'USAGE') AND
    has_any_column_privilege(r.oid, 'public.orders', 'INSERT') AND NOT (has_schema_privilege(r.oid,
    'Shop', 'USAGE') AND has_any_column_privilege(r.oid, '"Shop"."Labels"', 'SELECT')) ORDER BY
    r.rolname LIMIT 10

""",
    ),
    "nulls of what will be there": Golden(
        CountNulls(
            "",
            ORDERS,
            "Was",
            'coalesce(t."Old", '
            '(SELECT "l"."made of label" FROM "Shop"."Labels" AS "l" WHERE "l"."id" = t."item"))',
            ("id",),
            "mend it",
            (Made(LABELS, ("id", "new"), (Assignment("made of label", NAMED),)),),
        ),
        """
-- work, ACCESS SHARE:
SELECT t.id::text AS key, count(*) OVER () AS many FROM public.orders AS t WHERE (coalesce(t."Old",
    (SELECT "l"."made of label" FROM (SELECT *, CASE WHEN t.new = 'n' THEN 'now' END AS "made of label"
    FROM "Shop"."Labels" AS t) AS "l" WHERE "l"."id" = t."item"))) IS NULL ORDER BY t.id LIMIT 10

""",
    ),
    "orphans of what will be there": Golden(
        CountOrphans(
            "",
            ORDERS,
            ForeignKey("of", ORDERS, ("value",), ITEMS, ("No",)),
            ("Was",),
            ("id",),
            (("value", "coalesce(t.\"old\", 'x')"),),
            "t",
        ),
        """
-- work, ACCESS SHARE:
SELECT t.id::text AS key, t.value::text AS values, count(*) OVER () AS many FROM (SELECT *,
    coalesce(t."old", 'x') AS value FROM public.orders AS t) AS t WHERE t.value IS NOT NULL AND NOT
    EXISTS (SELECT FROM "Shop"."order items" AS r WHERE r."No" = t.value) ORDER BY t.id LIMIT 10

""",
    ),
    "a foreign key as it was": Golden(
        AddForeignKey(
            ORDERS,
            ForeignKey(
                "of",
                ORDERS,
                ("Was",),
                ITEMS,
                ("No",),
                "CASCADE",
                'FOREIGN KEY ("Was") REFERENCES "Shop"."order items"("No") ON UPDATE CASCADE DEFERRABLE',
            ),
        ),
        """
-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public.orders ADD CONSTRAINT of FOREIGN KEY ("Was") REFERENCES "Shop"."order
    items"("No") ON UPDATE CASCADE DEFERRABLE NOT VALID

""",
    ),
    "an index over an expression": Golden(
        CreateIndex(
            ORDERS,
            Index(
                "by_was",
                ("id",),
                unique=True,
                options=(" DESC", ""),
                expressions=True,
                keys=('lower("Was")', "id"),
            ),
        ),
        """
-- setting:
SET lock_timeout = 0

-- work, SHARE UPDATE EXCLUSIVE:
CREATE UNIQUE INDEX CONCURRENTLY by_was ON public.orders USING btree ((lower("Was")) DESC, (id))
-- tried again after: DROP INDEX CONCURRENTLY IF EXISTS public.by_was

""",
    ),
    "a constraint that waits": Golden(
        AdoptIndex(ORDERS, "once", " DEFERRABLE INITIALLY DEFERRED"),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE public.orders ADD CONSTRAINT once UNIQUE USING INDEX once DEFERRABLE INITIALLY DEFERRED

""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    case = CASES[name]
    assert told(rendered(case.step, case.version)) == expected(case.text)
