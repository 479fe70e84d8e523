"""The formats, and where a document goes: to a file, or to who asked for it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.console import Console

from crossfade.document import Document
from crossfade.errors import UsageError
from crossfade.names import nearest
from crossfade.pages.html import html
from crossfade.pages.json import json
from crossfade.pages.markdown import markdown
from crossfade.pages.text import show_document, text

FORMATS: Mapping[str, Callable[[Document], str]] = {
    "text": text,
    "markdown": markdown,
    "json": json,
    "html": html,
}

ENDINGS = {".txt": "text", ".md": "markdown", ".json": "json", ".html": "html", ".htm": "html"}
"""What a file's name says of its format."""


def put(document: Document, form: str | None, output: Path | None, *, everything: bool) -> None:
    """Write the document to `output`, or print it. Without a `form` the file's name says it, else it is text.

    Raises UsageError for a format that there is not, and a file that can't be written.
    """
    chosen = form or ENDINGS.get(output.suffix.lower() if output else "", "text")
    if chosen not in FORMATS:
        raise UsageError(f"there is no format {chosen!r}", place="--format", remedy=nearest(chosen, FORMATS))
    if output is not None:
        try:
            output.write_text(FORMATS[chosen](document), encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{output} can't be written: {error.strerror}", place="--output") from error
    elif chosen == "text":
        show_document(Console(), document, everything=everything)
    else:
        sys.stdout.write(FORMATS[chosen](document))
