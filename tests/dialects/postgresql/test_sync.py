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
CREATE FUNCTION crossfade.sync_c665_public_orders() RETURNS trigger LANGUAGE plpgsql AS $crossfade$
DECLARE
  counted bigint;
BEGIN
  IF NOT (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off') THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.status_2 IS NULL AND (NEW.status IS NOT NULL OR NOT ('public__open_statuses'::name
        OPERATOR(pg_catalog.=) ANY (pg_catalog.current_schemas(false)))) THEN
      NEW.status_2 := CASE WHEN NEW.status OPERATOR(pg_catalog.=) 'new'::public.order_status THEN
          'open' WHEN NEW.status OPERATOR(pg_catalog.=) 'it''s'::public.order_status THEN '100%'
          END;
      counted := pg_catalog.nextval('crossfade.writes_old_c665_public_orders');
    ELSE
      NEW.status := CASE WHEN NEW.status_2 OPERATOR(pg_catalog.=) 'open' THEN
          'new'::public.order_status WHEN NEW.status_2 OPERATOR(pg_catalog.=) '100%' THEN
          'it''s'::public.order_status ELSE 'new'::public.order_status END;
      counted := pg_catalog.nextval('crossfade.writes_new_c665_public_orders');
    END IF;
  ELSE
    IF NOT coalesce(NEW.status_2 OPERATOR(pg_catalog.=) OLD.status_2, NEW.status_2 IS NULL AND
        OLD.status_2 IS NULL) THEN
      NEW.status := CASE WHEN NEW.status_2 OPERATOR(pg_catalog.=) 'open' THEN
          'new'::public.order_status WHEN NEW.status_2 OPERATOR(pg_catalog.=) '100%' THEN
          'it''s'::public.order_status ELSE 'new'::public.order_status END;
      counted := pg_catalog.nextval('crossfade.writes_new_c665_public_orders');
    ELSIF NOT coalesce(NEW.status OPERATOR(pg_catalog.=) OLD.status, NEW.status IS NULL AND
        OLD.status IS NULL) THEN
      NEW.status_2 := CASE WHEN NEW.status OPERATOR(pg_catalog.=) 'new'::public.order_status THEN
          'open' WHEN NEW.status OPERATOR(pg_catalog.=) 'it''s'::public.order_status THEN '100%'
          END;
      counted := pg_catalog.nextval('crossfade.writes_old_c665_public_orders');
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
DECLARE
  counted bigint;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status_2 IS NULL AND (NEW.status IS NOT NULL OR TG_ARGV[0] = 'old') THEN
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
      NEW.status := CASE WHEN NEW.status_2 OPERATOR(pg_catalog.=) 'open' THEN
          'new'::public.order_status WHEN NEW.status_2 OPERATOR(pg_catalog.=) '100%' THEN
          'it''s'::public.order_status END;
      counted := pg_catalog.nextval('crossfade.writes_new_c665_public_orders');
    END IF;
    IF NEW.channel IS NULL AND TG_ARGV[0] = 'old' THEN
      NEW.channel := coalesce(upper(NEW."note"), 'web');
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
      NEW.status := CASE WHEN NEW.status_2 OPERATOR(pg_catalog.=) 'open' THEN
          'new'::public.order_status WHEN NEW.status_2 OPERATOR(pg_catalog.=) '100%' THEN
          'it''s'::public.order_status END;
      counted := pg_catalog.nextval('crossfade.writes_new_c665_public_orders');
    ELSIF NOT coalesce(NEW.status OPERATOR(pg_catalog.=) OLD.status, NEW.status IS NULL AND
        OLD.status IS NULL) THEN
      NEW.status_2 := CASE WHEN NEW.status OPERATOR(pg_catalog.=) 'new'::public.order_status THEN
          'open' WHEN NEW.status OPERATOR(pg_catalog.=) 'it''s'::public.order_status THEN '100%'
          END;
      counted := pg_catalog.nextval('crossfade.writes_old_c665_public_orders');
    END IF;
    IF NEW.channel IS NULL AND OLD.channel IS NULL AND (coalesce(upper(OLD."note"), 'web')) IS NULL
        THEN
      NEW.channel := coalesce(upper(NEW."note"), 'web');
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
  WHEN ((NOT coalesce(NEW.status OPERATOR(pg_catalog.=) OLD.status, NEW.status IS NULL AND
      OLD.status IS NULL) OR NOT coalesce(NEW.status_2 OPERATOR(pg_catalog.=) OLD.status_2,
      NEW.status_2 IS NULL AND OLD.status_2 IS NULL) OR NOT coalesce(NEW.channel
      OPERATOR(pg_catalog.=) OLD.channel, NEW.channel IS NULL AND OLD.channel IS NULL) OR NOT
      coalesce(NEW.note OPERATOR(pg_catalog.=) OLD.note, NEW.note IS NULL AND OLD.note IS NULL)) AND
      pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off')
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
