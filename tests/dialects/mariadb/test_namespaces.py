"""Namespaces, and the views in them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import DBAPIError

from crossfade.dialects.mariadb.gate import OWN
from crossfade.dialects.mariadb.namespaces import shows, view_sql
from crossfade.dialects.mariadb.quoting import ident
from crossfade.schema import Grant, TableName
from crossfade.session import execute
from crossfade.steps import (
    CreateNamespace,
    DropNamespace,
    PublishView,
    RenameColumn,
    Statement,
    ViewColumn,
    WithdrawView,
)
from tests.dialects.mariadb.golden import ITEMS, MYSQL, NAMESPACE, ORDERS, Golden, check, rendered
from tests.dialects.mariadb.ground import GROESSE, ODD, Ground, ground, quoted

PLAIN = (ViewColumn("id", "id"), ViewColumn("status", "status_2"))
APP = "'h8''app'@'%'"
ROLE = "`h8``role`"

CASES = {
    "namespace": Golden(
        CreateNamespace("shop", NAMESPACE),
        """
-- work:
CREATE DATABASE `shop__open_statuses` COLLATE utf8mb4_unicode_ci

""",
    ),
    "namespace of the server's collation, with readers": Golden(
        CreateNamespace("sh%op`s", "sh%op`s__e", "root", (f"INSERT, SELECT TO {APP}", "SELECT TO PUBLIC")),
        """
-- work:
CREATE DATABASE `sh%op``s__e`

-- work:
GRANT INSERT, SELECT ON `sh\\%op``s\\_\\_e`.* TO 'h8''app'@'%'

-- work:
GRANT SELECT ON `sh\\%op``s\\_\\_e`.* TO PUBLIC

""",
        MYSQL,
    ),
    "no namespace of MySQL": Golden(
        DropNamespace("shop", NAMESPACE),
        f"""
-- work:
SELECT UUID_TO_BIN('database shop__open_statuses holds what Crossfade has not put there')
    FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'shop__open_statuses'
    AND BINARY TABLE_NAME NOT IN ('{OWN[0]}', '{OWN[1]}') LIMIT 1

-- work, EXCLUSIVE, blocks reads and writes, briefly:
DROP DATABASE `shop__open_statuses`

""",
        MYSQL,
    ),
    "view": Golden(
        PublishView(ORDERS, NAMESPACE, PLAIN),
        """
-- work:
CREATE ALGORITHM=MERGE SQL SECURITY INVOKER VIEW `shop__open_statuses`.`orders`
    AS SELECT `id`, `status_2` AS `status` FROM `shop`.`orders`

""",
    ),
    "view of a table as it is": Golden(
        PublishView(ITEMS, NAMESPACE, (), grants=(Grant("SELECT", APP), Grant("SELECT", APP, column="n`o"))),
        """
-- work:
CREATE ALGORITHM=MERGE SQL SECURITY INVOKER VIEW `shop__open_statuses`.`order ``items``'s`
    AS SELECT * FROM `shop`.`order ``items``'s`

-- work:
GRANT SELECT ON `shop__open_statuses`.`order ``items``'s` TO 'h8''app'@'%'

-- work:
GRANT SELECT (`n``o`) ON `shop__open_statuses`.`order ``items``'s` TO 'h8''app'@'%'

""",
    ),
    "view with all that one may have": Golden(
        PublishView(
            ORDERS,
            NAMESPACE,
            (
                ViewColumn("Sum", "total"),
                ViewColumn("status", "status_2", "'new'"),
                ViewColumn("gross", "gross", generated=True),
            ),
            "shop",
            (
                Grant("SELECT", ""),
                Grant("INSERT", ROLE, grantable=True),
                Grant("UPDATE", APP, column="status"),
                Grant("UPDATE", APP, column="total"),
                Grant("UPDATE", APP, column="note"),  # which the new version does not show
                Grant("TRIGGER", APP),  # which no view has
            ),
            "the shop's orders",
            invoker=False,
            name="Sales",
        ),
        """
-- work:
CREATE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW `shop__open_statuses`.`Sales`
    AS SELECT `total` AS `Sum`, `status_2` AS `status`, `gross` FROM `shop`.`orders`

-- work:
GRANT SELECT ON `shop__open_statuses`.`Sales` TO PUBLIC

-- work:
GRANT INSERT ON `shop__open_statuses`.`Sales` TO `h8``role` WITH GRANT OPTION

-- work:
GRANT UPDATE (`status`) ON `shop__open_statuses`.`Sales` TO 'h8''app'@'%'

-- work:
GRANT UPDATE (`Sum`) ON `shop__open_statuses`.`Sales` TO 'h8''app'@'%'

""",
    ),
    "no view": Golden(
        WithdrawView(ITEMS, NAMESPACE),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
DROP VIEW `shop__open_statuses`.`order ``items``'s`

""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    check(CASES[name])


def test_no_namespace() -> None:
    """It asks first what is in it, and takes the grants away that would outlive it."""
    dropped, revoked = rendered(DropNamespace("shop", NAMESPACE))
    assert dropped.sql.splitlines()[-2:] == ["  DROP DATABASE `shop__open_statuses`;", "END"]
    assert "SIGNAL" in dropped.sql.splitlines()[2]
    assert "REVOKE ALL PRIVILEGES" in revoked.sql


@pytest.fixture
def here(mariadb_database: str) -> Iterator[Ground]:
    with ground(mariadb_database) as made:
        made.say(
            f"CREATE TABLE {quoted(made.table(ODD))} (id INT AUTO_INCREMENT PRIMARY KEY, "
            f"{ident(GROESSE)} INT, status VARCHAR(10), status_2 VARCHAR(10))",
            f"CREATE TABLE {quoted(made.table('plain'))} (id INT PRIMARY KEY, n INT)",
            f"CREATE OR REPLACE USER {APP}",
            f"CREATE OR REPLACE ROLE {ROLE}",
        )
        yield made
        made.say(f"DROP USER {APP}", f"DROP ROLE {ROLE}")


def _namespace(here: Ground) -> CreateNamespace:
    readers = (f"INSERT, SELECT TO {APP}", f"SELECT TO {ROLE}")
    return CreateNamespace(here.database, f"{here.database}__e", readers=readers)


def _view(here: Ground) -> PublishView:
    columns = (ViewColumn("id", "id"), ViewColumn("Grö`ße", GROESSE), ViewColumn("status", "status_2"))
    grants = (
        Grant("SELECT", APP),
        Grant("DELETE", ROLE, grantable=True),
        Grant("UPDATE", APP, column=GROESSE),
    )
    return PublishView(here.table(ODD), f"{here.database}__e", columns, grants=grants)


def test_a_namespace_comes_and_goes(here: Ground) -> None:
    here.there_and_back(_namespace(here))


def test_a_namespace_has_the_collation_of_the_database(here: Ground) -> None:
    here.walk(_namespace(here))
    assert here.read(
        "SELECT DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA "
        f"WHERE SCHEMA_NAME = '{here.database}__e'"
    ) == [("utf8mb4_unicode_ci",)]


def test_views_come_and_go_with_their_grants(here: Ground) -> None:
    before = here.catalogue()
    steps = (_namespace(here), _view(here), PublishView(here.table("plain"), f"{here.database}__e", ()))
    for step in steps:
        here.walk(step)
    for made in (flag := [TableName(f"{here.database}__e", each) for each in OWN]):
        here.say(f"CREATE TABLE {quoted(made)} (nothing INT)")
    assert len(flag) == 2
    for step in reversed(steps):
        here.walk(step.undo())
    assert here.catalogue() == before


@pytest.mark.parametrize(
    "other",
    [
        "CREATE TABLE {}.data (id INT)",
        "CREATE VIEW {}.data AS SELECT 1",
        "CREATE FUNCTION {}.f() RETURNS INT RETURN 1",
        "CREATE EVENT {}.e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1",
        "CREATE SEQUENCE {}.s",
    ],
)
def test_what_others_put_into_a_namespace_is_never_dropped(here: Ground, other: str) -> None:
    step = _namespace(here)
    here.walk(step)
    here.say(other.format(ident(step.namespace)))
    before = here.catalogue()
    with pytest.raises(DBAPIError, match="holds what Crossfade has not put there"):
        here.walk(step.undo())
    assert here.catalogue() == before


def test_an_account_reads_and_writes_through_the_view(here: Ground) -> None:
    here.walk(_namespace(here))
    here.walk(_view(here))
    url = make_url(here.connection.engine.url).set(username="h8'app", database=f"{here.database}__e")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as app:
        refused = Statement(f"SELECT id FROM {quoted(TableName(f'{here.database}__e', ODD))}")
        with pytest.raises(DBAPIError, match="1356"):  # its own rights, of which it has none on the table
            execute(app, refused)
        here.say(f"GRANT SELECT, INSERT ON {quoted(here.table(ODD))} TO {APP}")
        insert = f"INSERT INTO {quoted(TableName(f'{here.database}__e', ODD), ('status',))} VALUES ('new')"
        execute(app, Statement(insert))
        assert execute(app, refused).all() == [(1,)]
    engine.dispose()
    assert here.read(f"SELECT status, status_2 FROM {quoted(here.table(ODD))}") == [(None, "new")]


def test_a_view_is_shown_anew(here: Ground) -> None:
    here.walk(_namespace(here))
    before = _view(here)
    here.walk(before)
    here.walk(RenameColumn(here.table(ODD), "status", "aside"))
    here.walk(RenameColumn(here.table(ODD), "status_2", "status"))
    after = replace(before, columns=(*before.columns[:2], ViewColumn("status", "status")), invoker=False)
    assert here.read(shows(after)) == []
    here.say(view_sql(after, replace=True))
    assert here.read(shows(after)) == [(1,)]
    assert here.read(shows(before)) == here.read(shows(replace(after, invoker=True))) == []


def test_a_view_of_another_table_is_another(here: Ground) -> None:
    here.walk(_namespace(here))
    whole = PublishView(here.table("plain"), f"{here.database}__e", ())
    here.walk(whole)
    assert here.read(shows(replace(whole, table=here.table("lain"), name="plain"))) == []
