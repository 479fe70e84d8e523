"""All that a refused command could have changed, as text."""

from __future__ import annotations

from tests.concurrency.watching import opened
from tests.crash.picture import CATALOGUE

JOURNAL = ("evolution", "event", "progress", "complement", "seed")


def snapshot(database: str) -> tuple[str, ...]:
    """The catalogue, the rows and the journal, where there is one."""
    with opened(database) as session:
        lines = [str(line) for (line,) in session.execute(CATALOGUE)]
        ((journal,),) = session.execute("SELECT to_regnamespace('crossfade') IS NOT NULL")
        tables = ["orders", "items", "sizes", *(f"crossfade.{name}" for name in JOURNAL if journal)]
        for table in tables:
            lines += [f"{table} {row}" for (row,) in session.execute(f"SELECT t::text FROM {table} t")]
    return tuple(sorted(lines))
