"""How a definition begins: CREATE, what it makes, and the name. The rest is the server's to read."""

from __future__ import annotations

import re
from typing import NamedTuple

from crossfade.errors import EvolutionError

# White space and comments; the server nests /* */, which nobody writes before a name.
_GAP = r"(?:\s|--[^\n]*(?:\n|$)|/\*(?:[^*]|\*(?!/))*\*/)"
_PART = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_HEAD = re.compile(
    rf"{_GAP}*CREATE{_GAP}+(?:OR{_GAP}+REPLACE{_GAP}+)?(?P<kind>FUNCTION|PROCEDURE|VIEW){_GAP}+"
    rf"(?:(?P<schema>{_PART}){_GAP}*\.{_GAP}*)?(?P<name>{_PART})(?![\w$.])",
    re.IGNORECASE,
)


class Heading(NamedTuple):
    """What is made, its schema (None: not said) and its name, as the server would fold them; and the rest."""

    kind: str
    schema: str | None
    name: str
    body: str


def heading(sql: str, place: str) -> Heading:
    """The heading of a definition. Raises EvolutionError for what is none."""
    found = _HEAD.match(sql)
    if found is None:
        first = " ".join(sql.split())[:40]
        raise EvolutionError(
            f"it does not begin as CREATE FUNCTION, CREATE PROCEDURE or CREATE VIEW: {first!r}",
            place=place,
            remedy="give one such statement; neither TEMPORARY nor RECURSIVE nor MATERIALIZED",
        )
    schema = found["schema"]
    body = sql[found.end() :].rstrip()
    return Heading(
        found["kind"].lower(),
        None if schema is None else _folded(schema),
        _folded(found["name"]),
        body.removesuffix(";").rstrip() if not _ends_in_comment(body) else body,
    )


def _folded(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') else part.lower()


def _ends_in_comment(body: str) -> bool:
    return "--" in body.rpartition("\n")[2]
