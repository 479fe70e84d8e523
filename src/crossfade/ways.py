"""What each way back restores, and of how many rows it can't."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crossfade.document import RowCount, WayBack
from crossfade.expressions import UNKNOWN, Said, Unknown, image
from crossfade.lens import RowLens
from crossfade.mappings import BEYOND
from crossfade.phases import State
from crossfade.plan import Plan
from crossfade.steps import ShelveTables, Step
from crossfade.survey import NEW_ALONE, OLD_ALONE, Answers, Apart, Lensed, Pair, lensed, pairs
from crossfade.tree_ways import ANEW, LOST, NEEDED, UNSAID, TreeWay

KEPT = "values that an earlier rollback kept, which the next start brings back, and purge forgets"


def ways_back(plan: Plan, state: State, answers: Answers, kept_rows: int) -> tuple[WayBack, ...]:
    """What `rollback` and `revert` restore, and of how many rows they can't; what `purge` destroys. The ways
    that are open in `state`, or will be.
    """
    every = [
        _Way(table, number, lens, state, answers)
        for table in lensed(plan, state)
        for number, lens in enumerate(table.lenses)
    ]
    trees = [TreeWay.of(tree, plan, state, answers) for tree in plan.trees]
    refusing = (
        *(
            RowCount(what=f"{UNSAID}: {table}.{column}", rows=rows)
            for (table, column), rows in answers.unsaid.items()
        ),
        *(count for each in trees for count in each.refusing()),
    )
    ways = (
        WayBack(
            command="rollback",
            restores="The old shape, exactly as the old application sees it. What only the new side holds is "
            "kept in the journal, and the next start brings it back where the old side has not moved on.",
            counts=(
                *([RowCount(what=KEPT, rows=kept_rows)] if kept_rows else []),
                *(
                    RowCount(what=f"{NEEDED}: {each.place}", rows=each.kept)
                    for each in every
                    if each.lens.forward
                ),
                *(count for each in trees for count in each.needed()),
            ),
        ),
        WayBack(
            command="revert, before purge",
            restores=_told(
                plan,
                "The retired columns as they were, but for rows that the new application has changed "
                "since: these are filled backward.",
                "The retired tables as they were, but for rows that the new application has made, changed or "
                "deleted since: these are written anew.",
                "The retired functions and views, which are given their names back.",
            )
            + " Both versions are then live again.",
            counts=(
                *(
                    RowCount(what=f"{ANEW}: {each.place}", rows=each.apart)
                    for each in every
                    if each.lens.old and each.lens.backward
                ),
                *(count for each in trees for count in each.anew()),
                *refusing,
            ),
        ),
        WayBack(
            command="revert, after purge",
            restores=_told(
                plan,
                "The old columns are made again and filled backward, from the new values alone.",
                "The old tables are made again and filled from the new ones alone: their rows get new keys.",
                "The old functions and views are made again, as they were.",
            ),
            counts=(
                *(refusing if state is State.PURGED else ()),
                *(count for each in every for count in each.purged()),
                *(count for each in trees for count in each.purged()),
            ),
        ),
        WayBack(
            command="purge",
            restores="Nothing: it destroys. " + _sentence([_destroyed(step, plan) for step in plan.purge]),
        ),
    )
    past = {State.COMPLETED: 1, State.PURGING: 1, State.PURGED: 2, State.REVERTING: 1}.get(state, 0)
    return ways[past : 3 if state is State.PURGED else 4]


def _told(plan: Plan, of_rows: str, of_trees: str, of_definitions: str) -> str:
    """What is said of columns, of tables, of functions and views: what the evolution has."""
    plain = not plan.trees and not plan.definitions
    said = (
        (of_rows, plan.lenses or plain),
        (of_trees, plan.trees),
        (of_definitions, plan.definitions),
    )
    return " ".join(each for each, so in said if so)


def _destroyed(step: Step, plan: Plan) -> str:
    if not isinstance(step, ShelveTables):
        return step.title
    before = {now: each for each, now in plan.renamed.items()}
    return f"drop the rows of {', '.join(str(before.get(each, each)) for each in step.tables)}"


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
            yield RowCount(what=f"{LOST}: {self.place}", rows=self.lost)
        if self.lens.backward and self.lens.forward and self.state in NEW_ALONE:
            what = f"{BEYOND}: {self.place}"
            yield RowCount(what=what, rows=self.counted.beyond)


def _there_and_back(pair: Pair, old: Said) -> Said | Unknown:
    new = image(pair.there.value, old)
    return UNKNOWN if isinstance(new, Unknown) else image(pair.back.value, new)


def _sentence(titles: list[str]) -> str:
    text = "; ".join(titles)
    return f"{text[:1].upper()}{text[1:]}."
