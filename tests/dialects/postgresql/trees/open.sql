-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS "~crossfade_closed" ON public."Runs"

-- work:
DROP FUNCTION IF EXISTS crossfade."closed_fe14_public_Runs"()
