"""The two shapes as a picture: a mermaid flowchart, and an SVG that we draw ourselves, wide and narrow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from crossfade.document import ColumnLine, ColumnShape, Document, TableShape
from crossfade.pages import trees, words

_ARROWS = {"replaced": "<-->", "renamed": "<-->", "as it was": "---"}
_ENTITIES = str.maketrans({each: f"#{ord(each)};" for each in "\"'`#&<>|[]{}()\\;:%"})


def mermaid(document: Document) -> str:
    """A flowchart: a box for each version of each table, and what becomes of its columns."""
    lines = ["flowchart LR"]
    for number, shape in enumerate((*map(trees.drawn, document.trees), *document.shapes)):
        old, new, edges = [], [], []
        for place, line in enumerate(_drawn(shape)):
            if line.before is not None:
                old.append(f'    o{number}_{place}["{_label(line.before)}"]')
            if line.after is not None:
                new.append(f'    n{number}_{place}["{_label(line.after)}"]')
            if line.before is not None and line.after is not None:
                arrow = _ARROWS.get(line.how, "-->")
                edges.append(f"  o{number}_{place} {arrow} n{number}_{place}")
        lines += [f'  subgraph o{number}["{_words(shape.table)}, before"]', *old, "  end"]
        lines += [f'  subgraph n{number}["{_words(shape.table)}, after"]', *new, "  end", *edges]
    return "\n".join(lines)


def _drawn(shape: TableShape) -> tuple[ColumnLine, ...]:
    """The lines that differ, and one that stands for all that do not."""
    left = len(shape.lines) - len(words.changed(shape.lines))
    if not left:
        return words.changed(shape.lines)
    rest = ColumnShape(name=words.many(left, "more column"), type="", nullable=True)
    return (*words.changed(shape.lines), ColumnLine(before=rest, after=rest, how="as it was"))


def _label(shape: ColumnShape) -> str:
    return _words(shape.name) + (f"<br/>{_words(words.column(shape))}" if shape.type else "")


def _words(text: str) -> str:
    return words.plain(text).translate(_ENTITIES)


@dataclass(frozen=True)
class Measure:
    """How large the SVG's parts are, in pixels, and how many characters fit a line of a box."""

    box: int
    gap: int
    letters: int
    small: int

    @property
    def width(self) -> int:
        """Of the whole."""
        return 2 * self.box + self.gap


WIDE = Measure(box=330, gap=100, letters=38, small=46)
NARROW = Measure(box=144, gap=36, letters=15, small=18)
_ROW, _STEP, _HEAD = 46, 54, 30


def svg(shape: TableShape, measure: Measure) -> Markup:
    """A table's two shapes side by side, an arrow for each column that becomes another one."""
    lines = _drawn(shape)
    height = _HEAD + _STEP * len(lines)
    title = escape(f"{words.plain(shape.table)} before and after")
    parts = [
        Markup('<svg viewBox="0 0 {} {}" width="{}" role="img" aria-label="{}">').format(
            measure.width, height, measure.width, title
        ),
        *_heads(measure),
    ]
    for place, line in enumerate(lines):
        parts += _row(line, _HEAD + place * _STEP, measure)
    return Markup("").join([*parts, Markup("</svg>")])


def _heads(measure: Measure) -> Iterator[Markup]:
    for x, text in ((0, "before"), (measure.box + measure.gap, "after")):
        yield Markup('<text x="{}" y="18" class="head">{}</text>').format(x, text)


def _row(line: ColumnLine, y: int, measure: Measure) -> Iterator[Markup]:
    kind = line.how.replace(" ", "-")
    right = measure.box + measure.gap
    yield from _box(line.before, 0, y, kind, measure)
    yield from _box(line.after, right, y, kind, measure)
    middle = y + _ROW // 2
    if line.before is None or line.after is None:
        x = measure.box + measure.gap // 2
        sign = "+" if line.before is None else "-"
        yield Markup('<text x="{}" y="{}" class="sign {}">{}</text>').format(x, middle + 7, kind, sign)
        return
    yield Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" class="edge {}"/>').format(
        measure.box + 7, middle, right - 7, middle, kind
    )
    if line.how != "as it was":
        yield _head(right - 4, middle, -8, kind)
        yield _head(measure.box + 4, middle, 8, kind)


def _head(x: int, y: int, back: int, kind: str) -> Markup:
    return Markup('<path d="M{} {} l{} -5 v10 z" class="tip {}"/>').format(x, y, back, kind)


def _box(shape: ColumnShape | None, x: int, y: int, kind: str, measure: Measure) -> Iterator[Markup]:
    if shape is None:
        yield Markup('<rect x="{}" y="{}" width="{}" height="{}" rx="6" class="box none"/>').format(
            x + 1, y, measure.box - 2, _ROW
        )
        return
    yield Markup(
        '<g><title>{} {}</title><rect x="{}" y="{}" width="{}" height="{}" rx="6" class="box {}"/>'
    ).format(words.plain(shape.name), words.column(shape), x + 1, y, measure.box - 2, _ROW, kind)
    below = words.column(shape) if shape.type else ""
    yield Markup('<text x="{}" y="{}" class="name">{}</text>').format(
        x + 10, y + (20 if below else 28), _cut(words.plain(shape.name), measure.letters)
    )
    if below:
        yield Markup('<text x="{}" y="{}" class="type">{}</text>').format(
            x + 10, y + 37, _cut(below, measure.small)
        )
    yield Markup("</g>")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
