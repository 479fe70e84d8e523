"""PostgreSQL's own functions that can't give a row one lasting value, by their names in pg_proc (13 to 18).

sqlglot knows most aggregates and no volatility. Volatile functions differ at each call, or do something.
Of the user's own functions only the server knows what they are.
"""

from __future__ import annotations

from crossfade.functions.known import Functions

_AGGREGATES = frozenset(
    {"any_value", "bit_and", "bit_or", "bit_xor", "bool_and", "bool_or", "cume_dist", "every", "json_agg"}
    | {"json_agg_strict", "json_object_agg_strict", "json_object_agg_unique", "json_object_agg_unique_strict"}
    | {"jsonb_agg", "jsonb_agg_strict", "jsonb_object_agg_strict", "jsonb_object_agg_unique", "ntile"}
    | {"jsonb_object_agg_unique_strict", "range_agg", "range_intersect_agg", "row_number"}
    | {"xmlagg"}
)
_SETS = frozenset(
    {"aclexplode", "generate_series", "generate_subscripts", "json_array_elements", "json_each", "unnest"}
    | {"json_array_elements_text", "json_each_text", "json_object_keys", "json_populate_recordset"}
    | {"json_to_recordset", "jsonb_array_elements", "jsonb_array_elements_text", "jsonb_each"}
    | {"jsonb_each_text", "jsonb_object_keys", "jsonb_path_query", "jsonb_path_query_tz"}
    | {"jsonb_populate_recordset", "jsonb_to_recordset", "regexp_matches", "regexp_split_to_table"}
    | {"string_to_table", "ts_debug", "ts_parse", "ts_stat", "ts_token_type", "txid_snapshot_xip"}
)
_VOLATILE = frozenset(
    {"amvalidate", "currtid2"}
    | {"array_sample", "array_shuffle", "clock_timestamp", "current_query", "currval", "cursor_to_xml"}
    | {"cursor_to_xmlschema", "gen_random_uuid", "lastval", "loread", "lowrite", "nextval", "query_to_xml"}
    | {"query_to_xml_and_xmlschema", "query_to_xmlschema", "random", "random_normal", "set_config", "setseed"}
    | {"setval", "timeofday", "ts_rewrite", "txid_current", "txid_current_if_assigned", "txid_status"}
    | {"uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4", "uuidv4", "uuidv7"}
)
_SYSTEM = ("binary_upgrade_", "brin_", "gin_", "lo_", "pg_")  # volatile, nearly all of them
_STEADY = frozenset({"pg_column_size", "pg_size_bytes", "pg_size_pretty", "pg_typeof"})


POSTGRESQL = Functions(_AGGREGATES, _SETS, _VOLATILE, system=_SYSTEM, steady=_STEADY)
