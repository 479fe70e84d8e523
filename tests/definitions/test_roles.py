"""Roles that are no superuser: who may evolve functions and views, and whose they are."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Column, String, make_url

from crossfade import AddColumn, AddFunction, AddView, Evolution, ReplaceFunction, ReplaceView, commands
from crossfade.errors import MissingPrivilege
from crossfade.testing import PostgresServer
from tests.changes.database import execute
from tests.definitions.dump import dump

NAME = "tracking"
EVOLUTION = Evolution(
    NAME,
    changes=[
        AddColumn("drafts", Column("process", String(255))),
        ReplaceFunction(
            "submit",
            sql="CREATE FUNCTION submit(draft int, process text DEFAULT NULL) RETURNS text LANGUAGE plpgsql "
            "SECURITY DEFINER SET search_path = public AS $$ BEGIN "
            "UPDATE drafts SET process = submit.process WHERE id = draft; RETURN current_user; END $$",
        ),
        ReplaceView("summary", sql="CREATE VIEW summary AS SELECT id, process FROM drafts"),
        AddFunction("one", sql="CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
        AddView("ones", sql="CREATE VIEW ones AS SELECT id FROM drafts"),
    ],
)


@pytest.fixture
def roles(postgresql: PostgresServer, database: str) -> Iterator[dict[str, str]]:
    """The URL of each role: `owner` has the table, `keeper` the function, of which `owner` is a member."""
    name = make_url(database).database
    roles = {each: f"{each}_{name}" for each in ("owner", "keeper", "clerk")}
    execute(
        database,
        *(f"CREATE ROLE {each} LOGIN" for each in roles.values()),
        f"GRANT {roles['keeper']} TO {roles['owner']}",
        f"GRANT CREATE ON DATABASE {name} TO {roles['owner']}",
        f"GRANT CREATE, USAGE ON SCHEMA public TO {roles['owner']}, {roles['keeper']}",
        "REVOKE USAGE ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {roles['clerk']}",
    )
    urls = {
        each: make_url(database).set(username=role).render_as_string(hide_password=False)
        for each, role in roles.items()
    }
    execute(
        urls["owner"],
        "CREATE TABLE drafts (id int PRIMARY KEY)",
        "INSERT INTO drafts VALUES (1)",
        f"GRANT SELECT, UPDATE ON drafts TO {roles['keeper']}",
        "CREATE VIEW summary AS SELECT id FROM drafts",
        f"GRANT SELECT ON summary TO {roles['clerk']}",
    )
    execute(
        urls["keeper"],
        "CREATE FUNCTION submit(draft int) RETURNS text LANGUAGE plpgsql SECURITY DEFINER "
        "SET search_path = public AS $$ BEGIN RETURN current_user; END $$",
        "REVOKE ALL ON FUNCTION submit(int) FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION submit(int) TO {roles['clerk']}",
    )
    yield {**urls, "database": database, "who": roles["keeper"]}
    execute(database, *(f"DROP OWNED BY {each} CASCADE" for each in roles.values()))
    execute(database, *(f"DROP ROLE {each}" for each in roles.values()))


def test_an_owner_walks_it(roles: dict[str, str]) -> None:
    owner, clerk, keeper = roles["owner"], roles["clerk"], [roles["who"]]
    legacy = dump(owner)
    commands.start(EVOLUTION, owner)
    assert execute(clerk, "SELECT submit(1)") == keeper
    assert execute(clerk, "SELECT submit(1, 'p')", version=NAME) == keeper  # with its owner's rights
    assert execute(clerk, "SELECT * FROM summary", version=NAME) == [(1, "p")]
    assert execute(clerk, "SELECT * FROM summary") == [1]
    commands.rollback(EVOLUTION, owner)
    assert dump(owner) == legacy
    commands.start(EVOLUTION, owner)
    commands.complete(EVOLUTION, owner)
    assert execute(clerk, "SELECT submit(1, 'p')") == keeper
    commands.purge(EVOLUTION, owner)
    assert execute(clerk, "SELECT submit(1, 'p')") == keeper
    commands.revert(EVOLUTION, owner)
    assert execute(clerk, "SELECT submit(1)") == keeper
    commands.rollback(EVOLUTION, owner)
    assert dump(owner) == legacy


def test_whoever_may_not_rename_the_old_one_is_refused(roles: dict[str, str]) -> None:
    execute(roles["database"], f"REVOKE {roles['who']} FROM {make_url(roles['owner']).username}")
    with pytest.raises(MissingPrivilege, match="may not rename function") as caught:
        commands.start(EVOLUTION, roles["owner"])
    assert caught.value.place == "evolution 'tracking', ReplaceFunction submit"


def test_an_owner_who_may_not_create_in_the_schema_is_refused(roles: dict[str, str]) -> None:
    execute(roles["database"], f"REVOKE CREATE ON SCHEMA public FROM {roles['who']}")
    with pytest.raises(MissingPrivilege, match="may not create in schema 'public'"):
        commands.start(EVOLUTION, roles["owner"])
    commands.start(EVOLUTION, roles["database"])  # a superuser gives it all the same
    commands.complete(EVOLUTION, roles["database"])
    assert execute(roles["clerk"], "SELECT submit(1)") == [roles["who"]]
