"""The user's own triggers: the sync fires after them, the backfill without them where the role may."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from sqlalchemy import String
from sqlalchemy.engine import make_url

from crossfade import Evolution, OpenEnum, commands
from crossfade.errors import Unsupported
from crossfade.testing import PostgresServer
from tests.concurrency.shop import BOTH_SIDES, FORWARD, NAME, OPEN, ROWS
from tests.concurrency.watching import Session, opened, rows, value

Sessions = Callable[..., Session]

TOUCHED = """
ALTER TABLE orders ADD COLUMN updated_at timestamptz NOT NULL DEFAULT '2020-01-01';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.updated_at := clock_timestamp(); RETURN NEW; END $$;
CREATE TRIGGER touch_order BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
"""
NAMESPACE = f"public__{NAME}"
UNTOUCHED = "SELECT count(*) FROM orders WHERE updated_at = '2020-01-01'"

# Large orders are always sent: whatever was written, by whichever version.
FORCED = """
CREATE FUNCTION force_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.customer > 1000000 THEN NEW.status := 'sent'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION force_status();
"""


def accepting(function: str) -> Evolution:
    """The evolution, by someone who has looked at that function."""
    opened_ = OpenEnum(
        "orders", "status", String(40), nullable=True, values=FORWARD, unknown="paid", accept=(function,)
    )
    return Evolution(NAME, changes=[opened_, *OPEN.changes[1:]])


@pytest.fixture
def role(shop: str) -> Iterator[str]:
    """A role that owns the shop and is no superuser; of another name each time: roles are the server's."""
    name = f"owner_{uuid4().hex[:12]}"
    with opened(shop) as session:
        session.execute(f"CREATE ROLE {name} LOGIN")
        session.execute(f"GRANT CREATE ON DATABASE {session.info.dbname} TO {name}")
        session.execute(f"GRANT CREATE ON SCHEMA public TO {name}")
        session.execute(f"ALTER TABLE orders OWNER TO {name}")
    yield name
    with opened(shop) as session:
        session.execute(f"DROP OWNED BY {name} CASCADE")
        session.execute(f"DROP ROLE {name}")


def as_role(database: str, role: str) -> str:
    return make_url(database).set(username=role).render_as_string(hide_password=False)


def test_the_backfill_does_not_touch_what_triggers_keep(shop: str, sessions: Sessions) -> None:
    watcher = sessions()
    watcher.execute(TOUCHED)
    assert not [note for note in commands.preview(OPEN, shop).notes if "touch_order" in note]

    commands.start(OPEN, shop)
    assert value(watcher, UNTOUCHED) == ROWS
    # Kept values come back in the same way.
    watcher.execute(f"UPDATE {NAMESPACE}.orders SET status = 'refunded' WHERE id <= 5")
    commands.rollback(NAME, shop)
    watcher.execute("ALTER TABLE orders DISABLE TRIGGER touch_order")
    watcher.execute("UPDATE orders SET updated_at = '2020-01-01'")
    watcher.execute("ALTER TABLE orders ENABLE TRIGGER touch_order")
    assert commands.start(OPEN, shop).complement_rows == 5
    assert value(watcher, UNTOUCHED) == ROWS
    # An application's writes still fire it, in either version.
    watcher.execute("UPDATE orders SET status = 'sent' WHERE id = 1")
    watcher.execute(f"UPDATE {NAMESPACE}.orders SET status = 'lost' WHERE id = 2")
    assert value(watcher, UNTOUCHED) == ROWS - 2


def test_preview_announces_the_triggers_that_the_backfill_will_fire(
    shop: str, sessions: Sessions, role: str
) -> None:
    watcher = sessions()
    watcher.execute(TOUCHED)
    database = as_role(shop, role)
    (note,) = [note for note in commands.preview(OPEN, database).notes if "touch_order" in note]
    assert role in note
    assert "session_replication_role" in note

    outcome = commands.start(OPEN, database)
    assert note in outcome.notes
    assert value(watcher, UNTOUCHED) == 0
    assert commands.verify(NAME, database).mismatches == 0


def test_a_role_that_was_given_the_parameter_skips_triggers_too(
    shop: str, sessions: Sessions, role: str, postgresql: PostgresServer
) -> None:
    watcher = sessions()
    watcher.execute(TOUCHED)
    watcher.execute(f"GRANT SET ON PARAMETER session_replication_role TO {role}")
    database = as_role(shop, role)
    assert not [note for note in commands.preview(OPEN, database).notes if "touch_order" in note]
    commands.start(OPEN, database)
    assert value(watcher, UNTOUCHED) == ROWS
    watcher.execute(f"REVOKE SET ON PARAMETER session_replication_role FROM {role}")


# The last names that an unquoted, and any ASCII, identifier can have.
@pytest.mark.parametrize("name", ["force_status", "zz_force_status", '"|}force_status"'])
def test_the_sync_sees_what_the_users_triggers_make_of_a_row(
    shop: str, sessions: Sessions, name: str
) -> None:
    old = sessions()
    old.execute(FORCED.format(name=name))
    commands.start(accepting("public.force_status()"), shop)
    new = sessions(version=NAME)

    inserted = value(old, "INSERT INTO orders (customer, status) VALUES (1000001, 'new') RETURNING id")
    assert rows(old, BOTH_SIDES, inserted) == [("sent", "shipped", "customer 1000001")]
    old.execute("UPDATE orders SET customer = 1000002 WHERE id = 1")  # no evolved column is named
    assert rows(old, BOTH_SIDES, 1)[0][:2] == ("sent", "shipped")
    # A value of the new side wins over what a trigger, which knows nothing of it, makes of the old one.
    new.execute("UPDATE orders SET customer = 1000003, status = 'refunded' WHERE id = 2")
    assert rows(old, BOTH_SIDES, 2)[0][:2] == ("paid", "refunded")
    assert commands.verify(NAME, shop).mismatches == 0


# It names its table with its schema: without, it would speak the version of whoever fired it.
ECHO = """
CREATE FUNCTION echo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.orders SET revision = revision + 1 WHERE id = NEW.id;
    IF TG_OP = 'UPDATE' AND NEW.status = 'paid' AND OLD.status = 'new' THEN
        UPDATE public.orders SET status = 'sent' WHERE id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER echo AFTER INSERT OR UPDATE ON orders FOR EACH ROW
WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION echo();
"""


def test_a_trigger_that_updates_the_same_row_again_leaves_both_sides_in_agreement(
    shop: str, sessions: Sessions
) -> None:
    old = sessions()
    old.execute(ECHO)
    commands.start(accepting("public.echo()"), shop)
    assert value(old, "SELECT sum(revision) FROM orders") == 0  # the backfill does not fire it
    new = sessions(version=NAME)

    # Of the old side: the echo's write is an old one too.
    old.execute("UPDATE orders SET status = 'new' WHERE id = 10")
    old.execute("UPDATE orders SET status = 'paid' WHERE id = 10")
    assert rows(old, BOTH_SIDES, 10)[0][:2] == ("sent", "shipped")
    # Of the new side: what only it can say outlives an echo that does not write the evolved column,
    new.execute("UPDATE orders SET status = 'refunded' WHERE id = 11")
    assert rows(old, BOTH_SIDES, 11)[0][:2] == ("paid", "refunded")
    # and gives way to one that does, because that is the later write.
    new.execute("UPDATE orders SET status = 'created' WHERE id = 12")
    new.execute("UPDATE orders SET status = 'refunded' WHERE id = 12")
    assert rows(old, BOTH_SIDES, 12)[0][:2] == ("sent", "shipped")
    made = value(new, "INSERT INTO orders (customer, status) VALUES (1, 'lost') RETURNING id")
    assert rows(old, BOTH_SIDES, made)[0][:2] == ("paid", "lost")
    assert value(old, "SELECT revision FROM orders WHERE id = %s", made) == 1
    assert commands.verify(NAME, shop).mismatches == 0


@pytest.mark.parametrize("name", ["~late", "époque"])
def test_a_trigger_that_would_fire_after_the_sync_is_refused(
    shop: str, sessions: Sessions, name: str
) -> None:
    """Nobody would carry over what it makes of a row."""
    old = sessions()
    old.execute(FORCED.format(name=f'"{name}"'))
    for command in (commands.preview, commands.start):
        with pytest.raises(Unsupported, match=name):
            command(accepting("public.force_status()"), shop)
    assert value(old, "SELECT to_regnamespace('crossfade')") is None
    old.execute(f'ALTER TRIGGER "{name}" ON orders RENAME TO force_status')
    commands.start(accepting("public.force_status()"), shop)
