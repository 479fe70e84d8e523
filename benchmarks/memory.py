"""How much memory the runner takes at its peak: `crossfade start` in a process of its own."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.comparison import Figures
from benchmarks.runner import FILE, crossfade
from benchmarks.stage import Stage

# On Linux a process begins with the peak of the one that it was forked from, so that a child of this large
# process would seem as large. The small one in between has next to nothing to hand on.
LAUNCHER = """
import os, resource, sys
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
status = os.waitstatus_to_exitcode(os.wait4(process, 0)[1])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(status)
"""
UNIT = 2**20 if sys.platform == "darwin" else 2**10  # of ru_maxrss, in a MiB


class MemoryFigures(Figures):
    """Mebibytes, resident: of `status`, which loads all the code and does next to nothing, and of `start`."""

    rows: int
    status: float
    start: float


def measure(stage: Stage, rows: int) -> MemoryFigures:
    """The peak of `status`, then of `start`, on `rows` rows."""
    stage.say(f"memory of the runner on {rows:,} rows")
    with stage.copy(stage.legacy(rows)) as url:
        return MemoryFigures(
            rows=rows,
            status=_peak(crossfade("status", database=url)),
            start=_peak(crossfade("start", FILE, database=url)),
        )


def _peak(command: list[str]) -> float:
    launcher = [sys.executable, "-I", "-S", "-c", LAUNCHER, *command]
    done = subprocess.run(launcher, check=True, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return int(done.stderr.split()[-1]) / UNIT
