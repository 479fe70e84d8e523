"""Private MariaDB servers, of the programs that the system has (Debian's mariadb-server-core).

No option file of the system's or the user's is read: a server has its own, in its folder.
"""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from crossfade.errors import UsageError
from crossfade.testing.processes import PATIENCE, spawn
from crossfade.testing.server import Server
from crossfade.testing.watcher import PrivateFolder, private_folder

__all__ = ["MariadbServer", "available_mariadb", "embedded_mariadb"]

# Debian has the server where an ordinary account's PATH does not look.
PLACES = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin")

# Throw-away data needs no safety from power cuts, so that nothing waits for a disk; but what was committed is
# with the operating system, and is still there after `kill`. Whatever an application could notice, such as
# isolation, sql_mode or autocommit, stays as MariaDB ships it, but for the character set: that is latin1, and
# Debian's option file, which is what servers in use have, makes it utf8mb4.
SETTINGS = {
    "character-set-server": "utf8mb4",
    "collation-server": "utf8mb4_general_ci",
    "innodb-flush-log-at-trx-commit": "2",
    "innodb-flush-method": "nosync",
    "innodb-doublewrite": "0",
    "debug-no-sync": "1",  # what is not InnoDB's: with both, a data folder is made in one second, not three
    "sync-frm": "0",
    "innodb-buffer-pool-size": "64M",
    "innodb-log-file-size": "32M",
    "aria-pagecache-buffer-size": "16M",
    "key-buffer-size": "1M",
}


class MariadbServer(Server):
    """One embedded server: `url` of its root, `version` such as "10.11.6", and the means to disturb it."""

    PRODUCT = "MariaDB"
    STOP = signal.SIGTERM
    KILL = signal.SIGKILL

    def __init__(self, installation: "Installation", folder: PrivateFolder) -> None:
        options = _options(folder)
        super().__init__((installation.server, f"--defaults-file={options}"), installation.version, folder)
        self.url = self._url("mysql")

    def create_database(self, name: str) -> str:
        """Create the database `name`, empty, and return its URL (user "root")."""
        self._execute("CREATE DATABASE {}", name)
        return self._url(name)

    def drop_database(self, name: str) -> None:
        """Drop the database `name` and those that Crossfade made beside it; disconnects who is in one."""
        journal, namespaces = f"_crossfade_{name}", f"{name}__"
        engine = self._engine()
        quote = engine.dialect.identifier_preparer.quote_identifier
        with engine.connect() as connection:
            # A transaction elsewhere that has read a table here would hold it for a day.
            connection.exec_driver_sql(f"SET lock_wait_timeout = {PATIENCE:.0f}")
            databases = connection.exec_driver_sql("SHOW DATABASES").scalars()
            doomed = {each for each in databases if each in {name, journal} or each.startswith(namespaces)}
            for session in connection.exec_driver_sql("SHOW PROCESSLIST").mappings().all():
                if session["db"] in doomed:
                    with suppress(DBAPIError):  # it has just ended
                        connection.exec_driver_sql(f"KILL {session['Id']}")
            for each in sorted(doomed | {name}):
                connection.exec_driver_sql(f"DROP DATABASE {quote(each)}")

    def _is_ready(self, process_id: int) -> bool:
        # A server that takes connections greets; the socket that a killed one left refuses.
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(PATIENCE)
            try:
                client.connect(str(_socket(self._folder)))
                return bool(client.recv(1))
            except OSError:
                return False

    def _url(self, database: str) -> str:
        query = {"unix_socket": str(_socket(self._folder)), "charset": "utf8mb4"}
        return str(
            URL.create("mariadb+pymysql", username="root", host="localhost", database=database, query=query)
        )


@dataclass(frozen=True)
class Installation:
    """Where one version's programs are: `server` is mariadbd, `installer` is mariadb-install-db."""

    version: str
    server: Path
    installer: Path


@contextmanager
def embedded_mariadb(
    version: str | None = None, *, settings: Mapping[str, str] = {}
) -> Iterator[MariadbServer]:
    """Run a private MariaDB server of `version` ("10.11"; the first available when None).

    `settings` are lines of an option file ({"max-connections": "20"}) and win over the defaults here.
    Raises UsageError where that version is not installed, DatabaseFailed where it does not start.
    """
    installations = _installations()
    wanted = next(iter(installations), "") if version is None else version
    if wanted not in installations:
        raise UsageError(
            f"there is no MariaDB {wanted or 'of any version'} here to run privately",
            place=f"available: {', '.join(installations) or 'none'}",
            remedy="install Debian's packages mariadb-server-core and mariadb-client-core",
        )
    with private_folder("KILL") as folder:
        _prepare(installations[wanted], folder, SETTINGS | dict(settings))
        server = MariadbServer(installations[wanted], folder)
        try:
            server.restart()
            yield server
        finally:
            server.kill()


def available_mariadb() -> tuple[str, ...]:
    """The versions, such as "10.11", that `embedded_mariadb` can run here, in the order of the PATH."""
    return tuple(_installations())


def _installations() -> dict[str, Installation]:
    """Version, such as "10.11" -> its programs."""
    found: dict[str, Installation] = {}
    places = [*filter(None, os.environ.get("PATH", "").split(os.pathsep)), *PLACES]
    for server in dict.fromkeys((Path(place) / "mariadbd").resolve() for place in places):
        tree = server.parent.parent
        installers = (tree / folder / "mariadb-install-db" for folder in ("bin", "scripts"))
        installer = next(filter(Path.is_file, installers), None)
        if os.access(server, os.X_OK) and installer is not None:
            version = _version(server)
            found.setdefault(".".join(version.split(".")[:2]), Installation(version, server, installer))
    return found


def _version(server: Path) -> str:
    """From "/usr/sbin/mariadbd  Ver 10.11.6-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian 12)"."""
    said = subprocess.check_output((str(server), "--no-defaults", "--version"), text=True)
    return said.partition(" Ver ")[2].partition("-")[0]


def _prepare(installation: Installation, folder: PrivateFolder, settings: dict[str, str]) -> None:
    """Write the server's options and make its data folder."""
    place = {
        "basedir": str(installation.server.parent.parent),
        "datadir": str(folder.path / "data"),
        "tmpdir": str(folder.path),
        "pid-file": str(folder.path / "pid"),
        "socket": str(_socket(folder)),
        "skip-networking": "1",
    }
    with _options(folder).open("w") as options:
        options.write("[mariadbd]\n")
        for name, value in (settings | place).items():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            options.write(f'{name} = "{escaped}"\n')
    first = (installation.installer, f"--defaults-file={_options(folder)}")  # that option has to be the first
    with folder.log.open("wb") as output:
        # Forced, it does not look the host's name up, which no container needs to have.
        command = (*first, "--force", "--auth-root-authentication-method=normal", "--skip-test-db")
        if spawn(command, output).wait(PATIENCE) != 0:
            raise folder.failure("mariadb-install-db failed", "ERROR")  # it ends with a page of advice


def _options(folder: PrivateFolder) -> Path:
    return folder.path / "my.cnf"


def _socket(folder: PrivateFolder) -> Path:
    return folder.path / "socket"
