"""The triggers that close the new side before a rollback keeps what it holds."""

from __future__ import annotations

from crossfade.dialects.postgresql import values
from crossfade.dialects.postgresql.quoting import dollar_quoted, literal
from crossfade.dialects.postgresql.triggers import (
    ACTIVE,
    CLOSED_INSERT,
    CLOSED_UPDATE,
    function,
    trigger,
)
from crossfade.steps import CloseSide, Statement


def close(step: CloseSide) -> tuple[Statement, ...]:
    """Triggers that refuse what only a writer of the new side could write."""
    name = function("closed", step.evolution, step.table)
    fact = (
        f"evolution {step.evolution} is being rolled back: "
        f"the new version of {step.table} takes no more writes"
    )
    body = (
        "BEGIN\n"
        f"  RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = {literal(fact)},\n"
        "    HINT = 'Stop the new version of the application, or start the evolution again.';\n"
        "END"
    )
    told = " OR ".join(values.given(step.columns))
    updated = values.changed(step.columns)
    inserts = (
        trigger(CLOSED_INSERT, "INSERT", step.table, f"{name}()", when=f"({told}) AND {ACTIVE}")
        if told
        else ()
    )
    return (
        Statement(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
            f"SET search_path = pg_catalog, pg_temp AS {dollar_quoted(body)}"
        ),
        *inserts,
        *trigger(CLOSED_UPDATE, "UPDATE", step.table, f"{name}()", when=f"({updated}) AND {ACTIVE}"),
    )
