"""`rollback` and `start` again, `complete` and `revert`: what only one side knew comes back, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from crossfade import commands, legacy_uuid
from crossfade.errors import SchemaMismatch
from tests.concurrency.watching import Session, opened, rows, value
from tests.crash.picture import CATALOGUE, USERS
from tests.trees.ledger import EVOLUTION, NAME, TABLES
from tests.trees.oracle import Row, check, read, table
from tests.trees.stock import OF_NEW

Sessions = Callable[..., Session]

M, O = (digit * 8 + f"-{digit * 4}-4{digit * 3}-8{digit * 3}-" + digit * 12 for digit in "56")
OF_PUBLIC = "\nUNION ALL\n".join(
    part.replace(USERS, "nspname = 'public'")
    .replace("WHERE NOT t.tgisinternal", "WHERE NOT t.tgisinternal AND t.tgrelid NOT IN "
             "(SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = 'crossfade')")
    for part in CATALOGUE.split("UNION ALL")
)


def all_rows(database: str) -> dict[tuple[str, int], Row]:
    with opened(database) as session:
        session.execute("SET timezone = 'UTC'")
        return read(session)


def old_rows(database: str) -> dict[str, list[Row]]:
    with opened(database) as session:
        session.execute("SET timezone = 'UTC'")
        return {name: table(session, name, "t.id") for name in TABLES}


def written(database: str, *statements: str) -> None:
    with opened(database) as session:
        for statement in statements:
            session.execute(statement)


def test_what_only_the_new_side_knew_comes_back(live: str) -> None:
    written(live, OF_NEW)
    before, old_before = all_rows(live), old_rows(live)
    commands.rollback(NAME, live)
    assert old_rows(live) == old_before
    commands.start(EVOLUTION, live)
    assert all_rows(live) == before
    written(live, "INSERT INTO lines (task_id, taken) VALUES (1, '2000-01-01')")  # its order is still its own
    with opened(live) as session:
        assert value(session, "SELECT lines -> -1 ->> 'id' FROM moves WHERE legacy_task = 1") == "13"
    assert commands.verify(NAME, live).mismatches == 0


def test_what_the_old_side_has_moved_on_is_the_old_side_s(live: str) -> None:
    """Column by column: what it has not touched comes back beside it."""
    written(live, OF_NEW)
    before = all_rows(live)
    commands.rollback(NAME, live)
    written(
        live,
        "UPDATE jobs SET title = 'moved on', closed = opened + interval '3 minutes' WHERE id = 1",
        "UPDATE jobs SET title = 'another' WHERE id = 4; UPDATE tasks SET name = 'moved on' WHERE id = 2",
        "INSERT INTO lines (task_id, taken) VALUES (1, '2000-01-01'); DELETE FROM lines WHERE task_id = 3",
        "DELETE FROM tasks WHERE id = 4; INSERT INTO jobs (id, title) VALUES (50, 'x')",
    )
    commands.start(EVOLUTION, live)
    after = all_rows(live)
    one = after["missions", 1]
    assert (one["title"], one["outside"], one["minutes"]) == ("moved on", "said", 3)
    assert one["settings"] == before["missions", 1]["settings"]
    assert after["missions", 4] == before["missions", 4] | {"title": "another"}
    assert after["moves", 2] == before["moves", 2] | {"name": "moved on"}
    assert [int(each["id"]) for each in after["moves", 1]["lines"]] == [1, 2, 13]  # as if both had been live
    assert after["moves", 1]["tried"] == 70
    assert after["moves", 3]["lines"] == []
    assert ("moves", 4) not in after
    assert after["moves", 7] == before["moves", 7]
    assert commands.verify(NAME, live).mismatches == 0


def test_a_key_that_the_old_side_gave_away_anew(live: str) -> None:
    """A row that was deleted, and one of its key that came: whatever is kept of the first is not the second's."""
    written(live, OF_NEW)
    commands.rollback(NAME, live)
    written(live, "DELETE FROM jobs WHERE id = 4; INSERT INTO jobs (id, title) VALUES (4, 'another one')")
    commands.start(EVOLUTION, live)
    assert all_rows(live)["missions", 4]["title"] == "another one"
    assert commands.verify(NAME, live).mismatches == 0


def test_again_and_again(live: str) -> None:
    written(live, OF_NEW)
    before = all_rows(live)
    for _ in range(3):
        commands.rollback(NAME, live)
        commands.start(EVOLUTION, live)
        assert all_rows(live) == before


@pytest.mark.one_server
def test_a_rollback_leaves_the_catalogue_as_it_was(old: str) -> None:
    """The schema public to the letter; of Crossfade's own, the journal is left."""

    def dump() -> list[str]:
        with opened(old) as session:
            session.execute("SET search_path = ''")
            return sorted(line for (line,) in session.execute(OF_PUBLIC))

    before = dump()
    commands.start(EVOLUTION, old)
    live = dump()
    assert live != before
    commands.rollback(EVOLUTION, old)
    assert dump() == before
    with opened(old) as session:
        left = "SELECT proname FROM pg_proc WHERE pronamespace = 'crossfade'::regnamespace AND proname ~ '_[0-9a-f]{4}'"
        assert rows(session, left) == []
        of_trees = "SELECT relname FROM pg_class WHERE relnamespace = 'crossfade'::regnamespace AND relname ~ '_[0-9a-f]{4}($|_)'"
        assert rows(session, of_trees) == []
        assert rows(session, "SELECT FROM pg_namespace WHERE nspname = 'public__ledger'") == []
    commands.start(EVOLUTION, old)
    assert dump() == live


AFTER = f"""
DELETE FROM missions WHERE legacy_job = 2;
UPDATE missions SET title = 'edited', status = 'dropped', marks = (marks - 'size') || '{{"new": "n"}}' WHERE legacy_job = 1;
INSERT INTO missions (mission_id, title, marks) VALUES ('{M}', 'late', '{{"a": null}}');
INSERT INTO moves (move_id, mission_id, place, lines, labels, details, receipt) VALUES
('{O}', '{M}', 1, '[{{"words": "b"}}, {{"words": "a", "amount": 1.23456}}]', '{{"l": [1]}}',
 '{{"tries": [{{"attempt": 3}}], "x": 1}}', '{{"total": 3}}');
UPDATE moves SET lines = lines || '[{{"words": "without id"}}]', name = 'edited' WHERE legacy_task = 1;
UPDATE moves SET lines = '[]', mission_id = '{legacy_uuid("jobs", 3)}' WHERE legacy_task = 2;
UPDATE moves SET labels = '{{}}', details = '{{"tries": []}}', receipt = NULL WHERE legacy_task = 1;
UPDATE moves SET lines = jsonb_set(lines, '{{1,words}}', '"edited"') WHERE legacy_task = 5;
"""


@pytest.mark.parametrize("purged", [False, True])
def test_what_the_new_side_did_alone_is_told_to_the_old_one(live: str, purged: bool) -> None:  # noqa: FBT001
    commands.complete(NAME, live)
    if purged:
        commands.purge(NAME, live)
        written(
            live,
            *(
                statement.replace("legacy_job = 1", f"mission_id = '{legacy_uuid('jobs', 1)}'")
                .replace("legacy_job = 2", f"mission_id = '{legacy_uuid('jobs', 2)}'")
                .replace("legacy_task = 1", f"move_id = '{legacy_uuid('tasks', 1)}'")
                .replace("legacy_task = 2", f"move_id = '{legacy_uuid('tasks', 2)}'")
                .replace("legacy_task = 5", f"move_id = '{legacy_uuid('tasks', 5)}'")
                for statement in [AFTER]
            ),
        )
    else:
        written(live, AFTER)
    commands.revert(NAME, live)
    assert commands.verify(NAME, live).mismatches == 0
    with opened(live) as session:
        assert rows(session, "SELECT title, state FROM jobs ORDER BY title") == [
            ("edited", "lost"),
            ("job 3", "lost"),
            ("late", "new"),
        ]
        of_marks = "SELECT name, value FROM marks JOIN jobs j ON j.id = job_id ORDER BY title, name"
        assert rows(session, of_marks) == [("colour", "red"), ("new", "n"), ("a", None)]
        of_lines = "SELECT words, amount::text FROM lines JOIN tasks t ON t.id = task_id WHERE {} ORDER BY lines.id"
        assert rows(session, of_lines.format("t.name = 'edited'")) == [
            ("line 1", "1.000"),
            ("line 2", "2.000"),
            ("without id", None),
        ]
        assert rows(session, of_lines.format("t.name IS NULL")) == [("b", None), ("a", "1.235")]
        assert value(session, "SELECT count(*) FROM lines WHERE words = 'edited'") == 1
        assert value(session, "SELECT count(*) FROM tasks") == 5
        ((late,),) = rows(session, f"SELECT lines::text FROM moves WHERE move_id = '{O}'")
        assert '"id"' in late
        # Both are live again.
        session.execute("INSERT INTO lines (task_id, words) SELECT id, 'by the old one' FROM tasks")
        session.execute("""UPDATE moves SET lines = lines || '[{"words": "by the new one"}]'""")
        assert value(session, "SELECT count(*) FROM lines WHERE words LIKE 'by the %'") == 10
    assert commands.verify(NAME, live).mismatches == 0
    commands.complete(NAME, live)
    commands.revert(NAME, live)
    assert commands.verify(NAME, live).mismatches == 0


def test_an_untouched_one_comes_back_as_it_was(live: str) -> None:
    before, new_before = old_rows(live), all_rows(live)
    commands.complete(NAME, live)
    with opened(live) as session:
        retired = rows(session, "SELECT tablename FROM pg_tables WHERE tablename LIKE '\\_crossfade\\_old%'")
        assert len(retired) == len(TABLES)
    commands.revert(NAME, live)
    assert (old_rows(live), all_rows(live)) == (before, new_before)
    check(live)
    commands.rollback(NAME, live)
    assert old_rows(live) == before


def test_after_a_purge_only_the_new_tables_are_left(live: str) -> None:
    commands.complete(NAME, live)
    commands.purge(NAME, live)
    with opened(live) as session:
        tables = {name for (name,) in rows(session, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
        assert tables == {"clients", "missions", "moves"}
        columns = "SELECT attname FROM pg_attribute WHERE attrelid = 'moves'::regclass AND attname LIKE 'legacy%'"
        assert rows(session, columns) == []
        triggers = "SELECT tgname FROM pg_trigger WHERE tgrelid IN ('missions'::regclass, 'moves'::regclass) AND NOT tgisinternal"
        assert rows(session, triggers) == []


STRAY = {
    "a field": ("""UPDATE moves SET lines = '[{"colour": "red"}]'""", "lines"),
    "a field of the one object": ("""UPDATE moves SET receipt = '{"colour": 1}'""", "receipt"),
    "what is no array": ("""UPDATE moves SET details = '{"tries": {}}'""", "details.tries"),
    "what is no object": ("""UPDATE moves SET lines = '[7]'""", "lines"),
    "a column that is no object": ("""UPDATE moves SET details = '[]'""", "details"),
    "no object of names": ("""UPDATE moves SET labels = '[]'""", "labels"),
    "a value": ("UPDATE missions SET status = 'paused'", "status"),
}


@pytest.mark.parametrize("stray", STRAY)
@pytest.mark.parametrize("purged", [False, True])
def test_a_revert_is_refused_where_the_old_side_has_no_place(live: str, stray: str, purged: bool) -> None:  # noqa: FBT001
    commands.complete(NAME, live)
    if purged:
        commands.purge(NAME, live)
    statement, place = STRAY[stray]
    written(live, statement)
    before = all_rows(live) if not purged else None
    with pytest.raises(SchemaMismatch, match="holds what the old version has no place for") as caught:
        commands.revert(NAME, live)
    assert place in str(caught.value)
    (status,) = commands.status(live)
    assert status.state == ("purged" if purged else "completed")
    assert purged or all_rows(live) == before


def test_the_same_key_in_python_and_in_sql(live: str, sessions: Sessions) -> None:
    session = sessions(live)
    for number in (0, 1, -1, 42, 2**63 - 1):
        made = value(session, "SELECT crossfade.legacy_uuid(%s)", f"public.jobs:{number}")
        assert made == legacy_uuid("jobs", number)
        assert (made.version, made.variant) == (8, UUID(int=0x8 << 60).variant)
    found = dict(rows(session, "SELECT legacy_task, move_id FROM moves"))
    assert found == {number: legacy_uuid("tasks", number) for number in range(1, 7)}
