"""A foreign key is added, while writes go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass

from crossfade import names
from crossfade.changes import foreign_keys
from crossfade.changes.change import Parts
from crossfade.errors import EvolutionError, MissingPrivilege, SchemaMismatch, Unsupported
from crossfade.schema import Column, ForeignKey, Index, Schema, Table
from crossfade.steps import AskForeignKey, CountOrphans, CreateIndex

_ACTIONS = ("NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT")
_TABLES = ("table", "partitioned table", "partition")
_UNKNOWN = {
    "mariadb": ("SET DEFAULT",),
    "mysql": ("SET DEFAULT",),
}  # actions that a database takes and ignores


@dataclass(frozen=True)
class AddForeignKey:
    """`columns` of `table` refer to rows of the table `references`.

        before   orders(id, customer_id)
        after    orders(id, customer_id)      FOREIGN KEY (customer_id) REFERENCES customers (id)

    `columns` are those of the new version, whatever other changes of the evolution make of them.
    `target` are the columns that they refer to, left out the key of `references`; `on_delete` is
    "NO ACTION", "RESTRICT", "CASCADE", "SET NULL" or "SET DEFAULT". `name` is <table>_<columns>_fkey
    where it is left out. With `index`, an index over the columns is built, unless there is one. A
    foreign key binds the old application too, from `start` on.
    """

    table: str
    columns: str | Sequence[str]
    references: str
    _: KW_ONLY
    target: str | Sequence[str] | None = None
    on_delete: str = "NO ACTION"
    name: str | None = None
    index: bool = True

    def __post_init__(self) -> None:
        if not self.keys:
            raise EvolutionError("a foreign key is of a column at least", place=self.title, remedy="name one")
        if self.on_delete not in _ACTIONS:
            raise EvolutionError(
                f"on_delete can't be {self.on_delete!r}",
                place=self.title,
                remedy=f"it is one of: {', '.join(_ACTIONS)}",
            )
        if self.name is not None:
            names.checked(self.name, "a foreign key", self.title)

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that refer."""
        return (self.columns,) if isinstance(self.columns, str) else tuple(self.columns)

    @property
    def title(self) -> str:
        """The change as a user would name it."""
        return f"AddForeignKey {self.table} ({', '.join(self.keys)})"

    @property
    def tables(self) -> tuple[str, ...]:
        """The table it touches."""
        return (self.table,)

    @property
    def looks_at(self) -> tuple[str, ...]:
        """The table that is referred to."""
        return (self.references,)

    @property
    def claims(self) -> tuple[str, ...]:
        """None: a foreign key is about columns that others may make."""
        return ()

    def compile(self, schema: Schema, evolution: str) -> Parts:
        """The change's parts; raises Refused for what the schema does not allow."""
        table = schema.table(self.table, self.title)
        target = schema.table(self.references, self.title)
        if self.on_delete in _UNKNOWN.get(schema.database, ()):
            raise Unsupported(
                f"{schema.database} has no ON DELETE {self.on_delete}",
                place=self.title,
                remedy="choose another on_delete=",
            )
        self._check_tables(table, target, schema)
        columns = [table.newest(each, self.title) for each in self.keys]
        targets = [target.newest(each, self.title) for each in self._targets(target)]
        if len(targets) != len(columns):
            raise EvolutionError(
                f"{len(columns)} columns can't refer to {len(targets)}: "
                f"({', '.join(each.name for each in targets)}) of {target.name}",
                place=self.title,
                remedy="name as many in target= as in columns",
            )
        _check_unique(target, targets, self.title)
        key = ForeignKey(
            self.name or names.fitted("_".join((table.name.name, *self.keys, "fkey"))),
            table.name,
            tuple(each.name for each in columns),
            target.name,
            tuple(each.name for each in targets),
            self.on_delete,
        )
        self._check_name(table, key)
        served = any(foreign_keys.serves(each, key.columns, schema) for each in table.indexes)
        needed = schema.traits.exact_keys and not served
        index = Index(names.index(table.name.name, *self.keys), key.columns)
        built = needed or (self.index and not served)
        return Parts(
            start=(
                *((CreateIndex(table.name, index, table.partitions),) if built else ()),
                *foreign_keys.added(table, key, schema),
            ),
            checks=(
                AskForeignKey(
                    self.title, table.name, key, tuple(columns), tuple(targets), schema.search_path
                ),
                CountOrphans(self.title, table.name, key, self.keys, table.key, self._fills(table, columns)),
            ),
            notes=(f"{schema.database} needs an index for it: {index.name} is built",)
            if needed and not self.index
            else (),
        )

    def _targets(self, target: Table) -> tuple[str, ...]:
        if self.target is None:
            return target.key
        return (self.target,) if isinstance(self.target, str) else tuple(self.target)

    def _check_tables(self, table: Table, target: Table, schema: Schema) -> None:
        if target.kind not in _TABLES:
            raise Unsupported(
                f"{target.name} is a {target.kind}, and only a table can be referred to",
                place=self.title,
                remedy="name a table",
            )
        if table.partitions and schema.version < (18,):
            raise Unsupported(
                f"a foreign key of the partitioned table {table.name} can't be added without a long lock: "
                "NOT VALID is for ordinary tables before PostgreSQL 18",
                place=self.title,
                remedy="add it to each partition, or upgrade the server",
            )
        if not target.owned:
            raise MissingPrivilege(
                f"role {schema.role.name!r} may not add triggers to {target.name}, which {target.owner!r} "
                "owns, and a foreign key has some there",
                place=self.title,
                remedy=f"connect as {target.owner!r}, or GRANT {target.owner} TO {schema.role.name}",
            )

    def _check_name(self, table: Table, key: ForeignKey) -> None:
        taken = {
            *(each.name for each in table.foreign_keys),
            *(each.name for each in table.checks),
            *(each.name for each in table.indexes if each.constraint),
        }
        if key.name in taken:
            raise SchemaMismatch(
                f"constraint {key.name!r} of {table.name} exists already",
                place=self.title,
                remedy="choose another name=, or drop that constraint first",
            )

    def _fills(self, table: Table, columns: Sequence[Column]) -> tuple[tuple[str, str], ...]:
        """What those columns hold that are not there yet."""
        fills = dict(table.fills)
        made = [each.name for each in columns if table.find(each.name) is None]
        for each in made:
            if each not in fills:
                shown, maker = table.made(each)
                raise Unsupported(
                    f"a foreign key can't be over {shown}, whose values {maker} makes of others: the "
                    "rows that would refer to nothing can't be counted before",
                    place=self.title,
                    remedy="add it by an evolution of its own, once this one is completed",
                )
        return tuple((each, fills[each]) for each in made)


def _check_unique(target: Table, columns: Sequence[Column], place: str) -> None:
    wanted = {each.name for each in columns}
    for index in target.indexes:
        if index.unique and index.whole and set(index.columns) == wanted:
            return
    raise SchemaMismatch(
        f"({', '.join(each.name for each in columns)}) of {target.name} is not unique: "
        "it can't be referred to",
        place=place,
        remedy="name a key in target=, or make these columns unique first",
    )
