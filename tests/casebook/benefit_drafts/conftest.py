"""A drafting tool's database as it is after the evolution, and the three stores over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from crossfade.casebook.benefit_drafts.installation import install
from crossfade.casebook.benefit_drafts.orchestrator.serving import Places
from tests.casebook.benefit_drafts.nursery import Nursery
from tests.casebook.benefit_drafts.states import place

__all__ = ["place"]


@pytest.fixture
def benefits(database: str) -> str:
    engine = create_engine(database)
    with engine.begin() as connection:
        install(connection)
    engine.dispose()
    return database


@pytest.fixture
def places(benefits: str, tmp_path: Path) -> Places:
    return Places(benefits, str(tmp_path / "processes.db"), str(tmp_path / "plans.db"))


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    with Nursery.opened() as found:
        yield found
