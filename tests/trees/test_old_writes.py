"""The old application writes in every way there is; at its commit, the new side says the same."""

from collections.abc import Callable

import pytest

from tests.concurrency.watching import Session, opened
from tests.trees.oracle import check

Sessions = Callable[..., Session]

LINE = "INSERT INTO lines (task_id, words, taken) VALUES"

# Each string is one transaction.
WRITES: dict[str, tuple[str, ...]] = {
    "insert of a job": ("INSERT INTO jobs (title, price, extra) VALUES ('a', 1.2345, 'null')",),
    "insert of all that belongs together": (
        """
        INSERT INTO jobs (id, title, state) VALUES (70, 'a', 'lost');
        INSERT INTO marks (job_id, name, value) VALUES (70, '', 'empty name'), (70, 'n', NULL);
        INSERT INTO tasks (id, job_id, place) VALUES (70, 70, 1), (71, 70, 2);
        INSERT INTO lines (task_id, words) VALUES (70, 'one'), (71, 'two'), (70, 'three');
        INSERT INTO labels (task_id, name, value) VALUES (71, 'x', '[1, 1.0, 1e3]');
        INSERT INTO tries (task_id, attempt) VALUES (70, 2), (70, 1);
        INSERT INTO receipts (task_id, total) VALUES (71, 0.005);
        """,
    ),
    "children before their time": (f"{LINE} (1, 'early', '-infinity'), (1, 'late', 'infinity')",),
    "update of every column of a job": (
        """
        UPDATE jobs SET client = NULL, title = 'other', state = 'lost', price = -0.001, extra = '{"a": null}',
                        opened = '2020-02-29 00:00:00.000001+01', closed = NULL, internal = NULL WHERE id = 1
        """,
    ),
    "update to null of JSON": ("UPDATE jobs SET extra = NULL WHERE id <= 2",),
    "update of what the new side does not have": ("UPDATE jobs SET internal = 'x' WHERE id = 2",),
    "update of every column of a line": (
        r"""
        UPDATE lines SET taken = '2000-01-01 00:00+00', words = E'\\ " '' \n ü', amount = 'NaN',
               weight = '-Infinity',
               begun = '2024-02-29 23:59:59.999999', day = '0044-03-15 BC',
               lasted = '-1 month +2 days 03:04:05.6',
               data = '\x00ff', free = 'null', fixed = '[null]', done = true, ref = gen_random_uuid(),
               names = '{NULL,"a,b",""}', mood = 'it''s "odd"\' WHERE id IN (1, 4)
        """,
    ),
    "update of every column of the others": (
        """
        UPDATE marks SET name = 'hue', value = 'green' WHERE job_id = 1 AND name = 'colour';
        UPDATE labels SET name = 'c', value = 'true' WHERE task_id = 1 AND name = 'a';
        UPDATE tries SET attempt = 9, reason = NULL WHERE task_id = 1 AND attempt = 1;
        UPDATE receipts SET total = 1e3, sent = '-infinity' WHERE task_id = 1;
        UPDATE tasks SET place = -1, name = NULL WHERE id = 1;
        """,
    ),
    "names that change places": (
        "UPDATE labels SET name = CASE name WHEN 'a' THEN 'z' ELSE name END WHERE task_id = 1",
    ),
    "keys of children": (
        "UPDATE lines SET id = id + 1000 WHERE task_id = 1; UPDATE tries SET id = 500 WHERE attempt = 2",
    ),
    "children to another parent": (
        """
        UPDATE lines SET task_id = 6 WHERE id IN (1, 3, 5);
        UPDATE labels SET task_id = 5 WHERE task_id = 1;
        UPDATE tries SET task_id = 4 WHERE task_id = 1;
        UPDATE receipts SET task_id = 2 WHERE task_id = 1;
        UPDATE marks SET job_id = 3 WHERE job_id = 1;
        """,
    ),
    "tasks to another job": ("UPDATE tasks SET job_id = 3 WHERE job_id = 1",),
    "there and back": (
        "UPDATE lines SET task_id = 6 WHERE id = 1; UPDATE lines SET task_id = 1 WHERE id = 1",
    ),
    "delete of children": (
        "DELETE FROM lines WHERE id % 2 = 0; DELETE FROM labels; DELETE FROM tries; DELETE FROM receipts",
    ),
    "delete of a job with all of it": ("DELETE FROM jobs WHERE id = 1",),
    "delete of everything": ("DELETE FROM jobs",),
    "delete of a task that is written before": (
        f"{LINE} (1, '-', now()); UPDATE tasks SET name = 'x' WHERE id = 1; DELETE FROM tasks WHERE id = 1",
    ),
    "delete, then the same key again": (
        "DELETE FROM tasks WHERE id = 1; INSERT INTO tasks (id, job_id, place) VALUES (1, 2, 7)",
    ),
    "delete, and in another transaction the same key again": (
        "DELETE FROM jobs WHERE id = 1",
        "INSERT INTO jobs (id, title) VALUES (1, 'risen')",
    ),
    "born and gone in one transaction": (
        "INSERT INTO jobs (id, title) VALUES (90, 'brief'); DELETE FROM jobs WHERE id = 90",
    ),
    "truncate of children": ("TRUNCATE lines, labels, receipts",),
    "truncate of a child, and more of them": (f"TRUNCATE tries; {LINE} (1, 'after', now())",),
    "writes, then truncate": (f"{LINE} (1, 'before', now()); TRUNCATE lines",),
    "truncate of a source": ("TRUNCATE tasks CASCADE",),
    "truncate of all": (
        "TRUNCATE jobs CASCADE; INSERT INTO jobs (title) VALUES ('first of a new time')",
        f"""INSERT INTO tasks (job_id, place) SELECT max(id), 1 FROM jobs;
            {LINE} (currval('tasks_id_seq'), 'x', now())""",
    ),
    "truncate that begins numbers anew": (
        "TRUNCATE jobs RESTART IDENTITY CASCADE; INSERT INTO jobs (title) VALUES ('1')",
    ),
    "upserts": (
        """
        INSERT INTO jobs (id, title) VALUES (1, 'x'), (80, 'y') ON CONFLICT (id) DO UPDATE SET title = 'z';
        INSERT INTO labels (task_id, name, value) VALUES (1, 'a', '2'), (3, 'a', '3')
        ON CONFLICT (task_id, name) DO UPDATE SET value = excluded.value;
        INSERT INTO receipts (task_id, total) VALUES (1, 99), (2, 98) ON CONFLICT (task_id) DO NOTHING;
        """,
    ),
    "many rows": (
        "INSERT INTO jobs (title) SELECT 'many ' || n FROM generate_series(1, 300) n",
        """INSERT INTO tasks (job_id, place) SELECT id, 1 FROM jobs;
           INSERT INTO lines (task_id, amount) SELECT id, id FROM tasks; UPDATE jobs SET price = id""",
    ),
    "all by one statement": (
        """
        WITH j AS (INSERT INTO jobs (title) VALUES ('cte') RETURNING id),
             t AS (INSERT INTO tasks (job_id, place) SELECT id, 1 FROM j RETURNING id),
             l AS (INSERT INTO lines (task_id, words) SELECT id, 'of it' FROM t),
             m AS (DELETE FROM marks), u AS (UPDATE tasks SET name = 'u' WHERE id = 1),
             r AS (INSERT INTO receipts (task_id, total) SELECT id, 5 FROM t)
        DELETE FROM lines WHERE task_id = 1
        """,
    ),
    "savepoints": (
        f"""
        BEGIN; {LINE} (1, 'kept', now());
        SAVEPOINT a; {LINE} (1, 'undone', now()); DELETE FROM tries; ROLLBACK TO a;
        SAVEPOINT b; UPDATE tasks SET name = 'kept' WHERE id = 2; RELEASE b; COMMIT
        """,
    ),
    "a savepoint that was all": (f"BEGIN; SAVEPOINT a; {LINE} (1, 'undone', now()); ROLLBACK TO a; COMMIT",),
    "undone": (f"BEGIN; {LINE} (1, 'undone', now()); DELETE FROM jobs; ROLLBACK",),
    "constraints at once": (f"BEGIN; SET CONSTRAINTS ALL IMMEDIATE; {LINE} (1, 'at once', now()); COMMIT",),
    "constraints at once, in the middle": (
        f"""
        BEGIN; {LINE} (1, 'first', now()); SET CONSTRAINTS ALL IMMEDIATE; {LINE} (2, 'second', now());
        DELETE FROM labels; SET CONSTRAINTS ALL DEFERRED; {LINE} (1, 'third', now());
        UPDATE lines SET task_id = 6 WHERE words = 'second'; COMMIT
        """,
    ),
    "constraints at once, over a savepoint": (
        f"""
        BEGIN; SAVEPOINT a; SET CONSTRAINTS ALL IMMEDIATE; {LINE} (1, 'undone', now()); ROLLBACK TO a;
        {LINE} (2, 'kept', now()); COMMIT
        """,
    ),
    "rows of which one statement makes and another undoes": (
        f"{LINE} (6, 'x', now()); DELETE FROM lines WHERE task_id = 6; UPDATE tasks SET name = name",
    ),
    "merge": (
        """
        MERGE INTO tries t USING (VALUES (1, 1), (1, 7)) v(task_id, attempt)
        ON t.task_id = v.task_id AND t.attempt = v.attempt
        WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (task_id, attempt) VALUES (v.task_id, v.attempt)
        """,
    ),
}


@pytest.mark.parametrize("write", WRITES)
def test_the_new_side_says_the_same(live: str, write: str) -> None:
    with opened(live) as session:
        for transaction in WRITES[write]:
            session.execute(transaction)
    check(live)
