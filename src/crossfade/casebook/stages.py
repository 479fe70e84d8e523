"""The walk as data: the stages that a case goes through, in order.

Traffic runs in every stage: while its command does, then for the stage's share of the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from crossfade.casebook.words import Side

__all__ = ["BEFORE", "DURING", "WALK", "Stage", "Unchanged", "dumps_of", "running"]


class Unchanged(NamedTuple):
    """A side whose every row must be the same at two points of the walk; the traffic's own rows excepted."""

    name: str
    side: Side


@dataclass(frozen=True)
class Stage:
    """One stage: which applications run in it, and what is done or for how long.

    `opens` are comparisons whose first dump is taken as it begins, `closes` the names of those whose second
    dump is taken as it ends. `readable` are the shapes that exist when it ends: both are reconciled then.
    `share` is a share of the walk's traffic time. `plain`: the new application needs no namespace any more.
    """

    name: str
    title: str
    running: frozenset[Side]
    readable: frozenset[Side]
    share: float = 0.0
    command: str = ""
    opens: tuple[Unchanged, ...] = ()
    closes: tuple[str, ...] = ()
    plain: bool = False


def dumps_of(name: str) -> str:
    """The name under which traffic runs while a stage's dumps are taken: its latencies are kept apart."""
    return f"{name} (dumps)"


_NOBODY: frozenset[Side] = frozenset()
_OLD = frozenset({Side.OLD})
_NEW = frozenset({Side.NEW})
_BOTH = _OLD | _NEW

WALK = (
    Stage("arrive", "the old application arrives", _OLD, _OLD, share=0.04),
    Stage("before", "the old application alone", _OLD, _OLD, share=0.20),
    Stage("preview", "preview", _OLD, _OLD, command="preview"),
    Stage(
        "start",
        "start",
        _OLD,
        _BOTH,
        command="start",
        opens=(Unchanged("start", Side.OLD),),
        closes=("start",),
    ),
    Stage("both", "both applications", _BOTH, _BOTH, share=0.20),
    Stage("verify", "verify", _BOTH, _BOTH, command="verify"),
    Stage(
        "rollback",
        "the new one leaves; rollback",
        _OLD,
        _OLD,
        command="rollback",
        opens=(Unchanged("restart", Side.NEW), Unchanged("rollback", Side.OLD)),
        closes=("rollback",),
    ),
    Stage("alone", "the old application alone again", _OLD, _OLD, share=0.10),
    Stage("restart", "start again", _OLD, _BOTH, command="start", closes=("restart",)),
    Stage("both again", "both applications again", _BOTH, _BOTH, share=0.18),
    Stage("verify again", "verify", _BOTH, _BOTH, command="verify"),
    Stage(
        "complete",
        "the old one leaves; complete",
        _NEW,
        _NEW,
        command="complete",
        share=0.04,  # what the switch means for the statements that come after it is part of it
        opens=(Unchanged("complete", Side.NEW), Unchanged("revert", Side.OLD)),
        closes=("complete",),
    ),
    Stage("after", "the new application alone", _NEW, _NEW, share=0.06),
    Stage("revert", "revert: the old side comes back", _NEW, _BOTH, command="revert", closes=("revert",)),
    Stage("both once more", "both applications once more", _BOTH, _BOTH, share=0.10),
    Stage("verify once more", "verify", _BOTH, _BOTH, command="verify"),
    Stage(
        "complete again",
        "the old one leaves; complete again",
        _NEW,
        _NEW,
        command="complete",
        opens=(Unchanged("purge", Side.NEW),),
    ),
    Stage("purge", "purge", _NEW, _NEW, command="purge", share=0.02, closes=("purge",), plain=True),
    Stage("end", "the new application alone again", _NEW, _NEW, share=0.06, plain=True),
    Stage("final", "everyone leaves; the last check", _NOBODY, _NEW, command="preview", plain=True),
)

BEFORE = frozenset({"before"})
_FIRST, _LAST = (next(n for n, stage in enumerate(WALK) if stage.name == name) for name in ("start", "purge"))
DURING = frozenset(stage.name for stage in WALK[_FIRST : _LAST + 1])


def running(command: str) -> frozenset[str]:
    """The names of the stages in which this command runs."""
    return frozenset(stage.name for stage in WALK if stage.command == command)
