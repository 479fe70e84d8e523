-- first, ACCESS SHARE:
SELECT s.id::text FROM public.tasks AS s WHERE s.id IS NOT NULL ORDER BY s.id LIMIT 1

-- last, ACCESS SHARE:
SELECT s.id::text FROM public.tasks AS s WHERE s.id IS NOT NULL ORDER BY s.id DESC LIMIT 1

-- setting:
SET LOCAL crossfade.sync = 'off'; SET LOCAL synchronous_commit = 'off'; SET LOCAL search_path = pg_catalog,
    pg_temp

-- next, ACCESS SHARE, bound:
SELECT s.id::text FROM public.tasks AS s WHERE s.id >= %(lo_0)s::integer AND s.id <= %(hi_0)s::integer ORDER
    BY s.id OFFSET %(batch)s - 1 LIMIT 2

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
SELECT crossfade.take_fe14_public_steps(%(lo_0)s::integer, %(hi_0)s::integer)

-- count, ACCESS SHARE, bound:
SELECT count(*) FROM public.tasks AS s WHERE s.id >= %(lo_0)s::integer AND s.id <= %(hi_0)s::integer
