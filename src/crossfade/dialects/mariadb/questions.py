"""How the server is asked what an expression is, and whether it would build an index. Nothing is left."""

from __future__ import annotations

from crossfade.dialects.mariadb import tried_indexes
from crossfade.dialects.mariadb.indexes import LOCKING, index_sql
from crossfade.dialects.mariadb.quoting import ident, table
from crossfade.dialects.mariadb.rendering import Server, render
from crossfade.expressions import Written, is_constant
from crossfade.names import RESERVED
from crossfade.steps import AskExpression, AskForeignKey, AskIndex, Role, Statement

_VALUE = f"{RESERVED}value"  # a variable that no column is called like


@render.register
def _(step: AskExpression, server: Server) -> tuple[Statement, ...]:
    sql = written(step).sql
    asked = (
        Statement("START TRANSACTION READ ONLY", Role.SETTING),
        # WHERE takes no aggregate and no window.
        Statement(f"EXPLAIN SELECT 1{_source(step)} WHERE ({sql}) IS NULL"),
        # A subquery whose value is not one for the whole statement is told apart.
        Statement(f"EXPLAIN SELECT (SELECT ({sql}){_source(step)} LIMIT 1)"),
    )
    if server.mysql or not is_constant(step.expression):
        return asked
    # Assigned to a variable of the column's type: what a strict session would not store is refused here.
    lines = [f"DECLARE {_VALUE} {step.type}", f"SET {_VALUE} = ({sql})"]
    if step.type.lower().startswith("json"):
        told = "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'it is not JSON'"
        lines.append(f"IF JSON_VALID({_VALUE}) = 0 THEN {told}; END IF")
    body = "".join(f"  {each};\n" for each in lines)
    return (*asked, Statement(f"BEGIN NOT ATOMIC\n{body}END"))


@render.register
def _(step: AskIndex, server: Server) -> tuple[Statement, ...]:
    # A temporary table has its transaction go on, and is the session's own.
    if step.index.method in LOCKING:
        index_sql(step.index)
        return ()  # the one can't be on a temporary table, the other wants NOT NULL, which comes later
    asked = table(tried_indexes.asked(step.table))
    return (
        Statement(tried_indexes.making(step.table, step.index, step.columns)),
        Statement(f"SHOW INDEX FROM {asked}"),
        Statement(f"DROP TEMPORARY TABLE {asked}"),
    )


@render.register
def _(step: AskForeignKey, server: Server) -> tuple[Statement, ...]:
    return ()  # no temporary table can have one: `objection` looks at the columns


def written(step: AskExpression) -> Written:
    """The expression over the rows that it is asked for; a constant's text as it is."""
    if not step.expression.reads:
        return Written(step.expression.text)
    return Written.over(step.expression, "t", step.columns)


def _source(step: AskExpression) -> str:
    if not step.expression.reads:
        return " FROM DUAL"
    made = [f"NULL AS {ident(each.name)}" for each in step.made]
    rows = f"(SELECT {', '.join(('*', *made))} FROM {table(step.table)})" if made else table(step.table)
    return f" FROM {rows} AS t"
