"""The benefit plans' drafts, small: a table, a function with all that one may have, a view."""

from sqlalchemy import Column, String
from sqlalchemy.dialects.postgresql import JSONB

from crossfade import AddColumn, AddFunction, AddView, Evolution, ReplaceFunction, ReplaceView

DRAFTS = """
CREATE TABLE drafts (id int PRIMARY KEY, plan jsonb, status text NOT NULL DEFAULT 'draft', submitted_by text);
INSERT INTO drafts SELECT n, jsonb_build_object('n', n) FROM generate_series(1, 5) n;
CREATE FUNCTION submit(draft int, who text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER COST 7
  SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE drafts SET status = 'submitted', submitted_by = who WHERE id = draft;  -- 100% done
  RETURN 'old';
END $$;
COMMENT ON FUNCTION submit IS 'Submits somebody''s draft';
CREATE VIEW summary WITH (security_barrier) AS SELECT id, status FROM drafts;
COMMENT ON VIEW summary IS 'How the drafts stand';
COMMENT ON COLUMN summary.status IS 'as in the table';
ALTER VIEW summary ALTER COLUMN status SET DEFAULT 'first';
"""
ROLES = """
DO $$ BEGIN
  CREATE ROLE keeper; CREATE ROLE clerk; CREATE ROLE guest;
EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT USAGE, CREATE ON SCHEMA public TO keeper;
GRANT USAGE ON SCHEMA public TO clerk;
GRANT SELECT, UPDATE ON drafts TO keeper;
ALTER FUNCTION submit OWNER TO keeper;
REVOKE ALL ON FUNCTION submit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION submit TO clerk WITH GRANT OPTION;
GRANT SELECT, INSERT ON summary TO clerk;
GRANT SELECT (id) ON summary TO guest;
"""
NAME = "tracking"
EVOLUTION = Evolution(
    NAME,
    changes=[
        AddView("running", sql="CREATE VIEW running AS SELECT id FROM summary WHERE workflow = 'running'"),
        AddColumn("drafts", Column("process", String(255)), index=True),
        AddColumn("drafts", Column("metadata", JSONB), index="gin"),
        ReplaceFunction(
            "submit",
            sql="""
            -- the process engine's own words
            CREATE OR REPLACE FUNCTION public.submit(
              draft int, who text, process_id varchar DEFAULT NULL, more jsonb DEFAULT NULL
            ) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
            BEGIN
              UPDATE drafts
              SET status = 'submitted', submitted_by = who, process = process_id, metadata = more
              WHERE id = draft;  -- 100% done; really
              RETURN 'new';
            END $$;
            """,
        ),
        AddFunction(
            "by_process",
            sql="CREATE FUNCTION by_process(wanted text) RETURNS SETOF drafts LANGUAGE sql STABLE "
            "AS 'SELECT * FROM drafts WHERE process = wanted'",
        ),
        ReplaceView(
            "summary",
            sql="CREATE VIEW summary WITH (security_barrier) AS SELECT process, id, status, "
            "CASE WHEN process IS NULL THEN 'none' ELSE 'running' END AS workflow FROM drafts",
        ),
    ],
)
