-- work:
SET lock_timeout = '200ms'

-- work, SHARE UPDATE EXCLUSIVE:
CREATE INDEX CONCURRENTLY ix ON public."Runs" (took)
-- tried again after: DROP INDEX CONCURRENTLY IF EXISTS public.ix
