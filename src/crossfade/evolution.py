"""An evolution: a named, ordered list of changes; its fingerprint; loading it from files."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy.types import TypeEngine

from crossfade import lints, names
from crossfade.changes import CHANGES, Change
from crossfade.errors import EvolutionError, UsageError
from crossfade.schema import EVERYTHING


@dataclass(frozen=True)
class Evolution:
    """A named, ordered list of changes that takes one version of the schema to the next.

    `accept` silences lints of the preview, each with the reason: by code (`{"CF106": "no prepared
    statements here"}`), or by code and place (`{"CF104 orders": "touch() may fire"}`).

    Raises EvolutionError where the name can't be one, nothing is changed, something in `changes` is
    no change, two changes claim one column, or `accept` names a lint that there is not.
    """

    name: str
    summary: str = ""
    changes: Sequence[Change] = ()
    accept: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names.checked_evolution(self.name)
        lints.check_accepted(self.accept, f"evolution {self.name!r}")
        object.__setattr__(self, "changes", tuple(self.changes))
        if not self.changes:
            raise EvolutionError(
                "it changes nothing", place=f"evolution {self.name!r}", remedy="give it changes=[…]"
            )
        claimed: dict[tuple[tuple[str | None, str], str], Change] = {}
        whole = {
            names.split_table(table): change
            for change in self.changes
            if isinstance(change, CHANGES) and EVERYTHING in change.claims
            for table in change.tables
        }
        for change in self.changes:
            if not isinstance(change, CHANGES):
                known = ", ".join(each.__name__ for each in CHANGES)
                raise EvolutionError(
                    f"{change!r} is not a change",
                    place=f"evolution {self.name!r}",
                    remedy=f"the changes are {known}",
                )
            for table in change.tables:
                taken = whole.get(names.split_table(table), change)
                if taken is not change:
                    raise twice(taken, change, table, self.name)
                for column in change.claims:
                    earlier = claimed.setdefault((names.split_table(table), column), change)
                    if earlier is not change:
                        raise twice(earlier, change, f"{table}.{column}" if column else table, self.name)

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that change when it is edited; its summary and `accept` aside."""
        text = json.dumps([self.name, [_canonical(change) for change in self.changes]], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def twice(first: Change, second: Change, column: str, evolution: str) -> EvolutionError:
    """The error for two changes that claim one column, or a table's name."""
    return EvolutionError(
        f"two changes claim {column}: {first.title} and {second.title}",
        place=f"evolution {evolution!r}",
        remedy="make them two evolutions, one after the other",
    )


def load(path: Path) -> dict[str, Evolution]:
    """The evolutions in a Python file, or in every *.py of a folder, by name.

    Raises UsageError where there is nothing to load, a file can't be run, or two share a name.
    """
    if not path.exists():
        raise UsageError(
            f"{path} does not exist",
            place="evolutions",
            remedy='name the file, or set evolutions = "folder" under [tool.crossfade] in pyproject.toml',
        )
    found: dict[str, Evolution] = {}
    origin: dict[str, Path] = {}
    files = sorted(path.glob("*.py")) if path.is_dir() else [path]
    for file in files:
        for evolution in _in_file(file):
            if evolution.name in found:
                raise UsageError(
                    f"two evolutions are named {evolution.name!r}",
                    place=f"{origin[evolution.name]} and {file}",
                    remedy="rename one of them",
                )
            found[evolution.name] = evolution
            origin[evolution.name] = file
    return found


def _in_file(file: Path) -> Iterator[Evolution]:
    module_name = f"_crossfade_evolution_{hashlib.sha256(str(file.resolve()).encode()).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(module_name, file)
    if spec is None or spec.loader is None:
        raise UsageError(
            f"{file} is not a Python file",
            place="evolutions",
            remedy="name a .py file, or a folder of them",
        )
    module = importlib.util.module_from_spec(spec)
    folder = str(file.resolve().parent)
    sys.path.insert(0, folder)  # so that a file may import its neighbours
    try:
        spec.loader.exec_module(module)
    except EvolutionError as error:
        raise error.within(str(file)) from None
    except (Exception, SystemExit) as error:  # the user's code may raise anything
        raise UsageError(
            f"{type(error).__name__}: {error}", place=str(file), remedy="mend the file"
        ) from error
    finally:
        sys.path.remove(folder)
    seen: set[int] = set()
    for value in vars(module).values():
        if isinstance(value, Evolution) and id(value) not in seen:
            seen.add(id(value))
            yield value


def _canonical(value: object) -> object:
    if isinstance(value, sqlalchemy.Column | sqlalchemy.Table | TypeEngine):
        return _declared(value)
    if is_dataclass(value):
        return [
            type(value).__name__,
            {each.name: _canonical(getattr(value, each.name)) for each in fields(value)},
        ]
    if isinstance(value, Mapping):
        return {str(key): _canonical(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(each) for each in value]
    return value if value is None or isinstance(value, str | int | float | bool) else repr(value)


def _declared(value: sqlalchemy.Column[Any] | sqlalchemy.Table | TypeEngine[Any]) -> object:
    if isinstance(value, sqlalchemy.Table):
        columns = [*map(_declared, value.columns)]
        return ["Table", str(value), *columns, *sorted(map(_index, value.indexes)), *_constraints(value)]
    if isinstance(value, TypeEngine):
        return repr(value)
    said = ["Column", value.name, repr(value.type), value.nullable, _default(value)]
    return [*said, value.comment] if value.comment is not None else said


def _index(index: sqlalchemy.Index) -> str:
    """What is said of an index: its `repr` holds that of its columns, and so addresses in memory."""
    options = sorted((key, repr(each)) for key, each in index.dialect_kwargs.items())
    return json.dumps(
        [str(index.name), [str(each) for each in index.expressions], bool(index.unique), options]
    )


def _constraints(table: sqlalchemy.Table) -> list[str]:
    """What is said of a table's constraints, in an order of their own."""
    checks = [
        f"check {each.name}: {each.sqltext}"
        for each in table.constraints
        if isinstance(each, sqlalchemy.CheckConstraint)
    ]
    uniques = [
        f"{type(each).__name__} {', '.join(each.columns.keys())}"
        for each in table.constraints
        if isinstance(each, sqlalchemy.UniqueConstraint | sqlalchemy.PrimaryKeyConstraint)
    ]
    keys = [f"key {each.parent.name}: {each.target_fullname} {each.ondelete}" for each in table.foreign_keys]
    return sorted([*checks, *uniques, *keys])


def _default(column: sqlalchemy.Column[Any]) -> object:
    """The column's default; the string "3" is another one than the expression 3."""
    clause = column.server_default
    given = getattr(clause, "arg", clause)
    return ["literal", given] if isinstance(given, str) else None if given is None else str(given)
