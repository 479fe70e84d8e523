"""The triggers where both sides lose something, in a partitioned table, and where nothing is synced."""

import pytest

from crossfade.lens import Law
from crossfade.steps import InstallSync
from tests.dialects.postgresql.golden import Golden, expected, rendered, told
from tests.dialects.postgresql.orders import (
    COLUMNS,
    DATA,
    KEY,
    NAMESPACE,
    NEW,
    OLD,
    ORDERS,
    status,
)

NAME = "open_statuses"
PATH = ("public",)

CASES = {
    "two labels that become one value, rows that move between partitions": Golden(
        InstallSync(
            NAME,
            ORDERS,
            (status(law=Law.EITHER, unknown=None),),
            COLUMNS,
            (OLD, NEW),
            NAMESPACE,
            PATH,
            movers=KEY,
        ),
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
CREATE FUNCTION crossfade.sync_c665_public_orders() RETURNS trigger LANGUAGE plpgsql AS $crossfade$
DECLARE
  counted bigint;
BEGIN
  IF NOT (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off') THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF pg_catalog.current_setting('crossfade.moved', true) OPERATOR(pg_catalog.=)
        pg_catalog.jsonb_build_array('public.orders', NEW.id::text)::text THEN
      PERFORM pg_catalog.set_config('crossfade.moved', '', true);
      RETURN NEW;
    END IF;
    IF NEW.status_2 IS NULL AND (NEW.status IS NOT NULL OR NOT ('public__open_statuses'::name
        OPERATOR(pg_catalog.=) ANY (pg_catalog.current_schemas(false)))) THEN
      NEW.status_2 := CASE WHEN NEW.status OPERATOR(pg_catalog.=) 'new'::public.order_status THEN
          'open' WHEN NEW.status OPERATOR(pg_catalog.=) 'it''s'::public.order_status THEN '100%'
          END;
      counted := pg_catalog.nextval('crossfade.writes_old_c665_public_orders');
    ELSE
      IF (NEW.status_2 OPERATOR(pg_catalog.=) 'open' OR NEW.status_2 OPERATOR(pg_catalog.=) '100%')
          IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation',
          MESSAGE = pg_catalog.format('%s.%s can''t be %s yet: the old version has no value for it',
              'public.orders', 'status', coalesce(pg_catalog.quote_literal(NEW.status_2), 'NULL')),
          HINT = 'Complete the evolution first, or give it unknown=.';
      END IF;
      IF NOT ((coalesce(NEW.status OPERATOR(pg_catalog.=) (CASE WHEN NEW.status_2
          OPERATOR(pg_catalog.=) 'open' THEN 'new'::public.order_status WHEN NEW.status_2
          OPERATOR(pg_catalog.=) '100%' THEN 'it''s'::public.order_status END), NEW.status IS NULL
          AND (CASE WHEN NEW.status_2 OPERATOR(pg_catalog.=) 'open' THEN 'new'::public.order_status
          WHEN NEW.status_2 OPERATOR(pg_catalog.=) '100%' THEN 'it''s'::public.order_status END) IS
          NULL) OR coalesce(NEW.status_2 OPERATOR(pg_catalog.=) (CASE WHEN NEW.status
          OPERATOR(pg_catalog.=) 'new'::public.order_status THEN 'open' WHEN NEW.status
          OPERATOR(pg_catalog.=) 'it''s'::public.order_status THEN '100%' END), NEW.status_2 IS NULL
          AND (CASE WHEN NEW.status OPERATOR(pg_catalog.=) 'new'::public.order_status THEN 'open'
          WHEN NEW.status OPERATOR(pg_catalog.=) 'it''s'::public.order_status THEN '100%' END) IS
          NULL))) OR NEW.status IS NULL THEN
      NEW.status := CASE WHEN NEW.status_2 OPERATOR(pg_catalog.=) 'open' THEN
          'new'::public.order_status WHEN NEW.status_2 OPERATOR(pg_catalog.=) '100%' THEN
          'it''s'::public.order_status END;
      END IF;
      counted := pg_catalog.nextval('crossfade.writes_new_c665_public_orders');
    END IF;
  ELSE
    IF NOT coalesce(NEW.status_2 OPERATOR(pg_catalog.=) OLD.status_2, NEW.status_2 IS NULL AND
        OLD.status_2 IS NULL) THEN
      IF (NEW.status_2 OPERATOR(pg_catalog.=) 'open' OR NEW.status_2 OPERATOR(pg_catalog.=) '100%')
          IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation',
          MESSAGE = pg_catalog.format('%s.%s can''t be %s yet: the old version has no value for it',
              'public.orders', 'status', coalesce(pg_catalog.quote_literal(NEW.status_2), 'NULL')),
          HINT = 'Complete the evolution first, or give it unknown=.';
      END IF;
      IF NOT ((coalesce(NEW.status OPERATOR(pg_catalog.=) (CASE WHEN NEW.status_2
          OPERATOR(pg_catalog.=) 'open' THEN 'new'::public.order_status WHEN NEW.status_2
          OPERATOR(pg_catalog.=) '100%' THEN 'it''s'::public.order_status END), NEW.status IS NULL
          AND (CASE WHEN NEW.status_2 OPERATOR(pg_catalog.=) 'open' THEN 'new'::public.order_status
          WHEN NEW.status_2 OPERATOR(pg_catalog.=) '100%' THEN 'it''s'::public.order_status END) IS
          NULL) OR coalesce(NEW.status_2 OPERATOR(pg_catalog.=) (CASE WHEN NEW.status
          OPERATOR(pg_catalog.=) 'new'::public.order_status THEN 'open' WHEN NEW.status
          OPERATOR(pg_catalog.=) 'it''s'::public.order_status THEN '100%' END), NEW.status_2 IS NULL
          AND (CASE WHEN NEW.status OPERATOR(pg_catalog.=) 'new'::public.order_status THEN 'open'
          WHEN NEW.status OPERATOR(pg_catalog.=) 'it''s'::public.order_status THEN '100%' END) IS
          NULL))) OR NEW.status IS NULL THEN
      NEW.status := CASE WHEN NEW.status_2 OPERATOR(pg_catalog.=) 'open' THEN
          'new'::public.order_status WHEN NEW.status_2 OPERATOR(pg_catalog.=) '100%' THEN
          'it''s'::public.order_status END;
      END IF;
      counted := pg_catalog.nextval('crossfade.writes_new_c665_public_orders');
    ELSIF NOT coalesce(NEW.status OPERATOR(pg_catalog.=) OLD.status, NEW.status IS NULL AND
        OLD.status IS NULL) THEN
      NEW.status_2 := CASE WHEN NEW.status OPERATOR(pg_catalog.=) 'new'::public.order_status THEN
          'open' WHEN NEW.status OPERATOR(pg_catalog.=) 'it''s'::public.order_status THEN '100%'
          END;
      counted := pg_catalog.nextval('crossfade.writes_old_c665_public_orders');
    END IF;
    IF NOT coalesce(NEW.id OPERATOR(pg_catalog.=) OLD.id, NEW.id IS NULL AND OLD.id IS NULL) THEN
      PERFORM pg_catalog.set_config('crossfade.moved', pg_catalog.jsonb_build_array('public.orders',
          NEW.id::text)::text, true);
    END IF;
  END IF;
  RETURN NEW;
END
$crossfade$

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_sync" BEFORE INSERT OR UPDATE ON public.orders
  FOR EACH ROW
  EXECUTE FUNCTION crossfade.sync_c665_public_orders()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER "~crossfade_sync"

""",
    ),
    "a column that may be NULL, of a type without equality": Golden(
        InstallSync(NAME, ORDERS, (DATA,), COLUMNS, DATA.new, NAMESPACE, PATH),
        """
-- work:
CREATE FUNCTION crossfade.sync_c665_public_orders() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $crossfade$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.data IS NULL AND TG_ARGV[0] = 'old' THEN
      NEW.data := to_json(NEW."note");
    END IF;
  ELSE
    IF NEW.data IS NULL AND OLD.data IS NULL AND (to_json(OLD."note")) IS NULL THEN
      NEW.data := to_json(NEW."note");
    END IF;
  END IF;
  RETURN NEW;
END
$crossfade$

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_insert_old" BEFORE INSERT ON public.orders
  FOR EACH ROW
  WHEN (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off' AND NOT
      ('public__open_statuses'::name OPERATOR(pg_catalog.=) ANY
      (pg_catalog.current_schemas(false))))
  EXECUTE FUNCTION crossfade.sync_c665_public_orders('old')

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER "~crossfade_insert_old"

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_insert_new" BEFORE INSERT ON public.orders
  FOR EACH ROW
  WHEN (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off' AND
      'public__open_statuses'::name OPERATOR(pg_catalog.=) ANY (pg_catalog.current_schemas(false)))
  EXECUTE FUNCTION crossfade.sync_c665_public_orders('new')

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER "~crossfade_insert_new"

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_update" BEFORE UPDATE ON public.orders
  FOR EACH ROW
  WHEN ((CAST(CAST(NEW.data AS JSON) AS text) IS DISTINCT FROM CAST(CAST(OLD.data AS JSON) AS text))
      AND pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off')
  EXECUTE FUNCTION crossfade.sync_c665_public_orders()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER "~crossfade_update"

""",
    ),
    "nothing": Golden(InstallSync(NAME, ORDERS, (), COLUMNS, (), NAMESPACE, PATH), ""),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    case = CASES[name]
    assert told(rendered(case.step, case.version)) == expected(case.text)
