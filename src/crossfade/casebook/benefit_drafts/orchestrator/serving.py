"""The service as a process: which stores it is given, and how it is served."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from sqlalchemy.ext.asyncio import create_async_engine

from crossfade.casebook.benefit_drafts.orchestrator.camunda import CamundaEngine
from crossfade.casebook.benefit_drafts.orchestrator.conduct import Stores
from crossfade.casebook.benefit_drafts.orchestrator.fhir import FhirPlans
from crossfade.casebook.benefit_drafts.orchestrator.shelf import Shelf
from crossfade.casebook.benefit_drafts.orchestrator.spiff import SpiffEngine
from crossfade.casebook.benefit_drafts.orchestrator.web import application
from crossfade.casebook.benefit_drafts.service import DraftService
from crossfade.errors import UsageError

if TYPE_CHECKING:
    from crossfade.casebook.benefit_drafts.orchestrator.stores import Plans, ProcessEngine

__all__ = ["Places", "serve"]


@dataclass(frozen=True)
class Places:
    """Where the three stores are.

    `drafts` is the URL of the drafting tool's PostgreSQL; `engine` and `plans` are the URL of Camunda's REST
    interface and of a FHIR server, or the path of a file for the ones inside.
    """

    drafts: str
    engine: str
    plans: str
    authorization: str | None = None

    def opened(self) -> Stores:
        """The stores; none of them is asked anything yet. Raises UsageError for what is no such place."""
        if not self.drafts.startswith("postgresql"):
            raise UsageError(
                "The drafts are no PostgreSQL database",
                place="--drafts",
                remedy="postgresql://user@host/name",
            )
        url = self.drafts.replace("postgresql://", "postgresql+psycopg://", 1)
        database = create_async_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=10)
        engine: ProcessEngine = (
            CamundaEngine(self.engine) if _is_url(self.engine) else SpiffEngine(Path(self.engine))
        )
        plans: Plans = (
            FhirPlans(self.plans, self.authorization) if _is_url(self.plans) else Shelf(Path(self.plans))
        )
        return Stores(DraftService(database), engine, plans)


def serve(places: Places, *, lock: float = 30.0, every: float = 1.0, **where: Any) -> None:
    """Serve until told to end. `where` is uvicorn's: ``host`` and ``port``, or ``uds``."""
    app = application(places.opened, lock=lock, every=every)
    uvicorn.run(app, timeout_graceful_shutdown=3, **where)


def _is_url(place: str) -> bool:
    return place.startswith(("http://", "https://"))
