"""Waiting for the old side to fall silent, as its counters tell."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from crossfade.errors import Busy
from crossfade.progress import Observer

_PATIENCE = 10  # the silence is waited for as many times as long as it is to last


def wait_for_silence(
    count: Callable[[], int],
    quiet_for: timedelta,
    *,
    place: str,
    observer: Observer,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Return once `count`, the old side's writes, has stood still for as long as `quiet_for`.

    Raises Busy where it has not within ten times as long: then somebody still uses the old version.
    """
    wanted = quiet_for.total_seconds()
    if wanted <= 0:
        return
    began = since = clock()
    seen = first = count()
    attempt = 1
    observer.waited(f"waiting for {wanted:.0f} s without a write of the old version", wanted, attempt)
    while clock() - since < wanted:
        if clock() - began > wanted * _PATIENCE:
            raise Busy(
                f"the old version is still writing: {seen - first} writes in {clock() - began:.0f} s",
                place=place,
                remedy="stop the old version of the application, or ask for a shorter --quiet-for",
            )
        sleep(min(max(wanted / 20, 0.05), 5.0))
        now = count()
        if now != seen:
            attempt += 1
            observer.waited(f"the old version wrote again: {now - first} writes so far", wanted, attempt)
            seen, since = now, clock()
