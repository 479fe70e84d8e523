"""The queries on PostgreSQL's catalogue (manual, chapter "System Catalogs"); `:oids` are tables."""

from __future__ import annotations

_USER_SCHEMA = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%'"

SEARCH_PATH = "SELECT pg_catalog.current_schemas(false)::text[]"

RELATIONS = f"""
SELECT c.oid, n.nspname, c.relname, c.relkind::text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {_USER_SCHEMA}
"""

ENUMS = """
SELECT n.nspname, t.typname, array_agg(e.enumlabel::text ORDER BY e.enumsortorder) AS labels
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
JOIN pg_catalog.pg_enum e ON e.enumtypid = t.oid
GROUP BY n.nspname, t.typname
"""

ENUM_COLUMNS = f"""
SELECT en.nspname AS enum_schema, e.typname AS enum_name, n.nspname, c.relname, a.attname
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
JOIN pg_catalog.pg_type e ON e.typtype = 'e'
  AND e.oid = CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN t.typelem ELSE t.oid END
JOIN pg_catalog.pg_namespace en ON en.oid = e.typnamespace
WHERE {_USER_SCHEMA} AND a.attnum > 0 AND NOT a.attisdropped AND NOT c.relispartition
ORDER BY n.nspname, c.relname, a.attnum
"""

ROLE = """
SELECT current_user::text AS name, r.rolsuper AS superuser, r.rolsuper AS may_skip_triggers,
  has_database_privilege(current_database(), 'CREATE') AS may_create_schema,
  ARRAY(SELECT nspname::text FROM pg_catalog.pg_namespace
        WHERE has_schema_privilege(oid, 'CREATE')) AS creates_in,
  pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS read_only
FROM pg_catalog.pg_roles r WHERE r.rolname = current_user
"""

ROLE_15 = ROLE.replace(
    "r.rolsuper AS may_skip_triggers",
    "has_parameter_privilege('session_replication_role', 'SET') AS may_skip_triggers",
)

TABLES = """
SELECT c.oid, c.relkind::text, c.relispartition, c.reloftype <> 0 AS typed, c.relrowsecurity,
  row_security_active(c.oid) AS hides_rows,
  pg_get_userbyid(c.relowner)::text AS owner,
  pg_has_role(c.relowner, 'USAGE') AS owned,
  CASE WHEN c.relkind = 'p' THEN
    (SELECT coalesce(sum(greatest(l.reltuples, 0)), 0) FROM pg_catalog.pg_partition_tree(c.oid) t
     JOIN pg_catalog.pg_class l ON l.oid = t.relid WHERE t.isleaf)
  ELSE c.reltuples END AS rows,
  (SELECT coalesce(sum(l.relpages) * current_setting('block_size')::int
          / nullif(sum(greatest(l.reltuples, 0)), 0), 0)::int
   FROM pg_catalog.pg_class l WHERE l.oid = c.oid OR l.oid IN (SELECT relid FROM pg_partition_tree(c.oid))
  ) AS row_bytes,
  NOT c.relispartition AND EXISTS (
    SELECT FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
    WHERE (i.inhparent = c.oid OR i.inhrelid = c.oid) AND p.relkind <> 'p') AS inherits,
  ARRAY(SELECT a.attname::text FROM pg_catalog.pg_partitioned_table p
        CROSS JOIN LATERAL unnest(p.partattrs::int2[]) k
        JOIN pg_catalog.pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = k
        WHERE p.partrelid = c.oid) AS partition_key,
  pg_get_userbyid(n.nspowner)::text AS schema_owner,
  ARRAY(SELECT DISTINCT CASE WHEN g.grantee = 0 THEN '' ELSE pg_get_userbyid(g.grantee)::text END
        FROM aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) g
        WHERE g.privilege_type = 'USAGE' AND g.grantee <> n.nspowner ORDER BY 1) AS schema_readers,
  obj_description(c.oid, 'pg_class') AS comment
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = ANY(:oids)
"""

# Namespaces and views are given to the owner, which takes membership with SET.
TABLES_16 = TABLES.replace(
    "pg_has_role(c.relowner, 'USAGE') AS owned",
    "pg_has_role(c.relowner, 'USAGE') AND pg_has_role(c.relowner, 'SET') AS owned",
)

COLUMNS = """
SELECT a.attrelid, a.attname, a.attnotnull, a.attgenerated::text, a.attidentity::text,
  format_type(a.atttypid, a.atttypmod) AS type, pg_get_expr(d.adbin, d.adrelid) AS default,
  CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END AS collation,
  en.nspname AS enum_schema, e.typname AS enum_name,
  CASE WHEN t.typtype = 'd' THEN 'domain' WHEN t.typelem <> 0 AND t.typlen = -1 THEN 'array' ELSE '' END
    AS wraps,
  col_description(a.attrelid, a.attnum) AS comment
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_catalog.pg_type e ON e.typtype = 'e' AND e.oid = CASE
  WHEN t.typtype = 'd' THEN (
    SELECT CASE WHEN b.typelem <> 0 AND b.typlen = -1 THEN b.typelem ELSE b.oid END
    FROM pg_catalog.pg_type b WHERE b.oid = t.typbasetype)
  WHEN t.typelem <> 0 AND t.typlen = -1 THEN t.typelem ELSE t.oid END
LEFT JOIN pg_catalog.pg_namespace en ON en.oid = e.typnamespace
WHERE a.attrelid = ANY(:oids) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
"""

# Options are what an index's key says besides its column: collation (of an expression, unless it is the
# database's own, which is 100), operator class, order.
INDEXES = """
SELECT x.indrelid, c.relname, m.amname, x.indisunique, x.indisprimary, x.indisvalid, x.indimmediate,
  x.indexprs IS NOT NULL AS expressions, pg_get_expr(x.indpred, x.indrelid) AS predicate,
  k.columns, k.options, k.include, con.contype::text,
  CASE WHEN x.indexprs IS NULL THEN '{}' ELSE
    ARRAY(SELECT pg_get_indexdef(x.indexrelid, n, false) FROM generate_series(1, x.indnkeyatts) n ORDER BY n)
  END AS keys,
  CASE WHEN con.condeferred THEN ' DEFERRABLE INITIALLY DEFERRED' WHEN con.condeferrable THEN ' DEFERRABLE'
    ELSE '' END AS deferral,
  coalesce(array_to_string(c.reloptions, ', '), '') AS storage,
  coalesce((to_jsonb(x) ->> 'indnullsnotdistinct')::boolean, false) AS nulls_not_distinct,
  ARRAY(SELECT ARRAY[pn.nspname::text, p.relname::text] FROM pg_partition_tree(x.indexrelid) t
        JOIN pg_catalog.pg_class p ON p.oid = t.relid
        JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
        WHERE t.relid <> x.indexrelid ORDER BY 1) AS parts,
  ARRAY(SELECT DISTINCT a.attname::text FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = x.indexrelid
          AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = x.indrelid
          AND d.refobjsubid > 0
          AND (x.indpred IS NOT NULL OR x.indexprs IS NOT NULL)) AS predicate_columns
FROM pg_catalog.pg_index x
JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid
JOIN pg_catalog.pg_am m ON m.oid = c.relam
LEFT JOIN pg_catalog.pg_constraint con ON con.conindid = x.indexrelid AND con.contype IN ('p', 'u', 'x')
CROSS JOIN LATERAL (
  SELECT
    coalesce(array_agg(a.attname::text ORDER BY u.n)
               FILTER (WHERE u.n <= x.indnkeyatts AND a.attname IS NOT NULL), '{}') AS columns,
    coalesce(array_agg(a.attname::text ORDER BY u.n) FILTER (WHERE u.n > x.indnkeyatts), '{}') AS include,
    coalesce(array_agg(
      CASE WHEN co.oid IS NOT NULL AND co.oid <> coalesce(a.attcollation, 100)
           THEN ' COLLATE ' || co.oid::regcollation::text ELSE '' END
      || CASE WHEN NOT op.opcdefault THEN ' ' || quote_ident(opn.nspname) || '.' || quote_ident(op.opcname)
              ELSE '' END
      || CASE x.indoption[u.n - 1] & 3 WHEN 1 THEN ' DESC NULLS LAST' WHEN 2 THEN ' NULLS FIRST'
              WHEN 3 THEN ' DESC' ELSE '' END
      ORDER BY u.n) FILTER (WHERE u.n <= x.indnkeyatts), '{}') AS options
  FROM unnest(x.indkey::int2[]) WITH ORDINALITY u(attnum, n)
  LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = u.attnum AND u.attnum > 0
  LEFT JOIN pg_catalog.pg_collation co ON co.oid = x.indcollation[u.n - 1]
  LEFT JOIN pg_catalog.pg_opclass op ON op.oid = x.indclass[u.n - 1]
  LEFT JOIN pg_catalog.pg_namespace opn ON opn.oid = op.opcnamespace
) k
WHERE x.indrelid = ANY(:oids)
ORDER BY c.relname
"""

CHECKS = """
SELECT con.conrelid, con.conname, con.convalidated, pg_get_expr(con.conbin, con.conrelid) AS expression,
  ARRAY(SELECT a.attname::text FROM unnest(con.conkey) k
        JOIN pg_catalog.pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k) AS columns
FROM pg_catalog.pg_constraint con
WHERE con.contype = 'c' AND con.conrelid = ANY(:oids) ORDER BY con.conname
"""

FOREIGN_KEYS = """
SELECT con.conname, n.nspname AS schema, c.relname AS table, fn.nspname AS target_schema,
  f.relname AS target_table, con.confdeltype::text, con.convalidated,
  regexp_replace(pg_get_constraintdef(con.oid), ' NOT VALID$', '') AS definition,
  ARRAY(SELECT a.attname::text FROM unnest(con.conkey) WITH ORDINALITY k(n, i)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.n ORDER BY i) AS columns,
  ARRAY(SELECT a.attname::text FROM unnest(con.confkey) WITH ORDINALITY k(n, i)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = con.confrelid AND a.attnum = k.n ORDER BY i)
    AS target_columns
FROM pg_catalog.pg_constraint con
JOIN pg_catalog.pg_class c ON c.oid = con.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class f ON f.oid = con.confrelid JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
WHERE con.contype = 'f' AND con.conparentid = 0 AND (con.conrelid = ANY(:oids) OR con.confrelid = ANY(:oids))
ORDER BY con.conname
"""

TRIGGERS = """
SELECT t.tgrelid, t.tgname, t.tgtype::int, t.tgenabled::text, p.proname AS function
FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND t.tgrelid = ANY(:oids) ORDER BY t.tgname
"""

PARTITIONS = """
SELECT root AS root, n.nspname, c.relname
FROM unnest(:oids) root CROSS JOIN LATERAL pg_partition_tree(root::regclass) t
JOIN pg_catalog.pg_class c ON c.oid = t.relid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE t.isleaf AND t.relid <> root ORDER BY t.level, n.nspname, c.relname
"""

GRANTS = """
SELECT c.oid, g.privilege_type, g.is_grantable, NULL::text AS attname,
  CASE WHEN g.grantee = 0 THEN '' ELSE pg_get_userbyid(g.grantee)::text END AS grantee
FROM pg_catalog.pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) g
WHERE c.oid = ANY(:oids) AND g.grantee <> c.relowner
UNION ALL
SELECT c.oid, g.privilege_type, g.is_grantable, a.attname::text,
  CASE WHEN g.grantee = 0 THEN '' ELSE pg_get_userbyid(g.grantee)::text END
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
CROSS JOIN LATERAL aclexplode(a.attacl) g
WHERE c.oid = ANY(:oids) AND NOT a.attisdropped AND g.grantee <> c.relowner
ORDER BY 1, 4 NULLS FIRST, 5, 2
"""

FUNCTIONS = f"""
SELECT p.oid::regprocedure::text AS name, p.prosrc,
  ARRAY(SELECT t.tgrelid FROM pg_catalog.pg_trigger t
        WHERE t.tgfoid = p.oid AND NOT t.tgisinternal AND t.tgrelid = ANY(:oids)) AS triggers_on
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE {_USER_SCHEMA} AND (n.nspname <> 'crossfade' OR p.proname LIKE 'cascade\\_%')
  AND l.lanname NOT IN ('internal', 'c') ORDER BY 1
"""

# The name alone: the plan takes a call of either for volatile where two functions share it.
VOLATILE = f"""
SELECT DISTINCT lower(p.proname) FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE {_USER_SCHEMA} AND p.provolatile = 'v' AND p.prokind = 'f' ORDER BY 1
"""

# Told by the names of their triggers, on the parent and on the child, which outlast any renaming.
CASCADES = """
SELECT pn.nspname AS parent_schema, pc.relname AS parent, cn.nspname AS child_schema, cc.relname AS child
FROM pg_catalog.pg_trigger p JOIN pg_catalog.pg_trigger c
  ON c.tgname = replace(p.tgname::text, '~crossfade_cascade_', '~crossfade_let_')
JOIN pg_catalog.pg_class pc ON pc.oid = p.tgrelid JOIN pg_catalog.pg_namespace pn ON pn.oid = pc.relnamespace
JOIN pg_catalog.pg_class cc ON cc.oid = c.tgrelid JOIN pg_catalog.pg_namespace cn ON cn.oid = cc.relnamespace
WHERE p.tgname LIKE '~crossfade\\_cascade\\_%' ORDER BY 1, 2, 3, 4
"""

LOAD = """
SELECT
  (SELECT coalesce(max(extract(epoch FROM replay_lag)), 0)
   FROM pg_catalog.pg_stat_replication) AS replica_lag,
  (SELECT count(*) FROM pg_catalog.pg_stat_activity
   WHERE wait_event_type = 'Lock' AND datname = current_database()) AS blocked_sessions,
  pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS log_position
"""
