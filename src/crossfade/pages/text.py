"""A document for a terminal: coloured where there is one, plain text elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import StringIO

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from crossfade.document import Document, Guide, TreeShape
from crossfade.pages import trees, words
from crossfade.reports import PlannedStep

_STYLES = {"warning": "bold yellow", "note": "dim", "accepted": "dim"}


def text(document: Document) -> str:
    """The whole document as plain text."""
    out = StringIO()
    show_document(Console(file=out, width=110, color_system=None), document, everything=True)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def show_document(console: Console, document: Document, *, everything: bool) -> None:
    """The document: the statements of `start`, and those of the ways out where `everything` is asked for."""
    summary = f"  {words.plain(document.summary)}" if document.summary else ""
    console.print(Text.assemble((document.evolution, "bold"), summary), soft_wrap=True)
    where = f"{words.plain(document.database)}; {words.standing(document)}"
    _fact(console, f"{where}; fingerprint {document.fingerprint}")
    for name, rows in document.tables.items() if len(document.tables) > 1 else ():
        _fact(console, f"{words.plain(name)}: about {rows:,} rows")
    for name, figure in words.figures(document):
        _fact(console, f"{name}: {figure}")
    if isinstance(document, Guide):
        _show_guide(console, document)
    _show_lints(console, document)
    _show_shapes(console, document)
    _show_values(console, document)
    _show_ways_back(console, document)
    _heading(console, "rates")
    for rate in document.rates:
        said = f"{rate.rows_per_second:,.0f} rows/s, " if rate.rows_per_second else ""
        _fact(console, f"{rate.work}: {said}{words.plain(rate.source)}")
    for command in (*(("checks", "questions") if everything else ()), *words.COMMANDS):
        steps = words.steps_of(document, command)
        _heading(console, f"{command}: {len(steps)} steps")
        for number, step in enumerate(steps, 1):
            _show_step(console, document, number, step, statements=everything or command == "start")
    if isinstance(document, Guide):
        _show_queries(console, document)
    elif not everything:
        console.print()
        console.print(
            "Nothing was changed. `--all` shows the statements of the other commands too.", markup=False
        )


def _show_lints(console: Console, document: Document) -> None:
    found, notes = words.sorted_lints(document.lints), words.notes(document)
    if found or notes:
        _heading(console, "what to look at")
    for each in found:
        kind = words.lint_kind(each)
        _fact(
            console,
            Text.assemble(
                (f"{each.code} {each.title} ({kind})", _STYLES[kind]), f", {words.plain(each.place)}"
            ),
        )
        _fact(console, f"    {words.plain(each.fact)}")
        accepted = f"accepted: {words.plain(each.silenced)}" if each.silenced is not None else None
        _fact(console, f"    {accepted or 'next: ' + words.plain(each.remedy)}")
    for note in notes:
        _fact(console, f"note: {words.plain(note)}")


def _show_shapes(console: Console, document: Document) -> None:
    for tree in document.trees:
        _show_tree(console, tree)
    for shape in document.shapes:
        _heading(console, f"{words.plain(shape.table)}, before and after")
        rows = [
            (
                words.plain(line.before.name) if line.before else "",
                words.column(line.before),
                words.plain(line.after.name) if line.after else "",
                words.column(line.after),
                line.how,
            )
            for line in words.changed(shape.lines)
        ]
        _table(console, ("before", "", "after", "", ""), rows)
        left = len(shape.lines) - len(rows)
        _fact(console, f"{words.many(left, 'column')} stay as they are")


def _show_tree(console: Console, tree: TreeShape) -> None:
    _heading(console, trees.title(tree))
    _table(console, trees.OLD_HEADS, trees.old_tables(tree))
    _table(console, trees.NEW_HEADS, trees.new_columns(tree))
    if trees.gone(tree):
        _fact(console, f"nothing shows {', '.join(trees.gone(tree))}")


def _show_values(console: Console, document: Document) -> None:
    for each in document.mappings:
        _heading(console, words.plain(f"values of {each.table}: {each.old} to {each.new}"))
        counts = words.counted(each)
        _table(
            console,
            ("old value", "new value", *(head for head, _ in counts), "and back"),
            [
                (
                    words.value(one.old),
                    words.value(one.new),
                    *(words.number(rows[place]) for _, rows in counts),
                    words.comes_back(one) + (", another one" if words.another(one) else ""),
                )
                for place, one in enumerate(each.values)
            ],
        )
        _table(
            console,
            ("of the new version alone", "the old version sees", "rows"),
            [(words.value(one.new), words.value(one.seen_as), words.number(one.rows)) for one in each.others],
        )
        if each.left_out:
            _fact(console, f"and {words.many(each.left_out, 'more value')}")
        if each.refused:
            _fact(console, words.REFUSED)


def _show_ways_back(console: Console, document: Document) -> None:
    _heading(console, "the ways back")
    for way in document.ways_back:
        _fact(console, Text.assemble((way.command, "bold"), f": {words.plain(way.restores)}"))
        for each in words.counts(way):
            _fact(console, f"    {words.plain(each.what)}: {words.number(each.rows)}")
        if words.left_out(way):
            _fact(console, f"    {words.left_out(way)}")


def _show_guide(console: Console, guide: Guide) -> None:
    _heading(console, "checklist")
    for tick in guide.checklist:
        mark = ("✓ ", "green") if tick.done else ("· ", "dim")
        _fact(console, Text.assemble(mark, tick.text, (f": {words.plain(tick.measured)}", "dim")))
    _heading(console, "what was measured")
    for walk in guide.walks:
        ended = walk.ended or (f"failed: {words.plain(walk.failure)}" if walk.failure else "interrupted")
        _fact(console, f"{words.when(walk.at)}  {walk.command:<9} {words.span(walk.seconds)}, {ended}")
        for moved in walk.moved:
            rate = f"{moved.rows_per_second:,.0f} rows/s"
            _fact(
                console,
                f"    {words.plain(moved.step)}: {moved.rows:,} rows in {words.span(moved.seconds)}, {rate}",
            )
        if walk.compared is not None:
            found = f"{walk.compared.rows:,} rows compared, {walk.compared.mismatches:,} disagree"
            _fact(console, f"    {found}, {words.span(walk.compared.seconds)}")
        if walk.waits.times:
            waited = f"waited {words.many(walk.waits.times, 'time')}"
            longest = f"{words.span(walk.waits.longest)} at the longest: {words.plain(walk.waits.reason)}"
            _fact(console, f"    {waited}, {longest}")
        if walk.blocked is not None:
            _fact(
                console,
                f"    held others up for {words.span(walk.blocked)}: {words.plain(walk.blocking)}",
            )
    for line in trees.moved(guide):
        _fact(console, trees.told(line))
    for each in guide.writes:
        sides = f"{each.old:,} writes of the old side, {each.new:,} of the new"
        _fact(console, f"carried over on {words.plain(each.table)}: {sides}")


def _show_queries(console: Console, guide: Guide) -> None:
    _heading(console, "troubleshooting: queries that read, and nothing else")
    for query in guide.queries:
        console.print()
        console.print(Text(f"-- {words.plain(query.title)}", "dim"), soft_wrap=True)
        console.print(Text(f"{words.plain(query.sql, lines=True)};"), soft_wrap=True)


def _show_step(
    console: Console, document: Document, number: int, step: PlannedStep, *, statements: bool
) -> None:
    rows = f", about {step.rows:,} rows" if step.rows else ""
    took = f", {words.took(document, step)}" if step.seconds is not None else ""
    console.print(
        Text.assemble(
            f"{number:>3}  ",
            (f"{step.phase:<9} ", "cyan"),
            words.plain(step.title),
            (f"  ({step.mode}{rows}{took})", "dim"),
        ),
        soft_wrap=True,
    )
    for statement in step.statements if statements else ():
        body = words.plain(statement.sql, lines=True).replace("\n", "\n" + " " * 15)
        console.print(Text(f"{'':15}{body};"), soft_wrap=True)
        if statement.lock:
            told = f"-- takes {statement.lock}, {words.waits(statement)}"
            console.print(Text(f"{'':15}{told}", "dim"), soft_wrap=True)


def _heading(console: Console, title: str) -> None:
    console.print()
    console.print(Text(title, "bold"))


def _table(console: Console, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = Table(*(Column(head, overflow="fold") for head in heads), box=SIMPLE, pad_edge=False)
    found = list(rows)
    for row in found:
        table.add_row(*map(Text, row))
    if found:
        console.print(table)


def _fact(console: Console, line: str | Text) -> None:
    console.print(Text.assemble("  ", line), soft_wrap=True)
