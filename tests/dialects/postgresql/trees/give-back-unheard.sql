-- first, ACCESS SHARE:
SELECT t.task::text FROM public.steps AS t WHERE t.task IS NOT NULL ORDER BY t.task LIMIT 1

-- last, ACCESS SHARE:
SELECT t.task::text FROM public.steps AS t WHERE t.task IS NOT NULL ORDER BY t.task DESC LIMIT 1

-- setting:
SET LOCAL crossfade.sync = 'off'; SET LOCAL synchronous_commit = 'off'; SET LOCAL search_path = pg_catalog,
    pg_temp

-- setting:
SET LOCAL session_replication_role = 'replica'

-- next, ACCESS SHARE, bound:
SELECT t.task::text FROM public.steps AS t WHERE t.task >= %(lo_0)s::integer AND t.task <= %(hi_0)s::integer
    ORDER BY t.task OFFSET %(batch)s - 1 LIMIT 2

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
SELECT FROM public.steps AS n WHERE n.task >= %(lo_0)s::integer AND n.task <= %(hi_0)s::integer ORDER BY
    n.task FOR NO KEY UPDATE

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
SELECT crossfade.give_fe14_public_steps(%(lo_0)s::integer, %(hi_0)s::integer)

-- count, ACCESS SHARE, bound:
SELECT count(*) FROM public.steps AS t WHERE t.task >= %(lo_0)s::integer AND t.task <= %(hi_0)s::integer
