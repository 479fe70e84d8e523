"""The catalogue of broken mechanisms: each breaks one promise, and a scenario must notice.

tests/casebook/test_walk.py sabotages a whole walk from outside, statement by statement; here the mechanisms
themselves are broken from within.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from crossfade import backfill, commands, verify
from crossfade.dialects.postgresql import batches
from crossfade.journal import Journal
from crossfade.session import Session
from crossfade.steps import (
    CopyRows,
    InstallLookup,
    InstallSync,
    KeepComplement,
    PublishView,
    RestoreComplement,
    SeedRows,
    UnseedRows,
)
from tests.laws import references, scenarios
from tests.laws.breaks import (
    Break,
    alike,
    anyones,
    deaf,
    early_watermark,
    forgetful,
    heedless,
    hidden_default,
    impatient,
    lenses,
    nothing,
    of_sql,
    of_sync,
    one_key,
    without_the_last,
)
from tests.laws.scenarios import Scenario


@dataclass(frozen=True)
class Mutant:
    """A broken mechanism: the promise that it breaks, how it is broken, and the scenario that shows it."""

    name: str
    promise: str
    broken: Break
    scenario: Scenario


MUTANTS: tuple[Mutant, ...] = (
    Mutant("no-sync", "1: both live", of_sync(lenses=()), scenarios.both_write),
    Mutant(
        "sync-says-every-label-alike",
        "1: both live",
        lenses(lambda lens: replace(lens, forward=alike(lens.forward))),
        scenarios.both_write,
    ),
    Mutant(
        "sync-hears-every-value-alike",
        "1: both live",
        lenses(lambda lens: replace(lens, backward=alike(lens.backward))),
        scenarios.both_write,
    ),
    Mutant(
        "sync-of-inserts-only",
        "1: both live",
        of_sql(InstallSync, r"UPDATE ON", "UPDATE OF id ON"),
        scenarios.both_write,
    ),
    Mutant(
        "sync-takes-a-null-that-is-meant-for-an-absent-one",
        "1: both live",
        of_sync(namespace="elsewhere"),
        scenarios.both_write,
    ),
    Mutant("sync-believes-the-new-side-only", "1: both live", of_sync(one_sided=True), scenarios.both_write),
    Mutant(
        "new-side-gets-the-fill-of-the-old",
        "1: both live",
        lambda saboteur: saboteur.step(PublishView, hidden_default),
        scenarios.both_write,
    ),
    Mutant(
        "lookup-tells-one-key-for-every-value",
        "1: both live",
        lambda saboteur: saboteur.step(InstallLookup, one_key),
        references.referred,
    ),
    Mutant(
        "lookup-is-told-without-a-lock",
        "1: both live",
        of_sql(InstallLookup, r" FOR (KEY )?SHARE;", ";"),
        references.waited_for,
    ),
    Mutant(
        "guard-carries-no-edit-over",
        "1: both live",
        of_sql(InstallLookup, r"UPDATE \S+ AS t SET \S+ = after WHERE .*;", "NULL;"),
        references.meant_otherwise,
    ),
    Mutant(
        "guard-lets-a-row-in-use-mean-nothing",
        "1: both live",
        of_sql(InstallLookup, r"IF after IS NULL AND EXISTS", "IF false AND EXISTS"),
        references.meant_otherwise,
    ),
    Mutant(
        "guard-lets-a-row-go-that-stands-for-a-value",
        "1: both live",
        of_sql(InstallLookup, r"IF stands IS NOT NULL AND", r"\g<0> TG_OP <> 'DELETE' AND"),
        references.stood_upon,
    ),
    Mutant(
        "backfill-writes-over-what-stands",
        "3: bounded and resumable",
        lambda saboteur: saboteur.call(batches, "copy_rows", heedless),
        scenarios.filled_once,
    ),
    Mutant(
        "watermark-before-the-batch",
        "3: bounded and resumable",
        lambda saboteur: saboteur.call(backfill._Hand, "_batch", early_watermark),
        scenarios.cut_in_a_batch,
    ),
    Mutant(
        "resumed-from-the-beginning",
        "3: bounded and resumable",
        lambda saboteur: saboteur.call(Session, "ended", forgetful),
        scenarios.cut_in_a_batch,
    ),
    Mutant(
        "pause-is-not-heard",
        "3: bounded and resumable",
        lambda saboteur: saboteur.call(Journal, "control", deaf),
        scenarios.paused,
    ),
    Mutant(
        "verify-skips-the-last-range",
        "4: verified",
        lambda saboteur: saboteur.call(verify, "boundary", without_the_last),
        scenarios.astray,
    ),
    Mutant(
        "complete-without-its-gate",
        "4: verified",
        lambda saboteur: saboteur.call(verify, "demand", nothing),
        scenarios.gate,
    ),
    Mutant(
        "rollback-keeps-nothing",
        "5: rollback loses nothing",
        of_sql(KeepComplement, r"^INSERT INTO crossfade\.complement"),
        scenarios.kept,
    ),
    Mutant(
        "start-brings-back-over-moved-rows",
        "5: rollback loses nothing",
        of_sql(RestoreComplement, r" AND t\.\S+::text IS NOT DISTINCT FROM p\.old_values ->> \d+", ""),
        scenarios.kept,
    ),
    Mutant(
        "start-brings-nothing-back",
        "5: rollback loses nothing",
        of_sql(RestoreComplement, r"^WITH picked"),
        scenarios.kept,
    ),
    Mutant(
        "rollback-keeps-no-key-of-a-lookup",
        "5: rollback loses nothing",
        of_sql(KeepComplement, r"^INSERT INTO crossfade\.complement.*'EnumToReference"),
        references.kept_references,
    ),
    Mutant(
        "start-brings-back-a-key-that-means-something-else",
        "5: rollback loses nothing",
        of_sql(
            RestoreComplement, r"t\.\S+ = crossfade\.value_\w+\(\(p\.new_values ->> \d+\)::integer\) AND ", ""
        ),
        references.kept_references,
    ),
    Mutant(
        "rollback-takes-changed-seeds",
        "5: rollback loses nothing",
        of_sql(UnseedRows, r" AND to_jsonb\(t\) = s\.image", ""),
        scenarios.seeds,
    ),
    Mutant(
        "seeds-come-back-as-strangers",
        "5: rollback loses nothing",
        of_sql(SeedRows, r"s\.state = 'removed'", "false"),
        scenarios.seeds,
    ),
    Mutant(
        "seeds-twice",
        "5: rollback loses nothing",
        of_sql(SeedRows, r"(WHERE|AND) NOT EXISTS \(SELECT FROM [^)]*\)", r"\1 true"),
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
        of_sql(CopyRows, r"(UPDATE .* WHERE .*? <= \S+) AND .*", r"\1"),
        scenarios.retired,
    ),
    Mutant(
        "purge-earlier-than-after",
        "6: reversible",
        lambda saboteur: saboteur.call(commands, "purge", impatient),
        scenarios.early_purge,
    ),
    Mutant(
        "lease-lets-two-in",
        "one runner at a time",
        lambda saboteur: saboteur.call(Journal, "lease", anyones),
        scenarios.two_runners,
    ),
    Mutant(
        "fence-stands-open",
        "one runner at a time",
        lambda saboteur: saboteur.call(Journal, "renew", nothing),
        scenarios.fenced,
    ),
)
