"""Who holds the lock that was not to be had: the oldest transaction at work on the tables."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from crossfade import names
from crossfade.dialects.dialect import Held
from crossfade.dialects.postgresql.quoting import ident

# The wait is over when this is asked, so that `pg_blocking_pids` has nothing to say any more. A query's text
# is not asked for: it may hold what nobody but its user may see.
_OLDEST = """
SELECT a.pid, a.application_name, a.backend_type, a.state,
       extract(epoch FROM clock_timestamp() - a.xact_start)::float AS seconds
FROM pg_stat_activity a
WHERE a.pid <> pg_backend_pid() AND a.datname = current_database() AND EXISTS (
  SELECT FROM pg_locks l, unnest(CAST(:tables AS text[])) t
  WHERE l.pid = a.pid AND l.locktype = 'relation' AND l.granted
    AND (l.relation = to_regclass(t)
         OR l.relation IN (SELECT relid FROM pg_partition_tree(to_regclass(t))))
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))
ORDER BY a.xact_start LIMIT 1
"""


def oldest(connection: Connection, tables: Sequence[str]) -> str | None:
    """The oldest transaction that holds a lock on one of the tables, in words; None where there is none."""
    found = held(connection, tables)
    if found is None:
        return None
    age = "" if found.seconds is None else f", its transaction open for {found.seconds:.0f} s"
    return f"{found.who}{age}"


def held(connection: Connection, tables: Sequence[str]) -> Held | None:
    """The same, taken apart. What the role may not see of it is left out, or None."""
    parts = [names.split_table(each) for each in tables]
    quoted = [".".join(ident(part) for part in each if part is not None) for each in parts]
    row = connection.execute(text(_OLDEST), {"tables": quoted}).one_or_none()
    if row is None:
        return None
    who = f"application {row.application_name!r}" if row.application_name else row.backend_type
    return Held(", ".join(word for word in (f"process {row.pid}", who, row.state) if word), row.seconds)
