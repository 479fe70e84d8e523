"""The databases that the cases run on: what the harness says to each in its own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ArgumentError

from crossfade.casebook.databases.mariadb import MariaDB
from crossfade.casebook.databases.postgresql import PostgreSQL
from crossfade.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import URL

    from crossfade.casebook.databases.database import Database

__all__ = ["DATABASES", "database_of"]

DATABASES: dict[str, Database] = {"postgresql": PostgreSQL(), "mariadb": MariaDB()}
"""Each by the value of --database that means an embedded server; the first one where nothing is said."""
_NAMES = {"postgres": "postgresql", "mysql": "mariadb"}


def database_of(place: Engine | URL | str) -> Database:
    """The database of an engine or a URL. Raises UsageError for what is neither."""
    if isinstance(place, str):
        try:
            place = make_url(place)
        except (ArgumentError, ValueError) as error:
            raise UsageError(
                "the database's URL can't be read",
                place="--database",
                remedy="give postgresql://…, mariadb://…, or the name of a database that is to be embedded",
            ) from error
    url = place.url if isinstance(place, Engine) else place
    name = url.get_backend_name()
    known = DATABASES.get(_NAMES.get(name, name))
    if known is None:
        raise UsageError(
            f"the cases know {' and '.join(DATABASES)}; {name!r} is something else",
            place="--database",
            remedy="leave it away for an embedded server",
        )
    return known
