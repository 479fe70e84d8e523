"""The plan store outside: a FHIR server (R4), through fhirpy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import ClientError, ClientTimeout
from fhirpy import AsyncFHIRClient
from fhirpy.base.exceptions import BaseFHIRError, OperationOutcome, ResourceNotFound

from crossfade.casebook.benefit_drafts import plans
from crossfade.casebook.benefit_drafts.faults import PlanRefused, Unavailable
from crossfade.casebook.benefit_drafts.orchestrator.stores import Published

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

__all__ = ["FhirPlans"]

KIND = "InsurancePlan"
PASSING = {"transient", "lock-error", "no-store", "exception", "timeout", "incomplete", "throttled"}
"""The issue types (FHIR's value set issue-type) of what may go through later."""


class FhirPlans:
    """A ``Plans`` (stores.py): a plan is put under its draft's id, so that a repetition finds it there.

    `authorization` is the header of that name. A plan under that id that says of no draft is left alone.
    """

    def __init__(self, url: str, authorization: str | None = None, *, seconds: float = 10.0) -> None:
        timeout = {"timeout": ClientTimeout(total=seconds)}
        self._url = url
        self._client = AsyncFHIRClient(url, authorization=authorization, aiohttp_config=timeout)

    async def publish(self, draft_id: UUID, plan: Mapping[str, Any]) -> Published:
        """Put the draft's plan there, unless it is."""
        there = await self.get(draft_id)
        if there is not None:
            if not plans.is_of(draft_id, there):
                raise PlanRefused(
                    f"{self._url} has another {KIND} under the id {draft_id}",
                    remedy="give that one another id",
                )
            return _published(draft_id, there, anew=False)
        form = plans.published_form(draft_id, plan)
        return _published(draft_id, await self._asked("put", f"{KIND}/{draft_id}", form), anew=True)

    async def get(self, draft_id: UUID) -> Mapping[str, Any] | None:
        """The plan that was made of a draft, or None."""
        try:
            return await self._asked("get", f"{KIND}/{draft_id}")
        except ResourceNotFound:
            return None

    async def ping(self) -> None:
        """Whether the server says what it can do."""
        try:
            await self._asked("get", "metadata")
        except (PlanRefused, ResourceNotFound) as error:
            raise Unavailable(f"{self._url} is no FHIR server: {error}", remedy="look at the URL") from error

    async def close(self) -> None:
        """Each request has its own connection."""

    async def _asked(self, method: str, path: str, data: dict[str, Any] | None = None) -> dict[str, Any]:
        try:
            return dict(await self._client.execute(path, method, data=data) or {})
        except ResourceNotFound:
            if method == "get":
                raise
            raise PlanRefused(f"{self._url} has no place for {path}", remedy="look at the URL") from None
        except OperationOutcome as error:
            raise _refused(self._url, error.resource) from error
        except BaseFHIRError as error:
            raise PlanRefused(f"{self._url} says no: {error!r}", remedy="look at the token") from error
        except (ClientError, TimeoutError, OSError, ValueError) as error:
            raise Unavailable(f"{self._url} does not answer: {error!r}", remedy="try again") from error


def _refused(url: str, outcome: Mapping[str, Any]) -> PlanRefused | Unavailable:
    issues: list[Mapping[str, Any]] = outcome.get("issue") or [{}]
    said = "; ".join(str(each.get("diagnostics") or each.get("code")) for each in issues)
    # What is no OperationOutcome, such as a proxy's page, fhirpy wraps into one: the same words as its text.
    is_wrapped = outcome.get("text", {}).get("div") == issues[0].get("diagnostics")
    if is_wrapped or any(each.get("code") in PASSING for each in issues):
        return Unavailable(f"{url} can't do it now: {said}", remedy="try again")
    return PlanRefused(f"{url} does not take it: {said}", remedy="correct the plan")


def _published(draft_id: UUID, resource: Mapping[str, Any], *, anew: bool) -> Published:
    version = str(resource.get("meta", {}).get("versionId", "1"))
    return Published(f"{KIND}/{draft_id}", version, anew=anew)
