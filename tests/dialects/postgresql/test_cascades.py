"""The soft-delete cascade, and orphans: exact SQL."""

import pytest

from crossfade.schema import Column, ForeignKey, TableName
from crossfade.steps import (
    AskStanding,
    Cascade,
    ClearLateOrphans,
    ClearOrphans,
    InstallCascade,
    RemoveCascade,
    ReturnOrphans,
)
from tests.dialects.postgresql.golden import Golden, expected, rendered, told

PARENT, CHILD = TableName("public", "processes"), TableName("Hr", "inter views")
ID, LINK = Column("id", "integer", nullable=False), Column("workflow_id", "integer")
KEYS = (ID, Column("No", "text", nullable=False))
TIMES = (
    Column("deleted_at", "timestamp with time zone"),
    Column("deleted_at", "timestamp(3) without time zone"),
)
CASCADE = Cascade(PARENT, ID, CHILD, KEYS, LINK, "is_deleted", TIMES)
KEY = ForeignKey("fk_interviews_workflow_id", CHILD, ("workflow_id",), PARENT, ("id",), "SET NULL")
ORPHANS = ("related", "Relate interviews.workflow_id orphans", CHILD, LINK)

CASES = {
    "cascade": Golden(
        InstallCascade(CASCADE),
        """
-- work:
CREATE FUNCTION crossfade.cascade_9229fd5acb34() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET
    search_path = pg_catalog, pg_temp AS $crossfade$
DECLARE
  gone boolean;
  back boolean;
BEGIN
  IF NOT EXISTS (SELECT FROM crossfade_new AS n WHERE n.is_deleted)
    AND NOT EXISTS (SELECT FROM crossfade_old AS o WHERE o.is_deleted) THEN
    RETURN NULL;
  END IF;
  EXECUTE 'SELECT bool_or(n.is_deleted), bool_or(o.is_deleted) FROM crossfade_new AS n JOIN
      crossfade_old AS o ON n.id = o.id WHERE (n.is_deleted IS TRUE) <> (o.is_deleted IS TRUE)' INTO
      gone, back;
  IF gone THEN
    EXECUTE 'SELECT FROM public.processes AS t WHERE t.id IN (SELECT p.id FROM (SELECT n.* FROM
        crossfade_new AS n JOIN crossfade_old AS o ON n.id = o.id WHERE n.is_deleted AND
        o.is_deleted IS NOT TRUE) AS p) ORDER BY t.id FOR UPDATE';
    EXECUTE 'SELECT FROM "Hr"."inter views" AS c WHERE c.workflow_id IN (SELECT p.id FROM (SELECT
        n.* FROM crossfade_new AS n JOIN crossfade_old AS o ON n.id = o.id WHERE n.is_deleted AND
        o.is_deleted IS NOT TRUE) AS p) AND c.is_deleted IS NOT TRUE ORDER BY c.id, c."No" FOR NO
        KEY UPDATE';
    EXECUTE 'WITH took AS (UPDATE "Hr"."inter views" AS c SET is_deleted = true, deleted_at =
        coalesce(CAST(p.deleted_at AS timestamp(3) without time zone), CAST(CURRENT_TIMESTAMP AS
        timestamp(3) without time zone)) FROM (SELECT n.* FROM crossfade_new AS n JOIN crossfade_old
        AS o ON n.id = o.id WHERE n.is_deleted AND o.is_deleted IS NOT TRUE) AS p WHERE
        c.workflow_id = p.id AND c.is_deleted IS NOT TRUE RETURNING c.is_deleted AS taken,
        jsonb_build_array(c.id::text, c."No"::text)::text AS child_key,
        jsonb_build_array(c.workflow_id::text)::text AS parent_key, to_char(c.deleted_at,
        ''YYYY-MM-DD HH24:MI:SS.US'') AS at) INSERT INTO crossfade.taken AS t (relation, child_key,
        parent_key, at) SELECT ''Hr.inter views.workflow_id'', k.child_key, k.parent_key, k.at FROM
        took AS k WHERE k.taken ON CONFLICT (relation, child_key) DO UPDATE SET parent_key =
        excluded.parent_key, at = excluded.at';
  END IF;
  IF back THEN
    EXECUTE 'SELECT FROM "Hr"."inter views" AS c WHERE c.workflow_id IN (SELECT p.id FROM (SELECT
        n.* FROM crossfade_new AS n JOIN crossfade_old AS o ON n.id = o.id WHERE o.is_deleted AND
        n.is_deleted IS NOT TRUE) AS p) AND c.is_deleted ORDER BY c.id, c."No" FOR NO KEY UPDATE';
    EXECUTE 'WITH let AS (DELETE FROM crossfade.taken AS t USING "Hr"."inter views" AS c, (SELECT
        n.* FROM crossfade_new AS n JOIN crossfade_old AS o ON n.id = o.id WHERE o.is_deleted AND
        n.is_deleted IS NOT TRUE) AS p WHERE c.workflow_id = p.id AND c.is_deleted AND t.relation =
        ''Hr.inter views.workflow_id'' AND t.child_key = jsonb_build_array(c.id::text,
        c."No"::text)::text RETURNING c.id, c."No") UPDATE "Hr"."inter views" AS c SET is_deleted =
        false, deleted_at = NULL FROM let AS k WHERE c.id = k.id AND c."No" = k."No"';
  END IF;
  RETURN NULL;
END
$crossfade$

-- work:
CREATE FUNCTION crossfade.let_9229fd5acb34() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET
    search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $crossfade$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM crossfade.taken AS t WHERE t.relation = 'Hr.inter views.workflow_id';
  ELSIF TG_LEVEL = 'STATEMENT' THEN
    IF current_setting('crossfade.moved_9229fd5acb34', true) = 'on' THEN
      UPDATE crossfade.taken AS t SET child_key = substr(t.child_key, 2)
        WHERE t.relation = 'Hr.inter views.workflow_id' AND left(t.child_key, 1) = '>';
      PERFORM set_config('crossfade.moved_9229fd5acb34', '', true);
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    DELETE FROM crossfade.taken AS t WHERE t.relation = 'Hr.inter views.workflow_id' AND t.child_key
        = jsonb_build_array(OLD.id::text, OLD."No"::text)::text;
  ELSIF NEW.is_deleted IS NOT TRUE OR NEW.deleted_at IS DISTINCT FROM OLD.deleted_at OR NOT
      coalesce(NEW.workflow_id OPERATOR(pg_catalog.=) OLD.workflow_id, NEW.workflow_id IS NULL AND
      OLD.workflow_id IS NULL) THEN
    DELETE FROM crossfade.taken AS t WHERE t.relation = 'Hr.inter views.workflow_id' AND t.child_key
        = jsonb_build_array(OLD.id::text, OLD."No"::text)::text;
  ELSE
    UPDATE crossfade.taken AS t SET child_key = '>' || jsonb_build_array(NEW.id::text,
        NEW."No"::text)::text
      WHERE t.relation = 'Hr.inter views.workflow_id' AND t.child_key =
          jsonb_build_array(OLD.id::text, OLD."No"::text)::text;
    PERFORM set_config('crossfade.moved_9229fd5acb34', 'on', true);
  END IF;
  RETURN NULL;
END
$crossfade$

-- work:
REVOKE ALL ON FUNCTION crossfade.cascade_9229fd5acb34(), crossfade.let_9229fd5acb34() FROM PUBLIC

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_cascade_9229fd5acb34" AFTER UPDATE ON public.processes REFERENCING OLD TABLE
    AS crossfade_old NEW TABLE AS crossfade_new FOR EACH STATEMENT EXECUTE FUNCTION
    crossfade.cascade_9229fd5acb34()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_let_9229fd5acb34" AFTER UPDATE ON "Hr"."inter views" FOR EACH ROW WHEN
    (OLD.is_deleted AND (NEW.is_deleted IS NOT TRUE OR NEW.deleted_at IS DISTINCT FROM OLD.deleted_at OR
    NOT coalesce(NEW.workflow_id OPERATOR(pg_catalog.=) OLD.workflow_id, NEW.workflow_id IS NULL AND
    OLD.workflow_id IS NULL) OR NOT coalesce(NEW.id OPERATOR(pg_catalog.=) OLD.id, NEW.id IS NULL AND
    OLD.id IS NULL) OR NOT coalesce(NEW."No" OPERATOR(pg_catalog.=) (OLD."No"), NEW."No" IS NULL AND
    (OLD."No") IS NULL))) EXECUTE FUNCTION crossfade.let_9229fd5acb34()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_gone_9229fd5acb34" AFTER DELETE ON "Hr"."inter views" FOR EACH ROW WHEN
    (OLD.is_deleted) EXECUTE FUNCTION crossfade.let_9229fd5acb34()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_moved_9229fd5acb34" AFTER UPDATE OF id, "No" ON "Hr"."inter views" FOR EACH
    STATEMENT EXECUTE FUNCTION crossfade.let_9229fd5acb34()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_none_9229fd5acb34" AFTER TRUNCATE ON "Hr"."inter views" FOR EACH STATEMENT
    EXECUTE FUNCTION crossfade.let_9229fd5acb34()

-- work, ACCESS SHARE:
DELETE FROM crossfade.taken AS t WHERE t.relation = 'Hr.inter views.workflow_id' AND NOT EXISTS (SELECT
    FROM "Hr"."inter views" AS c JOIN public.processes AS p ON p.id = c.workflow_id WHERE c.id =
    (t.child_key::jsonb ->> 0)::integer AND c."No" = (t.child_key::jsonb ->> 1)::text AND c.is_deleted
    AND p.is_deleted AND t.parent_key = jsonb_build_array(c.workflow_id::text)::text AND t.at IS NOT
    DISTINCT FROM to_char(c.deleted_at, 'YYYY-MM-DD HH24:MI:SS.US'))

""",
    ),
    "no cascade": Golden(
        RemoveCascade(CASCADE),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_cascade_9229fd5acb34" ON public.processes

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_let_9229fd5acb34" ON "Hr"."inter views"

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_gone_9229fd5acb34" ON "Hr"."inter views"

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_moved_9229fd5acb34" ON "Hr"."inter views"

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_none_9229fd5acb34" ON "Hr"."inter views"

-- work:
DROP FUNCTION IF EXISTS crossfade.cascade_9229fd5acb34()

-- work:
DROP FUNCTION IF EXISTS crossfade.let_9229fd5acb34()

""",
    ),
    "orphans set null": Golden(
        ClearOrphans(*ORPHANS, KEY, KEYS, 1_000, skip_triggers=True),
        """
-- first, ACCESS SHARE:
SELECT t.id::text, t."No"::text FROM "Hr"."inter views" AS t ORDER BY t.id, t."No" LIMIT 1

-- last, ACCESS SHARE:
SELECT t.id::text, t."No"::text FROM "Hr"."inter views" AS t ORDER BY t.id DESC, t."No" DESC LIMIT 1

-- setting:
SET LOCAL crossfade.sync = 'off'; SET LOCAL synchronous_commit = 'off'; SET LOCAL
    session_replication_role = 'replica'

-- next, ACCESS SHARE, bound:
SELECT t.id::text, t."No"::text FROM "Hr"."inter views" AS t WHERE (t.id, t."No") >= (%(lo_0)s::integer,
    %(lo_1)s::text) AND (t.id, t."No") <= (%(hi_0)s::integer, %(hi_1)s::text) ORDER BY t.id, t."No"
    OFFSET %(batch)s - 1 LIMIT 2

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
WITH orphaned AS MATERIALIZED (SELECT t.* FROM "Hr"."inter views" AS t WHERE (t.id, t."No") >=
    (%(lo_0)s::integer, %(lo_1)s::text) AND (t.id, t."No") <= (%(hi_0)s::integer, %(hi_1)s::text) AND
    t.workflow_id IS NOT NULL AND NOT EXISTS (SELECT FROM public.processes AS r WHERE r.id =
    t.workflow_id) ORDER BY t.id, t."No" FOR NO KEY UPDATE), kept AS (INSERT INTO crossfade.complement
    (evolution, table_name, change, row_key, old_values, new_values, state) SELECT 'related', 'Hr.inter
    views', 'Relate interviews.workflow_id orphans', jsonb_build_array(t.id::text, t."No"::text)::text,
    jsonb_build_array(t.workflow_id::text), jsonb_build_array(NULL), 'kept' FROM orphaned AS t ON
    CONFLICT (evolution, table_name, change, row_key) DO UPDATE SET old_values = excluded.old_values,
    state = excluded.state) UPDATE "Hr"."inter views" AS t SET workflow_id = NULL FROM orphaned AS o
    WHERE t.id = o.id AND t."No" = o."No"

-- count, ACCESS SHARE, bound:
SELECT count(*) FROM "Hr"."inter views" AS t WHERE (t.id, t."No") >= (%(lo_0)s::integer, %(lo_1)s::text)
    AND (t.id, t."No") <= (%(hi_0)s::integer, %(hi_1)s::text)

""",
    ),
    "late orphans": Golden(
        ClearLateOrphans(*ORPHANS, KEY, KEYS, skip_triggers=False),
        """
-- setting:
SET LOCAL crossfade.sync = 'off'; SET LOCAL synchronous_commit = 'off'

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
WITH orphaned AS MATERIALIZED (SELECT t.* FROM "Hr"."inter views" AS t WHERE t.workflow_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM public.processes AS r WHERE r.id = t.workflow_id) ORDER BY t.id, t."No"
    LIMIT %(batch)s FOR NO KEY UPDATE), kept AS (INSERT INTO crossfade.complement (evolution,
    table_name, change, row_key, old_values, new_values, state) SELECT 'related', 'Hr.inter views',
    'Relate interviews.workflow_id orphans', jsonb_build_array(t.id::text, t."No"::text)::text,
    jsonb_build_array(t.workflow_id::text), jsonb_build_array(NULL), 'kept' FROM orphaned AS t ON
    CONFLICT (evolution, table_name, change, row_key) DO UPDATE SET old_values = excluded.old_values,
    state = excluded.state) UPDATE "Hr"."inter views" AS t SET workflow_id = NULL FROM orphaned AS o
    WHERE t.id = o.id AND t."No" = o."No"

""",
    ),
    "what stands": Golden(
        AskStanding("Relate inter views.workflow_id", CHILD, KEY, "ix_workflow", CASCADE),
        """
-- setting:
SET LOCAL enable_seqscan = off

-- work:
SELECT i.relname, x.indisvalid FROM pg_catalog.pg_index AS x JOIN pg_catalog.pg_class AS i ON i.oid =
    x.indexrelid JOIN pg_catalog.pg_attribute AS a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0]
    WHERE x.indrelid = '"Hr"."inter views"'::regclass AND a.attname = 'workflow_id' AND x.indpred IS
    NULL ORDER BY x.indisvalid DESC, i.relname

-- work, ACCESS SHARE:
EXPLAIN (FORMAT JSON) SELECT FROM "Hr"."inter views" AS t WHERE t.workflow_id = (SELECT r.id FROM
    public.processes AS r LIMIT 1)

-- work:
SELECT c.conname, c.convalidated, c.confdeltype::text, EXISTS (SELECT FROM pg_catalog.pg_trigger AS t
    WHERE t.tgconstraint = c.oid AND t.tgenabled = 'D') FROM pg_catalog.pg_constraint AS c WHERE
    c.contype = 'f' AND c.conrelid = '"Hr"."inter views"'::regclass AND c.confrelid =
    'public.processes'::regclass AND c.conkey = ARRAY(SELECT a.attnum FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = c.conrelid AND a.attname = 'workflow_id') ORDER BY c.convalidated DESC, c.conname

-- work:
SELECT t.tgname FROM pg_catalog.pg_trigger AS t WHERE t.tgrelid IN ('"Hr"."inter views"'::regclass,
    'public.processes'::regclass) AND t.tgenabled <> 'D' AND NOT t.tgisinternal

""",
    ),
    "orphans brought back": Golden(
        ReturnOrphans(*ORPHANS, KEYS, skip_triggers=True),
        """
-- next, bound:
SELECT max(k.row_key) FROM (SELECT row_key FROM ((SELECT c.row_key FROM crossfade.complement AS c
    WHERE c.evolution = 'related' AND c.table_name = 'Hr.inter views' AND c.change = 'Relate
    interviews.workflow_id orphans' AND c.state = 'kept' AND c.row_key > %(after)s ORDER BY
    c.row_key LIMIT %(batch)s)) AS u ORDER BY 1 LIMIT %(batch)s) AS k

-- setting:
SET LOCAL crossfade.sync = 'off'; SET LOCAL synchronous_commit = 'off'; SET LOCAL
    session_replication_role = 'replica'

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
WITH picked AS MATERIALIZED (SELECT c.ctid AS place, c.row_key, c.old_values, c.new_values FROM
    crossfade.complement AS c WHERE c.evolution = 'related' AND c.table_name = 'Hr.inter views' AND
    c.change = 'Relate interviews.workflow_id orphans' AND c.state = 'kept' AND c.row_key >
    %(after)s AND c.row_key <= %(upto)s ORDER BY c.row_key),
    restored AS (UPDATE "Hr"."inter views" AS t SET workflow_id = (p.old_values ->> 0)::integer FROM
    picked AS p WHERE t.id = (p.row_key::jsonb ->> 0)::integer AND t."No" = (p.row_key::jsonb ->>
    1)::text AND t.workflow_id IS NULL RETURNING p.row_key)
    UPDATE crossfade.complement AS c
    SET state = CASE WHEN c.row_key IN (SELECT r.row_key FROM restored AS r) THEN 'restored' ELSE
    'superseded' END
    WHERE c.ctid = ANY (ARRAY(SELECT p.place FROM picked AS p))
    RETURNING c.state
""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    case = CASES[name]
    assert told(rendered(case.step, case.version)) == expected(case.text)


def test_what_undoes_them() -> None:
    assert InstallCascade(CASCADE).undo() == RemoveCascade(CASCADE)
    assert RemoveCascade(CASCADE).undo() is None
    assert ClearOrphans(*ORPHANS, KEY, KEYS, 1_000, skip_triggers=True).undo() == ReturnOrphans(
        *ORPHANS, KEYS, skip_triggers=True
    )
    assert ClearLateOrphans(*ORPHANS, KEY, KEYS, skip_triggers=True).undo() is None


def test_a_cascade_locks_both_tables_and_no_two_have_one_name() -> None:
    assert InstallCascade(CASCADE).locks == RemoveCascade(CASCADE).locks == (PARENT, CHILD)
    other = Cascade(PARENT, ID, CHILD, KEYS, Column("workflow_id.", "integer"), "is_deleted", TIMES)
    assert CASCADE.relation == "Hr.inter views.workflow_id"
    assert other.relation == 'Hr.inter views."workflow_id."'
    assert CASCADE.mark != other.mark
