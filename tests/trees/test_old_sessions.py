"""However a session of the old application is set up: the new side says the same."""

from collections.abc import Callable

import psycopg
import pytest
from psycopg import sql

from tests.concurrency.watching import Session, rows, value
from tests.trees.oracle import check

Sessions = Callable[..., Session]

LINE = "INSERT INTO lines (task_id, words, taken) VALUES"


def test_constraints_at_once_show_at_once(live: str, sessions: Sessions) -> None:
    """And what comes after them is written at the commit again."""
    session = sessions(live, autocommit=False)
    session.execute("SET CONSTRAINTS ALL IMMEDIATE")
    session.execute(f"{LINE} (6, 'now', now())")
    assert value(session, "SELECT lines -> 0 ->> 'words' FROM moves WHERE legacy_task = 6") == "now"
    session.commit()
    session.execute(f"{LINE} (6, 'then', now())")
    assert value(session, "SELECT jsonb_array_length(lines) FROM moves WHERE legacy_task = 6") == 1
    session.commit()
    check(live)


def test_copy(live: str, sessions: Sessions) -> None:
    session = sessions(live)
    with session.cursor() as cursor:
        with cursor.copy("COPY jobs (id, title) FROM STDIN") as copy:
            for number in range(100, 350):
                copy.write_row((number, f"copied\t{number}"))
        with cursor.copy("COPY tasks (id, job_id, place) FROM STDIN (FORMAT csv)") as copy:
            copy.write("100,100,1\n101,349,2\n")
        with cursor.copy("COPY lines (task_id, words, data) FROM STDIN") as copy:
            for number in range(50):
                copy.write_row((100 + number % 2, f"w {number}", bytes([number])))
    check(live)


def test_prepared_statements(live: str, sessions: Sessions) -> None:
    session = sessions(live, autocommit=False)
    for turn in range(12):  # the server makes a generic plan from the sixth on
        session.execute("UPDATE tasks SET name = %s WHERE id = %s", (f"turn {turn}", 1), prepare=True)
        session.execute(
            "INSERT INTO tries (task_id, attempt) VALUES (%s, %s)", (1 + turn % 3, turn), prepare=True
        )
        session.execute("DELETE FROM lines WHERE id = %s", (turn,), prepare=True)
        session.commit()
    check(live)


def test_a_transaction_that_fails_leaves_nothing(live: str, sessions: Sessions) -> None:
    session = sessions(live, autocommit=False)
    session.execute("DELETE FROM jobs WHERE id = 2")
    with pytest.raises(psycopg.errors.NotNullViolation):
        session.execute("INSERT INTO jobs (title) VALUES (NULL)")
    session.rollback()
    session.execute("UPDATE jobs SET title = 'then' WHERE id = 1")
    session.commit()
    check(live)


def test_a_writer_without_rights_on_the_new_side(live: str, sessions: Sessions) -> None:
    owner, writer = sessions(live), sessions(live, autocommit=False)
    role = f"writer_{value(owner, 'SELECT current_database()')}"
    owner.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
    try:
        for grant in (
            "GRANT INSERT, UPDATE, DELETE, SELECT, TRUNCATE ON jobs, tasks, lines, labels TO {}",
            "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}",
        ):
            owner.execute(sql.SQL(grant).format(sql.Identifier(role)))
        writer.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
        writer.execute("INSERT INTO jobs (id, title) VALUES (60, 'by a stranger')")
        writer.execute("INSERT INTO tasks (id, job_id, place) VALUES (60, 60, 1)")
        writer.execute(f"{LINE} (60, 'x', now()); DELETE FROM tasks WHERE id = 2; TRUNCATE labels")
        writer.commit()
        check(live)
        writer.execute("SET CONSTRAINTS ALL IMMEDIATE")
        writer.execute("DELETE FROM jobs WHERE id = 1")
        writer.commit()
        check(live)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            writer.execute("SELECT FROM missions")
        writer.rollback()
    finally:
        writer.close()
        owner.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
        owner.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


SETTINGS = (
    "SET timezone = 'Asia/Kathmandu'",
    "SET datestyle = 'SQL, DMY'",
    "SET intervalstyle = 'sql_standard'",
    "SET bytea_output = 'escape'",
    "SET extra_float_digits = -5",
    "SET search_path = pg_temp",
    "SET standard_conforming_strings = off",
    "SET quote_all_identifiers = on",
    "SET session_replication_role = 'replica'",
)


@pytest.mark.parametrize("setting", SETTINGS)
def test_settings_of_a_session_change_nothing(live: str, sessions: Sessions, setting: str) -> None:
    session = sessions(live)
    session.execute(setting)
    session.execute(
        "UPDATE public.lines SET lasted = '-1 day -2:03:04', data = decode('5c00ff', 'hex'), weight = 0.3, "
        "begun = '2024-02-03 04:05:06', day = '2024-02-03'::date, free = '\"2\"' WHERE task_id = 1"
    )
    session.execute("UPDATE public.jobs SET opened = '2024-02-03 04:05:06+00', price = 7 WHERE id = 1")
    session.execute(
        "UPDATE public.moves SET lines = jsonb_set(lines, '{0,words}', '\"new\"') WHERE legacy_task = 1"
    )
    check(live)


def test_what_a_transaction_sees_before_its_commit(live: str, sessions: Sessions) -> None:
    """The new side of its writes comes with the commit, to itself as to others; the notes are worked off."""
    session, other = sessions(live, autocommit=False), sessions(live)
    session.execute("DELETE FROM lines WHERE task_id = 1")
    length = "SELECT jsonb_array_length(lines) FROM moves WHERE legacy_task = 1"
    assert value(session, length) == value(other, length) == 2
    session.commit()
    assert value(session, length) == value(other, length) == 0
    assert rows(
        session, "SELECT DISTINCT current_setting(name) FROM pg_settings WHERE name LIKE 'crossfade.noted%'"
    ) in (
        [],
        [("",)],
    )
