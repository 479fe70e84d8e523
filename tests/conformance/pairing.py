"""Which pairs of changes are tested: one in six in an everyday run, by a seed that it prints; or all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from random import Random
from typing import TypeVar

VARIABLE = "CROSSFADE_PAIRS"
Item = TypeVar("Item")


def said() -> str:
    """What the environment says: a seed, or `all` and a seed. Kept there, for the workers of this run."""
    return os.environ.setdefault(VARIABLE, str(secrets.randbelow(1_000_000)))


def chosen(pairs: Sequence[tuple[Item, Item]], words: str) -> list[tuple[Item, Item]]:
    """Those of `pairs` that the words choose, in the order in which they stand; each either way round."""
    random = Random(words.rsplit(maxsplit=1)[-1])
    turned = [pair if random.random() < 0.5 else (pair[1], pair[0]) for pair in pairs]
    if words.startswith("all"):
        return turned
    some = sorted(random.sample(range(len(turned)), len(turned) // 6))
    return [turned[each] for each in some]
