"""Definitions in files: beside the evolution that names them, and a part of its fingerprint."""

from pathlib import Path

from crossfade import AddView, Evolution
from crossfade.evolution import load

SQL = "CREATE VIEW running AS SELECT 1 AS id"
DECLARED = """
from crossfade import AddView, Evolution
evolution = Evolution("running", changes=[AddView("running", file={file})])
"""


def written(folder: Path, *, file: str = "'views/running.sql'", sql: str = SQL) -> Evolution:
    (folder / "views").mkdir(parents=True, exist_ok=True)
    (folder / "views" / "running.sql").write_text(sql)
    (folder / "evolution.py").write_text(DECLARED.format(file=file))
    return load(folder / "evolution.py")["running"]


def test_a_file_is_looked_for_beside_the_one_that_declares_the_change(tmp_path: Path) -> None:
    (change,) = written(tmp_path).changes
    assert isinstance(change, AddView)
    assert change.sql == SQL
    assert change.draft.body == " AS SELECT 1 AS id"


def test_the_text_counts_and_not_where_it_is(tmp_path: Path) -> None:
    found = written(tmp_path / "here").fingerprint
    there = tmp_path / "there"
    absolute = f"__import__('pathlib').Path({str(there / 'views' / 'running.sql')!r})"
    assert written(there, file=absolute).fingerprint == found
    assert written(there, sql=SQL.replace("1", "2")).fingerprint != found


def test_here() -> None:
    """The file is looked for beside this test, whatever the working directory is."""
    here = AddView("running", file=Path(__file__).parent / "running.sql")
    assert AddView("running", file="running.sql") == here
