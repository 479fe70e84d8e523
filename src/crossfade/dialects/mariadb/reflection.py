"""A server's information_schema read into a `Schema`. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, text

from crossfade import names
from crossfade.dialects.mariadb import catalogue
from crossfade.dialects.mariadb.rendering import Server
from crossfade.dialects.mariadb.rights import Rights
from crossfade.dialects.mariadb.tables_read import KINDS, Reader
from crossfade.schema import Role, Schema, TableName, Traits

TRAITS = Traits(
    enum_types=False,
    views_follow=False,
    namespaces_stack=False,
    validates_later=False,
    deferred_triggers=False,
    relaxes=False,
    view_defaults=False,
    indexes_stay=True,
    exact_keys=True,
    ddl_together=False,
    definitions=False,
)
_BYPASS_READ_ONLY = ("READ_ONLY ADMIN", "CONNECTION_ADMIN")  # MariaDB's, and MySQL's


def reflect(connection: Connection, written: Iterable[str], server: Server) -> Schema:
    """The schema around the tables that `written` names (as a user writes them).

    A name that no table has is left out: the plan tells the user, with the nearest name.
    """
    wanted = dict.fromkeys(
        TableName(schema or server.database, name) for schema, name in map(names.split_table, written)
    )
    schemas = list(dict.fromkeys((server.database, *(each.schema for each in wanted))))
    relations = {
        TableName(row.table_schema, row.table_name): row.table_type
        for schema in schemas
        for row in connection.execute(text(catalogue.RELATIONS), {"schema": schema})
    }
    found = [each for each in wanted if each in relations]
    session = connection.execute(text(catalogue.SESSION)).one()
    held = Rights.read(connection.exec_driver_sql("SHOW GRANTS").scalars())
    databases = tuple(connection.execute(text(catalogue.DATABASES)).scalars())
    reader = Reader(connection, server, found, session, held)
    tables = tuple(reader.table(each) for each in found)
    return Schema(
        database="mysql" if server.mysql else "mariadb",
        version=server.version,
        tables=tables,
        enums=tuple(reader.enums),
        enum_columns=tuple(
            (column.enum, each.name, column.name)
            for each in tables
            for column in each.columns
            if column.enum is not None
        ),
        search_path=(server.database,),
        table_names=tuple(name for name, kind in relations.items() if kind in KINDS),
        schema_names=databases,
        relation_names=tuple(relations),
        role=Role(
            session.account,
            superuser=held.holds("SUPER"),
            may_create_schema=held.holds("CREATE", server.journal)
            and all(held.may_create(f"{each}__") for each in schemas),
            may_skip_triggers=False,
            creates_in=tuple(each for each in databases if held.holds("CREATE", each)),
        ),
        read_only=_reads_only(session, held, server),
        volatile_functions=tuple(sorted({each.name.lower() for each in reader.routines if each.is_volatile})),
        traits=TRAITS,
        collation=server.collation or None,
        cascades=reader.cascades,
    )


def _reads_only(session: Row[Any], held: Rights, server: Server) -> bool:
    ignoring: tuple[str, ...] = _BYPASS_READ_ONLY
    if server.mysql or server.version < (10, 11):
        ignoring = (*ignoring, "SUPER")
    read_only = str(session.read_only).upper() not in {"0", "OFF"}
    return bool(session.frozen) or (read_only and not any(map(held.holds, ignoring)))
