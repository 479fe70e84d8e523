"""Checks that the documents say what is so; prints every fault, and exits 1 where there is one.

- every relative link in a Markdown file leads to a file, and its #anchor to a heading there;
- docs/cli.md is what the command line says of itself;
- every change in `crossfade.changes.CHANGES` has its page in docs/changes;
- the table in docs/states.md is the transition table of `crossfade.phases`;
- the exit codes in the README are those of `crossfade.errors`.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from crossfade.changes import CHANGES
from crossfade.errors import CrossfadeError
from crossfade.phases import TRANSITIONS, Command, State
from scripts import make_cli_docs

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"

FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)


def faults() -> Iterator[str]:
    """Every fault, as a line that names the file."""
    pages = {page: page.read_text() for page in _pages()}
    for page, text in pages.items():
        yield from _dead_links(page, text, pages)
    yield from _stale_reference()
    yield from _missing_pages()
    yield from _missing_lines(DOCS / "states.md", _transition_rows())
    yield from _missing_lines(ROOT / "README.md", _exit_code_starts())


def _pages() -> list[Path]:
    hidden = (".venv", ".git")
    return [page for page in ROOT.rglob("*.md") if page.relative_to(ROOT).parts[0] not in hidden]


def _dead_links(page: Path, text: str, pages: dict[Path, str]) -> Iterator[str]:
    for target in LINK.findall(CODE.sub("", FENCE.sub("", text))):
        address, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", address):
            continue
        there = (page.parent / address).resolve() if address else page
        if not there.exists():
            yield f"{page.relative_to(ROOT)}: no such file: {target}"
        elif anchor and anchor not in {_anchor(heading) for heading in HEADING.findall(pages.get(there, ""))}:
            yield f"{page.relative_to(ROOT)}: no such heading: {target}"


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _stale_reference() -> Iterator[str]:
    page = make_cli_docs.PAGE
    if not page.exists() or page.read_text() != make_cli_docs.reference():
        yield f"{page.relative_to(ROOT)}: not what the command line says of itself; run: make docs"


def _missing_pages() -> Iterator[str]:
    for change in CHANGES:
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", change.__name__).lower()
        page = DOCS / "changes" / f"{name}.md"
        if not page.exists() or not page.read_text().startswith(f"# {change.__name__}\n"):
            yield f"{page.relative_to(ROOT)}: missing, or its first line is not: # {change.__name__}"


def _missing_lines(page: Path, beginnings: list[str]) -> Iterator[str]:
    lines = page.read_text().splitlines()
    for beginning in beginnings:
        if not any(line.startswith(beginning) for line in lines):
            yield f"{page.relative_to(ROOT)}: no line begins with: {beginning}"


def _transition_rows() -> list[str]:
    rows = []
    for state in State:
        cells = [TRANSITIONS.get((state, command)) for command in Command]
        rows.append(" | ".join([f"| {state}", *(f"{cell.after}" if cell else "-" for cell in cells)]) + " |")
    return rows


def _exit_code_starts() -> list[str]:
    every = CrossfadeError.__subclasses__()
    direct = (each for each in every if each.__module__ == CrossfadeError.__module__)
    classes: list[type[CrossfadeError]] = [CrossfadeError, *direct]
    return [f"| {error.exit_code} | `{error.__name__}` |" for error in classes]


if __name__ == "__main__":
    found = list(faults())
    print("\n".join(found))
    sys.exit(bool(found))
