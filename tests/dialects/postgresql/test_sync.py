"""The triggers that keep both sides in agreement."""

import pytest

from crossfade.schema import Column
from crossfade.steps import InstallSync
from tests.dialects.postgresql.golden import Golden, expected, rendered, told
from tests.dialects.postgresql.orders import (
    CHANNEL,
    COLUMNS,
    FILLED,
    NAMESPACE,
    NEW,
    OLD,
    ORDERS,
    status,
)

NAME = "open_statuses"
PATH = ("public", "Shop")
NOTE = Column("note", "text")

CASES = {
    "an enum that opens": Golden(
        InstallSync(NAME, ORDERS, (status(),), COLUMNS, (OLD, NEW), NAMESPACE, PATH),
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
  SET search_path = pg_catalog, public, "Shop", pg_temp AS $crossfade$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status_2 IS NULL AND (TG_ARGV[0] = 'old' OR NEW.status IS DISTINCT FROM NULL) THEN
      NEW.status_2 := CASE WHEN NEW.status = 'new'::public.order_status THEN 'open' WHEN
          NEW.status = 'it''s'::public.order_status THEN '100%' END;
      PERFORM nextval('crossfade.writes_old_c665_public_orders');
    ELSE
      NEW.status := CASE WHEN NEW.status_2 = 'open' THEN 'new'::public.order_status WHEN
          NEW.status_2 = '100%' THEN 'it''s'::public.order_status ELSE 'new'::public.order_status
          END;
      PERFORM nextval('crossfade.writes_new_c665_public_orders');
    END IF;
  ELSE
    IF NEW.status_2 IS DISTINCT FROM OLD.status_2 THEN
      NEW.status := CASE WHEN NEW.status_2 = 'open' THEN 'new'::public.order_status WHEN
          NEW.status_2 = '100%' THEN 'it''s'::public.order_status ELSE 'new'::public.order_status
          END;
      PERFORM nextval('crossfade.writes_new_c665_public_orders');
    ELSIF NEW.status IS DISTINCT FROM OLD.status THEN
      NEW.status_2 := CASE WHEN NEW.status = 'new'::public.order_status THEN 'open' WHEN
          NEW.status = 'it''s'::public.order_status THEN '100%' END;
      PERFORM nextval('crossfade.writes_old_c665_public_orders');
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
  WHEN ((NEW.status IS DISTINCT FROM OLD.status OR NEW.status_2 IS DISTINCT FROM OLD.status_2) AND
    current_setting('crossfade.sync', true) IS DISTINCT FROM 'off')
  EXECUTE FUNCTION crossfade.sync_c665_public_orders()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER "~crossfade_update"

""",
    ),
    "an enum that is closed to other values, and a fill": Golden(
        InstallSync(
            NAME, ORDERS, (status(unknown=None), FILLED), COLUMNS, (OLD, NEW, CHANNEL, NOTE), NAMESPACE, PATH
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
  SET search_path = pg_catalog, public, "Shop", pg_temp AS $crossfade$
BEGIN
  IF TG_OP = 'INSERT' THEN
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
      NEW.status := CASE WHEN NEW.status_2 = 'open' THEN 'new'::public.order_status WHEN
          NEW.status_2 = '100%' THEN 'it''s'::public.order_status END;
      PERFORM nextval('crossfade.writes_new_c665_public_orders');
    END IF;
    IF NEW.channel IS NULL AND TG_ARGV[0] = 'old' THEN
      NEW.channel := coalesce(upper(NEW."note"), 'web');
    END IF;
  ELSE
    IF NEW.status_2 IS DISTINCT FROM OLD.status_2 THEN
      IF (NEW.status_2 IN ('open', '100%')) IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE =
            format('%s.%s can''t be %s yet: the old version has no value for it', 'public.orders',
            'status', coalesce(quote_literal(NEW.status_2), 'NULL')),
          HINT = 'Complete the evolution first, or give it unknown=.';
      END IF;
      NEW.status := CASE WHEN NEW.status_2 = 'open' THEN 'new'::public.order_status WHEN
          NEW.status_2 = '100%' THEN 'it''s'::public.order_status END;
      PERFORM nextval('crossfade.writes_new_c665_public_orders');
    ELSIF NEW.status IS DISTINCT FROM OLD.status THEN
      NEW.status_2 := CASE WHEN NEW.status = 'new'::public.order_status THEN 'open' WHEN
          NEW.status = 'it''s'::public.order_status THEN '100%' END;
      PERFORM nextval('crossfade.writes_old_c665_public_orders');
    END IF;
    IF NEW.channel IS NULL AND OLD.channel IS NULL AND (coalesce(upper(OLD."note"), 'web'))
        IS NULL THEN
      NEW.channel := coalesce(upper(NEW."note"), 'web');
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
    NEW.channel IS DISTINCT FROM OLD.channel OR NEW.note IS DISTINCT FROM OLD.note) AND
    current_setting('crossfade.sync', true) IS DISTINCT FROM 'off')
  EXECUTE FUNCTION crossfade.sync_c665_public_orders()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER "~crossfade_update"

""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    case = CASES[name]
    assert told(rendered(case.step, case.version)) == expected(case.text)
