"""What the figures were measured on: enough to judge them by, nothing that names a machine."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version

from benchmarks.comparison import Figures
from benchmarks.stage import SETTINGS, Stage

GIB = 2**30


class Machine(Figures):
    """Processor cores, memory in GiB, and the versions and settings of what runs on it."""

    cores: int
    memory: float
    server: str
    settings: dict[str, str]
    python: str
    crossfade: str


def describe(stage: Stage) -> Machine:
    """This machine, and the server of the stage."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Machine(
        cores=cores,
        memory=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB, 1),
        server=f"PostgreSQL {stage.server.version}",
        settings=SETTINGS,
        python=platform.python_version(),
        crossfade=version("crossfade"),
    )
