-- work:
SET LOCAL lock_timeout = '50ms'

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
LOCK TABLE public."Runs", public.steps, public.jobs, public.labels, public.tasks, public.lines, public.tries,
    public.receipts IN ACCESS EXCLUSIVE MODE

-- work:
SET LOCAL lock_timeout = '200ms'

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_push_insert" ON public."Runs"

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_push_update" ON public."Runs"

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_push_delete" ON public."Runs"

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_push_truncate" ON public."Runs"

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_shape" ON public."Runs"

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_push_insert" ON public.steps

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_push_update" ON public.steps

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_push_delete" ON public.steps

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_push_truncate" ON public.steps

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_shape" ON public.steps

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_note_insert" ON public.jobs

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_note_update" ON public.jobs

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_note_delete" ON public.jobs

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_note_truncate" ON public.jobs

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_note_insert" ON public.labels

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_note_update" ON public.labels

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_note_delete" ON public.labels

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_note_truncate" ON public.labels

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_note_insert" ON public.tasks

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_note_update" ON public.tasks

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_note_delete" ON public.tasks

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_note_truncate" ON public.tasks

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_note_insert" ON public.lines

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_note_update" ON public.lines

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_note_delete" ON public.lines

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_note_truncate" ON public.lines

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_note_insert" ON public.tries

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_note_update" ON public.tries

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_note_delete" ON public.tries

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_note_truncate" ON public.tries

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_note_insert" ON public.receipts

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_note_update" ON public.receipts

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_note_delete" ON public.receipts

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_note_truncate" ON public.receipts

-- work:
DROP TABLE IF EXISTS crossfade.waiting_fe14_public_lines

-- work:
DROP TABLE IF EXISTS crossfade.tick_fe14

-- work:
DROP FUNCTION IF EXISTS crossfade.append_fe14_public_lines()

-- work:
DROP FUNCTION IF EXISTS crossfade.note_fe14_public_jobs()

-- work:
DROP FUNCTION IF EXISTS crossfade.note_fe14_public_labels()

-- work:
DROP FUNCTION IF EXISTS crossfade.note_fe14_public_tasks()

-- work:
DROP FUNCTION IF EXISTS crossfade.note_fe14_public_lines()

-- work:
DROP FUNCTION IF EXISTS crossfade.note_fe14_public_tries()

-- work:
DROP FUNCTION IF EXISTS crossfade.note_fe14_public_receipts()

-- work:
DROP FUNCTION IF EXISTS crossfade."shape_fe14_public_Runs"()

-- work:
DROP FUNCTION IF EXISTS crossfade."push_fe14_public_Runs"()

-- work:
DROP FUNCTION IF EXISTS crossfade.shape_fe14_public_steps()

-- work:
DROP FUNCTION IF EXISTS crossfade.push_fe14_public_steps()

-- work:
DROP FUNCTION IF EXISTS crossfade.pull_fe14()

-- work:
DROP FUNCTION IF EXISTS crossfade.path_fe14()

-- work:
DROP FUNCTION IF EXISTS crossfade."give_fe14_public_Runs"(bigint, bigint)

-- work:
DROP FUNCTION IF EXISTS crossfade."take_fe14_public_Runs"(bigint, bigint)

-- work:
DROP FUNCTION IF EXISTS crossfade.give_fe14_public_steps(integer, integer)

-- work:
DROP FUNCTION IF EXISTS crossfade.take_fe14_public_steps(integer, integer)

-- work:
DROP SEQUENCE IF EXISTS crossfade."writes_old_fe14_public_Runs"

-- work:
DROP SEQUENCE IF EXISTS crossfade."writes_new_fe14_public_Runs"

-- work:
DROP SEQUENCE IF EXISTS crossfade.writes_old_fe14_public_steps

-- work:
DROP SEQUENCE IF EXISTS crossfade.writes_new_fe14_public_steps
