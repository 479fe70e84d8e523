"""The queries on information_schema (MariaDB's manual, "Information Schema"), and what it can't say whole.

Its columns compare without regard to case and accents, so that whatever it finds is compared again, exactly,
where it is read. Conditions on TABLE_SCHEMA and TABLE_NAME spare the server to open every table. Its texts
are of utf8mb3: a character beyond that comes as `?` for each character, or for each of its bytes.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection

from crossfade.dialects.mariadb.quoting import ident, literal, table
from crossfade.schema import TableName

_SYSTEM = "('information_schema', 'performance_schema', 'mysql', 'sys')"
# Without BINARY, names that are equal to the server are looked up as if they were one.
_OURS = "TABLE_SCHEMA = :schema AND BINARY TABLE_NAME IN :names"

SESSION = """
SELECT CURRENT_USER() AS account, @@read_only AS read_only, @@innodb_read_only AS frozen,
  @@log_bin AS logged, @@log_bin_trust_function_creators AS trusting
"""

DATABASES = "SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA"

RELATIONS = """
SELECT TABLE_SCHEMA AS table_schema, TABLE_NAME AS table_name, TABLE_TYPE AS table_type
FROM information_schema.TABLES WHERE TABLE_SCHEMA = :schema ORDER BY TABLE_NAME
"""

TABLES = f"""
SELECT TABLE_SCHEMA AS table_schema, TABLE_NAME AS table_name, TABLE_TYPE AS table_type, ENGINE AS engine,
  TABLE_COLLATION AS collation, CREATE_OPTIONS AS options, TABLE_COMMENT AS comment,
  TABLE_ROWS AS table_rows, AVG_ROW_LENGTH AS row_bytes
FROM information_schema.TABLES WHERE {_OURS}
"""

# The expression is NULL, or on MySQL empty, where the column is not generated.
COLUMNS = f"""
SELECT TABLE_SCHEMA AS table_schema, TABLE_NAME AS table_name, COLUMN_NAME AS name, COLUMN_TYPE AS type,
  DATA_TYPE AS data_type, IS_NULLABLE = 'YES' AS nullable, COLUMN_DEFAULT AS default_text, EXTRA AS extra,
  CHARACTER_SET_NAME AS character_set, COLLATION_NAME AS collation, GENERATION_EXPRESSION AS expression,
  COLUMN_COMMENT AS comment
FROM information_schema.COLUMNS WHERE {_OURS} ORDER BY TABLE_NAME, ORDINAL_POSITION
"""

INDEXES = f"""
SELECT TABLE_SCHEMA AS table_schema, TABLE_NAME AS table_name, INDEX_NAME AS name, NON_UNIQUE AS non_unique,
  COLUMN_NAME AS column_name, COLLATION AS direction, SUB_PART AS length, INDEX_TYPE AS method,
  INDEX_COMMENT AS comment, IGNORED = 'YES' AS hidden, NULL AS expression
FROM information_schema.STATISTICS WHERE {_OURS} ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX
"""
INDEXES_MYSQL = INDEXES.replace(
    "IGNORED = 'YES' AS hidden, NULL AS expression", "IS_VISIBLE = 'NO' AS hidden, EXPRESSION AS expression"
)

CHECKS = """
SELECT CONSTRAINT_SCHEMA AS table_schema, TABLE_NAME AS table_name, CONSTRAINT_NAME AS name,
  CHECK_CLAUSE AS expression, LEVEL = 'Column' AS of_column, TRUE AS enforced
FROM information_schema.CHECK_CONSTRAINTS
WHERE CONSTRAINT_SCHEMA = :schema AND BINARY TABLE_NAME IN :names ORDER BY TABLE_NAME, CONSTRAINT_NAME
"""
CHECKS_MYSQL = """
SELECT t.TABLE_SCHEMA AS table_schema, t.TABLE_NAME AS table_name, t.CONSTRAINT_NAME AS name,
  c.CHECK_CLAUSE AS expression, FALSE AS of_column, t.ENFORCED = 'YES' AS enforced
FROM information_schema.TABLE_CONSTRAINTS t JOIN information_schema.CHECK_CONSTRAINTS c
  ON c.CONSTRAINT_SCHEMA = t.CONSTRAINT_SCHEMA AND c.CONSTRAINT_NAME = t.CONSTRAINT_NAME
WHERE t.CONSTRAINT_TYPE = 'CHECK' AND t.TABLE_SCHEMA = :schema AND BINARY t.TABLE_NAME IN :names
ORDER BY t.TABLE_NAME, t.CONSTRAINT_NAME
"""

# Of every database: a table may be referred to from any.
KEYS = """
SELECT CONSTRAINT_NAME AS name, TABLE_SCHEMA AS table_schema, TABLE_NAME AS table_name,
  COLUMN_NAME AS column_name, REFERENCED_TABLE_SCHEMA AS target_schema,
  REFERENCED_TABLE_NAME AS target_name, REFERENCED_COLUMN_NAME AS target_column
FROM information_schema.KEY_COLUMN_USAGE
WHERE REFERENCED_TABLE_NAME IS NOT NULL AND (TABLE_NAME IN :names OR REFERENCED_TABLE_NAME IN :names)
ORDER BY CONSTRAINT_NAME, TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION
"""

RULES = """
SELECT CONSTRAINT_SCHEMA AS table_schema, TABLE_NAME AS table_name, CONSTRAINT_NAME AS name,
  UPDATE_RULE AS on_update, DELETE_RULE AS on_delete
FROM information_schema.REFERENTIAL_CONSTRAINTS
WHERE TABLE_NAME IN :names OR REFERENCED_TABLE_NAME IN :names
"""

PARTITIONS = f"""
SELECT DISTINCT TABLE_SCHEMA AS table_schema, TABLE_NAME AS table_name, PARTITION_METHOD AS method,
  PARTITION_EXPRESSION AS expression, SUBPARTITION_METHOD AS submethod,
  SUBPARTITION_EXPRESSION AS subexpression
FROM information_schema.PARTITIONS WHERE PARTITION_METHOD IS NOT NULL AND {_OURS}
"""

TRIGGERS = f"""
SELECT TRIGGER_SCHEMA AS place, TRIGGER_NAME AS name, EVENT_OBJECT_TABLE AS table_name,
  ACTION_TIMING AS timing, EVENT_MANIPULATION AS event, ACTION_STATEMENT AS body
FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA NOT IN {_SYSTEM}
ORDER BY TRIGGER_SCHEMA, EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER
"""

ROUTINES = f"""
SELECT ROUTINE_SCHEMA AS place, ROUTINE_NAME AS name, ROUTINE_DEFINITION AS body,
  ROUTINE_TYPE = 'FUNCTION' AND IS_DETERMINISTIC = 'NO' AS is_volatile
FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA NOT IN {_SYSTEM} ORDER BY ROUTINE_SCHEMA, ROUTINE_NAME
"""

EVENTS = f"""
SELECT EVENT_SCHEMA AS place, EVENT_NAME AS name, EVENT_DEFINITION AS body
FROM information_schema.EVENTS WHERE EVENT_SCHEMA NOT IN {_SYSTEM} ORDER BY EVENT_SCHEMA, EVENT_NAME
"""

VIEWS = f"""
SELECT TABLE_SCHEMA AS place, TABLE_NAME AS name, VIEW_DEFINITION AS definition
FROM information_schema.VIEWS WHERE TABLE_SCHEMA NOT IN {_SYSTEM} ORDER BY TABLE_SCHEMA, TABLE_NAME
"""

GRANTS = f"""
SELECT TABLE_SCHEMA AS table_schema, TABLE_NAME AS table_name, NULL AS column_name, GRANTEE AS grantee,
  PRIVILEGE_TYPE AS privilege, IS_GRANTABLE = 'YES' AS grantable
FROM information_schema.TABLE_PRIVILEGES WHERE {_OURS}
UNION ALL
SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, GRANTEE, PRIVILEGE_TYPE, IS_GRANTABLE = 'YES'
FROM information_schema.COLUMN_PRIVILEGES WHERE {_OURS}
ORDER BY table_name, column_name, grantee, privilege
"""

READERS = """
SELECT GRANTEE AS grantee, TABLE_SCHEMA AS place, PRIVILEGE_TYPE AS privilege
FROM information_schema.SCHEMA_PRIVILEGES ORDER BY GRANTEE, PRIVILEGE_TYPE
"""


def namespaces(journal: str) -> str:
    """The query for the evolutions that the journal knows, each of which has namespaces."""
    return f"SELECT name FROM {ident(journal)}.evolution"


class Exact:
    """Texts with the characters that information_schema can't hold. MySQL has no such means."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def members(self, of: TableName, column: str, many: int, *, by_bit: bool) -> tuple[str, ...]:
        """The labels of an ENUM, or the members of a SET (`by_bit`).

        Nothing tells them but a value of the column, which a variable of its type can hold as well.
        """
        each = "SET v = {}; SET r = JSON_ARRAY_APPEND(r, '$', CONVERT(v USING utf8mb4)); "
        body = "".join(each.format(1 << at if by_bit else at + 1) for at in range(many))
        found = self._one(
            f"BEGIN NOT ATOMIC DECLARE v TYPE OF {table(of)}.{ident(column)}; "
            f"DECLARE r LONGTEXT CHARACTER SET utf8mb4 DEFAULT '[]'; {body}SELECT r; END"
        )
        return tuple(json.loads(found[0]))

    def default(self, of: TableName, column: str, told: str | None) -> str | None:
        """A column's default, which information_schema has as `told`."""
        if told is None or "?" not in told:
            return told
        if told.startswith("'"):
            return self._literal(table(of), ident(column)) or told
        return self._shown(of, f"\n  {ident(column)} ", " DEFAULT ", told)

    def generated(self, of: TableName, column: str, told: str | None) -> str | None:
        """What a column is generated from."""
        if told is None or "?" not in told:
            return told
        return self._shown(of, f"\n  {ident(column)} ", " GENERATED ALWAYS AS (", told)

    def check(self, of: TableName, name: str, told: str, *, of_column: bool) -> str:
        """The condition of a check; one `of_column` is called as its column is."""
        if "?" not in told:
            return told
        begins = f"\n  {ident(name)} " if of_column else f"\n  CONSTRAINT {ident(name)} "
        return self._shown(of, begins, " CHECK (", told)

    def _literal(self, of: str, column: str) -> str | None:
        """A default that is a literal: nothing shows it, but the server gives it, next to a row or to none.
        Only of a column that is NOT NULL, in an empty table, it does not: then, None.
        """
        found = self._one(
            f"SELECT COALESCE((SELECT DEFAULT({column}) FROM {of} LIMIT 1), DEFAULT(t.{column})) "
            f"FROM (SELECT 1) one LEFT JOIN {of} t ON FALSE"
        )[0]
        return None if found is None else literal(found)

    def _shown(self, of: TableName, begins: str, behind: str, told: str) -> str:
        """`told` as SHOW CREATE TABLE has it: in the line that begins so, behind these words."""
        shown = self._one(f"SHOW CREATE TABLE {table(of)}")[1]
        line = shown[max(shown.find(begins), 0) :]
        rest = line[line.find(behind) + len(behind) :]
        places = [at for at, character in enumerate(rest) for _ in _lossy(character)]
        found = _lossy(rest).find(told)
        return told if found < 0 else rest[places[found] : places[found + len(told) - 1] + 1]

    def _one(self, query: str) -> tuple[Any, ...]:
        return tuple(self._connection.exec_driver_sql(query, execution_options={"no_parameters": True}).one())


def _lossy(text: str) -> str:
    """`text` as an expression has it in information_schema: its bytes were taken for characters."""
    return "".join("????" if character > "\uffff" else character for character in text)
