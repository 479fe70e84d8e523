"""Namespaces and views as MariaDB's statements: a namespace is a database of views.

A view has neither defaults nor a comment of its own: the sync's triggers give what the new version's defaults
would. It can't change owners: it is of the account that makes it.
"""

from __future__ import annotations

import re

from crossfade.dialects.mariadb.gate import OWN
from crossfade.dialects.mariadb.quoting import ident, literal, table
from crossfade.dialects.mariadb.rendering import (
    Server,
    account,
    ddl,
    granted,
    has_table,
    named,
    nothing,
    render,
)
from crossfade.steps import CreateNamespace, DropNamespace, PublishView, Statement, WithdrawView

_VIEW_PRIVILEGES = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})


@render.register
def _(step: CreateNamespace, server: Server) -> tuple[Statement, ...]:
    collation = f" COLLATE {server.collation}" if server.collation else ""
    return (
        ddl(
            f"CREATE DATABASE {ident(step.namespace)}{collation}",
            _has_database(step.namespace),
            lock="",
            blocks="nothing",
        ),
        *(_opened(step.namespace, each) for each in step.readers),
    )


@render.register
def _(step: DropNamespace, server: Server) -> tuple[Statement, ...]:
    drop = f"DROP DATABASE {ident(step.namespace)}"
    done = nothing(_has_database(step.namespace))
    if server.mysql:  # no block stands outside a routine there; this function tells what it can't read
        foreign = (
            f"SELECT UUID_TO_BIN({literal(_foreign(step.namespace))}) {_others(step.namespace, 'TABLE')}"
        )
        return (Statement(f"{foreign} LIMIT 1"), ddl(drop, done))
    return (ddl(_unless_foreign(step.namespace, drop), done), _revoked(step.namespace))


@render.register
def _(step: PublishView, server: Server) -> tuple[Statement, ...]:
    # A column that replaces another bears its name; one that is renamed, what it is called on the table.
    shown = {each.base: each.name for each in step.columns} | {each.name: each.name for each in step.columns}
    return (
        ddl(view_sql(step, replace=False), shows(step), lock="", blocks="nothing"),
        *(
            granted(each, shown.get(each.column, each.column) if each.column else None, step.view)
            for each in step.grants
            if each.privilege in _VIEW_PRIVILEGES
            and (each.column is None or each.column in shown or not step.columns)
        ),
    )


@render.register
def _(step: WithdrawView, server: Server) -> tuple[Statement, ...]:
    return (ddl(f"DROP VIEW {table(step.view)}", nothing(has_table(step.view))),)


def view_sql(step: PublishView, *, replace: bool) -> str:
    """The statement that makes the view; `replace`: in place of the one that stands. No columns are all."""
    columns = ", ".join(
        ident(each.base) if each.base == each.name else f"{ident(each.base)} AS {ident(each.name)}"
        for each in step.columns
    )
    return (
        f"CREATE {'OR REPLACE ' if replace else ''}ALGORITHM=MERGE SQL SECURITY {_security(step)} "
        f"VIEW {table(step.view)} AS SELECT {columns or '*'} FROM {table(step.table)}"
        f"{_beside(step)}"
    )


def _beside(step: PublishView) -> str:
    """A condition that every row meets, and that can't be read without these columns."""
    return "".join(
        [" WHERE ", *(f"{ident(each)} IS NULL OR " for each in step.beside), "TRUE"] if step.beside else ""
    )


def shows(step: PublishView) -> str:
    """A query with a row where the view is there, and shows just that."""
    source = table(step.table)
    columns = ",".join(f"{source}.{ident(each.base)} AS {ident(each.name)}" for each in step.columns)
    beside = " or ".join([*(f"{source}.{ident(each)} is null" for each in step.beside), "1"])
    where = f" where {beside}" if step.beside else ""
    told = literal(f"select {columns} from {source}{where}" if columns else f" from {source}")
    said = "VIEW_DEFINITION" if columns else f"RIGHT(VIEW_DEFINITION, CHAR_LENGTH({told}))"
    return (
        f"SELECT 1 FROM information_schema.VIEWS WHERE TABLE_SCHEMA = {literal(step.view.schema)} "
        f"AND TABLE_NAME = {literal(step.view.name)} AND SECURITY_TYPE = '{_security(step)}' "
        f"AND BINARY {said} = {told}"
    )


def _security(step: PublishView) -> str:
    return "INVOKER" if step.invoker else "DEFINER"


def _has_database(name: str) -> str:
    return f"SELECT 1 FROM information_schema.SCHEMATA WHERE {named('SCHEMA_NAME', name)}"


def _opened(namespace: str, reader: str) -> Statement:
    """What somebody may do in the whole database, he may in the namespace: `INSERT, SELECT TO 'app'@'%'`."""
    privileges, _, who = reader.partition(" TO ")
    words = privileges.split(", ")
    done = (
        "SELECT 1 FROM information_schema.SCHEMA_PRIVILEGES "
        f"WHERE {named('TABLE_SCHEMA', _pattern(namespace))} "
        f"AND {named('GRANTEE', account('' if who == 'PUBLIC' else who))} "
        f"AND PRIVILEGE_TYPE IN ({', '.join(map(literal, words))}) HAVING COUNT(*) = {len(words)}"
    )
    sql = f"GRANT {privileges} ON {ident(_pattern(namespace))}.* TO {who}"
    return ddl(sql, done, lock="", blocks="nothing")


def _pattern(database: str) -> str:
    """The database as a GRANT names it, in which % and _ stand for anything."""
    return re.sub(r"([%_\\])", r"\\\1", database)


def _unless_foreign(namespace: str, drop: str) -> str:
    """The statement, unless something is in the database that is not ours: DROP DATABASE asks nobody."""
    found = (f"EXISTS (SELECT 1 {_others(namespace, each)})" for each in ("TABLE", "ROUTINE", "EVENT"))
    return (
        "BEGIN NOT ATOMIC\n"
        f"  IF {' OR '.join(found)} THEN\n"
        f"    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = {literal(_foreign(namespace))};\n"
        "  END IF;\n"
        f"  {drop};\n"
        "END"
    )


def _others(namespace: str, kind: str) -> str:
    """What is in the database and not ours."""
    own = ", ".join(map(literal, OWN))
    return (
        f"FROM information_schema.{kind}S WHERE {kind}_SCHEMA = {literal(namespace)} "
        f"AND BINARY {kind}_NAME NOT IN ({own})"
    )


def _foreign(namespace: str) -> str:
    return f"database {namespace} holds what Crossfade has not put there"


def _revoked(namespace: str) -> Statement:
    """What was granted on the database or on its views outlives them here. What we may not revoke stays."""
    pattern = _pattern(namespace)
    of_tables = f"CONCAT({literal(ident(namespace) + '.`')}, REPLACE(TABLE_NAME, '`', '``'), '`')"
    held = " UNION ".join(
        f"SELECT GRANTEE, {place} AS place FROM information_schema.{kind}_PRIVILEGES WHERE {of}"
        for kind, place, of in (
            ("SCHEMA", literal(f"{ident(pattern)}.*"), named("TABLE_SCHEMA", pattern)),
            ("TABLE", of_tables, named("TABLE_SCHEMA", namespace)),
            ("COLUMN", of_tables, named("TABLE_SCHEMA", namespace)),
        )
    )
    block = (
        "BEGIN NOT ATOMIC\n"
        "  DECLARE _account, _host, _who TEXT;\n"
        "  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;\n"
        f"  FOR _held IN ({held}) DO\n"
        "    SET _account = SUBSTR(_held.GRANTEE, 2, CHAR_LENGTH(_held.GRANTEE) - 2);\n"
        "    SET _host = SUBSTRING_INDEX(_account, '''@''', -1);\n"
        "    SET _account = LEFT(_account, CHAR_LENGTH(_account) - CHAR_LENGTH(_host) - 3);\n"
        "    SET _who = CASE WHEN _host <> '' THEN CONCAT(QUOTE(_account), '@', QUOTE(_host)) "
        "WHEN _account = 'PUBLIC' THEN 'PUBLIC' ELSE CONCAT('`', REPLACE(_account, '`', '``'), '`') END;\n"
        "    EXECUTE IMMEDIATE CONCAT('REVOKE GRANT OPTION ON ', _held.place, ' FROM ', _who);\n"
        "    EXECUTE IMMEDIATE CONCAT('REVOKE ALL PRIVILEGES ON ', _held.place, ' FROM ', _who);\n"
        "  END FOR;\n"
        "END"
    )
    return ddl(block, nothing(held), lock="", blocks="nothing")
