"""The value maps of a plan with live counts, and what each way back restores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crossfade.document import MappedValue, NewValue, RowCount, ValueMapping, WayBack
from crossfade.document import Said as Told
from crossfade.expressions import UNKNOWN, Said, Unknown, closed, domain, image
from crossfade.lens import RowLens
from crossfade.phases import State
from crossfade.plan import Plan
from crossfade.survey import NEW_ALONE, OLD_ALONE, Answers, Apart, Lensed, Pair, Values, lensed, pairs, shown

BEYOND = "rows that hold more than the old side can"


def mappings(plan: Plan, state: State, answers: Answers) -> tuple[ValueMapping, ...]:
    """Each pair of columns whose values determine each other, with the rows that hold each value."""
    return tuple(
        _mapping(table, lens, pair, answers)
        for table in lensed(plan, state)
        for lens in table.lenses
        for pair in pairs(lens)
    )


def ways_back(plan: Plan, state: State, answers: Answers, kept_rows: int) -> tuple[WayBack, ...]:
    """What `rollback` and `revert` restore, and of how many rows they can't; what `purge` destroys. The ways
    that are open in `state`, or will be.
    """
    every = [
        _Way(table, number, lens, state, answers)
        for table in lensed(plan, state)
        for number, lens in enumerate(table.lenses)
    ]
    kept = "values that an earlier rollback kept, which the next start brings back"
    refusing = tuple(
        RowCount(
            what=f"rows that no old value stands for, so that revert refuses: {table}.{column}", rows=rows
        )
        for (table, column), rows in answers.unsaid.items()
    )
    ways = (
        WayBack(
            command="rollback",
            restores="The old shape, exactly as the old application sees it. What only the new side holds is "
            "kept in the journal, and the next start brings it back where the old side has not moved on.",
            counts=(
                *([RowCount(what=kept, rows=kept_rows)] if kept_rows else []),
                *(
                    RowCount(what=f"rows of which the complement is needed: {each.place}", rows=each.kept)
                    for each in every
                    if each.lens.forward
                ),
            ),
        ),
        WayBack(
            command="revert, before purge",
            restores="The retired columns as they were, but for rows that the new application has changed "
            "since: these are filled backward. Both versions are then live again.",
            counts=(
                *(
                    RowCount(what=f"rows whose old value is made anew: {each.place}", rows=each.apart)
                    for each in every
                    if each.lens.old and each.lens.backward
                ),
                *refusing,
            ),
        ),
        WayBack(
            command="revert, after purge",
            restores="The old columns are made again and filled backward, from the new values alone.",
            counts=(
                *(refusing if state is State.PURGED else ()),
                *(count for each in every for count in each.purged()),
            ),
        ),
        WayBack(
            command="purge",
            restores="Nothing: it destroys. " + _sentence([step.title for step in plan.purge]),
        ),
    )
    past = {State.COMPLETED: 1, State.PURGING: 1, State.PURGED: 2, State.REVERTING: 1}.get(state, 0)
    return ways[past : 3 if state is State.PURGED else 4]


@dataclass(frozen=True)
class _Way:
    """One lens of a table, and what can be counted of it in a state; None: it can't."""

    of: Lensed
    number: int
    lens: RowLens
    state: State
    answers: Answers

    @property
    def place(self) -> str:
        olds = [self.of.called.get(each.name, each.name) for each in self.lens.old]
        return f"{self.of.table}.{', '.join(self.lens.shown or olds)}"

    @property
    def counted(self) -> Apart:
        return self.answers.apart.get((self.of.table, self.number), Apart())

    @property
    def kept(self) -> int | None:
        return 0 if self.state in OLD_ALONE else self.counted.kept if self.state is State.LIVE else None

    @property
    def apart(self) -> int | None:
        return 0 if self.state in (*OLD_ALONE, State.LIVE) else self.counted.apart

    @property
    def lost(self) -> int | None:
        """Rows whose old value `backward` alone would not give: counted by the database where it can tell,
        computed from the counts of values before there is a new side.
        """
        if self.counted.lost is not None or self.state not in OLD_ALONE:
            return self.counted.lost
        found = list(pairs(self.lens))
        if len(found) != 1 or len(self.lens.backward) != 1:
            return None
        held = self.answers.values.get((self.of.table, found[0].old))
        if held is None or not held.whole:
            return None
        back = [_there_and_back(found[0], each.value) for each in held.held]
        if UNKNOWN in back:
            return None
        return sum(each.rows for each, old in zip(held.held, back, strict=True) if old != each.value)

    def purged(self) -> Iterator[RowCount]:
        if self.lens.old and self.state is not State.PURGED:
            yield RowCount(what=f"rows whose old value can't be given back: {self.place}", rows=self.lost)
        if self.lens.backward and self.lens.forward and self.state in NEW_ALONE:
            what = f"{BEYOND}: {self.place}"
            yield RowCount(what=what, rows=self.counted.beyond)


def _there_and_back(pair: Pair, old: Said) -> Said | Unknown:
    new = image(pair.there.value, old)
    return UNKNOWN if isinstance(new, Unknown) else image(pair.back.value, new)


def _mapping(of: Lensed, lens: RowLens, pair: Pair, answers: Answers) -> ValueMapping:
    olds = answers.values.get((of.table, pair.old))
    news = answers.values.get((of.table, pair.new))
    known = domain(pair.there.value) or ()
    more = [each.value for each in olds.held if each.value not in known] if olds else []
    values = tuple(_mapped(pair, old, olds, news) for old in (*known, *more))
    images = [image(pair.there.value, old) for old in (*known, *more)]
    others = [each for each in news.held if each.value not in images] if news else []
    return ValueMapping(
        change=lens.change,
        table=str(of.table),
        old=of.called.get(pair.old, pair.old),
        new=shown(lens, pair.new),
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


def _sentence(titles: list[str]) -> str:
    text = "; ".join(titles)
    return f"{text[:1].upper()}{text[1:]}."
