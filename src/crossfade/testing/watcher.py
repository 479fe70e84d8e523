"""Private folders, and the watchers that end what runs in them when their owner ends.

A watcher, which is a shell of a few lines, reads a pipe that only the owner writes to. However the owner
ends, returning, raising, SIGTERM or SIGKILL, the kernel closes the pipe; the watcher then ends the server
and removes the folder. Linux's PR_SET_PDEATHSIG was not used instead: it fires when the *thread* that
started the server ends, it is Linux only, and it would leave the folder.
"""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from crossfade.errors import DatabaseFailed
from crossfade.testing.processes import give

__all__ = ["PrivateFolder", "private_folder"]

# $1 is the folder, $2 the signal that ends a server at once; each line read is the process id of the server
# that runs now, or empty when none does. A container's first process may not reap what it inherits: what has
# ended may still have a process id, and on no system are the waits unbounded. Removing is tried again because
# an orphan that was filling the data folder may still be making files.
WATCHER = """
trap '' HUP INT TERM
while read -r line; do server=$line; done
turns=100
runs() {
    kill -0 "$server" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$server/status" 2>/dev/null
}
if [ -n "$server" ] && kill -s "$2" "$server" 2>/dev/null; then
    while runs && [ $turns -gt 0 ]; do
        turns=$((turns - 1))
        sleep 0.1
    done
fi
until rm -rf "$1" 2>/dev/null || [ $turns -le 0 ]; do
    turns=$((turns - 1))
    sleep 0.1
done
"""


class PrivateFolder:
    """A folder at `path` that the account of the servers owns, with the `log` of all that runs in it."""

    def __init__(self, path: Path, watcher: IO[str]) -> None:
        self.path = path
        self.log = path / "log"
        self._watcher = watcher

    def runs(self, process_id: int | None) -> None:
        """Tell the watcher which process it is to end; None: no process."""
        self._watcher.write(f"{process_id or ''}\n")
        self._watcher.flush()

    def failure(self, fact: str, word: str = "") -> DatabaseFailed:
        """The error that tells `fact` and how the log ends: where there are such, its lines with `word`."""
        lines = self.log.read_text(errors="replace").splitlines()
        telling = [line for line in lines if word in line] or lines
        return DatabaseFailed(f"{fact}:\n" + "\n".join(telling[-20:]))


@contextmanager
def private_folder(ending: str) -> Iterator[PrivateFolder]:
    """Make a folder that is removed at the end of the block, or of this process, whichever comes first.

    `ending` is the name of the signal, such as "QUIT", that ends what still runs in it then.
    """
    # mkdtemp's default may be a long path, and a socket's path is limited to about 100 bytes.
    path = Path(tempfile.mkdtemp(prefix="crossfade-", dir="/tmp"))
    command = ["/bin/sh", "-c", WATCHER, "crossfade-watcher", str(path), ending]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True, start_new_session=True) as watcher:
        # Leaving this block closes the pipe and waits: the watcher removes the folder, here as after a kill.
        assert watcher.stdin is not None  # noqa: S101 - for the type checker: it is a pipe
        give(path)
        yield PrivateFolder(path, watcher.stdin)
