"""Private database servers that live as long as a `with` block, for tests and the casebook.

    with embedded_postgresql("18") as server:
        engine = create_engine(server.create_database("shop"))

    with embedded_mariadb() as server:
        engine = create_engine(server.create_database("shop"))

A server has a private folder in /tmp, no TCP port, and a socket in that folder, which only the account that
runs it may enter. Database servers are not to run as root (PostgreSQL refuses), so root starts them as
`nobody`. Nothing outlives its owner, however that ends: watcher.py.
"""

from crossfade.testing.mariadb import MariadbServer, available_mariadb, embedded_mariadb
from crossfade.testing.postgresql import PostgresServer, available_postgresql, embedded_postgresql

__all__ = [
    "MariadbServer",
    "PostgresServer",
    "available_mariadb",
    "available_postgresql",
    "embedded_mariadb",
    "embedded_postgresql",
]
