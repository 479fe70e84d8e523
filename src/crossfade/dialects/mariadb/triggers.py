"""What Crossfade's triggers have in common: their names, how they are made, what they ask of a session.

A trigger's name is its database's, not its table's. Triggers of one event fire in the order in which they
were made: those that the user had fire first.
"""

from __future__ import annotations

from collections.abc import Iterable

from crossfade import names
from crossfade.dialects.mariadb.quoting import ident, literal, table
from crossfade.dialects.mariadb.rendering import ddl, has_trigger, nothing
from crossfade.schema import TableName
from crossfade.steps import Statement

ACTIVE = "COALESCE(@crossfade_sync, '') <> 'off'"
GUARDING = "COALESCE(@crossfade_guard, '') = 'on'"  # a lookup's guard changes the old side
TOLD = "`~told`"  # the variable of a trigger that holds what is told: MESSAGE_TEXT takes no expression

CLOSED_INSERT = "~crossfade_closed_insert"
CLOSED_UPDATE = "~crossfade_closed_update"
INSERT = "~crossfade_insert"
UPDATE = "~crossfade_update"
ALL = (CLOSED_INSERT, CLOSED_UPDATE, INSERT, UPDATE)

# Of the numbers that drivers take for a violated constraint, and their SQLSTATE.
NOT_NULL = 1048
NO_VALUE = 1452
_NO_COLUMN = 1054


def trigger(kind: str, event: str, of: TableName, lines: Iterable[str], before: str = "") -> Statement:
    """A trigger before each row's `event`, in every session whose sync is not off; it comes `before` another
    one of ours, where that stands, and is left out where that does not.
    """
    name, body = _name(kind, of), [f"    {line}" for line in lines]
    tells = any(TOLD in line for line in body)
    body = [
        "BEGIN",
        *([f"  DECLARE {TOLD} VARCHAR(128);"] if tells else []),
        f"  IF {ACTIVE} THEN",
        *body,
        "  END IF;",
        "END",
    ]
    order = f" PRECEDES {ident(_name(before, of))}" if before else ""
    created = (
        f"CREATE TRIGGER {ident(of.schema)}.{ident(name)} BEFORE {event} ON {table(of)} FOR EACH ROW{order}\n"
        + "\n".join(body)
    )
    done = has_trigger(of.schema, name)
    return ddl(created, either(done, nothing(has_trigger(of.schema, _name(before, of)))) if before else done)


def dropped(kind: str, of: TableName) -> Statement:
    """The removal of a trigger that may stand."""
    name = _name(kind, of)
    return ddl(
        f"DROP TRIGGER IF EXISTS {ident(of.schema)}.{ident(name)}", nothing(has_trigger(of.schema, name))
    )


def refused(test: str, told: Iterable[str], number: int = NO_VALUE) -> list[str]:
    """The lines that refuse a row where `test` holds; `told` are the parts of what is told, as SQL, `number`
    is what drivers take the error for. `INSERT IGNORE` does not let it pass.
    """
    return [
        f"IF {test} THEN",
        f"  SET {TOLD} = LEFT(CONCAT({', '.join(told)}), 128);",
        f"  SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = {number}, MESSAGE_TEXT = {TOLD};",
        "END IF;",
    ]


def otherwise(lines: Iterable[str], instead: Iterable[str]) -> list[str]:
    """The lines, or those `instead` where they name a column that is not there."""
    return [
        "BEGIN",
        f"  DECLARE EXIT HANDLER FOR {_NO_COLUMN} BEGIN",
        *(f"    {line}" for line in instead),
        "  END;",
        *(f"  {line}" for line in lines),
        "END;",
    ]


def said(*parts: str) -> list[str]:
    """Words that are told, as SQL."""
    return [literal(each) for each in parts]


def counter(side: str, evolution: str, of: TableName) -> str:
    """The name, in the journal, of the sequence that counts a side's writes."""
    return names.routine(f"writes_{side}", of.schema, of.name, evolution)


def either(one: str, other: str) -> str:
    """A query with a row where one of the two has one."""
    return f"SELECT 1 WHERE EXISTS ({one}) OR EXISTS ({other})"


def _name(kind: str, of: TableName) -> str:
    return names.fitted(f"{kind}_{of.name}")
