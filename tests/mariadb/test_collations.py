"""A reference to a text has just the collation of what it refers to, whatever its own table's is."""

import pytest
import sqlalchemy as sa
from sqlalchemy import make_url

from crossfade import EnumToReference, Evolution, Relate, commands
from crossfade.changes import Change
from crossfade.phases import State
from tests.mariadb.sessions import opened

ROWS = {"new": {"code": "N", "name": "new"}, "paid": {"code": "P", "name": "paid"}}
COLLATIONS = ("utf8mb4_unicode_ci", "utf8mb4_bin", "latin1_swedish_ci")
MADE = sa.Table(
    "statuses",
    sa.MetaData(),
    sa.Column("code", sa.String(20), primary_key=True),
    sa.Column("name", sa.String(20), nullable=False, unique=True),
)
COLLATED = MADE.to_metadata(sa.MetaData())
COLLATED.kwargs["mariadb_collate"] = "utf8mb4_czech_ci"
STANDING = "CREATE TABLE statuses (code varchar(20) PRIMARY KEY, name varchar(20) NOT NULL UNIQUE)"
CHANGES: dict[str, tuple[tuple[str, ...], Change]] = {
    "a lookup that is made": ((), EnumToReference("orders", "status", "status_code", MADE, ROWS)),
    "one that is made with a collation of its own": (
        (),
        EnumToReference("orders", "status", "status_code", COLLATED, ROWS),
    ),
    "one that stands": ((STANDING,), EnumToReference("orders", "status", "status_code", "statuses", ROWS)),
    "one that stands, by another column than its key": (
        (STANDING,),
        EnumToReference("orders", "status", "status_name", "statuses", ROWS, key="name"),
    ),
    "a relation": ((STANDING,), Relate("orders", "status_code", to="statuses")),
}


@pytest.mark.one_in(3)
@pytest.mark.parametrize("case", CHANGES.values(), ids=CHANGES)
def test_a_reference_has_the_collation_of_what_it_refers_to(
    mariadb_database: str, case: tuple[tuple[str, ...], Change]
) -> None:
    given, change = case
    wanted, new = Evolution("e", changes=[change]), f"`{make_url(mariadb_database).database}__e`.orders"
    for collation in COLLATIONS:
        with opened(mariadb_database) as session:
            session.execute(
                "CREATE TABLE orders (id int PRIMARY KEY, status enum('new', 'paid') NOT NULL) "
                f"COLLATE {collation}"
            )
            session.execute("INSERT INTO orders VALUES (1, 'new'), (2, 'paid')")
            for each in given:
                session.execute(each)
            before = session.rows("SELECT * FROM orders ORDER BY id")
        for _ in range(2):
            assert commands.start(wanted, mariadb_database).state == State.LIVE
            with opened(mariadb_database) as session:
                assert session.value(f"SELECT COUNT(*) FROM {new}") == 2
            assert commands.rollback(wanted, mariadb_database).state == State.ROLLED_BACK
        with opened(mariadb_database) as session:
            assert session.rows("SELECT * FROM orders ORDER BY id") == before
            session.execute("DROP TABLE IF EXISTS orders, statuses")
