"""Programs of a database server's, run as an unprivileged account where the caller is root."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO

__all__ = ["PATIENCE", "give", "held", "is_root", "spawn"]

PATIENCE = 60.0  # seconds for a start or a stop; both take well under one
UNPRIVILEGED = "nobody"

# What the servers' programs read speaks of another server, the caller's: PGPORT, MYSQL_UNIX_PORT.
FOREIGN = ("PG", "MYSQL", "MARIADB")

# A program that waits for a line, and ends without one where whoever would write it has ended.
HELD = ("/bin/sh", "-c", 'read -r line && exec "$@" </dev/null', "crossfade-held")


def is_root() -> bool:
    """Whether there is another account than the caller's that the servers run as."""
    return os.geteuid() == 0


def give(path: Path) -> None:
    """Make `path` belong to the account that the servers run as."""
    if is_root():
        shutil.chown(path, UNPRIVILEGED)


def spawn(
    command: Sequence[str | Path], output: IO[bytes] | int, *, stdin: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    """Start `command`; its standard output and error go to `output`."""
    user = group = groups = None
    if is_root():
        account = pwd.getpwnam(UNPRIVILEGED)
        user, group, groups = account.pw_uid, account.pw_gid, list[int]()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return subprocess.Popen(
        command,
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd="/",
        env=environment | {"LC_ALL": "C"},
        user=user,
        group=group,
        extra_groups=groups,
        start_new_session=True,  # Ctrl-C in the terminal is for the owner, who then ends the server
    )


def held(command: Sequence[str | Path], output: IO[bytes]) -> subprocess.Popen[bytes]:
    """As `spawn`, but the program begins when it is written a line: its process id is known before."""
    return spawn([*HELD, *command], output, stdin=subprocess.PIPE)
