"""The evolution of chat_templates made by hand: a stand-in for the engine, to test the harness without it.

Plain SQL with one short exclusive lock a command: right, but nothing to do to a live database.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager

from sqlalchemy import Connection, NullPool, create_engine, text

from crossfade.casebook.chat_templates.evolution import BUILTIN_TEMPLATES, evolution
from crossfade.casebook.lane import Access
from crossfade.casebook.words import Side
from crossfade.document import Document, RowCount, WayBack
from crossfade.evolution import Evolution
from crossfade.mappings import BEYOND
from crossfade.progress import Observer
from crossfade.reports import Backfill, Mismatch, Outcome, Status, Verification

NAMESPACE = f"public__{evolution.name}"

SCHEMA = """
CREATE SCHEMA by_hand;
CREATE TABLE by_hand.kept (id bigint PRIMARY KEY, label text, type text, is_dynamic boolean, pattern text);
CREATE FUNCTION by_hand.type_of(label text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT CASE label
    WHEN 'plain' THEN 'simple_chat' WHEN 'rag' THEN 'rag_chat'
    WHEN 'tools' THEN 'function_chat' WHEN 'full' THEN 'advanced_chat' END $$;
CREATE FUNCTION by_hand.label_of(type text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT CASE type
    WHEN 'rag_chat' THEN 'rag' WHEN 'function_chat' THEN 'tools' WHEN 'advanced_chat' THEN 'full'
    ELSE 'plain' END $$;
"""

SYNC = """
CREATE FUNCTION by_hand.sync() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF current_setting('search_path') LIKE '%{namespace}%' THEN
            NEW.workflow_type := by_hand.label_of(NEW.new_type)::public.workflowtype;
        ELSE
            NEW.new_type := by_hand.type_of(NEW.workflow_type::text);
            NEW.execution_pattern := 'chat';
        END IF;
    ELSIF NEW.workflow_type IS DISTINCT FROM OLD.workflow_type THEN
        NEW.new_type := by_hand.type_of(NEW.workflow_type::text);
    ELSIF NEW.new_type IS DISTINCT FROM OLD.new_type THEN
        NEW.workflow_type := by_hand.label_of(NEW.new_type)::public.workflowtype;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER zz_sync BEFORE INSERT OR UPDATE ON workflow_templates
    FOR EACH ROW EXECUTE FUNCTION by_hand.sync();
"""

START = f"""
LOCK TABLE workflow_templates IN ACCESS EXCLUSIVE MODE;
SET LOCAL session_replication_role = replica;
ALTER TABLE workflow_templates ADD COLUMN new_type varchar(50),
    ADD COLUMN is_dynamic boolean NOT NULL DEFAULT false, ADD COLUMN execution_pattern varchar(100);
UPDATE workflow_templates SET new_type = by_hand.type_of(workflow_type::text), execution_pattern = 'chat';
UPDATE workflow_templates t SET is_dynamic = k.is_dynamic, execution_pattern = k.pattern,
    new_type = CASE WHEN k.label = t.workflow_type::text THEN k.type ELSE t.new_type END
    FROM by_hand.kept k WHERE k.id = t.id;
SET LOCAL session_replication_role = origin;
{SYNC.format(namespace=NAMESPACE)}
CREATE SCHEMA {NAMESPACE};
CREATE VIEW {NAMESPACE}.workflow_templates AS SELECT id, owner_id, name, description,
    new_type AS workflow_type, category, default_params, required_tools, is_builtin, is_public, version,
    usage_count, created_at, updated_at, is_dynamic, execution_pattern FROM workflow_templates;
"""

SEED = """
INSERT INTO workflow_templates (name, owner_id, description, workflow_type, category, default_params,
    required_tools, is_builtin, is_public)
SELECT r.name, r.owner_id, r.description, by_hand.label_of(r.workflow_type)::workflowtype, r.category,
    r.default_params, r.required_tools, r.is_builtin, r.is_public
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (name text, owner_id bigint, description text,
    workflow_type text, category text, default_params jsonb, required_tools jsonb, is_builtin boolean,
    is_public boolean)
WHERE NOT EXISTS (SELECT FROM workflow_templates t WHERE t.name = r.name)
"""

ROLLBACK = f"""
LOCK TABLE workflow_templates IN ACCESS EXCLUSIVE MODE;
TRUNCATE by_hand.kept;
INSERT INTO by_hand.kept SELECT id, workflow_type, new_type, is_dynamic, execution_pattern
    FROM workflow_templates WHERE new_type IS DISTINCT FROM by_hand.type_of(workflow_type::text)
    OR is_dynamic OR execution_pattern IS DISTINCT FROM 'chat';
DROP SCHEMA {NAMESPACE} CASCADE;
DROP FUNCTION by_hand.sync() CASCADE;
ALTER TABLE workflow_templates DROP COLUMN new_type, DROP COLUMN is_dynamic, DROP COLUMN execution_pattern;
"""

COMPLETE = """
DROP FUNCTION by_hand.sync() CASCADE;
ALTER TABLE workflow_templates ALTER COLUMN workflow_type DROP NOT NULL;
ALTER TABLE workflow_templates RENAME COLUMN workflow_type TO retired;
ALTER TABLE workflow_templates RENAME COLUMN new_type TO workflow_type;
"""

REVERT = f"""
ALTER TABLE workflow_templates RENAME COLUMN workflow_type TO new_type;
ALTER TABLE workflow_templates RENAME COLUMN retired TO workflow_type;
SET LOCAL session_replication_role = replica;
UPDATE workflow_templates SET workflow_type = by_hand.label_of(new_type)::workflowtype
    WHERE workflow_type::text IS DISTINCT FROM by_hand.label_of(new_type);
SET LOCAL session_replication_role = origin;
ALTER TABLE workflow_templates ALTER COLUMN workflow_type SET NOT NULL;
{SYNC.format(namespace=NAMESPACE)}
"""

PURGE = f"""
DROP SCHEMA {NAMESPACE} CASCADE;
ALTER TABLE workflow_templates DROP COLUMN retired;
DROP SCHEMA by_hand CASCADE;
"""

OPENED = """
SELECT count(*) FROM workflow_templates WHERE workflow_type IS NULL
    OR workflow_type NOT IN ('simple_chat', 'rag_chat', 'function_chat', 'advanced_chat')
"""

MISMATCHES = """
SELECT id, workflow_type::text AS label, new_type FROM workflow_templates
WHERE workflow_type::text <> by_hand.label_of(new_type)
"""


def accesses(url: str) -> dict[Side, Access]:
    """How both applications connect."""
    return {Side.OLD: (url, {}), Side.NEW: (url, {"options": f"-c search_path={NAMESPACE},public"})}


class ByHand:
    """The commands that a walk needs."""

    def status(self, database: str) -> tuple[Status, ...]:
        return ()

    def preview(self, evolution: Evolution, database: str) -> Document:
        with _transaction(database) as connection:
            over = not connection.scalar(text("SELECT to_regnamespace('by_hand') IS NOT NULL"))
            rows = connection.scalar(text(OPENED)) if over and _is_text(connection) else None
        count = RowCount(what=f"{BEYOND}: public.workflow_templates.workflow_type", rows=rows)
        return Document.model_construct(ways_back=(WayBack(command="revert", restores="", counts=(count,)),))

    def start(self, evolution: Evolution, database: str, *, observer: Observer) -> Outcome:
        observer.began("Backfill", 1, 1)
        with _transaction(database) as connection:
            if not connection.scalar(text("SELECT to_regnamespace('by_hand') IS NOT NULL")):
                connection.execute(text(SCHEMA))
            connection.execute(text(START))
            seeded = connection.execute(text(SEED), {"rows": json.dumps(BUILTIN_TEMPLATES)}).rowcount
            kept = connection.scalar(text("SELECT count(*) FROM by_hand.kept"))
            rows = connection.scalar(text("SELECT count(*) FROM workflow_templates")) or 0
        observer.advanced(rows, rows, 1000.0)
        observer.ended("Backfill", 0.1)
        backfill = Backfill(rows=rows, seconds=0.1, rows_per_second=rows * 10)
        return self._outcome("start", seeded=seeded, complement_rows=kept or 0, backfill=backfill)

    def verify(self, name: str, database: str, *, observer: Observer) -> Verification:
        with _transaction(database) as connection:
            rows = connection.scalar(text("SELECT count(*) FROM workflow_templates")) or 0
            wrong = connection.execute(text(MISMATCHES)).all()
        examples = tuple(
            Mismatch(
                table="workflow_templates",
                key={"id": str(row.id)},
                old={"workflow_type": row.label},
                new={"workflow_type": row.new_type},
            )
            for row in wrong[:5]
        )
        return Verification(rows=rows, seconds=0.1, mismatches=len(wrong), examples=examples)

    def rollback(self, name: str, database: str, *, observer: Observer) -> Outcome:
        names = [str(row["name"]) for row in BUILTIN_TEMPLATES]
        with _transaction(database) as connection:
            connection.execute(text(ROLLBACK))
            untouched = (
                "DELETE FROM workflow_templates WHERE name = ANY(:names) AND usage_count = 0 RETURNING name"
            )
            removed: Sequence[str] = connection.scalars(text(untouched), {"names": names}).all()
            kept = connection.scalar(text("SELECT count(*) FROM by_hand.kept")) or 0
        seeds = tuple({"name": name} for name in removed)
        left = len(names) - len(seeds)
        return self._outcome("rollback", complement_rows=kept, removed_seeds=seeds, seeds_kept=left)

    def complete(self, name: str, database: str, *, observer: Observer) -> Outcome:
        with _transaction(database) as connection:
            connection.execute(text(COMPLETE))
        return self._outcome("complete", verification=Verification())

    def revert(self, name: str, database: str, *, observer: Observer) -> Outcome:
        with _transaction(database) as connection:
            connection.execute(text(REVERT))
        return self._outcome("revert")

    def purge(self, name: str, database: str, *, observer: Observer) -> Outcome:
        with _transaction(database) as connection:
            connection.execute(text(PURGE))
        return self._outcome("purge")

    @staticmethod
    def _outcome(command: str, **figures: object) -> Outcome:
        given = {"evolution": evolution.name, "command": command, "state": command, "seconds": 0.1} | figures
        return Outcome.model_validate(given)


def _is_text(connection: Connection) -> bool:
    kind = "SELECT atttypid = 'varchar'::regtype FROM pg_attribute WHERE attname = 'workflow_type'"
    return bool(connection.scalar(text(f"{kind} AND attrelid = to_regclass('workflow_templates')")))


def _transaction(database: str) -> AbstractContextManager[Connection]:
    return create_engine(database, poolclass=NullPool).begin()
