"""Roles of a test's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from sqlalchemy.engine import make_url

from tests.concurrency.watching import Session, opened


@dataclass
class Roles:
    """They are the server's, not the database's, so their names are used once."""

    database: str
    names: list[str] = field(default_factory=list)

    def make(self, *grants: str) -> str:
        """A role that may log in and is given `grants`, in which {} stands for it."""
        name = f"role_{uuid4().hex[:12]}"
        with opened(self.database) as session:
            session.execute(f"CREATE ROLE {name} LOGIN")
            self.names.append(name)
            for grant in grants:
                session.execute(grant.format(name))
        return name

    def owner(self, *relations: str) -> str:
        """A role that owns these, and may create what Crossfade creates: it needs no more."""
        name = make_url(self.database).database
        role = self.make(f"GRANT CREATE ON DATABASE {name} TO {{}}", "GRANT CREATE ON SCHEMA public TO {}")
        with opened(self.database) as session:
            for relation in relations:
                session.execute(f"ALTER {relation} OWNER TO {role}")
        return role

    def url(self, role: str) -> str:
        """The database's URL for a role."""
        return make_url(self.database).set(username=role).render_as_string(hide_password=False)

    def session(self, role: str, *, version: str | None = None) -> Session:
        """A session of a role's; the caller closes it."""
        return opened(self.url(role), version=version)


@contextmanager
def roles_of(database: str) -> Iterator[Roles]:
    """Roles that are there until the block ends."""
    made = Roles(database)
    try:
        yield made
    finally:
        with opened(database) as session:
            for name in made.names:
                session.execute(f"DROP OWNED BY {name} CASCADE")
            for name in made.names:
                session.execute(f"DROP ROLE {name}")
