"""Servers and addresses that Crossfade does not work with; no message ever holds a password."""

import traceback

import pytest
from sqlalchemy import URL
from sqlalchemy.engine import make_url

from crossfade import OpenEnum, commands
from crossfade.dialects import postgresql as dialect
from crossfade.errors import CrossfadeError, DatabaseFailed, Unsupported, UsageError
from crossfade.testing import PostgresServer
from tests.refusals.refusal import IN, Refusal, assert_refused, evolution, execute

pytestmark = pytest.mark.every_server

OPEN = evolution(OpenEnum("orders", "status"))
SECRET = "s3cr3t"  # noqa: S105 - what must not be told
WRITTEN = "write it as postgresql://user@host:5432/database, or mariadb://user@host:3306/database"
CHECK = "check the address, the role and its password"
DRIVER = "pip install 'crossfade[postgres]'"


def test_an_older_server(orders: str, postgresql: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    major = int(postgresql.version.partition(".")[0])
    monkeypatch.setattr(dialect, "OLDEST", major + 1)
    refusal = Refusal(
        Unsupported,
        f"PostgreSQL {postgresql.version} is not supported",
        "server",
        f"upgrade to PostgreSQL {major + 1} or newer",
    )
    assert_refused(OPEN, orders, refusal)


def test_the_oldest_server_is_13() -> None:
    assert dialect.OLDEST == 13


def test_a_server_that_only_reads(orders: str) -> None:
    execute(orders, f"ALTER DATABASE {make_url(orders).database} SET default_transaction_read_only = on")
    refusal = Refusal(
        Unsupported, "the server is a standby, or reads only", IN + "server", "connect to the primary"
    )
    assert_refused(OPEN, orders, refusal)


# The URL, the class, the fact, the place, the remedy.
ADDRESSES: dict[str, tuple[str, type[CrossfadeError], str, str, str]] = {
    "not PostgreSQL": (
        f"oracle://shop:{SECRET}@127.0.0.1/shop",
        Unsupported,
        "oracle is not supported",
        "oracle://shop:***@127.0.0.1/shop",
        "supported: mariadb, mysql, postgresql",
    ),
    "no URL": (
        f"shop:{SECRET}@127.0.0.1",
        UsageError,
        "the database's URL can't be read",
        "--database",
        WRITTEN,
    ),
    "empty": ("", UsageError, "the database's URL can't be read", "--database", WRITTEN),
    "a port that is none": (
        f"postgresql://shop:{SECRET}@127.0.0.1:port/shop",
        UsageError,
        "the database's URL can't be read",
        "--database",
        WRITTEN,
    ),
    "a driver that there is not": (
        f"postgresql+nosuch://shop:{SECRET}@127.0.0.1/shop",
        UsageError,
        "a driver is missing: Can't load plugin: sqlalchemy.dialects:postgresql.nosuch",
        "postgresql+nosuch://shop:***@127.0.0.1/shop",
        DRIVER,
    ),
    "nobody listens": (
        f"postgresql://shop:{SECRET}@127.0.0.1:1/shop",
        DatabaseFailed,
        (
            'the database can\'t be reached: connection failed: connection to server at "127.0.0.1", port 1 '
            "failed: Connection refused"
        ),
        "postgresql://shop:***@127.0.0.1:1/shop",
        CHECK,
    ),
    "secrets in the query": (
        f"postgresql://shop@127.0.0.1:1/shop?password={SECRET}&sslpassword={SECRET}&host=127.0.0.1",
        DatabaseFailed,
        (
            'the database can\'t be reached: connection failed: connection to server at "127.0.0.1", port 1 '
            "failed: Connection refused"
        ),
        "postgresql://shop@127.0.0.1:1/shop?host=127.0.0.1",
        CHECK,
    ),
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_address_that_leads_nowhere(name: str) -> None:
    database, kind, fact, place, remedy = ADDRESSES[name]
    for call in (
        lambda: commands.preview(OPEN, database),
        lambda: commands.start(OPEN, database),
        lambda: commands.status(database),
    ):
        with pytest.raises(CrossfadeError) as caught:
            call()
        assert str(caught.value) == str(Refusal(kind, fact, place, remedy))
        assert type(caught.value) is kind
        printed = "".join(traceback.format_exception(caught.value))
        shown = printed.replace(database, "") if database else printed  # a frame's own source is not ours
        assert SECRET not in shown


@pytest.mark.one_server
def test_a_role_that_there_is_not(orders: str) -> None:
    url = make_url(orders).set(username="nobody_here", password=SECRET)
    for database in (url, url.render_as_string(hide_password=False)):
        with pytest.raises(DatabaseFailed) as caught:
            commands.preview(OPEN, database)
        told = str(caught.value)
        assert 'role "nobody_here" does not exist' in told
        assert f"where: {_hidden(url)}" in told
        assert told.endswith(f"next:  {CHECK}")
        assert SECRET not in told


def _hidden(url: URL) -> str:
    return url.render_as_string(hide_password=True)
