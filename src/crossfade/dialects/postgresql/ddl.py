"""Every step of the vocabulary as PostgreSQL's statements."""

from __future__ import annotations

from collections.abc import Sequence

from crossfade.dialects.postgresql import (
    asking,
    cascades,
    columns,
    constraints,
    counts,
    definitions,
    lookups,
    namespaces,
    orphans,
    questions,
    rows,
    standing,
    surveys,
    tree_hooks,
    tree_surveys,
    trees,
)
from crossfade.dialects.postgresql.quoting import table
from crossfade.dialects.postgresql.rendering import Server, render
from crossfade.schema import TableName
from crossfade.steps import Role, Statement, Step

# Each says how its steps are rendered when it is loaded.
FILES = (
    asking,
    cascades,
    columns,
    constraints,
    counts,
    definitions,
    lookups,
    namespaces,
    orphans,
    questions,
    rows,
    standing,
    surveys,
    tree_hooks,
    tree_surveys,
    trees,
)


class Renderer:
    """Renders steps for a server's version; `lock_timeout_ms` bounds the wait for a lock."""

    def __init__(self, version: tuple[int, ...], lock_timeout_ms: int) -> None:
        self.server = Server(version, lock_timeout_ms)

    def render(self, step: Step) -> tuple[Statement, ...]:
        """The statements of `step`, in order."""
        return render(step, self.server)

    def opening(self, tables: Sequence[TableName], raised: Sequence[TableName] = ()) -> tuple[Statement, ...]:
        """What each transaction that takes locks on users' tables begins with.

        A lock that reads and writes need not wait for comes first, with more patience: the server ends an
        autovacuum that is in its way, but only after `deadlock_timeout` (1 s). What is left to wait for is
        the applications' own transactions, and those for a moment only, since others queue behind us.

        `raised` tables are locked for good at once: were they closed to writers first, and to readers later,
        a transaction that has read one and then writes it would wait for us, and we for it.
        """
        impatient = Statement(f"SET LOCAL lock_timeout = '{self.server.lock_timeout_ms}ms'", Role.SETTING)
        if not tables:
            return (impatient,)
        named = ", ".join(table(each) for each in tables)
        return (
            Statement("SET LOCAL lock_timeout = '5s'", Role.SETTING),
            Statement(
                f"LOCK TABLE {named} IN SHARE UPDATE EXCLUSIVE MODE", Role.SETTING, "SHARE UPDATE EXCLUSIVE"
            ),
            impatient,
            *(
                Statement(
                    f"LOCK TABLE {table(each)} IN ACCESS EXCLUSIVE MODE",
                    Role.SETTING,
                    lock="ACCESS EXCLUSIVE",
                    blocks="reads and writes, briefly",
                )
                for each in raised
            ),
        )
