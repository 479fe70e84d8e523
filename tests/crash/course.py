"""What a runner is killed on: an evolution, the stages that it goes through, and the walks between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from crossfade import Evolution, commands
from crossfade.reports import Outcome


@dataclass(frozen=True)
class Walk:
    """A command, and the stage from which it is walked."""

    stage: str
    command: str

    def __str__(self) -> str:
        return f"{self.command} of a {self.stage} one"


class Stage(NamedTuple):
    """Where `command` leads from the stage `before`; then the applications write `writes`."""

    before: str
    command: str
    writes: str = ""


@dataclass(frozen=True)
class Course:
    """`evolution` of the tables that `legacy` makes. `stages` are those besides "absent", where nothing has
    been done to them. `where` is the name of `evolution`, as another process imports it: "module:NAME".
    """

    evolution: Evolution
    where: str
    legacy: str
    stages: Mapping[str, Stage]
    walks: tuple[Walk, ...]

    def walked(self, command: str, database: str, **options: object) -> Outcome:
        """What the command of that name comes to."""
        found: Callable[..., Outcome] = getattr(commands, command)
        return found(self.evolution, database, **options)
