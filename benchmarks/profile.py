"""Where a backfill's time goes, by statement: `python -m benchmarks.profile --rows 200000`."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import event
from sqlalchemy.engine import Engine

from benchmarks.backfill import Stopwatch
from benchmarks.stage import BACKFILL, SETTINGS, Stage
from crossfade import commands
from crossfade.casebook.chat_templates.case import CASE
from crossfade.testing import embedded_postgresql

KINDS = {
    "UPDATE public.workflow_templates": "the copy of a batch",
    "SELECT t.": "the end of the next batch",
    "UPDATE crossfade.progress": "the watermark",
    "INSERT INTO crossfade.progress": "the watermark",
    "UPDATE crossfade.lease": "the lease",
    "SET LOCAL": "settings",
}


class Profile(Stopwatch):
    """Notes the server's time, and the trips to it, of each kind of statement while the backfill runs."""

    def __init__(self) -> None:
        self.running = False
        self.spent: dict[str, list[float]] = defaultdict(list)
        event.listen(Engine, "before_cursor_execute", self._before)
        event.listen(Engine, "after_cursor_execute", self._after)

    def began(self, title: str, position: int, total: int) -> None:
        """Count from here on where it is the backfill that begins."""
        self.running = title.startswith(BACKFILL)

    def ended(self, title: str, seconds: float) -> None:
        """Count no further."""
        super().ended(title, seconds)
        self.running = False

    def _before(self, connection: Any, *_: Any) -> None:
        connection.info["began"] = time.perf_counter()

    def _after(self, connection: Any, _: Any, sql: str, *__: Any) -> None:
        if self.running:
            kind = next((name for begins, name in KINDS.items() if sql.startswith(begins)), "the rest")
            self.spent[kind].append(time.perf_counter() - connection.info["began"])


def main(rows: Annotated[int, typer.Option(help="Rows of the table.")] = 200_000) -> None:
    """Profile one backfill on a private server."""
    console = Console()
    with embedded_postgresql(settings=SETTINGS) as server:
        stage = Stage(server, lambda what: console.print(f"[dim]{what}[/]", highlight=False))
        with stage.copy(stage.halted(rows)) as url:
            profile = Profile()
            commands.start(CASE.evolution, url, observer=profile)
    total = profile.seconds or 0.0
    table = Table("what", "times", "ms each", "part")
    for kind, spent in sorted(profile.spent.items(), key=lambda each: -sum(each[1])):
        each = 1000 * sum(spent) / len(spent)
        table.add_row(kind, f"{len(spent):,}", f"{each:.2f}", f"{sum(spent) / total:.1%}")
    outside = total - sum(map(sum, profile.spent.values()))
    table.add_row("between statements: Python, commits", "", "", f"{outside / total:.1%}")
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
