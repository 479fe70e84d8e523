"""The process engine outside: Camunda 7, over its REST interface.

The engine starts as many processes of a business key as it is asked for. Whoever starts one here holds the
draft alone (``Drafts.exclusively``) and looks first, in the history, so that ended ones count. A request of
an orchestrator that was killed may arrive even so, after its successor has looked: then there are two for a
moment, every orchestrator that looks agrees on which of them stays, and takes the other away.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import httpx

from crossfade.casebook.benefit_drafts.faults import BenefitDraftsError, LockLost, Unavailable, WrongStatus
from crossfade.casebook.benefit_drafts.installation import BPMN
from crossfade.casebook.benefit_drafts.orchestrator.stores import (
    Decision,
    Process,
    PublishTask,
    Stage,
    agreed,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["CamundaEngine", "CamundaRefused"]

PROCESS, REVIEW, TOPIC = "benefit_plan_approval", "review", "publish-plan"
RUNNING = {"ACTIVE", "SUSPENDED"}
CANCELLED = {"EXTERNALLY_TERMINATED", "INTERNALLY_TERMINATED"}
PASSING = {429, 502, 503, 504}


class CamundaRefused(BenefitDraftsError):
    """The engine answered that it does not do it."""


class CamundaEngine:
    """A ``ProcessEngine`` (stores.py). `url` is such as ``http://host:8080/engine-rest``.

    A name and a password in the URL are for its basic authentication.
    """

    def __init__(self, url: str, *, seconds: float = 10.0) -> None:
        self._url = httpx.URL(url).copy_with(username=None, password=None)
        self._client = httpx.AsyncClient(base_url=url, timeout=seconds)
        self._is_prepared = False

    async def prepare(self) -> None:
        """Deploy the process; the engine keeps one that is the same."""
        kept = {"deployment-name": PROCESS, "deployment-source": "crossfade", "deploy-changed-only": "true"}
        same = {"enable-duplicate-filtering": "true"}
        files = {BPMN.name: (BPMN.name, BPMN.read_bytes(), "text/xml")}
        await self._answer("POST", "/deployment/create", data={**kept, **same}, files=files)
        self._is_prepared = True

    async def start(self, key: str, variables: Mapping[str, str]) -> Process:
        """The process of this key, begun if there is none."""
        found = (await self.find([key])).get(key)
        if found is not None:
            return found
        if not self._is_prepared:
            await self.prepare()
        given = {name: {"value": value, "type": "String"} for name, value in variables.items()}
        body = {"businessKey": key, "variables": given}
        await self._answer("POST", f"/process-definition/key/{PROCESS}/start", json=body)
        return (await self.find([key]))[key]

    async def find(self, keys: Sequence[str]) -> Mapping[str, Process]:
        """The processes of these keys, running and ended ones."""
        if not keys:
            return {}
        asked = {"processDefinitionKey": PROCESS, "processInstanceBusinessKeyIn": list(keys)}
        of_key: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for each in await self._answer("POST", "/history/process-instance", json=asked):
            of_key[each["businessKey"]].append(each)
        decisions = await self._decisions([each["id"] for every in of_key.values() for each in every])
        return {key: await self._the_one(every, decisions) for key, every in of_key.items()}

    async def decide(self, key: str, decision: Decision) -> Process:
        """Complete the review."""
        process = (await self.find([key])).get(key)
        if process is None:
            raise WrongStatus(f"No process has the business key {key}", remedy="submit the draft first")
        if process.stage is Stage.REVIEW:
            waiting = {"processInstanceId": process.id, "taskDefinitionKey": REVIEW}
            given = {
                "approved": {"value": decision.approved, "type": "Boolean"},
                "reviewer": {"value": decision.reviewer, "type": "String"},
                "reason": {"value": decision.reason, "type": "String"},
            }
            for task in await self._answer("GET", "/task", params=waiting):
                try:
                    await self._answer("POST", f"/task/{task['id']}/complete", json={"variables": given})
                except CamundaRefused:
                    if (await self.find([key]))[key].stage is Stage.REVIEW:  # nobody else has done it
                        raise
            process = (await self.find([key]))[key]
        return agreed(process, decision)

    async def fetch(self, worker: str, *, limit: int, seconds: float) -> Sequence[PublishTask]:
        """Plans to be published, locked for this worker."""
        topic = {"topicName": TOPIC, "lockDuration": round(seconds * 1000), "variables": []}
        asked = {"workerId": worker, "maxTasks": limit, "topics": [topic]}
        locked = await self._answer("POST", "/external-task/fetchAndLock", json=asked)
        return [
            PublishTask(each["id"], each["processInstanceId"], str(each["businessKey"])) for each in locked
        ]

    async def finish(self, task: PublishTask, worker: str) -> None:
        """The plan is published."""
        try:
            await self._answer("POST", f"/external-task/{task.id}/complete", json={"workerId": worker})
        except CamundaRefused as error:
            raise LockLost(f"The publication of {task.key} is not this worker's any more") from error

    async def give_back(self, task: PublishTask, worker: str, error: str, *, seconds: float) -> None:
        """It could not be published."""
        pause = {"retries": 1, "retryTimeout": round(seconds * 1000)}
        body = {"workerId": worker, "errorMessage": error[:600], "errorDetails": error, **pause}
        try:
            await self._answer("POST", f"/external-task/{task.id}/failure", json=body)
        except CamundaRefused:
            return  # the lock is lost, so that there is nothing to give back

    async def ping(self) -> None:
        """Whether the engine knows the process."""
        try:
            await self._answer("GET", f"/process-definition/key/{PROCESS}")
        except CamundaRefused:
            await self.prepare()  # an engine that keeps its database in memory was started again

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()

    async def _the_one(
        self, every: Sequence[Mapping[str, Any]], decisions: Mapping[str, Decision]
    ) -> Process:
        """Of a key's processes the one that stays: not cancelled, decided, begun first; others go."""
        first, *others = sorted(
            every, key=lambda each: (each["state"] in CANCELLED, each["id"] not in decisions, _begun(each))
        )
        for each in others:
            if each["state"] in RUNNING:
                await self._take_away(each["id"])
        return Process(
            first["id"], first["businessKey"], _stage(first, decisions), decisions.get(first["id"])
        )

    async def _take_away(self, process: str) -> None:
        why = {"skipCustomListeners": "true", "skipIoMappings": "true"}
        try:
            await self._answer("DELETE", f"/process-instance/{process}", params=why)
        except (CamundaRefused, Unavailable):  # as when another orchestrator does the same
            if await self._answer("GET", "/process-instance", params={"processInstanceIds": process}):
                raise

    async def _decisions(self, ids: Sequence[str]) -> dict[str, Decision]:
        if not ids:
            return {}
        found: dict[str, dict[str, Any]] = defaultdict(dict)
        for each in await self._answer(
            "POST", "/history/variable-instance", json={"processInstanceIdIn": ids}
        ):
            found[each["processInstanceId"]][each["name"]] = each["value"]
        return {
            which: Decision(bool(given["approved"]), str(given.get("reviewer") or ""), given.get("reason"))
            for which, given in found.items()
            if given.get("approved") is not None
        }

    async def _answer(self, method: str, path: str, **request: Any) -> Any:
        try:
            response = await self._client.request(method, path, **request)
        except httpx.TransportError as error:
            raise Unavailable(f"{self._url} does not answer: {error!r}", remedy="try again") from error
        if response.is_success:
            return response.json() if response.content else None
        said = _said(response)
        if response.status_code in PASSING or said.startswith("OptimisticLockingException"):
            raise Unavailable(f"{self._url} can't do it now: {said}", remedy="try again")
        raise CamundaRefused(f"{self._url}{path} answered {response.status_code}: {said}")


def _begun(each: Mapping[str, Any]) -> tuple[str, str]:
    return str(each["startTime"]), str(each["id"])


def _stage(each: Mapping[str, Any], decisions: Mapping[str, Decision]) -> Stage:
    decision = decisions.get(each["id"])
    if each["state"] in CANCELLED:
        return Stage.CANCELLED
    if each["state"] in RUNNING:
        return Stage.REVIEW if decision is None else Stage.PUBLISHING
    return Stage.PUBLISHED if decision is not None and decision.approved else Stage.REJECTED


def _said(response: httpx.Response) -> str:
    try:
        body = response.json()
        return f"{body.get('type')}: {body.get('message')}"
    except (ValueError, AttributeError):
        return response.text[:300] or response.reason_phrase
