-- work:
CREATE OR REPLACE FUNCTION crossfade."closed_fe14_public_Runs"() RETURNS trigger LANGUAGE plpgsql SET
    search_path = pg_catalog, pg_temp AS $crossfade$
BEGIN
  IF NOT (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off') THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
    MESSAGE = 'evolution ledger is being rolled back: the new version takes no more writes (public.Runs)',
    HINT = 'Stop the new version of the application until start has ended.';
END
$crossfade$

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_closed" BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON public."Runs" FOR EACH
    STATEMENT EXECUTE FUNCTION crossfade."closed_fe14_public_Runs"()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public."Runs" ENABLE ALWAYS TRIGGER "~crossfade_closed"
