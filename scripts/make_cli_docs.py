"""Writes docs/cli.md, the reference of the command line, from the commands themselves.

`make docs` runs it; `make check` compares what it would write with what is there.
"""

from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from typing import Any

import typer

from crossfade.cli import application

PAGE = Path(__file__).parent.parent / "docs" / "cli.md"

HEAD = """\
# The command line

Made by `make docs` from the commands themselves. What the exit codes mean is in the
[README](../README.md#exit-codes), which command fits which state in [states.md](states.md).
"""

# Every Typer application has these two; they say nothing about Crossfade.
OWN = {"--install-completion", "--show-completion"}
BRACES = str.maketrans("", "", "{}")


def reference() -> str:
    """The whole page."""
    command = typer.main.get_command(application())
    context = command.make_context("crossfade", [], resilient_parsing=True)
    return "\n".join([HEAD, *_sections(command, context)])


def _sections(command: Any, context: Any) -> Iterator[str]:
    pieces = [piece.upper().translate(BRACES) for piece in command.collect_usage_pieces(context)]
    usage = " ".join([context.command_path, *pieces])
    yield f"## {context.command_path}\n\n{cleandoc(command.help or '')}\n\n    {usage}\n"
    records = [parameter.get_help_record(context) for parameter in command.params]
    rows = [record for record in records if record and record[0] not in OWN]  # hidden ones have no record
    if rows:
        lines = [f"| `{_cell(names)}` | {_cell(' '.join(text.split()))} |" for names, text in rows]
        yield "\n".join(["| argument or option | meaning |", "| --- | --- |", *lines, ""])
    for name, inner in getattr(command, "commands", {}).items():
        if not inner.hidden:
            yield from _sections(inner, inner.make_context(name, [], parent=context, resilient_parsing=True))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(reference())
    print(f"wrote {PAGE}")
