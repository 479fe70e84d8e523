-- next, bound:
SELECT max(k.row_key) FROM (SELECT row_key FROM ((SELECT c.row_key FROM crossfade.complement AS c
    WHERE c.evolution = 'ledger' AND c.table_name = 'public.steps' AND c.change = 'Consolidate tasks
    into steps' AND c.state = 'kept' AND c.row_key > %(after)s ORDER BY c.row_key LIMIT %(batch)s))
    AS u ORDER BY 1 LIMIT %(batch)s) AS k

-- setting:
SET LOCAL crossfade.sync = 'off'; SET LOCAL synchronous_commit = 'off'; SET LOCAL search_path =
    pg_catalog, pg_temp

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
WITH picked AS MATERIALIZED (SELECT c.ctid AS place, c.row_key, c.old_values, c.new_values FROM
    crossfade.complement AS c WHERE c.evolution = 'ledger' AND c.table_name = 'public.steps' AND
    c.change = 'Consolidate tasks into steps' AND c.state = 'kept' AND c.row_key > %(after)s AND
    c.row_key <= %(upto)s ORDER BY c.row_key), locked AS MATERIALIZED (SELECT t.*, p.row_key AS
    kept_key, p.old_values AS kept_old, p.new_values AS kept_new FROM public.steps AS t JOIN picked
    AS p ON t.task = (p.row_key::jsonb ->> 0)::integer ORDER BY t.task FOR NO KEY UPDATE OF t), n AS
    (UPDATE public.steps AS t SET step_id = CASE WHEN NOT l.kept_new ? 'step_id' THEN l.step_id ELSE
    (l.kept_new ->> 'step_id')::uuid END, run_id = CASE WHEN NOT l.kept_new ? 'run_id' THEN l.run_id
    WHEN l.run_id::text IS DISTINCT FROM l.kept_old ->> 'run_id' THEN l.run_id ELSE (l.kept_new ->>
    'run_id')::uuid END, lines = CASE WHEN NOT l.kept_new ? 'lines' THEN l.lines WHEN l.lines::text
    IS DISTINCT FROM l.kept_old ->> 'lines' THEN (SELECT coalesce(jsonb_agg(x.v ORDER BY k.n, x.n),
    '[]') FROM jsonb_array_elements(CASE jsonb_typeof(l.lines) WHEN 'array' THEN l.lines END) WITH
    ORDINALITY AS x(v, n) LEFT JOIN jsonb_array_elements(CASE jsonb_typeof((l.kept_new ->>
    'lines')::jsonb) WHEN 'array' THEN (l.kept_new ->> 'lines')::jsonb END) WITH ORDINALITY AS k(v,
    n) ON k.v -> 'id' = x.v -> 'id') ELSE (l.kept_new ->> 'lines')::jsonb END, more = CASE WHEN NOT
    l.kept_new ? 'more' THEN l.more WHEN l.more::text IS DISTINCT FROM l.kept_old ->> 'more' THEN
    CASE jsonb_typeof((l.kept_new ->> 'more')::jsonb) WHEN 'object' THEN (l.kept_new ->>
    'more')::jsonb ELSE '{}' END || jsonb_build_object('tries', (SELECT coalesce(jsonb_agg(x.v ORDER
    BY k.n, x.n), '[]') FROM jsonb_array_elements(CASE jsonb_typeof((l.more -> 'tries')) WHEN
    'array' THEN (l.more -> 'tries') END) WITH ORDINALITY AS x(v, n) LEFT JOIN
    jsonb_array_elements(CASE jsonb_typeof(((l.kept_new ->> 'more')::jsonb -> 'tries')) WHEN 'array'
    THEN ((l.kept_new ->> 'more')::jsonb -> 'tries') END) WITH ORDINALITY AS k(v, n) ON k.v -> 'id'
    = x.v -> 'id'), 'receipt', (l.more -> 'receipt')) ELSE (l.kept_new ->> 'more')::jsonb END, tries
    = CASE WHEN NOT l.kept_new ? 'tries' THEN l.tries WHEN l.tries::text IS DISTINCT FROM l.kept_old
    ->> 'tries' THEN l.tries ELSE (l.kept_new ->> 'tries')::integer END FROM locked AS l WHERE
    t.task = l.task RETURNING t.*, l.kept_key), flag0 AS (INSERT INTO crossfade.reordered_fe14
    (target, slot, key) SELECT 'public.steps', 'lines', n.task::text FROM n AS n WHERE true AND
    EXISTS (SELECT FROM (SELECT e.n AS stands, row_number() OVER (ORDER BY r.at, r.id) AS belongs
    FROM jsonb_array_elements(CASE jsonb_typeof(n.lines) WHEN 'array' THEN n.lines END) WITH
    ORDINALITY AS e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id bigint, at timestamp with
    time zone)) AS o WHERE o.stands <> o.belongs) ON CONFLICT DO NOTHING), flag1 AS (INSERT INTO
    crossfade.reordered_fe14 (target, slot, key) SELECT 'public.steps', 'more.tries', n.task::text
    FROM n AS n WHERE true AND EXISTS (SELECT FROM (SELECT e.n AS stands, row_number() OVER (ORDER
    BY r.id) AS belongs FROM jsonb_array_elements(CASE jsonb_typeof((n.more -> 'tries')) WHEN
    'array' THEN (n.more -> 'tries') END) WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL
    jsonb_to_record(e.v) AS r(id bigint, why text)) AS o WHERE o.stands <> o.belongs) ON CONFLICT DO
    NOTHING), told AS (UPDATE crossfade.complement AS c SET state = CASE WHEN c.row_key IN (SELECT
    r.kept_key FROM n AS r) THEN 'restored' ELSE 'superseded' END
    WHERE c.ctid = ANY (ARRAY(SELECT p.place FROM picked AS p))
    RETURNING c.state) SELECT state FROM told
