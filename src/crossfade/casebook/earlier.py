"""An earlier run of a case in the same database, as the journal there tells of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect

from crossfade import names
from crossfade.casebook.databases import database_of
from crossfade.commands.ground import opened
from crossfade.errors import Refused
from crossfade.phases import State

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from crossfade.casebook.case import Case
    from crossfade.reports import Status

__all__ = ["make_way"]

_OVER = frozenset({State.PURGED, State.ROLLED_BACK})
_NEXT = {
    **dict.fromkeys((State.COMPLETED, State.PURGING, State.CLEARING), "purge"),
    State.REVERTING: "revert",
}


def make_way(
    case: Case,
    url: str,
    schema: str,
    known: Sequence[Status],
    taken: Sequence[str],
    say: Callable[[str], None],
) -> None:
    """Let the case be run once more where an earlier run has ended and its tables are gone, and `say` so.

    `known` is what the journal knows, `taken` what is there of the case's. Raises Refused where the earlier
    run is not over, or has left something; nothing is changed then.
    """
    name = case.evolution.name
    earlier = next((each for each in known if each.evolution == name), None)
    if earlier is None:
        return
    with opened(url) as (_, journal, connection), connection.begin():
        left = [*taken, *(f"table {table}" for table in earlier.tables if _exists(connection, table))]
        state = State(earlier.state)
        if state not in _OVER or left:
            there = f", and there is still {', '.join(left)}" if left else ", and its tables are gone"
            made = database_of(url).drop_journal(schema)
            raise Refused(
                f"The journal knows an earlier run of this case: evolution {name!r} is {state} since "
                f"{earlier.changed_at:%Y-%m-%d %H:%M %Z}{there}",
                place=f"database {connection.engine.url.database!r}, {made.kind} {made.name!r}",
                remedy=_remedy(name, state, made.statement, left=bool(left)),
            )
        journal.start_over(connection, name)
    say(f"an earlier run of this case was {state}, and its tables are gone: the evolution starts anew")


def _remedy(name: str, state: State, drop: str, *, left: bool) -> str:
    if not left:
        return (
            "use another database: no command can finish what has no tables; or, where nothing else is in "
            f"the journal, {drop}"
        )
    finish = "" if state in _OVER else f"finish it (`crossfade {_NEXT.get(state, 'rollback')} {name}`), then "
    return f"{finish}drop what it left; or use another database. Nothing was changed in this one"


def _exists(connection: Connection, table: str) -> bool:
    schema, name = names.split_table(table)
    return inspect(connection).has_table(name, schema)
