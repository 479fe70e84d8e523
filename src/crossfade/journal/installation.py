"""The journal's own schema: whether it is there, made, and brought up to date."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, insert, inspect, select, text, update

from crossfade.errors import CrossfadeError, MissingPrivilege
from crossfade.journal.server import server
from crossfade.journal.tables import meta, metadata
from crossfade.names import JOURNAL

VERSION = 1


def _version_1(connection: Connection) -> None:
    words = server(connection)
    connection.execute(text(words.create))
    metadata.create_all(connection)  # what stands was made by an install that a crash has cut
    for statement in words.guard:
        connection.execute(text(statement))
    connection.execute(insert(meta).values(version=0))


UPGRADES: tuple[Callable[[Connection], None], ...] = (_version_1,)


class Installation:
    """What every part of the journal stands on."""

    def installed(self, connection: Connection) -> bool:
        """Whether the journal is there.

        Raises CrossfadeError where a newer release made it, MissingPrivilege where the role may not read it.
        """
        words = server(connection)
        if not inspect(connection).has_table("meta", schema=words.schema):
            return False
        if not connection.execute(text(words.readable)).scalar_one():
            raise MissingPrivilege(
                f"the role may not read the journal, which another role's evolution made (schema {JOURNAL})",
                place=f"schema {JOURNAL}",
                remedy="connect as the role that owns the schema, or as a member of it",
            )
        version = connection.execute(select(meta.c.version)).scalar()
        if version is None:
            return False  # an install that a crash has cut
        if version > VERSION:
            raise CrossfadeError(
                f"the journal is of version {version}; this release knows {VERSION}",
                place=f"schema {JOURNAL}",
                remedy="upgrade Crossfade",
            )
        return True

    def install(self, connection: Connection) -> None:
        """Make the journal, or bring it up to date; one transaction, safe when two do it at once."""
        words = server(connection)
        connection.execute(text(words.lock))
        version = connection.execute(select(meta.c.version)).scalar_one() if self.installed(connection) else 0
        for upgrade in UPGRADES[version:]:
            upgrade(connection)
        connection.execute(update(meta).values(version=VERSION))
        connection.execute(text(words.hold))
        connection.execute(text(words.unlock))
