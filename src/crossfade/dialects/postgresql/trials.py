"""Drafts made on stand-ins for the new version, to be looked at and rolled back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from crossfade.dialects.postgresql import defined
from crossfade.dialects.postgresql.definitions import base, create, private, stand_in
from crossfade.dialects.postgresql.ordering import ordered
from crossfade.dialects.postgresql.places import Places
from crossfade.dialects.postgresql.quoting import ident, idents, literal, table
from crossfade.errors import MissingPrivilege, SchemaMismatch
from crossfade.schema import VIEW, Definition, Draft, StandIn, TableName

_OF_THE_DEFINITION = ("0A", "21", "22", "2F", "38", "39", "42", "P0")
_NO_PRIVILEGE = "42501"
_MADE = """
SELECT p.oid::bigint AS oid FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE :kind <> 'view' AND n.nspname = :place AND p.proname = :name
UNION ALL
SELECT c.oid::bigint FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE :kind = 'view' AND n.nspname = :place AND c.relname = :name
ORDER BY 1 DESC LIMIT 1
"""
# What a routine, or a view by its rule, was bound to when it was made; to a type of rows as to its table.
_READS = """
SELECT DISTINCT CASE WHEN d.refclassid = 'pg_catalog.pg_proc'::regclass THEN d.refobjid::regprocedure::text
  ELSE (i).identity END AS identity
FROM pg_catalog.pg_depend d
LEFT JOIN pg_catalog.pg_type t ON d.refclassid = 'pg_catalog.pg_type'::regclass AND t.oid = d.refobjid
LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typlen = -1
CROSS JOIN LATERAL (SELECT coalesce(nullif(e.typrelid, 0), nullif(t.typrelid, 0)) AS relation) r
CROSS JOIN LATERAL (SELECT pg_identify_object(
  CASE WHEN r.relation IS NULL THEN d.refclassid ELSE 'pg_catalog.pg_class'::regclass END,
  coalesce(r.relation, d.refobjid), 0) AS i) named
WHERE d.objid = :oid AND d.classid = 'pg_catalog.pg_proc'::regclass
   OR d.classid = 'pg_catalog.pg_rewrite'::regclass
      AND d.objid IN (SELECT oid FROM pg_catalog.pg_rewrite WHERE ev_class = :oid)
"""
_VALIDATOR = """
SELECT l.lanvalidator::regproc::text FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE p.oid = :oid AND l.lanvalidator <> 0
"""


@dataclass(frozen=True)
class Made:
    """A draft as the server has made it: in its own words where names were bound, and so a * written out; and
    the identities of what it was bound to.
    """

    definition: Definition
    told: str | None
    oid: int
    reads: frozenset[str]


class Trial:
    """One transaction, to be rolled back, in which drafts are made on stand-ins for the new version."""

    def __init__(self, connection: Connection, places: Places, stand_ins: Sequence[StandIn]) -> None:
        self.connection = connection
        self.places = places
        self.stand_ins = stand_ins

    def prepare(self) -> None:
        """The schemas that stand for the namespaces, with the stand-ins."""
        self._execute("SET LOCAL lock_timeout = '2s'")
        for place in self.places.stand_ins.values():
            self._execute(f"CREATE SCHEMA {ident(place)}")
            self._execute(f"CREATE SCHEMA {ident(base(place))}")
            self._execute(f"CREATE SCHEMA {ident(private(place))}")
        for each in self.stand_ins:
            for statement in stand_in(each, self.places.stand_ins):
                self._execute(statement.sql)

    def made(
        self, drafts: Sequence[Draft], homes: Mapping[str, str], olds: Mapping[str, Definition | None]
    ) -> dict[str, Made]:
        """The drafts made: each after those that it is bound to, also where an old one would do for it."""
        order = list(drafts)
        for _ in range(len(drafts) + 1):
            savepoint = self.connection.begin_nested()
            made = self._rounds(order, homes)
            after = self._after(made, olds)
            late = {
                change
                for change, first in after.items()
                if any(list(made).index(each) >= list(made).index(change) for each in first)
            }
            if not late:
                return made
            savepoint.rollback()
            by_change = {each.change: each for each in drafts}
            order = [by_change[each] for each in ordered(after, list(made), by_change)]
        raise AssertionError("a sorted order is made as it is sorted")

    def _rounds(self, drafts: Sequence[Draft], homes: Mapping[str, str]) -> dict[str, Made]:
        """Each made as soon as what it needs is there. Raises Refused for the first that can't be."""
        made: dict[str, Made] = {}
        waiting = list(drafts)
        while waiting:
            failed: list[tuple[Draft, DBAPIError]] = []
            for each in waiting:
                try:
                    with self.connection.begin_nested():
                        made[each.change] = self._make(each, homes[each.change])
                except DBAPIError as error:
                    failed.append((each, error))
            if len(failed) == len(waiting):
                raise self._told(*failed[0])
            waiting = [each for each, _ in failed]
        return made

    def _make(self, draft: Draft, home: str) -> Made:
        path = self.places.path(home, self.places.stand_ins)
        if draft.kind == VIEW:
            made = self._created(draft, home, self.places.view_path(home))
            if "security invoker" not in made.definition.traits:
                return made
            # It reads as whoever reads it does: what everybody else does.
            self._execute(f"DROP VIEW {table(made.definition.name)}")
        return self._created(draft, home, path)

    def _created(self, draft: Draft, home: str, path: Sequence[str]) -> Made:
        place = self.places.stand_ins[home]
        wanted = Definition(draft.kind, TableName(place, draft.name), draft.body)
        self._set_path(path)
        self._execute("SET LOCAL check_function_bodies = off")
        # By the protocol that takes one statement only; as it stands, whatever % it holds.
        sql, driver = create(wanted), self.connection.dialect.loaded_dbapi
        cursor: Any = self.connection.connection.cursor()
        try:
            cursor.execute(sql, binary=True)
        except driver.Error as error:
            raise DBAPIError.instance(sql, None, error, driver.Error) from error
        finally:
            cursor.close()
        name = {"kind": draft.kind, "place": place, "name": draft.name}
        oid = int(self.connection.execute(text(_MADE), name).scalar_one())
        self._set_path(())  # every name is printed in full
        (found,) = defined.read(self.connection, draft.kind, [oid])
        reads = frozenset(self.connection.execute(text(_READS), {"oid": oid}).scalars())
        bound = draft.kind == VIEW or "atomic" in found.traits
        told = found.body if bound else None
        return Made(replace(found, body=draft.body), told, oid, reads - {found.identity})

    def _after(
        self, made: Mapping[str, Made], olds: Mapping[str, Definition | None]
    ) -> dict[str, tuple[str, ...]]:
        """Of each, the changes that must come before it: what they make it reads, or read of old."""
        answers = {found.definition.identity: change for change, found in made.items()}
        answers |= {old.identity: change for change, old in olds.items() if old is not None}
        bases = {f"{ident(e.table.schema)}.{ident(e.table.name)}": e for e in self.stand_ins}
        for change, found in made.items():
            for each in sorted(found.reads):
                if each in bases:
                    raise SchemaMismatch(
                        f"it reads {each}, the table itself, and not the new version of it",
                        place=change,
                        remedy=f"write {bases[each].shown} without the schema",
                    )
        return {
            change: tuple(dict.fromkeys(answers[each] for each in sorted(found.reads) if each in answers))
            for change, found in made.items()
        }

    def tables(self, made: Made) -> tuple[TableName, ...]:
        """The tables whose new version a draft was bound to."""
        places = self.places.stand_ins
        shown = {
            f"{ident(place)}.{ident(each.shown)}": each.table
            for each in self.stand_ins
            for place in (private(places[each.table.schema]),)
        }
        return tuple(of for identity, of in shown.items() if identity in made.reads)

    def look_into(self, draft: Draft, made: Made) -> None:
        """Let the language look into a routine's body, where its names are looked for when it is called."""
        validator = self.connection.execute(text(_VALIDATOR), {"oid": made.oid}).scalar()
        if draft.kind == VIEW or validator is None:
            return
        home = self.places.home(made.definition.name.schema)
        self._set_path(
            self.places.adjusted(made.definition.path, self.places.stand_ins)
            or self.places.path(home, self.places.stand_ins)
        )
        self._execute("SET LOCAL check_function_bodies = on")
        try:
            with self.connection.begin_nested():
                self._execute(f"SELECT {validator}({made.oid}::pg_catalog.oid)")
        except DBAPIError as error:
            raise self._told(draft, error) from error

    def _told(self, draft: Draft, error: DBAPIError) -> SchemaMismatch | MissingPrivilege:
        state = getattr(error.orig, "sqlstate", None) or ""
        if not state.startswith(_OF_THE_DEFINITION):
            raise error
        diagnosis: Any = getattr(error.orig, "diag", None)
        fact = str(diagnosis.message_primary)
        for home, space in self.places.namespaces.items():
            fact = fact.replace(self.places.stand_ins[home], space)
        if "cannot insert multiple commands" in fact:
            return SchemaMismatch(
                "it holds more than one statement",
                place=draft.change,
                remedy="leave the definition alone in it: owner, grants and comment are those of the old one",
            )
        if state == _NO_PRIVILEGE:
            return MissingPrivilege(
                fact, place=draft.change, remedy="GRANT it, to the applications' roles as well"
            )
        hint = f" ({diagnosis.message_hint})" if diagnosis.message_hint else ""
        return SchemaMismatch(
            f"the server would not take it: {fact}{hint}",
            place=draft.change,
            remedy="mend the definition; it sees the new version of every table, whose names need no schema",
        )

    def _set_path(self, path: Sequence[str]) -> None:
        set_path(self.connection, path)

    def _execute(self, sql: str) -> None:
        self.connection.exec_driver_sql(sql, execution_options={"no_parameters": True})


def set_path(connection: Connection, path: Sequence[str]) -> None:
    """Let names be looked for there until the end of the transaction."""
    sql = f"SET LOCAL search_path = {idents(path) if path else literal('')}"
    connection.exec_driver_sql(sql, execution_options={"no_parameters": True})
