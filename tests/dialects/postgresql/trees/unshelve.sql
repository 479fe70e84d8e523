-- work:
ALTER TABLE crossfade.shell_public_jobs SET SCHEMA public

-- work:
ALTER TABLE public.shell_public_jobs RENAME TO jobs

-- work:
ALTER TABLE crossfade.shell_public_labels SET SCHEMA public

-- work:
ALTER TABLE public.shell_public_labels RENAME TO labels

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public.jobs ADD CONSTRAINT jobs_who_fkey FOREIGN KEY (who) REFERENCES public.people(id)
