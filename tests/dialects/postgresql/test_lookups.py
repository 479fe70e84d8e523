"""Lookups: what tells writers, what guards the rows, what is counted before; a lookup that is made."""

import pytest

from crossfade.expressions import LookupKey, LookupValue, Sql
from crossfade.lens import Assignment, Law, RowLens
from crossfade.schema import Column, Grant, TableName
from crossfade.steps import (
    Compare,
    CopyRows,
    CountLookups,
    CountOthers,
    CountUnanswered,
    CreateTable,
    InstallLookup,
    InstallSync,
    KeepTable,
    RemoveLookup,
    RestoreComplement,
    SeedLookup,
    UnseedLookup,
)
from tests.dialects.postgresql.golden import Golden, expected, rendered, told
from tests.dialects.postgresql.orders import ORDERS

KINDS = TableName("Shop", "kinds")
ID = Column("id", "integer", nullable=False)
STATUS = Column("status", "public.order_status", nullable=False, enum=("public", "order_status"))
KIND_ID = Column("kind_id", "uuid")
KEY = LookupKey(
    "status",
    KINDS,
    "id",
    (("new", (("code", "N"),)), ("it's", (("code", "100%"),))),
    (Column("code", "text"),),
    "public.order_status",
    "uuid",
    "key_status_6f1e_public_orders",
)
VALUE = LookupValue(
    "kind_id",
    KINDS,
    "id",
    (((("code", "N"),), "new"), ((("code", "100%"),), "it's")),
    (Column("code", "text"),),
    "uuid",
    "public.order_status",
    "value_status_6f1e_public_orders",
)
TEXT = LookupKey(
    "note",
    KINDS,
    "id",
    (("a", (("code", "A"), ("n", None))),),
    (Column("code", "citext"),),
    "text",
    "bigint",
    "key_note",
    (("code", "rest"),),
)
SAID = LookupValue(
    "kind_id",
    KINDS,
    "id",
    (),
    (Column("code", "text"),),
    "bigint",
    "text",
    "value_note",
    Sql("lower(code)", "text", frozenset({"code"})),
    "a",
    null=True,
)
LENS = RowLens(
    "EnumToReference orders.status",
    ORDERS,
    (STATUS,),
    (KIND_ID,),
    ("kind_id",),
    (Assignment("kind_id", KEY),),
    (Assignment("status", VALUE),),
    Law.BACKWARD,
)
LOSES = RowLens(
    "EnumToReference orders.note",
    ORDERS,
    (Column("note", "text"),),
    (Column("kind_id", "bigint"),),
    ("kind_id",),
    (Assignment("kind_id", TEXT),),
    (Assignment("note", SAID),),
    Law.EITHER,
)
COLUMNS = ("id", "status", "note", "kind_id")
INSTALL = InstallLookup("statuses", ORDERS, KEY, VALUE, unique=True, search_path=("public",))
REFERENCES = ((ORDERS, ("other",), ("id",)),)

CASES = {
    "installed": Golden(
        INSTALL,
        """
-- work:
GRANT USAGE ON SCHEMA crossfade TO PUBLIC

-- work:
CREATE FUNCTION crossfade.value_status_6f1e_public_orders(uuid) RETURNS public.order_status LANGUAGE
    plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $crossfade$
#variable_conflict use_variable
DECLARE
  said public.order_status;
BEGIN
  SELECT CASE WHEN l.code = 'N' THEN 'new'::public.order_status WHEN l.code = '100%' THEN
      'it''s'::public.order_status END INTO said FROM "Shop".kinds AS l
    WHERE l.id = $1 FOR KEY SHARE;
  RETURN said;
END
$crossfade$

-- work:
CREATE FUNCTION crossfade.guard_value_status_6f1e_public_orders() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $crossfade$
#variable_conflict use_variable
DECLARE
  stands text;
  before public.order_status;
  after public.order_status;
  sync text;
BEGIN
  IF NOT (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off') THEN
    RETURN NULL;
  END IF;
  stands := CASE WHEN OLD.code = 'N' THEN 'new' WHEN OLD.code = '100%' THEN 'it''s' END;
  before := CASE WHEN OLD.code = 'N' THEN 'new'::public.order_status WHEN OLD.code = '100%' THEN
      'it''s'::public.order_status END;
  IF TG_OP = 'UPDATE' THEN
    after := CASE WHEN NEW.code = 'N' THEN 'new'::public.order_status WHEN NEW.code = '100%' THEN
        'it''s'::public.order_status END;
  END IF;
  IF stands IS NOT NULL AND (TG_OP = 'DELETE' OR NEW.id IS DISTINCT FROM OLD.id OR (CASE WHEN
      NEW.code = 'N' THEN 'new' WHEN NEW.code = '100%' THEN 'it''s' END) IS DISTINCT FROM stands OR
      before IS DISTINCT FROM after) THEN
      RAISE EXCEPTION USING ERRCODE = 'check_violation',
        MESSAGE = pg_catalog.replace('a row of Shop.kinds stands for %s in public.orders while
            evolution statuses is live: it can''t be deleted, nor can what tells it be changed',
            '%s', coalesce(stands, 'NULL')),
        HINT = 'Complete the evolution first.';
  END IF;
  IF TG_OP = 'DELETE' AND EXISTS (SELECT FROM public.orders AS t WHERE t.kind_id = OLD.id) THEN
      RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation',
        MESSAGE = pg_catalog.replace('a row of Shop.kinds is in use in public.orders', '%s',
            coalesce('', 'NULL')),
        HINT = 'Let its rows refer to another one first.';
  END IF;
  IF TG_OP = 'UPDATE' AND before IS DISTINCT FROM after THEN
    IF after IS NULL AND EXISTS (SELECT FROM public.orders AS t WHERE t.kind_id = NEW.id) THEN
      RAISE EXCEPTION USING ERRCODE = 'check_violation',
        MESSAGE = pg_catalog.replace('a row of Shop.kinds that is in use can''t become %s yet: the
            old version of public.orders has no value for it', '%s',
            coalesce(pg_catalog.to_jsonb(NEW)::text, 'NULL')),
        HINT = 'Complete the evolution first.';
    END IF;
    sync := pg_catalog.current_setting('crossfade.sync', true);
    PERFORM pg_catalog.set_config('crossfade.sync', 'off', true);
    UPDATE public.orders AS t SET status = after WHERE t.kind_id = NEW.id AND t.status IS DISTINCT
        FROM after;
    PERFORM pg_catalog.set_config('crossfade.sync', coalesce(sync, ''), true);
  END IF;
  RETURN NULL;
END
$crossfade$

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_guard_value_status_6f1e_public_orders" AFTER UPDATE OR DELETE ON
    "Shop".kinds
  FOR EACH ROW
  EXECUTE FUNCTION crossfade.guard_value_status_6f1e_public_orders()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE "Shop".kinds ENABLE ALWAYS TRIGGER "~crossfade_guard_value_status_6f1e_public_orders"

-- setting:
SET LOCAL search_path = pg_catalog, pg_temp

-- work, ACCESS SHARE:
DO $crossfade$
DECLARE
  key uuid;
  cases text := 'SELECT CASE';
BEGIN
  SELECT l.id INTO STRICT key
  FROM "Shop".kinds AS l
  WHERE l.code = 'N';
  cases := cases || ' WHEN ' || format('$1 OPERATOR(pg_catalog.=) %L', 'new') || format(' THEN
      %L::uuid', key);
  SELECT l.id INTO STRICT key
  FROM "Shop".kinds AS l
  WHERE l.code = '100%';
  cases := cases || ' WHEN ' || format('$1 OPERATOR(pg_catalog.=) %L', 'it''s') || format(' THEN
      %L::uuid', key);
  EXECUTE 'CREATE FUNCTION crossfade.key_status_6f1e_public_orders(text) RETURNS uuid LANGUAGE sql
      IMMUTABLE PARALLEL SAFE AS ' || quote_literal(cases || ' END');
END
$crossfade$

-- setting:
SET LOCAL search_path = DEFAULT

""",
    ),
    "installed, of a text, by an expression": Golden(
        InstallLookup("statuses", ORDERS, TEXT, SAID, unique=False, search_path=("public", "Shop")),
        """
-- work:
GRANT USAGE ON SCHEMA crossfade TO PUBLIC

-- work:
CREATE FUNCTION crossfade.value_note(bigint) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET
    search_path = pg_catalog, public, "Shop", pg_temp AS $crossfade$
#variable_conflict use_variable
DECLARE
  said text;
BEGIN
  SELECT CAST(lower(l."code") AS text) INTO said FROM "Shop".kinds AS l
    WHERE l.id = $1 FOR SHARE;
  RETURN CASE WHEN $1 IS NOT NULL THEN coalesce(said, 'a') END;
END
$crossfade$

-- work:
CREATE FUNCTION crossfade.guard_value_note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET
    search_path = pg_catalog, public, "Shop", pg_temp AS $crossfade$
#variable_conflict use_variable
DECLARE
  stands text;
  before text;
  after text;
  sync text;
BEGIN
  IF NOT (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off') THEN
    RETURN NULL;
  END IF;
  stands := CASE WHEN OLD.code = 'A' AND OLD.n IS NULL THEN 'a' WHEN OLD.code = 'rest' THEN 'any
      other value' END;
  before := coalesce(CAST(lower(OLD."code") AS text), 'a');
  IF TG_OP = 'UPDATE' THEN
    after := coalesce(CAST(lower(NEW."code") AS text), 'a');
  END IF;
  IF stands IS NOT NULL AND (TG_OP = 'DELETE' OR NEW.id IS DISTINCT FROM OLD.id OR (CASE WHEN
      NEW.code = 'A' AND NEW.n IS NULL THEN 'a' WHEN NEW.code = 'rest' THEN 'any other value' END)
      IS DISTINCT FROM stands OR before IS DISTINCT FROM after) THEN
      RAISE EXCEPTION USING ERRCODE = 'check_violation',
        MESSAGE = pg_catalog.replace('a row of Shop.kinds stands for %s in public.orders while
            evolution statuses is live: it can''t be deleted, nor can what tells it be changed',
            '%s', coalesce(stands, 'NULL')),
        HINT = 'Complete the evolution first.';
  END IF;
  IF TG_OP = 'DELETE' AND EXISTS (SELECT FROM public.orders AS t WHERE t.kind_id = OLD.id) THEN
      RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation',
        MESSAGE = pg_catalog.replace('a row of Shop.kinds is in use in public.orders', '%s',
            coalesce('', 'NULL')),
        HINT = 'Let its rows refer to another one first.';
  END IF;
  IF TG_OP = 'UPDATE' AND before IS DISTINCT FROM after THEN
    sync := pg_catalog.current_setting('crossfade.sync', true);
    PERFORM pg_catalog.set_config('crossfade.sync', 'off', true);
    UPDATE public.orders AS t SET note = after WHERE t.kind_id = NEW.id AND t.note IS DISTINCT FROM
        after;
    PERFORM pg_catalog.set_config('crossfade.sync', coalesce(sync, ''), true);
  END IF;
  RETURN NULL;
END
$crossfade$

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_guard_value_note" AFTER UPDATE OR DELETE ON "Shop".kinds
  FOR EACH ROW
  EXECUTE FUNCTION crossfade.guard_value_note()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE "Shop".kinds ENABLE ALWAYS TRIGGER "~crossfade_guard_value_note"

-- setting:
SET LOCAL search_path = pg_catalog, pg_temp

-- work, ACCESS SHARE:
DO $crossfade$
DECLARE
  key bigint;
  cases text := 'SELECT CASE';
BEGIN
  SELECT l.id INTO STRICT key
  FROM "Shop".kinds AS l
  WHERE l.code = 'A' AND l.n IS NULL;
  cases := cases || ' WHEN ' || format('$1 OPERATOR(pg_catalog.=) %L', 'a') || format(' THEN
      %L::bigint', key);
  SELECT l.id INTO STRICT key
  FROM "Shop".kinds AS l
  WHERE l.code = 'rest';
  cases := cases || ' WHEN ' || format('$1 IS NOT NULL') || format(' THEN %L::bigint', key);
  EXECUTE 'CREATE FUNCTION crossfade.key_note(text) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL
      SAFE AS ' || quote_literal(cases || ' END');
END
$crossfade$

-- setting:
SET LOCAL search_path = DEFAULT

""",
    ),
    "removed": Golden(
        RemoveLookup("statuses", KEY, VALUE),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_guard_value_status_6f1e_public_orders" ON "Shop".kinds

-- work:
DROP FUNCTION IF EXISTS crossfade.guard_value_status_6f1e_public_orders()

-- work:
DROP FUNCTION IF EXISTS crossfade.key_status_6f1e_public_orders(text)

-- work:
DROP FUNCTION IF EXISTS crossfade.value_status_6f1e_public_orders(uuid)

""",
    ),
    "seeded": Golden(
        SeedLookup("statuses", KINDS, ("code",), ('{"code": "N"}',), ("id", "code"), REFERENCES),
        """
-- setting:
SET LOCAL search_path = "Shop"

-- work, ROW EXCLUSIVE:
WITH made AS (INSERT INTO "Shop".kinds (id, code) OVERRIDING SYSTEM VALUE SELECT r.id, r.code
  FROM crossfade.seed AS s, LATERAL jsonb_populate_record(NULL::"Shop".kinds, s.image) r JOIN
      jsonb_populate_recordset(NULL::"Shop".kinds, '[{"code": "N"}]'::jsonb) d ON d.code = r.code
  WHERE s.evolution = 'statuses' AND s.table_name = 'Shop.kinds' AND s.state = 'removed' AND NOT
      EXISTS (SELECT
  FROM "Shop".kinds AS t
  WHERE t.code = r.code)
  ON CONFLICT DO NOTHING
  RETURNING *) INSERT INTO crossfade.seed (evolution, table_name, row_key, image, state) SELECT
      'statuses', 'Shop.kinds', jsonb_build_object('code', m.code::text)::text, to_jsonb(m),
      'present'
  FROM made m
  ON CONFLICT (evolution, table_name, row_key)
  DO UPDATE SET image = excluded.image, state = excluded.state

-- work, ROW EXCLUSIVE:
WITH made AS (INSERT INTO "Shop".kinds (code) SELECT r.code
  FROM jsonb_populate_recordset(NULL::"Shop".kinds, '[{"code": "N"}]'::jsonb) r
  WHERE NOT EXISTS (SELECT
  FROM "Shop".kinds AS t
  WHERE t.code = r.code)
  ON CONFLICT DO NOTHING
  RETURNING *) INSERT INTO crossfade.seed (evolution, table_name, row_key, image, state) SELECT
      'statuses', 'Shop.kinds', jsonb_build_object('code', m.code::text)::text, to_jsonb(m),
      'present'
  FROM made m
  ON CONFLICT (evolution, table_name, row_key)
  DO UPDATE SET image = excluded.image, state = excluded.state

-- setting:
SET LOCAL search_path = DEFAULT

""",
    ),
    "seeds taken back": Golden(
        UnseedLookup("statuses", KINDS, ("code",), REFERENCES),
        """
-- setting, ROW SHARE, blocks writes to the seeded rows:
SELECT s.row_key
  FROM "Shop".kinds AS t, crossfade.seed AS s, LATERAL jsonb_populate_record(NULL::"Shop".kinds,
      s.image) r
  WHERE s.evolution = 'statuses' AND s.table_name = 'Shop.kinds' AND s.state = 'present' AND t.code
      = r.code FOR UPDATE OF t

-- work, ROW EXCLUSIVE:
WITH gone AS (DELETE
  FROM "Shop".kinds AS t USING crossfade.seed AS s, LATERAL
      jsonb_populate_record(NULL::"Shop".kinds, s.image) r
  WHERE s.evolution = 'statuses' AND s.table_name = 'Shop.kinds' AND s.state = 'present' AND t.code
      = r.code AND to_jsonb(t) = s.image AND NOT EXISTS (SELECT
  FROM public.orders AS o
  WHERE o.other = t.id)
  RETURNING s.row_key) UPDATE crossfade.seed AS s
  SET state = CASE WHEN EXISTS (SELECT
  FROM gone
  WHERE gone.row_key = s.row_key) THEN 'removed' WHEN EXISTS (SELECT
  FROM "Shop".kinds AS t, LATERAL jsonb_populate_record(NULL::"Shop".kinds, s.image) r
  WHERE t.code = r.code) THEN 'left' ELSE 'absent' END
  WHERE s.evolution = 'statuses' AND s.table_name = 'Shop.kinds' AND s.state = 'present'
  RETURNING s.row_key, s.state

""",
    ),
    "made": Golden(
        CreateTable(
            "statuses",
            KINDS,
            'CREATE TABLE "Shop".kinds (id UUID PRIMARY KEY)',
            ('CREATE INDEX i ON "Shop".kinds (id)',),
            "owner",
            (Grant("SELECT", "reader"),),
        ),
        """
-- work:
DO $crossfade$
BEGIN
  IF pg_catalog.to_regclass('crossfade.kept_c36eb52036c2') IS NOT NULL THEN
    ALTER TABLE crossfade.kept_c36eb52036c2
  SET SCHEMA "Shop"; ALTER TABLE "Shop".kept_c36eb52036c2 RENAME TO kinds;
  ELSE
    CREATE TABLE "Shop".kinds (id UUID PRIMARY KEY); CREATE INDEX i ON "Shop".kinds (id);
  END IF;
END
$crossfade$

-- work:
ALTER TABLE "Shop".kinds OWNER TO owner

-- work:
GRANT SELECT ON "Shop".kinds TO reader

""",
    ),
    "put away": Golden(
        KeepTable("statuses", KINDS, 'CREATE TABLE "Shop".kinds (id UUID PRIMARY KEY)'),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE "Shop".kinds RENAME TO kept_c36eb52036c2

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE "Shop".kept_c36eb52036c2
  SET SCHEMA crossfade

""",
    ),
    "rows counted": Golden(
        CountLookups("EnumToReference orders.status", KINDS, KEY.rows, ("label",)),
        """
-- work, ACCESS SHARE:
SELECT value, rows
  FROM (SELECT 'new' AS value, count(*) AS rows
  FROM "Shop".kinds AS l
  WHERE l.code = 'N' UNION ALL SELECT 'it''s' AS value, count(*) AS rows
  FROM "Shop".kinds AS l
  WHERE l.code = '100%') AS found
  WHERE rows > 1 OR rows = 0
  ORDER BY 1

""",
    ),
    "others counted": Golden(
        CountOthers("EnumToReference orders.note", ORDERS, "note", ("a", "it's")),
        """
-- work, ACCESS SHARE:
SELECT note::text AS value, count(*) AS rows
  FROM public.orders
  WHERE (note::text IN ('a', 'it''s')) IS FALSE GROUP BY 1
  ORDER BY 2 DESC, 1
  LIMIT 20

""",
    ),
    "without an answer counted": Golden(
        CountUnanswered("EnumToReference orders.status", ORDERS, "kind_id", VALUE),
        """
-- work, ACCESS SHARE:
SELECT coalesce(t.kind_id::text || ' ' || jsonb_build_object('code', l.code)::text, 'NULL') AS
    value, count(*) AS rows, sum(count(*)) OVER () AS many
  FROM public.orders AS t LEFT JOIN "Shop".kinds AS l ON l.id = t.kind_id
  WHERE (CASE WHEN l.code = 'N' THEN 'new' WHEN l.code = '100%' THEN 'it''s' END) IS NULL GROUP BY 1
  ORDER BY 2 DESC, 1
  LIMIT 20

""",
    ),
    "synced": Golden(
        InstallSync("statuses", ORDERS, (LENS,), COLUMNS, (STATUS, KIND_ID), "public__statuses", ("public",)),
        """
-- work:
CREATE SEQUENCE crossfade.writes_old_145a_public_orders

-- work:
CREATE SEQUENCE crossfade.writes_new_145a_public_orders

-- work:
GRANT USAGE ON SCHEMA crossfade TO PUBLIC

-- work:
GRANT USAGE ON SEQUENCE crossfade.writes_old_145a_public_orders,
    crossfade.writes_new_145a_public_orders TO PUBLIC

-- work:
CREATE FUNCTION crossfade.sync_145a_public_orders() RETURNS trigger LANGUAGE plpgsql AS $crossfade$
DECLARE
  counted bigint;
BEGIN
  IF NOT (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off') THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.kind_id IS NULL AND (NEW.status IS NOT NULL OR NOT ('public__statuses'::name
        OPERATOR(pg_catalog.=) ANY (pg_catalog.current_schemas(false)))) THEN
      NEW.kind_id := crossfade.key_status_6f1e_public_orders(NEW.status::text);
      counted := pg_catalog.nextval('crossfade.writes_old_145a_public_orders');
    ELSE
      NEW.status := crossfade.value_status_6f1e_public_orders(NEW.kind_id);
      IF NEW.status IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation',
          MESSAGE = pg_catalog.format('%s.%s can''t be %s yet: the old version has no value for it',
              'public.orders', 'kind_id', coalesce(pg_catalog.quote_literal(NEW.kind_id), 'NULL')),
          HINT = 'Complete the evolution first, or give it unknown=.';
      END IF;
      counted := pg_catalog.nextval('crossfade.writes_new_145a_public_orders');
    END IF;
  ELSE
    IF NOT coalesce(NEW.kind_id OPERATOR(pg_catalog.=) OLD.kind_id, NEW.kind_id IS NULL AND
        OLD.kind_id IS NULL) THEN
      NEW.status := crossfade.value_status_6f1e_public_orders(NEW.kind_id);
      IF NEW.status IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation',
          MESSAGE = pg_catalog.format('%s.%s can''t be %s yet: the old version has no value for it',
              'public.orders', 'kind_id', coalesce(pg_catalog.quote_literal(NEW.kind_id), 'NULL')),
          HINT = 'Complete the evolution first, or give it unknown=.';
      END IF;
      counted := pg_catalog.nextval('crossfade.writes_new_145a_public_orders');
    ELSIF NOT coalesce(NEW.status OPERATOR(pg_catalog.=) OLD.status, NEW.status IS NULL AND
        OLD.status IS NULL) THEN
      NEW.kind_id := crossfade.key_status_6f1e_public_orders(NEW.status::text);
      counted := pg_catalog.nextval('crossfade.writes_old_145a_public_orders');
    END IF;
  END IF;
  RETURN NEW;
END
$crossfade$

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_sync" BEFORE INSERT OR UPDATE ON public.orders
  FOR EACH ROW
  EXECUTE FUNCTION crossfade.sync_145a_public_orders()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER "~crossfade_sync"

""",
    ),
    "copied": Golden(
        CopyRows(ORDERS, (ID,), (LENS,), COLUMNS, 10, skip_triggers=True),
        """
-- first, ACCESS SHARE:
SELECT t.id::text
  FROM public.orders AS t
  ORDER BY t.id
  LIMIT 1

-- last, ACCESS SHARE:
SELECT t.id::text
  FROM public.orders AS t
  ORDER BY t.id DESC
  LIMIT 1

-- setting:
SET LOCAL crossfade.sync = 'off';
SET LOCAL synchronous_commit = 'off';
SET LOCAL session_replication_role = 'replica'

-- next, ACCESS SHARE, bound:
SELECT t.id::text
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::integer AND t.id <= %(hi_0)s::integer
  ORDER BY t.id
  OFFSET %(batch)s - 1
  LIMIT 2

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
UPDATE public.orders AS t
  SET kind_id = CASE WHEN t.status OPERATOR(pg_catalog.=) 'new'::public.order_status THEN (SELECT
      l.id
  FROM "Shop".kinds AS l
  WHERE l.code OPERATOR(pg_catalog.=) 'N') WHEN t.status OPERATOR(pg_catalog.=)
      'it''s'::public.order_status THEN (SELECT l.id
  FROM "Shop".kinds AS l
  WHERE l.code OPERATOR(pg_catalog.=) '100%%') END
  WHERE t.id >= %(lo_0)s::integer AND t.id <= %(hi_0)s::integer AND ((t.kind_id IS NULL AND (CASE
      WHEN t.status OPERATOR(pg_catalog.=) 'new'::public.order_status THEN (SELECT l.id
  FROM "Shop".kinds AS l
  WHERE l.code OPERATOR(pg_catalog.=) 'N') WHEN t.status OPERATOR(pg_catalog.=)
      'it''s'::public.order_status THEN (SELECT l.id
  FROM "Shop".kinds AS l
  WHERE l.code OPERATOR(pg_catalog.=) '100%%') END IS NOT NULL)))

-- count, ACCESS SHARE, bound:
SELECT count(*)
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::integer AND t.id <= %(hi_0)s::integer

""",
    ),
    "repaired, of a text, by an expression": Golden(
        CopyRows(ORDERS, (ID,), (LOSES.inverse(),), COLUMNS, 10, skip_triggers=True, repair=True),
        """
-- first, ACCESS SHARE:
SELECT t.id::text
  FROM public.orders AS t
  ORDER BY t.id
  LIMIT 1

-- last, ACCESS SHARE:
SELECT t.id::text
  FROM public.orders AS t
  ORDER BY t.id DESC
  LIMIT 1

-- setting:
SET LOCAL crossfade.sync = 'off';
SET LOCAL synchronous_commit = 'off';
SET LOCAL session_replication_role = 'replica'

-- next, ACCESS SHARE, bound:
SELECT t.id::text
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::integer AND t.id <= %(hi_0)s::integer
  ORDER BY t.id
  OFFSET %(batch)s - 1
  LIMIT 2

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
UPDATE public.orders AS t
  SET note = crossfade.value_note(t.kind_id)
  WHERE t.id >= %(lo_0)s::integer AND t.id <= %(hi_0)s::integer AND ((NOT ((coalesce(t.kind_id
      OPERATOR(pg_catalog.=) (CASE WHEN t.note OPERATOR(pg_catalog.=) 'a' THEN (SELECT l.id
  FROM "Shop".kinds AS l
  WHERE l.code = 'A' AND l.n IS NULL) WHEN t.note IS NOT NULL THEN (SELECT l.id
  FROM "Shop".kinds AS l
  WHERE l.code = 'rest') END), t.kind_id IS NULL AND (CASE WHEN t.note OPERATOR(pg_catalog.=) 'a'
      THEN (SELECT l.id
  FROM "Shop".kinds AS l
  WHERE l.code = 'A' AND l.n IS NULL) WHEN t.note IS NOT NULL THEN (SELECT l.id
  FROM "Shop".kinds AS l
  WHERE l.code = 'rest') END) IS NULL) OR coalesce(t.note OPERATOR(pg_catalog.=)
      (crossfade.value_note(t.kind_id)), t.note IS NULL AND (crossfade.value_note(t.kind_id)) IS
      NULL)))))

-- count, ACCESS SHARE, bound:
SELECT count(*)
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::integer AND t.id <= %(hi_0)s::integer

""",
    ),
    "compared": Golden(
        Compare("statuses", ORDERS, (ID,), (LENS,), COLUMNS, 10),
        """
-- setting:
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY

-- setting:
SET LOCAL search_path = pg_catalog, pg_temp

-- first, ACCESS SHARE:
SELECT t.id::text
  FROM public.orders AS t
  ORDER BY t.id
  LIMIT 1

-- last, ACCESS SHARE:
SELECT t.id::text
  FROM public.orders AS t
  ORDER BY t.id DESC
  LIMIT 1

-- next, ACCESS SHARE, bound:
SELECT t.id::text
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::integer AND t.id <= %(hi_0)s::integer
  ORDER BY t.id
  OFFSET %(batch)s - 1
  LIMIT 2

-- work, ACCESS SHARE, bound:
SELECT count(*), count(*) FILTER (WHERE NOT (t.status IS NOT DISTINCT FROM (SELECT CASE WHEN l.code
    = 'N' THEN 'new'::public.order_status WHEN l.code = '100%%' THEN 'it''s'::public.order_status
    END
  FROM "Shop".kinds AS l
  WHERE l.id = t.kind_id)))
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::integer AND t.id <= %(hi_0)s::integer

-- sample, ACCESS SHARE, bound:
SELECT t.id::text, t.status::text, t.kind_id::text
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::integer AND t.id <= %(hi_0)s::integer AND (NOT (t.status IS NOT DISTINCT
      FROM (SELECT CASE WHEN l.code = 'N' THEN 'new'::public.order_status WHEN l.code = '100%%' THEN
      'it''s'::public.order_status END
  FROM "Shop".kinds AS l
  WHERE l.id = t.kind_id)))
  ORDER BY t.id
  LIMIT %(batch)s

""",
    ),
    "compared, of a text, by an expression": Golden(
        Compare("statuses", ORDERS, (ID,), (LOSES,), COLUMNS, 10),
        """
-- setting:
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY

-- first, ACCESS SHARE:
SELECT t.id::text
  FROM public.orders AS t
  ORDER BY t.id
  LIMIT 1

-- last, ACCESS SHARE:
SELECT t.id::text
  FROM public.orders AS t
  ORDER BY t.id DESC
  LIMIT 1

-- next, ACCESS SHARE, bound:
SELECT t.id::text
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::integer AND t.id <= %(hi_0)s::integer
  ORDER BY t.id
  OFFSET %(batch)s - 1
  LIMIT 2

-- work, ACCESS SHARE, bound:
SELECT count(*), count(*) FILTER (WHERE NOT ((coalesce(t.note OPERATOR(pg_catalog.=)
    (crossfade.value_note(t.kind_id)), t.note IS NULL AND (crossfade.value_note(t.kind_id)) IS NULL)
    OR coalesce(t.kind_id OPERATOR(pg_catalog.=) (CASE WHEN t.note OPERATOR(pg_catalog.=) 'a' THEN
    (SELECT l.id
  FROM "Shop".kinds AS l
  WHERE l.code = 'A' AND l.n IS NULL) WHEN t.note IS NOT NULL THEN (SELECT l.id
  FROM "Shop".kinds AS l
  WHERE l.code = 'rest') END), t.kind_id IS NULL AND (CASE WHEN t.note OPERATOR(pg_catalog.=) 'a'
      THEN (SELECT l.id
  FROM "Shop".kinds AS l
  WHERE l.code = 'A' AND l.n IS NULL) WHEN t.note IS NOT NULL THEN (SELECT l.id
  FROM "Shop".kinds AS l
  WHERE l.code = 'rest') END) IS NULL))))
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::integer AND t.id <= %(hi_0)s::integer

-- sample, ACCESS SHARE, bound:
SELECT t.id::text, t.note::text, t.kind_id::text
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::integer AND t.id <= %(hi_0)s::integer AND (NOT ((coalesce(t.note
      OPERATOR(pg_catalog.=) (crossfade.value_note(t.kind_id)), t.note IS NULL AND
      (crossfade.value_note(t.kind_id)) IS NULL) OR coalesce(t.kind_id OPERATOR(pg_catalog.=) (CASE
      WHEN t.note OPERATOR(pg_catalog.=) 'a' THEN (SELECT l.id
  FROM "Shop".kinds AS l
  WHERE l.code = 'A' AND l.n IS NULL) WHEN t.note IS NOT NULL THEN (SELECT l.id
  FROM "Shop".kinds AS l
  WHERE l.code = 'rest') END), t.kind_id IS NULL AND (CASE WHEN t.note OPERATOR(pg_catalog.=) 'a'
      THEN (SELECT l.id
  FROM "Shop".kinds AS l
  WHERE l.code = 'A' AND l.n IS NULL) WHEN t.note IS NOT NULL THEN (SELECT l.id
  FROM "Shop".kinds AS l
  WHERE l.code = 'rest') END) IS NULL))))
  ORDER BY t.id
  LIMIT %(batch)s

""",
    ),
    "brought back": Golden(
        RestoreComplement("statuses", ORDERS, (ID,), (LENS,), COLUMNS, 10, skip_triggers=True),
        """
-- next, bound:
SELECT max(k.row_key) FROM (SELECT row_key FROM ((SELECT c.row_key FROM crossfade.complement AS c
    WHERE c.evolution = 'statuses' AND c.table_name = 'public.orders' AND c.change =
    'EnumToReference orders.status' AND c.state = 'kept' AND c.row_key > %(after)s ORDER BY
    c.row_key LIMIT %(batch)s)) AS u ORDER BY 1 LIMIT %(batch)s) AS k

-- setting:
SET LOCAL crossfade.sync = 'off'; SET LOCAL synchronous_commit = 'off'; SET LOCAL
    session_replication_role = 'replica'

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
WITH picked AS MATERIALIZED (SELECT c.ctid AS place, c.row_key, c.old_values, c.new_values FROM
    crossfade.complement AS c WHERE c.evolution = 'statuses' AND c.table_name = 'public.orders' AND
    c.change = 'EnumToReference orders.status' AND c.state = 'kept' AND c.row_key > %(after)s AND
    c.row_key <= %(upto)s ORDER BY c.row_key),
    restored AS (UPDATE public.orders AS t SET kind_id = (p.new_values ->> 0)::uuid FROM picked p
    WHERE t.id = (p.row_key::jsonb ->> 0)::integer AND t.status::text IS NOT DISTINCT FROM
    p.old_values ->> 0 AND (p.new_values ->> 0 IS NULL OR (t.status =
    crossfade.value_status_6f1e_public_orders((p.new_values ->> 0)::uuid) AND EXISTS (SELECT FROM
    "Shop".kinds AS l WHERE l.id = (p.new_values ->> 0)::uuid))) RETURNING p.row_key)
    UPDATE crossfade.complement AS c
    SET state = CASE WHEN c.row_key IN (SELECT r.row_key FROM restored AS r) THEN 'restored' ELSE
    'superseded' END
    WHERE c.ctid = ANY (ARRAY(SELECT p.place FROM picked AS p))
    RETURNING c.state
""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_sql(name: str) -> None:
    case = CASES[name]
    assert told(rendered(case.step, case.version)) == expected(case.text)
