-- work:
SET lock_timeout = '200ms'

-- work:
CREATE SEQUENCE crossfade."writes_old_fe14_public_Runs"

-- work:
CREATE SEQUENCE crossfade."writes_new_fe14_public_Runs"

-- work:
CREATE SEQUENCE crossfade.writes_old_fe14_public_steps

-- work:
CREATE SEQUENCE crossfade.writes_new_fe14_public_steps

-- work:
CREATE FUNCTION crossfade.pull_fe14() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path =
    pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET intervalstyle = postgres SET
    bytea_output = hex SET extra_float_digits = 1 SET plan_cache_mode = force_generic_plan SET jit = off AS
    $crossfade$
#variable_conflict use_column
BEGIN
  RETURN NULL;
END
$crossfade$

-- work:
CREATE UNLOGGED TABLE crossfade.tick_fe14 ()

-- work:
CREATE CONSTRAINT TRIGGER "~crossfade_commit" AFTER INSERT ON crossfade.tick_fe14 DEFERRABLE INITIALLY
    DEFERRED FOR EACH ROW EXECUTE FUNCTION crossfade.pull_fe14()

-- work:
ALTER TABLE crossfade.tick_fe14 ENABLE ALWAYS TRIGGER "~crossfade_commit"

-- work:
CREATE FUNCTION crossfade.append_fe14_public_lines() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan =
    off AS $crossfade$
#variable_conflict use_column
<<own>>
DECLARE
  sync text := pg_catalog.current_setting('crossfade.sync', true);
  said text;
  place tid;
BEGIN
  IF current_setting('crossfade.noted_fe14', true) = NEW.noted THEN
    said := set_config('crossfade.sync', 'off', true);
    UPDATE public.steps AS t SET lines = t.lines || NEW.element WHERE t.task = NEW.parent AND (t.lines =
        '[]' OR ROW((t.lines -> -1 ->> 'at')::timestamp with time zone, (t.lines -> -1 ->>
        'id')::bigint) < ROW(NEW.behind0, NEW.behind1));
    said := set_config('crossfade.sync', coalesce(sync, ''), true);
    IF FOUND THEN
      said := set_config('crossfade.noted_fe14', '', true);
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO crossfade.tick_fe14 DEFAULT VALUES RETURNING ctid INTO place;
  DELETE FROM crossfade.tick_fe14 WHERE ctid = place;
  RETURN NULL;
END
$crossfade$

-- work:
CREATE UNLOGGED TABLE crossfade.waiting_fe14_public_lines (parent integer, behind0 timestamp with time
    zone, behind1 bigint, element jsonb, noted text)

-- work:
CREATE CONSTRAINT TRIGGER "~crossfade_commit" AFTER INSERT ON crossfade.waiting_fe14_public_lines
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION crossfade.append_fe14_public_lines()

-- work:
ALTER TABLE crossfade.waiting_fe14_public_lines ENABLE ALWAYS TRIGGER "~crossfade_commit"

-- work:
CREATE FUNCTION crossfade.note_fe14_public_jobs() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET
    search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $crossfade$
#variable_conflict use_column
<<own>>
DECLARE
  noted text := coalesce(current_setting('crossfade.noted_fe14', true), '');
  added text;
  many bigint;
  one text;
  place tid;
  writes bigint;
BEGIN
  IF pg_catalog.current_setting('crossfade.sync', true) IS NOT DISTINCT FROM 'off' THEN
    RETURN NULL;
  END IF;
  writes := nextval('crossfade."writes_old_fe14_public_Runs"');
  IF TG_OP = 'INSERT' THEN
    SELECT count(*), min(id::text) INTO many, one FROM new_rows;
    IF many = 1 THEN
      added := '0:' || one || ',';
    ELSE
      added := (SELECT string_agg(DISTINCT '0:' || k || ',', '') FROM (SELECT id::text AS k FROM
          new_rows) AS a);
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    added := (SELECT string_agg(DISTINCT '0:' || k || ',', '') FROM (SELECT id::text AS k FROM old_rows)
        AS a);
  ELSIF TG_OP = 'UPDATE' THEN
    added := (SELECT string_agg(DISTINCT '0:' || k || ',', '') FROM (SELECT k FROM ((SELECT x.id::text
        AS k, x.id, x.status, x.began, (x.took)::text FROM new_rows AS x EXCEPT SELECT x.id::text AS k,
        x.id, x.status, x.began, (x.took)::text FROM old_rows AS x) UNION ALL (SELECT x.id::text AS k,
        x.id, x.status, x.began, (x.took)::text FROM old_rows AS x EXCEPT SELECT x.id::text AS k, x.id,
        x.status, x.began, (x.took)::text FROM new_rows AS x)) AS b) AS a);
  ELSE
    PERFORM set_config('crossfade.sync', 'off', true);
    DELETE FROM public."Runs";
    DELETE FROM crossfade.reordered_fe14 WHERE target = 'public.Runs';
    PERFORM set_config('crossfade.sync', '', true);
    added := nullif(noted, '');
  END IF;
  IF added IS NOT NULL THEN
    added := set_config('crossfade.noted_fe14', noted || added, true);
    IF noted = '' THEN
      INSERT INTO crossfade.tick_fe14 DEFAULT VALUES RETURNING ctid INTO place;
      DELETE FROM crossfade.tick_fe14 WHERE ctid = place;
    END IF;
  END IF;
  RETURN NULL;
END
$crossfade$

-- work:
CREATE FUNCTION crossfade.note_fe14_public_labels() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $crossfade$
#variable_conflict use_column
<<own>>
DECLARE
  noted text := coalesce(current_setting('crossfade.noted_fe14', true), '');
  added text;
  many bigint;
  one text;
  place tid;
  writes bigint;
BEGIN
  IF pg_catalog.current_setting('crossfade.sync', true) IS NOT DISTINCT FROM 'off' THEN
    RETURN NULL;
  END IF;
  writes := nextval('crossfade."writes_old_fe14_public_Runs"');
  IF TG_OP = 'INSERT' THEN
    SELECT count(*), min(job_id::text) INTO many, one FROM new_rows;
    IF many = 1 THEN
      added := '1:' || one || ',';
    ELSE
      added := (SELECT string_agg(DISTINCT '1:' || k || ',', '') FROM (SELECT job_id::text AS k FROM
          new_rows) AS a);
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    added := (SELECT string_agg(DISTINCT '1:' || k || ',', '') FROM (SELECT job_id::text AS k FROM
        old_rows) AS a);
  ELSIF TG_OP = 'UPDATE' THEN
    added := (SELECT string_agg(DISTINCT '1:' || k || ',', '') FROM (SELECT k FROM ((SELECT
        x.job_id::text AS k, x::text FROM new_rows AS x EXCEPT SELECT x.job_id::text AS k, x::text FROM
        old_rows AS x) UNION ALL (SELECT x.job_id::text AS k, x::text FROM old_rows AS x EXCEPT SELECT
        x.job_id::text AS k, x::text FROM new_rows AS x)) AS b) AS a);
  ELSE
    PERFORM set_config('crossfade.sync', 'off', true);
    UPDATE public."Runs" AS t SET labels = '{}'::jsonb;
    PERFORM set_config('crossfade.sync', '', true);
    added := nullif(noted, '');
  END IF;
  IF added IS NOT NULL THEN
    added := set_config('crossfade.noted_fe14', noted || added, true);
    IF noted = '' THEN
      INSERT INTO crossfade.tick_fe14 DEFAULT VALUES RETURNING ctid INTO place;
      DELETE FROM crossfade.tick_fe14 WHERE ctid = place;
    END IF;
  END IF;
  RETURN NULL;
END
$crossfade$

-- work:
CREATE FUNCTION crossfade.note_fe14_public_tasks() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET
    search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $crossfade$
#variable_conflict use_column
<<own>>
DECLARE
  noted text := coalesce(current_setting('crossfade.noted_fe14', true), '');
  added text;
  many bigint;
  one text;
  place tid;
  writes bigint;
BEGIN
  IF pg_catalog.current_setting('crossfade.sync', true) IS NOT DISTINCT FROM 'off' THEN
    RETURN NULL;
  END IF;
  writes := nextval('crossfade.writes_old_fe14_public_steps');
  IF TG_OP = 'INSERT' THEN
    SELECT count(*), min(id::text) INTO many, one FROM new_rows;
    IF many = 1 THEN
      added := '2:' || one || ',';
    ELSE
      added := (SELECT string_agg(DISTINCT '2:' || k || ',', '') FROM (SELECT id::text AS k FROM
          new_rows) AS a);
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    added := (SELECT string_agg(DISTINCT '2:' || k || ',', '') FROM (SELECT id::text AS k FROM old_rows)
        AS a);
  ELSIF TG_OP = 'UPDATE' THEN
    added := (SELECT string_agg(DISTINCT '2:' || k || ',', '') FROM (SELECT k FROM ((SELECT x.id::text
        AS k, x.id, x.job_id FROM new_rows AS x EXCEPT SELECT x.id::text AS k, x.id, x.job_id FROM
        old_rows AS x) UNION ALL (SELECT x.id::text AS k, x.id, x.job_id FROM old_rows AS x EXCEPT
        SELECT x.id::text AS k, x.id, x.job_id FROM new_rows AS x)) AS b) AS a);
  ELSE
    PERFORM set_config('crossfade.sync', 'off', true);
    DELETE FROM public.steps;
    DELETE FROM crossfade.reordered_fe14 WHERE target = 'public.steps';
    PERFORM set_config('crossfade.sync', '', true);
    added := nullif(noted, '');
  END IF;
  IF added IS NOT NULL THEN
    added := set_config('crossfade.noted_fe14', noted || added, true);
    IF noted = '' THEN
      INSERT INTO crossfade.tick_fe14 DEFAULT VALUES RETURNING ctid INTO place;
      DELETE FROM crossfade.tick_fe14 WHERE ctid = place;
    END IF;
  END IF;
  RETURN NULL;
END
$crossfade$

-- work:
CREATE FUNCTION crossfade.note_fe14_public_lines() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET
    search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET enable_seqscan = off AS $crossfade$
#variable_conflict use_column
<<own>>
DECLARE
  noted text := coalesce(current_setting('crossfade.noted_fe14', true), '');
  added text;
  many bigint;
  one text;
  place tid;
  writes bigint;
BEGIN
  IF pg_catalog.current_setting('crossfade.sync', true) IS NOT DISTINCT FROM 'off' THEN
    RETURN NULL;
  END IF;
  writes := nextval('crossfade.writes_old_fe14_public_steps');
  IF TG_OP = 'INSERT' THEN
    IF noted = '' THEN
      INSERT INTO crossfade.waiting_fe14_public_lines SELECT c.task_id, c.at, c.id, CASE WHEN c.what IS
          NULL THEN jsonb_build_object('id', c.id, 'at', c.at) ELSE jsonb_build_object('id', c.id, 'at',
          c.at, 'what', c.what) END, set_config('crossfade.noted_fe14', '3:' || c.task_id || ',', true)
          FROM new_rows AS c WHERE NOT EXISTS (SELECT FROM new_rows OFFSET 1) RETURNING ctid INTO place;
      IF FOUND THEN
        DELETE FROM crossfade.waiting_fe14_public_lines WHERE ctid = place;
        RETURN NULL;
      END IF;
    END IF;
    SELECT count(*), min(task_id::text) INTO many, one FROM new_rows;
    IF many = 1 THEN
      added := '3:' || one || ',';
    ELSE
      added := (SELECT string_agg(DISTINCT '3:' || k || ',', '') FROM (SELECT task_id::text AS k FROM
          new_rows) AS a);
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    added := (SELECT string_agg(DISTINCT '3:' || k || ',', '') FROM (SELECT task_id::text AS k FROM
        old_rows) AS a);
  ELSIF TG_OP = 'UPDATE' THEN
    added := (SELECT string_agg(DISTINCT '3:' || k || ',', '') FROM (SELECT k FROM ((SELECT
        x.task_id::text AS k, x::text FROM new_rows AS x EXCEPT SELECT x.task_id::text AS k, x::text
        FROM old_rows AS x) UNION ALL (SELECT x.task_id::text AS k, x::text FROM old_rows AS x EXCEPT
        SELECT x.task_id::text AS k, x::text FROM new_rows AS x)) AS b) AS a);
  ELSE
    PERFORM set_config('crossfade.sync', 'off', true);
    UPDATE public.steps AS t SET lines = '[]'::jsonb;
    PERFORM set_config('crossfade.sync', '', true);
    added := nullif(noted, '');
  END IF;
  IF added IS NOT NULL THEN
    added := set_config('crossfade.noted_fe14', noted || added, true);
    IF noted = '' THEN
      INSERT INTO crossfade.tick_fe14 DEFAULT VALUES RETURNING ctid INTO place;
      DELETE FROM crossfade.tick_fe14 WHERE ctid = place;
    END IF;
  END IF;
  RETURN NULL;
END
$crossfade$

-- work:
CREATE FUNCTION crossfade.note_fe14_public_tries() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET
    search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $crossfade$
#variable_conflict use_column
<<own>>
DECLARE
  noted text := coalesce(current_setting('crossfade.noted_fe14', true), '');
  added text;
  many bigint;
  one text;
  place tid;
  writes bigint;
BEGIN
  IF pg_catalog.current_setting('crossfade.sync', true) IS NOT DISTINCT FROM 'off' THEN
    RETURN NULL;
  END IF;
  writes := nextval('crossfade.writes_old_fe14_public_steps');
  IF TG_OP = 'INSERT' THEN
    SELECT count(*), min(task_id::text) INTO many, one FROM new_rows;
    IF many = 1 THEN
      added := '4:' || one || ',';
    ELSE
      added := (SELECT string_agg(DISTINCT '4:' || k || ',', '') FROM (SELECT task_id::text AS k FROM
          new_rows) AS a);
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    added := (SELECT string_agg(DISTINCT '4:' || k || ',', '') FROM (SELECT task_id::text AS k FROM
        old_rows) AS a);
  ELSIF TG_OP = 'UPDATE' THEN
    added := (SELECT string_agg(DISTINCT '4:' || k || ',', '') FROM (SELECT k FROM ((SELECT
        x.task_id::text AS k, x::text FROM new_rows AS x EXCEPT SELECT x.task_id::text AS k, x::text
        FROM old_rows AS x) UNION ALL (SELECT x.task_id::text AS k, x::text FROM old_rows AS x EXCEPT
        SELECT x.task_id::text AS k, x::text FROM new_rows AS x)) AS b) AS a);
  ELSE
    PERFORM set_config('crossfade.sync', 'off', true);
    UPDATE public.steps AS t SET more = jsonb_set(coalesce(t.more, '{}'), ARRAY['tries'], '[]'::jsonb),
        tries = (SELECT count(*) FROM public.tries AS c WHERE false);
    PERFORM set_config('crossfade.sync', '', true);
    added := nullif(noted, '');
  END IF;
  IF added IS NOT NULL THEN
    added := set_config('crossfade.noted_fe14', noted || added, true);
    IF noted = '' THEN
      INSERT INTO crossfade.tick_fe14 DEFAULT VALUES RETURNING ctid INTO place;
      DELETE FROM crossfade.tick_fe14 WHERE ctid = place;
    END IF;
  END IF;
  RETURN NULL;
END
$crossfade$

-- work:
CREATE FUNCTION crossfade.note_fe14_public_receipts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $crossfade$
#variable_conflict use_column
<<own>>
DECLARE
  noted text := coalesce(current_setting('crossfade.noted_fe14', true), '');
  added text;
  many bigint;
  one text;
  place tid;
  writes bigint;
BEGIN
  IF pg_catalog.current_setting('crossfade.sync', true) IS NOT DISTINCT FROM 'off' THEN
    RETURN NULL;
  END IF;
  writes := nextval('crossfade.writes_old_fe14_public_steps');
  IF TG_OP = 'INSERT' THEN
    SELECT count(*), min(task_id::text) INTO many, one FROM new_rows;
    IF many = 1 THEN
      added := '5:' || one || ',';
    ELSE
      added := (SELECT string_agg(DISTINCT '5:' || k || ',', '') FROM (SELECT task_id::text AS k FROM
          new_rows) AS a);
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    added := (SELECT string_agg(DISTINCT '5:' || k || ',', '') FROM (SELECT task_id::text AS k FROM
        old_rows) AS a);
  ELSIF TG_OP = 'UPDATE' THEN
    added := (SELECT string_agg(DISTINCT '5:' || k || ',', '') FROM (SELECT k FROM ((SELECT
        x.task_id::text AS k, x::text FROM new_rows AS x EXCEPT SELECT x.task_id::text AS k, x::text
        FROM old_rows AS x) UNION ALL (SELECT x.task_id::text AS k, x::text FROM old_rows AS x EXCEPT
        SELECT x.task_id::text AS k, x::text FROM new_rows AS x)) AS b) AS a);
  ELSE
    PERFORM set_config('crossfade.sync', 'off', true);
    UPDATE public.steps AS t SET more = jsonb_set(coalesce(t.more, '{}'), ARRAY['receipt'],
        coalesce(NULL::jsonb, 'null'));
    PERFORM set_config('crossfade.sync', '', true);
    added := nullif(noted, '');
  END IF;
  IF added IS NOT NULL THEN
    added := set_config('crossfade.noted_fe14', noted || added, true);
    IF noted = '' THEN
      INSERT INTO crossfade.tick_fe14 DEFAULT VALUES RETURNING ctid INTO place;
      DELETE FROM crossfade.tick_fe14 WHERE ctid = place;
    END IF;
  END IF;
  RETURN NULL;
END
$crossfade$

-- work:
CREATE FUNCTION crossfade."shape_fe14_public_Runs"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET
    search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET intervalstyle =
    postgres SET bytea_output = hex SET extra_float_digits = 1 SET plan_cache_mode = force_generic_plan SET
    jit = off AS $crossfade$
#variable_conflict use_column
BEGIN
  IF pg_catalog.current_setting('crossfade.sync', true) IS NOT DISTINCT FROM 'off' THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.job IS DISTINCT FROM OLD.job
      OR TG_OP = 'INSERT' AND NEW.job IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = 'public.Runs.job can''t be written while
        evolution ledger is live',
      HINT = 'Leave it out: Crossfade gives it.';
  END IF;
  IF TG_OP = 'INSERT' THEN
    NEW.job := nextval(pg_get_serial_sequence('public.jobs', 'id'));
  END IF;
  IF NEW.status NOT IN ('pending', '100%') THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = 'public.Runs.status holds what the old
        version has no value for',
      HINT = 'Complete the evolution first.';
  END IF;
  IF TG_OP = 'INSERT' OR (NEW.labels)::text IS DISTINCT FROM (OLD.labels)::text THEN
    IF (CASE WHEN NEW.labels IS NULL THEN NULL WHEN jsonb_typeof(NEW.labels) <> 'object' THEN 'what is no
        object' END) IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = replace('public.Runs.labels holds
          %s', '%s', (CASE WHEN NEW.labels IS NULL THEN NULL WHEN jsonb_typeof(NEW.labels) <> 'object'
          THEN 'what is no object' END)),
        HINT = 'Complete the evolution first.';
    END IF;
    IF NEW.labels IS NOT NULL AND (TG_OP = 'INSERT' OR (NEW.labels)::text IS DISTINCT FROM
        (OLD.labels)::text) THEN
      NEW.labels := (SELECT coalesce(jsonb_object_agg((e.k::text)::text, to_jsonb(nullif(e.v, 'null'))),
          '{}') FROM jsonb_each(CASE jsonb_typeof(NEW.labels) WHEN 'object' THEN NEW.labels END) AS e(k,
          v));
    END IF;
  END IF;
  RETURN NEW;
END
$crossfade$

-- work:
CREATE FUNCTION crossfade."push_fe14_public_Runs"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET
    search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET intervalstyle =
    postgres SET bytea_output = hex SET extra_float_digits = 1 SET plan_cache_mode = force_generic_plan SET
    jit = off AS $crossfade$
#variable_conflict use_column
<<own>>
DECLARE
  sync text := current_setting('crossfade.sync', true);
  noted text := current_setting('crossfade.noted_fe14', true);
BEGIN
  IF pg_catalog.current_setting('crossfade.sync', true) IS NOT DISTINCT FROM 'off' THEN
    RETURN NULL;
  END IF;
  PERFORM nextval('crossfade."writes_new_fe14_public_Runs"');
  IF noted <> '' AND TG_OP IN ('UPDATE', 'DELETE') THEN
    IF EXISTS (SELECT FROM old_rows AS x WHERE strpos(',' || own.noted, ',0:' || x.job || ',') > 0 OR
        strpos(',' || own.noted, ',1:' || x.job || ',') > 0) THEN
      RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = 'this transaction
          has written the old side of a row of public.Runs, which shows it at commit',
        HINT = 'Commit first, or SET CONSTRAINTS ALL IMMEDIATE at the beginning.';
    END IF;
  END IF;
  PERFORM set_config('crossfade.sync', 'off', true);
  IF TG_OP = 'INSERT' THEN
    INSERT INTO public.jobs (id, status, took) OVERRIDING SYSTEM VALUE SELECT n.job, CASE WHEN n.status =
        'pending' THEN 'new' WHEN n.status = '100%' THEN 'it''s' END, n."took" FROM new_rows AS n ORDER BY
        n.job;
    INSERT INTO public.labels (job_id, name, value) OVERRIDING SYSTEM VALUE SELECT n.job, e.k::text,
        nullif(e.v, 'null') FROM new_rows AS n CROSS JOIN LATERAL jsonb_each(CASE jsonb_typeof(n.labels)
        WHEN 'object' THEN n.labels END) AS e(k, v);
    UPDATE public."Runs" AS t SET status = f.status, took = f.took FROM (SELECT s.id AS legacy_key, (CASE
        WHEN s.status = 'new' THEN 'pending' WHEN s.status = 'it''s' THEN '100%' END)::text AS status,
        (s."took")::numeric(10,3) AS took FROM public.jobs AS s WHERE s.id = ANY (ARRAY(SELECT job FROM
        new_rows))) AS f WHERE t.job = f.legacy_key AND (t.status IS DISTINCT FROM f.status OR
        (t.took)::text IS DISTINCT FROM (f.took)::text);
  ELSIF TG_OP = 'UPDATE' THEN
    UPDATE public.jobs AS s SET status = CASE WHEN n.status IS DISTINCT FROM o.status THEN CASE WHEN
        n.status = 'pending' THEN 'new' WHEN n.status = '100%' THEN 'it''s' END ELSE s.status END, took =
        CASE WHEN (n.took)::text IS DISTINCT FROM (o.took)::text THEN n."took" ELSE s.took END FROM
        (SELECT n.run_id AS n0, n.status AS n1, n.seconds AS n2, n.took AS n3, n.labels AS n4, n.outside
        AS n5, n.job AS n6, o.run_id AS o0, o.status AS o1, o.seconds AS o2, o.took AS o3, o.labels AS o4,
        o.outside AS o5, o.job AS o6 FROM new_rows AS n FULL JOIN old_rows AS o ON o.job = n.job WHERE
        num_nulls(n.job, o.job) = 0 OFFSET 0) AS pair CROSS JOIN LATERAL (SELECT pair.n0 AS run_id,
        pair.n1 AS status, pair.n2 AS seconds, pair.n3 AS took, pair.n4 AS labels, pair.n5 AS outside,
        pair.n6 AS job) AS n CROSS JOIN LATERAL (SELECT pair.o0 AS run_id, pair.o1 AS status, pair.o2 AS
        seconds, pair.o3 AS took, pair.o4 AS labels, pair.o5 AS outside, pair.o6 AS job) AS o WHERE s.id =
        n.job AND (n.status IS DISTINCT FROM o.status OR (n.took)::text IS DISTINCT FROM (o.took)::text);
    IF EXISTS (SELECT FROM (SELECT n.run_id AS n0, n.status AS n1, n.seconds AS n2, n.took AS n3, n.labels
        AS n4, n.outside AS n5, n.job AS n6, o.run_id AS o0, o.status AS o1, o.seconds AS o2, o.took AS
        o3, o.labels AS o4, o.outside AS o5, o.job AS o6 FROM new_rows AS n FULL JOIN old_rows AS o ON
        o.job = n.job WHERE num_nulls(n.job, o.job) = 0 OFFSET 0) AS pair CROSS JOIN LATERAL (SELECT
        pair.n0 AS run_id, pair.n1 AS status, pair.n2 AS seconds, pair.n3 AS took, pair.n4 AS labels,
        pair.n5 AS outside, pair.n6 AS job) AS n CROSS JOIN LATERAL (SELECT pair.o0 AS run_id, pair.o1 AS
        status, pair.o2 AS seconds, pair.o3 AS took, pair.o4 AS labels, pair.o5 AS outside, pair.o6 AS
        job) AS o WHERE (n.labels)::text IS DISTINCT FROM (o.labels)::text) THEN
      DELETE FROM public.labels AS c USING (SELECT n.*, (SELECT coalesce(array_agg(e.k::text) FILTER
          (WHERE e.k::text IS NOT NULL), '{}') FROM jsonb_each(CASE jsonb_typeof(n.labels) WHEN 'object'
          THEN n.labels END) AS e(k, v)) AS stay FROM (SELECT n.job, n.labels, o.labels AS before FROM
          (SELECT n.run_id AS n0, n.status AS n1, n.seconds AS n2, n.took AS n3, n.labels AS n4,
          n.outside AS n5, n.job AS n6, o.run_id AS o0, o.status AS o1, o.seconds AS o2, o.took AS o3,
          o.labels AS o4, o.outside AS o5, o.job AS o6 FROM new_rows AS n FULL JOIN old_rows AS o ON
          o.job = n.job WHERE num_nulls(n.job, o.job) = 0 OFFSET 0) AS pair CROSS JOIN LATERAL (SELECT
          pair.n0 AS run_id, pair.n1 AS status, pair.n2 AS seconds, pair.n3 AS took, pair.n4 AS labels,
          pair.n5 AS outside, pair.n6 AS job) AS n CROSS JOIN LATERAL (SELECT pair.o0 AS run_id, pair.o1
          AS status, pair.o2 AS seconds, pair.o3 AS took, pair.o4 AS labels, pair.o5 AS outside, pair.o6
          AS job) AS o WHERE (n.labels)::text IS DISTINCT FROM (o.labels)::text OFFSET 0) AS n OFFSET 0)
          AS n CROSS JOIN LATERAL jsonb_each(CASE jsonb_typeof(n.before) WHEN 'object' THEN n.before
          END) AS w(k, v) WHERE w.k::text = c.name AND c.job_id = n.job AND c.name <> ALL (n.stay);
      UPDATE public.labels AS c SET value = nullif(e.v, 'null') FROM (SELECT n.job, n.labels, o.labels
          AS before FROM (SELECT n.run_id AS n0, n.status AS n1, n.seconds AS n2, n.took AS n3, n.labels
          AS n4, n.outside AS n5, n.job AS n6, o.run_id AS o0, o.status AS o1, o.seconds AS o2, o.took
          AS o3, o.labels AS o4, o.outside AS o5, o.job AS o6 FROM new_rows AS n FULL JOIN old_rows AS o
          ON o.job = n.job WHERE num_nulls(n.job, o.job) = 0 OFFSET 0) AS pair CROSS JOIN LATERAL
          (SELECT pair.n0 AS run_id, pair.n1 AS status, pair.n2 AS seconds, pair.n3 AS took, pair.n4 AS
          labels, pair.n5 AS outside, pair.n6 AS job) AS n CROSS JOIN LATERAL (SELECT pair.o0 AS run_id,
          pair.o1 AS status, pair.o2 AS seconds, pair.o3 AS took, pair.o4 AS labels, pair.o5 AS outside,
          pair.o6 AS job) AS o WHERE (n.labels)::text IS DISTINCT FROM (o.labels)::text OFFSET 0) AS n
          CROSS JOIN LATERAL jsonb_each(CASE jsonb_typeof(n.labels) WHEN 'object' THEN n.labels END) AS
          e(k, v) LEFT JOIN LATERAL jsonb_each(CASE jsonb_typeof(n.before) WHEN 'object' THEN n.before
          END) AS w(k, v) ON w.k = e.k AND w.v::text = e.v::text WHERE w.v IS NULL AND c.name =
          e.k::text AND c.job_id = n.job AND c.job_id = n.job AND ((c.value)::text IS DISTINCT FROM
          (nullif(e.v, 'null'))::text);
      INSERT INTO public.labels AS c (job_id, name, value) OVERRIDING SYSTEM VALUE SELECT n.job,
          e.k::text, nullif(e.v, 'null') FROM (SELECT n.job, n.labels, o.labels AS before FROM (SELECT
          n.run_id AS n0, n.status AS n1, n.seconds AS n2, n.took AS n3, n.labels AS n4, n.outside AS
          n5, n.job AS n6, o.run_id AS o0, o.status AS o1, o.seconds AS o2, o.took AS o3, o.labels AS
          o4, o.outside AS o5, o.job AS o6 FROM new_rows AS n FULL JOIN old_rows AS o ON o.job = n.job
          WHERE num_nulls(n.job, o.job) = 0 OFFSET 0) AS pair CROSS JOIN LATERAL (SELECT pair.n0 AS
          run_id, pair.n1 AS status, pair.n2 AS seconds, pair.n3 AS took, pair.n4 AS labels, pair.n5 AS
          outside, pair.n6 AS job) AS n CROSS JOIN LATERAL (SELECT pair.o0 AS run_id, pair.o1 AS status,
          pair.o2 AS seconds, pair.o3 AS took, pair.o4 AS labels, pair.o5 AS outside, pair.o6 AS job) AS
          o WHERE (n.labels)::text IS DISTINCT FROM (o.labels)::text OFFSET 0) AS n CROSS JOIN LATERAL
          jsonb_each(CASE jsonb_typeof(n.labels) WHEN 'object' THEN n.labels END) AS e(k, v) LEFT JOIN
          LATERAL jsonb_each(CASE jsonb_typeof(n.before) WHEN 'object' THEN n.before END) AS w(k, v) ON
          w.k = e.k AND w.v::text = e.v::text WHERE w.v IS NULL AND NOT EXISTS (SELECT FROM
          public.labels AS c WHERE c.name = e.k::text AND c.job_id = n.job) ORDER BY n.job, e.k::text ON
          CONFLICT (job_id, name) DO UPDATE SET value = excluded.value;
    END IF;
    UPDATE public."Runs" AS t SET status = f.status, took = f.took FROM (SELECT s.id AS legacy_key, (CASE
        WHEN s.status = 'new' THEN 'pending' WHEN s.status = 'it''s' THEN '100%' END)::text AS status,
        (s."took")::numeric(10,3) AS took FROM public.jobs AS s WHERE s.id = ANY (ARRAY(SELECT n.job FROM
        new_rows AS n))) AS f WHERE t.job = f.legacy_key AND (t.status IS DISTINCT FROM f.status OR
        (t.took)::text IS DISTINCT FROM (f.took)::text);
  ELSIF TG_OP = 'DELETE' THEN
    DELETE FROM crossfade.reordered_fe14 AS o WHERE o.target = 'public.Runs' AND o.key IN (SELECT
        job::text FROM old_rows);
    DELETE FROM public.lines WHERE task_id IN (SELECT id FROM public.tasks WHERE job_id IN (SELECT job
        FROM old_rows));
    DELETE FROM public.tries WHERE task_id IN (SELECT id FROM public.tasks WHERE job_id IN (SELECT job
        FROM old_rows));
    DELETE FROM public.receipts WHERE task_id IN (SELECT id FROM public.tasks WHERE job_id IN (SELECT job
        FROM old_rows));
    DELETE FROM public.tasks WHERE id IN (SELECT id FROM public.tasks WHERE job_id IN (SELECT job FROM
        old_rows));
    DELETE FROM public.labels WHERE job_id IN (SELECT job FROM old_rows);
    DELETE FROM public.jobs WHERE id IN (SELECT job FROM old_rows);
  ELSE
    DELETE FROM crossfade.reordered_fe14 AS o WHERE o.target = 'public.Runs';
    DELETE FROM public.lines WHERE task_id IN (SELECT id FROM public.tasks);
    DELETE FROM public.tries WHERE task_id IN (SELECT id FROM public.tasks);
    DELETE FROM public.receipts WHERE task_id IN (SELECT id FROM public.tasks);
    DELETE FROM public.tasks WHERE id IN (SELECT id FROM public.tasks);
    DELETE FROM public.labels;
    DELETE FROM public.jobs;
  END IF;
  PERFORM set_config('crossfade.sync', coalesce(sync, ''), true);
  RETURN NULL;
END
$crossfade$

-- work:
CREATE FUNCTION crossfade.shape_fe14_public_steps() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET
    intervalstyle = postgres SET bytea_output = hex SET extra_float_digits = 1 SET plan_cache_mode =
    force_generic_plan SET jit = off AS $crossfade$
#variable_conflict use_column
BEGIN
  IF pg_catalog.current_setting('crossfade.sync', true) IS NOT DISTINCT FROM 'off' THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.task IS DISTINCT FROM OLD.task
      OR TG_OP = 'INSERT' AND NEW.task IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = 'public.steps.task can''t be written
        while evolution ledger is live',
      HINT = 'Leave it out: Crossfade gives it.';
  END IF;
  IF TG_OP = 'INSERT' THEN
    NEW.task := nextval('public.task_keys'::regclass);
  END IF;
  IF TG_OP = 'INSERT' OR (NEW.lines)::text IS DISTINCT FROM (OLD.lines)::text THEN
    IF (CASE WHEN NEW.lines IS NULL THEN NULL WHEN jsonb_typeof(NEW.lines) <> 'array' THEN 'what is no
        array' ELSE coalesce((SELECT coalesce('the field ' || k || ', for which lines has no column',
        'what is no object') FROM jsonb_array_elements(NEW.lines) AS e(v) LEFT JOIN LATERAL
        jsonb_object_keys(CASE jsonb_typeof(e.v) WHEN 'object' THEN e.v END) AS k ON true WHERE
        jsonb_typeof(e.v) <> 'object' OR k NOT IN ('id', 'at', 'what') LIMIT 1), (SELECT 'two elements
        with the ' || 'id' || ' ' || (e.v ->> 'id') FROM jsonb_array_elements(NEW.lines) AS e(v) WHERE
        e.v ->> 'id' IS NOT NULL GROUP BY e.v ->> 'id' HAVING count(*) > 1 LIMIT 1)) END) IS NOT NULL
        THEN
      RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = replace('public.steps.lines holds
          %s', '%s', (CASE WHEN NEW.lines IS NULL THEN NULL WHEN jsonb_typeof(NEW.lines) <> 'array' THEN
          'what is no array' ELSE coalesce((SELECT coalesce('the field ' || k || ', for which lines has
          no column', 'what is no object') FROM jsonb_array_elements(NEW.lines) AS e(v) LEFT JOIN
          LATERAL jsonb_object_keys(CASE jsonb_typeof(e.v) WHEN 'object' THEN e.v END) AS k ON true
          WHERE jsonb_typeof(e.v) <> 'object' OR k NOT IN ('id', 'at', 'what') LIMIT 1), (SELECT 'two
          elements with the ' || 'id' || ' ' || (e.v ->> 'id') FROM jsonb_array_elements(NEW.lines) AS
          e(v) WHERE e.v ->> 'id' IS NOT NULL GROUP BY e.v ->> 'id' HAVING count(*) > 1 LIMIT 1)) END)),
        HINT = 'Complete the evolution first.';
    END IF;
    IF NEW.lines IS NOT NULL AND (TG_OP = 'INSERT' OR (NEW.lines)::text IS DISTINCT FROM
        (OLD.lines)::text) THEN
      NEW.lines := (SELECT coalesce(jsonb_agg(CASE WHEN c.what IS NULL THEN jsonb_build_object('id',
          c.id, 'at', c.at) ELSE jsonb_build_object('id', c.id, 'at', c.at, 'what', c.what) END ORDER BY
          c.place), '[]') FROM (SELECT e.n AS place, coalesce(r.id,
          nextval(pg_get_serial_sequence('public.lines', 'id'))) AS id, CASE WHEN e.v ? 'at' THEN r.at
          ELSE now() END AS at, (e.v -> 'what') AS what FROM jsonb_array_elements(CASE
          jsonb_typeof(NEW.lines) WHEN 'array' THEN NEW.lines END) WITH ORDINALITY AS e(v, n) CROSS JOIN
          LATERAL jsonb_to_record(e.v) AS r(id bigint, at timestamp with time zone)) AS c);
    END IF;
  END IF;
  IF TG_OP = 'INSERT' OR (NEW.more)::text IS DISTINCT FROM (OLD.more)::text THEN
    IF (CASE WHEN jsonb_typeof(NEW.more) <> 'object' THEN 'what is no object' WHEN (NEW.more -> 'tries')
        IS NULL THEN NULL WHEN jsonb_typeof((NEW.more -> 'tries')) <> 'array' THEN 'what is no array'
        ELSE coalesce((SELECT coalesce('the field ' || k || ', for which tries has no column', 'what is
        no object') FROM jsonb_array_elements((NEW.more -> 'tries')) AS e(v) LEFT JOIN LATERAL
        jsonb_object_keys(CASE jsonb_typeof(e.v) WHEN 'object' THEN e.v END) AS k ON true WHERE
        jsonb_typeof(e.v) <> 'object' OR k NOT IN ('id', 'why') LIMIT 1), (SELECT 'two elements with the
        ' || 'id' || ' ' || (e.v ->> 'id') FROM jsonb_array_elements((NEW.more -> 'tries')) AS e(v)
        WHERE e.v ->> 'id' IS NOT NULL GROUP BY e.v ->> 'id' HAVING count(*) > 1 LIMIT 1)) END) IS NOT
        NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = replace('public.steps.more.tries
          holds %s', '%s', (CASE WHEN jsonb_typeof(NEW.more) <> 'object' THEN 'what is no object' WHEN
          (NEW.more -> 'tries') IS NULL THEN NULL WHEN jsonb_typeof((NEW.more -> 'tries')) <> 'array'
          THEN 'what is no array' ELSE coalesce((SELECT coalesce('the field ' || k || ', for which tries
          has no column', 'what is no object') FROM jsonb_array_elements((NEW.more -> 'tries')) AS e(v)
          LEFT JOIN LATERAL jsonb_object_keys(CASE jsonb_typeof(e.v) WHEN 'object' THEN e.v END) AS k ON
          true WHERE jsonb_typeof(e.v) <> 'object' OR k NOT IN ('id', 'why') LIMIT 1), (SELECT 'two
          elements with the ' || 'id' || ' ' || (e.v ->> 'id') FROM jsonb_array_elements((NEW.more ->
          'tries')) AS e(v) WHERE e.v ->> 'id' IS NOT NULL GROUP BY e.v ->> 'id' HAVING count(*) > 1
          LIMIT 1)) END)),
        HINT = 'Complete the evolution first.';
    END IF;
    IF (NEW.more -> 'tries') IS NOT NULL AND (TG_OP = 'INSERT' OR ((NEW.more -> 'tries'))::text IS
        DISTINCT FROM ((OLD.more -> 'tries'))::text) THEN
      NEW.more := jsonb_set(coalesce(NEW.more, '{}'), ARRAY['tries'], (SELECT
          coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'why', c.why) ORDER BY c.place), '[]') FROM
          (SELECT e.n AS place, coalesce(r.id, nextval(pg_get_serial_sequence('public.tries', 'id'))) AS
          id, r.why AS why FROM jsonb_array_elements(CASE jsonb_typeof((NEW.more -> 'tries')) WHEN
          'array' THEN (NEW.more -> 'tries') END) WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL
          jsonb_to_record(e.v) AS r(id bigint, why text)) AS c));
    END IF;
  END IF;
  IF TG_OP = 'INSERT' OR (NEW.more)::text IS DISTINCT FROM (OLD.more)::text THEN
    IF (CASE WHEN jsonb_typeof(NEW.more) <> 'object' THEN 'what is no object' WHEN (NEW.more ->
        'receipt') IS NULL OR jsonb_typeof((NEW.more -> 'receipt')) = 'null' THEN NULL WHEN
        jsonb_typeof((NEW.more -> 'receipt')) <> 'object' THEN 'what is no object' ELSE coalesce((SELECT
        coalesce('the field ' || k || ', for which receipts has no column', 'what is no object') FROM
        (SELECT (NEW.more -> 'receipt')) AS e(v) LEFT JOIN LATERAL jsonb_object_keys(CASE
        jsonb_typeof(e.v) WHEN 'object' THEN e.v END) AS k ON true WHERE jsonb_typeof(e.v) <> 'object'
        OR k NOT IN ('id', 'paid') LIMIT 1), (SELECT 'two elements with the ' || 'id' || ' ' || (e.v ->>
        'id') FROM (SELECT (NEW.more -> 'receipt')) AS e(v) WHERE e.v ->> 'id' IS NOT NULL GROUP BY e.v
        ->> 'id' HAVING count(*) > 1 LIMIT 1)) END) IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = replace('public.steps.more.receipt
          holds %s', '%s', (CASE WHEN jsonb_typeof(NEW.more) <> 'object' THEN 'what is no object' WHEN
          (NEW.more -> 'receipt') IS NULL OR jsonb_typeof((NEW.more -> 'receipt')) = 'null' THEN NULL
          WHEN jsonb_typeof((NEW.more -> 'receipt')) <> 'object' THEN 'what is no object' ELSE
          coalesce((SELECT coalesce('the field ' || k || ', for which receipts has no column', 'what is
          no object') FROM (SELECT (NEW.more -> 'receipt')) AS e(v) LEFT JOIN LATERAL
          jsonb_object_keys(CASE jsonb_typeof(e.v) WHEN 'object' THEN e.v END) AS k ON true WHERE
          jsonb_typeof(e.v) <> 'object' OR k NOT IN ('id', 'paid') LIMIT 1), (SELECT 'two elements with
          the ' || 'id' || ' ' || (e.v ->> 'id') FROM (SELECT (NEW.more -> 'receipt')) AS e(v) WHERE e.v
          ->> 'id' IS NOT NULL GROUP BY e.v ->> 'id' HAVING count(*) > 1 LIMIT 1)) END)),
        HINT = 'Complete the evolution first.';
    END IF;
    IF (NEW.more -> 'receipt') IS NOT NULL AND (TG_OP = 'INSERT' OR ((NEW.more -> 'receipt'))::text IS
        DISTINCT FROM ((OLD.more -> 'receipt'))::text) THEN
      NEW.more := jsonb_set(coalesce(NEW.more, '{}'), ARRAY['receipt'], coalesce((SELECT
          jsonb_build_object('id', c.id, 'paid', c.paid) FROM (SELECT e.n AS place, coalesce(r.id,
          nextval(pg_get_serial_sequence('public.receipts', 'id'))) AS id, r.paid AS paid FROM
          jsonb_array_elements(CASE jsonb_typeof((NEW.more -> 'receipt')) WHEN 'object' THEN
          jsonb_build_array((NEW.more -> 'receipt')) END) WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL
          jsonb_to_record(e.v) AS r(id bigint, paid boolean)) AS c), 'null'));
    END IF;
  END IF;
  RETURN NEW;
END
$crossfade$

-- work:
CREATE FUNCTION crossfade.push_fe14_public_steps() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET
    search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET intervalstyle
    = postgres SET bytea_output = hex SET extra_float_digits = 1 SET plan_cache_mode =
    force_generic_plan SET jit = off AS $crossfade$
#variable_conflict use_column
<<own>>
DECLARE
  sync text := current_setting('crossfade.sync', true);
  noted text := current_setting('crossfade.noted_fe14', true);
BEGIN
  IF pg_catalog.current_setting('crossfade.sync', true) IS NOT DISTINCT FROM 'off' THEN
    RETURN NULL;
  END IF;
  PERFORM nextval('crossfade.writes_new_fe14_public_steps');
  IF noted <> '' AND TG_OP IN ('UPDATE', 'DELETE') THEN
    IF EXISTS (SELECT FROM old_rows AS x WHERE strpos(',' || own.noted, ',2:' || x.task || ',') > 0 OR
        strpos(',' || own.noted, ',3:' || x.task || ',') > 0 OR strpos(',' || own.noted, ',4:' || x.task
        || ',') > 0 OR strpos(',' || own.noted, ',5:' || x.task || ',') > 0) THEN
      RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = 'this transaction
          has written the old side of a row of public.steps, which shows it at commit',
        HINT = 'Commit first, or SET CONSTRAINTS ALL IMMEDIATE at the beginning.';
    END IF;
  END IF;
  PERFORM set_config('crossfade.sync', 'off', true);
  IF TG_OP = 'INSERT' THEN
    INSERT INTO public.tasks (id, job_id) OVERRIDING SYSTEM VALUE SELECT n.task, (SELECT r.job FROM
        public."Runs" AS r WHERE r.run_id = n.run_id) FROM new_rows AS n ORDER BY n.task;
    INSERT INTO public.lines (task_id, id, at, what) OVERRIDING SYSTEM VALUE SELECT n.task, r.id, r.at,
        (e.v -> 'what') FROM new_rows AS n CROSS JOIN LATERAL jsonb_array_elements(CASE
        jsonb_typeof(n.lines) WHEN 'array' THEN n.lines END) WITH ORDINALITY AS e(v, n) CROSS JOIN
        LATERAL jsonb_to_record(e.v) AS r(id bigint, at timestamp with time zone);
    INSERT INTO crossfade.reordered_fe14 (target, slot, key) SELECT 'public.steps', 'lines',
        n.task::text FROM new_rows AS n WHERE true AND EXISTS (SELECT FROM (SELECT e.n AS stands,
        row_number() OVER (ORDER BY r.at, r.id) AS belongs FROM jsonb_array_elements(CASE
        jsonb_typeof(n.lines) WHEN 'array' THEN n.lines END) WITH ORDINALITY AS e(v, n) CROSS JOIN
        LATERAL jsonb_to_record(e.v) AS r(id bigint, at timestamp with time zone)) AS o WHERE o.stands
        <> o.belongs) ON CONFLICT DO NOTHING;
    INSERT INTO public.tries (task_id, id, why) OVERRIDING SYSTEM VALUE SELECT n.task, r.id, r.why FROM
        new_rows AS n CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof((n.more -> 'tries'))
        WHEN 'array' THEN (n.more -> 'tries') END) WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL
        jsonb_to_record(e.v) AS r(id bigint, why text);
    INSERT INTO crossfade.reordered_fe14 (target, slot, key) SELECT 'public.steps', 'more.tries',
        n.task::text FROM new_rows AS n WHERE true AND EXISTS (SELECT FROM (SELECT e.n AS stands,
        row_number() OVER (ORDER BY r.id) AS belongs FROM jsonb_array_elements(CASE jsonb_typeof((n.more
        -> 'tries')) WHEN 'array' THEN (n.more -> 'tries') END) WITH ORDINALITY AS e(v, n) CROSS JOIN
        LATERAL jsonb_to_record(e.v) AS r(id bigint, why text)) AS o WHERE o.stands <> o.belongs) ON
        CONFLICT DO NOTHING;
    INSERT INTO public.receipts (task_id, id, paid) OVERRIDING SYSTEM VALUE SELECT n.task, r.id, r.paid
        FROM new_rows AS n CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof((n.more ->
        'receipt')) WHEN 'object' THEN jsonb_build_array((n.more -> 'receipt')) END) WITH ORDINALITY AS
        e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id bigint, paid boolean);
    UPDATE public.steps AS t SET lines = (SELECT coalesce(jsonb_agg(CASE WHEN c.what IS NULL THEN
        jsonb_build_object('id', c.id, 'at', c.at) ELSE jsonb_build_object('id', c.id, 'at', c.at,
        'what', c.what) END ORDER BY p.n, c.at, c.id), '[]') FROM public.lines AS c LEFT JOIN
        jsonb_array_elements(t.lines) WITH ORDINALITY AS p(v, n) ON (p.v ->> 'id')::bigint = c.id WHERE
        c.task_id = t.task) WHERE t.task = ANY (ARRAY(SELECT task FROM new_rows)) AND (t.lines)::text IS
        DISTINCT FROM ((SELECT coalesce(jsonb_agg(CASE WHEN c.what IS NULL THEN jsonb_build_object('id',
        c.id, 'at', c.at) ELSE jsonb_build_object('id', c.id, 'at', c.at, 'what', c.what) END ORDER BY
        p.n, c.at, c.id), '[]') FROM public.lines AS c LEFT JOIN jsonb_array_elements(t.lines) WITH
        ORDINALITY AS p(v, n) ON (p.v ->> 'id')::bigint = c.id WHERE c.task_id = t.task))::text;
  ELSIF TG_OP = 'UPDATE' THEN
    UPDATE public.tasks AS s SET job_id = CASE WHEN n.run_id IS DISTINCT FROM o.run_id THEN (SELECT
        r.job FROM public."Runs" AS r WHERE r.run_id = n.run_id) ELSE s.job_id END FROM (SELECT
        n.step_id AS n0, n.run_id AS n1, n.lines AS n2, n.more AS n3, n.tries AS n4, n.task AS n5,
        o.step_id AS o0, o.run_id AS o1, o.lines AS o2, o.more AS o3, o.tries AS o4, o.task AS o5 FROM
        new_rows AS n FULL JOIN old_rows AS o ON o.task = n.task WHERE num_nulls(n.task, o.task) = 0
        OFFSET 0) AS pair CROSS JOIN LATERAL (SELECT pair.n0 AS step_id, pair.n1 AS run_id, pair.n2 AS
        lines, pair.n3 AS more, pair.n4 AS tries, pair.n5 AS task) AS n CROSS JOIN LATERAL (SELECT
        pair.o0 AS step_id, pair.o1 AS run_id, pair.o2 AS lines, pair.o3 AS more, pair.o4 AS tries,
        pair.o5 AS task) AS o WHERE s.id = n.task AND (n.run_id IS DISTINCT FROM o.run_id);
    IF EXISTS (SELECT FROM (SELECT n.step_id AS n0, n.run_id AS n1, n.lines AS n2, n.more AS n3, n.tries
        AS n4, n.task AS n5, o.step_id AS o0, o.run_id AS o1, o.lines AS o2, o.more AS o3, o.tries AS
        o4, o.task AS o5 FROM new_rows AS n FULL JOIN old_rows AS o ON o.task = n.task WHERE
        num_nulls(n.task, o.task) = 0 OFFSET 0) AS pair CROSS JOIN LATERAL (SELECT pair.n0 AS step_id,
        pair.n1 AS run_id, pair.n2 AS lines, pair.n3 AS more, pair.n4 AS tries, pair.n5 AS task) AS n
        CROSS JOIN LATERAL (SELECT pair.o0 AS step_id, pair.o1 AS run_id, pair.o2 AS lines, pair.o3 AS
        more, pair.o4 AS tries, pair.o5 AS task) AS o WHERE (n.lines)::text IS DISTINCT FROM
        (o.lines)::text) THEN
      DELETE FROM public.lines AS c USING (SELECT n.*, (SELECT coalesce(array_agg(r.id) FILTER (WHERE
          r.id IS NOT NULL), '{}') FROM jsonb_array_elements(CASE jsonb_typeof(n.lines) WHEN 'array'
          THEN n.lines END) WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id
          bigint, at timestamp with time zone)) AS stay FROM (SELECT n.task, n.lines, o.lines AS before
          FROM (SELECT n.step_id AS n0, n.run_id AS n1, n.lines AS n2, n.more AS n3, n.tries AS n4,
          n.task AS n5, o.step_id AS o0, o.run_id AS o1, o.lines AS o2, o.more AS o3, o.tries AS o4,
          o.task AS o5 FROM new_rows AS n FULL JOIN old_rows AS o ON o.task = n.task WHERE
          num_nulls(n.task, o.task) = 0 OFFSET 0) AS pair CROSS JOIN LATERAL (SELECT pair.n0 AS step_id,
          pair.n1 AS run_id, pair.n2 AS lines, pair.n3 AS more, pair.n4 AS tries, pair.n5 AS task) AS n
          CROSS JOIN LATERAL (SELECT pair.o0 AS step_id, pair.o1 AS run_id, pair.o2 AS lines, pair.o3 AS
          more, pair.o4 AS tries, pair.o5 AS task) AS o WHERE (n.lines)::text IS DISTINCT FROM
          (o.lines)::text OFFSET 0) AS n OFFSET 0) AS n CROSS JOIN LATERAL jsonb_array_elements(CASE
          jsonb_typeof(n.before) WHEN 'array' THEN n.before END) AS w(v) WHERE (w.v ->> 'id')::bigint =
          c.id AND c.task_id = n.task AND c.id <> ALL (n.stay);
      UPDATE public.lines AS c SET at = r.at, what = (e.v -> 'what') FROM (SELECT n.task, n.lines,
          o.lines AS before FROM (SELECT n.step_id AS n0, n.run_id AS n1, n.lines AS n2, n.more AS n3,
          n.tries AS n4, n.task AS n5, o.step_id AS o0, o.run_id AS o1, o.lines AS o2, o.more AS o3,
          o.tries AS o4, o.task AS o5 FROM new_rows AS n FULL JOIN old_rows AS o ON o.task = n.task
          WHERE num_nulls(n.task, o.task) = 0 OFFSET 0) AS pair CROSS JOIN LATERAL (SELECT pair.n0 AS
          step_id, pair.n1 AS run_id, pair.n2 AS lines, pair.n3 AS more, pair.n4 AS tries, pair.n5 AS
          task) AS n CROSS JOIN LATERAL (SELECT pair.o0 AS step_id, pair.o1 AS run_id, pair.o2 AS lines,
          pair.o3 AS more, pair.o4 AS tries, pair.o5 AS task) AS o WHERE (n.lines)::text IS DISTINCT
          FROM (o.lines)::text OFFSET 0) AS n CROSS JOIN LATERAL jsonb_array_elements(CASE
          jsonb_typeof(n.lines) WHEN 'array' THEN n.lines END) WITH ORDINALITY AS e(v, n) CROSS JOIN
          LATERAL jsonb_to_record(e.v) AS r(id bigint, at timestamp with time zone) LEFT JOIN LATERAL
          jsonb_array_elements(CASE jsonb_typeof(n.before) WHEN 'array' THEN n.before END) AS w(v) ON
          w.v::text = e.v::text WHERE w.v IS NULL AND c.id = r.id AND c.task_id = n.task AND (c.at IS
          DISTINCT FROM r.at OR (c.what)::text IS DISTINCT FROM ((e.v -> 'what'))::text);
      INSERT INTO public.lines AS c (task_id, id, at, what) OVERRIDING SYSTEM VALUE SELECT n.task, r.id,
          r.at, (e.v -> 'what') FROM (SELECT n.task, n.lines, o.lines AS before FROM (SELECT n.step_id
          AS n0, n.run_id AS n1, n.lines AS n2, n.more AS n3, n.tries AS n4, n.task AS n5, o.step_id AS
          o0, o.run_id AS o1, o.lines AS o2, o.more AS o3, o.tries AS o4, o.task AS o5 FROM new_rows AS
          n FULL JOIN old_rows AS o ON o.task = n.task WHERE num_nulls(n.task, o.task) = 0 OFFSET 0) AS
          pair CROSS JOIN LATERAL (SELECT pair.n0 AS step_id, pair.n1 AS run_id, pair.n2 AS lines,
          pair.n3 AS more, pair.n4 AS tries, pair.n5 AS task) AS n CROSS JOIN LATERAL (SELECT pair.o0 AS
          step_id, pair.o1 AS run_id, pair.o2 AS lines, pair.o3 AS more, pair.o4 AS tries, pair.o5 AS
          task) AS o WHERE (n.lines)::text IS DISTINCT FROM (o.lines)::text OFFSET 0) AS n CROSS JOIN
          LATERAL jsonb_array_elements(CASE jsonb_typeof(n.lines) WHEN 'array' THEN n.lines END) WITH
          ORDINALITY AS e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id bigint, at timestamp
          with time zone) LEFT JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(n.before) WHEN
          'array' THEN n.before END) AS w(v) ON w.v::text = e.v::text WHERE w.v IS NULL AND NOT EXISTS
          (SELECT FROM public.lines AS c WHERE c.id = r.id) ORDER BY n.task, r.id ON CONFLICT (id) DO
          NOTHING;
      IF EXISTS (SELECT FROM (SELECT n.task, n.lines, o.lines AS before FROM (SELECT n.step_id AS n0,
          n.run_id AS n1, n.lines AS n2, n.more AS n3, n.tries AS n4, n.task AS n5, o.step_id AS o0,
          o.run_id AS o1, o.lines AS o2, o.more AS o3, o.tries AS o4, o.task AS o5 FROM new_rows AS n
          FULL JOIN old_rows AS o ON o.task = n.task WHERE num_nulls(n.task, o.task) = 0 OFFSET 0) AS
          pair CROSS JOIN LATERAL (SELECT pair.n0 AS step_id, pair.n1 AS run_id, pair.n2 AS lines,
          pair.n3 AS more, pair.n4 AS tries, pair.n5 AS task) AS n CROSS JOIN LATERAL (SELECT pair.o0 AS
          step_id, pair.o1 AS run_id, pair.o2 AS lines, pair.o3 AS more, pair.o4 AS tries, pair.o5 AS
          task) AS o WHERE (n.lines)::text IS DISTINCT FROM (o.lines)::text OFFSET 0) AS n CROSS JOIN
          LATERAL jsonb_array_elements(CASE jsonb_typeof(n.lines) WHEN 'array' THEN n.lines END) WITH
          ORDINALITY AS e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id bigint, at timestamp
          with time zone) LEFT JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(n.before) WHEN
          'array' THEN n.before END) AS w(v) ON w.v::text = e.v::text JOIN public.lines AS c ON c.id =
          r.id WHERE w.v IS NULL AND c.task_id <> n.task) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = 'an element of public.steps.lines has
        the id of another row''s element',
      HINT = 'Take it out there first, or leave id out.';
    END IF;
      DELETE FROM crossfade.reordered_fe14 AS o WHERE (o.target, o.slot) = ('public.steps', 'lines') AND
          o.key = ANY (ARRAY(SELECT n.task::text FROM (SELECT n.task, n.lines, o.lines AS before FROM
          (SELECT n.step_id AS n0, n.run_id AS n1, n.lines AS n2, n.more AS n3, n.tries AS n4, n.task AS
          n5, o.step_id AS o0, o.run_id AS o1, o.lines AS o2, o.more AS o3, o.tries AS o4, o.task AS o5
          FROM new_rows AS n FULL JOIN old_rows AS o ON o.task = n.task WHERE num_nulls(n.task, o.task)
          = 0 OFFSET 0) AS pair CROSS JOIN LATERAL (SELECT pair.n0 AS step_id, pair.n1 AS run_id,
          pair.n2 AS lines, pair.n3 AS more, pair.n4 AS tries, pair.n5 AS task) AS n CROSS JOIN LATERAL
          (SELECT pair.o0 AS step_id, pair.o1 AS run_id, pair.o2 AS lines, pair.o3 AS more, pair.o4 AS
          tries, pair.o5 AS task) AS o WHERE (n.lines)::text IS DISTINCT FROM (o.lines)::text OFFSET 0)
          AS n WHERE NOT EXISTS (SELECT FROM (SELECT e.n AS stands, row_number() OVER (ORDER BY r.at,
          r.id) AS belongs FROM jsonb_array_elements(CASE jsonb_typeof(n.lines) WHEN 'array' THEN
          n.lines END) WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id
          bigint, at timestamp with time zone)) AS o WHERE o.stands <> o.belongs)));
      INSERT INTO crossfade.reordered_fe14 (target, slot, key) SELECT 'public.steps', 'lines',
          n.task::text FROM (SELECT n.task, n.lines, o.lines AS before FROM (SELECT n.step_id AS n0,
          n.run_id AS n1, n.lines AS n2, n.more AS n3, n.tries AS n4, n.task AS n5, o.step_id AS o0,
          o.run_id AS o1, o.lines AS o2, o.more AS o3, o.tries AS o4, o.task AS o5 FROM new_rows AS n
          FULL JOIN old_rows AS o ON o.task = n.task WHERE num_nulls(n.task, o.task) = 0 OFFSET 0) AS
          pair CROSS JOIN LATERAL (SELECT pair.n0 AS step_id, pair.n1 AS run_id, pair.n2 AS lines,
          pair.n3 AS more, pair.n4 AS tries, pair.n5 AS task) AS n CROSS JOIN LATERAL (SELECT pair.o0 AS
          step_id, pair.o1 AS run_id, pair.o2 AS lines, pair.o3 AS more, pair.o4 AS tries, pair.o5 AS
          task) AS o WHERE (n.lines)::text IS DISTINCT FROM (o.lines)::text OFFSET 0) AS n WHERE true
          AND EXISTS (SELECT FROM (SELECT e.n AS stands, row_number() OVER (ORDER BY r.at, r.id) AS
          belongs FROM jsonb_array_elements(CASE jsonb_typeof(n.lines) WHEN 'array' THEN n.lines END)
          WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id bigint, at
          timestamp with time zone)) AS o WHERE o.stands <> o.belongs) ON CONFLICT DO NOTHING;
    END IF;
    IF EXISTS (SELECT FROM (SELECT n.step_id AS n0, n.run_id AS n1, n.lines AS n2, n.more AS n3, n.tries
        AS n4, n.task AS n5, o.step_id AS o0, o.run_id AS o1, o.lines AS o2, o.more AS o3, o.tries AS
        o4, o.task AS o5 FROM new_rows AS n FULL JOIN old_rows AS o ON o.task = n.task WHERE
        num_nulls(n.task, o.task) = 0 OFFSET 0) AS pair CROSS JOIN LATERAL (SELECT pair.n0 AS step_id,
        pair.n1 AS run_id, pair.n2 AS lines, pair.n3 AS more, pair.n4 AS tries, pair.n5 AS task) AS n
        CROSS JOIN LATERAL (SELECT pair.o0 AS step_id, pair.o1 AS run_id, pair.o2 AS lines, pair.o3 AS
        more, pair.o4 AS tries, pair.o5 AS task) AS o WHERE ((n.more -> 'tries'))::text IS DISTINCT FROM
        ((o.more -> 'tries'))::text) THEN
      DELETE FROM public.tries AS c USING (SELECT n.*, (SELECT coalesce(array_agg(r.id) FILTER (WHERE
          r.id IS NOT NULL), '{}') FROM jsonb_array_elements(CASE jsonb_typeof((n.more -> 'tries')) WHEN
          'array' THEN (n.more -> 'tries') END) WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL
          jsonb_to_record(e.v) AS r(id bigint, why text)) AS stay FROM (SELECT n.task, n.more, (o.more
          -> 'tries') AS before FROM (SELECT n.step_id AS n0, n.run_id AS n1, n.lines AS n2, n.more AS
          n3, n.tries AS n4, n.task AS n5, o.step_id AS o0, o.run_id AS o1, o.lines AS o2, o.more AS o3,
          o.tries AS o4, o.task AS o5 FROM new_rows AS n FULL JOIN old_rows AS o ON o.task = n.task
          WHERE num_nulls(n.task, o.task) = 0 OFFSET 0) AS pair CROSS JOIN LATERAL (SELECT pair.n0 AS
          step_id, pair.n1 AS run_id, pair.n2 AS lines, pair.n3 AS more, pair.n4 AS tries, pair.n5 AS
          task) AS n CROSS JOIN LATERAL (SELECT pair.o0 AS step_id, pair.o1 AS run_id, pair.o2 AS lines,
          pair.o3 AS more, pair.o4 AS tries, pair.o5 AS task) AS o WHERE ((n.more -> 'tries'))::text IS
          DISTINCT FROM ((o.more -> 'tries'))::text OFFSET 0) AS n OFFSET 0) AS n CROSS JOIN LATERAL
          jsonb_array_elements(CASE jsonb_typeof(n.before) WHEN 'array' THEN n.before END) AS w(v) WHERE
          (w.v ->> 'id')::bigint = c.id AND c.task_id = n.task AND c.id <> ALL (n.stay);
      UPDATE public.tries AS c SET why = r.why FROM (SELECT n.task, n.more, (o.more -> 'tries') AS
          before FROM (SELECT n.step_id AS n0, n.run_id AS n1, n.lines AS n2, n.more AS n3, n.tries AS
          n4, n.task AS n5, o.step_id AS o0, o.run_id AS o1, o.lines AS o2, o.more AS o3, o.tries AS o4,
          o.task AS o5 FROM new_rows AS n FULL JOIN old_rows AS o ON o.task = n.task WHERE
          num_nulls(n.task, o.task) = 0 OFFSET 0) AS pair CROSS JOIN LATERAL (SELECT pair.n0 AS step_id,
          pair.n1 AS run_id, pair.n2 AS lines, pair.n3 AS more, pair.n4 AS tries, pair.n5 AS task) AS n
          CROSS JOIN LATERAL (SELECT pair.o0 AS step_id, pair.o1 AS run_id, pair.o2 AS lines, pair.o3 AS
          more, pair.o4 AS tries, pair.o5 AS task) AS o WHERE ((n.more -> 'tries'))::text IS DISTINCT
          FROM ((o.more -> 'tries'))::text OFFSET 0) AS n CROSS JOIN LATERAL jsonb_array_elements(CASE
          jsonb_typeof((n.more -> 'tries')) WHEN 'array' THEN (n.more -> 'tries') END) WITH ORDINALITY
          AS e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id bigint, why text) LEFT JOIN LATERAL
          jsonb_array_elements(CASE jsonb_typeof(n.before) WHEN 'array' THEN n.before END) AS w(v) ON
          w.v::text = e.v::text WHERE w.v IS NULL AND c.id = r.id AND c.task_id = n.task AND (c.why IS
          DISTINCT FROM r.why);
      INSERT INTO public.tries AS c (task_id, id, why) OVERRIDING SYSTEM VALUE SELECT n.task, r.id,
          r.why FROM (SELECT n.task, n.more, (o.more -> 'tries') AS before FROM (SELECT n.step_id AS n0,
          n.run_id AS n1, n.lines AS n2, n.more AS n3, n.tries AS n4, n.task AS n5, o.step_id AS o0,
          o.run_id AS o1, o.lines AS o2, o.more AS o3, o.tries AS o4, o.task AS o5 FROM new_rows AS n
          FULL JOIN old_rows AS o ON o.task = n.task WHERE num_nulls(n.task, o.task) = 0 OFFSET 0) AS
          pair CROSS JOIN LATERAL (SELECT pair.n0 AS step_id, pair.n1 AS run_id, pair.n2 AS lines,
          pair.n3 AS more, pair.n4 AS tries, pair.n5 AS task) AS n CROSS JOIN LATERAL (SELECT pair.o0 AS
          step_id, pair.o1 AS run_id, pair.o2 AS lines, pair.o3 AS more, pair.o4 AS tries, pair.o5 AS
          task) AS o WHERE ((n.more -> 'tries'))::text IS DISTINCT FROM ((o.more -> 'tries'))::text
          OFFSET 0) AS n CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof((n.more -> 'tries'))
          WHEN 'array' THEN (n.more -> 'tries') END) WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL
          jsonb_to_record(e.v) AS r(id bigint, why text) LEFT JOIN LATERAL jsonb_array_elements(CASE
          jsonb_typeof(n.before) WHEN 'array' THEN n.before END) AS w(v) ON w.v::text = e.v::text WHERE
          w.v IS NULL AND NOT EXISTS (SELECT FROM public.tries AS c WHERE c.id = r.id) ORDER BY n.task,
          r.id ON CONFLICT (id) DO NOTHING;
      IF EXISTS (SELECT FROM (SELECT n.task, n.more, (o.more -> 'tries') AS before FROM (SELECT
          n.step_id AS n0, n.run_id AS n1, n.lines AS n2, n.more AS n3, n.tries AS n4, n.task AS n5,
          o.step_id AS o0, o.run_id AS o1, o.lines AS o2, o.more AS o3, o.tries AS o4, o.task AS o5 FROM
          new_rows AS n FULL JOIN old_rows AS o ON o.task = n.task WHERE num_nulls(n.task, o.task) = 0
          OFFSET 0) AS pair CROSS JOIN LATERAL (SELECT pair.n0 AS step_id, pair.n1 AS run_id, pair.n2 AS
          lines, pair.n3 AS more, pair.n4 AS tries, pair.n5 AS task) AS n CROSS JOIN LATERAL (SELECT
          pair.o0 AS step_id, pair.o1 AS run_id, pair.o2 AS lines, pair.o3 AS more, pair.o4 AS tries,
          pair.o5 AS task) AS o WHERE ((n.more -> 'tries'))::text IS DISTINCT FROM ((o.more ->
          'tries'))::text OFFSET 0) AS n CROSS JOIN LATERAL jsonb_array_elements(CASE
          jsonb_typeof((n.more -> 'tries')) WHEN 'array' THEN (n.more -> 'tries') END) WITH ORDINALITY
          AS e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id bigint, why text) LEFT JOIN LATERAL
          jsonb_array_elements(CASE jsonb_typeof(n.before) WHEN 'array' THEN n.before END) AS w(v) ON
          w.v::text = e.v::text JOIN public.tries AS c ON c.id = r.id WHERE w.v IS NULL AND c.task_id <>
          n.task) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = 'an element of public.steps.more.tries
        has the id of another row''s element',
      HINT = 'Take it out there first, or leave id out.';
    END IF;
      DELETE FROM crossfade.reordered_fe14 AS o WHERE (o.target, o.slot) = ('public.steps',
          'more.tries') AND o.key = ANY (ARRAY(SELECT n.task::text FROM (SELECT n.task, n.more, (o.more
          -> 'tries') AS before FROM (SELECT n.step_id AS n0, n.run_id AS n1, n.lines AS n2, n.more AS
          n3, n.tries AS n4, n.task AS n5, o.step_id AS o0, o.run_id AS o1, o.lines AS o2, o.more AS o3,
          o.tries AS o4, o.task AS o5 FROM new_rows AS n FULL JOIN old_rows AS o ON o.task = n.task
          WHERE num_nulls(n.task, o.task) = 0 OFFSET 0) AS pair CROSS JOIN LATERAL (SELECT pair.n0 AS
          step_id, pair.n1 AS run_id, pair.n2 AS lines, pair.n3 AS more, pair.n4 AS tries, pair.n5 AS
          task) AS n CROSS JOIN LATERAL (SELECT pair.o0 AS step_id, pair.o1 AS run_id, pair.o2 AS lines,
          pair.o3 AS more, pair.o4 AS tries, pair.o5 AS task) AS o WHERE ((n.more -> 'tries'))::text IS
          DISTINCT FROM ((o.more -> 'tries'))::text OFFSET 0) AS n WHERE NOT EXISTS (SELECT FROM (SELECT
          e.n AS stands, row_number() OVER (ORDER BY r.id) AS belongs FROM jsonb_array_elements(CASE
          jsonb_typeof((n.more -> 'tries')) WHEN 'array' THEN (n.more -> 'tries') END) WITH ORDINALITY
          AS e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id bigint, why text)) AS o WHERE
          o.stands <> o.belongs)));
      INSERT INTO crossfade.reordered_fe14 (target, slot, key) SELECT 'public.steps', 'more.tries',
          n.task::text FROM (SELECT n.task, n.more, (o.more -> 'tries') AS before FROM (SELECT n.step_id
          AS n0, n.run_id AS n1, n.lines AS n2, n.more AS n3, n.tries AS n4, n.task AS n5, o.step_id AS
          o0, o.run_id AS o1, o.lines AS o2, o.more AS o3, o.tries AS o4, o.task AS o5 FROM new_rows AS
          n FULL JOIN old_rows AS o ON o.task = n.task WHERE num_nulls(n.task, o.task) = 0 OFFSET 0) AS
          pair CROSS JOIN LATERAL (SELECT pair.n0 AS step_id, pair.n1 AS run_id, pair.n2 AS lines,
          pair.n3 AS more, pair.n4 AS tries, pair.n5 AS task) AS n CROSS JOIN LATERAL (SELECT pair.o0 AS
          step_id, pair.o1 AS run_id, pair.o2 AS lines, pair.o3 AS more, pair.o4 AS tries, pair.o5 AS
          task) AS o WHERE ((n.more -> 'tries'))::text IS DISTINCT FROM ((o.more -> 'tries'))::text
          OFFSET 0) AS n WHERE true AND EXISTS (SELECT FROM (SELECT e.n AS stands, row_number() OVER
          (ORDER BY r.id) AS belongs FROM jsonb_array_elements(CASE jsonb_typeof((n.more -> 'tries'))
          WHEN 'array' THEN (n.more -> 'tries') END) WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL
          jsonb_to_record(e.v) AS r(id bigint, why text)) AS o WHERE o.stands <> o.belongs) ON CONFLICT
          DO NOTHING;
    END IF;
    IF EXISTS (SELECT FROM (SELECT n.step_id AS n0, n.run_id AS n1, n.lines AS n2, n.more AS n3, n.tries
        AS n4, n.task AS n5, o.step_id AS o0, o.run_id AS o1, o.lines AS o2, o.more AS o3, o.tries AS
        o4, o.task AS o5 FROM new_rows AS n FULL JOIN old_rows AS o ON o.task = n.task WHERE
        num_nulls(n.task, o.task) = 0 OFFSET 0) AS pair CROSS JOIN LATERAL (SELECT pair.n0 AS step_id,
        pair.n1 AS run_id, pair.n2 AS lines, pair.n3 AS more, pair.n4 AS tries, pair.n5 AS task) AS n
        CROSS JOIN LATERAL (SELECT pair.o0 AS step_id, pair.o1 AS run_id, pair.o2 AS lines, pair.o3 AS
        more, pair.o4 AS tries, pair.o5 AS task) AS o WHERE ((n.more -> 'receipt'))::text IS DISTINCT
        FROM ((o.more -> 'receipt'))::text) THEN
      DELETE FROM public.receipts AS c USING (SELECT n.*, (SELECT coalesce(array_agg(r.id) FILTER (WHERE
          r.id IS NOT NULL), '{}') FROM jsonb_array_elements(CASE jsonb_typeof((n.more -> 'receipt'))
          WHEN 'object' THEN jsonb_build_array((n.more -> 'receipt')) END) WITH ORDINALITY AS e(v, n)
          CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id bigint, paid boolean)) AS stay FROM (SELECT
          n.task, n.more, (o.more -> 'receipt') AS before FROM (SELECT n.step_id AS n0, n.run_id AS n1,
          n.lines AS n2, n.more AS n3, n.tries AS n4, n.task AS n5, o.step_id AS o0, o.run_id AS o1,
          o.lines AS o2, o.more AS o3, o.tries AS o4, o.task AS o5 FROM new_rows AS n FULL JOIN old_rows
          AS o ON o.task = n.task WHERE num_nulls(n.task, o.task) = 0 OFFSET 0) AS pair CROSS JOIN
          LATERAL (SELECT pair.n0 AS step_id, pair.n1 AS run_id, pair.n2 AS lines, pair.n3 AS more,
          pair.n4 AS tries, pair.n5 AS task) AS n CROSS JOIN LATERAL (SELECT pair.o0 AS step_id, pair.o1
          AS run_id, pair.o2 AS lines, pair.o3 AS more, pair.o4 AS tries, pair.o5 AS task) AS o WHERE
          ((n.more -> 'receipt'))::text IS DISTINCT FROM ((o.more -> 'receipt'))::text OFFSET 0) AS n
          OFFSET 0) AS n CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(n.before) WHEN
          'object' THEN jsonb_build_array(n.before) END) AS w(v) WHERE (w.v ->> 'id')::bigint = c.id AND
          c.task_id = n.task AND c.id <> ALL (n.stay);
      UPDATE public.receipts AS c SET paid = r.paid FROM (SELECT n.task, n.more, (o.more -> 'receipt')
          AS before FROM (SELECT n.step_id AS n0, n.run_id AS n1, n.lines AS n2, n.more AS n3, n.tries
          AS n4, n.task AS n5, o.step_id AS o0, o.run_id AS o1, o.lines AS o2, o.more AS o3, o.tries AS
          o4, o.task AS o5 FROM new_rows AS n FULL JOIN old_rows AS o ON o.task = n.task WHERE
          num_nulls(n.task, o.task) = 0 OFFSET 0) AS pair CROSS JOIN LATERAL (SELECT pair.n0 AS step_id,
          pair.n1 AS run_id, pair.n2 AS lines, pair.n3 AS more, pair.n4 AS tries, pair.n5 AS task) AS n
          CROSS JOIN LATERAL (SELECT pair.o0 AS step_id, pair.o1 AS run_id, pair.o2 AS lines, pair.o3 AS
          more, pair.o4 AS tries, pair.o5 AS task) AS o WHERE ((n.more -> 'receipt'))::text IS DISTINCT
          FROM ((o.more -> 'receipt'))::text OFFSET 0) AS n CROSS JOIN LATERAL jsonb_array_elements(CASE
          jsonb_typeof((n.more -> 'receipt')) WHEN 'object' THEN jsonb_build_array((n.more ->
          'receipt')) END) WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id
          bigint, paid boolean) LEFT JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(n.before) WHEN
          'object' THEN jsonb_build_array(n.before) END) AS w(v) ON w.v::text = e.v::text WHERE w.v IS
          NULL AND c.id = r.id AND c.task_id = n.task AND (c.paid IS DISTINCT FROM r.paid);
      INSERT INTO public.receipts AS c (task_id, id, paid) OVERRIDING SYSTEM VALUE SELECT n.task, r.id,
          r.paid FROM (SELECT n.task, n.more, (o.more -> 'receipt') AS before FROM (SELECT n.step_id AS
          n0, n.run_id AS n1, n.lines AS n2, n.more AS n3, n.tries AS n4, n.task AS n5, o.step_id AS o0,
          o.run_id AS o1, o.lines AS o2, o.more AS o3, o.tries AS o4, o.task AS o5 FROM new_rows AS n
          FULL JOIN old_rows AS o ON o.task = n.task WHERE num_nulls(n.task, o.task) = 0 OFFSET 0) AS
          pair CROSS JOIN LATERAL (SELECT pair.n0 AS step_id, pair.n1 AS run_id, pair.n2 AS lines,
          pair.n3 AS more, pair.n4 AS tries, pair.n5 AS task) AS n CROSS JOIN LATERAL (SELECT pair.o0 AS
          step_id, pair.o1 AS run_id, pair.o2 AS lines, pair.o3 AS more, pair.o4 AS tries, pair.o5 AS
          task) AS o WHERE ((n.more -> 'receipt'))::text IS DISTINCT FROM ((o.more -> 'receipt'))::text
          OFFSET 0) AS n CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof((n.more ->
          'receipt')) WHEN 'object' THEN jsonb_build_array((n.more -> 'receipt')) END) WITH ORDINALITY
          AS e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id bigint, paid boolean) LEFT JOIN
          LATERAL jsonb_array_elements(CASE jsonb_typeof(n.before) WHEN 'object' THEN
          jsonb_build_array(n.before) END) AS w(v) ON w.v::text = e.v::text WHERE w.v IS NULL AND NOT
          EXISTS (SELECT FROM public.receipts AS c WHERE c.id = r.id) ORDER BY n.task, r.id ON CONFLICT
          (id) DO NOTHING;
      IF EXISTS (SELECT FROM (SELECT n.task, n.more, (o.more -> 'receipt') AS before FROM (SELECT
          n.step_id AS n0, n.run_id AS n1, n.lines AS n2, n.more AS n3, n.tries AS n4, n.task AS n5,
          o.step_id AS o0, o.run_id AS o1, o.lines AS o2, o.more AS o3, o.tries AS o4, o.task AS o5 FROM
          new_rows AS n FULL JOIN old_rows AS o ON o.task = n.task WHERE num_nulls(n.task, o.task) = 0
          OFFSET 0) AS pair CROSS JOIN LATERAL (SELECT pair.n0 AS step_id, pair.n1 AS run_id, pair.n2 AS
          lines, pair.n3 AS more, pair.n4 AS tries, pair.n5 AS task) AS n CROSS JOIN LATERAL (SELECT
          pair.o0 AS step_id, pair.o1 AS run_id, pair.o2 AS lines, pair.o3 AS more, pair.o4 AS tries,
          pair.o5 AS task) AS o WHERE ((n.more -> 'receipt'))::text IS DISTINCT FROM ((o.more ->
          'receipt'))::text OFFSET 0) AS n CROSS JOIN LATERAL jsonb_array_elements(CASE
          jsonb_typeof((n.more -> 'receipt')) WHEN 'object' THEN jsonb_build_array((n.more ->
          'receipt')) END) WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id
          bigint, paid boolean) LEFT JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(n.before) WHEN
          'object' THEN jsonb_build_array(n.before) END) AS w(v) ON w.v::text = e.v::text JOIN
          public.receipts AS c ON c.id = r.id WHERE w.v IS NULL AND c.task_id <> n.task) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = 'an element of
        public.steps.more.receipt has the id of another row''s element',
      HINT = 'Take it out there first, or leave id out.';
    END IF;
    END IF;
    UPDATE public.steps AS t SET lines = (SELECT coalesce(jsonb_agg(CASE WHEN c.what IS NULL THEN
        jsonb_build_object('id', c.id, 'at', c.at) ELSE jsonb_build_object('id', c.id, 'at', c.at,
        'what', c.what) END ORDER BY p.n, c.at, c.id), '[]') FROM public.lines AS c LEFT JOIN
        jsonb_array_elements(t.lines) WITH ORDINALITY AS p(v, n) ON (p.v ->> 'id')::bigint = c.id WHERE
        c.task_id = t.task) WHERE t.task = ANY (ARRAY(SELECT n.task FROM new_rows AS n)) AND
        (t.lines)::text IS DISTINCT FROM ((SELECT coalesce(jsonb_agg(CASE WHEN c.what IS NULL THEN
        jsonb_build_object('id', c.id, 'at', c.at) ELSE jsonb_build_object('id', c.id, 'at', c.at,
        'what', c.what) END ORDER BY p.n, c.at, c.id), '[]') FROM public.lines AS c LEFT JOIN
        jsonb_array_elements(t.lines) WITH ORDINALITY AS p(v, n) ON (p.v ->> 'id')::bigint = c.id WHERE
        c.task_id = t.task))::text;
  ELSIF TG_OP = 'DELETE' THEN
    DELETE FROM crossfade.reordered_fe14 AS o WHERE o.target = 'public.steps' AND o.key IN (SELECT
        task::text FROM old_rows);
    DELETE FROM public.lines WHERE task_id IN (SELECT task FROM old_rows);
    DELETE FROM public.tries WHERE task_id IN (SELECT task FROM old_rows);
    DELETE FROM public.receipts WHERE task_id IN (SELECT task FROM old_rows);
    DELETE FROM public.tasks WHERE id IN (SELECT task FROM old_rows);
  ELSE
    DELETE FROM crossfade.reordered_fe14 AS o WHERE o.target = 'public.steps';
    DELETE FROM public.lines;
    DELETE FROM public.tries;
    DELETE FROM public.receipts;
    DELETE FROM public.tasks;
  END IF;
  PERFORM set_config('crossfade.sync', coalesce(sync, ''), true);
  RETURN NULL;
END
$crossfade$

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_shape" BEFORE INSERT OR UPDATE ON public."Runs" FOR EACH ROW WHEN
    (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off') EXECUTE FUNCTION
    crossfade."shape_fe14_public_Runs"(); ALTER TABLE public."Runs" ENABLE ALWAYS TRIGGER "~crossfade_shape";
    CREATE TRIGGER "~crossfade_push_insert" AFTER INSERT ON public."Runs" REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT WHEN (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off')
    EXECUTE FUNCTION crossfade."push_fe14_public_Runs"(); ALTER TABLE public."Runs" ENABLE ALWAYS TRIGGER
    "~crossfade_push_insert"; CREATE TRIGGER "~crossfade_push_update" AFTER UPDATE ON public."Runs"
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN
    (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off') EXECUTE FUNCTION
    crossfade."push_fe14_public_Runs"(); ALTER TABLE public."Runs" ENABLE ALWAYS TRIGGER
    "~crossfade_push_update"; CREATE TRIGGER "~crossfade_push_delete" AFTER DELETE ON public."Runs"
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT WHEN (pg_catalog.current_setting('crossfade.sync',
    true) IS DISTINCT FROM 'off') EXECUTE FUNCTION crossfade."push_fe14_public_Runs"(); ALTER TABLE
    public."Runs" ENABLE ALWAYS TRIGGER "~crossfade_push_delete"; CREATE TRIGGER "~crossfade_push_truncate"
    AFTER TRUNCATE ON public."Runs" FOR EACH STATEMENT WHEN (pg_catalog.current_setting('crossfade.sync',
    true) IS DISTINCT FROM 'off') EXECUTE FUNCTION crossfade."push_fe14_public_Runs"(); ALTER TABLE
    public."Runs" ENABLE ALWAYS TRIGGER "~crossfade_push_truncate"

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_shape" BEFORE INSERT OR UPDATE ON public.steps FOR EACH ROW WHEN
    (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off') EXECUTE FUNCTION
    crossfade.shape_fe14_public_steps(); ALTER TABLE public.steps ENABLE ALWAYS TRIGGER "~crossfade_shape";
    CREATE TRIGGER "~crossfade_push_insert" AFTER INSERT ON public.steps REFERENCING NEW TABLE AS new_rows FOR
    EACH STATEMENT WHEN (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off') EXECUTE
    FUNCTION crossfade.push_fe14_public_steps(); ALTER TABLE public.steps ENABLE ALWAYS TRIGGER
    "~crossfade_push_insert"; CREATE TRIGGER "~crossfade_push_update" AFTER UPDATE ON public.steps REFERENCING
    OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN
    (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off') EXECUTE FUNCTION
    crossfade.push_fe14_public_steps(); ALTER TABLE public.steps ENABLE ALWAYS TRIGGER
    "~crossfade_push_update"; CREATE TRIGGER "~crossfade_push_delete" AFTER DELETE ON public.steps REFERENCING
    OLD TABLE AS old_rows FOR EACH STATEMENT WHEN (pg_catalog.current_setting('crossfade.sync', true) IS
    DISTINCT FROM 'off') EXECUTE FUNCTION crossfade.push_fe14_public_steps(); ALTER TABLE public.steps ENABLE
    ALWAYS TRIGGER "~crossfade_push_delete"; CREATE TRIGGER "~crossfade_push_truncate" AFTER TRUNCATE ON
    public.steps FOR EACH STATEMENT WHEN (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM
    'off') EXECUTE FUNCTION crossfade.push_fe14_public_steps(); ALTER TABLE public.steps ENABLE ALWAYS TRIGGER
    "~crossfade_push_truncate"

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_note_insert" AFTER INSERT ON public.jobs REFERENCING NEW TABLE AS new_rows FOR EACH
    STATEMENT EXECUTE FUNCTION crossfade.note_fe14_public_jobs(); ALTER TABLE public.jobs ENABLE ALWAYS
    TRIGGER "~crossfade_note_insert"; CREATE TRIGGER "~crossfade_note_update" AFTER UPDATE ON public.jobs
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION
    crossfade.note_fe14_public_jobs(); ALTER TABLE public.jobs ENABLE ALWAYS TRIGGER "~crossfade_note_update";
    CREATE TRIGGER "~crossfade_note_delete" AFTER DELETE ON public.jobs REFERENCING OLD TABLE AS old_rows FOR
    EACH STATEMENT EXECUTE FUNCTION crossfade.note_fe14_public_jobs(); ALTER TABLE public.jobs ENABLE ALWAYS
    TRIGGER "~crossfade_note_delete"; CREATE TRIGGER "~crossfade_note_truncate" AFTER TRUNCATE ON public.jobs
    FOR EACH STATEMENT EXECUTE FUNCTION crossfade.note_fe14_public_jobs(); ALTER TABLE public.jobs ENABLE
    ALWAYS TRIGGER "~crossfade_note_truncate"

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_note_insert" AFTER INSERT ON public.labels REFERENCING NEW TABLE AS new_rows FOR
    EACH STATEMENT EXECUTE FUNCTION crossfade.note_fe14_public_labels(); ALTER TABLE public.labels ENABLE
    ALWAYS TRIGGER "~crossfade_note_insert"; CREATE TRIGGER "~crossfade_note_update" AFTER UPDATE ON
    public.labels REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION
    crossfade.note_fe14_public_labels(); ALTER TABLE public.labels ENABLE ALWAYS TRIGGER
    "~crossfade_note_update"; CREATE TRIGGER "~crossfade_note_delete" AFTER DELETE ON public.labels
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION crossfade.note_fe14_public_labels();
    ALTER TABLE public.labels ENABLE ALWAYS TRIGGER "~crossfade_note_delete"; CREATE TRIGGER
    "~crossfade_note_truncate" AFTER TRUNCATE ON public.labels FOR EACH STATEMENT EXECUTE FUNCTION
    crossfade.note_fe14_public_labels(); ALTER TABLE public.labels ENABLE ALWAYS TRIGGER
    "~crossfade_note_truncate"

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_note_insert" AFTER INSERT ON public.tasks REFERENCING NEW TABLE AS new_rows FOR
    EACH STATEMENT EXECUTE FUNCTION crossfade.note_fe14_public_tasks(); ALTER TABLE public.tasks ENABLE ALWAYS
    TRIGGER "~crossfade_note_insert"; CREATE TRIGGER "~crossfade_note_update" AFTER UPDATE ON public.tasks
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION
    crossfade.note_fe14_public_tasks(); ALTER TABLE public.tasks ENABLE ALWAYS TRIGGER
    "~crossfade_note_update"; CREATE TRIGGER "~crossfade_note_delete" AFTER DELETE ON public.tasks REFERENCING
    OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION crossfade.note_fe14_public_tasks(); ALTER TABLE
    public.tasks ENABLE ALWAYS TRIGGER "~crossfade_note_delete"; CREATE TRIGGER "~crossfade_note_truncate"
    AFTER TRUNCATE ON public.tasks FOR EACH STATEMENT EXECUTE FUNCTION crossfade.note_fe14_public_tasks();
    ALTER TABLE public.tasks ENABLE ALWAYS TRIGGER "~crossfade_note_truncate"

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_note_insert" AFTER INSERT ON public.lines REFERENCING NEW TABLE AS new_rows FOR
    EACH STATEMENT EXECUTE FUNCTION crossfade.note_fe14_public_lines(); ALTER TABLE public.lines ENABLE ALWAYS
    TRIGGER "~crossfade_note_insert"; CREATE TRIGGER "~crossfade_note_update" AFTER UPDATE ON public.lines
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION
    crossfade.note_fe14_public_lines(); ALTER TABLE public.lines ENABLE ALWAYS TRIGGER
    "~crossfade_note_update"; CREATE TRIGGER "~crossfade_note_delete" AFTER DELETE ON public.lines REFERENCING
    OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION crossfade.note_fe14_public_lines(); ALTER TABLE
    public.lines ENABLE ALWAYS TRIGGER "~crossfade_note_delete"; CREATE TRIGGER "~crossfade_note_truncate"
    AFTER TRUNCATE ON public.lines FOR EACH STATEMENT EXECUTE FUNCTION crossfade.note_fe14_public_lines();
    ALTER TABLE public.lines ENABLE ALWAYS TRIGGER "~crossfade_note_truncate"

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_note_insert" AFTER INSERT ON public.tries REFERENCING NEW TABLE AS new_rows FOR
    EACH STATEMENT EXECUTE FUNCTION crossfade.note_fe14_public_tries(); ALTER TABLE public.tries ENABLE ALWAYS
    TRIGGER "~crossfade_note_insert"; CREATE TRIGGER "~crossfade_note_update" AFTER UPDATE ON public.tries
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION
    crossfade.note_fe14_public_tries(); ALTER TABLE public.tries ENABLE ALWAYS TRIGGER
    "~crossfade_note_update"; CREATE TRIGGER "~crossfade_note_delete" AFTER DELETE ON public.tries REFERENCING
    OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION crossfade.note_fe14_public_tries(); ALTER TABLE
    public.tries ENABLE ALWAYS TRIGGER "~crossfade_note_delete"; CREATE TRIGGER "~crossfade_note_truncate"
    AFTER TRUNCATE ON public.tries FOR EACH STATEMENT EXECUTE FUNCTION crossfade.note_fe14_public_tries();
    ALTER TABLE public.tries ENABLE ALWAYS TRIGGER "~crossfade_note_truncate"

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_note_insert" AFTER INSERT ON public.receipts REFERENCING NEW TABLE AS new_rows FOR
    EACH STATEMENT EXECUTE FUNCTION crossfade.note_fe14_public_receipts(); ALTER TABLE public.receipts ENABLE
    ALWAYS TRIGGER "~crossfade_note_insert"; CREATE TRIGGER "~crossfade_note_update" AFTER UPDATE ON
    public.receipts REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE
    FUNCTION crossfade.note_fe14_public_receipts(); ALTER TABLE public.receipts ENABLE ALWAYS TRIGGER
    "~crossfade_note_update"; CREATE TRIGGER "~crossfade_note_delete" AFTER DELETE ON public.receipts
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION
    crossfade.note_fe14_public_receipts(); ALTER TABLE public.receipts ENABLE ALWAYS TRIGGER
    "~crossfade_note_delete"; CREATE TRIGGER "~crossfade_note_truncate" AFTER TRUNCATE ON public.receipts FOR
    EACH STATEMENT EXECUTE FUNCTION crossfade.note_fe14_public_receipts(); ALTER TABLE public.receipts ENABLE
    ALWAYS TRIGGER "~crossfade_note_truncate"

-- work:
CREATE OR REPLACE FUNCTION crossfade.pull_fe14() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET
    search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET intervalstyle
    = postgres SET bytea_output = hex SET extra_float_digits = 1 SET plan_cache_mode =
    force_generic_plan SET jit = off SET enable_seqscan = off AS $crossfade$
#variable_conflict use_column
<<own>>
DECLARE
  noted text := current_setting('crossfade.noted_fe14', true);
  sync text := pg_catalog.current_setting('crossfade.sync', true);
  k0 bigint[];
  k1 bigint[];
  k2 integer[];
  k3 integer[];
  k4 integer[];
  k5 integer[];
  a0 bigint[];
  unborn0 boolean;
  a1 integer[];
  unborn1 boolean;
  one text;
  written bigint;
  said text;
BEGIN
  IF coalesce(noted, '') = '' THEN
    RETURN NULL;
  END IF;
  said := set_config('crossfade.noted_fe14', '', true);
  IF strpos(noted, ',') = length(noted) THEN
    one := rtrim(substr(noted, strpos(noted, ':') + 1), ',');
    CASE split_part(noted, ':', 1)
      WHEN '0' THEN
        k0 := ARRAY[one::bigint];
        a0 := k0;
      WHEN '1' THEN
        k1 := ARRAY[one::bigint];
        a0 := k1;
        PERFORM FROM public."Runs" AS t WHERE t.job = own.k1[1] FOR NO KEY UPDATE;
        IF FOUND THEN
  said := set_config('crossfade.sync', 'off', true);
    UPDATE public."Runs" AS t SET labels = (SELECT coalesce(jsonb_object_agg(c.name, c.value), '{}')
        FROM public.labels AS c WHERE c.job_id = t.job) WHERE t.job = ANY (own.k1);
  said := set_config('crossfade.sync', coalesce(sync, ''), true);
          RETURN NULL;
        END IF;
      WHEN '2' THEN
        k2 := ARRAY[one::integer];
        a1 := k2;
      WHEN '3' THEN
        k3 := ARRAY[one::integer];
        a1 := k3;
        PERFORM FROM public.steps AS t WHERE t.task = own.k3[1] FOR NO KEY UPDATE;
        IF FOUND THEN
  said := set_config('crossfade.sync', 'off', true);
    UPDATE public.steps AS t SET lines = (SELECT coalesce(jsonb_agg(CASE WHEN c.what IS NULL THEN
        jsonb_build_object('id', c.id, 'at', c.at) ELSE jsonb_build_object('id', c.id, 'at', c.at,
        'what', c.what) END ORDER BY c.at, c.id), '[]') FROM public.lines AS c WHERE c.task_id = t.task)
        WHERE t.task = ANY (own.k3) AND NOT EXISTS (SELECT FROM crossfade.reordered_fe14 AS o WHERE
        o.target = 'public.steps' AND o.slot IN ('lines') AND o.key = t.task::text);
    GET DIAGNOSTICS written = ROW_COUNT;
    IF written < cardinality(k3) THEN
      UPDATE public.steps AS t SET lines = (SELECT coalesce(jsonb_agg(CASE WHEN c.what IS NULL THEN
          jsonb_build_object('id', c.id, 'at', c.at) ELSE jsonb_build_object('id', c.id, 'at', c.at,
          'what', c.what) END ORDER BY p.n, c.at, c.id), '[]') FROM public.lines AS c LEFT JOIN
          jsonb_array_elements(t.lines) WITH ORDINALITY AS p(v, n) ON (p.v ->> 'id')::bigint = c.id
          WHERE c.task_id = t.task) WHERE t.task = ANY (own.k3) AND EXISTS (SELECT FROM
          crossfade.reordered_fe14 AS o WHERE o.target = 'public.steps' AND o.slot IN ('lines') AND
          o.key = t.task::text);
    END IF;
  said := set_config('crossfade.sync', coalesce(sync, ''), true);
          RETURN NULL;
        END IF;
      WHEN '4' THEN
        k4 := ARRAY[one::integer];
        a1 := k4;
        PERFORM FROM public.steps AS t WHERE t.task = own.k4[1] FOR NO KEY UPDATE;
        IF FOUND THEN
  said := set_config('crossfade.sync', 'off', true);
    UPDATE public.steps AS t SET more = jsonb_set(coalesce(t.more, '{}'), ARRAY['tries'], (SELECT
        coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'why', c.why) ORDER BY c.id), '[]') FROM
        public.tries AS c WHERE c.task_id = t.task)), tries = (SELECT count(*) FROM public.tries AS c
        WHERE c.task_id = t.task) WHERE t.task = ANY (own.k4) AND NOT EXISTS (SELECT FROM
        crossfade.reordered_fe14 AS o WHERE o.target = 'public.steps' AND o.slot IN ('more.tries') AND
        o.key = t.task::text);
    GET DIAGNOSTICS written = ROW_COUNT;
    IF written < cardinality(k4) THEN
      UPDATE public.steps AS t SET more = jsonb_set(coalesce(t.more, '{}'), ARRAY['tries'], (SELECT
          coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'why', c.why) ORDER BY p.n, c.id), '[]')
          FROM public.tries AS c LEFT JOIN jsonb_array_elements((t.more -> 'tries')) WITH ORDINALITY AS
          p(v, n) ON (p.v ->> 'id')::bigint = c.id WHERE c.task_id = t.task)), tries = (SELECT count(*)
          FROM public.tries AS c WHERE c.task_id = t.task) WHERE t.task = ANY (own.k4) AND EXISTS
          (SELECT FROM crossfade.reordered_fe14 AS o WHERE o.target = 'public.steps' AND o.slot IN
          ('more.tries') AND o.key = t.task::text);
    END IF;
  said := set_config('crossfade.sync', coalesce(sync, ''), true);
          RETURN NULL;
        END IF;
      WHEN '5' THEN
        k5 := ARRAY[one::integer];
        a1 := k5;
        PERFORM FROM public.steps AS t WHERE t.task = own.k5[1] FOR NO KEY UPDATE;
        IF FOUND THEN
  said := set_config('crossfade.sync', 'off', true);
    UPDATE public.steps AS t SET more = jsonb_set(coalesce(t.more, '{}'), ARRAY['receipt'],
        coalesce((SELECT jsonb_build_object('id', c.id, 'paid', c.paid) FROM public.receipts AS c WHERE
        c.task_id = t.task), 'null')) WHERE t.task = ANY (own.k5);
  said := set_config('crossfade.sync', coalesce(sync, ''), true);
          RETURN NULL;
        END IF;
    END CASE;
  ELSE
    SELECT array_agg(DISTINCT k::bigint) FILTER (WHERE n = '0'), array_agg(DISTINCT k::bigint) FILTER
        (WHERE n = '1'), array_agg(DISTINCT k::integer) FILTER (WHERE n = '2'), array_agg(DISTINCT
        k::integer) FILTER (WHERE n = '3'), array_agg(DISTINCT k::integer) FILTER (WHERE n = '4'),
        array_agg(DISTINCT k::integer) FILTER (WHERE n = '5'), array_agg(DISTINCT k::bigint) FILTER
        (WHERE n IN ('0', '1')), array_agg(DISTINCT k::integer) FILTER (WHERE n IN ('2', '3', '4', '5'))
      INTO k0, k1, k2, k3, k4, k5, a0, a1
      FROM (SELECT split_part(x, ':', 1) AS n, substr(x, strpos(x, ':') + 1) AS k
            FROM unnest(string_to_array(rtrim(noted, ','), ',')) AS x) AS y;
  END IF;
  PERFORM set_config('crossfade.sync', 'off', true);
  IF a1 IS NOT NULL THEN
    IF one IS NOT NULL AND k2 IS NULL THEN
      PERFORM FROM public.steps AS t WHERE t.task = own.a1[1] FOR NO KEY UPDATE;
      unborn1 := NOT FOUND;
    ELSE
      unborn1 := (SELECT count(*) FROM public.steps AS t WHERE t.task = ANY (own.a1)) < cardinality(a1);
    END IF;
    IF unborn1 OR k2 IS NOT NULL THEN
      a0 := nullif(coalesce(a0, '{}') || ARRAY(SELECT DISTINCT s.job_id FROM public.tasks AS s WHERE
          s.id = ANY (own.a1) AND NOT EXISTS (SELECT FROM public."Runs" AS t WHERE t.job = s.job_id) AND
          s.job_id IS NOT NULL AND s.job_id <> ALL (coalesce(own.a0, '{}'))), '{}');
    END IF;
  END IF;
  IF a0 IS NOT NULL THEN
    IF one IS NOT NULL AND k0 IS NULL THEN
      PERFORM FROM public."Runs" AS t WHERE t.job = own.a0[1] FOR NO KEY UPDATE;
      unborn0 := NOT FOUND;
    ELSE
      unborn0 := (SELECT count(*) FROM public."Runs" AS t WHERE t.job = ANY (own.a0)) < cardinality(a0);
    END IF;
  END IF;
  IF unborn0 OR k0 IS NOT NULL OR unborn1 OR k2 IS NOT NULL THEN
    LOCK TABLE public.jobs, public.labels, public.lines, public.receipts, public.tasks, public.tries IN
        ACCESS SHARE MODE;
  END IF;
  IF unborn0 THEN
    INSERT INTO public."Runs" (run_id, status, seconds, took, labels, job)
      SELECT coalesce((SELECT (k.new_values ->> 'run_id')::uuid FROM crossfade.complement AS k WHERE
          k.evolution = 'ledger' AND k.table_name = 'public.Runs' AND k.change = 'Consolidate jobs into
          Runs' AND k.row_key = jsonb_build_array(s.id::text)::text),
          crossfade.legacy_uuid('public.jobs:' || s.id)), (CASE WHEN s.status = 'new' THEN 'pending'
          WHEN s.status = 'it''s' THEN '100%' END)::text, (extract(second FROM s."began"))::integer,
          (s."took")::numeric(10,3), (SELECT coalesce(jsonb_object_agg(c.name, c.value), '{}') FROM
          public.labels AS c WHERE c.job_id = s.id), s.id
      FROM public.jobs AS s WHERE s.id = ANY (own.a0) AND NOT EXISTS
        (SELECT FROM public."Runs" AS t WHERE t.job = s.id)
      ORDER BY s.id ON CONFLICT DO NOTHING;
  END IF;
  IF unborn1 THEN
    INSERT INTO public.steps (step_id, run_id, lines, more, tries, task)
      SELECT coalesce((SELECT (k.new_values ->> 'step_id')::uuid FROM crossfade.complement AS k WHERE
          k.evolution = 'ledger' AND k.table_name = 'public.steps' AND k.change = 'Consolidate tasks
          into steps' AND k.row_key = jsonb_build_array(s.id::text)::text),
          crossfade.legacy_uuid('public.tasks:' || s.id)), (SELECT r.run_id FROM public."Runs" AS r
          WHERE r.job = s.job_id), (SELECT coalesce(jsonb_agg(CASE WHEN c.what IS NULL THEN
          jsonb_build_object('id', c.id, 'at', c.at) ELSE jsonb_build_object('id', c.id, 'at', c.at,
          'what', c.what) END ORDER BY c.at, c.id), '[]') FROM public.lines AS c WHERE c.task_id =
          s.id), jsonb_build_object('tries', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id,
          'why', c.why) ORDER BY c.id), '[]') FROM public.tries AS c WHERE c.task_id = s.id), 'receipt',
          (SELECT jsonb_build_object('id', c.id, 'paid', c.paid) FROM public.receipts AS c WHERE
          c.task_id = s.id)), (SELECT count(*) FROM public.tries AS c WHERE c.task_id = s.id), s.id
      FROM public.tasks AS s WHERE s.id = ANY (own.a1) AND NOT EXISTS
        (SELECT FROM public.steps AS t WHERE t.task = s.id)
      ORDER BY s.id ON CONFLICT DO NOTHING;
  END IF;
  IF a0 IS NOT NULL AND (one IS NULL OR unborn0 OR k0 IS NOT NULL) THEN
    PERFORM FROM public."Runs" AS t WHERE t.job = ANY (own.a0) ORDER BY t.job FOR NO KEY UPDATE;
  END IF;
  IF a1 IS NOT NULL AND (one IS NULL OR unborn1 OR k2 IS NOT NULL) THEN
    PERFORM FROM public.steps AS t WHERE t.task = ANY (own.a1) ORDER BY t.task FOR NO KEY UPDATE;
  END IF;
  IF k2 IS NOT NULL THEN
    DELETE FROM public.steps AS t WHERE t.task IN (SELECT k FROM unnest(own.k2) AS k WHERE NOT EXISTS
        (SELECT FROM public.tasks AS s WHERE s.id = k));
    DELETE FROM crossfade.reordered_fe14 AS o WHERE o.target = 'public.steps' AND o.key IN (SELECT
        g::text FROM (SELECT k FROM unnest(own.k2) AS k WHERE NOT EXISTS (SELECT FROM public.tasks AS s
        WHERE s.id = k)) AS g(g));
  END IF;
  IF k0 IS NOT NULL THEN
    DELETE FROM public."Runs" AS t WHERE t.job IN (SELECT k FROM unnest(own.k0) AS k WHERE NOT EXISTS
        (SELECT FROM public.jobs AS s WHERE s.id = k));
    DELETE FROM crossfade.reordered_fe14 AS o WHERE o.target = 'public.Runs' AND o.key IN (SELECT
        g::text FROM (SELECT k FROM unnest(own.k0) AS k WHERE NOT EXISTS (SELECT FROM public.jobs AS s
        WHERE s.id = k)) AS g(g));
  END IF;
  IF k0 IS NOT NULL THEN
    UPDATE public."Runs" AS t SET status = f.status, seconds = f.seconds, took = f.took FROM (SELECT
        s.id AS legacy_key, (CASE WHEN s.status = 'new' THEN 'pending' WHEN s.status = 'it''s' THEN
        '100%' END)::text AS status, (extract(second FROM s."began"))::integer AS seconds,
        (s."took")::numeric(10,3) AS took FROM public.jobs AS s WHERE s.id = ANY (own.k0)) AS f WHERE
        t.job = f.legacy_key AND (t.status IS DISTINCT FROM f.status OR t.seconds IS DISTINCT FROM
        f.seconds OR (t.took)::text IS DISTINCT FROM (f.took)::text);
  END IF;
  IF k1 IS NOT NULL THEN
    UPDATE public."Runs" AS t SET labels = (SELECT coalesce(jsonb_object_agg(c.name, c.value), '{}')
        FROM public.labels AS c WHERE c.job_id = t.job) WHERE t.job = ANY (own.k1);
  END IF;
  IF k2 IS NOT NULL THEN
    UPDATE public.steps AS t SET run_id = f.run_id FROM (SELECT s.id AS legacy_key, (SELECT r.run_id
        FROM public."Runs" AS r WHERE r.job = s.job_id) AS run_id FROM public.tasks AS s WHERE s.id =
        ANY (own.k2)) AS f WHERE t.task = f.legacy_key AND (t.run_id IS DISTINCT FROM f.run_id);
  END IF;
  IF k3 IS NOT NULL THEN
    UPDATE public.steps AS t SET lines = (SELECT coalesce(jsonb_agg(CASE WHEN c.what IS NULL THEN
        jsonb_build_object('id', c.id, 'at', c.at) ELSE jsonb_build_object('id', c.id, 'at', c.at,
        'what', c.what) END ORDER BY c.at, c.id), '[]') FROM public.lines AS c WHERE c.task_id = t.task)
        WHERE t.task = ANY (own.k3) AND NOT EXISTS (SELECT FROM crossfade.reordered_fe14 AS o WHERE
        o.target = 'public.steps' AND o.slot IN ('lines') AND o.key = t.task::text);
    GET DIAGNOSTICS written = ROW_COUNT;
    IF written < cardinality(k3) THEN
      UPDATE public.steps AS t SET lines = (SELECT coalesce(jsonb_agg(CASE WHEN c.what IS NULL THEN
          jsonb_build_object('id', c.id, 'at', c.at) ELSE jsonb_build_object('id', c.id, 'at', c.at,
          'what', c.what) END ORDER BY p.n, c.at, c.id), '[]') FROM public.lines AS c LEFT JOIN
          jsonb_array_elements(t.lines) WITH ORDINALITY AS p(v, n) ON (p.v ->> 'id')::bigint = c.id
          WHERE c.task_id = t.task) WHERE t.task = ANY (own.k3) AND EXISTS (SELECT FROM
          crossfade.reordered_fe14 AS o WHERE o.target = 'public.steps' AND o.slot IN ('lines') AND
          o.key = t.task::text);
    END IF;
  END IF;
  IF k4 IS NOT NULL THEN
    UPDATE public.steps AS t SET more = jsonb_set(coalesce(t.more, '{}'), ARRAY['tries'], (SELECT
        coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'why', c.why) ORDER BY c.id), '[]') FROM
        public.tries AS c WHERE c.task_id = t.task)), tries = (SELECT count(*) FROM public.tries AS c
        WHERE c.task_id = t.task) WHERE t.task = ANY (own.k4) AND NOT EXISTS (SELECT FROM
        crossfade.reordered_fe14 AS o WHERE o.target = 'public.steps' AND o.slot IN ('more.tries') AND
        o.key = t.task::text);
    GET DIAGNOSTICS written = ROW_COUNT;
    IF written < cardinality(k4) THEN
      UPDATE public.steps AS t SET more = jsonb_set(coalesce(t.more, '{}'), ARRAY['tries'], (SELECT
          coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'why', c.why) ORDER BY p.n, c.id), '[]')
          FROM public.tries AS c LEFT JOIN jsonb_array_elements((t.more -> 'tries')) WITH ORDINALITY AS
          p(v, n) ON (p.v ->> 'id')::bigint = c.id WHERE c.task_id = t.task)), tries = (SELECT count(*)
          FROM public.tries AS c WHERE c.task_id = t.task) WHERE t.task = ANY (own.k4) AND EXISTS
          (SELECT FROM crossfade.reordered_fe14 AS o WHERE o.target = 'public.steps' AND o.slot IN
          ('more.tries') AND o.key = t.task::text);
    END IF;
  END IF;
  IF k5 IS NOT NULL THEN
    UPDATE public.steps AS t SET more = jsonb_set(coalesce(t.more, '{}'), ARRAY['receipt'],
        coalesce((SELECT jsonb_build_object('id', c.id, 'paid', c.paid) FROM public.receipts AS c WHERE
        c.task_id = t.task), 'null')) WHERE t.task = ANY (own.k5);
  END IF;
  PERFORM set_config('crossfade.sync', coalesce(sync, ''), true);
  RETURN NULL;
END
$crossfade$
