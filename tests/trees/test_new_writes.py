"""The new application writes arrays and objects; at the end of a statement, the old tables say the same."""

from collections.abc import Callable
from typing import Any

import pytest

from crossfade import legacy_uuid
from tests.concurrency.watching import Session, opened, rows
from tests.trees.oracle import Changed, check, plain

Sessions = Callable[..., Session]

LINES = "SELECT id, words, amount::text FROM lines WHERE task_id = %s ORDER BY id"
MISSION, MOVE, K = "5" * 8 + "-5555-4555-8555-" + "5" * 12, "6" * 8 + "-6666-4666-8666-" + "6" * 12, "moves"
# What the old side has made of it, and what differs from what it would say by itself.
WRITES: dict[str, tuple[str, Changed, str, list[tuple[Any, ...]]]] = {
    "a column that has another name there": (
        "UPDATE missions SET status = 'dropped', price = 1.23456, extra = 'null' WHERE legacy_job = 1",
        {},
        "SELECT state, price::text, extra::text FROM jobs WHERE id = 1",
        [("lost", "1.235", "null")],
    ),
    "an edit": (
        """UPDATE moves SET lines = jsonb_set(lines, '{1,words}', '"edited"') WHERE legacy_task = 1""",
        {},
        "SELECT id, words FROM lines WHERE task_id = 1 ORDER BY id",
        [(1, "edited"), (2, "line 2")],
    ),
    "an append": (
        """UPDATE moves SET lines = lines || '[{"words": "new", "amount": 1.23456}]' WHERE legacy_task = 1""",
        {},
        "SELECT id, words, amount::text, fixed::text, done, free FROM lines WHERE task_id = 1 AND id > 2",
        [(11, "new", "1.235", '{"of": "old"}', False, None)],
    ),
    "duplicates": (
        """UPDATE moves SET lines = '[{"words": "twin"}, {"words": "twin"}]' WHERE legacy_task = 1""",
        {},
        "SELECT id, words FROM lines WHERE task_id = 1 ORDER BY id",
        [(11, "twin"), (12, "twin")],
    ),
    "a key of its own": (
        """UPDATE moves SET lines = lines || '{"id": 900, "words": "x"}' WHERE legacy_task = 6""",
        {},
        "SELECT id, words FROM lines WHERE task_id = 6",
        [(900, "x")],
    ),
    "a removal": (
        "UPDATE moves SET lines = lines - 0, details = details #- '{tries,0}' WHERE legacy_task = 1",
        {(K, 1): {"tried": 2}},
        "SELECT id FROM lines WHERE task_id = 1 UNION ALL SELECT id FROM tries WHERE task_id = 1",
        [(1,), (1,)],
    ),
    "nothing left": (
        "UPDATE moves SET lines = '[]', labels = '{}', details = '{}', receipt = NULL WHERE legacy_task = 1",
        {(K, 1): {"tried": 2, "details-": "tries"}},
        (
            "SELECT task_id FROM lines WHERE task_id = 1 UNION ALL "
            "SELECT task_id FROM labels WHERE task_id = 1 "
            "UNION ALL SELECT task_id FROM tries WHERE task_id = 1 UNION ALL "
            "SELECT task_id FROM receipts WHERE task_id = 1"
        ),
        [],
    ),
    "another order": (
        "UPDATE moves SET lines = jsonb_build_array(lines -> 1, lines -> 0) WHERE legacy_task IN (1, 2)",
        {(K, 1): {"lines": [1, 2]}, (K, 2): {"lines": [3, 4]}},
        "SELECT count(*) FROM lines",
        [(10,)],
    ),
    "nulls": (
        """UPDATE moves SET lines = '[{"words": null, "free": null}, {"free": 1, "fixed": null}]',
           details = '{"tries": [{"attempt": 1, "reason": null}, {"attempt": 2}]}' WHERE legacy_task = 6""",
        {(K, 6): {"tried": 0}},
        (
            "SELECT l.words, l.free::text, l.fixed::text, t.reason FROM lines l JOIN tries t USING (task_id) "
            "WHERE task_id = 6 AND (l.fixed = 'null') = (t.attempt = 2)"
        ),
        [(None, "null", '{"of": "old"}', None), (None, "1", "null", "unknown")],
    ),
    "the form of the old types": (
        r"""UPDATE moves SET lines = '[{"taken": "2024-05-01 10:00+02", "weight": "1e3", "day": "May 1, 2024",
            "lasted": "1 day 25:00", "data": "\\x00FF", "done": "yes", "names": ["a", null],
            "mood": "calm"}]',
            receipt = '{"total": 1.005}' WHERE legacy_task = 6""",
        {},
        (
            "SELECT taken = '2024-05-01 08:00+00', weight, day::text, lasted::text, data, done, names, mood "
            "FROM lines WHERE task_id = 6"
        ),
        [(True, 1000.0, "2024-05-01", "1 day 25:00:00", b"\x00\xff", True, ["a", None], "calm")],
    ),
    "an object": (
        """UPDATE moves SET labels = labels - 'a' || '{"b": [true], "c": null, "": {"x": 1.50}}'
           WHERE legacy_task = 1""",
        {},
        "SELECT name, value::text FROM labels WHERE task_id = 1 ORDER BY name",
        [("", '{"x": 1.50}'), ("b", "[true]"), ("c", "null")],
    ),
    "an object of texts": (
        """UPDATE missions SET marks = '{"a": "1", "b": 2, "c": null, "d": [3.50]}' WHERE legacy_job = 1""",
        {},
        "SELECT name, value FROM marks WHERE job_id = 1 ORDER BY name",
        [("a", "1"), ("b", "2"), ("c", None), ("d", "[3.50]")],
    ),
    "other fields beside the array": (
        """UPDATE moves SET details = details || '{"note": {"by": "new"}, "x": null}'
           WHERE legacy_task = 1""",
        {(K, 1): {"details": {"note": {"by": "new"}, "x": None}}},
        "SELECT count(*) FROM tries",
        [(3,)],
    ),
    "one object": (
        """UPDATE moves SET receipt = CASE legacy_task WHEN 1 THEN receipt || '{"total": 3}'
           WHEN 2 THEN '{"total": 4}' END WHERE legacy_task <= 3""",
        {},
        "SELECT task_id, total::text FROM receipts ORDER BY 1",
        [(1, "3.00"), (2, "4.00")],
    ),
    "JSON's null for no object": (
        "UPDATE moves SET receipt = 'null' WHERE legacy_task = 1",
        {},
        "SELECT count(*) FROM receipts WHERE task_id = 1",
        [(0,)],
    ),
    "an element to another row": (
        """UPDATE moves AS m SET lines = CASE legacy_task WHEN 1 THEN m.lines - 0
           ELSE m.lines || (SELECT o.lines -> 0 FROM moves o WHERE o.legacy_task = 1) END
           WHERE legacy_task IN (1, 6)""",
        {},
        "SELECT task_id, id, words FROM lines WHERE id <= 2 ORDER BY id",
        [(1, 1, "line 1"), (6, 2, "line 2")],
    ),
    "an element to another row, by two statements": (
        """UPDATE moves SET lines = lines - 0 WHERE legacy_task = 1;
           UPDATE moves SET lines = '[{"id": 2, "words": "moved"}]' WHERE legacy_task = 6""",
        {},
        "SELECT task_id, id, words FROM lines WHERE id = 2",
        [(6, 2, "moved")],
    ),
    "another mission": (
        f"UPDATE moves SET mission_id = '{legacy_uuid('jobs', 3)}' WHERE legacy_task = 1",
        {},
        "SELECT job_id FROM tasks WHERE id = 1",
        [(3,)],
    ),
    "an upsert": (
        f"""INSERT INTO moves (move_id, mission_id, place, lines)
            SELECT k::uuid, '{legacy_uuid("jobs", 1)}', 9, '[{{"words": "x"}}]'
            FROM unnest(ARRAY['{legacy_uuid("tasks", 6)}', '{legacy_uuid("tasks", 5)}']) AS k
            ON CONFLICT (move_id) DO UPDATE
            SET lines = moves.lines || excluded.lines, place = excluded.place""",
        {},
        (
            "SELECT t.id, place, job_id, count(*) FROM tasks t JOIN lines l ON task_id = t.id WHERE t.id > 4 "
            "GROUP BY 1 ORDER BY 1"
        ),
        [(5, 9, 3, 3), (6, 9, 3, 1)],
    ),
    "a delete": (
        "DELETE FROM moves WHERE legacy_task = 1",
        {},
        "SELECT id FROM lines ORDER BY 1 LIMIT 1",
        [(3,)],
    ),
    "a delete of what has moves": (
        "DELETE FROM missions WHERE legacy_job IN (1, 2)",
        {},
        "SELECT j.id, t.id, l.id FROM jobs j, tasks t, lines l ORDER BY 2, 3",
        [(3, 5, 9), (3, 5, 10), (3, 6, 9), (3, 6, 10)],
    ),
    "a truncate": ("TRUNCATE moves", {}, "SELECT count(*) FROM jobs, (SELECT count(*) FROM tasks) t", [(3,)]),
    "a truncate of both": ("TRUNCATE missions CASCADE", {}, "SELECT count(*) FROM jobs", [(0,)]),
    "a write of what is derived": (
        "UPDATE missions SET minutes = -5; UPDATE moves SET tried = 77 WHERE legacy_task = 1",
        {**{("missions", n): {"minutes": -5} for n in (1, 2, 3)}, (K, 1): {"tried": 77}},
        "SELECT count(*) FROM jobs WHERE closed - opened < interval '1 day'",
        [(3,)],
    ),
    "its own columns": (
        """UPDATE missions SET outside = 'x', settings = 'null' WHERE legacy_job = 1""",
        {("missions", 1): {"outside": "x", "settings": None}},
        "SELECT count(*) FROM jobs",
        [(3,)],
    ),
    "what was undone": (
        """BEGIN; SAVEPOINT a; DELETE FROM missions; ROLLBACK TO a; UPDATE moves SET name = 'kept'
           WHERE legacy_task = 2; COMMIT; BEGIN; TRUNCATE moves; ROLLBACK""",
        {},
        "SELECT name FROM tasks WHERE id <= 2 ORDER BY id",
        [("task 1",), ("kept",)],
    ),
    "new rows": (
        f"""INSERT INTO missions (mission_id, title, status, marks, outside)
            VALUES ('{MISSION}', 'born', 'closed', '{{"a": "b"}}', 'mine');
            INSERT INTO moves (move_id, mission_id, place, lines, labels, details, tried, receipt) VALUES
            ('{MOVE}', '{MISSION}', 1, '[{{"words": "b", "taken": "2024-05-02"}}, {{"words": "a"}}]',
             '{{"n": 1.0}}',
             '{{"tries": [{{"attempt": 1}}], "more": true}}', 1, '{{"total": 1}}')""",
        {
            ("missions", 4): {"mission_id": MISSION, "outside": "mine"},
            (K, 7): {
                "move_id": MOVE,
                "mission_id": MISSION,
                "lines": [11, 12],
                "details": {"more": ("boolean", True)},
            },
        },
        (
            "SELECT state, title, internal, m.value, l.words, b.value::text, r.reason, c.total::text "
            "FROM jobs j JOIN marks m ON m.job_id = j.id JOIN tasks t ON t.job_id = j.id "
            "JOIN lines l ON l.task_id = t.id "
            "JOIN labels b ON b.task_id = t.id JOIN tries r ON r.task_id = t.id "
            "JOIN receipts c ON c.task_id = t.id WHERE t.id = 7 ORDER BY l.id"
        ),
        [("done", "born", "of the old one", "b", word, "1.0", "unknown", "1.00") for word in ("b", "a")],
    ),
}


@pytest.mark.parametrize("write", WRITES)
def test_the_old_side_says_the_same(live: str, write: str) -> None:
    statement, changed, query, found = WRITES[write]
    with opened(live) as session:
        session.execute(statement)
        assert rows(session, query) == found
    check(live, changed)


def test_what_is_returned_has_keys_and_defaults(live: str, sessions: Sessions) -> None:
    session = sessions(live)
    ((lines, legacy, key),) = rows(
        session,
        """INSERT INTO moves (mission_id, place, lines) SELECT mission_id, 5, '[{"words": "x"}]' FROM missions
           WHERE legacy_job = 1 RETURNING lines::text, legacy_task, move_id::text""",
    )
    (line,) = plain(lines)
    assert (line["id"], line["words"], line["done"], line["fixed"]) == (
        11,
        "x",
        ("boolean", False),
        {"of": "old"},
    )
    assert "free" not in line
    check(live, {(K, legacy): {"move_id": key, "details-": "tries"}})
