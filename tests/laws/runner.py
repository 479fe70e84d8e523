"""A runner in a process of its own, for the soak to kill: `python -m tests.laws.runner COMMAND URL`."""

from __future__ import annotations

import subprocess
import sys

from crossfade.errors import CrossfadeError
from crossfade.phases import Command
from tests.laws.machine import small_batches
from tests.laws.stage import call


def begun(command: Command, url: str) -> subprocess.Popen[bytes]:
    """A process that runs the command, out of the reach of the terminal's Ctrl-C: who began it ends it."""
    program = [sys.executable, "-m", "tests.laws.runner", str(command), url]
    return subprocess.Popen(program, stderr=subprocess.DEVNULL, start_new_session=True)


def main() -> None:
    """Run the command; exit as `crossfade` does."""
    command, url = sys.argv[1:]
    try:
        with small_batches():
            call(Command(command), url)
    except CrossfadeError as error:
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
