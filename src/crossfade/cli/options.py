"""The arguments and options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

from crossfade.config import URL_VARIABLE

Target = Annotated[
    str | None,
    typer.Argument(
        metavar="EVOLUTION", help="Its name, or its file; may be left out where there is only one."
    ),
]
Database = Annotated[
    str | None,
    typer.Option(
        help=f"The database's URL; else {URL_VARIABLE}, else [tool.crossfade] database.", show_default=False
    ),
]
Hands = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=16,
        help="Connections that write the batches of a large table at once (2, unless something is said).",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON, and nothing else.")]
