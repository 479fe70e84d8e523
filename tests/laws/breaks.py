"""The ways in which mechanisms are broken: each is for a saboteur, or makes a function into a broken one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, true

from crossfade import backfill
from crossfade.dialects.postgresql import values
from crossfade.expressions import ValueMap
from crossfade.journal import Control
from crossfade.lens import Assignment, RowLens
from crossfade.session import tallied
from crossfade.spans import Key
from crossfade.steps import CopyRows, InstallLookup, InstallSync, PublishView, Step
from tests.laws.saboteur import Saboteur

Break = Callable[[Saboteur], None]


def lenses(change: Callable[[RowLens], RowLens]) -> Break:
    """Another lens in place of each that the sync is made of."""

    def sync(step: InstallSync) -> InstallSync:
        return replace(step, lenses=tuple(map(change, step.lenses)))

    return lambda saboteur: saboteur.step(InstallSync, sync)


def one_key(step: InstallLookup) -> InstallLookup:
    """Every value is told the key of the first one's row."""
    rows = step.forward.rows
    return replace(step, forward=replace(step.forward, rows=tuple((value, rows[0][1]) for value, _ in rows)))


def alike(assignments: tuple[Assignment, ...]) -> tuple[Assignment, ...]:
    """Every value becomes what the first one becomes."""

    def one(value: Any) -> Any:
        if not isinstance(value, ValueMap):
            return value
        return replace(value, pairs=tuple((given, value.pairs[0][1]) for given, _ in value.pairs))

    return tuple(replace(each, value=one(each.value)) for each in assignments)


def of_sync(**changes: Any) -> Break:
    """The sync is installed with other arguments."""
    return lambda saboteur: saboteur.step(InstallSync, lambda step: replace(step, **changes))


def hidden_default(step: PublishView) -> PublishView:
    """The new version has no default of its own."""
    return replace(step, columns=tuple(replace(each, default=None) for each in step.columns))


def of_sql(kind: type[Step], pattern: str, replacement: str | None = None) -> Break:
    """What a step of a kind is rendered to is rewritten; left out where there is no replacement."""
    return lambda saboteur: saboteur.sql(kind, pattern, replacement)


def early_watermark(batch: Callable[..., Any]) -> Callable[..., Any]:
    """The watermark is committed before the batch that it tells of."""

    def work(hand: Any, connection: Connection) -> Any:
        def early(*given: Any) -> Any:
            with hand.session.dialect.engine.begin() as another:
                left = hand.walk.spans.without(hand.bite)
                backfill._save(hand.session, hand.line, another, left, rows=hand.walk.rows + hand.pace.size)
            return tallied(*given)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(backfill, "tallied", early)
            return batch(hand, connection)

    return work


def without_the_last(boundary: Callable[..., Any]) -> Callable[..., Any]:
    """A comparison ends before its last range."""

    def found(connection: Connection, line: Any, lo: Key, last: Key, size: int) -> tuple[Key, Key | None]:
        hi, following = boundary(connection, line, lo, last, size)
        if following is not None and boundary(connection, line, following, last, size)[1] is None:
            return hi, None
        return hi, following

    return found


def nothing(_: Callable[..., Any]) -> Callable[..., Any]:
    """It does nothing."""
    return lambda *_, **__: None


def heedless(copy_rows: Callable[..., Any]) -> Callable[..., Any]:
    """The backfill does not look whether anything stands."""

    def rendered(step: CopyRows) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(values, "unfilled", lambda *_: "true")
            return copy_rows(step)

    return rendered


def anyones(_: Callable[..., Any]) -> Callable[..., Any]:
    """Whoever asks for the lease has it."""
    return lambda journal, connection, name: journal._hold(connection, name, true())


def impatient(purge: Callable[..., Any]) -> Callable[..., Any]:
    """It purges at once, whatever was asked."""
    return lambda evolution, database, **_: purge(evolution, database)


def deaf(_: Callable[..., Any]) -> Callable[..., Any]:
    """Nobody has said anything to the runner."""
    return lambda *_: Control()


def forgetful(_: Callable[..., Any]) -> Callable[..., Any]:
    """Nothing has been done yet."""
    return lambda *_: frozenset()
