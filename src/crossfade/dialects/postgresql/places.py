"""The schemas that stand for the namespaces while drafts are tried, and where names are looked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from crossfade import names
from crossfade.dialects.postgresql.definitions import private
from crossfade.dialects.postgresql.quoting import ident
from crossfade.schema import Definition, TableName


@dataclass(frozen=True)
class Places:
    """The schemas that have a namespace of `evolution`, each with what stands for that in a trial."""

    evolution: str
    search_path: tuple[str, ...]
    stand_ins: Mapping[str, str]

    @classmethod
    def of(cls, evolution: str, search_path: tuple[str, ...], schemas: Iterable[str]) -> Places:
        """Names that nobody has, and that leave room for those of the tables."""
        head = f"{names.RESERVED}asked_{names.tag(evolution)}_"
        return cls(evolution, search_path, {each: names.fitted(f"{head}{each}", 56) for each in schemas})

    @property
    def namespaces(self) -> dict[str, str]:
        """The namespaces."""
        return {each: names.namespace(each, self.evolution) for each in self.stand_ins}

    @property
    def homes(self) -> dict[str, str]:
        """The schemas themselves."""
        return {each: each for each in self.stand_ins}

    def home(self, stand_in: str) -> str:
        """The schema for whose namespace it stands."""
        return next(home for home, each in self.stand_ins.items() if each == stand_in)

    def base_path(self, home: str) -> tuple[str, ...]:
        """Where names are looked for in what is made in the schema `home` itself."""
        return tuple(dict.fromkeys((home, *self.search_path)))

    def path(self, home: str, spaces: Mapping[str, str]) -> tuple[str, ...]:
        """Where the new version's sessions look for names, `home` first: in `spaces` before the schemas."""
        return self.adjusted(self.base_path(home), spaces) or self.base_path(home)

    def view_path(self, home: str) -> tuple[str, ...]:
        """Where they are looked for while the definition of a view is tried."""
        path = self.path(home, self.stand_ins)
        places = set(self.stand_ins.values())
        return tuple(name for each in path for name in ((private(each), each) if each in places else (each,)))

    def adjusted(self, path: tuple[str, ...] | None, spaces: Mapping[str, str]) -> tuple[str, ...] | None:
        """A search path with the namespaces; None where it has no schema of theirs."""
        if path is None or not set(path).intersection(spaces):
            return None
        return tuple(name for each in path for name in ((spaces[each], each) if each in spaces else (each,)))

    def moved(self, found: Definition, to: Mapping[str, str]) -> Definition:
        """A definition that was tried, with the types of its arguments, where `to` has its schema."""
        name = TableName(to[self.home(found.name.schema)], found.name.name)
        inputs = tuple(self.written(each, to) for each in found.inputs)
        return replace(found, name=name, inputs=inputs, identity="")

    def written(self, sql: str, to: Mapping[str, str]) -> str:
        """SQL of the server's, in which every name is qualified, with the schemas in `to`."""
        for home, stand_in in self.stand_ins.items():
            for each in (stand_in, private(stand_in)):
                sql = sql.replace(f"{ident(each)}.", f"{ident(to[home])}.")
        return sql
