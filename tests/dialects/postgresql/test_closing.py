"""The sync after `complete`, the sync removed, and the new side closed to writes."""

import pytest

from crossfade.steps import CloseSide, InstallSync, RemoveSync
from tests.dialects.postgresql.golden import Golden, expected, rendered, told
from tests.dialects.postgresql.orders import (
    COLUMNS,
    CONSTANT,
    DATA,
    ITEMS,
    NAMESPACE,
    NEW,
    OLD,
    ORDERS,
    VOLATILE,
    status,
)

NAME = "open_statuses"

CASES = {
    "an enum of which one side decides": Golden(
        InstallSync(NAME, ORDERS, (status(),), COLUMNS, (OLD, NEW), NAMESPACE, ("public",), one_sided=True),
        """
-- work:
CREATE FUNCTION crossfade.sync_c665_public_orders() RETURNS trigger LANGUAGE plpgsql AS $crossfade$
BEGIN
  IF NOT (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off') THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.status_2 IS NULL AND false THEN
      NEW.status_2 := CASE WHEN NEW.status OPERATOR(pg_catalog.=) 'new'::public.order_status THEN
          'open' WHEN NEW.status OPERATOR(pg_catalog.=) 'it''s'::public.order_status THEN '100%'
          END;
    ELSE
      NEW.status := CASE WHEN NEW.status_2 OPERATOR(pg_catalog.=) 'open' THEN
          'new'::public.order_status WHEN NEW.status_2 OPERATOR(pg_catalog.=) '100%' THEN
          'it''s'::public.order_status ELSE 'new'::public.order_status END;
    END IF;
  ELSE
    IF NOT coalesce(NEW.status_2 OPERATOR(pg_catalog.=) OLD.status_2, NEW.status_2 IS NULL AND
        OLD.status_2 IS NULL) THEN
      NEW.status := CASE WHEN NEW.status_2 OPERATOR(pg_catalog.=) 'open' THEN
          'new'::public.order_status WHEN NEW.status_2 OPERATOR(pg_catalog.=) '100%' THEN
          'it''s'::public.order_status ELSE 'new'::public.order_status END;
    ELSIF NOT coalesce(NEW.status OPERATOR(pg_catalog.=) OLD.status, NEW.status IS NULL AND
        OLD.status IS NULL) THEN
      NEW.status_2 := CASE WHEN NEW.status OPERATOR(pg_catalog.=) 'new'::public.order_status THEN
          'open' WHEN NEW.status OPERATOR(pg_catalog.=) 'it''s'::public.order_status THEN '100%'
          END;
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
    "no sync": Golden(
        RemoveSync(NAME, ITEMS),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_closed_insert" ON "Shop"."order items"

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_closed_update" ON "Shop"."order items"

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_insert_new" ON "Shop"."order items"

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_insert_old" ON "Shop"."order items"

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_sync" ON "Shop"."order items"

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_update" ON "Shop"."order items"

-- work:
DROP FUNCTION IF EXISTS crossfade."sync_c665_Shop_order items"()

-- work:
DROP FUNCTION IF EXISTS crossfade."closed_c665_Shop_order items"()

-- work:
DROP SEQUENCE IF EXISTS crossfade."writes_old_c665_Shop_order items"

-- work:
DROP SEQUENCE IF EXISTS crossfade."writes_new_c665_Shop_order items"

""",
    ),
    "a side closed": Golden(
        CloseSide(NAME, ORDERS, (NEW, *CONSTANT.new)),
        """
-- work:
CREATE FUNCTION crossfade.closed_c665_public_orders() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp AS $crossfade$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = 'evolution
      open_statuses is being rolled back: the new version of public.orders takes no more writes',
    HINT = 'Stop the new version of the application, or start the evolution again.';
END
$crossfade$

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_closed_insert" BEFORE INSERT ON public.orders
  FOR EACH ROW
  WHEN ((NEW.status_2 IS NOT NULL OR NOT coalesce(NEW.channel OPERATOR(pg_catalog.=) 'web',
      NEW.channel IS NULL AND 'web' IS NULL)) AND pg_catalog.current_setting('crossfade.sync', true)
      IS DISTINCT FROM 'off')
  EXECUTE FUNCTION crossfade.closed_c665_public_orders()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER "~crossfade_closed_insert"

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_closed_update" BEFORE UPDATE ON public.orders
  FOR EACH ROW
  WHEN ((NOT coalesce(NEW.status_2 OPERATOR(pg_catalog.=) OLD.status_2, NEW.status_2 IS NULL AND
      OLD.status_2 IS NULL) OR NOT coalesce(NEW.channel OPERATOR(pg_catalog.=) OLD.channel,
      NEW.channel IS NULL AND OLD.channel IS NULL)) AND pg_catalog.current_setting('crossfade.sync',
      true) IS DISTINCT FROM 'off')
  EXECUTE FUNCTION crossfade.closed_c665_public_orders()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER "~crossfade_closed_update"

""",
    ),
    "a side closed whose default is volatile": Golden(
        CloseSide(NAME, ORDERS, VOLATILE.new),
        """
-- work:
CREATE FUNCTION crossfade.closed_c665_public_orders() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp AS $crossfade$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = 'evolution
      open_statuses is being rolled back: the new version of public.orders takes no more writes',
    HINT = 'Stop the new version of the application, or start the evolution again.';
END
$crossfade$

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_closed_update" BEFORE UPDATE ON public.orders
  FOR EACH ROW
  WHEN ((NOT coalesce(NEW.token OPERATOR(pg_catalog.=) OLD.token, NEW.token IS NULL AND OLD.token IS
      NULL)) AND pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off')
  EXECUTE FUNCTION crossfade.closed_c665_public_orders()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER "~crossfade_closed_update"

""",
    ),
    "a side closed whose default has no equality": Golden(
        CloseSide(NAME, ORDERS, DATA.new),
        """
-- work:
CREATE FUNCTION crossfade.closed_c665_public_orders() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp AS $crossfade$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = 'evolution
      open_statuses is being rolled back: the new version of public.orders takes no more writes',
    HINT = 'Stop the new version of the application, or start the evolution again.';
END
$crossfade$

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_closed_insert" BEFORE INSERT ON public.orders
  FOR EACH ROW
  WHEN ((NEW.data IS NOT NULL) AND pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT
      FROM 'off')
  EXECUTE FUNCTION crossfade.closed_c665_public_orders()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER "~crossfade_closed_insert"

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_closed_update" BEFORE UPDATE ON public.orders
  FOR EACH ROW
  WHEN ((CAST(CAST(NEW.data AS JSON) AS text) IS DISTINCT FROM CAST(CAST(OLD.data AS JSON) AS text))
      AND pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off')
  EXECUTE FUNCTION crossfade.closed_c665_public_orders()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER "~crossfade_closed_update"

""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    case = CASES[name]
    assert told(rendered(case.step, case.version)) == expected(case.text)
