"""A document written down: for a terminal, as Markdown, as JSON, and as one HTML page that stands alone.

A new format is one file beside these, and one entry in `FORMATS`.
"""

from __future__ import annotations

from crossfade.pages.formats import ENDINGS, FORMATS, put
from crossfade.pages.html import html
from crossfade.pages.json import json
from crossfade.pages.markdown import markdown
from crossfade.pages.text import show_document, text

__all__ = ["ENDINGS", "FORMATS", "html", "json", "markdown", "put", "show_document", "text"]
