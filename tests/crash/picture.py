"""All that a database is, as text without what differs between two databases of the same history.

Object ids, the numbers of columns and moments in time are left out; names, definitions, owners, grants,
every row of every table and what the journal says has been done are not.
"""

from __future__ import annotations

from tests.concurrency.watching import opened

USERS = "nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'"
CATALOGUE = f"""
SELECT concat_ws(' ', 'schema', nspname, nspowner::regrole, nspacl) FROM pg_namespace WHERE {USERS}
UNION ALL
SELECT concat_ws(' ', c.relkind, c.oid::regclass, c.relowner::regrole, c.relacl, c.reloptions,
                 obj_description(c.oid))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {USERS} AND c.relkind <> 't'
UNION ALL
SELECT concat_ws(' ', 'column', a.attrelid::regclass,
  row_number() OVER (PARTITION BY a.attrelid ORDER BY attnum),
                 a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
                 a.attacl, pg_get_expr(d.adbin, d.adrelid), col_description(a.attrelid, a.attnum))
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE {USERS} AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT concat_ws(' ', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisready)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {USERS}
UNION ALL
SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(k.oid), convalidated)
FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE {USERS}
UNION ALL
SELECT concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled) FROM pg_trigger t WHERE NOT t.tgisinternal
UNION ALL
SELECT concat_ws(' ', pg_get_functiondef(p.oid), p.proowner::regrole, p.proacl,
                 obj_description(p.oid, 'pg_proc'))
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {USERS}
UNION ALL
SELECT concat_ws(' ', 'view', c.oid::regclass, pg_get_viewdef(c.oid))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {USERS} AND c.relkind = 'v'
UNION ALL
SELECT concat_ws(' ', 'label', enumtypid::regtype,
  row_number() OVER (PARTITION BY enumtypid ORDER BY enumsortorder),
                 enumlabel)
FROM pg_enum
"""
TABLES = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v') AND nspname LIKE 'public%'
"""
# The history is told by what has ended: an interrupted command has begun more often, and compared more often.
JOURNAL = """
SELECT concat_ws(' ', 'evolution', name, fingerprint, state, run, lease_holder, plan) FROM crossfade.evolution
UNION ALL
SELECT concat_ws(' ', 'complement', evolution, table_name, change, row_key, old_values, new_values, state)
FROM crossfade.complement
UNION ALL
SELECT concat_ws(' ', 'seed', evolution, table_name, row_key, image, state) FROM crossfade.seed
UNION ALL
SELECT concat_ws(' ', 'event', run, command, kind, position, step, count(*)) FROM crossfade.event
WHERE kind = 'arrived' OR kind = 'ended' AND step NOT LIKE 'compare%'
GROUP BY run, command, kind, position, step
"""


def picture(database: str) -> tuple[str, ...]:
    """The database's lines, sorted."""
    with opened(database) as session:
        session.execute("SET search_path = ''")
        lines = [line for query in (CATALOGUE, JOURNAL) for (line,) in session.execute(query)]
        for (table,) in session.execute(TABLES).fetchall():
            lines += [f"row of {table} {row}" for (row,) in session.execute(f"SELECT t::text FROM {table} t")]
    return tuple(sorted(lines))
