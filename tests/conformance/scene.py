"""A writer at a stop: it writes, the model does the same, and both sides are read and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, NoReturn

import pytest

from tests.conformance.application import Application
from tests.conformance.columns import MADE, Column, Half, Row
from tests.conformance.entry import Asked
from tests.conformance.model import Model, Stage
from tests.conformance.pair import NUMBER, Pair, Refusal
from tests.conformance.stagehand import Stagehand
from tests.conformance.writer import DEFAULT, Writer

Sent = Sequence[Row] | None


class Turns:
    """Counters by name: what is written is the same in every run."""

    def __init__(self) -> None:
        self._counters: dict[str, Iterator[int]] = {}

    def next(self, name: str) -> int:
        """0, then 1, and so on."""
        return next(self._counters.setdefault(name, count()))


@dataclass
class Scene:
    """`application` writes, as `write` says; `readers` are applications of the versions that there are."""

    place: str  # entry, server, schema and stop, for messages
    model: Model
    application: Application
    readers: Sequence[Application]
    stagehand: Stagehand
    turns: Turns
    write: str

    @property
    def writer(self) -> Writer:
        """Who writes."""
        return self.application.writer

    # --- what to write ---

    def halves(self) -> list[tuple[Column, Half]]:
        """The columns that the writer's version lets applications write, the row's number aside."""
        columns = [each for each in self.application.entry.columns if each.is_written and each.name != NUMBER]
        halves = [(each, each.half(self.writer.side)) for each in columns]
        return [(column, half) for column, half in halves if half is not None]

    def evolved(self) -> list[tuple[Column, Half]]:
        """Those that the changes are about."""
        return [(column, half) for column, half in self.halves() if not column.shared]

    def optional(self) -> list[str]:
        """The names of those that may be left out."""
        return [column.name for column, half in self.halves() if half.nullable or half.default is not None]

    def row(self, **given: Any) -> Row:
        """A new row: every column with the next value that is taken, or as given."""
        number = 1 + self.turns.next(NUMBER)
        halves = [(column, half) for column, half in self.halves() if half.numbered]
        return {
            NUMBER: number,
            **{column.name: half.values[number] for column, half in halves},
            **self.next_values(),
            **given,
        }

    def next_values(self, *, evolved: bool = True) -> Row:
        """The next value that is taken of each column that may change; with or without the evolved."""
        changing = [(column, half) for column, half in self.halves() if not half.numbered]
        return {
            column.name: self._value(column, half) for column, half in changing if evolved or column.shared
        }

    def every_value(self) -> list[Row]:
        """Every value of the evolved columns, side by side: those that are refused too."""
        evolved = self.evolved()
        turns = max((len(half.values) for _, half in evolved), default=0)
        return [
            {column.name: half.values[turn % len(half.values)] for column, half in evolved}
            for turn in range(turns)
        ]

    def pick(self) -> int:
        """The number of a row to write to; every other time, one whose new side `forward` does not give."""
        turn = self.turns.next("pick")
        rows = self.expendable() if self.model.stage is Stage.OLD else sorted(self.model.rows)
        apart = [number for number in rows if self.model.is_apart(self.model.rows[number])]
        choice = apart if apart and turn % 2 else rows
        return choice[turn * 7 % len(choice)]

    def expendable(self) -> list[int]:
        """The numbers of rows that need not be there, as they are, for the rest of the walk."""
        return [number for number in sorted(self.model.rows) if number % 3]

    def shown(self, number: int) -> Row:
        """A row as the writer's version shows it."""
        return self.model.rows[number].side(self.writer.side)

    def key(self, number: int) -> Row:
        """What names a row in a condition."""
        return {each.name: self.shown(number)[each.name] for each in self.model.columns if each.is_key}

    # --- writing and comparing ---

    def inserts(self, rows: Sequence[Row], send: Callable[[Sequence[Row]], Sent]) -> None:
        """New rows, sent as `send` does."""
        insert = partial(self.model.insert, self.writer.side, on_path=self.writer.on_path)
        self.does(partial(send, rows), lambda: [insert(_given(row)) for row in rows])

    def updates(self, number: int, row: Row, send: Callable[[Row, Row], Sent]) -> None:
        """A row that stands gets the values `row`, sent as `send` does."""
        update = partial(self.model.update, self.writer.side, number, row)
        self.does(partial(send, row, self.key(number)), lambda: [update()])

    def deletes(self, number: int, send: Callable[[Row], Sent]) -> None:
        """A row goes, sent as `send` does."""
        self.does(partial(send, self.key(number)), lambda: [self.model.delete(number)])

    def does(self, statement: Callable[[], Sent], expectation: Callable[[], list[Pair]]) -> None:
        """The application executes, the model follows; both refuse, or neither. What the statement
        returns must be what the writer's version shows of the rows.
        """
        returned: Sent = None
        refused: Exception | None = None
        try:
            returned = statement()
        except self.application.error as error:
            if not self.application.refuses(error):
                raise
            refused = error
        rows = dict(self.model.rows)
        try:
            touched = expectation()
        except Refusal as refusal:
            self.model.rows = rows
            if refused is None:
                self.fail(self.writer.name, f"a refusal, because of {refusal}", "the write was taken")
        else:
            if refused is not None:
                self.fail(self.writer.name, "the write is taken", refused)
            if returned:
                shown = [each.side(self.writer.side) for each in touched]
                self._same(f"{self.writer.name}, RETURNING", shown, returned)
        self.compare()

    def compare(self) -> None:
        """Every reader sees what the model says."""
        for reader in self.readers:
            self._same(reader.writer.name, self.model.shown(reader.writer.side), reader.read())
            for asked in reader.entry.asked:
                self._answers(reader, asked)

    def expect(self, what: str, expected: object, actual: object) -> None:
        """Anything else that must be so."""
        if expected != actual:
            self.fail(what, expected, actual)

    def fail(self, side: str, expected: object, actual: object) -> NoReturn:
        """Fail with all that names the cell."""
        pytest.fail(
            f"{self.place}\nwrite: {self.write}, by the application: {self.writer.name}\nside: {side}\n"
            f"expected: {expected}\nactual:   {actual}",
            pytrace=False,
        )

    def _answers(self, reader: Application, asked: Asked) -> None:
        """What a reader finds behind the names of functions and views."""
        expected = asked.answers(reader.writer.side, self.model.shown(reader.writer.side))
        try:
            found = reader.ask(asked.query)
        except reader.error as error:
            if expected is not None or not reader.lacks(error):
                self.fail(f"{reader.writer.name}, {asked.query}", expected, error)
            return
        if expected is None:
            self.fail(f"{reader.writer.name}, {asked.query}", "no such thing", found)
        self._same(f"{reader.writer.name}, {asked.query}", expected, found)

    def _value(self, column: Column, half: Half) -> Any:
        accepts = partial(self.model.accepts, column, half, on_path=self.writer.on_path)
        taken = [value for value in half.values if accepts(value)]
        return taken[self.turns.next(column.name) % len(taken)]

    def _same(self, side: str, expected: Sequence[Row], actual: Sequence[Row]) -> None:
        wanted = {row[NUMBER]: row for row in expected}
        found = {row[NUMBER]: row for row in actual}
        for number in wanted.keys() & found.keys():
            for column, value in wanted[number].items():
                if value is MADE and found[number][column] is not None:
                    self.model.learn(number, column, found[number][column])
        if len(actual) == len(expected) and wanted == found:
            return
        wrong = [number for number in sorted({*wanted, *found}) if wanted.get(number) != found.get(number)]
        self.fail(
            side,
            [wanted.get(number) for number in wrong] if wrong else f"{len(expected)} rows",
            [found.get(number) for number in wrong] if wrong else f"{len(actual)} rows",
        )


def _given(row: Row) -> Row:
    return {name: value for name, value in row.items() if value is not DEFAULT}
