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
  IF true THEN
    IF (CASE WHEN NEW.labels IS NULL THEN NULL WHEN jsonb_typeof(NEW.labels) <> 'object' THEN 'what is no
        object' END) IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = replace('public.Runs.labels holds
          %s', '%s', (CASE WHEN NEW.labels IS NULL THEN NULL WHEN jsonb_typeof(NEW.labels) <> 'object'
          THEN 'what is no object' END)),
        HINT = 'Complete the evolution first.';
    END IF;
    IF NEW.labels IS NOT NULL AND (true) THEN
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
    UPDATE public.jobs AS s SET status = CASE WHEN n.status = 'pending' THEN 'new' WHEN n.status = '100%'
        THEN 'it''s' END, took = n."took" FROM (SELECT n.run_id AS n0, n.status AS n1, n.seconds AS n2,
        n.took AS n3, n.labels AS n4, n.outside AS n5, n.job AS n6, o.run_id AS o0, o.status AS o1,
        o.seconds AS o2, o.took AS o3, o.labels AS o4, o.outside AS o5, o.job AS o6 FROM new_rows AS n
        FULL JOIN old_rows AS o ON o.job = n.job WHERE num_nulls(n.job, o.job) = 0 OFFSET 0) AS pair CROSS
        JOIN LATERAL (SELECT pair.n0 AS run_id, pair.n1 AS status, pair.n2 AS seconds, pair.n3 AS took,
        pair.n4 AS labels, pair.n5 AS outside, pair.n6 AS job) AS n CROSS JOIN LATERAL (SELECT pair.o0 AS
        run_id, pair.o1 AS status, pair.o2 AS seconds, pair.o3 AS took, pair.o4 AS labels, pair.o5 AS
        outside, pair.o6 AS job) AS o WHERE s.id = n.job;
    IF EXISTS (SELECT FROM (SELECT n.run_id AS n0, n.status AS n1, n.seconds AS n2, n.took AS n3, n.labels
        AS n4, n.outside AS n5, n.job AS n6, o.run_id AS o0, o.status AS o1, o.seconds AS o2, o.took AS
        o3, o.labels AS o4, o.outside AS o5, o.job AS o6 FROM new_rows AS n FULL JOIN old_rows AS o ON
        o.job = n.job WHERE num_nulls(n.job, o.job) = 0 OFFSET 0) AS pair CROSS JOIN LATERAL (SELECT
        pair.n0 AS run_id, pair.n1 AS status, pair.n2 AS seconds, pair.n3 AS took, pair.n4 AS labels,
        pair.n5 AS outside, pair.n6 AS job) AS n CROSS JOIN LATERAL (SELECT pair.o0 AS run_id, pair.o1 AS
        status, pair.o2 AS seconds, pair.o3 AS took, pair.o4 AS labels, pair.o5 AS outside, pair.o6 AS
        job) AS o WHERE EXISTS (SELECT FROM public.jobs AS s WHERE s.id = n.job)) THEN
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
          AS job) AS o WHERE EXISTS (SELECT FROM public.jobs AS s WHERE s.id = n.job) OFFSET 0) AS n
          OFFSET 0) AS n WHERE c.job_id = n.job AND c.name <> ALL (n.stay);
      UPDATE public.labels AS c SET value = nullif(e.v, 'null') FROM (SELECT n.job, n.labels, o.labels
          AS before FROM (SELECT n.run_id AS n0, n.status AS n1, n.seconds AS n2, n.took AS n3, n.labels
          AS n4, n.outside AS n5, n.job AS n6, o.run_id AS o0, o.status AS o1, o.seconds AS o2, o.took
          AS o3, o.labels AS o4, o.outside AS o5, o.job AS o6 FROM new_rows AS n FULL JOIN old_rows AS o
          ON o.job = n.job WHERE num_nulls(n.job, o.job) = 0 OFFSET 0) AS pair CROSS JOIN LATERAL
          (SELECT pair.n0 AS run_id, pair.n1 AS status, pair.n2 AS seconds, pair.n3 AS took, pair.n4 AS
          labels, pair.n5 AS outside, pair.n6 AS job) AS n CROSS JOIN LATERAL (SELECT pair.o0 AS run_id,
          pair.o1 AS status, pair.o2 AS seconds, pair.o3 AS took, pair.o4 AS labels, pair.o5 AS outside,
          pair.o6 AS job) AS o WHERE EXISTS (SELECT FROM public.jobs AS s WHERE s.id = n.job) OFFSET 0)
          AS n CROSS JOIN LATERAL jsonb_each(CASE jsonb_typeof(n.labels) WHEN 'object' THEN n.labels
          END) AS e(k, v) WHERE true AND c.name = e.k::text AND c.job_id = n.job AND c.job_id = n.job
          AND ((c.value)::text IS DISTINCT FROM (nullif(e.v, 'null'))::text);
      INSERT INTO public.labels AS c (job_id, name, value) OVERRIDING SYSTEM VALUE SELECT n.job,
          e.k::text, nullif(e.v, 'null') FROM (SELECT n.job, n.labels, o.labels AS before FROM (SELECT
          n.run_id AS n0, n.status AS n1, n.seconds AS n2, n.took AS n3, n.labels AS n4, n.outside AS
          n5, n.job AS n6, o.run_id AS o0, o.status AS o1, o.seconds AS o2, o.took AS o3, o.labels AS
          o4, o.outside AS o5, o.job AS o6 FROM new_rows AS n FULL JOIN old_rows AS o ON o.job = n.job
          WHERE num_nulls(n.job, o.job) = 0 OFFSET 0) AS pair CROSS JOIN LATERAL (SELECT pair.n0 AS
          run_id, pair.n1 AS status, pair.n2 AS seconds, pair.n3 AS took, pair.n4 AS labels, pair.n5 AS
          outside, pair.n6 AS job) AS n CROSS JOIN LATERAL (SELECT pair.o0 AS run_id, pair.o1 AS status,
          pair.o2 AS seconds, pair.o3 AS took, pair.o4 AS labels, pair.o5 AS outside, pair.o6 AS job) AS
          o WHERE EXISTS (SELECT FROM public.jobs AS s WHERE s.id = n.job) OFFSET 0) AS n CROSS JOIN
          LATERAL jsonb_each(CASE jsonb_typeof(n.labels) WHEN 'object' THEN n.labels END) AS e(k, v)
          WHERE true AND NOT EXISTS (SELECT FROM public.labels AS c WHERE c.name = e.k::text AND
          c.job_id = n.job) ORDER BY n.job, e.k::text ON CONFLICT (job_id, name) DO UPDATE SET value =
          excluded.value;
    END IF;
    UPDATE public."Runs" AS t SET status = f.status, took = f.took FROM (SELECT s.id AS legacy_key, (CASE
        WHEN s.status = 'new' THEN 'pending' WHEN s.status = 'it''s' THEN '100%' END)::text AS status,
        (s."took")::numeric(10,3) AS took FROM public.jobs AS s WHERE s.id = ANY (ARRAY(SELECT n.job FROM
        new_rows AS n WHERE EXISTS (SELECT FROM public.jobs AS s WHERE s.id = n.job)))) AS f WHERE t.job =
        f.legacy_key AND (t.status IS DISTINCT FROM f.status OR (t.took)::text IS DISTINCT FROM
        (f.took)::text);
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
CREATE FUNCTION crossfade."give_fe14_public_Runs"(lo bigint, hi bigint) RETURNS void LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET
    intervalstyle = postgres SET bytea_output = hex SET extra_float_digits = 1 SET plan_cache_mode =
    force_custom_plan SET jit = off SET enable_seqscan = off SET enable_hashjoin = off SET
    enable_mergejoin = off AS $crossfade$
#variable_conflict use_column
<<own>>
DECLARE
  keys bigint[];
BEGIN
  UPDATE public.jobs AS s SET status = CASE WHEN n.status = 'pending' THEN 'new' WHEN n.status = '100%'
      THEN 'it''s' END, took = n."took" FROM public."Runs" AS n WHERE n.job BETWEEN $1 AND $2 AND s.id =
      n.job AND (s.status IS DISTINCT FROM CASE WHEN n.status = 'pending' THEN 'new' WHEN n.status =
      '100%' THEN 'it''s' END OR (s.took)::text IS DISTINCT FROM (n."took")::text);
  INSERT INTO public.jobs (id, status, took) OVERRIDING SYSTEM VALUE SELECT n.job, CASE WHEN n.status =
      'pending' THEN 'new' WHEN n.status = '100%' THEN 'it''s' END, n."took" FROM public."Runs" AS n
      WHERE n.job BETWEEN $1 AND $2 AND NOT EXISTS (SELECT FROM public.jobs AS s WHERE s.id = n.job)
      ORDER BY n.job;
  keys := ARRAY(SELECT n.job FROM public."Runs" AS n WHERE n.job BETWEEN $1 AND $2 AND (n.labels)::text
      IS DISTINCT FROM ((SELECT coalesce(jsonb_object_agg(c.name, c.value), '{}') FROM public.labels AS
      c WHERE c.job_id = n.job))::text);
  IF cardinality(keys) > 0 THEN
    DELETE FROM public.labels AS c USING (SELECT n.*, (SELECT coalesce(array_agg(e.k::text) FILTER
        (WHERE e.k::text IS NOT NULL), '{}') FROM jsonb_each(CASE jsonb_typeof(n.labels) WHEN 'object'
        THEN n.labels END) AS e(k, v)) AS stay FROM (SELECT n.job, n.labels FROM public."Runs" AS n
        WHERE n.job = ANY (own.keys)) AS n OFFSET 0) AS n WHERE c.job_id = n.job AND c.name <> ALL
        (n.stay);
    UPDATE public.labels AS c SET value = nullif(e.v, 'null') FROM (SELECT n.job, n.labels FROM
        public."Runs" AS n WHERE n.job = ANY (own.keys)) AS n CROSS JOIN LATERAL jsonb_each(CASE
        jsonb_typeof(n.labels) WHEN 'object' THEN n.labels END) AS e(k, v) WHERE true AND c.name =
        e.k::text AND c.job_id = n.job AND c.job_id = n.job AND ((c.value)::text IS DISTINCT FROM
        (nullif(e.v, 'null'))::text);
    INSERT INTO public.labels AS c (job_id, name, value) OVERRIDING SYSTEM VALUE SELECT n.job,
        e.k::text, nullif(e.v, 'null') FROM (SELECT n.job, n.labels FROM public."Runs" AS n WHERE n.job
        = ANY (own.keys)) AS n CROSS JOIN LATERAL jsonb_each(CASE jsonb_typeof(n.labels) WHEN 'object'
        THEN n.labels END) AS e(k, v) WHERE true AND NOT EXISTS (SELECT FROM public.labels AS c WHERE
        c.name = e.k::text AND c.job_id = n.job) ORDER BY n.job, e.k::text ON CONFLICT (job_id, name) DO
        UPDATE SET value = excluded.value;
  END IF;
  UPDATE public."Runs" AS t SET status = f.status, took = f.took FROM (SELECT s.id AS legacy_key, (CASE
      WHEN s.status = 'new' THEN 'pending' WHEN s.status = 'it''s' THEN '100%' END)::text AS status,
      (s."took")::numeric(10,3) AS took FROM public.jobs AS s WHERE s.id = ANY (ARRAY(SELECT n.job FROM
      public."Runs" AS n WHERE n.job BETWEEN $1 AND $2))) AS f WHERE t.job = f.legacy_key AND (t.status
      IS DISTINCT FROM f.status OR (t.took)::text IS DISTINCT FROM (f.took)::text);
END
$crossfade$

-- work:
CREATE FUNCTION crossfade."take_fe14_public_Runs"(lo bigint, hi bigint) RETURNS void LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET
    intervalstyle = postgres SET bytea_output = hex SET extra_float_digits = 1 SET plan_cache_mode =
    force_custom_plan SET jit = off SET enable_seqscan = off SET enable_hashjoin = off SET
    enable_mergejoin = off AS $crossfade$
#variable_conflict use_column
<<own>>
DECLARE
  keys bigint[] := ARRAY(SELECT s.id FROM public.jobs AS s WHERE s.id BETWEEN $1 AND $2 AND NOT EXISTS
      (SELECT FROM public."Runs" AS t WHERE t.job = s.id));
BEGIN
  IF cardinality(keys) > 0 THEN
    DELETE FROM public.labels WHERE job_id IN (SELECT unnest(own.keys));
    DELETE FROM public.jobs WHERE id IN (SELECT unnest(own.keys));
  END IF;
END
$crossfade$

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_shape" BEFORE INSERT OR UPDATE ON public."Runs" FOR EACH ROW WHEN
    (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off') EXECUTE FUNCTION
    crossfade."shape_fe14_public_Runs"()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public."Runs" ENABLE ALWAYS TRIGGER "~crossfade_shape"

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_push_insert" AFTER INSERT ON public."Runs" REFERENCING NEW TABLE AS new_rows FOR
    EACH STATEMENT WHEN (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off') EXECUTE
    FUNCTION crossfade."push_fe14_public_Runs"()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public."Runs" ENABLE ALWAYS TRIGGER "~crossfade_push_insert"

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_push_update" AFTER UPDATE ON public."Runs" REFERENCING OLD TABLE AS old_rows NEW
    TABLE AS new_rows FOR EACH STATEMENT WHEN (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT
    FROM 'off') EXECUTE FUNCTION crossfade."push_fe14_public_Runs"()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public."Runs" ENABLE ALWAYS TRIGGER "~crossfade_push_update"

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_push_delete" AFTER DELETE ON public."Runs" REFERENCING OLD TABLE AS old_rows FOR
    EACH STATEMENT WHEN (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off') EXECUTE
    FUNCTION crossfade."push_fe14_public_Runs"()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public."Runs" ENABLE ALWAYS TRIGGER "~crossfade_push_delete"

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
CREATE TRIGGER "~crossfade_push_truncate" AFTER TRUNCATE ON public."Runs" FOR EACH STATEMENT WHEN
    (pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off') EXECUTE FUNCTION
    crossfade."push_fe14_public_Runs"()

-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public."Runs" ENABLE ALWAYS TRIGGER "~crossfade_push_truncate"
