"""Some tables as information_schema has them, with all that refers to them, read into values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, text

from crossfade import names
from crossfade.dialects.mariadb import cascades, catalogue, dependents, rights, rows_read
from crossfade.dialects.mariadb.quoting import literal
from crossfade.dialects.mariadb.rendering import Server
from crossfade.dialects.mariadb.rights import Rights
from crossfade.schema import Check, Column, EnumType, ForeignKey, Index, Table, TableName

KINDS = frozenset({"BASE TABLE", "SYSTEM VERSIONED"})  # of relation, that hold rows


class Reader:
    """The rows about some tables, and how they become values."""

    def __init__(
        self,
        connection: Connection,
        server: Server,
        found: Sequence[TableName],
        session: Row[Any],
        held: Rights,
    ) -> None:
        self._connection = connection
        self._server = server
        self._exact = None if server.mysql else catalogue.Exact(connection)
        self._found = found
        self._rights = held
        self._own = "'{}'@'{}'".format(*session.account.rpartition("@")[::2])
        # Where a replica executes what triggers write, the server asks for more than the right to make one.
        self._may_trigger = not session.logged or bool(session.trusting) or held.holds("SUPER")
        self._relations = self._rows(catalogue.TABLES)
        self._columns = self._rows(catalogue.COLUMNS)
        self._indexes = self._rows(catalogue.INDEXES_MYSQL if server.mysql else catalogue.INDEXES)
        self._checks = self._rows(catalogue.CHECKS_MYSQL if server.mysql else catalogue.CHECKS)
        self._partitions = self._rows(catalogue.PARTITIONS)
        self._grants = self._rows(catalogue.GRANTS)
        self._keys = self._foreign_keys()
        self._readers = self._every(catalogue.READERS)
        self._triggers = self._every(catalogue.TRIGGERS)
        self.cascades = cascades.standing(self._triggers)
        self.routines = self._every(catalogue.ROUTINES)
        own = self._namespaces()
        self._views = [
            dependents.View.of(row) for row in self._every(catalogue.VIEWS) if row.place not in own
        ]
        self._code = [
            *(dependents.routines(row for row in self.routines if row.place not in own)),
            *(dependents.triggers(row for row in self._triggers if row.place not in own)),
            *(dependents.events(row for row in self._every(catalogue.EVENTS) if row.place not in own)),
        ]
        self.enums: list[EnumType] = []

    def table(self, name: TableName) -> Table:
        """One of the tables."""
        (row,) = self._relations[name]
        told = self._columns.get(name, ())
        plain = tuple(self._column(each, name, row.collation or "") for each in told)
        checks = tuple(self._check(each, name, plain) for each in self._checks.get(name, ()))
        columns, checks = rows_read.with_json(plain, checks)
        indexes = self._indexes_of(name, columns)
        key = rows_read.key(columns, indexes)
        unique = {*key, *(column for each in indexes if each.unique for column in each.columns)}
        return Table(
            name,
            rows_read.with_collations(columns, unique, told),
            key=key,
            indexes=indexes,
            checks=checks,
            foreign_keys=tuple(each for each in self._keys if each.table == name),
            referenced_by=tuple(each for each in self._keys if each.target == name),
            triggers=tuple(
                rows_read.trigger(each)
                for each in self._triggers
                if (each.place, each.table_name) == (name.schema, name.name)
            ),
            dependents=tuple(
                sorted(
                    set(dependents.dependents(name, columns, self._views, self._code)),
                    key=lambda each: (each.column, each.kind, each.name),
                )
            ),
            kind=rows_read.kind(row, told),
            partition_key=dependents.partition_key(self._partitions.get(name, ()), columns, indexes),
            rows=int(row.table_rows or 0),
            row_bytes=int(row.row_bytes or 0),
            owned=self._may_trigger and self._rights.owns(name),
            grants=rights.grants(self._grants.get(name, ()), self._own),
            schema_readers=rights.readers(self._readers, name.schema, self._own),
            comment=row.comment or None if row.table_type in KINDS else None,
        )

    def _rows(self, query: str) -> dict[TableName, list[Row[Any]]]:
        """The rows about each of the tables. Names are compared here: the server's comparison is lenient."""
        sorted_out: dict[TableName, list[Row[Any]]] = {each: [] for each in self._found}
        asked = text(query).bindparams(bindparam("names", expanding=True))
        for schema in dict.fromkeys(each.schema for each in self._found):
            inside = [each.name for each in self._found if each.schema == schema]
            for row in self._connection.execute(asked, {"schema": schema, "names": inside}):
                name = TableName(row.table_schema, row.table_name)
                if name in sorted_out:
                    sorted_out[name].append(row)
        return sorted_out

    def _every(self, query: str) -> list[Row[Any]]:
        return list(self._connection.execute(text(query))) if self._found else []

    def _namespaces(self) -> set[str]:
        """The databases that Crossfade has made: the journal's, and those of the evolutions that it knows."""
        journal = self._server.journal
        asked = text(catalogue.RELATIONS)
        tables = [row.table_name for row in self._connection.execute(asked, {"schema": journal})]
        if "evolution" not in tables:
            return {journal}
        known = self._connection.exec_driver_sql(catalogue.namespaces(journal).replace("%", "%%")).scalars()
        schemas = {self._server.database, *(each.schema for each in self._found)}
        return {journal, *(names.namespace(each, str(name)) for name in known for each in schemas)}

    def _column(self, row: Row[Any], of: TableName, collation: str) -> Column:
        column = rows_read.column(row, of, collation, mysql=self._server.mysql)
        exact = self._exact
        if row.data_type in {"enum", "set"}:
            labels = rows_read.members(row.type)
            if exact is not None and any("?" in each for each in labels):
                labels = exact.members(of, row.name, len(labels), by_bit=row.data_type == "set")
                told = f"{row.data_type}({','.join(map(literal, labels))})"
                column = replace(column, type=column.type.replace(row.type, told, 1))
            if column.enum is not None:
                self.enums.append(EnumType(*column.enum, labels))
        if exact is None:
            return column
        return replace(
            column,
            default=exact.default(of, column.name, column.default),
            generated=exact.generated(of, column.name, column.generated),
        )

    def _check(self, row: Row[Any], of: TableName, columns: Sequence[Column]) -> Check:
        expression = rows_read.expression(row.expression, mysql=self._server.mysql)
        if self._exact is not None:
            expression = self._exact.check(of, row.name, expression, of_column=bool(row.of_column))
        return Check(row.name, expression, dependents.mentioned(expression, columns), bool(row.enforced))

    def _indexes_of(self, name: TableName, columns: Sequence[Column]) -> tuple[Index, ...]:
        keys: dict[str, list[Row[Any]]] = {}
        for each in self._indexes.get(name, ()):
            keys.setdefault(each.name, []).append(each)
        known = [each.name for each in columns]
        return tuple(rows_read.index(each, known) for each in keys.values())

    def _foreign_keys(self) -> list[ForeignKey]:
        """Those that the tables have, and those that point to them."""
        if not self._found:
            return []
        found: dict[tuple[TableName, str], list[Row[Any]]] = {}
        parameters = {"names": [each.name for each in self._found]}
        lists: BindParameter[Any] = bindparam("names", expanding=True)
        for row in self._connection.execute(text(catalogue.KEYS).bindparams(lists), parameters):
            of = TableName(row.table_schema, row.table_name)
            if of in self._found or TableName(row.target_schema, row.target_name) in self._found:
                found.setdefault((of, row.name), []).append(row)
        rules = {
            (TableName(row.table_schema, row.table_name), row.name): row
            for row in self._connection.execute(text(catalogue.RULES).bindparams(lists), parameters)
        }
        return [rows_read.foreign_key(rows, rules[each]) for each, rows in found.items() if each in rules]
