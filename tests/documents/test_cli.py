"""`crossfade preview` and `crossfade guide` from the door: formats, files, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crossfade import commands
from crossfade.cli import application
from crossfade.document import Document, Guide
from crossfade.errors import UsageError
from tests.documents.shop import EVOLUTION

FILE = "from tests.documents.shop import EVOLUTION as evolution\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shop: str) -> Path:
    """A project whose evolution is the shop's."""
    (tmp_path / "pyproject.toml").write_text('[tool.crossfade]\nevolutions = "evolutions"\n')
    (tmp_path / "evolutions").mkdir()
    (tmp_path / "evolutions" / "open_statuses.py").write_text(FILE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CROSSFADE_DATABASE_URL", shop)
    return tmp_path


def said(*arguments: str) -> str:
    done = CliRunner().invoke(application(), list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.one_server
def test_preview_and_guide_in_every_format(shop: str, folder: Path) -> None:
    assert "what to look at" in said("preview")
    assert said("preview", "--format", "markdown").startswith("# Preview: open\\_statuses\n")
    assert said("preview", "--format", "html").startswith("<!doctype html>")
    for flag in (("--json",), ("--format", "json")):
        document = Document.model_validate_json(said("preview", *flag))
        assert document.evolution == "open_statuses"
    assert said("preview", "--output", "page.html") == ""
    assert (folder / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    said("preview", "--format", "text", "-o", "page.txt", "--no-counts")
    assert "not counted" in (folder / "page.txt").read_text(encoding="utf-8")
    assert "purge: " in said("preview", "--all")

    commands.start(EVOLUTION, shop)
    assert "checklist" in said("guide")
    assert said("guide", "--format", "markdown").startswith("# Guide: open\\_statuses\n")
    assert Guide.model_validate_json(said("guide", "--json")).walks
    said("guide", "open_statuses", "-o", "guide.md")
    assert "```mermaid" in (folder / "guide.md").read_text(encoding="utf-8")
    assert json.loads(said("preview", "--json"))["state"] == "live"


@pytest.mark.one_server
def test_what_makes_no_sense_is_refused() -> None:
    for arguments in (
        ["preview", "--format", "pdf"],
        ["preview", "--json", "--format", "html"],
        ["guide"],
    ):
        with pytest.raises(UsageError):
            CliRunner().invoke(application(), arguments, catch_exceptions=False)
