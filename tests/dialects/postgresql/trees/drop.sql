-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP TABLE public."Runs"

-- work:
DROP FUNCTION IF EXISTS crossfade."closed_fe14_public_Runs"()

-- work:
DROP TABLE IF EXISTS crossfade.reordered_fe14
