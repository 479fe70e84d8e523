"""The queries for what hangs on the columns of the tables `:oids`, and is in the way of moving one."""

from __future__ import annotations

# What breaks, or silently means something else, when a column moves: views and rules, policies,
# generated columns, triggers on the column, SQL-standard functions, statistics, publications; of the
# table or of one of its partitions.
DEPENDENTS = """
WITH tree AS (
  SELECT root::oid AS root, root::oid AS relid FROM unnest(:oids) root
  UNION
  SELECT root::oid, t.relid FROM unnest(:oids) root CROSS JOIN LATERAL pg_partition_tree(root::regclass) t
), used AS (
  SELECT tree.root, a.attname, d.classid, d.objid, d.objsubid, d.refobjid
  FROM pg_catalog.pg_depend d
  JOIN tree ON tree.relid = d.refobjid
  JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
  WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0
)
SELECT d.root AS oid, d.attname AS column, o.type AS kind,
  CASE WHEN d.classid = 'pg_catalog.pg_proc'::regclass THEN d.objid::regprocedure::text ELSE o.identity END
    AS name
FROM used d
LEFT JOIN pg_catalog.pg_rewrite r ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND r.oid = d.objid
LEFT JOIN pg_catalog.pg_trigger t ON d.classid = 'pg_catalog.pg_trigger'::regclass AND t.oid = d.objid
CROSS JOIN LATERAL pg_identify_object(
  CASE WHEN r.rulename = '_RETURN' THEN 'pg_catalog.pg_class'::regclass ELSE d.classid END,
  CASE WHEN r.rulename = '_RETURN' THEN r.ev_class ELSE d.objid END, 0) o
WHERE d.classid IN ('pg_catalog.pg_rewrite'::regclass, 'pg_catalog.pg_policy'::regclass,
                    'pg_catalog.pg_trigger'::regclass, 'pg_catalog.pg_proc'::regclass,
                    'pg_catalog.pg_statistic_ext'::regclass, 'pg_catalog.pg_publication_rel'::regclass)
  AND coalesce(t.tgparentid, 0) = 0
UNION
SELECT d.root, d.attname, 'generated column', g.attname::text
FROM used d
JOIN pg_catalog.pg_attrdef ad ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND ad.oid = d.objid
JOIN pg_catalog.pg_attribute g ON g.attrelid = ad.adrelid AND g.attnum = ad.adnum AND g.attgenerated <> ''
WHERE g.attname <> d.attname
UNION
SELECT d.root, d.attname, 'generated column', g.attname::text
FROM used d
JOIN pg_catalog.pg_attribute g ON g.attrelid = d.objid AND g.attnum = d.objsubid AND g.attgenerated <> ''
WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refobjid = d.objid AND g.attname <> d.attname
ORDER BY 1, 2, 3, 4
"""

# What a partition has and the table it is of has not: an index that is no part of one, a constraint of
# its own (of NOT NULL, the column says it).
LOCAL = """
WITH tree AS (
  SELECT root::oid AS root, t.relid FROM unnest(:oids) root
  CROSS JOIN LATERAL pg_partition_tree(root::regclass) t WHERE t.relid <> root
)
SELECT tree.root AS oid, 'index' AS kind, x.indexrelid::regclass::text AS name, a.attname AS column
FROM tree JOIN pg_catalog.pg_index x ON x.indrelid = tree.relid
JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid AND NOT c.relispartition
JOIN pg_catalog.pg_attribute a ON a.attrelid = tree.relid
  AND (a.attnum = ANY (x.indkey::int2[]) OR EXISTS (
    SELECT FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = x.indexrelid
      AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = tree.relid
      AND d.refobjsubid = a.attnum))
WHERE a.attnum > 0
UNION ALL
SELECT tree.root, CASE con.contype WHEN 'c' THEN 'check' ELSE 'foreign key' END,
  con.conname || ' of ' || tree.relid::regclass, a.attname
FROM tree JOIN pg_catalog.pg_constraint con ON con.conrelid = tree.relid AND con.contype IN ('c', 'f')
  AND con.coninhcount = 0 AND con.conparentid = 0
JOIN pg_catalog.pg_attribute a ON a.attrelid = tree.relid AND a.attnum = ANY (con.conkey)
UNION ALL
SELECT tree.root, 'NOT NULL', a.attname || ' of ' || tree.relid::regclass, a.attname
FROM tree JOIN pg_catalog.pg_attribute a ON a.attrelid = tree.relid AND a.attnotnull AND a.attnum > 0
JOIN pg_catalog.pg_attribute r ON r.attrelid = tree.root AND r.attname = a.attname AND NOT r.attnotnull
ORDER BY 1, 2, 3
"""
