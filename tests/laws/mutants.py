"""The catalogue of broken mechanisms: each breaks one promise, and a scenario must notice.

tests/casebook/test_walk.py sabotages a whole walk from outside, statement by statement; here the mechanisms
themselves are broken from within.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import Connection, true

from crossfade import backfill, commands, verify
from crossfade.backfill import Key
from crossfade.dialects.postgresql import batches, values
from crossfade.expressions import ValueMap
from crossfade.journal import Control, Journal
from crossfade.lens import Assignment, RowLens
from crossfade.session import Session
from crossfade.steps import (
    CopyRows,
    InstallSync,
    KeepComplement,
    PublishView,
    RestoreComplement,
    SeedRows,
    UnseedRows,
)
from tests.laws import scenarios
from tests.laws.saboteur import Saboteur
from tests.laws.scenarios import Scenario


@dataclass(frozen=True)
class Mutant:
    """A broken mechanism: the promise that it breaks, how it is broken, and the scenario that shows it."""

    name: str
    promise: str
    broken: Callable[[Saboteur], None]
    scenario: Scenario


def _lenses(change: Callable[[RowLens], RowLens]) -> Callable[[Saboteur], None]:
    def sync(step: InstallSync) -> InstallSync:
        return replace(step, lenses=tuple(map(change, step.lenses)))

    return lambda saboteur: saboteur.step(InstallSync, sync)


def _alike(assignments: tuple[Assignment, ...]) -> tuple[Assignment, ...]:
    """Every value becomes what the first one becomes."""

    def one(value: Any) -> Any:
        if not isinstance(value, ValueMap):
            return value
        return replace(value, pairs=tuple((given, value.pairs[0][1]) for given, _ in value.pairs))

    return tuple(replace(each, value=one(each.value)) for each in assignments)


def _of_step(**changes: Any) -> Callable[[Saboteur], None]:
    return lambda saboteur: saboteur.step(InstallSync, lambda step: replace(step, **changes))


def _hidden_default(step: PublishView) -> PublishView:
    return replace(step, columns=tuple(replace(each, default=None) for each in step.columns))


def _of_sql(kind: type, pattern: str, replacement: str | None = None) -> Callable[[Saboteur], None]:
    return lambda saboteur: saboteur.sql(kind, pattern, replacement)


def _early_watermark(batch: Callable[..., Any]) -> Callable[..., Any]:
    """The watermark is committed before the batch that it tells of."""

    def work(at: Session, line: Any, walk: Any, lo: Key, pace: Any, connection: Connection) -> Any:
        _, following = backfill.boundary(connection, line, lo, walk.last, pace.size)
        moved = replace(walk, at=following, rows=walk.rows + pace.size)
        with at.dialect.engine.begin() as another:
            backfill._save(at, line, another, moved, 0)
        return batch(at, line, walk, lo, pace, connection)

    return work


def _without_the_last(boundary: Callable[..., Any]) -> Callable[..., Any]:
    """A comparison ends before its last range."""

    def found(connection: Connection, line: Any, lo: Key, last: Key, size: int) -> tuple[Key, Key | None]:
        hi, following = boundary(connection, line, lo, last, size)
        if following is not None and boundary(connection, line, following, last, size)[1] is None:
            return hi, None
        return hi, following

    return found


def _nothing(_: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *_, **__: None


def _heedless(copy_rows: Callable[..., Any]) -> Callable[..., Any]:
    """The backfill does not look whether anything stands."""

    def rendered(step: CopyRows) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(values, "unfilled", lambda *_: "true")
            return copy_rows(step)

    return rendered


def _anyones(_: Callable[..., Any]) -> Callable[..., Any]:
    """Whoever asks for the lease has it."""
    return lambda journal, connection, name: journal._hold(connection, name, true())


def _impatient(purge: Callable[..., Any]) -> Callable[..., Any]:
    return lambda evolution, database, **_: purge(evolution, database)


def _deaf(_: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *_: Control()


def _forgetful(_: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *_: frozenset()


MUTANTS: tuple[Mutant, ...] = (
    Mutant("no-sync", "1: both live", _of_step(lenses=()), scenarios.both_write),
    Mutant(
        "sync-says-every-label-alike",
        "1: both live",
        _lenses(lambda lens: replace(lens, forward=_alike(lens.forward))),
        scenarios.both_write,
    ),
    Mutant(
        "sync-hears-every-value-alike",
        "1: both live",
        _lenses(lambda lens: replace(lens, backward=_alike(lens.backward))),
        scenarios.both_write,
    ),
    Mutant(
        "sync-of-inserts-only",
        "1: both live",
        _of_sql(InstallSync, r"UPDATE ON", "UPDATE OF id ON"),
        scenarios.both_write,
    ),
    Mutant(
        "sync-takes-a-null-that-is-meant-for-an-absent-one",
        "1: both live",
        _of_step(namespace="elsewhere"),
        scenarios.both_write,
    ),
    Mutant("sync-believes-the-new-side-only", "1: both live", _of_step(one_sided=True), scenarios.both_write),
    Mutant(
        "new-side-gets-the-fill-of-the-old",
        "1: both live",
        lambda saboteur: saboteur.step(PublishView, _hidden_default),
        scenarios.both_write,
    ),
    Mutant(
        "backfill-writes-over-what-stands",
        "3: bounded and resumable",
        lambda saboteur: saboteur.call(batches, "copy_rows", _heedless),
        scenarios.filled_once,
    ),
    Mutant(
        "watermark-before-the-batch",
        "3: bounded and resumable",
        lambda saboteur: saboteur.call(backfill, "_batch", _early_watermark),
        scenarios.cut_in_a_batch,
    ),
    Mutant(
        "resumed-from-the-beginning",
        "3: bounded and resumable",
        lambda saboteur: saboteur.call(Session, "ended", _forgetful),
        scenarios.cut_in_a_batch,
    ),
    Mutant(
        "pause-is-not-heard",
        "3: bounded and resumable",
        lambda saboteur: saboteur.call(Journal, "control", _deaf),
        scenarios.paused,
    ),
    Mutant(
        "verify-skips-the-last-range",
        "4: verified",
        lambda saboteur: saboteur.call(verify, "boundary", _without_the_last),
        scenarios.astray,
    ),
    Mutant(
        "complete-without-its-gate",
        "4: verified",
        lambda saboteur: saboteur.call(verify, "demand", _nothing),
        scenarios.gate,
    ),
    Mutant(
        "rollback-keeps-nothing",
        "5: rollback loses nothing",
        _of_sql(KeepComplement, r"^INSERT INTO crossfade\.complement"),
        scenarios.kept,
    ),
    Mutant(
        "start-brings-back-over-moved-rows",
        "5: rollback loses nothing",
        _of_sql(RestoreComplement, r" AND t\.\S+::text IS NOT DISTINCT FROM p\.old_values ->> \d+", ""),
        scenarios.kept,
    ),
    Mutant(
        "start-brings-nothing-back",
        "5: rollback loses nothing",
        _of_sql(RestoreComplement, r"^WITH picked"),
        scenarios.kept,
    ),
    Mutant(
        "rollback-takes-changed-seeds",
        "5: rollback loses nothing",
        _of_sql(UnseedRows, r" AND to_jsonb\(t\) = s\.image", ""),
        scenarios.seeds,
    ),
    Mutant(
        "seeds-come-back-as-strangers",
        "5: rollback loses nothing",
        _of_sql(SeedRows, r"s\.state = 'removed'", "false"),
        scenarios.seeds,
    ),
    Mutant(
        "seeds-twice",
        "5: rollback loses nothing",
        _of_sql(SeedRows, r"(WHERE|AND) NOT EXISTS \(SELECT FROM [^)]*\)", r"\1 true"),
        scenarios.seeds_without_an_index,
    ),
    Mutant(
        "revert-forgets-rows",
        "6: reversible",
        lambda saboteur: saboteur.step(CopyRows, lambda step: replace(step, repair=False)),
        scenarios.retired,
    ),
    Mutant(
        "revert-writes-over-rows-that-agree",
        "6: reversible",
        _of_sql(CopyRows, r"(UPDATE .* WHERE .*? <= \S+) AND .*", r"\1"),
        scenarios.retired,
    ),
    Mutant(
        "purge-earlier-than-after",
        "6: reversible",
        lambda saboteur: saboteur.call(commands, "purge", _impatient),
        scenarios.early_purge,
    ),
    Mutant(
        "lease-lets-two-in",
        "one runner at a time",
        lambda saboteur: saboteur.call(Journal, "lease", _anyones),
        scenarios.two_runners,
    ),
    Mutant(
        "fence-stands-open",
        "one runner at a time",
        lambda saboteur: saboteur.call(Journal, "renew", _nothing),
        scenarios.fenced,
    ),
)
