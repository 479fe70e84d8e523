"""Functions, procedures and views as the catalogue has them, read into `Definition`s.

With an empty search path, so that every name in a definition is qualified and means the same in any session.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, text

from crossfade.dialects.postgresql.quoting import idents
from crossfade.schema import VIEW, Column, Definition, Dependent, Grant, TableName

_NAMED = """
JOIN pg_catalog.pg_namespace n ON n.oid = o.{0}namespace
JOIN unnest(CAST(:schemas AS text[]), CAST(:names AS text[])) w(place, name)
  ON w.place = n.nspname AND w.name = o.{0}name
ORDER BY 1
"""
_NAMED_VIEWS = f"SELECT o.oid::bigint FROM pg_catalog.pg_class o {_NAMED.format('rel')}"
_NAMED_ROUTINES = f"SELECT o.oid::bigint FROM pg_catalog.pg_proc o {_NAMED.format('pro')}"
# `:oids` are functions and views; what server-made prefix stands before the body is cut off.
_ROUTINES = """
SELECT p.oid, n.nspname, p.proname AS name,
  CASE p.prokind WHEN 'f' THEN 'function' WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate'
    ELSE 'window function' END AS kind,
  CASE WHEN p.prokind IN ('f', 'p') THEN pg_get_functiondef(p.oid) END AS definition,
  format(' %I.%I', n.nspname, p.proname) AS named,
  ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY u(t, i) ORDER BY i) AS inputs,
  p.pronargdefaults::int AS defaults,
  pg_get_userbyid(p.proowner)::text AS owner, pg_has_role(p.proowner, 'USAGE') AS owned,
  p.proacl IS NOT NULL AS granted, obj_description(p.oid, 'pg_proc') AS comment,
  (SELECT substr(c, 13) FROM unnest(p.proconfig) c WHERE c LIKE 'search_path=%') AS path,
  ARRAY_REMOVE(ARRAY[CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
    CASE WHEN p.prosecdef THEN 'security definer' END, CASE WHEN p.proisstrict THEN 'strict' END,
    CASE WHEN p.proleakproof THEN 'leakproof' END,
    CASE WHEN (to_jsonb(p) ->> 'prosqlbody') IS NOT NULL THEN 'atomic' END], NULL) AS traits,
  p.oid::regprocedure::text AS identity
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE p.oid = ANY(:oids) ORDER BY p.oid
"""
_VIEWS = """
SELECT c.oid, n.nspname, c.relname AS name,
  CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
    WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' WHEN 'c' THEN 'composite type' ELSE 'table' END AS kind,
  CASE WHEN c.relkind = 'v' THEN rtrim(pg_get_viewdef(c.oid), ';') END AS definition,
  coalesce(array_to_string(c.reloptions, ', '), '') AS options,
  pg_get_userbyid(c.relowner)::text AS owner, pg_has_role(c.relowner, 'USAGE') AS owned,
  c.relacl IS NOT NULL OR EXISTS (
    SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL) AS granted,
  obj_description(c.oid, 'pg_class') AS comment,
  ARRAY(SELECT replace(option_name, '_', ' ') FROM pg_options_to_table(c.reloptions)
        WHERE option_name IN ('security_barrier', 'security_invoker') AND option_value::boolean) AS traits,
  (pg_identify_object('pg_class'::regclass, c.oid, 0)).identity AS identity
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = ANY(:oids) ORDER BY c.oid
"""
_COLUMNS = """
SELECT a.attrelid AS oid, a.attname, format_type(a.atttypid, a.atttypmod) AS type,
  pg_get_expr(d.adbin, d.adrelid) AS default, col_description(a.attrelid, a.attnum) AS comment
FROM pg_catalog.pg_attribute a
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = ANY(:oids) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum
"""
_ACL = """
SELECT of.oid, g.privilege_type, g.is_grantable, of.attname,
  CASE WHEN g.grantee = 0 THEN '' ELSE pg_get_userbyid(g.grantee)::text END AS grantee
FROM (
  SELECT p.oid, NULL::text AS attname, p.proacl AS acl, 0 AS attnum FROM pg_catalog.pg_proc p
  UNION ALL SELECT c.oid, NULL, c.relacl, 0 FROM pg_catalog.pg_class c
  UNION ALL SELECT a.attrelid, a.attname::text, a.attacl, a.attnum FROM pg_catalog.pg_attribute a
) of CROSS JOIN LATERAL aclexplode(of.acl) WITH ORDINALITY
  g(grantor, grantee, privilege_type, is_grantable, n)
WHERE of.oid = ANY(:oids) ORDER BY of.oid, of.attnum, g.n
"""
# What is bound to one, by itself or by the type of its rows; a view's own rule and defaults are its own.
_BOUND = """
WITH bound AS (
  SELECT o.oid, 'pg_catalog.pg_proc'::regclass AS class, o.oid AS id FROM unnest(CAST(:oids AS oid[])) o(oid)
  UNION ALL SELECT o.oid, 'pg_catalog.pg_class'::regclass, o.oid FROM unnest(CAST(:oids AS oid[])) o(oid)
  UNION ALL SELECT c.oid, 'pg_catalog.pg_type'::regclass, t.oid
  FROM unnest(CAST(:oids AS oid[])) o(oid) JOIN pg_catalog.pg_class c ON c.oid = o.oid
  JOIN pg_catalog.pg_type t ON t.oid = c.reltype OR t.typelem = c.reltype AND t.typlen = -1
)
SELECT DISTINCT b.oid, i.type AS kind,
  CASE WHEN d.classid = 'pg_catalog.pg_proc'::regclass THEN d.objid::regprocedure::text ELSE i.identity END
    AS name
FROM bound b JOIN pg_catalog.pg_depend d ON d.refclassid = b.class AND d.refobjid = b.id
LEFT JOIN pg_catalog.pg_rewrite r ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND r.oid = d.objid
LEFT JOIN pg_catalog.pg_attrdef a ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND a.oid = d.objid
CROSS JOIN LATERAL pg_identify_object(
  CASE WHEN r.rulename = '_RETURN' THEN 'pg_catalog.pg_class'::regclass ELSE d.classid END,
  CASE WHEN r.rulename = '_RETURN' THEN r.ev_class ELSE d.objid END,
  CASE WHEN d.classid = 'pg_catalog.pg_class'::regclass THEN d.objsubid ELSE 0 END) i
WHERE d.deptype IN ('n', 'a') AND (r.rulename = '_RETURN' AND r.ev_class = b.oid) IS NOT TRUE
  AND a.adrelid IS DISTINCT FROM b.oid AND NOT (d.classid = b.class AND d.objid = b.id) AND d.objid <> b.oid
  AND i.type <> 'type'
ORDER BY 1, 2, 3
"""
_EXTENSIONS = """
SELECT d.objid AS oid, e.extname FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.deptype = 'e' AND d.objid = ANY(:oids)
"""


def definitions(connection: Connection, names: Iterable[tuple[TableName, str]]) -> tuple[Definition, ...]:
    """Every function and procedure, or view, that bears one of the names, each with what kind it is of."""
    found = []
    wanted = tuple(dict.fromkeys(names))
    for kind, query in ((VIEW, _NAMED_VIEWS), ("function", _NAMED_ROUTINES)):
        of = [each for each, known in wanted if (known == VIEW) == (kind == VIEW)]
        if of:
            given = {"schemas": [each.schema for each in of], "names": [each.name for each in of]}
            found += read(connection, kind, list(connection.execute(text(query), given).scalars()))
    return tuple(found)


def read(connection: Connection, kind: str, oids: Sequence[int]) -> list[Definition]:
    """The definitions of these objects: of views (and of what else bears their names), or of routines."""

    def rows(query: str) -> list[Row[Any]]:
        return list(connection.execute(text(query), {"oids": list(oids)}))

    if not oids:
        return []
    acl, bound = rows(_ACL), rows(_BOUND)
    part_of = {row.oid: row.extname for row in rows(_EXTENSIONS)}
    columns = rows(_COLUMNS) if kind == VIEW else []
    return [
        Definition(
            row.kind,
            TableName(row.nspname, row.name),
            _body(row, [each.attname for each in columns if each.oid == row.oid]),
            inputs=() if kind == VIEW else tuple(row.inputs),
            defaults=0 if kind == VIEW else row.defaults,
            columns=tuple(
                Column(each.attname, each.type, default=each.default, comment=each.comment)
                for each in columns
                if each.oid == row.oid
            ),
            owner=row.owner,
            grants=tuple(
                Grant(each.privilege_type, each.grantee, each.is_grantable, each.attname)
                for each in acl
                if each.oid == row.oid
            )
            if row.granted
            else None,
            comment=row.comment,
            path=None if kind == VIEW or row.path is None else split_path(row.path),
            traits=tuple(row.traits),
            identity=row.identity,
            owned=row.owned,
            extension=part_of.get(row.oid),
            dependents=tuple(Dependent(each.kind, each.name, "") for each in bound if each.oid == row.oid),
        )
        for row in rows(_VIEWS if kind == VIEW else _ROUTINES)
    ]


def split_path(path: str) -> tuple[str, ...]:
    """The schemas of a search path as the server keeps it."""
    parts = re.findall(r'"((?:[^"]|"")*)"|([^,\s]+)', path)
    return tuple(quoted.replace('""', '"') or plain for quoted, plain in parts)


def _body(row: Row[Any], columns: Sequence[str]) -> str:
    """What follows the name in CREATE."""
    if row.definition is None:
        return ""
    if row.kind != VIEW:
        head = f"CREATE OR REPLACE {row.kind.upper()}{row.named}"
        return str(row.definition).removeprefix(head).rstrip("\n")
    options = f" WITH ({row.options})" if row.options else ""
    return f" ({idents(columns)}){options} AS\n{row.definition}"
