"""Golden SQL of MariaDB's, in the form of `tests.dialects.postgresql.golden`; a query that tells whether a
statement's effect stands is executed by the tests, and not written here.
"""

from dataclasses import dataclass

from crossfade.dialects.mariadb import (
    columns,
    constraints,
    counts,
    namespaces,
    questions,
    seeds,
    surveys,
)
from crossfade.dialects.mariadb.rendering import Server, render
from crossfade.schema import TableName
from crossfade.steps import Statement, Step
from tests.dialects.postgresql.golden import expected, told

FILES = (columns, constraints, counts, namespaces, questions, seeds, surveys)  # each renders its steps

SERVER = Server((10, 11), "shop", collation="utf8mb4_unicode_ci")
MYSQL = Server((8, 0, 36), "shop", mysql=True)
COPYING = Server((10, 11), "shop", allow_copy=True)

ORDERS = TableName("shop", "orders")
ITEMS = TableName("shop", "order `items`'s")
NAMESPACE = "shop__open_statuses"


@dataclass(frozen=True)
class Golden:
    """A step, its statements' text, and the server."""

    step: Step
    text: str
    server: Server = SERVER


def rendered(step: Step, server: Server = SERVER) -> tuple[Statement, ...]:
    return render(step, server)


def check(case: Golden) -> None:
    """The step is rendered as it is written."""
    assert told(rendered(case.step, case.server)) == expected(case.text)
