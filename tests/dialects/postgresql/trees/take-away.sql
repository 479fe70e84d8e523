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
DELETE FROM public.lines WHERE task_id IN (SELECT s.id FROM public.tasks AS s WHERE s.id >= %(lo_0)s::integer
    AND s.id <= %(hi_0)s::integer AND NOT EXISTS (SELECT FROM public.steps AS t WHERE t.task = s.id))

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
DELETE FROM public.tries WHERE task_id IN (SELECT s.id FROM public.tasks AS s WHERE s.id >= %(lo_0)s::integer
    AND s.id <= %(hi_0)s::integer AND NOT EXISTS (SELECT FROM public.steps AS t WHERE t.task = s.id))

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
DELETE FROM public.receipts WHERE task_id IN (SELECT s.id FROM public.tasks AS s WHERE s.id >=
    %(lo_0)s::integer AND s.id <= %(hi_0)s::integer AND NOT EXISTS (SELECT FROM public.steps AS t WHERE t.task
    = s.id))

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
DELETE FROM public.tasks WHERE id IN (SELECT s.id FROM public.tasks AS s WHERE s.id >= %(lo_0)s::integer AND
    s.id <= %(hi_0)s::integer AND NOT EXISTS (SELECT FROM public.steps AS t WHERE t.task = s.id))

-- count, ACCESS SHARE, bound:
SELECT count(*) FROM public.tasks AS s WHERE s.id >= %(lo_0)s::integer AND s.id <= %(hi_0)s::integer
