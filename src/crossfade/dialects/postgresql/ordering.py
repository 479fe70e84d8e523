"""The order in which definitions can be made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crossfade.errors import SchemaMismatch
from crossfade.schema import Draft


def ordered(
    after: Mapping[str, Sequence[str]], order: Sequence[str], known: Mapping[str, Draft]
) -> list[str]:
    """The changes, each after those it needs. Raises SchemaMismatch for those that need each other."""
    done: list[str] = []
    while len(done) < len(order):
        free = [each for each in order if each not in done and set(after[each]) <= set(done)]
        if not free:
            left = [each for each in order if each not in done]
            raise SchemaMismatch(
                f"they read each other: {', '.join(known[each].name for each in left)}"
                if len(left) > 1
                else f"it reads {known[left[0]].name}, which it replaces",
                place=left[0],
                remedy="write out what the old definition says",
            )
        done.append(free[0])
    return done
