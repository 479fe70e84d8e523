"""What is executed to ask for definitions, as far as it is known before: for people to read beforehand."""

from __future__ import annotations

from dataclasses import replace

from crossfade.dialects.postgresql.definitions import base, create, private, stand_in
from crossfade.dialects.postgresql.places import Places
from crossfade.dialects.postgresql.quoting import ident, idents
from crossfade.dialects.postgresql.rendering import Server, render
from crossfade.schema import VIEW, TableName
from crossfade.steps import AskDefinitions, Role, Statement


@render.register
def _(step: AskDefinitions, server: Server) -> tuple[Statement, ...]:
    # In a transaction that is rolled back: trials.py executes it, and looks at what is made.
    schemas = dict.fromkeys(
        (*(each.name.schema for each in step.definitions), *(each.table.schema for each in step.stand_ins))
    )
    places = Places.of(step.evolution, step.search_path, schemas)
    statements = [
        Statement(f"CREATE SCHEMA {ident(each)}")
        for place in places.stand_ins.values()
        for each in (place, base(place), private(place))
    ]
    for shown in step.stand_ins:
        statements.extend(stand_in(shown, places.stand_ins))
    statements.append(Statement("SET LOCAL check_function_bodies = off", Role.SETTING))
    for each in step.definitions:
        home = each.name.schema
        path = places.view_path(home) if each.kind == VIEW else places.path(home, places.stand_ins)
        made = replace(each, name=TableName(places.stand_ins[home], each.name.name))
        statements.append(Statement(f"SET LOCAL search_path = {idents(path)}", Role.SETTING))
        statements.append(Statement(create(made)))
    return tuple(statements)
