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
CREATE FUNCTION crossfade.sync_c665_public_orders() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $crossfade$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF current_setting('crossfade.moved', true) = jsonb_build_array('public.orders',
        NEW.id::text)::text THEN
      PERFORM set_config('crossfade.moved', '', true);
      RETURN NEW;
    END IF;
    IF NEW.status_2 IS NULL AND (TG_ARGV[0] = 'old' OR NEW.status IS DISTINCT FROM NULL) THEN
      NEW.status_2 := CASE WHEN NEW.status = 'new'::public.order_status THEN 'open' WHEN
          NEW.status = 'it''s'::public.order_status THEN '100%' END;
      PERFORM nextval('crossfade.writes_old_c665_public_orders');
    ELSE
      IF (NEW.status_2 IN ('open', '100%')) IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE =
            format('%s.%s can''t be %s yet: the old version has no value for it', 'public.orders',
            'status', coalesce(quote_literal(NEW.status_2), 'NULL')),
          HINT = 'Complete the evolution first, or give it unknown=.';
      END IF;
      IF NOT ((NEW.status IS NOT DISTINCT FROM CASE WHEN NEW.status_2 = 'open' THEN
          'new'::public.order_status WHEN NEW.status_2 = '100%' THEN 'it''s'::public.order_status
          END OR NEW.status_2 IS NOT DISTINCT FROM CASE WHEN NEW.status =
          'new'::public.order_status THEN 'open' WHEN NEW.status = 'it''s'::public.order_status
          THEN '100%' END)) OR NEW.status IS NULL THEN
      NEW.status := CASE WHEN NEW.status_2 = 'open' THEN 'new'::public.order_status WHEN
          NEW.status_2 = '100%' THEN 'it''s'::public.order_status END;
      END IF;
      PERFORM nextval('crossfade.writes_new_c665_public_orders');
    END IF;
  ELSE
    IF NEW.status_2 IS DISTINCT FROM OLD.status_2 THEN
      IF (NEW.status_2 IN ('open', '100%')) IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE =
            format('%s.%s can''t be %s yet: the old version has no value for it', 'public.orders',
            'status', coalesce(quote_literal(NEW.status_2), 'NULL')),
          HINT = 'Complete the evolution first, or give it unknown=.';
      END IF;
      IF NOT ((NEW.status IS NOT DISTINCT FROM CASE WHEN NEW.status_2 = 'open' THEN
          'new'::public.order_status WHEN NEW.status_2 = '100%' THEN 'it''s'::public.order_status
          END OR NEW.status_2 IS NOT DISTINCT FROM CASE WHEN NEW.status =
          'new'::public.order_status THEN 'open' WHEN NEW.status = 'it''s'::public.order_status
          THEN '100%' END)) OR NEW.status IS NULL THEN
      NEW.status := CASE WHEN NEW.status_2 = 'open' THEN 'new'::public.order_status WHEN
          NEW.status_2 = '100%' THEN 'it''s'::public.order_status END;
      END IF;
      PERFORM nextval('crossfade.writes_new_c665_public_orders');
    ELSIF NEW.status IS DISTINCT FROM OLD.status THEN
      NEW.status_2 := CASE WHEN NEW.status = 'new'::public.order_status THEN 'open' WHEN
          NEW.status = 'it''s'::public.order_status THEN '100%' END;
      PERFORM nextval('crossfade.writes_old_c665_public_orders');
    END IF;
    IF NEW.id IS DISTINCT FROM OLD.id THEN
      PERFORM set_config('crossfade.moved', jsonb_build_array('public.orders',
          NEW.id::text)::text, true);
    END IF;
  END IF;
  RETURN NEW;
END
$crossfade$

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_insert_old" BEFORE INSERT ON public.orders
  FOR EACH ROW
  WHEN (current_setting('crossfade.sync', true) IS DISTINCT FROM 'off' AND NOT
    ('public__open_statuses'::name = ANY (current_schemas(false))))
  EXECUTE FUNCTION crossfade.sync_c665_public_orders('old')

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER "~crossfade_insert_old"

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_insert_new" BEFORE INSERT ON public.orders
  FOR EACH ROW
  WHEN (current_setting('crossfade.sync', true) IS DISTINCT FROM 'off' AND
    'public__open_statuses'::name = ANY (current_schemas(false)))
  EXECUTE FUNCTION crossfade.sync_c665_public_orders('new')

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER "~crossfade_insert_new"

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_update" BEFORE UPDATE ON public.orders
  FOR EACH ROW
  WHEN ((NEW.status IS DISTINCT FROM OLD.status OR NEW.status_2 IS DISTINCT FROM OLD.status_2 OR
    NEW.id IS DISTINCT FROM OLD.id) AND current_setting('crossfade.sync', true) IS DISTINCT FROM
    'off')
  EXECUTE FUNCTION crossfade.sync_c665_public_orders()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER "~crossfade_update"

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
  WHEN (current_setting('crossfade.sync', true) IS DISTINCT FROM 'off' AND NOT
    ('public__open_statuses'::name = ANY (current_schemas(false))))
  EXECUTE FUNCTION crossfade.sync_c665_public_orders('old')

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER "~crossfade_insert_old"

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_insert_new" BEFORE INSERT ON public.orders
  FOR EACH ROW
  WHEN (current_setting('crossfade.sync', true) IS DISTINCT FROM 'off' AND
    'public__open_statuses'::name = ANY (current_schemas(false)))
  EXECUTE FUNCTION crossfade.sync_c665_public_orders('new')

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER "~crossfade_insert_new"

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_update" BEFORE UPDATE ON public.orders
  FOR EACH ROW
  WHEN ((CAST(CAST(NEW.data AS JSON) AS text) IS DISTINCT FROM CAST(CAST(OLD.data AS JSON) AS
    text)) AND current_setting('crossfade.sync', true) IS DISTINCT FROM 'off')
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
