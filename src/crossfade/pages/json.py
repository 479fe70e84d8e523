"""A document as JSON, for scripts: `Document.model_json_schema()` says what is in it."""

from __future__ import annotations

import json as json_

from crossfade.document import Document


def json(document: Document) -> str:
    """The document's fields, as pydantic dumps them."""
    return json_.dumps(document.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n"
