"""A user's expression over a row means on the server what was written, wherever it is put."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, NullPool, create_engine, text

from crossfade import expressions
from crossfade.errors import EvolutionError
from crossfade.schema import Column, Table, TableName

pytestmark = pytest.mark.every_server

TYPES = {
    "id": "bigint",
    "n": "numeric",
    "i": "integer",
    "f": "double precision",
    "s": "text",
    "Odd": "text",
    "at": "timestamp with time zone",
    "day": "date",
    "span": "interval",
    "j": "jsonb",
    "a": "text[]",
    "b": "boolean",
    "u": "uuid",
    "data": "bytea",
}
TABLE = Table(TableName("public", "t"), tuple(Column(*each) for each in TYPES.items()), key=("id",))
ROWS = r"""
CREATE TABLE t (id bigint, n numeric, i integer, f double precision, s text, "Odd" text,
  at timestamptz, day date, span interval, j jsonb, a text[], b boolean, u uuid, data bytea);
INSERT INTO t VALUES
  (1, 2.5, 3, 2.25, 'abc', 'o', '2020-05-06 07:08:09+00', '2020-05-06', '1 day 02:03',
   '{"a": 1, "b": {"c": 2}}', '{x,y}', true, '11111111-1111-1111-1111-111111111111', '\x0102'),
  (3, -2.55, 7, 0.5, 'Zed,a%b', '', '1999-12-31 23:59:59+02', '1999-12-31', '-1 mon', '[]', '{}', false,
   NULL, '\xff');
INSERT INTO t (id) VALUES (2)
"""
# One expression a line.
WRITTEN = r"""
n * i + 1 - i / 2 % 3
2 ^ i ^ 1
- - i
i - -1
abs(-i) + sign(n) + trunc(n, 1) + round(n, 1) + ceil(n) + floor(n)
i & 6
i # 3
~ i
i << 2
|/ f
sqrt(f) + cbrt(f) + power(f, 2) + exp(f) + degrees(f)
greatest(i, 3) + least(i, 3) + mod(i, 7) + div(i, 2) + gcd(i, 6)
width_bucket(f, 0, 10, 5)
1e3 + 1.5e-2 + .5 + 5.
n::numeric(10, 1)
cast(n AS int)
i::text::numeric
int '3' + i
to_hex(i) || chr(65) || ascii(s)
s || 'x' || i || E'\t\'\\' || $$it's$$ || $q$a$$b$q$ || U&'\0061' || '100%' || ':x' || '--' || '/*'
upper(s) || lower(s) || initcap(s) || reverse(s) || md5(s)
substring(s from 2 for 1) || substring(s, 2) || substr(s, 1, 2) || left(s, 2) || right(s, 2)
substring(s from 'a.')
trim(s) || trim(both 'a' from s) || ltrim(s, 'a') || btrim(s) || lpad(s, 5, '0') || rpad(s, 5)
position('b' in s) + strpos(s, 'b') + length(s) + char_length(s) + octet_length(s)
overlay(s placing 'X' from 2 for 1)
replace(s, 'a', 'b') || translate(s, 'ab', 'xy') || repeat(s, 2) || split_part(s, ',', 1)
format('%s-%L-%I', s, i, 'x')
concat(s, i, 'x') || concat_ws(',', s, i) || quote_literal(s)
regexp_replace(s, 'A', 'b', 'gi') || coalesce((regexp_match(s, 'a(b)'))[1], '?')
s ~ '^a' AND s ~* '^A' OR s !~ 'b'
s LIKE 'a%' OR s ILIKE 'A\_%' OR s LIKE 'a!%%' ESCAPE '!' OR s NOT LIKE '%z'
s SIMILAR TO '(a|b)%'
s ^@ 'a'
starts_with(s, 'a')
s COLLATE "C" < 'b'
s BETWEEN 'a' AND 'c' AND i NOT BETWEEN 1 AND 2
s IN ('a', 'abc') OR s NOT IN ('z')
s IS NULL OR s IS NOT NULL AND "Odd" IS DISTINCT FROM 'o'
coalesce(s, "Odd", 'x') || coalesce(nullif(s, 'abc'), '-')
CASE WHEN b THEN 1 WHEN i > 3 THEN 2 ELSE 3 END
CASE i WHEN 3 THEN 'three' WHEN 7 THEN 'seven' END
NOT b OR b IS TRUE AND b IS NOT UNKNOWN
(i > 1)::text || b::int
b = (i = 3)
date_trunc('day', at) - date_trunc('month', at, 'UTC')
extract(epoch from at) + extract(dow from at) + date_part('year', at)
at AT TIME ZONE 'utc'
at AT TIME ZONE 'Europe/Berlin' AT TIME ZONE 'utc'
at + interval '1 day' - interval '2 hours 30 minutes' + span * 2
day + 1 - date '2020-01-01'
day::timestamp + '1 day'
age(at, at - span)
to_char(at, 'YYYY-MM-DD HH24:MI:SS.US') || to_char(n, 'FM999.00') || to_char(i, '000')
to_date('2020-01-02', 'YYYY-MM-DD')
make_date(2020, 1, i) + make_interval(days => i)
(at, at + span) OVERLAPS (at, at)
date_bin('15 minutes', at, timestamptz '2001-01-01') - time '10:00'
j -> 'b' ->> 'c'
j #>> '{b,c}' || (j #> '{b}')::text
j ? 'a' OR j ?| array['a', 'z'] OR j ?& array['a', 'b']
j @> '{"a": 1}' OR '{"a": 1}' <@ j
j - 'a' || '{"z": 1}'
j #- '{b,c}'
(j ->> 'a')::int + 1
jsonb_typeof(j) || jsonb_build_object('s', s, 'i', i) || jsonb_build_array(s, i)::text
j @? '$.a' OR j @@ '$.a == 1'
jsonb_path_query_first(j, '$.b.c')
to_jsonb(s) || to_jsonb(row(i, s))
a[1] || cardinality(a) || array_to_string(a, ',')
a[1:2] || 'z'::text || array['q'] || string_to_array(s, 'b')
'x' = ANY (a) OR 'x' = ANY (array['x', s]) OR s <> ALL (array['a', 'b'])
a @> array['x'] OR a && array['y'] OR a <@ array['x', 'y', 'z']
array_position(a, 'x') + array_length(a, 1)
array[[i, 2], [3, 4]]
row(i, s)
(i, s) = (3, 'abc')
row(i, 1) < row(2, 2)
u::text || encode(data, 'hex') || data::text
sha256(data)
get_byte(data, 0)
int4range(1, 9) @> i
'(1,2)'::point
inet '10.0.0.1' + i
to_tsvector('english', s) @@ to_tsquery('abc')
t.s || public.t."Odd" || T.S || S
pg_catalog.upper(s)
i OPERATOR(pg_catalog.+) 1
num_nulls(s, i) + num_nonnulls(s)
current_setting('TimeZone') || current_user || session_user
"""


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    engine = create_engine(database, poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(ROWS, execution_options={"no_parameters": True})
        yield connection


def values(connection: Connection, expression: str, row: str) -> list[str | None]:
    query = f"SELECT ({expression})::text FROM t {row} ORDER BY id"
    return list(connection.exec_driver_sql(query, execution_options={"no_parameters": True}).scalars())


def test_an_expression_means_over_a_row_what_was_written(connection: Connection) -> None:
    for written in WRITTEN.strip().splitlines():
        found = expressions.user_sql(written, "TEXT", TABLE, "postgresql", "")
        rendered = expressions.for_row(found, "r", TYPES)
        assert values(connection, written, "") == values(connection, rendered, "AS r"), rendered


def test_an_expression_stands_together_wherever_it_is_put(connection: Connection) -> None:
    """As part of any condition it is still one value: `IS NOT NULL` says of it what it says of a column."""
    for written in WRITTEN.strip().splitlines():
        found = expressions.user_sql(written, "TEXT", TABLE, "postgresql", "")
        rendered = expressions.for_row(found, "r", TYPES)
        alone = values(connection, f"({written}) IS NOT DISTINCT FROM NULL", "")
        assert alone == values(connection, f"{rendered} IS NOT DISTINCT FROM NULL", "AS r"), rendered


def test_every_function_of_the_server_that_has_no_lasting_value_for_a_row_is_refused(
    connection: Connection,
) -> None:
    kinds = text(
        "SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace "
        "AND (prokind IN ('a', 'w') OR proretset OR provolatile = 'v') "
        # No value of a column is of these, which are the server's own.
        "AND prorettype::regtype::text NOT IN ('internal', 'trigger', 'event_trigger', 'language_handler', "
        "'fdw_handler', 'index_am_handler', 'tsm_handler', 'table_am_handler', 'cstring', 'void')"
    )
    names = connection.scalars(kinds).all()
    accepted = []
    for name in names:
        try:
            expressions.user_sql(f"{name}()", "TEXT", TABLE, "postgresql", "")
        except EvolutionError:
            continue
        accepted.append(name)
    assert len(names) > 200
    assert accepted == []
