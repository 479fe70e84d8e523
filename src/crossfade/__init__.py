"""Crossfade changes the schema of a live database: both versions of the application keep running."""

from crossfade.changes import AddColumn, OpenEnum, SeedRows

__all__ = ["AddColumn", "OpenEnum", "SeedRows"]
