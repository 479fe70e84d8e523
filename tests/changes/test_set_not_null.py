"""SetNotNull on a server: the old application's NULLs with a fill, and the column itself without."""

import pytest
from sqlalchemy.exc import IntegrityError

from crossfade import Evolution, SetNotNull, commands
from tests.changes.database import execute

LEGACY = """
CREATE TABLE orders (id int PRIMARY KEY, note text);
INSERT INTO orders VALUES (1, 'a'), (2, NULL), (3, '');
"""
FILLED = Evolution("filled", changes=[SetNotNull("orders", "note", fill="''")])
BOUND = Evolution("bound", changes=[SetNotNull("orders", "note")])
NOTES = "SELECT note FROM orders ORDER BY id"


def test_the_old_application_goes_on_with_its_nulls(database: str) -> None:
    execute(database, LEGACY)
    commands.start(FILLED, database)
    execute(database, "INSERT INTO orders VALUES (4, NULL)", "UPDATE orders SET note = NULL WHERE id = 1")
    assert execute(database, NOTES) == [None, None, "", None]
    assert execute(database, NOTES, version="filled") == ["", "", "", ""]
    execute(database, "UPDATE orders SET note = 'new' WHERE id = 2", version="filled")
    execute(database, "UPDATE orders SET note = note WHERE id = 4", version="filled")
    assert execute(database, NOTES) == [None, "new", "", None]
    with pytest.raises(IntegrityError, match="null value in column"):
        execute(database, "UPDATE orders SET note = NULL WHERE id = 2", version="filled")
    assert commands.rollback(FILLED, database).complement_rows == 0
    assert execute(database, NOTES) == [None, "new", "", None]


def test_the_nulls_come_back_as_long_as_they_are_there(database: str) -> None:
    execute(database, LEGACY)
    commands.start(FILLED, database)
    commands.complete(FILLED, database)
    assert execute(database, NOTES) == ["a", "", ""]
    with pytest.raises(IntegrityError, match="null value in column"):
        execute(database, "INSERT INTO orders VALUES (4, NULL)")
    execute(database, "UPDATE orders SET note = 'b' WHERE id = 3")
    commands.revert(FILLED, database)
    assert execute(database, NOTES) == ["a", None, "b"]
    commands.complete(FILLED, database)
    commands.purge(FILLED, database)
    commands.revert(FILLED, database)
    assert execute(database, NOTES) == ["a", "", "b"]  # of the values of the new version alone
    execute(database, "UPDATE orders SET note = NULL WHERE id = 1")
    assert execute(database, NOTES, version="filled") == ["", "", "b"]


def test_without_a_fill_the_column_itself_takes_no_null_from_start_on(database: str) -> None:
    execute(database, LEGACY, "DELETE FROM orders WHERE note IS NULL")
    preview = commands.preview(BOUND, database)
    assert "takes no NULL of the old application either" in preview.notes[0]
    statements = [each.sql for step in preview.start for each in step.statements]
    proof = "ALTER TABLE public.orders VALIDATE CONSTRAINT _crossfade_note_not_null"
    binds = "ALTER TABLE public.orders ALTER COLUMN note SET NOT NULL"
    assert statements.index(proof) < statements.index(binds)  # so that it need not be read under a lock
    commands.start(BOUND, database)
    with pytest.raises(IntegrityError, match="null value in column"):
        execute(database, "INSERT INTO orders VALUES (4, NULL)")
    commands.rollback(BOUND, database)
    execute(database, "INSERT INTO orders VALUES (4, NULL)", "DELETE FROM orders WHERE id = 4")
    commands.start(BOUND, database)
    commands.complete(BOUND, database)
    commands.revert(BOUND, database)
    with pytest.raises(IntegrityError, match="null value in column"):
        execute(database, "UPDATE orders SET note = NULL")
    checks = "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = 'orders'::regclass"
    assert execute(database, checks) == []
