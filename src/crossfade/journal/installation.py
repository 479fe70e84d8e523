"""The journal's own schema: whether it is there, made, and brought up to date."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, insert, inspect, select, text, update
from sqlalchemy.schema import CreateSchema

from crossfade.errors import CrossfadeError, MissingPrivilege
from crossfade.journal.server import server
from crossfade.journal.tables import meta, metadata
from crossfade.names import JOURNAL

VERSION = 1


def _version_1(connection: Connection) -> None:
    connection.execute(CreateSchema(JOURNAL, if_not_exists=True))
    metadata.create_all(connection, checkfirst=False)
    for statement in server(connection).guard:
        connection.execute(text(statement))
    connection.execute(insert(meta).values(version=0))


UPGRADES: tuple[Callable[[Connection], None], ...] = (_version_1,)


class Installation:
    """What every part of the journal stands on."""

    def installed(self, connection: Connection) -> bool:
        """Whether the journal is there.

        Raises CrossfadeError where a newer release made it, MissingPrivilege where the role may not read it.
        """
        if not inspect(connection).has_table("meta", schema=JOURNAL):
            return False
        if not connection.execute(text(server(connection).readable)).scalar_one():
            raise MissingPrivilege(
                f"the role may not read the journal, which another role's evolution made (schema {JOURNAL})",
                place=f"schema {JOURNAL}",
                remedy="connect as the role that owns the schema, or as a member of it",
            )
        version = connection.execute(select(meta.c.version)).scalar_one()
        if version > VERSION:
            raise CrossfadeError(
                f"the journal is of version {version}; this release knows {VERSION}",
                place=f"schema {JOURNAL}",
                remedy="upgrade Crossfade",
            )
        return True

    def install(self, connection: Connection) -> None:
        """Make the journal, or bring it up to date; one transaction, safe when two do it at once."""
        connection.execute(text(server(connection).lock))
        version = connection.execute(select(meta.c.version)).scalar_one() if self.installed(connection) else 0
        for upgrade in UPGRADES[version:]:
            upgrade(connection)
        connection.execute(update(meta).values(version=VERSION))
