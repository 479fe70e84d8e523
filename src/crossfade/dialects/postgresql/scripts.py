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
    body = (
        "BEGIN\n"
        f"  IF pg_catalog.to_regclass({literal(f'{JOURNAL}.evolution')}) IS NULL THEN\n{refused}  END IF;\n"
        f"  IF NOT EXISTS (SELECT FROM {JOURNAL}.evolution "
        f"WHERE name = {literal(evolution)} AND state IN ({among})) THEN\n{refused}  END IF;\nEND"
    )
    if "absent" in states:  # nobody has begun it, and there may be no journal
        body = (
            "BEGIN\n"
            f"  IF pg_catalog.to_regclass({literal(f'{JOURNAL}.evolution')}) IS NULL THEN\n    RETURN;\n"
            "  END IF;\n"
            f"  IF EXISTS (SELECT FROM {JOURNAL}.evolution "
            f"WHERE name = {literal(evolution)} AND state NOT IN ({among})) THEN\n{refused}  END IF;\nEND"
        )
    return f"DO {dollar_quoted(body)};"
