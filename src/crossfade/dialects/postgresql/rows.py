"""What is about rows: most of it has a file of its own; questions that count are here."""

from __future__ import annotations

from crossfade.dialects.postgresql import batches, complement, seeds, sync
from crossfade.dialects.postgresql.quoting import ident, literal, table
from crossfade.dialects.postgresql.rendering import Server, render
from crossfade.steps import (
    Analyze,
    Compare,
    CopyRows,
    CountUnmapped,
    CountUnsaid,
    CountWrites,
    Forget,
    InstallSync,
    KeepComplement,
    RemoveSync,
    RestoreComplement,
    SeedRows,
    Statement,
    UnseedRows,
)


@render.register
def _(step: InstallSync, server: Server) -> tuple[Statement, ...]:
    return sync.install(step)


@render.register
def _(step: RemoveSync, server: Server) -> tuple[Statement, ...]:
    return sync.remove(step)


@render.register
def _(step: Analyze, server: Server) -> tuple[Statement, ...]:
    return (Statement(f"ANALYZE {table(step.table)}", lock="SHARE UPDATE EXCLUSIVE"),)


@render.register
def _(step: CopyRows, server: Server) -> tuple[Statement, ...]:
    return batches.copy_rows(step)


@render.register
def _(step: Compare, server: Server) -> tuple[Statement, ...]:
    return batches.compare(step)


@render.register
def _(step: RestoreComplement, server: Server) -> tuple[Statement, ...]:
    return complement.restore(step)


@render.register
def _(step: KeepComplement, server: Server) -> tuple[Statement, ...]:
    return complement.keep(step)


@render.register
def _(step: Forget, server: Server) -> tuple[Statement, ...]:
    of = f"WHERE evolution = {literal(step.evolution)}"
    return tuple(Statement(f"DELETE FROM {each} {of}") for each in (complement.PLACE, seeds.SEED))


@render.register
def _(step: SeedRows, server: Server) -> tuple[Statement, ...]:
    return seeds.seed(step)


@render.register
def _(step: UnseedRows, server: Server) -> tuple[Statement, ...]:
    return seeds.unseed(step)


@render.register
def _(step: CountUnmapped, server: Server) -> tuple[Statement, ...]:
    column = ident(step.column)
    labels = ", ".join(literal(each) for each in step.labels)
    return (
        Statement(
            f"SELECT {column}::text AS value, count(*) AS rows FROM {table(step.table)} "
            f"WHERE {column}::text IN ({labels}) GROUP BY 1 ORDER BY 1",
            lock="ACCESS SHARE",
        ),
    )


@render.register
def _(step: CountUnsaid, server: Server) -> tuple[Statement, ...]:
    column = ident(step.column)
    known = ", ".join(literal(each) for each in step.known)
    said = f"{column}::text IN ({known})" if step.known else "false"
    null = f" AND {column} IS NOT NULL" if step.null else ""
    return (
        Statement(
            f"SELECT coalesce({column}::text, 'NULL') AS value, count(*) AS rows, "
            f"sum(count(*)) OVER () AS many FROM {table(step.table)} WHERE ({said}) IS NOT TRUE{null} "
            "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20",
            lock="ACCESS SHARE",
        ),
    )


@render.register
def _(step: CountWrites, server: Server) -> tuple[Statement, ...]:
    return sync.count(step)
