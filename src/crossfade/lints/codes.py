"""The codes of lints, and how one is accepted: with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crossfade import names
from crossfade.document import Lint
from crossfade.errors import EvolutionError

CODES = {
    "CF101": "a rewrite",
    "CF102": "an unindexed foreign key",
    "CF103": "a long lock",
    "CF104": "a trigger that will fire",
    "CF105": "grants by column under row-level security",
    "CF106": "a SELECT * that fails once",
    "CF107": "a transaction in the way",
    "CF108": "a table without statistics",
    "CF109": "a key that may be too long",
    "CF110": "sessions in the namespace",
}
NOTES = frozenset({"CF106", "CF108"})
"""Codes of what is good to know; all others are warnings."""


def lint(code: str, place: str, fact: str, remedy: str) -> Lint:
    """What is found in a place; the code says what it is called, and whether it warns."""
    return Lint(code=code, title=CODES[code], place=place, fact=fact, remedy=remedy, warns=code not in NOTES)


def check_accepted(accepted: Mapping[str, str], place: str) -> None:
    """Raises EvolutionError for a code that is none, and for an acceptance without a reason."""
    for key, reason in accepted.items():
        code = key.partition(" ")[0]
        if code not in CODES:
            raise EvolutionError(
                f"accept= names {code!r}, which is no lint", place=place, remedy=names.nearest(code, CODES)
            )
        if not reason.strip():
            raise EvolutionError(
                f"accept= gives no reason for {key!r}", place=place, remedy="say why it is fine, in words"
            )


def silenced(found: Iterable[Lint], accepted: Mapping[str, str]) -> tuple[Lint, ...]:
    """The lints, those that are accepted with the reason: by code and place, or by code alone."""
    return tuple(each.model_copy(update={"silenced": _reason(each, accepted)}) for each in found)


def _reason(found: Lint, accepted: Mapping[str, str]) -> str | None:
    here = (f"{found.code} {place}" for place in (found.place, found.place.removeprefix("public.")))
    return next((accepted[key] for key in (*here, found.code) if key in accepted), None)
