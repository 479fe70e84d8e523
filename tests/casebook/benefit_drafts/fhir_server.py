"""A small FHIR server (R4) that keeps versions, and has moods: what FhirPlans must cope with."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

KIND = "application/fhir+json"


@dataclass
class FhirServer:
    """`versions` of each plan; `mood` is the answer that the next request gets instead of its own."""

    url: str = ""
    versions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    mood: list[tuple[int, str]] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def moody(request: Request, go: Any) -> Response:
            if not self.mood:
                answer: Response = await go(request)
                return answer
            status, said = self.mood.pop(0)
            if "<" in said:
                return PlainTextResponse(said, status)
            return _outcome(status, said)

        @app.get("/fhir/metadata")
        async def metadata() -> JSONResponse:
            return JSONResponse({"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"})

        @app.get("/fhir/InsurancePlan/{id}")
        async def read(id: str) -> JSONResponse:
            versions = self.versions.get(id)
            return _outcome(404, "not-found") if versions is None else JSONResponse(versions[-1])

        @app.put("/fhir/InsurancePlan/{id}")
        async def put(id: str, request: Request) -> JSONResponse:
            given = await request.json()
            if given.get("resourceType") != "InsurancePlan" or given.get("id") != id:
                return _outcome(400, "invalid")
            versions = self.versions.setdefault(id, [])
            versions.append({**given, "meta": {"versionId": str(len(versions) + 1)}})
            return JSONResponse(versions[-1], 201 if len(versions) == 1 else 200, media_type=KIND)

        return app

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator[FhirServer]:
        found = cls()
        server = uvicorn.Server(uvicorn.Config(found.app(), port=0, log_level="error"))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            while not server.started:
                thread.join(0.01)
                assert thread.is_alive()
            port = server.servers[0].sockets[0].getsockname()[1]
            found.url = f"http://127.0.0.1:{port}/fhir"
            yield found
        finally:
            server.should_exit = True
            thread.join()


def _outcome(status: int, code: str) -> JSONResponse:
    issue = [{"severity": "error", "code": code, "diagnostics": f"it is {code}"}]
    return JSONResponse({"resourceType": "OperationOutcome", "issue": issue}, status, media_type=KIND)
