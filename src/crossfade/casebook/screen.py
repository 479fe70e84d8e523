"""How a walk is shown while it goes: live on a terminal, as plain lines elsewhere."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Self

from rich.console import Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from crossfade.casebook.stages import dumps_of
from crossfade.casebook.words import Fault, Side

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console, RenderableType

    from crossfade.casebook.journey import Journey, Passed
    from crossfade.casebook.stages import Stage
    from crossfade.progress import Observer

__all__ = ["Lines", "Screen", "watcher"]

WINDOW = 6  # pulses over which the throughput is the mean
LINE_EVERY = 5.0  # seconds between two plain lines of the same kind
APPLICATIONS = {Side.OLD: "old application", Side.NEW: "new application"}


class Step:
    """The step of a command that is under way, with what is known of its rows."""

    def __init__(self, title: str, position: int, total: int) -> None:
        self.title, self.position, self.of = title, position, total
        self.rows = self.total = 0
        self.rate = 0.0

    def __str__(self) -> str:
        text = f"{self.position}/{self.of} {self.title}"
        if self.rows:
            text += f": {self.rows:,} of about {self.total:,} rows, {self.rate:,.0f} rows/s"
            if self.rate and self.total > self.rows:
                text += f", {(self.total - self.rows) / self.rate:.0f} s left"
        return text


class Lines:
    """Plain lines, for logs. Also the base of `Screen`: it keeps what is to be shown."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.stage: Stage | None = None
        self.step: Step | None = None
        self.journey: Journey | None = None
        self._place = ""
        self._began = self._entered = time.monotonic()
        self._said = 0.0
        self._counted: deque[tuple[float, dict[Side, int]]] = deque(maxlen=WINDOW)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    @property
    def observer(self) -> Observer:
        """Itself."""
        return self

    def say(self, text: str) -> None:
        """Something that a reader should know."""
        self.console.print(Text(text), highlight=False)

    def entered(self, stage: Stage, position: int, total: int) -> None:
        """A stage begins."""
        self.stage, self.step, self._entered, self._said = stage, None, time.monotonic(), time.monotonic()
        self._place = f"{position}/{total}"
        self.show_entered()

    def left(self, passed: Passed) -> None:
        """A stage is over."""
        self.stage = self.step = None
        self.show_left(passed)

    def pulse(self, stage: Stage, journey: Journey) -> None:
        """Some more traffic."""
        self.journey = journey
        self._counted.append((time.monotonic(), {side: journey.count(side) for side in Side}))
        if time.monotonic() - self._said >= LINE_EVERY:
            self._said = time.monotonic()
            self.show_traffic(stage, journey)

    def began(self, title: str, position: int, total: int) -> None:
        """A step of a command begins."""
        self.step = Step(title, position, total)

    def advanced(self, rows: int, total: int, rows_per_second: float) -> None:
        """A step has passed over some rows."""
        if self.step:
            self.step.rows, self.step.total, self.step.rate = rows, max(total, rows), rows_per_second

    def ended(self, title: str, seconds: float) -> None:
        """A step has ended."""
        if self.step and self.step.rows:
            self.show_step(self.step, seconds)
        self.step = None

    def waited(self, reason: str, seconds: float, attempt: int) -> None:
        """A lock was not to be had."""
        self.say(f"         waits {seconds:.2f} s, attempt {attempt}: {reason}")

    def throughput(self, stage: Stage, journey: Journey) -> list[tuple[str, float, float, float, float]]:
        """(application, operations a second, p50, p99, longest) of who runs in the stage, in milliseconds."""
        (began, first), (now, last) = self._counted[0], self._counted[-1]
        names = frozenset({stage.name, dumps_of(stage.name)})
        rows = []
        for side in sorted(stage.running, reverse=True):
            rate = (last[side] - first[side]) / max(now - began, 0.001)
            figures = journey.figures(names, side)
            rows.append((APPLICATIONS[side], rate, figures.p50, figures.p99, figures.longest))
        return rows

    def show_entered(self) -> None:
        """One line for a stage that begins."""
        if self.stage:
            elapsed = time.monotonic() - self._began
            self.say(f"{elapsed:6.1f} s {self._place:>5}  {self.stage.title}")

    def show_left(self, passed: Passed) -> None:
        """Nothing: the next line says that the stage is over."""

    def show_traffic(self, stage: Stage, journey: Journey) -> None:
        """A line for each application, and one for the step that is under way."""
        for name, rate, p50, p99, longest in self.throughput(stage, journey):
            self.say(
                f"         {name}: {rate:.0f} operations/s, p50 {p50:.1f} ms, p99 {p99:.1f} ms, "
                f"longest {longest:.1f} ms"
            )
        if self.step:
            self.say(f"         {self.step}")
        if journey.notes.counts:
            self.say(f"         {troubles(journey)}")

    def show_step(self, step: Step, seconds: float) -> None:
        """A line for a batched step that has ended."""
        self.say(f"         {step.title}: {step.rows:,} rows in {seconds:.2f} s")


class Screen(Lines):
    """A live display: the stages, both applications, and the step that is under way."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._passed: list[Passed] = []
        self._running = Spinner("dots")
        self._spinner = Spinner("dots", "getting ready")
        self._live = Live(get_renderable=self._render, console=console, refresh_per_second=6, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show_entered(self) -> None:
        """The display shows it by itself."""

    def show_traffic(self, stage: Stage, journey: Journey) -> None:
        """The display shows it by itself."""

    def show_step(self, step: Step, seconds: float) -> None:
        """The display shows it by itself."""

    def show_left(self, passed: Passed) -> None:
        """One more line with a tick."""
        self._passed.append(passed)

    def _render(self) -> RenderableType:
        stages = Table.grid(padding=(0, 1))
        for passed in self._passed:
            stages.add_row(Text("✓", "green"), passed.title, Text(f"{passed.seconds:.1f} s", "dim"))
        stage, journey, step = self.stage, self.journey, self.step
        if stage is None:
            return stages if self._passed else self._spinner
        elapsed = time.monotonic() - self._entered
        stages.add_row(self._running, Text(stage.title, "bold"), Text(f"{elapsed:.1f} s", "dim"))
        parts: list[RenderableType] = [stages, Text()]
        if journey is not None:
            parts += [self._applications(stage, journey), Text(troubles(journey), "dim")]
        if step is not None:
            parts.append(Text(str(step), no_wrap=True, overflow="ellipsis"))
            if step.rows:
                parts.append(ProgressBar(total=max(step.total, 1), completed=step.rows, width=60))
        return Group(*parts)

    def _applications(self, stage: Stage, journey: Journey) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
        table.add_column("")
        for heading in ("operations/s", "p50 ms", "p99 ms", "longest ms"):
            table.add_column(heading, justify="right")
        for name, *figures in self.throughput(stage, journey):
            table.add_row(name, f"{figures[0]:.0f}", *(f"{figure:.1f}" for figure in figures[1:]))
        return table


def troubles(journey: Journey) -> str:
    """The statements until now, and how many of what may be wrong."""
    counts = ", ".join(f"{journey.notes.counts[fault]} {fault}" for fault in Fault)
    return f"{journey.notes.statements:,} statements: {counts}"


def watcher(console: Console) -> Lines:
    """A `Screen` where the console is a terminal, else `Lines`."""
    return Screen(console) if console.is_terminal else Lines(console)
