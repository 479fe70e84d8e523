"""What the soak does in turn. Each round raises where something was lost, and else tells what it did."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from rich.console import Console

from crossfade.casebook import CASES, find
from crossfade.casebook.cli import run_case
from crossfade.casebook.walk import Pace
from crossfade.testing import available_postgresql, embedded_postgresql
from tests.conformance.pairing import VARIABLE
from tests.laws.killing import Killing
from tests.laws.machine import Laws, small_batches
from tests.laws.model import Lost
from tests.laws.mutants import MUTANTS
from tests.laws.trial import caught
from tests.trees.conflicts import conflicts

SECONDS = 30.0  # of crashes, and of traffic
FOLDERS = (
    "refusals",
    "changes",
    "concurrency",
    "crash",
    "documents",
    "conformance",
    "casebook",
    "trees",
    "test_*.py",
)

DEEP = settings(
    max_examples=6,
    stateful_step_count=50,
    database=None,
    deadline=None,
    phases=[Phase.generate],  # a shorter example would be nicer, and takes many minutes
    suppress_health_check=list(HealthCheck),
)


def laws(random: Random, number: int) -> str:
    """The state machine, with longer walks than `make test` has time for."""
    done: Counter[str] = Counter()

    class Counted(Laws):
        def teardown(self) -> None:
            done.update(line.split()[0].rstrip(",:") for line in self.stage.done)
            super().teardown()

    with embedded_postgresql(_version(number)) as server, small_batches():
        Counted.server = server
        run_state_machine_as_test(seed(random.getrandbits(64))(Counted), settings=DEEP)
    written = done.pop("old", 0) + done.pop("new", 0)
    commands = ", ".join(
        f"{done[each]} {each}" for each in ("start", "rollback", "complete", "revert", "purge")
    )
    return f"{written} writes, {commands}"


def crashes(random: Random, number: int) -> str:
    """Runners killed in the middle, and the server at times, while both applications write."""
    with embedded_postgresql(_version(number)) as server, small_batches():
        killing = Killing(server, random, time.monotonic() + SECONDS)
        try:
            killing.go()
        except Exception as error:
            error.add_note("\n".join(["the last that was done:", *killing.stage.done[-40:]]))
            raise
        finally:
            killing.stage.close()
    return str(killing.toll)


def traffic(random: Random, number: int) -> str:
    """One of the cases in turn, with its own applications and its own oracle."""
    case = find(CASES[(number - 1) // len(ROUNDS) % len(CASES)])
    pace = Pace(seconds=SECONDS, seed=random.randrange(1_000_000))
    summary = run_case(Console(quiet=True), case, None, 2_000, pace)
    if not summary.ok:
        raise Lost("; ".join(summary.failures or ()))
    return f"{case.name}: {summary.traffic.statements} statements"


def mutants(random: Random, number: int) -> str:
    """Some of the broken mechanisms, which must be noticed."""
    chosen = random.sample(MUTANTS, 6)
    with embedded_postgresql(_version(number)) as server:
        for mutant in chosen:
            if not caught(mutant, server.create_database(mutant.name)):
                raise Lost(f"nobody noticed the mutant {mutant.name}")
    return f"caught {', '.join(mutant.name for mutant in chosen)}"


def pairs(random: Random, _: int) -> str:
    """Any two changes on one table: all pairs, of which an everyday run tests a third."""
    return _tested(f"all {random.randrange(1_000_000)}", "tests/conformance/test_pairs.py")


def trees(random: Random, number: int) -> str:
    """Rows across tables: both sides write the same ones at once, then the laws of random trees."""
    with embedded_postgresql(_version(number)) as server:
        counted = conflicts(server, random, SECONDS)
    environment = {"CROSSFADE_TREES_EXAMPLES": "40", "CROSSFADE_LAWS_SEED": str(random.randrange(1_000_000))}
    return f"{counted}; {_tested('1', 'tests/trees/test_laws.py', environment=environment)}"


def everywhere(random: Random, number: int) -> str:
    """A folder of the tests on every server, where an everyday run takes one of them by turns."""
    folder = FOLDERS[(number - 1) // len(ROUNDS) % len(FOLDERS)]
    files = sorted(map(str, Path("tests").glob(folder)))
    return _tested(str(random.randrange(1_000_000)), "--every-schema", *files)


def _tested(words: str, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    command = (sys.executable, "-m", "pytest", "-q", "-n", "logical", *arguments)
    ran = subprocess.run(
        command,
        env=os.environ | {VARIABLE: words} | dict(environment or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise Lost(f"{VARIABLE}='{words}' {' '.join(command[1:])}\n{ran.stdout[-4000:]}{ran.stderr[-1000:]}")
    return ran.stdout.splitlines()[-1].strip("= ")


def _version(number: int) -> str:
    """Each server that there is, in turn."""
    available = available_postgresql()
    return available[(number - 1) // len(ROUNDS) % len(available)]


ROUNDS: tuple[tuple[str, Callable[[Random, int], str]], ...] = (
    ("laws", laws),
    ("crashes", crashes),
    ("traffic", traffic),
    ("mutants", mutants),
    ("pairs of changes", pairs),
    ("trees", trees),
    ("every server", everywhere),
)
