"""The guide in each case's README: figures aside, it is the one that its walk writes today (test_cli.py)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crossfade import casebook
from crossfade.casebook import CASES
from crossfade.casebook.cli import app
from crossfade.casebook.embedded import BEGIN, END, embedded, structure
from crossfade.errors import UsageError

HOME = Path(casebook.__file__).parent
SMALL = ["--rows", "200", "--seconds", "1", "--workers", "2"]


def guide_of(case: str) -> str:
    found = embedded((HOME / case / "README.md").read_text(encoding="utf-8"))
    assert found is not None, f"{case}/README.md has no markers: {BEGIN} and {END}"
    return found


@pytest.mark.parametrize("case", CASES)
def test_the_structure_notices_what_matters_and_no_figure(case: str) -> None:
    guide = guide_of(case)
    lines = structure(guide)
    assert len(lines) > 50
    other_figures = re.sub(r"\b\d[\d,]*(?= rows| ms|/s|\*\*)", "7", guide)
    assert other_figures != guide
    assert structure(other_figures) == lines
    for changed in (
        guide.replace("ACCESS EXCLUSIVE", "SHARE", 1),
        guide.replace("[x]", "[ ]", 1),
        guide.replace("| `rollback` |", "| `start` |", 1),
        guide.replace("```mermaid\n", "```mermaid\n%% more\n", 1),
        guide.replace("FROM crossfade.evolution", "FROM crossfade.evolutions", 1),
    ):
        assert changed != guide
        assert structure(changed) != lines


def test_a_guide_goes_between_markers_and_the_rest_stays(database: str, tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"# Mine\n\n{BEGIN}\nold\n{END}\n\nThe end.\n", encoding="utf-8")
    arguments = ["case", "chat_templates", *SMALL, "--seconds", "1", "--database", database]
    done = CliRunner().invoke(app, [*arguments, "--guide", str(page)])
    assert done.exit_code == 0, done.output
    written = page.read_text(encoding="utf-8")
    assert written.startswith(f"# Mine\n\n{BEGIN}\n## Guide: dynamic\\_workflow\\_types\n")
    assert written.endswith(f"{END}\n\nThe end.\n")
    assert "\nold\n" not in written


def test_a_page_without_markers_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "notes.md"
    page.write_text("mine", encoding="utf-8")
    done = CliRunner().invoke(app, ["case", "chat_templates", *SMALL, "--guide", str(page)])
    assert isinstance(done.exception, UsageError)
    assert page.read_text(encoding="utf-8") == "mine"
