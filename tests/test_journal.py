"""The journal: installed once and for all, its history append-only, its lease with one runner at a time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, MetaData, NullPool, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from crossfade.errors import Busy, CrossfadeError
from crossfade.journal import UPGRADES, VERSION, Journal, Record, installation, metadata
from crossfade.phases import State
from tests.refusals.catalogue import snapshot

NOW = datetime(2026, 1, 2, tzinfo=UTC)
RECORD = Record("e", "f", "s", State.STARTING, 1, ("public.orders",), {"a": [1]}, NOW, NOW, None)


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    engine = create_engine(database, poolclass=NullPool)
    yield engine
    engine.dispose()


def install(engine: Engine) -> None:
    with engine.begin() as connection:
        Journal().install(connection)


def shape(connection: Connection, schema: str) -> dict[str, Any]:
    """Tables, columns, keys and indexes, by name, as the database has them."""
    found = inspect(connection)
    return {
        table: (
            [
                (c["name"], str(c["type"]), c["nullable"], c["default"])
                for c in found.get_columns(table, schema)
            ],
            found.get_pk_constraint(table, schema),
            sorted(str(index) for index in found.get_indexes(table, schema)),
        )
        for table in sorted(found.get_table_names(schema))
    }


def test_a_fresh_install_is_every_upgrade_applied_in_turn(
    engine: Engine, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(UPGRADES) == VERSION
    install(engine)
    fresh = [line for line in snapshot(database) if "crossfade" in line]
    with engine.begin() as connection:
        at_once = shape(connection, "crossfade")
        connection.execute(text("DROP SCHEMA crossfade CASCADE"))
    for version in range(1, VERSION + 1):
        monkeypatch.setattr(installation, "UPGRADES", UPGRADES[:version])
        monkeypatch.setattr(installation, "VERSION", version)
        install(engine)
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT version FROM crossfade.meta")) == version
    with engine.connect() as connection:
        assert shape(connection, "crossfade") == at_once
    assert len([line for line in snapshot(database) if "crossfade" in line]) == len(fresh)


def test_an_upgrade_of_a_later_release_is_applied_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(engine)
    applied = []

    def later(connection: Connection) -> None:
        applied.append(1)
        connection.execute(text("ALTER TABLE crossfade.meta ADD note text"))

    monkeypatch.setattr(installation, "UPGRADES", (*UPGRADES, later))
    monkeypatch.setattr(installation, "VERSION", VERSION + 1)
    install(engine)
    install(engine)
    assert applied == [1]
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version, note FROM crossfade.meta")).all() == [
            (VERSION + 1, None)
        ]


def test_the_tables_are_those_of_the_metadata(engine: Engine) -> None:
    install(engine)
    found = MetaData(schema="crossfade")
    with engine.connect() as connection:
        found.reflect(connection)
    assert {name: [c.name for c in table.columns] for name, table in found.tables.items()} == {
        name: [c.name for c in table.columns] for name, table in metadata.tables.items()
    }


def test_installing_twice_changes_nothing(engine: Engine, database: str) -> None:
    install(engine)
    before = snapshot(database)
    install(engine)
    assert snapshot(database) == before


def test_two_installs_at_once(engine: Engine) -> None:
    """The second waits for the first, then finds nothing left to do."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with engine.connect() as first, ThreadPoolExecutor(1) as other:
        Journal().install(first)
        second = other.submit(install, engine)
        with engine.connect() as watching:
            while not second.done() and not watching.scalar(waiting):
                watching.rollback()
                wait([second], timeout=0.01)
        assert not second.done()
        first.commit()
        second.result(30)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version FROM crossfade.meta")).all() == [(VERSION,)]


def test_the_journal_of_a_newer_release(engine: Engine) -> None:
    install(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE crossfade.meta SET version = 99"))
    with engine.connect() as connection, pytest.raises(CrossfadeError) as caught:
        Journal().records(connection)
    assert str(caught.value) == (
        f"the journal is of version 99; this release knows {VERSION}\n"
        "  where: schema crossfade\n  next:  upgrade Crossfade"
    )


def test_without_a_journal_there_is_nothing_to_tell(engine: Engine) -> None:
    with engine.connect() as connection:
        journal = Journal()
        assert not journal.installed(connection)
        assert journal.records(connection) == ()
        assert journal.find(connection, "e") is None
        assert list(journal.events(connection)) == []
        assert list(journal.kept(connection, None, 10)) == []


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """In a transaction, with the journal installed and one evolution entered."""
    with engine.connect() as connection:
        Journal().install(connection)
        Journal().enter(connection, RECORD)
        yield connection


@pytest.mark.parametrize(
    "statement",
    ["UPDATE crossfade.event SET step = ''", "DELETE FROM crossfade.event", "TRUNCATE crossfade.event"],
)
def test_the_history_is_append_only(statement: str, connection: Connection) -> None:
    Journal().note(connection, RECORD, "start", "began", "a step", 0)
    with pytest.raises(DBAPIError, match="the history of Crossfade is append-only"):
        connection.execute(text(statement))


def test_events_come_in_order_with_what_they_say(connection: Connection) -> None:
    journal = Journal()
    other = replace(RECORD, name="other")
    journal.note(connection, RECORD, "start", "began", "one", 0)
    journal.note(connection, other, "start", "began", "two", 1)
    journal.note(connection, RECORD, "start", "ended", "one", 0, rows=3, detail_="größe")
    events = journal.events(connection, "e")
    assert [(each.kind, each.step, each.position, each.detail) for each in events] == [
        ("began", "one", 0, {}),
        ("ended", "one", 0, {"rows": 3, "detail_": "größe"}),
    ]
    assert [each.step for each in journal.events(connection)] == ["one", "two", "one"]
    assert journal.positions(connection, RECORD, "start", "ended") == {0}
    assert journal.positions(connection, RECORD, "rollback", "ended") == frozenset()
    assert journal.positions(connection, replace(RECORD, run=2), "start", "ended") == frozenset()
    assert journal.positions(connection, RECORD, "start", "ended", since=events[-1].id) == frozenset()


def test_an_evolution_is_entered_once_a_run(connection: Connection) -> None:
    journal = Journal()
    found = journal.find(connection, "e")
    assert found is not None
    assert (found.state, found.run, found.plan, found.tables) == (
        State.STARTING,
        1,
        {"a": [1]},
        ("public.orders",),
    )
    with pytest.raises(Busy):
        journal.enter(connection, RECORD)
    journal.enter(connection, replace(RECORD, run=2, fingerprint="g"))
    again = journal.find(connection, "e")
    assert again is not None
    assert (again.run, again.fingerprint) == (2, "g")
    assert len(journal.records(connection)) == 1


def test_the_lease_is_one_runners(connection: Connection) -> None:
    one, two = Journal(), Journal()
    assert one.runner != two.runner
    one.lease(connection, "e")
    with pytest.raises(Busy) as caught:
        two.lease(connection, "e")
    assert caught.value.fact == f"another runner is at work: {one.runner}"
    with pytest.raises(Busy):
        two.renew(connection, "e")
    one.renew(connection, "e")
    two.release(connection, "e")  # which is not its to give back
    with pytest.raises(Busy):
        two.lease(connection, "e")
    one.release(connection, "e")
    two.lease(connection, "e")
    with pytest.raises(Busy, match="the lease has passed on"):
        one.renew(connection, "e")


def test_a_lease_ends_by_itself(connection: Connection) -> None:
    dead, heir = Journal(), Journal()
    dead.lease(connection, "e")
    connection.execute(text("UPDATE crossfade.evolution SET lease_until = clock_timestamp()"))
    heir.lease(connection, "e")
    with pytest.raises(Busy, match="the lease has passed on"):
        dead.renew(connection, "e")


def test_progress_is_of_one_step_of_one_run(connection: Connection) -> None:
    journal = Journal()
    given = {"step": "copy", "watermark": {"at": ["1"]}, "rows": 1, "total": 9, "seconds": 0.5, "detail": {}}
    assert journal.load_progress(connection, RECORD, "start", 3) is None
    journal.save_progress(connection, RECORD, "start", 3, **given)
    journal.save_progress(connection, RECORD, "start", 3, **{**given, "rows": 2})
    found = journal.load_progress(connection, RECORD, "start", 3)
    assert (found.rows, found.watermark) == (2, {"at": ["1"]})
    assert journal.load_progress(connection, replace(RECORD, run=2), "start", 3) is None
    journal.clear_progress(connection, RECORD, "start")
    assert journal.load_progress(connection, RECORD, "start", 3) is None
