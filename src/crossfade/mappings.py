"""The value maps of a plan, with live counts."""

from __future__ import annotations

from crossfade.document import MappedValue, NewValue, ValueMapping
from crossfade.document import Said as Told
from crossfade.expressions import UNKNOWN, Said, Unknown, closed, domain, image
from crossfade.phases import State
from crossfade.plan import Plan
from crossfade.schema import TableName
from crossfade.survey import Answers, Pair, Values, lensed, pairs, shown

BEYOND = "rows that hold more than the old side can"


def mappings(plan: Plan, state: State, answers: Answers) -> tuple[ValueMapping, ...]:
    """Each pair of columns whose values determine each other, with the rows that hold each value."""
    of_rows = (
        _mapping(
            pair,
            (table.table, table.called.get(pair.old, pair.old)),
            shown(lens, pair.new),
            lens.change,
            answers.values.get((table.table, pair.old)),
            answers.values.get((table.table, pair.new)),
        )
        for table in lensed(plan, state)
        for lens in table.lenses
        for pair in pairs(lens)
    )
    of_trees = (
        _mapping(
            pair,
            (tree.source, pair.old),
            f"{tree.target}.{pair.new}",
            tree.change,
            answers.values.get((tree.source, pair.old)),
            answers.values.get((tree.target, pair.new)),
        )
        for tree in plan.trees
        for pair in pairs(tree)
    )
    return (*of_rows, *of_trees)


def _mapping(
    pair: Pair,
    old: tuple[TableName, str],
    new: str,
    change: str,
    olds: Values | None,
    news: Values | None,
) -> ValueMapping:
    known = domain(pair.there.value) or ()
    more = [each.value for each in olds.held if each.value not in known] if olds else []
    values = tuple(_mapped(pair, each, olds, news) for each in (*known, *more))
    images = [image(pair.there.value, each) for each in (*known, *more)]
    others = [each for each in news.held if each.value not in images] if news else []
    return ValueMapping(
        change=change,
        table=str(old[0]),
        old=old[1],
        new=new,
        values=values,
        others=tuple(NewValue(new=_told(each.value), seen_as=each.back, rows=each.rows) for each in others),
        left_out=sum(max(each.many - len(each.held), 0) for each in (olds, news) if each is not None),
        refused=closed(pair.back.value),
    )


def _mapped(pair: Pair, old: Said, olds: Values | None, news: Values | None) -> MappedValue:
    new = image(pair.there.value, old)
    back = UNKNOWN if isinstance(new, Unknown) else image(pair.back.value, new)
    found = next((each for each in news.held if each.value == new), None) if news else None
    if isinstance(back, Unknown) and found is not None:
        back = found.back
    known = not isinstance(back, Unknown)
    return MappedValue(
        old=_told(old),
        new=None if isinstance(new, Unknown) else _told(new),
        back=_told(back) if not isinstance(back, Unknown) else None,
        returns=back == old if known else None,
        rows=None if olds is None else sum(each.rows for each in olds.held if each.value == old),
        new_rows=None if news is None else found.rows if found else 0,
    )


def _told(value: Said) -> Told:
    return dict(value) if isinstance(value, tuple) else value
