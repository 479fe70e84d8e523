-- first, ACCESS SHARE:
SELECT t.job::text FROM public."Runs" AS t WHERE t.job IS NOT NULL ORDER BY t.job LIMIT 1

-- last, ACCESS SHARE:
SELECT t.job::text FROM public."Runs" AS t WHERE t.job IS NOT NULL ORDER BY t.job DESC LIMIT 1

-- setting:
SET LOCAL crossfade.sync = 'off'; SET LOCAL synchronous_commit = 'off'; SET LOCAL search_path = pg_catalog,
    pg_temp

-- next, ACCESS SHARE, bound:
SELECT t.job::text FROM public."Runs" AS t WHERE t.job >= %(lo_0)s::bigint AND t.job <= %(hi_0)s::bigint ORDER
    BY t.job OFFSET %(batch)s - 1 LIMIT 2

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
SELECT FROM public."Runs" AS n WHERE n.job >= %(lo_0)s::bigint AND n.job <= %(hi_0)s::bigint ORDER BY n.job
    FOR NO KEY UPDATE

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
SELECT crossfade."give_fe14_public_Runs"(%(lo_0)s::bigint, %(hi_0)s::bigint)

-- count, ACCESS SHARE, bound:
SELECT count(*) FROM public."Runs" AS t WHERE t.job >= %(lo_0)s::bigint AND t.job <= %(hi_0)s::bigint
