"""The triggers that close the new side before a rollback keeps what it holds."""

from __future__ import annotations

from crossfade.dialects.mariadb import values
from crossfade.dialects.mariadb.quoting import literal
from crossfade.dialects.mariadb.rendering import Server
from crossfade.dialects.mariadb.sync import language
from crossfade.dialects.mariadb.triggers import CLOSED_INSERT, CLOSED_UPDATE, INSERT, TOLD, UPDATE, trigger
from crossfade.steps import CloseSide, Statement


def close(step: CloseSide, server: Server) -> tuple[Statement, ...]:
    """Triggers that refuse what only a writer of the new side could write."""
    fact = (
        f"evolution {step.evolution} is being rolled back: "
        f"the new version of {step.table} takes no more writes"
    )
    told = " OR ".join(values.given(step.columns, language(server)))
    inserts = _closed(step, CLOSED_INSERT, "INSERT", INSERT, _refused(told, fact)) if told else ()
    updates = _refused(values.changed(step.columns), fact)
    return (*inserts, *_closed(step, CLOSED_UPDATE, "UPDATE", UPDATE, updates))


def _closed(step: CloseSide, kind: str, event: str, sync: str, lines: list[str]) -> tuple[Statement, ...]:
    """It must fire before the sync, which writes the new side itself. Without one, it is made plainly."""
    return (trigger(kind, event, step.table, lines, before=sync), trigger(kind, event, step.table, lines))


def _refused(test: str, fact: str) -> list[str]:
    return [
        f"IF {test} THEN",
        f"  SET {TOLD} = LEFT({literal(fact)}, 128);",
        f"  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = {TOLD};",
        "END IF;",
    ]
