"""What a document asks of tables that become one: exact, and nothing but reading."""

import pytest

from crossfade.expressions import Sql, ValueMap
from crossfade.lens import Assignment
from crossfade.schema import Column, TableName
from crossfade.steps import CountBeyond, CountHeld, CountLost, CountMoved, CountMoves, Tally
from crossfade.tree import Embed, Reference, Shape, TreeLens
from tests.dialects.postgresql.golden import Golden, expected, rendered, told

JOB, LINE, MISSION = (TableName("public", each) for each in ("job", "line", "mission"))
KEY = Column("id", "bigint", nullable=False, identity="always")
TREE = TreeLens(
    change="Consolidate job into mission",
    source=JOB,
    key=KEY,
    columns=(KEY, Column("state", "text"), Column("owner_id", "bigint")),
    target=MISSION,
    target_key=Column("mission_id", "uuid"),
    target_columns=(
        Column("mission_id", "uuid"), Column("state", "text"), Column("shout", "text"),
        Column("owner", "uuid"), Column("note", "text", default="'none'"), Column("lines", "jsonb"),
        Column("tail", "jsonb"),
    ),
    legacy="job_id",
    forward=(
        Assignment("state", ValueMap("state", (("new", "open"),), "text", "text")),
        Assignment("shout", Sql("upper(state)", "text", frozenset({"state"}))),
    ),
    backward=(Assignment("state", ValueMap("state", (("open", "new"),), "text", "text")),),
    derived=("shout",),
    references=(Reference("owner", "owner_id", TableName("public", "owner"), "uid", "owner_id"),),
    embeds=(
        Embed(Shape.ARRAY, LINE, "job_id", KEY, "lines", None, (KEY, Column("words", "text")), ("words",)),
        Embed(Shape.SINGLE, TableName("public", "last"), "job_id", KEY, "tail", "last", (KEY,)),
    ),
)  # fmt: skip

CASES = {
    "moved": Golden(
        CountMoved(TREE, (TableName("public", "extra"),)),
        """
-- setting:
SET LOCAL search_path = pg_catalog, pg_temp

-- work, ACCESS SHARE:
SELECT coalesce(count(*), 0)::bigint, coalesce(sum(jsonb_array_length(CASE jsonb_typeof(t.lines)
  WHEN 'array' THEN t.lines END)), 0)::bigint, coalesce(count(*) FILTER (WHERE (t.tail -> 'last') <>
  'null'), 0)::bigint FROM public.mission AS t
""",
    ),
    "held": Golden(
        CountHeld(TREE),
        """
-- setting:
SET TRANSACTION READ ONLY

-- setting:
SET LOCAL search_path = pg_catalog, pg_temp

-- work, ACCESS SHARE:
WITH kept AS MATERIALIZED (SELECT ARRAY(SELECT v.name FROM (VALUES ('mission_id',
  (f.mission_id)::text, t.mission_id::text), ('state', (f.state)::text, t.state::text), ('shout',
  (f.shout)::text, t.shout::text), ('owner', (f.owner)::text, t.owner::text), ('lines',
  (f.lines)::text, t.lines::text), ('tail', (f.tail)::text, t.tail::text), ('note',
  (('none')::text)::text, t.note::text)) AS v(name, was, now) WHERE v.was IS DISTINCT FROM v.now) AS
  apart FROM public.job AS s JOIN public.mission AS t ON t.job_id = s.id CROSS JOIN LATERAL (SELECT
  crossfade.legacy_uuid('public.job:' || s.id) AS mission_id, (CASE WHEN s.state = 'new' THEN 'open'
  END)::text AS state, (upper(s."state"))::text AS shout, (SELECT r.uid FROM public.owner AS r WHERE
  r.owner_id = s.owner_id) AS owner, (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id,
  'words', c.words) ORDER BY c.words, c.id), '[]') FROM public.line AS c WHERE c.job_id = s.id) AS
  lines, jsonb_build_object('last', (SELECT jsonb_build_object('id', c.id) FROM public.last AS c
  WHERE c.job_id = s.id)) AS tail) AS f) SELECT '' AS place, count(*) AS rows FROM kept WHERE
  cardinality(apart) > 0 UNION ALL SELECT u.place, count(*) FROM kept, unnest(apart) AS u(place)
  GROUP BY u.place ORDER BY 1
""",
    ),
    "moves": Golden(
        CountMoves(TREE),
        """
-- setting:
SET TRANSACTION READ ONLY

-- setting:
SET LOCAL search_path = pg_catalog, pg_temp

-- work, ACCESS SHARE:
SELECT count(*) FILTER (WHERE f.legacy_key IS NULL) AS born, count(*) FILTER (WHERE NOT
  (f.legacy_key IS NULL) AND NOT (t.mission_id IS NULL) AND (t.state IS DISTINCT FROM f.state OR
  t.owner IS DISTINCT FROM f.owner OR (coalesce(t.lines, '[]'::jsonb) IS DISTINCT FROM f.slot_0 AND
  (SELECT jsonb_agg(x ORDER BY x) FROM jsonb_array_elements(CASE jsonb_typeof(coalesce(t.lines,
  '[]'::jsonb)) WHEN 'array' THEN coalesce(t.lines, '[]'::jsonb) END) AS x) IS DISTINCT FROM (SELECT
  jsonb_agg(x ORDER BY x) FROM jsonb_array_elements(CASE jsonb_typeof(f.slot_0) WHEN 'array' THEN
  f.slot_0 END) AS x)) OR nullif((t.tail -> 'last'), 'null') IS DISTINCT FROM f.slot_1)) AS changed,
  count(*) FILTER (WHERE t.mission_id IS NULL) AS gone FROM (SELECT s.id AS legacy_key, (CASE WHEN
  s.state = 'new' THEN 'open' END)::text AS state, (SELECT r.uid FROM public.owner AS r WHERE
  r.owner_id = s.owner_id) AS owner, (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id,
  'words', c.words) ORDER BY c.words, c.id), '[]') FROM public.line AS c WHERE c.job_id = s.id) AS
  slot_0, (SELECT jsonb_build_object('id', c.id) FROM public.last AS c WHERE c.job_id = s.id) AS
  slot_1 FROM public.job AS s) AS f FULL JOIN public.mission AS t ON t.job_id = f.legacy_key
""",
    ),
    "beyond": Golden(
        CountBeyond(TREE, "public.job"),
        """
-- setting:
SET TRANSACTION READ ONLY

-- setting:
SET LOCAL search_path = pg_catalog, pg_temp

-- work, ACCESS SHARE:
SELECT p.place, p.rows FROM (SELECT count(*) FILTER (WHERE t.mission_id IS DISTINCT FROM
  crossfade.legacy_uuid('public.job:' || t.job_id) OR (t.state IS DISTINCT FROM (CASE WHEN s.state =
  'new' THEN 'open' END)::text) OR (t.shout IS DISTINCT FROM (upper(s."state"))::text) OR (t.note IS
  DISTINCT FROM ('none')::text) OR EXISTS (SELECT FROM (SELECT e.n AS stands, row_number() OVER
  (ORDER BY r.words, r.id) AS belongs FROM jsonb_array_elements(CASE jsonb_typeof(t.lines) WHEN
  'array' THEN t.lines END) WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v) AS
  r(id bigint, words text)) AS o WHERE o.stands <> o.belongs) OR (CASE jsonb_typeof(t.tail) WHEN
  'object' THEN t.tail END) - ARRAY['last'] <> '{}') AS c0, count(*) FILTER (WHERE t.mission_id IS
  DISTINCT FROM crossfade.legacy_uuid('public.job:' || t.job_id)) AS c1, count(*) FILTER (WHERE
  (t.state IS DISTINCT FROM (CASE WHEN s.state = 'new' THEN 'open' END)::text)) AS c2, count(*)
  FILTER (WHERE (t.shout IS DISTINCT FROM (upper(s."state"))::text)) AS c3, count(*) FILTER (WHERE
  (t.note IS DISTINCT FROM ('none')::text)) AS c4, count(*) FILTER (WHERE EXISTS (SELECT FROM
  (SELECT e.n AS stands, row_number() OVER (ORDER BY r.words, r.id) AS belongs FROM
  jsonb_array_elements(CASE jsonb_typeof(t.lines) WHEN 'array' THEN t.lines END) WITH ORDINALITY AS
  e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id bigint, words text)) AS o WHERE o.stands
  <> o.belongs)) AS c5, count(*) FILTER (WHERE (CASE jsonb_typeof(t.tail) WHEN 'object' THEN t.tail
  END) - ARRAY['last'] <> '{}') AS c6 FROM public.mission AS t CROSS JOIN LATERAL (SELECT
  (NULL)::bigint AS id, (CASE WHEN t.state = 'open' THEN 'new' END)::text AS state, (NULL)::bigint
  AS owner_id) AS s) AS n CROSS JOIN LATERAL (VALUES ('', n.c0), ('mission_id', n.c1), ('state',
  n.c2), ('shout', n.c3), ('note', n.c4), ('lines', n.c5), ('tail', n.c6)) AS p(place, rows)
""",
    ),
    "beyond, purged": Golden(
        CountBeyond(TREE, "public.job", purged=True),
        """
-- setting:
SET TRANSACTION READ ONLY

-- setting:
SET LOCAL search_path = pg_catalog, pg_temp

-- work, ACCESS SHARE:
SELECT p.place, p.rows FROM (SELECT count(*) FILTER (WHERE true OR (t.state IS DISTINCT FROM (CASE
  WHEN s.state = 'new' THEN 'open' END)::text) OR (t.shout IS DISTINCT FROM
  (upper(s."state"))::text) OR (t.note IS DISTINCT FROM ('none')::text) OR EXISTS (SELECT FROM
  (SELECT e.n AS stands, row_number() OVER (ORDER BY r.words, r.id) AS belongs FROM
  jsonb_array_elements(CASE jsonb_typeof(t.lines) WHEN 'array' THEN t.lines END) WITH ORDINALITY AS
  e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id bigint, words text)) AS o WHERE o.stands
  <> o.belongs) OR (CASE jsonb_typeof(t.tail) WHEN 'object' THEN t.tail END) - ARRAY['last'] <>
  '{}') AS c0, count(*) FILTER (WHERE true) AS c1, count(*) FILTER (WHERE (t.state IS DISTINCT FROM
  (CASE WHEN s.state = 'new' THEN 'open' END)::text)) AS c2, count(*) FILTER (WHERE (t.shout IS
  DISTINCT FROM (upper(s."state"))::text)) AS c3, count(*) FILTER (WHERE (t.note IS DISTINCT FROM
  ('none')::text)) AS c4, count(*) FILTER (WHERE EXISTS (SELECT FROM (SELECT e.n AS stands,
  row_number() OVER (ORDER BY r.words, r.id) AS belongs FROM jsonb_array_elements(CASE
  jsonb_typeof(t.lines) WHEN 'array' THEN t.lines END) WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL
  jsonb_to_record(e.v) AS r(id bigint, words text)) AS o WHERE o.stands <> o.belongs)) AS c5,
  count(*) FILTER (WHERE (CASE jsonb_typeof(t.tail) WHEN 'object' THEN t.tail END) - ARRAY['last']
  <> '{}') AS c6 FROM public.mission AS t CROSS JOIN LATERAL (SELECT (NULL)::bigint AS id, (CASE
  WHEN t.state = 'open' THEN 'new' END)::text AS state, (NULL)::bigint AS owner_id) AS s) AS n CROSS
  JOIN LATERAL (VALUES ('', n.c0), ('mission_id', n.c1), ('state', n.c2), ('shout', n.c3), ('note',
  n.c4), ('lines', n.c5), ('tail', n.c6)) AS p(place, rows)
""",
    ),
    "lost": Golden(
        CountLost(TREE, ((JOB, "id"), (LINE, "extra"))),
        """
-- setting:
SET TRANSACTION READ ONLY

-- setting:
SET LOCAL search_path = pg_catalog, pg_temp

-- work, ACCESS SHARE:
SELECT p.place, p.rows FROM (SELECT count(*) FILTER (WHERE c.id IS NOT NULL) AS c0 FROM public.job
  AS c) AS n CROSS JOIN LATERAL (VALUES (0, n.c0)) AS p(place, rows) UNION ALL SELECT p.place,
  p.rows FROM (SELECT count(*) FILTER (WHERE c.extra IS NOT NULL) AS c0 FROM public.line AS c) AS n
  CROSS JOIN LATERAL (VALUES (1, n.c0)) AS p(place, rows)
""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    case = CASES[name]
    assert told(rendered(case.step)) == expected(case.text)


def test_what_was_moved_is_told_by_table() -> None:
    step = CountMoved(TREE, (TableName("public", "extra"),))
    assert step.tell(Tally(returned={("3", "5", "1"): 1})) == {
        "per_table": [
            {"table": "public.job", "into": "public.mission", "how": "moved", "rows": 3},
            {"table": "public.line", "into": "public.mission.lines", "how": "embedded", "rows": 5},
            {"table": "public.last", "into": "public.mission.tail.last", "how": "embedded", "rows": 1},
            {"table": "public.extra", "into": "public.mission", "how": "absent", "rows": 0},
        ]
    }
