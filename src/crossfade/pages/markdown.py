"""A document as Markdown, as GitHub and GitLab show it: tables, a mermaid diagram, statements folded away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crossfade.document import Document, Guide, TableShape, ValueMapping, Walked
from crossfade.pages import marks, trees, words
from crossfade.pages.diagram import mermaid
from crossfade.pages.marks import code, escaped, fenced, table
from crossfade.reports import PlannedStep


def markdown(document: Document, level: int = 1, *, statements: bool = True) -> str:
    """The whole document; its title is a heading of `level`. Without `statements` it lists steps alone."""
    return "\n".join(_Page(document, level, statements=statements).lines()).rstrip("\n") + "\n"


class _Page:
    def __init__(self, document: Document, level: int, *, statements: bool) -> None:
        self.document = document
        self.level = level
        self.whole = statements

    def heading(self, text: str, below: int = 1) -> list[str]:
        return [f"{'#' * (self.level + below)} {text}", ""]

    def lines(self) -> Iterator[str]:
        document = self.document
        yield from self.heading(f"{words.titled(document)}: {escaped(document.evolution)}", 0)
        if document.summary:
            yield from (escaped(document.summary), "")
        where = f"{escaped(document.database)}; {words.standing(document)}"
        standing = f"{where}; fingerprint {code(document.fingerprint)}"
        if isinstance(document, Guide):
            standing += f"; written {words.when(document.made_at)}"
        yield from (f"{standing}.", "")
        yield from table(["summary", ""], words.figures(document))
        if isinstance(document, Guide):
            yield from self.checklist(document)
            yield from self.measured(document)
        yield from self.lints()
        yield from self.shapes()
        for mapping in document.mappings:
            yield from self.mapping(mapping)
        yield from self.ways_back()
        yield from self.statements()
        if isinstance(document, Guide):
            yield from self.troubleshooting(document)

    def lints(self) -> Iterator[str]:
        found = words.sorted_lints(self.document.lints)
        notes = words.notes(self.document)
        if not found and not notes:
            return
        yield from self.heading("What to look at")
        for each in found:
            line = f"- **{each.code} {escaped(each.title)}** ({words.lint_kind(each)}), {code(each.place)}: "
            yield line + f"{escaped(each.fact)}. *{escaped(each.remedy)}.*"
            if each.silenced is not None:
                yield f"  Accepted: {escaped(each.silenced)}"
        yield from (f"- {escaped(note)}" for note in notes)
        yield ""

    def shapes(self) -> Iterator[str]:
        if not self.document.shapes and not self.document.trees:
            return
        yield from self.heading("Before and after")
        for tree in self.document.trees:
            yield from marks.tree(tree, self.level + 2)
        for shape in self.document.shapes:
            yield from self.shape(shape)
        yield from fenced(mermaid(self.document), "mermaid")
        yield ""

    def shape(self, shape: TableShape) -> Iterator[str]:
        yield from self.heading(code(shape.table), 2)
        yield f"While both versions are live, the new one is {code(shape.shown)}."
        yield ""
        yield from table(
            ["before", "", "after", "", "how"],
            (
                [
                    code(line.before.name) if line.before else "",
                    code(words.column(line.before)),
                    code(line.after.name) if line.after else "",
                    code(words.column(line.after)),
                    f"**{line.how}**" if line.how != "as it was" else "",
                ]
                for line in shape.lines
            ),
        )

    def mapping(self, mapping: ValueMapping) -> Iterator[str]:
        yield from self.heading(
            f"Values of {code(mapping.table)}: {code(mapping.old)} to {code(mapping.new)}", 2
        )
        counts = words.counted(mapping)
        yield from table(
            ["old value", "new value", *(head for head, _ in counts), "and back"],
            (
                [
                    code(words.value(each.old)),
                    code(words.value(each.new)),
                    *(words.number(rows[place]) for _, rows in counts),
                    code(words.comes_back(each)) + (" **another one**" if words.another(each) else ""),
                ]
                for place, each in enumerate(mapping.values)
            ),
        )
        yield from table(
            ["value of the new version alone", "the old version sees", "rows"],
            (
                [code(words.value(each.new)), code(words.value(each.seen_as)), words.number(each.rows)]
                for each in mapping.others
            ),
        )
        if mapping.left_out:
            yield from (f"And {words.many(mapping.left_out, 'more value')}.", "")
        if mapping.refused:
            yield from (words.REFUSED, "")

    def ways_back(self) -> Iterator[str]:
        yield from self.heading("The ways back")
        for way in self.document.ways_back:
            yield f"- **{way.command}**: {escaped(way.restores)}"
            for each in words.counts(way):
                yield f"  - {escaped(each.what)}: **{words.number(each.rows)}**"
            if words.left_out(way):
                yield f"  - {words.left_out(way)}"
        yield ""

    def statements(self) -> Iterator[str]:
        yield from self.heading("Every statement" if self.whole else "Every step")
        for rate in self.document.rates:
            said = f"{rate.rows_per_second:,.0f} rows/s, " if rate.rows_per_second else ""
            yield f"- rate of {rate.work}: {said}{escaped(rate.source)}"
        yield ""
        groups = [("checks", self.document.checks), ("questions", self.document.questions)]
        groups += [(each, words.steps_of(self.document, each)) for each in words.COMMANDS]
        for name, steps in groups:
            if steps:
                yield from self.command(name, steps)

    def command(self, name: str, steps: Sequence[PlannedStep]) -> Iterator[str]:
        purpose = words.PURPOSES.get(name, "asked before anything is done; they change nothing")
        if name == "questions":
            purpose = "what this document asked the data; they change nothing"
        yield from self.heading(f"`{name}`: {purpose}", 2)
        yield from table(
            ["", "phase", "step", "strongest lock", "blocks", "rows", "time"],
            (
                [
                    str(position),
                    step.phase,
                    escaped(step.title),
                    words.lock(step)[0],
                    words.lock(step)[1].replace("nothing", ""),
                    f"about {step.rows:,}" if step.rows else "",
                    words.took(self.document, step) if step.rows else "",
                ]
                for position, step in enumerate(steps, 1)
            ),
        )
        if not self.whole:
            return
        yield from (f"<details><summary>The statements of {name}</summary>", "")
        for position, step in enumerate(steps, 1):
            yield f"{position}. {escaped(step.title)} ({step.mode})"
            yield ""
            for group in words.grouped(step):
                first = group[0]
                taken = f"-- takes {first.lock}; {words.waits(first)}\n" if first.lock else ""
                repeated = "-- for each batch\n" if first.repeated else ""
                sql = "\n".join(f"{each.sql};" for each in group)
                yield from (f"   {line}" for line in fenced(f"{repeated}{taken}{sql}", "sql"))
                yield ""
        yield from ("</details>", "")

    def checklist(self, guide: Guide) -> Iterator[str]:
        yield from self.heading("Checklist")
        for tick in guide.checklist:
            yield f"- [{'x' if tick.done else ' '}] **{tick.text}**: {escaped(tick.measured)}"
        yield ""

    def measured(self, guide: Guide) -> Iterator[str]:
        yield from self.heading("What was measured")
        yield from table(
            [
                "command",
                "when",
                "took",
                "came to",
                "rows filled",
                "rows compared",
                "waited",
                "held others up",
            ],
            map(_walked, guide.walks),
        )
        yield from table(
            ["step", "rows", "took", "rate"],
            (
                [
                    escaped(each.step),
                    f"{each.rows:,}",
                    words.span(each.seconds),
                    f"{each.rows_per_second:,.0f} rows/s",
                ]
                for walk in guide.walks
                for each in walk.moved
            ),
        )
        yield from (f"- {code(trees.told(each))}" for each in trees.moved(guide))
        for each in guide.writes:
            sides = f"{each.old:,} writes of the old side, {each.new:,} of the new"
            yield f"- carried over on {code(each.table)}: {sides}"
        longest = max(guide.walks, key=lambda walk: walk.waits.longest, default=None)
        if longest is not None and longest.waits.times:
            yield f"- the longest wait: {words.span(longest.waits.longest)}, {escaped(longest.waits.reason)}"
        yield ""

    def troubleshooting(self, guide: Guide) -> Iterator[str]:
        yield from self.heading("Troubleshooting")
        yield from ("Each query reads, and nothing else.", "")
        for query in guide.queries:
            yield from (f"<details><summary>{escaped(query.title)}</summary>", "")
            yield from fenced(f"{query.sql};", "sql")
            yield from ("", "</details>", "")


def _walked(walk: Walked) -> list[str]:
    ended = walk.ended or ("failed: " + escaped(walk.failure) if walk.failure else "interrupted")
    if walk.processes > 1:
        ended += f", by {walk.processes} processes"
    compared = f"{walk.compared.rows:,}, {walk.compared.mismatches:,} disagree" if walk.compared else ""
    rows = sum(each.rows for each in walk.moved)
    return [
        f"`{walk.command}`",
        words.when(walk.at),
        words.span(walk.seconds),
        ended,
        f"{rows:,}" if rows else "",
        compared,
        f"{words.many(walk.waits.times, 'time')}, {words.span(walk.waits.seconds)}"
        if walk.waits.times
        else "",
        words.span(walk.blocked) if walk.blocked is not None else "",
    ]
