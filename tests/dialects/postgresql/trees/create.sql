-- work:
CREATE OR REPLACE FUNCTION crossfade.legacy_uuid(name text) RETURNS uuid LANGUAGE plpgsql IMMUTABLE STRICT
    PARALLEL SAFE AS $crossfade$
DECLARE
  whole bytea := pg_catalog.sha256(pg_catalog.convert_to(name, 'UTF8'));
  h text := pg_catalog.substr(pg_catalog.encode(whole, 'hex'), 1, 32);
  variant text := pg_catalog.translate(pg_catalog.substr(h, 17, 1), '0123456789abcdef', '89ab89ab89ab89ab');
BEGIN
  RETURN pg_catalog.overlay(pg_catalog.overlay(h, '8', 13), variant, 17)::uuid;
END
$crossfade$

-- work:
CREATE TABLE IF NOT EXISTS crossfade.reordered_fe14 (target text, slot text, key text, PRIMARY KEY (target,
    slot, key))

-- work, SHARE ROW EXCLUSIVE, blocks writes of the tables that it refers to, briefly:
CREATE TABLE public."Runs" (…)

-- work:
ALTER TABLE public."Runs" ADD COLUMN job bigint UNIQUE

-- work:
ALTER TABLE public."Runs" OWNER TO owner

-- work:
GRANT SELECT ON public."Runs" TO reader

-- work:
CREATE OR REPLACE FUNCTION crossfade."closed_fe14_public_Runs"() RETURNS trigger LANGUAGE plpgsql SET
    search_path = pg_catalog, pg_temp AS $crossfade$
BEGIN
  IF NOT (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off') THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
    MESSAGE = 'evolution ledger is being started: it can''t be written yet (public.Runs)',
    HINT = 'Stop the new version of the application until start has ended.';
END
$crossfade$

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_closed" BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON public."Runs" FOR EACH
    STATEMENT EXECUTE FUNCTION crossfade."closed_fe14_public_Runs"()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public."Runs" ENABLE ALWAYS TRIGGER "~crossfade_closed"
