"""All that a database says of its functions, views and tables, as text that names no object id."""

from sqlalchemy import NullPool, create_engine

USERS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
QUERIES = (
    f"""
SELECT concat_ws(' ', 'schema', n.nspname, pg_get_userbyid(n.nspowner), n.nspacl) FROM pg_namespace n
WHERE {USERS}
""",
    f"""
SELECT concat_ws(' ', 'routine', n.nspname, p.oid::regprocedure, p.prokind, pg_get_userbyid(p.proowner),
  p.proacl, obj_description(p.oid, 'pg_proc'), p.provolatile, p.prosecdef, p.proleakproof, p.proisstrict,
  p.proretset, p.proparallel, p.procost, p.prorows, p.proconfig, p.proargnames, p.proargmodes,
  p.pronargdefaults, p.prosrc, CASE WHEN p.prokind IN ('f', 'p') THEN pg_get_functiondef(p.oid) END)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {USERS}
""",
    f"""
SELECT concat_ws(' ', 'relation', n.nspname, c.relname, c.relkind, pg_get_userbyid(c.relowner), c.relacl,
  c.reloptions, obj_description(c.oid, 'pg_class'), CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) END,
  CASE WHEN c.relkind IN ('i', 'I') THEN pg_get_indexdef(c.oid) END)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {USERS}
""",
    f"""
SELECT concat_ws(' ', 'column', n.nspname, c.relname, a.attname,
  CASE c.relkind WHEN 'v' THEN a.attnum END, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attacl,
  col_description(c.oid, a.attnum), pg_get_expr(d.adbin, d.adrelid))
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE {USERS} AND c.relkind IN ('r', 'v') AND a.attnum > 0 AND NOT a.attisdropped
""",
    f"""
SELECT concat_ws(' ', 'rule', n.nspname, c.relname, r.rulename, pg_get_ruledef(r.oid))
FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {USERS}
""",
    f"""
SELECT concat_ws(' ', 'constraint', n.nspname, c.conname, pg_get_constraintdef(c.oid), c.convalidated)
FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace WHERE {USERS}
""",
    "SELECT concat_ws(' ', 'trigger', t.tgrelid::regclass, pg_get_triggerdef(t.oid)) FROM pg_trigger t",
)


def dump(database: str) -> list[str]:
    """The lines, sorted; without the journal's schema."""
    engine = create_engine(database, poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("SET search_path = ''")  # so that every name is printed in full
        lines = [
            str(line)
            for query in QUERIES
            for line in connection.exec_driver_sql(query, execution_options={"no_parameters": True}).scalars()
        ]
    return sorted(each for each in lines if each.split()[1].split(".")[0] != "crossfade")
