"""What keeps the server from changing a table at once, told before anything is changed.

What each hinders was found by trial: docs/mariadb.md has the table. Of MySQL only what
its manual says is known ("Online DDL Operations").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from crossfade.dialects.mariadb.quoting import table as quoted
from crossfade.dialects.mariadb.rendering import Server, render
from crossfade.errors import Refused, SchemaMismatch, Unsupported
from crossfade.schema import Table, TableName
from crossfade.steps import (
    AddColumn,
    AddForeignKey,
    DropColumn,
    DropNotNull,
    RenameColumn,
    RenameTable,
    SetNotNull,
    Step,
)

_OF = "TABLE_SCHEMA = :schema AND BINARY TABLE_NAME = :name"
_ROW_FORMAT = f"SELECT ROW_FORMAT FROM information_schema.TABLES WHERE {_OF}"
_GENERATED = f"""
SELECT COLUMN_NAME AS name, EXTRA LIKE '%STORED GENERATED%' AS stored
FROM information_schema.COLUMNS WHERE {_OF} AND EXTRA LIKE '% GENERATED%' ORDER BY ORDINAL_POSITION
"""
# A FULLTEXT index leaves a hidden column behind. To see that takes the privilege PROCESS.
_LEFT_BEHIND = """
SELECT 1 FROM information_schema.INNODB_SYS_TABLES t
JOIN information_schema.INNODB_SYS_COLUMNS c ON c.TABLE_ID = t.TABLE_ID
WHERE c.NAME = 'FTS_DOC_ID' AND BINARY SUBSTRING_INDEX(t.NAME, '#P#', 1) = CONCAT(
  CAST(CONVERT(:schema USING filename) AS BINARY), '/', CAST(CONVERT(:name USING filename) AS BINARY))
LIMIT 1
"""
_ALLOWED = "SELECT @@innodb_instant_alter_column_allowed"
_AGAIN = "drop it first, and make it again after a purge"


class _Act(Enum):
    """What a statement does to a table, as far as it matters here."""

    ADDS = auto()  # a column
    DROPS = auto()
    DROPS_INDEXED = auto()  # with its index
    REQUIRES = auto()  # NOT NULL
    FREES = auto()
    ELSE = auto()


_COLUMNS = frozenset({_Act.ADDS, _Act.DROPS, _Act.DROPS_INDEXED})
_NULLS = frozenset({_Act.REQUIRES, _Act.FREES})


@dataclass(frozen=True)
class _Hindrance:
    what: str
    acts: frozenset[_Act]
    remedy: str = _AGAIN


@dataclass
class _Names:
    """The names that tables and columns have by now, and those under which they were reflected."""

    tables: dict[TableName, TableName] = field(default_factory=dict)
    columns: dict[tuple[TableName, str], str] = field(default_factory=dict)

    def table(self, name: TableName) -> TableName:
        return self.tables.get(name, name)

    def column(self, of: TableName, name: str) -> str:
        return self.columns.get((self.table(of), name), name)

    def follow(self, step: Step) -> None:
        if isinstance(step, RenameTable):
            self.tables[step.to] = self.table(step.table)
        elif isinstance(step, RenameColumn):
            self.columns[self.table(step.table), step.to] = self.column(step.table, step.column)


def hindrance(
    connection: Connection, walks: Iterable[Sequence[Step]], tables: Iterable[Table], server: Server
) -> Refused | None:
    """Why the server would not take a step of one of the walks on tables as these are; None where it would.

    Raises Unsupported for a step that it has no statement for.
    """
    known = {each.name: each for each in tables}
    found: dict[TableName, tuple[_Hindrance, ...]] = {}
    for steps in walks:
        names = _Names()
        for step in steps:
            asserts = any(each.copying for each in render(step, server))
            of = known.get(names.table(step.locks[0])) if asserts and step.locks else None
            if of is not None and not isinstance(step, RenameTable):
                if isinstance(step, SetNotNull) and (error := _set_null(step, of, names, steps)) is not None:
                    return error
                if of.name not in found:
                    found[of.name] = () if server.allow_copy else tuple(_of(connection, of, server))
                act = _act(step, of, names)
                for each in found[of.name]:
                    if act in each.acts:
                        return _told(step, of.name, each, server)
            names.follow(step)
    return None


def _told(step: Step, of: TableName, hindered: _Hindrance, server: Server) -> Unsupported:
    return Unsupported(
        f"to {step.title}, {'MySQL' if server.mysql else 'MariaDB'} would copy the table, or keep its "
        f"writers waiting as long, because of {hindered.what}",
        place=f"table {of}",
        remedy=f"{hindered.remedy}; or say --allow-copy",
    )


def _set_null(step: SetNotNull, of: Table, names: _Names, steps: Iterable[Step]) -> Refused | None:
    """No column can be NOT NULL that a foreign key of its own sets NULL."""
    column = names.column(step.table, step.column)
    made = (each.key for each in steps if isinstance(each, AddForeignKey) and each.table == step.table)
    for key in (*of.foreign_keys, *made):
        sets = key.on_delete == "SET NULL" or "ON UPDATE SET NULL" in key.definition
        if sets and {column, step.column}.intersection(key.columns):
            return SchemaMismatch(
                f"{step.table}.{step.column} can't be NOT NULL: foreign key {key.name} sets it NULL",
                place=f"table {of.name}",
                remedy="give that key another action first",
            )
    return None


def _act(step: Step, of: Table, names: _Names) -> _Act:
    match step:
        case AddColumn():
            return _Act.ADDS
        case DropColumn():
            column = names.column(step.table, step.column)
            own = any(each.columns == (column,) for each in of.indexes)
            return _Act.DROPS_INDEXED if own else _Act.DROPS
        case SetNotNull():
            return _Act.REQUIRES
        case DropNotNull():
            return _Act.FREES
    return _Act.ELSE


def _of(connection: Connection, of: Table, server: Server) -> Iterator[_Hindrance]:
    """What hinders a table."""
    name = {"schema": of.name.schema, "name": of.name.name}
    fulltext = [each.name for each in of.indexes if each.method == "fulltext"]
    if fulltext:
        yield _Hindrance(f"its FULLTEXT index {fulltext[0]}", _COLUMNS | _NULLS)
    row_format = str(connection.execute(text(_ROW_FORMAT), name).scalar() or "").upper()
    if row_format == "COMPRESSED":
        acts = frozenset({_Act.ADDS}) if server.mysql else _COLUMNS
        remedy = f"ALTER TABLE {quoted(of.name)} ROW_FORMAT=DYNAMIC first"
        yield _Hindrance("its ROW_FORMAT=COMPRESSED", acts, remedy)
    if not server.mysql:
        yield from _of_indexes(of)
        yield from _of_generated(connection, of, name)
        if not fulltext and _left_behind(connection, name):
            remedy = f"ALTER TABLE {quoted(of.name)} FORCE first"
            yield _Hindrance("what a FULLTEXT index that it had has left behind", _COLUMNS, remedy)
        yield from _by_setting(connection)


def _of_indexes(of: Table) -> Iterator[_Hindrance]:
    for each in of.indexes:
        if each.method == "hash" and each.unique:
            yield _Hindrance(f"its unique index {each.name}, which is of hashes", frozenset(_Act))
        elif each.method == "spatial":
            yield _Hindrance(f"its SPATIAL index {each.name}", _NULLS | {_Act.DROPS_INDEXED})


def _of_generated(connection: Connection, of: Table, name: dict[str, str]) -> Iterator[_Hindrance]:
    indexed = {column for each in of.indexes for column in each.columns}
    for row in connection.execute(text(_GENERATED), name).all():
        if row.stored:
            remedy = "make it a VIRTUAL one first"
            yield _Hindrance(f"its STORED column {row.name}", frozenset({_Act.REQUIRES}), remedy)
        elif row.name in indexed:
            remedy = "drop that index first, and build it again after a purge"
            yield _Hindrance(f"its VIRTUAL column {row.name}, which is indexed", _COLUMNS | _NULLS, remedy)


def _by_setting(connection: Connection) -> Iterator[_Hindrance]:
    allowed = str(connection.execute(text(_ALLOWED)).scalar_one())
    acts = {"never": _COLUMNS, "add_last": _COLUMNS - {_Act.ADDS}}.get(allowed)
    if acts is not None:
        setting = "innodb_instant_alter_column_allowed"
        remedy = f"SET GLOBAL {setting} = 'add_drop_reorder'"
        yield _Hindrance(f"{setting} = {allowed}", acts, remedy)


def _left_behind(connection: Connection, name: dict[str, str]) -> bool:
    with suppress(DBAPIError):
        return connection.execute(text(_LEFT_BEHIND), name).first() is not None
    return False
