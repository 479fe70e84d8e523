"""No step without exact SQL: a new step brings its golden text along."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from crossfade.dialects.postgresql.ddl import Renderer
from crossfade.steps import Step
from tests.dialects.postgresql.golden import Golden, expected, told
from tests.dialects.postgresql.orders import ITEMS, ORDERS


def _every(kind: type[Step]) -> Iterator[type[Step]]:
    for each in kind.__subclasses__():
        yield each
        yield from _every(each)


def _vocabulary() -> set[type[Step]]:
    return {each for each in _every(Step) if each.__module__ == "crossfade.steps"}


def test_every_step_has_exact_sql() -> None:
    modules = [
        import_module(f"tests.dialects.postgresql.{path.stem}") for path in Path(__file__).parent.glob("*.py")
    ]
    cases = [case for module in modules for case in getattr(module, "CASES", {}).values()]
    told = {type(case.step) for case in cases if isinstance(case, Golden)}
    assert sorted(each.__name__ for each in _vocabulary() - told) == []
    assert len(told) > 30


def test_a_step_without_a_rendering_is_no_silence() -> None:
    class Unheard(Step):
        pass

    with pytest.raises(NotImplementedError, match="PostgreSQL has no rendering of Unheard"):
        Renderer((18, 0), 200).render(Unheard())


def test_every_transaction_waits_for_locks_but_shortly() -> None:
    (opening,) = Renderer((18, 0), 150).opening(())
    assert opening.sql == "SET LOCAL lock_timeout = '150ms'"


def test_a_transaction_that_locks_tables_first_waits_where_nobody_waits_for_it() -> None:
    assert told(Renderer((18, 0), 150).opening((ORDERS, ITEMS))) == expected(
        """
-- setting:
SET LOCAL lock_timeout = '5s'

-- setting, SHARE UPDATE EXCLUSIVE:
LOCK TABLE public.orders, "Shop"."order items" IN SHARE UPDATE EXCLUSIVE MODE

-- setting:
SET LOCAL lock_timeout = '150ms'
"""
    )
