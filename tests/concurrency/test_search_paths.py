"""Whatever schemas a writer's session looks in, and whatever stands there: the sync does the same."""

from collections.abc import Callable

import pytest
from psycopg.errors import RaiseException
from sqlalchemy import Column, String

from crossfade import AddColumn, Evolution, OpenEnum, commands
from tests.concurrency.watching import Session, rows

Sessions = Callable[..., Session]

# Two labels become one value, so that both sides lose something: the sync compares the most there.
MERGED = OpenEnum(
    "orders",
    "status",
    String(40),
    nullable=True,
    values={"new": "open", "paid": "open", "sent": "shipped"},
    unknown="paid",
)
LABEL = AddColumn("orders", Column("label", String(40)), fill="'customer ' || customer")
EVOLUTIONS = {
    "value maps alone": Evolution("traps", summary="Statuses open", changes=[MERGED]),
    "a user's SQL too": Evolution("traps", summary="Statuses open", changes=[MERGED, LABEL]),
}

# What a role that may create in a schema of the search path can put there: better matches than the
# built-in ones for the very types, and namesakes that come first where pg_catalog is named last.
TRAPS = """
CREATE FUNCTION public.trap() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE FUNCTION public.trap_enum(order_status, order_status) RETURNS boolean
  LANGUAGE plpgsql AS $$ BEGIN RETURN public.trap(); END $$;
CREATE FUNCTION public.trap_text(varchar, varchar) RETURNS boolean
  LANGUAGE plpgsql AS $$ BEGIN RETURN public.trap(); END $$;
CREATE OPERATOR public.= (LEFTARG = order_status, RIGHTARG = order_status, FUNCTION = public.trap_enum);
CREATE OPERATOR public.<> (LEFTARG = order_status, RIGHTARG = order_status, FUNCTION = public.trap_enum);
CREATE OPERATOR public.= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = public.trap_text);
CREATE OPERATOR public.<> (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = public.trap_text);
CREATE FUNCTION public.nextval(regclass) RETURNS bigint
  LANGUAGE plpgsql AS $$ BEGIN PERFORM public.trap(); END $$;
CREATE FUNCTION public.current_setting(text, boolean) RETURNS text
  LANGUAGE plpgsql AS $$ BEGIN PERFORM public.trap(); END $$;
CREATE FUNCTION public.current_schemas(boolean) RETURNS name[]
  LANGUAGE plpgsql AS $$ BEGIN PERFORM public.trap(); END $$;
"""
PATHS = ('"$user", public', "public, pg_catalog", "''", "pg_temp")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("evolution", EVOLUTIONS.values(), ids=EVOLUTIONS)
def test_nothing_slips_under_the_sync(shop: str, sessions: Sessions, evolution: Evolution, path: str) -> None:
    reader = sessions()
    commands.start(evolution, shop)
    writer = sessions()
    writer.execute(TRAPS)
    writer.execute(f"SET search_path = {path}")

    def both(number: int) -> list[tuple[object, ...]]:
        return rows(
            reader,
            "SELECT o.status::text, n.status FROM public.orders o "
            "JOIN public__traps.orders n USING (id) WHERE o.id = %s",
            number,
        )

    writer.execute("INSERT INTO public.orders (id, customer, status) VALUES (9001, 1, 'sent')")
    assert both(9001) == [("sent", "shipped")]
    writer.execute("UPDATE public.orders SET status = 'paid' WHERE id = 9001")
    assert both(9001) == [("paid", "open")]
    writer.execute("UPDATE public__traps.orders SET status = 'unheard of' WHERE id = 9001")
    assert both(9001) == [("paid", "unheard of")]
    writer.execute("INSERT INTO public__traps.orders (id, customer, status) VALUES (9002, 1, 'shipped')")
    assert both(9002) == [("sent", "shipped")]
    writer.execute("UPDATE public.orders SET revision = revision + 1 WHERE id = 9001")
    assert both(9001) == [("paid", "unheard of")]


def test_the_traps_do_spring(shop: str, sessions: Sessions) -> None:
    session = sessions()
    session.execute(TRAPS)
    with pytest.raises(RaiseException, match="trapped"):
        session.execute("SELECT FROM orders WHERE status = 'sent'")
    session.execute("SET search_path = public, pg_catalog")
    with pytest.raises(RaiseException, match="trapped"):
        session.execute("SELECT current_setting('search_path', true)")
