"""The evolution as a user writes it."""

from pathlib import Path

from crossfade.casebook import run_ledger


def test_it_takes_no_more_than_sixty_lines() -> None:
    (folder,) = run_ledger.__path__
    assert len((Path(folder) / "evolution.py").read_text(encoding="utf-8").splitlines()) <= 60
