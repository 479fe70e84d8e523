"""What only MariaDB's embedded servers have: options, companions of a database, a place on the PATH."""

import os
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from crossfade.errors import UsageError
from crossfade.testing import MariadbServer, available_mariadb, embedded_mariadb
from tests.embedded import ask, connected, folder_of

SHIPPED = {
    "tx_isolation": "REPEATABLE-READ",
    "sql_mode": "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION",
    "autocommit": 1,
    "max_connections": 151,
    "innodb_lock_wait_timeout": 50,
    "log_bin": 0,
    "lower_case_table_names": 0,
    "performance_schema": 0,
}


def databases(server: MariadbServer) -> set[str]:
    system = {"information_schema", "mysql", "performance_schema", "sys"}
    with connected(server.url) as connection:
        return set(connection.exec_driver_sql("SHOW DATABASES").scalars()) - system


def test_serves_the_version_that_it_names(mariadb: MariadbServer) -> None:
    served = ask(mariadb.url, "SELECT version()")
    assert isinstance(served, str)
    assert served.split("-")[:2] == [mariadb.version, "MariaDB"]
    assert mariadb.version.startswith(f"{available_mariadb()[0]}.")


def test_gives_each_test_an_empty_database_of_its_own(mariadb_database: str) -> None:
    tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = database()"
    assert ask(mariadb_database, tables) == 0
    assert ask(mariadb_database, "SELECT @@collation_database") == "utf8mb4_general_ci"
    ask(mariadb_database, "CREATE TABLE kept_to_itself (id integer)")


def test_the_next_test_does_not_see_the_last_ones_tables(
    mariadb: MariadbServer, mariadb_database: str
) -> None:
    everywhere = "SELECT count(*) FROM information_schema.tables WHERE table_name = 'kept_to_itself'"
    assert ask(mariadb_database, everywhere) == 0


def test_what_an_application_could_notice_is_as_shipped(mariadb: MariadbServer) -> None:
    assert {name: ask(mariadb.url, f"SELECT @@global.{name}") for name in SHIPPED} == SHIPPED
    assert ask(mariadb.url, "SELECT @@character_set_server") == "utf8mb4"  # but for this: as Debian says
    assert ask(mariadb.url, "SELECT count(*) FROM mysql.user WHERE user = ''") == 0


def test_databases_may_have_any_name(mariadb: MariadbServer) -> None:
    name = "Ünï `quoted` 100% :odd"
    url = mariadb.create_database(name)
    assert ask(url, "SELECT database()") == name
    assert name in databases(mariadb)
    mariadb.drop_database(name)
    assert name not in databases(mariadb)


def test_a_database_goes_with_what_crossfade_made_beside_it_and_with_nothing_else(
    mariadb: MariadbServer,
) -> None:
    beside = {"a_b__v2", "a_b__", "_crossfade_a_b"}
    others = {"a_b_", "a_bc", "aXb__v2", "A_B__v2", "_crossfade_a_bc", "_crossfade_aXb"}
    for name in {"a_b"} | beside | others:
        mariadb.create_database(name)
    mariadb.drop_database("a_b")
    assert databases(mariadb) & ({"a_b"} | beside | others) == others
    for name in others:
        if name in databases(mariadb):  # one of these is beside another
            mariadb.drop_database(name)


@pytest.mark.parametrize("name", ["kept", "kept__v2"])
def test_dropping_does_not_wait_for_a_transaction(mariadb: MariadbServer, name: str) -> None:
    url = mariadb.create_database("kept")
    mariadb.create_database("kept__v2")
    ask(url, "CREATE TABLE item (id integer)")
    with pytest.raises(DBAPIError), connected(url) as connection:  # noqa: PT012 - it goes wrong at the end
        connection.exec_driver_sql(f"USE {name}")
        connection.exec_driver_sql("START TRANSACTION")
        connection.exec_driver_sql("SELECT * FROM kept.item")
        mariadb.drop_database("kept")
        assert not any(each.startswith("kept") for each in databases(mariadb))
        connection.exec_driver_sql("SELECT 1")


def test_settings_win_over_the_defaults_and_over_what_the_caller_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my.cnf").write_text("[mariadbd]\nno_such_setting = 1\n[mariadb-install-db]\nno_such = 1\n")
    monkeypatch.setenv("MYSQL_HOME", str(tmp_path))
    monkeypatch.setenv("MYSQL_TCP_PORT", "1")
    odd = r"""SET @said = 'it''s "100%" # \\n'"""
    with embedded_mariadb(settings={"max-connections": "17", "init_connect": odd}) as server:
        assert ask(server.url, "SELECT @@max_connections") == 17
        assert ask(server.url, "SELECT @@init_connect") == odd
        assert ask(server.url, "SELECT @@port") != 1
        assert ask(server.url, "SELECT @@tmpdir") == str(folder_of(server.url))


def test_finds_what_is_on_the_path_once_and_says_what_to_install_where_nothing_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = next(Path(place) for place in ("/usr/sbin", "/usr/bin") if (Path(place) / "mariadbd").exists())
    monkeypatch.setattr("crossfade.testing.mariadb.PLACES", ())
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin")
    (tmp_path / "mariadbd").symlink_to(real / "mariadbd")
    assert len(available_mariadb()) == 1
    (tmp_path / "mariadbd").unlink()
    if not Path("/bin/mariadbd").exists():
        assert available_mariadb() == ()
        with pytest.raises(UsageError, match=r"(?s)no MariaDB.*mariadb-server"), embedded_mariadb():
            pytest.fail("it started")
