"""An index is built, while writes go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace

from crossfade import expressions, names
from crossfade.changes.change import Parts, Question
from crossfade.changes.index_kinds import demand_buildable
from crossfade.errors import EvolutionError, SchemaMismatch, Unsupported
from crossfade.expressions import Sql
from crossfade.schema import Index, Schema, Table
from crossfade.steps import AskIndex, CountDuplicates, CreateIndex


@dataclass(frozen=True)
class AddIndex:
    """An index over `columns` is added to `table`.

        before   orders(id, note)
        after    orders(id, note)       INDEX ix_orders_note (note)

    `columns` are those of the new version, whatever other changes of the evolution make of them, and so are
    `include`, and the columns of `where`, the condition of a partial index. `expression` is what the index is
    over in place of columns, in SQL; `operators` names the class of operators that it is to be searched by
    (`"jsonb_path_ops"`). `name` is ix_<table>_<columns> where it is left out. A `unique` index binds the old
    application too, from `start` on.
    """

    table: str
    columns: str | Sequence[str] = ()
    _: KW_ONLY
    name: str | None = None
    unique: bool = False
    method: str = "btree"
    where: str | Mapping[str, str] | None = None
    include: Sequence[str] = ()
    expression: str | Mapping[str, str] | None = None
    operators: str = ""

    def __post_init__(self) -> None:
        if bool(self.keys) == (self.expression is not None):
            raise EvolutionError(
                "an index is over a column at least, or over an expression",
                place=self.title,
                remedy="name columns, or give expression=",
            )
        if self.expression is not None and (self.name is None or self.unique):
            raise EvolutionError(
                "an index over an expression can't be unique: rows that are the same can't be counted"
                if self.unique
                else "an index over an expression has no name by itself",
                place=self.title,
                remedy="leave unique= out" if self.unique else "give it one, with name=",
            )
        if self.name is not None:
            names.checked(self.name, "an index", self.title)

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that it is over."""
        return (self.columns,) if isinstance(self.columns, str) else tuple(self.columns)

    @property
    def title(self) -> str:
        """The change as a user would name it."""
        return f"AddIndex {self.table} ({', '.join(self.keys) or self.expression})"

    @property
    def tables(self) -> tuple[str, ...]:
        """The table it touches."""
        return (self.table,)

    @property
    def looks_at(self) -> tuple[str, ...]:
        """No other table."""
        return ()

    @property
    def claims(self) -> tuple[str, ...]:
        """None: an index is about columns that others may make."""
        return ()

    def compile(self, schema: Schema, evolution: str) -> Parts:
        """The change's parts; raises Refused for what the schema does not allow."""
        table = schema.table(self.table, self.title)
        keys = [table.newest(each, self.title) for each in self.keys]
        include = [table.newest(each, self.title) for each in self.include]
        condition = self._over(table, schema, self.where, "boolean")
        over = self._over(table, schema, self.expression, "")
        index = Index(
            self.name or names.index(table.name.name, *self.keys),
            tuple(each.name for each in keys),
            self.method,
            unique=self.unique,
            options=(f" {self.operators}",) * (len(keys) or 1) if self.operators else (),
            include=tuple(each.name for each in include),
            predicate=condition.text if condition else None,
            predicate_columns=tuple(
                sorted({*(condition.reads if condition else ()), *(over.reads if over else ())})
            ),
            expressions=over is not None,
            keys=(over.text,) if over else (),
        )
        demand_buildable(index, tuple(keys), schema, self.title)
        if self.unique:
            self._demand_unique(table, index)
        held = {each.name: each for each in table.in_new_version().values()}
        mentioned = tuple(held[each] for each in sorted(index.mentions))
        checks: list[Question] = [AskIndex(self.title, table.name, index, mentioned, schema.search_path)]
        if self.unique:
            checks.append(
                CountDuplicates(self.title, table.name, index.name, index.columns, self.keys, index.predicate)
            )
        return Parts(start=(CreateIndex(table.name, index, table.partitions),), checks=tuple(checks))

    def _over(
        self, table: Table, schema: Schema, given: str | Mapping[str, str] | None, type_: str
    ) -> Sql | None:
        """An expression over the columns as they are called while both versions are live."""
        if given is None:
            return None
        text = expressions.chosen(given, schema.database, self.title)
        shown = table.in_new_version()
        as_shown = replace(table, columns=tuple(replace(each, name=name) for name, each in shown.items()))
        found = expressions.user_sql(text, type_, as_shown, schema.database, self.title)
        held = {name: each.name for name, each in shown.items()}
        return expressions.renamed_sql(found, held)

    def _demand_unique(self, table: Table, index: Index) -> None:
        """Raises Refused where two rows with the same values couldn't be found, or would not be refused."""
        made = [each for each in sorted(index.mentions) if table.find(each) is None]
        if made:
            shown, maker = table.made(made[0])
            raise Unsupported(
                f"a unique index can't be over {shown}, which {maker} makes: the rows that would be the same "
                "can't be counted before, and it would bind the old application",
                place=self.title,
                remedy="add it by an evolution of its own, once this one is completed",
            )
        missing = [each for each in table.partition_key if each not in index.columns]
        if missing:
            raise SchemaMismatch(
                f"a unique index of {table.name} must hold its partition key: {', '.join(missing)}",
                place=self.title,
                remedy="add these columns to it",
            )
