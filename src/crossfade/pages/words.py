"""Values as words, the same in every format. Characters that hide or turn others are made visible."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from crossfade.document import (
    ColumnLine,
    ColumnShape,
    Document,
    Guide,
    Lint,
    MappedValue,
    RowCount,
    Said,
    Summary,
    ValueMapping,
    Walked,
    WayBack,
)
from crossfade.phases import State
from crossfade.reports import PlannedStatement, PlannedStep
from crossfade.steps import Mode

_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}  # categories of Unicode that hide, or turn, what stands around

_MANY = 8  # counts of a way back that are listed whatever they are

COMMANDS = ("start", "complete", "rollback", "revert", "purge")

PURPOSES = {
    "start": "both versions live",
    "complete": "the new version alone",
    "rollback": "the old version alone again",
    "revert": "both versions live again, after complete",
    "purge": "what was retired is dropped",
}

REFUSED = (
    "While both versions are live, the new version may write only values that the old one has a word for."
)


def plain(text: str, *, lines: bool = False) -> str:
    """`text` with each hidden character as its code; line breaks and tabs stay where `lines`."""
    return "".join(
        f"\\u{ord(each):04x}"
        if unicodedata.category(each) in _HIDDEN and not (lines and each in "\n\t")
        else each
        for each in text
    )


def value(said: Said) -> str:
    """A value as SQL would say it; what a lookup row holds, column by column."""
    if isinstance(said, dict):
        return ", ".join(f"{plain(column)} = {value(held)}" for column, held in said.items())
    return "NULL" if said is None else "'" + plain(said).replace("'", "''") + "'"


def number(count: float | None) -> str:
    """A whole number with its thousands apart; what was not counted is said."""
    return "not counted" if count is None else f"{count:,.0f}"


def many(count: int, what: str) -> str:
    """So many of something: `1 row`, `2 rows`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def span(seconds: float | None) -> str:
    """A length of time in the unit that suits it."""
    if seconds is None:
        return "not measured"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 120 else str(timedelta(seconds=round(seconds)))


def at_least(seconds: float | None) -> str:
    """A length of time of which only the least is known."""
    return span(seconds) if seconds is None else f"at least {span(seconds)}"


def took(document: Document, step: PlannedStep) -> str:
    """The time that a step's rows take, by the rate of such work."""
    work = "compare" if step.mode == Mode.COMPARE else "backfill"
    best = any(each.at_best for each in document.rates if each.work == work)
    return at_least(step.seconds) if best else span(step.seconds)


def when(at: datetime) -> str:
    """A moment, in UTC."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def column(shape: ColumnShape | None) -> str:
    """A column's type and what else it says, as it would be declared."""
    if shape is None:
        return ""
    words = [shape.type, *([] if shape.nullable else ["NOT NULL"])]
    return plain(" ".join([*words, *([f"DEFAULT {shape.default}"] if shape.default is not None else [])]))


def waits(statement: PlannedStatement) -> str:
    """Who waits for a statement: nobody, or who and how long."""
    return "blocks nothing" if statement.blocks == "nothing" else f"blocks {statement.blocks}"


def lock(step: PlannedStep) -> tuple[str, str]:
    """The strongest lock of a step's statements, and what waits for it."""
    strengths = (
        "ACCESS EXCLUSIVE", "EXCLUSIVE", "SHARE ROW EXCLUSIVE", "SHARE", "SHARE UPDATE EXCLUSIVE",
        "ROW EXCLUSIVE", "ROW SHARE", "ACCESS SHARE",
    )  # fmt: skip
    for strength in strengths:
        for statement in step.statements:
            if statement.lock == strength:
                return strength, statement.blocks
    return "", "nothing"


def grouped(step: PlannedStep) -> tuple[tuple[PlannedStatement, ...], ...]:
    """The step's statements; neighbours that lock and block alike stand together."""
    groups = groupby(step.statements, key=lambda each: (each.lock, each.blocks, each.repeated))
    return tuple(tuple(group) for _, group in groups)


def standing(document: Document) -> str:
    """Where the evolution stands, for people."""
    return "not started" if document.state == State.ABSENT else document.state


def severity(blocks: str) -> str:
    """How bad it is that something is blocked: `none`, `some` (a batch's rows, or briefly), `all`."""
    if blocks == "nothing":
        return "none"
    return "all" if blocks.startswith("reads") else "some"


def figures(document: Document) -> Iterator[tuple[str, str]]:
    """The summary's figures, each with its name."""
    found: Summary = document.figures
    yield "rows", f"about {found.rows:,}"
    took = next((walk.seconds for walk in _started(document)), None)
    if took is not None:
        yield "start took", span(took)
    else:
        yield "start, estimated", at_least(found.seconds) if found.at_least else span(found.seconds)
    yield "statements", f"{found.statements:,}"
    yield "of these others may wait for", f"{found.blocking:,}"
    yield "warnings", f"{found.warnings}" + (f" ({found.silenced} accepted)" if found.silenced else "")
    if isinstance(document, Guide):
        yield from _worst(document)
    if document.kept_rows:
        yield "values kept for the next start", f"{document.kept_rows:,}"


def _worst(guide: Guide) -> Iterator[tuple[str, str]]:
    """The longest that others can have waited for it, and that it has waited for others."""
    blocked = [walk.blocked for walk in guide.walks if walk.blocked is not None]
    if blocked:
        yield "held others up, at the longest", span(max(blocked))
    waited = max((walk.waits.longest for walk in guide.walks), default=0.0)
    yield "waited for others, at the longest", span(waited) if waited else "never"


def _started(document: Document) -> Iterator[Walked]:
    for walk in reversed(document.walks if isinstance(document, Guide) else ()):
        if walk.command == "start" and walk.ended:
            yield walk


def notes(document: Document) -> tuple[str, ...]:
    """The notes that no lint, and no shape, tells already."""
    told = {each.line for each in document.lints} | {note for tree in document.trees for note in tree.notes}
    return tuple(each for each in document.notes if each not in told)


def sorted_lints(found: Sequence[Lint]) -> tuple[Lint, ...]:
    """Warnings first, then what is good to know, then what was accepted."""
    return tuple(sorted(found, key=lambda each: (each.silenced is not None, not each.warns, each.code)))


def lint_kind(lint: Lint) -> str:
    """Whether it warns, is good to know, or was accepted."""
    return "accepted" if lint.silenced is not None else "warning" if lint.warns else "note"


def comes_back(mapped: MappedValue) -> str:
    """What becomes of a value that went there and came back."""
    return "only the rows can tell" if mapped.returns is None else value(mapped.back)


def counted(mapping: ValueMapping) -> tuple[tuple[str, tuple[int | None, ...]], ...]:
    """The columns of counts, each its head and a count for each value: of the sides that are there."""
    olds = tuple(each.rows for each in mapping.values)
    news = tuple(each.new_rows for each in mapping.values)
    if all(each is None for each in news):
        return (("rows", olds),)
    if all(each is None for each in olds):
        return (("rows", news),)
    return (("rows, old side", olds), ("rows, new side", news))


def another(mapped: MappedValue) -> bool:
    """Whether another value comes back."""
    return mapped.returns is False


def changed(lines: Sequence[ColumnLine]) -> tuple[ColumnLine, ...]:
    """The lines that differ before and after."""
    return tuple(each for each in lines if each.how != "as it was")


def counts(way: WayBack) -> tuple[RowCount, ...]:
    """The counts of a way back; of many, those that are not 0."""
    return tuple(each for each in way.counts if each.rows != 0 or len(way.counts) <= _MANY)


def left_out(way: WayBack) -> str:
    """What is said of the counts that are left out."""
    left = len(way.counts) - len(counts(way))
    return f"{many(left, 'more count')}: 0" if left else ""


def short(name: str) -> str:
    """A name without the schema that everybody means."""
    return plain(name.removeprefix("public."))


def steps_of(document: Document, command: str) -> tuple[PlannedStep, ...]:
    """The steps of one command."""
    found: tuple[PlannedStep, ...] = getattr(document, command)
    return found


def titled(document: Document) -> str:
    """What the document is."""
    return "Guide" if isinstance(document, Guide) else "Preview"
