"""What lints say of a database: what its things are called, and what it can't do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """What is said of a database: what rows that are written anew are to it, its log, where there must be
    room for them, and what clears away after them; why triggers can't be kept from firing, and what may be
    done; how a table is analyzed. `prepares`: what a session has prepared fails once its table has a column
    more. `longest_key`: the characters of a row's key, as a JSON array, that the journal holds.
    """

    versions: str
    log: str
    room: str
    cleaning: str
    triggers: str
    firing: str
    analyze: str
    prepares: bool
    longest_key: int | None = None


_POSTGRESQL = Words(
    "new row versions",
    "write-ahead log",
    "disk, archive and replicas have room for it",
    "autovacuum",
    "role {role} may not set session_replication_role",
    "GRANT SET ON PARAMETER session_replication_role TO {role} (PostgreSQL 15 or later), or see that they "
    "may fire for every row, and for every batch",
    "ANALYZE",
    prepares=True,
)
_MARIADB = Words(
    "rows",
    "redo, undo and binary log",
    "disk, binary log and replicas have room for it",
    "purge",
    "the server has no way to keep them from it",
    "see that they may fire for every row, and for every batch; one that asks whether @crossfade_sync is "
    "'off' can leave these writes alone",
    "ANALYZE TABLE",
    prepares=False,
    longest_key=380,
)
WORDS = {"postgresql": _POSTGRESQL, "mariadb": _MARIADB, "mysql": _MARIADB}
