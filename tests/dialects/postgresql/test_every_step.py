"""No step without exact SQL: a new step brings its golden text along."""

from collections.abc import Iterator

import pytest

from crossfade.steps import ReplaceView, Step
from tests.dialects.postgresql.golden import dialect, every_case, expected, rendered, told
from tests.dialects.postgresql.orders import ITEMS, ORDERS

# A view follows a column that gets another name (`Traits.views_follow`): never planned here.
_NEVER = {ReplaceView}


def _every(kind: type[Step]) -> Iterator[type[Step]]:
    for each in kind.__subclasses__():
        yield each
        yield from _every(each)


def _vocabulary() -> set[type[Step]]:
    every = (each for each in _every(Step) if each.__module__.startswith("crossfade."))
    return {each for each in every if not each.__name__.startswith("_")}  # a base of others is no step


def test_every_step_has_exact_sql() -> None:
    cases = {type(case.step) for case in every_case()}
    assert sorted(each.__name__ for each in _vocabulary() - cases - _NEVER) == []
    assert len(cases) > 30


def test_a_step_without_a_rendering_is_no_silence() -> None:
    class Unheard(Step):
        pass

    with pytest.raises(NotImplementedError, match="PostgreSQL has no rendering of Unheard"):
        rendered(Unheard())


def test_every_transaction_waits_for_locks_but_shortly() -> None:
    (opening,) = dialect().opening()
    assert opening.sql == "SET LOCAL lock_timeout = '200ms'"


def test_a_transaction_that_locks_tables_first_waits_where_nobody_waits_for_it() -> None:
    assert told(dialect().opening((ORDERS, ITEMS))) == expected(
        """
-- setting:
SET LOCAL lock_timeout = '5s'

-- setting, SHARE UPDATE EXCLUSIVE:
LOCK TABLE public.orders, "Shop"."order items" IN SHARE UPDATE EXCLUSIVE MODE

-- setting:
SET LOCAL lock_timeout = '200ms'
"""
    )
