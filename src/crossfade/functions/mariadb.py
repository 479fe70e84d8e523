"""MariaDB's own functions that can't give a row one lasting value (10.6 to 11.8), and MySQL's (8).

sqlglot knows most aggregates and no volatility. The time of a statement is one for all its rows, but another
statement has another: a default may be made of it, and nothing that is compared.
"""

from __future__ import annotations

from crossfade.functions.known import Functions

_AGGREGATES = frozenset(
    {"any_value", "avg", "bit_and", "bit_or", "bit_xor", "count", "cume_dist", "dense_rank", "first_value"}
    | {"group_concat", "json_arrayagg", "json_objectagg", "lag", "last_value", "lead", "max", "median", "min"}
    | {"nth_value", "ntile", "percent_rank", "percentile_cont", "percentile_disc", "rank", "row_number"}
    | {"st_collect", "std", "stddev", "stddev_pop", "stddev_samp", "sum", "var_pop", "var_samp", "variance"}
)
_SETS = frozenset({"json_table"})
_VOLATILE = frozenset(
    {"benchmark", "binlog_gtid_pos", "connection_id", "encrypt", "found_rows", "get_lock", "is_free_lock"}
    | {"is_used_lock", "last_insert_id", "lastval", "load_file", "master_gtid_wait", "master_pos_wait"}
    | {"nextval", "rand", "random_bytes", "release_all_locks", "release_lock", "row_count", "setval", "sleep"}
    | {"source_pos_wait", "sys_guid", "sysdate", "uuid", "uuid_short", "uuid_v4", "uuid_v7"}
    | {"wait_for_executed_gtid_set"}
)
_BARE_MOMENTS = frozenset(
    {"current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "utc_date"}
    | {"utc_time", "utc_timestamp"}
)
_MOMENTS = _BARE_MOMENTS | {"curdate", "curtime", "now"}
_BARE = _BARE_MOMENTS | {"current_role", "current_user"}

MARIADB = Functions(
    _AGGREGATES,
    _SETS,
    _VOLATILE,
    _MOMENTS,
    unless_given=frozenset({"unix_timestamp"}),
    bare=_BARE,
    searches=frozenset({"match"}),
)
