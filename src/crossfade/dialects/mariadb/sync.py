"""The triggers that keep both sides of a row in agreement.

They fire before the row is written, for every way of writing it, through a view as well; but not for what a
foreign key's ON UPDATE or ON DELETE does to it. They have the rights of whoever made them.
"""

from __future__ import annotations

from crossfade.dialects.mariadb import stand_ins
from crossfade.dialects.mariadb.agreement import Body
from crossfade.dialects.mariadb.quoting import ident
from crossfade.dialects.mariadb.rendering import Server, ddl, has_table, nothing
from crossfade.dialects.mariadb.triggers import ALL, INSERT, UPDATE, counter, dropped, trigger
from crossfade.schema import TableName
from crossfade.steps import CountWrites, InstallSync, RemoveSync, Statement

SIDES = ("old", "new")


def install(step: InstallSync, server: Server) -> tuple[Statement, ...]:
    """The triggers of a table's lenses; nothing where there are none.

    That of updates comes first: a row that is written before that of inserts stands has no new side, and is
    filled, even where it is updated meanwhile.
    """
    if not step.lenses:
        return ()
    body = Body(step, server.journal, counts=not server.mysql, language=language(server))
    on_update = body.on_update()
    return (
        *stand_ins.give(step.table, step.demanded),
        *(_counter(side, step, server) for side in SIDES if step.counted and not server.mysql),
        *((trigger(UPDATE, "UPDATE", step.table, on_update),) if on_update else ()),
        trigger(INSERT, "INSERT", step.table, body.on_insert()),
        *stand_ins.give(step.table, step.required),  # not before the trigger, which knows it as no value
    )


def remove(step: RemoveSync, server: Server) -> tuple[Statement, ...]:
    """Every trigger that stands, and the counters."""
    return (
        *(dropped(each, step.table) for each in ALL),
        *stand_ins.take(step.table, step.demanded),
        *(_uncounted(side, step, server) for side in SIDES if not server.mysql),
    )


def count(step: CountWrites, server: Server) -> tuple[Statement, ...]:
    """How often each side's writes were carried over to the other; of MySQL, which has no sequences, nothing
    can be told.
    """
    if server.mysql:
        return (Statement(f"SELECT {', '.join(f'NULL AS {ident(side)}' for side in SIDES)}"),)
    counts = ", ".join(
        f"(SELECT next_not_cached_value - 1 FROM {_of(side, step, server)}) AS {ident(side)}"
        for side in SIDES
    )
    return (Statement(f"SELECT {counts}"),)


def language(server: Server) -> str:
    """What the server's expressions are written in."""
    return "mysql" if server.mysql else "mariadb"


def _counter(side: str, step: InstallSync, server: Server) -> Statement:
    """A sequence: it counts without making writers wait for each other. Without a cache, which would keep the
    count still while it is used up.
    """
    found = has_table(TableName(server.journal, counter(side, step.evolution, step.table)))
    return ddl(f"CREATE SEQUENCE {_of(side, step, server)} NOCACHE", found, lock="", blocks="nothing")


def _uncounted(side: str, step: RemoveSync, server: Server) -> Statement:
    found = has_table(TableName(server.journal, counter(side, step.evolution, step.table)))
    return ddl(
        f"DROP SEQUENCE IF EXISTS {_of(side, step, server)}", nothing(found), lock="", blocks="nothing"
    )


def _of(side: str, step: InstallSync | RemoveSync | CountWrites, server: Server) -> str:
    return f"{ident(server.journal)}.{ident(counter(side, step.evolution, step.table))}"
