-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE public.jobs DROP CONSTRAINT jobs_who_fkey

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
TRUNCATE public.jobs, public.labels

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE public.jobs RENAME TO shell_public_jobs

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE public.shell_public_jobs SET SCHEMA crossfade

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE public.labels RENAME TO shell_public_labels

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE public.shell_public_labels SET SCHEMA crossfade
