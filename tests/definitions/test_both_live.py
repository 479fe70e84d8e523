"""Both versions of functions and views live, at every stop of the whole walk; the catalogue is as it was."""

import pytest
from sqlalchemy.exc import ProgrammingError

from crossfade import Evolution, ReplaceFunction, commands
from tests.changes.database import execute
from tests.definitions.drafts import EVOLUTION, NAME
from tests.definitions.dump import dump

OLD_CALLS = (
    "submit(1, 'a')", "submit(1, 'a'::varchar)", "submit(1, NULL)", "submit(NULL, NULL)",
    "submit(who => 'a', draft => 1)", "submit(1::smallint, who => 'a')",
)  # fmt: skip
NEW_CALLS = (
    *OLD_CALLS, "submit(1, 'a', 'p')", "submit(1, 'a', 'p', '{}')", "submit(1, 'a', NULL, NULL)",
    "submit(1, 'a', more => '{}')", "submit(draft => 1, who => 'a', process_id => NULL)",
)  # fmt: skip


def called(database: str, calls: tuple[str, ...], version: str | None = None) -> set[str]:
    """What the function answers to the calls: which of them it is."""
    return {answer for each in calls for answer in execute(database, f"SELECT {each}", version=version)}


def demand_old(database: str) -> None:
    assert called(database, OLD_CALLS) == {"old"}
    with pytest.raises(ProgrammingError, match="does not exist"):
        execute(database, "SELECT submit(1, 'a', 'p')")
    assert execute(database, "SELECT * FROM summary WHERE id = 2") == [(2, "draft")]
    for missing in ("SELECT by_process('p')", "SELECT * FROM running"):
        with pytest.raises(ProgrammingError, match="does not exist"):
            execute(database, missing)


def demand_new(database: str, version: str | None = NAME) -> None:
    assert called(database, NEW_CALLS, version) == {"new"}
    execute(database, "SELECT submit(3, 'b', 'p3', '{\"a\": 1}')", version=version)
    assert execute(database, "SELECT * FROM summary WHERE id = 3", version=version) == [
        ("p3", 3, "submitted", "running")
    ]
    assert execute(database, "SELECT id, metadata ->> 'a' FROM by_process('p3')", version=version) == [
        (3, "1")
    ]
    assert execute(database, "SELECT id FROM running", version=version) == [3]
    execute(database, "SELECT submit(3, 'b')", version=version)


def test_both_versions_answer_at_every_stop(drafts: str) -> None:
    legacy = dump(drafts)
    demand_old(drafts)

    commands.preview(EVOLUTION, drafts)
    assert dump(drafts) == legacy

    commands.start(EVOLUTION, drafts)
    demand_old(drafts)
    demand_new(drafts)
    assert set(legacy) <= set(dump(drafts))  # the old ones are not touched

    commands.rollback(EVOLUTION, drafts)
    assert dump(drafts) == legacy
    demand_old(drafts)

    commands.start(EVOLUTION, drafts)
    commands.verify(EVOLUTION, drafts)
    commands.complete(EVOLUTION, drafts)
    demand_new(drafts)
    demand_new(drafts, version=None)

    commands.revert(EVOLUTION, drafts)
    demand_old(drafts)
    demand_new(drafts)
    commands.rollback(EVOLUTION, drafts)
    assert dump(drafts) == legacy

    commands.start(EVOLUTION, drafts)
    commands.complete(EVOLUTION, drafts)
    commands.purge(EVOLUTION, drafts)
    demand_new(drafts)
    demand_new(drafts, version=None)
    assert not [line for line in dump(drafts) if "_crossfade_" in line or NAME in line]

    commands.revert(EVOLUTION, drafts)
    demand_old(drafts)
    demand_new(drafts)
    commands.rollback(EVOLUTION, drafts)
    assert dump(drafts) == legacy
    demand_old(drafts)


def test_the_new_ones_have_the_old_ones_owner_grants_and_comments(drafts: str) -> None:
    commands.start(EVOLUTION, drafts)
    commands.complete(EVOLUTION, drafts)
    of = "FROM pg_proc WHERE proname = 'submit' AND pronamespace = 'public'::regnamespace"
    assert execute(
        drafts, f"SELECT pg_get_userbyid(proowner), proacl::text, obj_description(oid, 'pg_proc') {of}"
    ) == [("keeper", "{keeper=X/keeper,clerk=X*/keeper}", "Submits somebody's draft")]
    of = "FROM pg_class c, aclexplode(relacl) g WHERE c.oid = 'public.summary'::regclass"
    granted = f"SELECT privilege_type {of} AND grantee = 'clerk'::regrole ORDER BY 1"
    assert execute(drafts, granted) == ["INSERT", "SELECT"]
    assert execute(drafts, "SELECT obj_description('public.summary'::regclass)") == ["How the drafts stand"]
    assert execute(
        drafts,
        "SELECT attname::text, attacl::text, col_description(attrelid, attnum) FROM pg_attribute "
        "WHERE attrelid = 'public.summary'::regclass AND attnum > 0 ORDER BY attnum",
    ) == [
        ("process", None, None),
        ("id", "{guest=r/postgres}", None),
        ("status", None, "as in the table"),
        ("workflow", None, None),
    ]


def test_functions_alone_are_an_evolution(drafts: str) -> None:
    evolution = Evolution(
        "alone",
        changes=[ReplaceFunction("submit", sql="CREATE FUNCTION submit(draft int, who text) RETURNS text "
                                               "LANGUAGE sql AS $$ SELECT 'new' $$")],
    )  # fmt: skip
    legacy = dump(drafts)
    commands.start(evolution, drafts)
    assert execute(drafts, "SELECT submit(1, 'a')") == ["old"]
    assert execute(drafts, "SELECT submit(1, 'a')", version="alone") == ["new"]
    commands.verify(evolution, drafts)
    commands.complete(evolution, drafts)
    assert execute(drafts, "SELECT submit(1, 'a')") == ["new"]
    commands.guide(evolution, drafts)
    commands.purge(evolution, drafts)
    commands.revert(evolution, drafts)
    commands.rollback(evolution, drafts)
    assert dump(drafts) == legacy
