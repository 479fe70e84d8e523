"""The values that rows of a lookup table stand for: as a user says them in `backward`, checked, and as what
the old application sees.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from crossfade import expressions, names
from crossfade.errors import EvolutionError, SchemaMismatch
from crossfade.expressions import LookupKey, LookupValue
from crossfade.schema import Column, Schema, Table
from crossfade.steps import AskExpression

Backward = Mapping[str, Mapping[str, str]] | Mapping[str, str] | str | None
"""A map of one column's values; or SQL, one expression or one for each database; None: the rows that are
given have a value, and no others.
"""


def demand_one_column(backward: Backward, place: str) -> None:
    """Raises EvolutionError for a map of several columns' values, or of none."""
    if isinstance(backward, Mapping) and _sql(backward) is None and len(_maps(backward)) != 1:
        raise EvolutionError(
            f"backward= maps {len(_maps(backward))} columns, and it is one column that tells",
            place=place,
            remedy="map the values of one column, or give an SQL expression over several",
        )


def demand_labels(
    labels: Sequence[str],
    rows: Iterable[str],
    backward: Backward,
    unknown: str | None,
    other: Mapping[str, object] | None,
    place: str,
) -> None:
    """Raises SchemaMismatch for a value that is said and an enum with these labels does not have,
    EvolutionError for a row of `other` values. A text, which has no labels, takes any.
    """
    if not labels:
        return
    mapped = (each for values in _maps(backward).values() for each in values.values())
    for label in (*rows, *mapped, *((unknown,) if unknown is not None else ())):
        if label not in labels:
            raise SchemaMismatch(
                f"the enum has no label {label!r}", place=place, remedy=names.nearest(label, labels)
            )
    if other is not None:
        raise EvolutionError(
            f"other= is for a text: the enum has the labels {', '.join(labels)} and no others",
            place=place,
            remedy="give each label its row in rows=",
        )


def value(
    backward: Backward,
    forward: LookupKey,
    lookup: Table,
    old: Column,
    new: str,
    function: str,
    unknown: str | None,
    schema: Schema,
    place: str,
) -> LookupValue:
    """The value of `old` for the key in the column `new`: the way back of `forward`."""
    text, sql = _sql(backward), None
    pairs = tuple((held, value) for value, held in forward.rows)
    columns = forward.columns
    if text is not None:
        type_ = "text" if old.enum else old.type
        chosen = expressions.chosen(text, schema.database, place)
        sql = expressions.user_sql(chosen, type_, lookup, schema.database, place)
        pairs, columns = (), tuple(lookup.column(each) for each in sorted(sql.reads))
    elif backward is not None:
        ((column, values),) = _maps(backward).items()
        columns = (lookup.column(column, place),)
        pairs = tuple((((column, each),), value) for each, value in values.items())
    return LookupValue(
        new,
        lookup.name,
        forward.key,
        pairs,
        columns,
        forward.target,
        old.type,
        function,
        sql,
        unknown,
        null=old.nullable,
    )


def asked(backward: LookupValue, lookup: Table, place: str) -> Iterator[AskExpression]:
    """Whether the SQL, where it is that, has a value for every row of the lookup."""
    if backward.sql is not None:
        columns = tuple(each.name for each in lookup.columns)
        yield AskExpression(
            place,
            lookup.name,
            backward.key,
            backward.sql.type,
            "backward",
            backward.sql,
            columns,
            (),
        )


def _sql(backward: Backward) -> str | Mapping[str, str] | None:
    """`backward`, where it is SQL: one expression, or one for each database."""
    if isinstance(backward, Mapping):
        return {name: each for name, each in backward.items() if isinstance(each, str)} or None
    return backward


def _maps(backward: Backward) -> Mapping[str, Mapping[str, str]]:
    """`backward`, where it maps the values of columns."""
    given = backward if isinstance(backward, Mapping) else {}
    return {name: each for name, each in given.items() if isinstance(each, Mapping)}
