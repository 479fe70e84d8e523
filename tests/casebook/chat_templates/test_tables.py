"""Both applications' tables are those of the database, before and after the evolution."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Engine, MetaData, NullPool, create_engine, inspect

from crossfade import commands
from crossfade.casebook.chat_templates.case import CASE
from crossfade.casebook.chat_templates.models import Base
from crossfade.casebook.chat_templates.old_app import METADATA

# MariaDB has other words for two types, says in which characters its JSON is written, and of whole numbers
# how wide they are shown.
SAME = {"TINYINT(1)": "BOOL", "LONGTEXT": "JSON"}


def built(url: str, *walk: Any) -> Engine:
    engine = create_engine(url, poolclass=NullPool)
    CASE.build(engine, 20, 1)
    for command in walk:
        command(CASE.evolution, url)
    return engine


def shape(engine: Engine, tables: MetaData) -> dict[str, Any]:
    """Each table's columns by name: type, and whether they may be null."""
    return {
        table.name: {
            column.name: (column.type.compile(engine.dialect), column.nullable) for column in table.columns
        }
        for table in tables.sorted_tables
    }


def found(engine: Engine) -> dict[str, Any]:
    inspector = inspect(engine)

    def type_of(column: Any) -> str:
        said = str(column["type"].compile(engine.dialect))
        if engine.dialect.name == "postgresql":
            return said
        plain = said.split(" CHARACTER SET", maxsplit=1)[0]
        return SAME.get(plain, re.sub(r"INT(EGER)?\(\d+\)", r"INT\1", plain))

    return {
        table: {
            column["name"]: (type_of(column), column["nullable"]) for column in inspector.get_columns(table)
        }
        for table in inspector.get_table_names()
    }


def indexes(engine: Engine) -> dict[str, list[str | None]]:
    every = inspect(engine).get_indexes("workflow_templates")
    return {str(index["name"]): index["column_names"] for index in every}


def test_the_old_applications_tables_are_those_of_the_legacy_schema(url: str) -> None:
    engine = built(url)
    tables = found(engine)
    assert tables == shape(engine, METADATA)
    columns = METADATA.tables["workflow_templates"].columns.keys()
    assert list(tables["workflow_templates"]) == columns
    assert indexes(engine)["ix_workflow_templates_workflow_type"] == ["workflow_type"]


def test_the_new_applications_tables_are_those_that_the_evolution_leaves(url: str) -> None:
    engine = built(url, commands.start, commands.complete, commands.purge)
    assert found(engine) == shape(engine, Base.metadata)
    made = indexes(engine)
    for column in ("workflow_type", "is_dynamic", "execution_pattern"):
        assert made[f"ix_workflow_templates_{column}"] == [column]
