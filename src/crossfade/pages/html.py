"""A document as one HTML page: styles and pictures are in it, and it asks nobody for anything else.

All that comes from a database or a user passes Jinja's escaping, or `markupsafe`'s in the picture.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from crossfade.document import Document, Guide
from crossfade.pages import trees, words
from crossfade.pages.diagram import NARROW, WIDE, svg


def html(document: Document) -> str:
    """The whole page."""
    style = (files("crossfade.pages") / "document.css").read_text(encoding="utf-8")
    return _template().render(
        document=document,
        guide=document if isinstance(document, Guide) else None,
        style=Markup(style),  # noqa: S704 - our own file, with nothing of anybody's in it
        svg=svg,
        WIDE=WIDE,
        NARROW=NARROW,
        words=words,
        trees=trees,
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("crossfade.pages", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("document.html.jinja")
