"""How one value is made from others: a map of values, or an SQL expression.

An expression is data; a dialect renders it for a row (`NEW`, `OLD` or a table's alias). SQL is parsed by
sqlglot, never cut up as text, and what a user wrote is kept word by word.
"""

from crossfade.expressions.conditions import literal_of, mentions, not_null, renamed, translate
from crossfade.expressions.parsing import called
from crossfade.expressions.pointer import pointed
from crossfade.expressions.users import chosen, user_default, user_sql
from crossfade.expressions.values import Expression, Sql, ValueMap, default_of, is_constant
from crossfade.expressions.writing import Written, for_row, renamed_sql

__all__ = [
    "Expression",
    "Sql",
    "ValueMap",
    "Written",
    "called",
    "chosen",
    "default_of",
    "for_row",
    "is_constant",
    "literal_of",
    "mentions",
    "not_null",
    "pointed",
    "renamed",
    "renamed_sql",
    "translate",
    "user_default",
    "user_sql",
]
