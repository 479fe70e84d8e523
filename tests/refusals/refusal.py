"""One refusal: both commands that refuse say the same, and the database is as it was."""

from dataclasses import dataclass

import pytest
from sqlalchemy import NullPool, create_engine

from crossfade import Evolution, commands
from crossfade.errors import CrossfadeError
from tests.refusals.catalogue import snapshot


@dataclass(frozen=True)
class Refusal:
    """What a person is told: the error's class, the fact, the place and the remedy, word by word."""

    kind: type[CrossfadeError]
    fact: str
    place: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.fact}\n  where: {self.place}\n  next:  {self.remedy}"


def execute(database: str, *statements: str) -> None:
    """The statements, committed one by one."""
    engine = create_engine(database, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def assert_refused(evolution: Evolution, database: str, refusal: Refusal, *, owner: str | None = None) -> None:
    """`preview` and `start` refuse in the same words and change nothing.

    `database` is the URL that is refused; `owner` one that may read every table, where that may not.
    """
    before = snapshot(owner or database)
    for command in (commands.preview, commands.start):
        with pytest.raises(CrossfadeError) as caught:
            command(evolution, database)
        assert (type(caught.value), str(caught.value)) == (refusal.kind, str(refusal))
        assert snapshot(owner or database) == before
