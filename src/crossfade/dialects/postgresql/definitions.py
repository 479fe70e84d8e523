"""Functions, procedures and views made, retired and dropped, as PostgreSQL's statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from crossfade.dialects.postgresql.quoting import ident, idents, literal, table
from crossfade.dialects.postgresql.rendering import Server, granted, render
from crossfade.schema import VIEW, Definition, StandIn, TableName
from crossfade.steps import (
    CreateDefinition,
    DropDefinition,
    PublishDefinition,
    RestoreDefinition,
    RetireDefinition,
    Role,
    Statement,
)

_BRIEFLY = "readers of the view, briefly"


@render.register
def _(step: CreateDefinition, server: Server) -> tuple[Statement, ...]:
    made = step.definition
    return (
        *_looking(step.search_path),
        Statement(create(made)),
        *_finish(made),
        *_owned(step),
        *_granted(made),
        *_usual(),
    )


@render.register
def _(step: DropDefinition, server: Server) -> tuple[Statement, ...]:
    made = step.definition
    lock = "ACCESS EXCLUSIVE" if made.kind == VIEW else ""
    return (Statement(f"DROP {_called(made)}", lock=lock, blocks=_BRIEFLY if lock else "nothing"),)


@render.register
def _(step: RetireDefinition, server: Server) -> tuple[Statement, ...]:
    return (_renamed(step.definition, step.definition.name, step.to),)


@render.register
def _(step: RestoreDefinition, server: Server) -> tuple[Statement, ...]:
    old = step.definition
    return (_renamed(old, TableName(old.name.schema, step.to), old.name.name),)


def create(made: Definition) -> str:
    """The statement that makes a definition; no more than one, where it was asked for before."""
    return f"CREATE {made.kind.upper()} {table(made.name)}{made.body}"


def base(place: str) -> str:
    """The schema of the tables that stand-ins show."""
    return f"{place}_tables"


def private(place: str) -> str:
    """The schema of what shows them to views."""
    return f"{place}_views"


def stand_in(step: StandIn, places: Mapping[str, str]) -> tuple[Statement, ...]:
    """The statements that make the new version of a table, empty, and show it as its namespace does: to
    everybody, and to views.
    """
    place = places[step.table.schema]
    of = TableName(base(place), step.table.name)
    lines = [
        f"{ident(each.name)} {each.type}{f' COLLATE {each.collation}' if each.collation else ''}"
        for each in step.columns
    ]
    if step.key:
        lines.append(f"PRIMARY KEY ({idents(step.key)})")
    columns = idents(each.name for each in step.columns)
    return (
        Statement(f"CREATE TABLE {table(of)} ({', '.join(lines)})"),
        *(
            Statement(f"CREATE VIEW {table(TableName(to, step.shown))} AS SELECT {columns} FROM {table(of)}")
            for to in (place, private(place))
        ),
    )


def _looking(path: Sequence[str]) -> tuple[Statement, ...]:
    """Names mean what they mean to the new version's sessions, and bodies have been looked at before."""
    return (
        Statement(f"SET LOCAL search_path = {idents(path)}", Role.SETTING),
        Statement("SET LOCAL check_function_bodies = off", Role.SETTING),
    )


def _usual() -> tuple[Statement, ...]:
    return (
        Statement("SET LOCAL search_path = DEFAULT", Role.SETTING),
        Statement("SET LOCAL check_function_bodies = DEFAULT", Role.SETTING),
    )


def _finish(made: Definition) -> Iterator[Statement]:
    """What the body does not say: where names are looked for, comments, defaults of a view's columns."""
    if made.path is not None:
        yield Statement(f"ALTER {_called(made)} SET search_path = {idents(made.path)}")
    if made.comment is not None:
        yield Statement(f"COMMENT ON {_called(made)} IS {literal(made.comment)}")
    for each in made.columns:
        if each.default is not None:
            yield Statement(
                f"ALTER VIEW {table(made.name)} ALTER COLUMN {ident(each.name)} SET DEFAULT {each.default}"
            )
        if each.comment is not None:
            column = f"{table(made.name)}.{ident(each.name)}"
            yield Statement(f"COMMENT ON COLUMN {column} IS {literal(each.comment)}")


def _owned(step: CreateDefinition) -> Iterator[Statement]:
    """The owner; in a namespace of another's, it is let in for a moment: it must have a right to be there."""
    made = step.definition
    if made.owner is None:
        return
    place = f"ON SCHEMA {ident(made.name.schema)}"
    guest = isinstance(step, PublishDefinition) and step.housed != made.owner
    if guest:
        yield Statement(f"GRANT CREATE {place} TO {ident(made.owner)}")
    yield Statement(f"ALTER {_called(made)} OWNER TO {ident(made.owner)}")
    if guest:
        yield Statement(f"REVOKE CREATE {place} FROM {ident(made.owner)}")


def _granted(made: Definition) -> Iterator[Statement]:
    if made.grants is None:
        return
    on = table(made.name) if made.kind == VIEW else _called(made)
    everybody = ["PUBLIC", *([ident(made.owner)] if made.owner else [])]
    yield Statement(f"REVOKE ALL ON {on} FROM {', '.join(everybody)}")
    for each in made.grants:
        yield granted(each, each.column, on)


def _renamed(made: Definition, of: TableName, to: str) -> Statement:
    lock = "ACCESS EXCLUSIVE" if made.kind == VIEW else ""
    return Statement(
        f"ALTER {_called(made, of)} RENAME TO {ident(to)}", lock=lock, blocks=_BRIEFLY if lock else "nothing"
    )


def _called(made: Definition, name: TableName | None = None) -> str:
    """What it is, its name, and of a routine the types that tell it from others of the name."""
    types = "" if made.kind == VIEW else f"({', '.join(made.inputs)})"
    return f"{made.kind.upper()} {table(name or made.name)}{types}"
