"""The service from the command line; with ``--demo``, over stores of its own with drafts to look at."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from crossfade.casebook.benefit_drafts.installation import install
from crossfade.casebook.benefit_drafts.orchestrator.conduct import Conduct
from crossfade.casebook.benefit_drafts.orchestrator.samples import PLANS
from crossfade.casebook.benefit_drafts.orchestrator.serving import Places, serve
from crossfade.casebook.benefit_drafts.service import DraftService
from crossfade.testing import embedded_postgresql

if TYPE_CHECKING:
    from collections.abc import Iterator

SAID = "%(asctime)s %(levelname)s %(name)s: %(message)s"
TOKEN = "BENEFIT_DRAFTS_FHIR_AUTHORIZATION"  # noqa: S105 - where it is, not what it is


def main() -> None:
    """Serve."""
    asked = _options()
    logging.basicConfig(level=logging.INFO, format=SAID)
    where = {"host": asked.host, "port": asked.port}
    if asked.demo:
        with demo() as places:
            print(f"Look at http://{asked.host}:{asked.port}/ ; Ctrl-C ends it and takes everything away")
            serve(places, **where)
    else:
        token = os.environ.get(TOKEN)
        serve(Places(asked.drafts, asked.engine, asked.plans, token), **where)


@contextmanager
def demo() -> Iterator[Places]:
    """A private PostgreSQL with drafts, some of them submitted; an engine and a plan store in files."""
    with (
        tempfile.TemporaryDirectory(prefix="benefit-drafts-") as folder,
        embedded_postgresql() as server,
    ):
        url = server.create_database("benefits")
        made = create_engine(url)
        with made.begin() as connection:
            install(connection)
        made.dispose()
        places = Places(url, str(Path(folder) / "processes.db"), str(Path(folder) / "plans.db"))
        asyncio.run(_draft(places))
        yield places


async def _draft(places: Places) -> None:
    drafts = DraftService(create_async_engine(places.drafts))
    ids = [await drafts.create_draft(plan, "low-code tool") for plan in PLANS]
    await drafts.close()
    stores = places.opened()
    for each in ids[: len(ids) // 2]:
        await Conduct(stores).submit(each, "low-code tool")
    for store in (stores.engine, stores.plans, stores.drafts):
        await store.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m crossfade.casebook.benefit_drafts.orchestrator",
        description=f"Takes drafts through their approval. The FHIR server's Authorization header is read "
        f"from {TOKEN}.",
    )
    parser.add_argument("--demo", action="store_true", help="over stores of its own, with drafts to look at")
    parser.add_argument("--drafts", help="the drafting tool's database: postgresql://…")
    parser.add_argument("--engine", help="Camunda's REST interface: http://…/engine-rest; or a file")
    parser.add_argument("--plans", help="a FHIR server: http://…; or a file")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    asked = parser.parse_args()
    if not asked.demo and not (asked.drafts and asked.engine and asked.plans):
        parser.error("say --drafts, --engine and --plans; or --demo")
    return asked


if __name__ == "__main__":
    main()
