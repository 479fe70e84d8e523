"""A project as `alembic init` makes it, with two revisions and an evolution between them."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

EVOLUTION = """
from sqlalchemy import Column, String
from crossfade import AddColumn, Evolution, OpenEnum

VALUES = {"new": "created", "paid": "settled"}
evolution = Evolution(
    "open_statuses",
    changes=[
        OpenEnum("orders", "status", String(40), values=VALUES, unknown="paid"),
        AddColumn("orders", Column("label", String(40), nullable=True), fill="'order ' || id", index=True),
    ],
)
"""
MODELS = """
from sqlalchemy import BigInteger, Column, Enum, Index, MetaData, String, Table

metadata = MetaData()
Table(
    "orders",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("status", {status}, nullable=False),
    {label}
)
"""
OLD = MODELS.format(status='Enum("new", "paid", name="order_status")', label="")
NEW = MODELS.format(status="String(40)", label='Column("label", String(40), index=True),')
CREATED = """
    op.execute("CREATE TYPE order_status AS ENUM ('new', 'paid')")
    op.execute("CREATE TABLE orders (id bigint PRIMARY KEY, status order_status NOT NULL DEFAULT 'new')")
    op.execute("INSERT INTO orders SELECT n, 'paid' FROM generate_series(1, 5) n")
"""
DROPPED = """
    op.execute("DROP TABLE orders")
    op.execute("DROP TYPE order_status")
"""


@dataclass(frozen=True)
class Project:
    """A folder with an alembic.ini."""

    folder: Path

    def run(self, *arguments: str, fails: bool = False) -> str:
        """What a module prints, on either channel; it must not fail, unless it must."""
        return self._called(
            [sys.executable, "-W", "error::DeprecationWarning", "-m", *arguments], fails=fails
        )

    def _called(self, command: list[str], *, fails: bool) -> str:
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        assert bool(done.returncode) is fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def alembic(self, *arguments: str, fails: bool = False) -> str:
        """What `alembic …` prints."""
        return self.run("alembic", *arguments, fails=fails)

    def crossfade(self, *arguments: str, fails: bool = False) -> str:
        """What `crossfade …` prints."""
        return self._called([str(Path(sys.executable).parent / "crossfade"), *arguments], fails=fails)

    def write(self, name: str, text: str) -> None:
        """Write one of its files."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def revision(self, number: str, down: str | None, upgrade: str, downgrade: str, **also: str) -> None:
        """Write a revision by hand."""
        named = "".join(f"{key} = {value}\n" for key, value in ({"branch_labels": "None"} | also).items())
        self.write(
            f"migrations/versions/{number}.py",
            f'"""{number}"""\n\nfrom alembic import op\n\nrevision = {number!r}\ndown_revision = {down!r}\n'
            f"{named}depends_on = None\n\n\ndef upgrade():\n    {upgrade.strip()}\n\n\n"
            f"def downgrade():\n    {downgrade.strip()}\n",
        )


@pytest.fixture
def make(tmp_path: Path, database: str) -> Callable[[str], Project]:
    """Makes a project of one of Alembic's own templates."""

    def made(template: str) -> Project:
        project = Project(tmp_path)
        project.alembic("init", "-t", template, "migrations")
        url = database.replace("+psycopg", "+asyncpg") if template == "async" else database
        ini = (tmp_path / "alembic.ini").read_text(encoding="utf-8")
        said = f"sqlalchemy.url = {url}".replace("%", "%%")
        project.write(
            "alembic.ini", re.sub(r"^sqlalchemy\.url = .*$", lambda _: said, ini, flags=re.MULTILINE)
        )
        env = (tmp_path / "migrations/env.py").read_text(encoding="utf-8")
        given = "from models import metadata as target_metadata"
        project.write("migrations/env.py", env.replace("target_metadata = None", given))
        project.write("pyproject.toml", '[tool.crossfade]\nevolutions = "evolutions"\n')
        project.write("evolutions/open_statuses.py", EVOLUTION)
        project.write("models.py", OLD)
        project.revision("a1", None, CREATED, DROPPED)
        return project

    return made


@pytest.fixture
def project(make: Callable[[str], Project]) -> Project:
    """The usual one, in which one revision does it all."""
    made = make("generic")
    made.revision("b2", "a1", 'op.evolve("open_statuses")', 'op.devolve("open_statuses")')
    return made
