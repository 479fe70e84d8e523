"""What a script of SQL, which somebody else executes, can ask by itself."""

from __future__ import annotations

from collections.abc import Sequence

from crossfade.dialects.postgresql.quoting import dollar_quoted, literal
from crossfade.names import JOURNAL


def demanded(evolution: str, states: Sequence[str]) -> str:
    """A statement that fails unless the evolution is in one of these states."""
    wanted = " or ".join(states)
    refused = (
        "    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',\n"
        f"      MESSAGE = {literal(f'evolution {evolution} is not {wanted}')},\n"
        "      HINT = 'Run it with crossfade, or with alembic, then this script again.';\n"
    )
    among = ", ".join(literal(each) for each in states)
    nobody, wrong = refused, f"NOT EXISTS ({{}} AND state IN ({among}))"
    if "absent" in states:  # nobody has begun it, and there may be no journal
        nobody, wrong = "    RETURN;\n", f"EXISTS ({{}} AND state NOT IN ({among}))"
    found = f"SELECT FROM {JOURNAL}.evolution WHERE name = {literal(evolution)}"
    body = (
        "BEGIN\n"
        f"  IF pg_catalog.to_regclass({literal(f'{JOURNAL}.evolution')}) IS NULL THEN\n{nobody}  END IF;\n"
        f"  IF {wrong.format(found)} THEN\n{refused}  END IF;\nEND"
    )
    return f"DO {dollar_quoted(body)};"
