"""What is about rows: most of it has a file of its own; questions that count are here."""

from __future__ import annotations

from crossfade.dialects.mariadb import batches, closing, complement, sync
from crossfade.dialects.mariadb.quoting import ident, literal, table
from crossfade.dialects.mariadb.rendering import Server, ddl, render
from crossfade.steps import (
    Analyze,
    CloseSide,
    Compare,
    CopyRows,
    CountUnmapped,
    CountUnsaid,
    CountWrites,
    Forget,
    InstallSync,
    KeepComplement,
    OpenSide,
    RemoveSync,
    RestoreComplement,
    Statement,
)

_NEVER = "SELECT 1 WHERE FALSE"


@render.register
def _(step: InstallSync, server: Server) -> tuple[Statement, ...]:
    return sync.install(step, server)


@render.register
def _(step: RemoveSync, server: Server) -> tuple[Statement, ...]:
    return sync.remove(step, server)


@render.register
def _(step: OpenSide, server: Server) -> tuple[Statement, ...]:
    return ()


@render.register
def _(step: CloseSide, server: Server) -> tuple[Statement, ...]:
    return closing.close(step, server)


@render.register
def _(step: Analyze, server: Server) -> tuple[Statement, ...]:
    # It commits what came before, and keeps nobody waiting. A replica's statistics are its own.
    return (ddl(f"ANALYZE NO_WRITE_TO_BINLOG TABLE {table(step.table)}", _NEVER, lock="", blocks="nothing"),)


@render.register
def _(step: CopyRows, server: Server) -> tuple[Statement, ...]:
    return batches.copy_rows(step, server)


@render.register
def _(step: Compare, server: Server) -> tuple[Statement, ...]:
    return batches.compare(step, server)


@render.register
def _(step: RestoreComplement, server: Server) -> tuple[Statement, ...]:
    return complement.restore(step, server)


@render.register
def _(step: KeepComplement, server: Server) -> tuple[Statement, ...]:
    return complement.keep(step, server)


@render.register
def _(step: Forget, server: Server) -> tuple[Statement, ...]:
    of = f"WHERE evolution = {literal(step.evolution)}"
    return tuple(
        Statement(f"DELETE FROM {ident(server.journal)}.{ident(each)} {of}")
        for each in ("complement", "seed")
    )


@render.register
def _(step: CountUnmapped, server: Server) -> tuple[Statement, ...]:
    column = f"t.{ident(step.column)}"
    text = f"CAST({column} AS CHAR CHARACTER SET utf8mb4)"
    # Zero is no label: what a session that is not strict wrote instead of one.
    wrong = [f"{column} = 0", *(f"BINARY {text} = BINARY {literal(each)}" for each in step.labels)]
    return (
        Statement(
            f"SELECT MIN({text}) AS value, COUNT(*) AS {ident('rows')} FROM {table(step.table)} AS t "
            f"WHERE {' OR '.join(wrong)} GROUP BY BINARY {text} ORDER BY 1"
        ),
    )


@render.register
def _(step: CountUnsaid, server: Server) -> tuple[Statement, ...]:
    column = f"t.{ident(step.column)}"
    text = f"CAST({column} AS CHAR CHARACTER SET utf8mb4)"
    said = " OR ".join(f"BINARY {text} = BINARY {literal(each)}" for each in step.known) or "FALSE"
    null = f" AND {column} IS NOT NULL" if step.null else ""
    return (
        Statement(
            f"SELECT COALESCE(MIN({text}), 'NULL') AS value, COUNT(*) AS {ident('rows')}, "
            f"SUM(COUNT(*)) OVER () AS many FROM {table(step.table)} AS t "
            f"WHERE ({said}) IS NOT TRUE{null} GROUP BY BINARY {text} ORDER BY 2 DESC, 1 LIMIT 20"
        ),
    )


@render.register
def _(step: CountWrites, server: Server) -> tuple[Statement, ...]:
    return sync.count(step, server)
