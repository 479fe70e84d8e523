"""What the server is asked of an expression, statement by statement."""

import pytest

from crossfade.expressions import Sql
from crossfade.schema import TableName
from crossfade.steps import AskExpression
from tests.dialects.postgresql.golden import Golden, expected, rendered, told
from tests.dialects.postgresql.orders import COLUMNS, ITEMS, ORDERS


def asked(
    expression: Sql, *, of: TableName = ORDERS, path: tuple[str, ...] = ("public",), type_: str = "TEXT"
) -> AskExpression:
    columns = (*COLUMNS, "Note")
    return AskExpression("AddColumn orders.channel", of, "channel", type_, "fill", expression, columns, path)


CASES = {
    "an expression of the row": Golden(
        asked(Sql("upper(\"Note\" || ' 5%')", "TEXT", frozenset({"Note"}))),
        """
-- setting:
SET TRANSACTION READ ONLY

-- setting:
SET LOCAL search_path = pg_catalog, public, pg_temp

-- work, ACCESS SHARE:
EXPLAIN (COSTS OFF) WITH asked AS (SELECT FROM public.orders AS t WHERE
    (upper(t."Note" || ' 5%')) IS NULL) SELECT FROM asked

-- work, ACCESS SHARE:
EXPLAIN (COSTS OFF) SELECT FROM public.orders AS t, XMLTABLE('.' PASSING NULL COLUMNS
    value TEXT PATH '.' DEFAULT (upper(t."Note" || ' 5%'))) AS asked

""",
    ),
    "a constant, which no row is asked for, and which is tried": Golden(
        asked(Sql("'$crossfade$'", "VARCHAR(20)"), of=ITEMS, path=("Shop", "public"), type_="VARCHAR(20)"),
        """
-- setting:
SET TRANSACTION READ ONLY

-- setting:
SET LOCAL search_path = pg_catalog, "Shop", public, pg_temp

-- work:
EXPLAIN (COSTS OFF) WITH asked AS (SELECT WHERE ('$crossfade$') IS NULL) SELECT FROM asked

-- work:
EXPLAIN (COSTS OFF) SELECT FROM XMLTABLE('.' PASSING NULL COLUMNS
    value VARCHAR(20) PATH '.' DEFAULT ('$crossfade$')) AS asked

-- work:
DO $crossfade_$
DECLARE value VARCHAR(20); BEGIN value := '$crossfade$'; END
$crossfade_$

""",
    ),
    "a volatile default, which is never executed": Golden(
        asked(Sql("nextval('s')", "BIGINT", volatile=True), path=(), type_="BIGINT"),
        """
-- setting:
SET TRANSACTION READ ONLY

-- setting:
SET LOCAL search_path = pg_catalog, pg_temp

-- work:
EXPLAIN (COSTS OFF) WITH asked AS (SELECT WHERE (nextval('s')) IS NULL) SELECT FROM asked

-- work:
EXPLAIN (COSTS OFF) SELECT FROM XMLTABLE('.' PASSING NULL COLUMNS
    value BIGINT PATH '.' DEFAULT (nextval('s'))) AS asked

""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    case = CASES[name]
    assert told(rendered(case.step, case.version)) == expected(case.text)
