"""The service's door: submit, approve, reject and read drafts over HTTP, and the reviewers' page.

Whoever stands before it says who asks: the service trusts the names that it is given, and is meant to be
reached through the organisation's sign-on only.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from pydantic import BaseModel, StringConstraints

from crossfade.casebook.benefit_drafts.faults import (
    BenefitDraftsError,
    DraftMissing,
    PlanInvalid,
    Unavailable,
)
from crossfade.casebook.benefit_drafts.orchestrator.board import Board
from crossfade.casebook.benefit_drafts.orchestrator.conduct import Conduct, Stores
from crossfade.casebook.benefit_drafts.orchestrator.errands import Errands
from crossfade.casebook.benefit_drafts.orchestrator.publication import Publication
from crossfade.casebook.benefit_drafts.orchestrator.reconciliation import Reconciled
from crossfade.casebook.benefit_drafts.orchestrator.stores import Decision, Process, Stage
from crossfade.casebook.benefit_drafts.schemas import Draft

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

__all__ = ["application"]

PAGE = Path(__file__).parent / "page"
PARTS = {"page.css": "text/css", "page.js": "text/javascript"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "form-action 'none'"
)
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class Submission(BaseModel):
    """Who submits."""

    by: Name


class Rejection(BaseModel):
    """Who rejects, and why."""

    by: Name
    reason: Annotated[str, StringConstraints(max_length=2000)] | None = None


class Tracked(BaseModel):
    """A draft, and how far the engine says that its process is."""

    draft: Draft
    stage: Stage | None


def application(
    opened: Callable[[], Stores], *, lock: float = 30.0, every: float = 1.0, reconcile_every: float = 60.0
) -> FastAPI:
    """The service over the stores that `opened` gives; it closes them when it ends."""

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        stores = opened()
        conduct = Conduct(stores)
        publication = Publication(stores, conduct, lock=lock)
        errands = Errands(stores, conduct, publication, every=every, reconcile_every=reconcile_every)
        app.state.stores, app.state.conduct, app.state.errands = stores, conduct, errands
        app.state.board = Board(stores.drafts)
        running = asyncio.create_task(errands.run())
        try:
            yield
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
            await app.state.board.close()
            for store in (stores.engine, stores.plans, stores.drafts):
                await store.close()

    app = FastAPI(title="Approval of benefit plans", lifespan=living, docs_url=None, redoc_url=None)
    _say_what_is_wrong(app)
    _drafts(app)
    _service(app)
    return app


def _drafts(app: FastAPI) -> None:
    @app.get("/drafts/{id}")
    async def read(id: UUID, request: Request) -> Tracked:
        stores: Stores = request.app.state.stores
        draft = await stores.drafts.get_draft(id)
        if draft is None:
            raise DraftMissing(f"No draft has the id {id}")
        found: Process | None = (await stores.engine.find([str(id)])).get(str(id))
        return Tracked(draft=draft, stage=None if found is None else found.stage)

    @app.post("/drafts/{id}/submit")
    async def submit(id: UUID, asked: Submission, request: Request) -> Draft:
        conduct: Conduct = request.app.state.conduct
        return await conduct.submit(id, asked.by)

    @app.post("/drafts/{id}/approve")
    async def approve(id: UUID, asked: Submission, request: Request) -> Draft:
        return await _decide(request, id, Decision(approved=True, reviewer=asked.by))

    @app.post("/drafts/{id}/reject")
    async def reject(id: UUID, asked: Rejection, request: Request) -> Draft:
        return await _decide(request, id, Decision(approved=False, reviewer=asked.by, reason=asked.reason))


async def _decide(request: Request, id: UUID, decision: Decision) -> Draft:
    conduct: Conduct = request.app.state.conduct
    draft = await conduct.decide(id, decision)
    request.app.state.errands.nudge()
    return draft


def _service(app: FastAPI) -> None:
    @app.get("/health")
    async def health(request: Request, response: Response) -> dict[str, str]:
        """Which stores answer; 503 where one does not."""
        stores: Stores = request.app.state.stores
        told: dict[str, str] = {}
        for name, store in (("drafts", stores.drafts), ("engine", stores.engine), ("plans", stores.plans)):
            try:
                await store.ping()
                told[name] = "ok"
            except BenefitDraftsError as error:
                told[name] = error.fact
                response.status_code = 503
        return told

    @app.post("/reconcile")
    async def reconcile(request: Request) -> Reconciled:
        errands: Errands = request.app.state.errands
        return await errands.reconcile()

    @app.get("/events")
    async def events(request: Request) -> StreamingResponse:
        board: Board = request.app.state.board
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(board.events(), media_type="text/event-stream", headers=headers)

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(PAGE / "page.html", headers={"Content-Security-Policy": POLICY})

    @app.get("/page/{part}", include_in_schema=False)
    async def part(part: str) -> FileResponse:
        if part not in PARTS:
            raise HTTPException(404)
        return FileResponse(PAGE / part, media_type=PARTS[part])


def _say_what_is_wrong(app: FastAPI) -> None:
    statuses = {DraftMissing: 404, PlanInvalid: 422, Unavailable: 503}

    @app.exception_handler(BenefitDraftsError)
    async def told(_: Request, error: BenefitDraftsError) -> JSONResponse:
        said: dict[str, Any] = {"fact": error.fact, "remedy": error.remedy}
        if isinstance(error, PlanInvalid):
            said["faults"] = list(error.faults)
        return JSONResponse(said, status_code=statuses.get(type(error), 409))
