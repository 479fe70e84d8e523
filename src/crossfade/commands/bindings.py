"""Whether anything has come since that is bound to a function or a view which a command retires or drops."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from crossfade.dialects import SchemaDialect
from crossfade.errors import SchemaMismatch
from crossfade.schema import Definition, Draft
from crossfade.steps import DropDefinition, RetireDefinition, Step


def demand_unbound(steps: Iterable[Step], dialect: SchemaDialect, connection: Connection, place: str) -> None:
    """Raises SchemaMismatch, which lists it, for what would stay with a retired definition, or keep one from
    being dropped.
    """
    gone = [step.definition for step in steps if isinstance(step, DropDefinition | RetireDefinition)]
    if not gone:
        return
    drafts = [
        Draft("", each.kind, each.name.schema, each.name.name, None, "", replaces=True) for each in gone
    ]
    found = [
        each
        for each in dialect.reflect(connection, (), drafts).definitions
        if any(_same(each, other) for other in gone)
    ]
    own = {each.identity for each in found}
    for each in found:
        bound = [f"{of.kind} {of.name}" for of in each.dependents if of.name not in own]
        if bound:
            raise SchemaMismatch(
                f"{'; '.join(bound)} depends on {each.kind} {each.called}, which has to go",
                place=place,
                remedy="drop it first, and make it again afterwards",
            )


def _same(one: Definition, other: Definition) -> bool:
    return (one.kind, one.name, one.inputs) == (other.kind, other.name, other.inputs)
