"""How one value is made from others: a map of values, or an SQL expression.

An expression is data; a dialect renders it for a row (`NEW`, `OLD` or a table's alias). SQL is parsed by
sqlglot, never cut up as text, and what a user wrote is kept word by word.
"""

from crossfade.expressions.casting import cast, literal
from crossfade.expressions.conditions import (
    fails_on_null,
    given,
    literal_of,
    mentions,
    not_null,
    renamed,
    translate,
)
from crossfade.expressions.definitions import columns_made
from crossfade.expressions.images import UNKNOWN, Said, Unknown, closed, domain, image, settled
from crossfade.expressions.lookups import Held, LookupKey, LookupValue
from crossfade.expressions.parsing import called
from crossfade.expressions.pointer import pointed
from crossfade.expressions.subqueries import read_by
from crossfade.expressions.users import chosen, user_default, user_sql
from crossfade.expressions.values import Sql, ValueMap, default_of, is_constant, is_literal, of_column
from crossfade.expressions.writing import Written, for_row, of_tables, renamed_sql, with_sources

Expression = ValueMap | LookupKey | LookupValue | Sql

__all__ = [
    "UNKNOWN",
    "Expression",
    "Held",
    "LookupKey",
    "LookupValue",
    "Said",
    "Sql",
    "Unknown",
    "ValueMap",
    "Written",
    "called",
    "cast",
    "chosen",
    "closed",
    "columns_made",
    "default_of",
    "domain",
    "fails_on_null",
    "for_row",
    "given",
    "image",
    "is_constant",
    "is_literal",
    "literal",
    "literal_of",
    "mentions",
    "not_null",
    "of_column",
    "of_tables",
    "pointed",
    "read_by",
    "renamed",
    "renamed_sql",
    "settled",
    "translate",
    "user_default",
    "user_sql",
    "with_sources",
]
