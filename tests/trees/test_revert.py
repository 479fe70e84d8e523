"""`complete` and `revert`, before and after a purge: the old side comes back as the new one left it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from crossfade import commands, legacy_uuid, names
from crossfade.errors import SchemaMismatch
from tests.concurrency.watching import Session, Watch, opened, rows, value
from tests.trees.histories import all_rows, old_rows, written
from tests.trees.ledger import EVOLUTION, NAME, TABLES
from tests.trees.oracle import check

Sessions = Callable[..., Session]

MISSION, MOVE = (digit * 8 + f"-{digit * 4}-4{digit * 3}-8{digit * 3}-" + digit * 12 for digit in "56")
AFTER = f"""
DELETE FROM missions WHERE legacy_job = 2;
UPDATE missions SET title = 'edited', status = 'dropped', marks = (marks - 'size') || '{{"new": "n"}}'
WHERE legacy_job = 1;
INSERT INTO missions (mission_id, title, marks) VALUES ('{MISSION}', 'late', '{{"a": null}}');
INSERT INTO moves (move_id, mission_id, place, lines, labels, details, receipt) VALUES
('{MOVE}', '{MISSION}', 1, '[{{"words": "b"}}, {{"words": "a", "amount": 1.23456}}]', '{{"l": [1]}}',
 '{{"tries": [{{"attempt": 3}}], "x": 1}}', '{{"total": 3}}');
UPDATE moves SET lines = lines || '[{{"words": "without id"}}]', name = 'edited' WHERE legacy_task = 1;
UPDATE moves SET lines = '[]', mission_id = '{legacy_uuid("jobs", 3)}' WHERE legacy_task = 2;
UPDATE moves SET labels = '{{}}', details = '{{"tries": []}}', receipt = NULL WHERE legacy_task = 1;
UPDATE moves SET lines = jsonb_set(lines, '{{1,words}}', '"edited"') WHERE legacy_task = 5;
"""


@pytest.mark.parametrize("purged", [False, True])
def test_what_the_new_side_did_alone_is_told_to_the_old_one(live: str, purged: bool) -> None:
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
        of_lines = (
            "SELECT words, amount::text FROM lines JOIN tasks t ON t.id = task_id WHERE {} ORDER BY lines.id"
        )
        assert rows(session, of_lines.format("t.name = 'edited'")) == [
            ("line 1", "1.000"),
            ("line 2", "2.000"),
            ("without id", None),
        ]
        assert rows(session, of_lines.format("t.name IS NULL")) == [("b", None), ("a", "1.235")]
        assert value(session, "SELECT count(*) FROM lines WHERE words = 'edited'") == 1
        assert value(session, "SELECT count(*) FROM tasks") == 5
        ((late,),) = rows(session, f"SELECT lines::text FROM moves WHERE move_id = '{MOVE}'")
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
        tables = {
            name for (name,) in rows(session, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        }
        assert tables == {"clients", "missions", "moves"}
        columns = (
            "SELECT attname FROM pg_attribute WHERE attrelid = 'moves'::regclass AND attname LIKE 'legacy%'"
        )
        assert rows(session, columns) == []
        triggers = "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal"
        assert rows(session, triggers, "missions") + rows(session, triggers, "moves") == []


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
def test_a_revert_is_refused_where_the_old_side_has_no_place(live: str, stray: str, purged: bool) -> None:
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


class Halted(Exception):
    """Stops a command where a test wants to look."""


def test_a_range_is_given_back_at_the_cost_of_what_is_in_it(live: str) -> None:
    """And not of what the tables hold: they are read by index, for each range of them."""

    def halt() -> None:
        raise Halted

    ranges = "SELECT crossfade.give_{0}_public_moves(2000, 2050), crossfade.take_{0}_public_moves(2000, 2050)"
    read = "SELECT (SELECT sum(seq_tup_read) FROM {0}_tables), (SELECT sum(idx_tup_read) FROM {0}_indexes)"
    with opened(live) as session:
        session.execute("INSERT INTO tasks (job_id, place) SELECT 1, n FROM generate_series(1, 4000) AS n")
        session.execute("INSERT INTO lines (task_id) SELECT id FROM tasks, generate_series(1, 3)")
        commands.complete(NAME, live)
        session.execute("""UPDATE moves SET name = 'new', lines = lines || '[{"words": "new"}]'""")
        with pytest.raises(Halted):
            commands.revert(
                EVOLUTION, live, observer=Watch().on("began", "back what public.moves says", halt)
            )
        session.execute("SELECT pg_stat_force_next_flush()")
        session.execute("SET crossfade.sync = 'off'")
        session.execute("SELECT pg_stat_reset()")
        session.execute(ranges.format(names.tag(NAME)))
        session.execute("SELECT pg_stat_force_next_flush()")
        ((all_of_it, by_index),) = rows(session, read.format("pg_stat_user"))
        lines = names.retired("lines", NAME)
        assert value(session, f"SELECT count(*) FROM {lines} WHERE words = 'new' AND task_id = 2000") == 1
        assert (all_of_it, by_index < 5_000) == (0, True), by_index
