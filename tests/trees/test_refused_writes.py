"""What the old side has no place for is refused while both are live, and nothing is changed."""

from collections.abc import Callable

import psycopg
import pytest

from tests.concurrency.watching import Session
from tests.trees.oracle import check, read, table

Sessions = Callable[..., Session]

REFUSED: dict[str, tuple[str, str]] = {
    "an unknown field": (
        """lines = lines || '[{"words": "x", "colour": "red"}]'""",
        "moves.lines holds the field colour",
    ),
    "an unknown field of a field's array": (
        """details = jsonb_set(details, '{tries,0,why}', '1')""",
        "moves.details.tries holds the field why",
    ),
    "the child's parent": ("""lines = '[{"task_id": 2}]'""", "moves.lines holds the field task_id"),
    "an unknown field of the one object": (
        """receipt = '{"total": 1, "x": 1}'""",
        "moves.receipt holds the field x",
    ),
    "no array": ("lines = '{}'", "moves.lines holds what is no array"),
    "no array in the field": ("""details = '{"tries": 1}'""", "moves.details.tries holds what is no array"),
    "JSON's null for an array": ("lines = 'null'", "moves.lines holds what is no array"),
    "no object": ("labels = '[]'", "moves.labels holds what is no object"),
    "no object, where one is": ("receipt = '[]'", "moves.receipt holds what is no object"),
    "an array of something else": ("lines = '[1]'", "moves.lines holds what is no object"),
    "a column that is no object": ("""details = '"x"'""", "moves.details.tries holds what is no object"),
    "an array for what has fields": ("details = '[]'", "moves.details.tries holds what is no object"),
    "another row's element": ("""lines = '[{"id": 3}]'""", "has the id of another row's element"),
    "another row's one object": (
        """receipt = '{"id": 2, "total": 1}'""",
        "has the id of another row's element",
    ),
    "an element twice": ("lines = lines || (lines -> 0)", "moves.lines"),
    "an element twice, in two forms": (
        """lines = lines || jsonb_set(lines -> 0, '{words}', '"x"')""",
        "moves.lines",
    ),
    "the legacy key": ("legacy_task = 99", "moves.legacy_task can't be written"),
    "no legacy key": ("legacy_task = NULL", "moves.legacy_task can't be written"),
}


@pytest.mark.parametrize("write", REFUSED)
def test_what_the_old_side_cannot_hold_is_refused(live: str, sessions: Sessions, write: str) -> None:
    session = sessions(live)
    assigned, message = REFUSED[write]
    before = read(session), table(session, "lines"), table(session, "tries"), table(session, "receipts")
    with pytest.raises(psycopg.errors.CheckViolation, match=message.replace(".", r"\.")):
        session.execute(f"UPDATE moves SET place = 3, {assigned} WHERE legacy_task = 1")
    assert before == (
        read(session),
        table(session, "lines"),
        table(session, "tries"),
        table(session, "receipts"),
    )


def test_a_value_that_the_old_side_does_not_know_is_refused(live: str, sessions: Sessions) -> None:
    session = sessions(live)
    with pytest.raises(psycopg.errors.CheckViolation, match=r"missions\.status holds what the old version"):
        session.execute("UPDATE missions SET status = 'paused'")
    with pytest.raises(psycopg.errors.CheckViolation, match=r"missions\.legacy_job can't be written"):
        session.execute("INSERT INTO missions (title, legacy_job) VALUES ('x', 1000)")
    for wrong in ("amount", "taken", "mood", "ref"):
        with pytest.raises(psycopg.DataError):
            session.execute(f"""UPDATE moves SET lines = '[{{"{wrong}": "no such thing"}}]'""")
    with pytest.raises(psycopg.errors.NotNullViolation):
        session.execute("""UPDATE moves SET lines = '[{"taken": null}]'""")
    check(live)
