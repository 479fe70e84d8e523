"""The guard of a lookup's rows: a trigger that keeps them true while both versions are live.

The rows that stand for old values keep what tells them: the routine for keys holds these as constants. An
edit of another row that is in use gives the rows that use it their old side anew.
"""

from __future__ import annotations

from crossfade import names
from crossfade.dialects.postgresql.lookup_values import holds, of_row, told
from crossfade.dialects.postgresql.quoting import ident, literal, table
from crossfade.dialects.postgresql.tellers import definer
from crossfade.dialects.postgresql.triggers import ACTIVE, LOCK
from crossfade.steps import InstallLookup, RemoveLookup, Statement


def guard(step: InstallLookup) -> tuple[Statement, ...]:
    """The trigger on the lookup table, and its function."""
    lookup = table(step.forward.lookup)
    made = (
        f"CREATE TRIGGER {_trigger(step)} AFTER UPDATE OR DELETE ON {lookup} "
        f"FOR EACH ROW EXECUTE FUNCTION {_function(step)}()"
    )
    always = f"ALTER TABLE {lookup} ENABLE ALWAYS TRIGGER {_trigger(step)}"
    return (
        Statement(_watching(step)),
        *(Statement(each, lock=LOCK, blocks="writes, briefly") for each in (made, always)),
    )


def unguard(step: RemoveLookup) -> tuple[Statement, ...]:
    """What removes them."""
    return (
        Statement(
            f"DROP TRIGGER IF EXISTS {_trigger(step)} ON {table(step.forward.lookup)}",
            lock="ACCESS EXCLUSIVE",
            blocks="reads and writes, briefly",
        ),
        Statement(f"DROP FUNCTION IF EXISTS {_function(step)}()"),
    )


def _watching(step: InstallLookup) -> str:
    """The function that the trigger calls."""
    key, value = step.forward, step.backward
    before, after = (of_row(value, told(value, each, qualified=False)) for each in ("OLD", "NEW"))
    refers = f"{table(step.table)} AS t WHERE t.{ident(value.column)}"
    users, former = (f"{refers} = {row}.{ident(value.key)}" for row in ("NEW", "OLD"))
    old = ident(key.column)
    changed = (
        f"TG_OP = 'DELETE' OR NEW.{ident(key.key)} IS DISTINCT FROM OLD.{ident(key.key)} "
        f"OR ({_stands(step, 'NEW')}) IS DISTINCT FROM stands OR before IS DISTINCT FROM after"
    )
    unsaid = ""
    if value.otherwise is None:
        unsaid = (
            f"    IF after IS NULL AND EXISTS (SELECT FROM {users}) THEN\n"
            + _refused(
                f"a row of {key.lookup} that is in use can't become %s yet: the old version of {step.table} "
                "has no value for it",
                "pg_catalog.to_jsonb(NEW)::text",
            )
            + "    END IF;\n"
        )
    body = (
        f"DECLARE\n  stands text;\n  before {value.target};\n  after {value.target};\n  sync text;\nBEGIN\n"
        f"  IF NOT ({ACTIVE}) THEN\n    RETURN NULL;\n  END IF;\n"
        f"  stands := {_stands(step, 'OLD')};\n"
        f"  before := {before};\n"
        f"  IF TG_OP = 'UPDATE' THEN\n    after := {after};\n  END IF;\n"
        f"  IF stands IS NOT NULL AND ({changed}) THEN\n"
        + _refused(
            f"a row of {key.lookup} stands for %s in {step.table} while evolution {step.evolution} is live: "
            "it can't be deleted, nor can what tells it be changed",
            "stands",
        )
        + "  END IF;\n"
        f"  IF TG_OP = 'DELETE' AND EXISTS (SELECT FROM {former}) THEN\n"
        + _refused(
            f"a row of {key.lookup} is in use in {step.table}",
            "''",
            "Let its rows refer to another one first.",
            "foreign_key_violation",
        )
        + "  END IF;\n"
        "  IF TG_OP = 'UPDATE' AND before IS DISTINCT FROM after THEN\n"
        f"{unsaid}"
        "    sync := pg_catalog.current_setting('crossfade.sync', true);\n"
        "    PERFORM pg_catalog.set_config('crossfade.sync', 'off', true);\n"
        f"    UPDATE {table(step.table)} AS t SET {old} = after "
        f"WHERE t.{ident(value.column)} = NEW.{ident(value.key)} AND t.{old} IS DISTINCT FROM after;\n"
        "    PERFORM pg_catalog.set_config('crossfade.sync', coalesce(sync, ''), true);\n"
        "  END IF;\n  RETURN NULL;\nEND"
    )
    return definer(step, f"{_function(step)}()", "trigger", body)


def _stands(step: InstallLookup, row: str) -> str:
    """The value that the row was made or found for, as text; NULL where it is any other row."""
    rows = [(literal(value), held) for value, held in step.forward.rows]
    if step.forward.otherwise:
        rows.append((literal("any other value"), step.forward.otherwise))
    cases = " ".join(f"WHEN {holds(held, row, qualified=False)} THEN {value}" for value, held in rows)
    return f"CASE {cases} END"


def _refused(
    fact: str, what: str, hint: str = "Complete the evolution first.", code: str = "check_violation"
) -> str:
    return (
        f"      RAISE EXCEPTION USING ERRCODE = {literal(code)},\n"
        f"        MESSAGE = pg_catalog.replace({literal(fact)}, '%s', coalesce({what}, 'NULL')),\n"
        f"        HINT = {literal(hint)};\n"
    )


def _function(step: InstallLookup | RemoveLookup) -> str:
    return f"{names.JOURNAL}.{ident(_name(step))}"


def _trigger(step: InstallLookup | RemoveLookup) -> str:
    return ident(names.fitted(f"~crossfade_{_name(step)}"))


def _name(step: InstallLookup | RemoveLookup) -> str:
    return names.fitted(f"guard_{step.backward.function}")
