"""What every embedded server can do: be stopped, killed and started again, and make databases."""

import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from sqlalchemy import Engine, NullPool, create_engine

from crossfade.testing.processes import PATIENCE, held
from crossfade.testing.watcher import PrivateFolder

__all__ = ["Server"]


class Server(ABC):
    """One embedded server: `url` of its superuser, `version` such as "18.4", and the means to disturb it."""

    PRODUCT: ClassVar[str]
    STOP: ClassVar[signal.Signals]  # disconnects everyone, writes everything down
    KILL: ClassVar[signal.Signals]  # leaves everything as it is

    url: str

    def __init__(self, command: Sequence[str | Path], version: str, folder: PrivateFolder) -> None:
        self.version = version
        self._command = command
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def create_database(self, name: str) -> str:
        """Create the database `name`, empty, and return its superuser's URL."""

    @abstractmethod
    def drop_database(self, name: str) -> None:
        """Drop the database `name`; who is still connected to it is disconnected."""

    def stop(self) -> None:
        """Disconnect everyone, write everything down and stop. A stopped server stays stopped."""
        self._end(self.STOP)

    def kill(self) -> None:
        """Stop at once, as a crash would: the next `restart` has to recover."""
        self._end(self.KILL)

    def restart(self) -> None:
        """Stop the server if it runs, then start it on the same data and the same URL."""
        self.stop()
        with self._folder.log.open("ab") as output:
            process = held(self._command, output)
        self._process = process
        # It begins when its watcher knows of it: killed at any moment, the owner leaves nothing.
        self._folder.runs(process.pid)
        assert process.stdin is not None  # noqa: S101 - for the type checker: it is a pipe
        with process.stdin as pipe:
            pipe.write(b"begin\n")
        deadline = time.monotonic() + PATIENCE
        while not self._is_ready(process.pid):
            if process.poll() is not None or time.monotonic() > deadline:
                raise self._folder.failure(f"{self.PRODUCT} {self.version} did not start")
            time.sleep(0.01)

    @abstractmethod
    def _is_ready(self, process_id: int) -> bool:
        """Whether the process, which may have ended, takes connections."""

    def _end(self, signal_number: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal_number)
        self._process.wait(PATIENCE)
        self._process = None
        self._folder.runs(None)  # the watcher never ends a stranger that is given the same process id

    def _engine(self) -> Engine:
        return create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)

    def _execute(self, statement: str, name: str) -> None:
        engine = self._engine()
        quoted = engine.dialect.identifier_preparer.quote_identifier(name)
        with engine.connect() as connection:
            connection.exec_driver_sql(statement.format(quoted))
