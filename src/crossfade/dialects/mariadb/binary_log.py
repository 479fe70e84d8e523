"""The binary log's format, where it keeps Crossfade from writing."""

from __future__ import annotations

from sqlalchemy import Connection, text

from crossfade.errors import Refused, Unsupported

# New sessions have the server's format, whatever this one's is.
_FORMAT = "SELECT @@log_bin AS logged, @@global.binlog_format AS format"


def objection(connection: Connection) -> Refused | None:
    """What to say of a binary log of statements: InnoDB refuses to write at READ COMMITTED where it is on."""
    row = connection.execute(text(_FORMAT)).one()
    if str(row.logged).upper() in {"0", "OFF"} or str(row.format).upper() != "STATEMENT":
        return None
    return Unsupported(
        "the server's binary log is one of statements (binlog_format = STATEMENT), for which nothing can be "
        "written at READ COMMITTED, as batches are",
        place="server",
        remedy="SET GLOBAL binlog_format = MIXED (or ROW), and say so in the option file; sessions that are "
        "open keep the old one until they connect again",
    )
