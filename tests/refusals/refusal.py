"""One refusal: both commands that refuse say the same words, and the database is as it was."""

from dataclasses import dataclass, field

import pytest
from sqlalchemy import NullPool, create_engine

from crossfade import Evolution, commands
from crossfade.changes import Change
from crossfade.errors import CrossfadeError, Refused
from tests.refusals.catalogue import snapshot

IN = "evolution 'open_statuses', "  # where every place begins


@dataclass(frozen=True)
class Refusal:
    """What a person is told, word by word: the fact, the place (which names the change) and the remedy."""

    kind: type[CrossfadeError]
    fact: str
    place: str
    remedy: str

    def __str__(self) -> str:
        assert self.fact
        assert self.place
        assert self.remedy
        return f"{self.fact}\n  where: {self.place}\n  next:  {self.remedy}"


@dataclass(frozen=True)
class Case:
    """A database that does not fit: what is `given` to that of the fixture `orders`, then the changes."""

    id: str
    changes: tuple[Change, ...]
    refusal: Refusal
    given: tuple[str, ...] = field(default=())


def evolution(*changes: Change) -> Evolution:
    return Evolution("open_statuses", changes=changes)


def execute(database: str, *statements: str) -> None:
    """The statements as they stand, each committed."""
    engine = create_engine(database, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def assert_refused(given: Evolution, database: str, refusal: Refusal, *, reader: str | None = None) -> None:
    """`preview` and `start` refuse in the same words, and change nothing.

    `reader` is a URL that may read every table, where `database`, the refused one, may not.
    """
    before = snapshot(reader or database)
    for command in (commands.preview, commands.start):
        with pytest.raises(CrossfadeError) as caught:
            command(given, database)
        assert str(caught.value) == str(refusal)
        assert type(caught.value) is refusal.kind
        assert caught.value.exit_code == refusal.kind.exit_code
    assert snapshot(reader or database) == before


def assert_case(case: Case, database: str) -> None:
    """Do what the case says to the database; then both commands refuse."""
    assert issubclass(case.refusal.kind, Refused)
    execute(database, *case.given)
    assert_refused(evolution(*case.changes), database, case.refusal)
