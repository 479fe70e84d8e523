"""The triggers that keep both sides of a row in agreement, and those that close the new side.

Who wins: a value of the new side, where one was given or changed, since only a writer that knows
the new version can give one; else the old side. An INSERT without a new value is the old side's,
unless the session has the namespace on its search path and gives no old value: then it is a NULL that
the new side means.

The names sort after any ASCII name of the user's, so that they fire last; functions run with a
safe search path, and the conditions in WHEN are bound when the trigger is made.
"""

from __future__ import annotations

from collections.abc import Iterable

from crossfade import names
from crossfade.dialects.postgresql import values
from crossfade.dialects.postgresql.quoting import dollar_quoted, ident, idents, literal, table
from crossfade.expressions import default_of
from crossfade.lens import Law, RowLens
from crossfade.schema import Column, TableName
from crossfade.steps import CloseSide, CountWrites, InstallSync, RemoveSync, Statement

LOCK = "SHARE ROW EXCLUSIVE"
ACTIVE = "current_setting('crossfade.sync', true) IS DISTINCT FROM 'off'"

_CLOSED_INSERT = "~crossfade_closed_insert"
_CLOSED_UPDATE = "~crossfade_closed_update"
_INSERT_NEW = "~crossfade_insert_new"
_INSERT_OLD = "~crossfade_insert_old"
_UPDATE = "~crossfade_update"


def install(step: InstallSync) -> tuple[Statement, ...]:
    """The function and the triggers of a table's lenses; nothing where there are none."""
    if not step.lenses:
        return ()
    function = _function("sync", step.evolution, step.table)
    body = "\n".join(
        [
            "BEGIN",
            "  IF TG_OP = 'INSERT' THEN",
            *_arrived(step),
            *(line for lens in step.lenses for line in _on_insert(lens, step)),
            "  ELSE",
            *(line for lens in step.lenses for line in _on_update(lens, step)),
            *_moves(step),
            "  END IF;",
            "  RETURN NEW;",
            "END",
        ]
    )
    path = idents(("pg_catalog", *step.search_path, "pg_temp"))
    inside = f"{literal(step.namespace)}::name = ANY (current_schemas(false))"
    inserts = (
        _trigger(_INSERT_NEW, "INSERT", step.table, ACTIVE, f"{function}('new')")
        if step.one_sided
        else (
            *_trigger(
                _INSERT_OLD, "INSERT", step.table, f"{ACTIVE} AND NOT ({inside})", f"{function}('old')"
            ),
            *_trigger(_INSERT_NEW, "INSERT", step.table, f"{ACTIVE} AND {inside}", f"{function}('new')"),
        )
    )
    return (
        *_counters(step),
        Statement(
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SET search_path = {path} AS "
            f"{dollar_quoted(body)}"
        ),
        *inserts,
        *_trigger(
            _UPDATE,
            "UPDATE",
            step.table,
            f"({values.changed(dict.fromkeys((*step.watched, *step.movers)))}) AND {ACTIVE}",
            f"{function}()",
        ),
    )


def remove(step: RemoveSync) -> tuple[Statement, ...]:
    """Both functions and every trigger that stands."""
    triggers = (_CLOSED_INSERT, _CLOSED_UPDATE, _INSERT_NEW, _INSERT_OLD, _UPDATE)
    return (
        *(
            Statement(
                f"DROP TRIGGER IF EXISTS {ident(name)} ON {table(step.table)}",
                lock="ACCESS EXCLUSIVE",
                blocks="reads and writes, briefly",
            )
            for name in triggers
        ),
        *(
            Statement(f"DROP FUNCTION IF EXISTS {_function(purpose, step.evolution, step.table)}()")
            for purpose in ("sync", "closed")
        ),
        *(
            Statement(f"DROP SEQUENCE IF EXISTS {_counter(side, step.evolution, step.table)}")
            for side in ("old", "new")
        ),
    )


def close(step: CloseSide) -> tuple[Statement, ...]:
    """Triggers that refuse what only a writer of the new side could write."""
    function = _function("closed", step.evolution, step.table)
    fact = (
        f"evolution {step.evolution} is being rolled back: "
        f"the new version of {step.table} takes no more writes"
    )
    body = (
        "BEGIN\n"
        f"  RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = {literal(fact)},\n"
        "    HINT = 'Stop the new version of the application, or start the evolution again.';\n"
        "END"
    )
    given = " OR ".join(_given(step.columns))
    updated = values.changed(step.columns)
    inserts = (
        _trigger(_CLOSED_INSERT, "INSERT", step.table, f"({given}) AND {ACTIVE}", f"{function}()")
        if given
        else ()
    )
    return (
        Statement(
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql "
            f"SET search_path = pg_catalog, pg_temp AS {dollar_quoted(body)}"
        ),
        *inserts,
        *_trigger(_CLOSED_UPDATE, "UPDATE", step.table, f"({updated}) AND {ACTIVE}", f"{function}()"),
    )


def _on_insert(lens: RowLens, step: InstallSync) -> list[str]:
    absent = " AND ".join(f"NEW.{ident(column.name)} IS NULL" for column in lens.new)
    # A session of the new version that gives an old value has named the base table: it means that value.
    given = [] if step.one_sided else _given(lens.old)
    old_speaks = " OR ".join(["TG_ARGV[0] = 'old'", *given])
    lines = [
        f"    IF {absent} AND {f'({old_speaks})' if given else old_speaks} THEN",
        *_assign(values.forward(lens, "NEW", step.columns)),
    ]
    if lens.backward:
        lines += [*_counted("old", step), "    ELSE", *_backwards(lens, step), *_counted("new", step)]
    return [*lines, "    END IF;"]


def _moves(step: InstallSync) -> list[str]:
    """A row that moves to another partition is inserted there, and both its sides stand already."""
    if not step.movers:
        return []
    moved = f"PERFORM set_config('crossfade.moved', {_named(step)}, true);"
    return [f"    IF {values.changed(step.movers)} THEN", f"      {moved}", "    END IF;"]


def _arrived(step: InstallSync) -> list[str]:
    if not step.movers:
        return []
    return [
        f"    IF current_setting('crossfade.moved', true) = {_named(step)} THEN",
        "      PERFORM set_config('crossfade.moved', '', true);",
        "      RETURN NEW;",
        "    END IF;",
    ]


def _named(step: InstallSync) -> str:
    key = ", ".join(f"NEW.{ident(column.name)}::text" for column in step.movers)
    return f"jsonb_build_array({literal(str(step.table))}, {key})::text"


def _given(columns: Iterable[Column]) -> list[str]:
    """For each of `columns`, the condition that an INSERT gave it something else than its default."""
    return [
        values.differs(column, f"NEW.{ident(column.name)}", column.default or "NULL")
        for column in columns
        if not default_of(column).volatile
    ]


def _on_update(lens: RowLens, step: InstallSync) -> list[str]:
    if not lens.backward:
        return _refill(lens, step)
    return [
        f"    IF {values.changed(lens.new)} THEN",
        *_backwards(lens, step),
        *_counted("new", step),
        f"    ELSIF {values.changed(lens.old)} THEN",
        *_assign(values.forward(lens, "NEW", step.columns)),
        *_counted("old", step),
        "    END IF;",
    ]


def _refill(lens: RowLens, step: InstallSync) -> list[str]:
    """A fill that had nothing to give, and has something since the old side changed what it reads."""
    had_none = " AND ".join(f"({sql}) IS NULL" for _, sql in values.forward(lens, "OLD", step.columns))
    absent = " AND ".join(
        f"NEW.{ident(column.name)} IS NULL AND OLD.{ident(column.name)} IS NULL" for column in lens.new
    )
    return [
        f"    IF {absent} AND {had_none} THEN",
        *_assign(values.forward(lens, "NEW", step.columns)),
        "    END IF;",
    ]


def _backwards(lens: RowLens, step: InstallSync) -> list[str]:
    lines = []
    for column, known, null in lens.closed_to:
        shown = lens.shown[[each.name for each in lens.new].index(column)]
        allowed = (
            f"NEW.{ident(column)} IN ({', '.join(literal(each) for each in known)})" if known else "false"
        )
        test = f"({allowed}) IS NOT TRUE" + (f" AND NEW.{ident(column)} IS NOT NULL" if null else "")
        fact = literal("%s.%s can't be %s yet: the old version has no value for it")
        given = f"coalesce(quote_literal(NEW.{ident(column)}), 'NULL')"
        message = f"format({fact}, {literal(str(step.table))}, {literal(shown)}, {given})"
        lines += [
            f"      IF {test} THEN",
            f"        RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = {message},",
            "          HINT = 'Complete the evolution first, or give it unknown=.';",
            "      END IF;",
        ]
    assigned = _assign(values.backward(lens, "NEW", step.columns))
    if lens.law is Law.BACKWARD:
        return [*lines, *assigned]
    # Nothing at all agrees with nothing at all, and is no value for a NOT NULL column.
    missing = "".join(f" OR NEW.{ident(column.name)} IS NULL" for column in lens.old if not column.nullable)
    return [
        *lines,
        f"      IF NOT ({values.agree(lens, 'NEW', step.columns)}){missing} THEN",
        *assigned,
        "      END IF;",
    ]


def _assign(assigned: list[tuple[Column, str]]) -> list[str]:
    return [f"      NEW.{ident(column.name)} := {sql};" for column, sql in assigned]


def count(step: CountWrites) -> tuple[Statement, ...]:
    """How often each side's writes were carried over to the other."""
    sides = ", ".join(
        f"(SELECT CASE WHEN is_called THEN last_value ELSE 0 END "
        f"FROM {_counter(side, step.evolution, step.table)}) AS {side}"
        for side in ("old", "new")
    )
    return (Statement(f"SELECT {sides}"),)


def _counters(step: InstallSync) -> tuple[Statement, ...]:
    """A sequence for each side: it counts without making writers wait for each other."""
    if not step.counted:
        return ()
    counters = [_counter(side, step.evolution, step.table) for side in ("old", "new")]
    return (
        *(Statement(f"CREATE SEQUENCE {each}") for each in counters),
        Statement(f"GRANT USAGE ON SCHEMA {names.JOURNAL} TO PUBLIC"),
        Statement(f"GRANT USAGE ON SEQUENCE {', '.join(counters)} TO PUBLIC"),
    )


def _counted(side: str, step: InstallSync) -> list[str]:
    if not step.counted:
        return []
    return [f"      PERFORM nextval({literal(_counter(side, step.evolution, step.table))});"]


def _counter(side: str, evolution: str, of: TableName) -> str:
    name = names.routine(f"writes_{side}", f"{of.schema}_{of.name}", evolution)
    return f"{names.JOURNAL}.{ident(name)}"


def _function(purpose: str, evolution: str, of: TableName) -> str:
    name = names.routine(purpose, f"{of.schema}_{of.name}", evolution)
    return f"{names.JOURNAL}.{ident(name)}"


def _trigger(name: str, event: str, of: TableName, when: str, call: str) -> tuple[Statement, ...]:
    """A trigger that fires in every session, those of a logical replication's apply worker included."""
    created = (
        f"CREATE TRIGGER {ident(name)} BEFORE {event} ON {table(of)} FOR EACH ROW WHEN ({when}) "
        f"EXECUTE FUNCTION {call}"
    )
    statements = (created, f"ALTER TABLE {table(of)} ENABLE ALWAYS TRIGGER {ident(name)}")
    return tuple(Statement(sql, lock=LOCK, blocks="writes, briefly") for sql in statements)
