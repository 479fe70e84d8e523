"""Where evolutions and the database are: the command line, the environment, pyproject.toml."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from crossfade.errors import UsageError
from crossfade.evolution import Evolution, load
from crossfade.names import nearest

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
URL_VARIABLE = "CROSSFADE_DATABASE_URL"
_KNOWN = ("evolutions", "database")


@dataclass(frozen=True)
class Config:
    """What `[tool.crossfade]` in the nearest pyproject.toml says; paths are relative to that file."""

    root: Path
    evolutions: str = "evolutions"
    database: str | None = None

    @classmethod
    def nearest(cls, folder: Path | None = None) -> Config:
        """The configuration of `folder` (default: where we are) or of the nearest folder above it.

        Raises UsageError for a file that can't be read, or a key that is not known.
        """
        here = (folder or Path.cwd()).resolve()
        for root in (here, *here.parents):
            file = root / "pyproject.toml"
            if not file.is_file():
                continue
            table = _table(file)
            if table is not None:
                return cls(root, **table)
        return cls(here)

    def database_url(self, given: str | None) -> str:
        """The database: as given, from CROSSFADE_DATABASE_URL, or from pyproject.toml.

        Raises UsageError where none of them says it.
        """
        url = given or os.environ.get(URL_VARIABLE) or self.database
        if not url:
            raise UsageError(
                "no database is named",
                place=f"--database, {URL_VARIABLE}, [tool.crossfade] database",
                remedy="give --database postgresql://user@host/name",
            )
        return url

    def every(self) -> dict[str, Evolution]:
        """The evolutions in the configured place, by name."""
        return load(self.root / self.evolutions)

    def evolution(self, target: str | None) -> Evolution:
        """The evolution that `target` names: by its name, or by the path of its file; None: the only one.

        Raises UsageError with the nearest name, or the names to choose from.
        """
        if target is not None and (target.endswith(".py") or Path(target).is_file()):
            return _only(load(Path(target)), target)
        known = self.every()
        if target is None:
            return _only(known, str(self.root / self.evolutions))
        if target not in known:
            raise UsageError(
                f"there is no evolution {target!r}",
                place=str(self.root / self.evolutions),
                remedy=nearest(target, known) or "write one: a Python file with evolution = Evolution(…)",
            )
        return known[target]

    def started(self, target: str | None) -> Evolution | str:
        """The same for one that was started already, whose file may be gone: then its name is enough."""
        if target is None or target.endswith(".py") or Path(target).is_file():
            return self.evolution(target)
        folder = self.root / self.evolutions
        known = load(folder) if folder.exists() else {}
        return known.get(target, target)


def span(text: str) -> timedelta:
    """A length of time such as 90s, 15m, 1h, 14d or 2w. Raises UsageError for anything else."""
    found = re.fullmatch(r"(\d+)([smhdw])", text.strip())
    if found is None:
        raise UsageError(f"{text!r} is not a length of time", remedy="write 90s, 15m, 1h, 14d or 2w")
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def _table(file: Path) -> dict[str, Any] | None:
    try:
        tool = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} can't be read: {error}", place="configuration") from error
    table: dict[str, Any] | None = tool.get("crossfade")
    for key, value in (table or {}).items():
        if key not in _KNOWN:
            raise UsageError(
                f"{key!r} is not known", place=f"{file}, [tool.crossfade]", remedy=nearest(key, _KNOWN)
            )
        if not isinstance(value, str):
            raise UsageError(f"{key} is not a string", place=f"{file}, [tool.crossfade]")
    return table


def _only(found: dict[str, Evolution], place: str) -> Evolution:
    if len(found) == 1:
        return next(iter(found.values()))
    if not found:
        raise UsageError(
            "no evolution is there", place=place, remedy="write evolution = Evolution(…) in a file"
        )
    raise UsageError("which one?", place=place, remedy=f"name one of: {', '.join(sorted(found))}")
