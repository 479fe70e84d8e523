"""What the server says of the functions and views that an evolution defines, before it is planned."""

from __future__ import annotations

from dataclasses import replace

from crossfade.changes import Defining
from crossfade.dialects import SchemaDialect
from crossfade.errors import EvolutionError, Refused
from crossfade.evolution import Evolution
from crossfade.planning import build
from crossfade.schema import Draft, Schema
from crossfade.stand_ins import stand_ins
from crossfade.steps import AskDefinitions


def drafted(evolution: Evolution) -> tuple[Draft, ...]:
    """The drafts of its changes. Raises EvolutionError where two are of one name."""
    drafts = tuple(each.draft for each in evolution.changes if isinstance(each, Defining))
    for number, each in enumerate(drafts):
        if any(each.change == other.change for other in drafts[:number]):
            raise EvolutionError(
                f"two changes are {each.change}", place=f"evolution {evolution.name!r}", remedy="leave one"
            )
    return drafts


def defined(
    evolution: Evolution, drafts: tuple[Draft, ...], schema: Schema, dialect: SchemaDialect
) -> tuple[Schema, tuple[AskDefinitions, ...]]:
    """The schema with what the drafts make of its functions and views; what they replace depends on no table,
    for it follows them; and what was asked for that. Raises Refused for what the server would not take.
    """
    if not schema.traits.definitions:
        return schema, ()  # each change tells that itself
    place = f"evolution {evolution.name!r}"
    replaced = {
        each.identity
        for each in schema.definitions
        for draft in drafts
        if draft.replaces and each.name.name == draft.name
    }
    others = tuple(each for each in evolution.changes if not isinstance(each, Defining))
    freed = schema.without_dependents(replaced)
    shown = stand_ins(build(replace(evolution, changes=others), freed)) if others else ()
    try:
        with dialect.engine.connect() as apart:  # rolled back at its end
            found = dialect.redefinitions(apart, schema, evolution.name, drafts, shown)
    except Refused as error:
        raise error.within(place) from error
    gone = {each.old.identity for each in found if each.old is not None}
    known = {each.change: each for each in drafts}
    made = tuple(replace(each.new, body=known[each.change].body) for each in found)
    asked = AskDefinitions(evolution.name, made, tuple(shown), schema.search_path)
    return replace(schema.without_dependents(gone), redefinitions=found), (asked,)
