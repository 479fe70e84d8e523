"""What Crossfade says in a script that a person executes with a client of MariaDB's."""

from __future__ import annotations

from collections.abc import Sequence

from crossfade.dialects.mariadb.quoting import literal
from crossfade.names import RESERVED


def demanded(evolution: str, states: Sequence[str]) -> str:
    """A statement that fails unless the evolution is in one of these states."""
    allowed = ", ".join(literal(each) for each in states)
    fact = f"evolution {evolution} is not {' or '.join(states)}: run crossfade first"
    return (
        "BEGIN NOT ATOMIC\n"
        "  EXECUTE IMMEDIATE CONCAT('SELECT COUNT(*) INTO @crossfade_found FROM `', "
        f"REPLACE(CONCAT({literal(RESERVED)}, DATABASE()), '`', '``'), "
        f"'`.`evolution` WHERE name = ', QUOTE({literal(evolution)}), "
        f"{literal(f' AND state IN ({allowed})')});\n"
        "  IF @crossfade_found = 0 THEN\n"
        f"    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = {literal(fact[:128])};\n"
        "  END IF;\n"
        "END"
    )
