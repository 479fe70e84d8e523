"""The soak: rounds of laws, crashes, traffic and mutants in turn, for as long as is asked.

    python -m tests.laws.soak --minutes 60 --seed 7

Exits 0 only where nothing was lost. The line of a round that lost something says how to repeat it.
"""

from __future__ import annotations

import argparse
import secrets
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from random import Random
from typing import NoReturn

from tests.laws.rounds import ROUNDS


def main() -> None:
    """Soak, and exit."""
    options = _options()
    _say(f"soak: seed {options.seed}, {options.minutes:g} minutes")
    begun, rounds, lost, stopped = time.monotonic(), 0, 0, ""
    deadline = begun + options.minutes * 60
    try:
        with _in_order():
            for number in (options.round,) if options.round else count(1):
                if rounds and time.monotonic() >= deadline:
                    break
                lost += not _round(number, options.seed)
                rounds += 1
    except KeyboardInterrupt:
        stopped = ", stopped"
    ending = f"{lost} rounds lost something" if lost else "nothing was lost"
    _say(f"soak: {rounds} rounds in {time.monotonic() - begun:.0f} s{stopped}: {ending}")
    sys.exit(1 if lost else 130 if stopped else 0)


def _round(number: int, seed: int) -> bool:
    """One round; whether nothing was lost."""
    what, work = ROUNDS[(number - 1) % len(ROUNDS)]
    began, found = time.monotonic(), ""
    try:
        counts = work(Random(f"{seed} {number}"), number)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what this round found
        traceback.print_exc()
        first = (str(error).strip() or repr(error)).splitlines()[0]
        found = f"LOST: {first}; make soak ARGS='--seed {seed} --round {number}' repeats it"
        counts = found
    _say(f"round {number}, seed {seed}: {what}, {time.monotonic() - began:.0f} s: {counts}")
    return not found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make soak", description="Soak Crossfade in its laws.")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long; a round that began is ended")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="of every round")
    parser.add_argument("--round", type=int, default=0, help="only the round of that number")
    return parser.parse_args()


@contextmanager
def _in_order() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does: by an exception, so that what was made is taken away."""

    def leave(number: int, _: object) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
