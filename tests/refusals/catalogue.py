"""All that a database is, as text: whether a refusal changed anything is one comparison.

Rows that the server made for itself (object ids below 16384) are too many to print: they are told by how
many there are and by the transaction that wrote the last of them, which any change would move.
"""

from sqlalchemy import NullPool, create_engine

# Each catalogue, and the column that tells the users' rows from the server's.
CATALOGUES = {
    "pg_attrdef": "oid",
    "pg_attribute": "attrelid",
    "pg_cast": "oid",
    "pg_class": "oid",
    "pg_collation": "oid",
    "pg_constraint": "oid",
    "pg_default_acl": "oid",
    "pg_depend": "objid",
    "pg_description": "objoid",
    "pg_enum": "oid",
    "pg_event_trigger": "oid",
    "pg_extension": "oid",
    "pg_index": "indexrelid",
    "pg_inherits": "inhrelid",
    "pg_namespace": "oid",
    "pg_operator": "oid",
    "pg_partitioned_table": "partrelid",
    "pg_policy": "oid",
    "pg_proc": "oid",
    "pg_publication": "oid",
    "pg_publication_rel": "oid",
    "pg_rewrite": "oid",
    "pg_sequence": "seqrelid",
    "pg_statistic_ext": "oid",
    "pg_trigger": "oid",
    "pg_type": "oid",
}
# What the server keeps of a table for its own purposes: it moves when nobody does anything.
MOVING = "relpages,reltuples,relallvisible,relallfrozen,relfrozenxid,relminmxid"

USERS = " UNION ALL ".join(
    f"SELECT '{name} ' || (to_jsonb(c) - '{{{MOVING}}}'::text[])::text FROM pg_catalog.{name} c "
    f"WHERE {oid} >= 16384"
    for name, oid in CATALOGUES.items()
)
SERVERS = " UNION ALL ".join(
    f"SELECT concat_ws(' ', '{name}', count(*), max(xmin::text::bigint)) FROM pg_catalog.{name} "
    f"WHERE {oid} < 16384"
    for name, oid in CATALOGUES.items()
)
DEFINITIONS = """
SELECT concat_ws(' ', 'rule of', ev_class::regclass, pg_get_ruledef(oid)) FROM pg_rewrite WHERE oid >= 16384
UNION ALL
SELECT concat_ws(' ', 'database', d.datacl, s.setrole, s.setconfig) FROM pg_database d
LEFT JOIN pg_db_role_setting s ON s.setdatabase = d.oid WHERE d.datname = current_database()
UNION ALL
SELECT 'owned ' || to_jsonb(s)::text FROM pg_shdepend s JOIN pg_database d ON d.oid = s.dbid
WHERE d.datname = current_database()
UNION ALL
SELECT 'role ' || to_jsonb(r)::text FROM pg_roles r
UNION ALL
SELECT 'member ' || to_jsonb(m)::text FROM pg_auth_members m
"""
TABLES = "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND oid >= 16384"


def snapshot(database: str) -> tuple[str, ...]:
    """Every row of the catalogue, and every row of every table of the user's, sorted."""
    engine = create_engine(database, poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("SET search_path = ''")  # so that every name is printed in full
        lines = [
            str(line)
            for query in (USERS, SERVERS, DEFINITIONS)
            for line in connection.exec_driver_sql(query).scalars()
        ]
        for table in connection.exec_driver_sql(TABLES).scalars().all():
            rows = connection.exec_driver_sql(f"SELECT t::text FROM {table} t").scalars()
            lines += [f"row of {table} {row}" for row in rows]
    return tuple(sorted(lines))
