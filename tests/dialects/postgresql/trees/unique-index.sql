-- work:
SET lock_timeout = '200ms'

-- work, SHARE UPDATE EXCLUSIVE:
CREATE UNIQUE INDEX CONCURRENTLY "Runs_job_key" ON public."Runs" (job)
-- tried again after: DROP INDEX CONCURRENTLY IF EXISTS public."Runs_job_key"
