"""Functions and views: shown, made, retired, dropped."""

from dataclasses import replace

import pytest

from crossfade.schema import Column, Definition, Grant, StandIn, TableName
from crossfade.steps import (
    AskDefinitions,
    CreateDefinition,
    DropDefinition,
    PublishDefinition,
    RestoreDefinition,
    RetireDefinition,
    WithdrawDefinition,
)
from tests.dialects.postgresql.golden import Golden, expected, rendered, told

PATH = ("public", "Shop")
SHOWN = ("public__tracking", "public", "Shop")
OLD = Definition(
    "function",
    TableName("public", "submit"),
    "(draft integer, who text)\n RETURNS text\n LANGUAGE sql\nAS $function$ SELECT '100%' $function$",
    inputs=("integer", "text"),
    owner="Keeper",
    grants=(Grant("EXECUTE", "Keeper"), Grant("EXECUTE", "clerk", grantable=True), Grant("EXECUTE", "")),
    comment="Somebody's",
)
NEW = Definition(
    "procedure",
    TableName("public__tracking", "submit"),
    "(draft int) LANGUAGE sql SET search_path = public AS ''",
    inputs=("integer",),
    path=("public__tracking", "public"),
    owner="Keeper",
)
VIEW = Definition(
    "view",
    TableName("Shop", "by day"),
    " (id, day) AS\n SELECT 1, 2",
    columns=(Column("id", "integer", comment="a key"), Column("day", "integer", default="7")),
    grants=(Grant("SELECT", "clerk"), Grant("SELECT", "guest", column="day")),
)
RETIRED = "_crossfade_old_ab12_submit"

CASES = {
    "ask": Golden(
        AskDefinitions(
            "tracking",
            (
                replace(NEW, name=TableName("public", "submit")),
                replace(VIEW, name=TableName("public", "days")),
            ),
            (StandIn(TableName("public", "drafts"), "plans", (Column("id", "integer"),), ("id",)),),
            ("public",),
        ),
        """
-- work:
CREATE SCHEMA _crossfade_asked_5a95_public

-- work:
CREATE SCHEMA _crossfade_asked_5a95_public_tables

-- work:
CREATE SCHEMA _crossfade_asked_5a95_public_views

-- work:
CREATE TABLE _crossfade_asked_5a95_public_tables.drafts (id integer, PRIMARY KEY (id))

-- work:
CREATE VIEW _crossfade_asked_5a95_public.plans AS SELECT id FROM _crossfade_asked_5a95_public_tables.drafts

-- work:
CREATE VIEW _crossfade_asked_5a95_public_views.plans AS
  SELECT id FROM _crossfade_asked_5a95_public_tables.drafts

-- setting:
SET LOCAL check_function_bodies = off

-- setting:
SET LOCAL search_path = _crossfade_asked_5a95_public, public

-- work:
CREATE PROCEDURE _crossfade_asked_5a95_public.submit(draft int) LANGUAGE sql SET search_path = public AS ''

-- setting:
SET LOCAL search_path = _crossfade_asked_5a95_public_views, _crossfade_asked_5a95_public, public

-- work:
CREATE VIEW _crossfade_asked_5a95_public.days (id, day) AS
 SELECT 1, 2
""",
    ),
    "publish": Golden(
        PublishDefinition(NEW, SHOWN),
        """
-- setting:
SET LOCAL search_path = public__tracking, public, "Shop"

-- setting:
SET LOCAL check_function_bodies = off

-- work:
CREATE PROCEDURE public__tracking.submit(draft int) LANGUAGE sql SET search_path = public AS ''

-- work:
ALTER PROCEDURE public__tracking.submit(integer) SET search_path = public__tracking, public

-- work:
GRANT CREATE ON SCHEMA public__tracking TO "Keeper"

-- work:
ALTER PROCEDURE public__tracking.submit(integer) OWNER TO "Keeper"

-- work:
REVOKE CREATE ON SCHEMA public__tracking FROM "Keeper"

-- setting:
SET LOCAL search_path = DEFAULT

-- setting:
SET LOCAL check_function_bodies = DEFAULT
""",
    ),
    "withdraw": Golden(
        WithdrawDefinition(NEW, SHOWN),
        """
-- work:
DROP PROCEDURE public__tracking.submit(integer)
""",
    ),
    "create a function with all that it had": Golden(
        CreateDefinition(OLD, PATH),
        """
-- setting:
SET LOCAL search_path = public, "Shop"

-- setting:
SET LOCAL check_function_bodies = off

-- work:
CREATE FUNCTION public.submit(draft integer, who text)
 RETURNS text
 LANGUAGE sql
 AS $function$ SELECT '100%' $function$

-- work:
COMMENT ON FUNCTION public.submit(integer, text) IS 'Somebody''s'

-- work:
ALTER FUNCTION public.submit(integer, text) OWNER TO "Keeper"

-- work:
REVOKE ALL ON FUNCTION public.submit(integer, text) FROM PUBLIC, "Keeper"

-- work:
GRANT EXECUTE ON FUNCTION public.submit(integer, text) TO "Keeper"

-- work:
GRANT EXECUTE ON FUNCTION public.submit(integer, text) TO clerk WITH GRANT OPTION

-- work:
GRANT EXECUTE ON FUNCTION public.submit(integer, text) TO PUBLIC

-- setting:
SET LOCAL search_path = DEFAULT

-- setting:
SET LOCAL check_function_bodies = DEFAULT
""",
    ),
    "create a view with all that it had": Golden(
        CreateDefinition(VIEW, PATH),
        """
-- setting:
SET LOCAL search_path = public, "Shop"

-- setting:
SET LOCAL check_function_bodies = off

-- work:
CREATE VIEW "Shop"."by day" (id, day) AS
 SELECT 1, 2

-- work:
COMMENT ON COLUMN "Shop"."by day".id IS 'a key'

-- work:
ALTER VIEW "Shop"."by day" ALTER COLUMN day SET DEFAULT 7

-- work:
REVOKE ALL ON "Shop"."by day" FROM PUBLIC

-- work:
GRANT SELECT ON "Shop"."by day" TO clerk

-- work:
GRANT SELECT (day) ON "Shop"."by day" TO guest

-- setting:
SET LOCAL search_path = DEFAULT

-- setting:
SET LOCAL check_function_bodies = DEFAULT
""",
    ),
    "drop a view": Golden(
        DropDefinition(VIEW, PATH),
        """
-- work, ACCESS EXCLUSIVE, blocks readers of the view, briefly:
DROP VIEW "Shop"."by day"
""",
    ),
    "retire": Golden(
        RetireDefinition(OLD, RETIRED, PATH),
        """
-- work:
ALTER FUNCTION public.submit(integer, text) RENAME TO _crossfade_old_ab12_submit
""",
    ),
    "retire a view": Golden(
        RetireDefinition(VIEW, "_crossfade_old_ab12_by day", PATH),
        """
-- work, ACCESS EXCLUSIVE, blocks readers of the view, briefly:
ALTER VIEW "Shop"."by day" RENAME TO "_crossfade_old_ab12_by day"
""",
    ),
    "restore": Golden(
        RestoreDefinition(OLD, RETIRED, PATH),
        """
-- work:
ALTER FUNCTION public._crossfade_old_ab12_submit(integer, text) RENAME TO submit
""",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_exact_sql(case: Golden) -> None:
    assert told(rendered(case.step, case.version)) == expected(case.text)


@pytest.mark.parametrize(
    "step",
    [PublishDefinition(NEW, SHOWN), CreateDefinition(OLD, PATH), RetireDefinition(OLD, RETIRED, PATH)],
    ids=lambda step: type(step).__name__,
)
def test_the_undo_takes_it_back(step: PublishDefinition | RetireDefinition) -> None:
    undo = step.undo()
    again = undo.undo()
    assert again is None or again in {step, CreateDefinition(NEW, SHOWN)}


def test_what_was_dropped_is_made_anew() -> None:
    step = RetireDefinition(OLD, RETIRED, PATH)
    assert step.anew() == CreateDefinition(OLD, PATH)
    assert DropDefinition(step.kept, PATH).title == (f"drop function public.{RETIRED}(integer, text)")
