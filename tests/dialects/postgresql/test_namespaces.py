"""Namespaces and the views in them."""

import pytest

from crossfade.schema import Grant
from crossfade.steps import CreateNamespace, DropNamespace, PublishView, ViewColumn, WithdrawView
from tests.dialects.postgresql.golden import Golden, expected, rendered, told
from tests.dialects.postgresql.orders import ITEMS, NAMESPACE, NEW, ORDERS

PLAIN = (ViewColumn("id", "id"), ViewColumn("status", NEW.name))
GRANTS = (
    Grant("SELECT", ""),
    Grant("INSERT", "App Role", grantable=True),
    Grant("UPDATE", "app", column="status"),
    Grant("UPDATE", "app", column="total"),  # which the new version does not show
    Grant("TRUNCATE", "app"),  # which no view has
    Grant("REFERENCES", "app", column="id"),
)

CASES = {
    "namespace": Golden(
        CreateNamespace("public", NAMESPACE),
        """
-- work:
CREATE SCHEMA public__open_statuses

""",
    ),
    "namespace of an owner, with readers": Golden(
        CreateNamespace("Shop", "Shop__open_statuses", "Shop Owner", ("", "app", "user")),
        """
-- work:
CREATE SCHEMA "Shop__open_statuses" AUTHORIZATION "Shop Owner"

-- work:
GRANT USAGE ON SCHEMA "Shop__open_statuses" TO PUBLIC

-- work:
GRANT USAGE ON SCHEMA "Shop__open_statuses" TO app

-- work:
GRANT USAGE ON SCHEMA "Shop__open_statuses" TO "user"

""",
    ),
    "no namespace": Golden(
        DropNamespace("Shop", "Shop__open_statuses"),
        """
-- work:
DROP SCHEMA "Shop__open_statuses"

""",
    ),
    "view": Golden(
        PublishView(ORDERS, NAMESPACE, PLAIN),
        """
-- work, ACCESS SHARE:
CREATE VIEW public__open_statuses.orders WITH (security_invoker = true) AS
  SELECT id, status_2 AS status
  FROM public.orders

""",
    ),
    "view of a server before 15": Golden(
        PublishView(ORDERS, NAMESPACE, PLAIN),
        """
-- work, ACCESS SHARE:
CREATE VIEW public__open_statuses.orders AS SELECT id, status_2 AS status FROM public.orders

""",
        version=(14, 11),
    ),
    "view of the oldest server": Golden(
        PublishView(ORDERS, NAMESPACE, PLAIN),
        """
-- work, ACCESS SHARE:
CREATE VIEW public__open_statuses.orders AS SELECT id, status_2 AS status FROM public.orders

""",
        version=(13, 0),
    ),
    "view of the first server that has security_invoker": Golden(
        PublishView(ORDERS, NAMESPACE, PLAIN),
        """
-- work, ACCESS SHARE:
CREATE VIEW public__open_statuses.orders WITH (security_invoker = true) AS
  SELECT id, status_2 AS status
  FROM public.orders

""",
        version=(15, 0),
    ),
    "view under another name, of columns that are renamed": Golden(
        PublishView(
            ORDERS,
            NAMESPACE,
            (ViewColumn("Sum", "total"), ViewColumn("status", NEW.name)),
            grants=(Grant("UPDATE", "app", column="total"), Grant("UPDATE", "app", column="status")),
            name="Sales",
        ),
        """
-- work, ACCESS SHARE:
CREATE VIEW public__open_statuses."Sales" WITH (security_invoker = true) AS
  SELECT total AS "Sum", status_2 AS status
  FROM public.orders

-- work:
GRANT UPDATE ("Sum") ON public__open_statuses."Sales" TO app

-- work:
GRANT UPDATE (status) ON public__open_statuses."Sales" TO app

""",
    ),
    "no view of another name": Golden(
        WithdrawView(ORDERS, NAMESPACE, "Sales"),
        """
-- work:
DROP VIEW public__open_statuses."Sales"

""",
    ),
    "view with defaults, owner, grants and a comment": Golden(
        PublishView(
            ORDERS,
            NAMESPACE,
            (
                ViewColumn("id", "id"),
                ViewColumn("status", NEW.name, "'new'"),
                ViewColumn("channel", "channel", "CASE WHEN true THEN CAST(NULL AS TEXT) END"),
                ViewColumn("gross", "gross", generated=True),
            ),
            "shop",
            GRANTS,
            "the shop's orders",
        ),
        """
-- work, ACCESS SHARE:
CREATE VIEW public__open_statuses.orders WITH (security_invoker = true) AS
  SELECT id, status_2 AS status, channel, gross
  FROM public.orders

-- work:
ALTER VIEW public__open_statuses.orders ALTER COLUMN status SET DEFAULT 'new'

-- work:
ALTER VIEW public__open_statuses.orders ALTER COLUMN channel
  SET DEFAULT CASE WHEN true THEN CAST(NULL AS TEXT) END

-- work:
COMMENT ON VIEW public__open_statuses.orders IS 'the shop''s orders'

-- work:
GRANT SELECT ON public__open_statuses.orders TO PUBLIC

-- work:
GRANT INSERT ON public__open_statuses.orders TO "App Role" WITH GRANT OPTION

-- work:
GRANT UPDATE (status) ON public__open_statuses.orders TO app

-- work:
ALTER VIEW public__open_statuses.orders OWNER TO shop

""",
    ),
    "no view": Golden(
        WithdrawView(ITEMS, "Shop__open_statuses"),
        """
-- work:
DROP VIEW "Shop__open_statuses"."order items"

""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    case = CASES[name]
    assert told(rendered(case.step, case.version)) == expected(case.text)
