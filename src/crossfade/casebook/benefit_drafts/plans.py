"""What an approved draft is published as: an InsurancePlan of FHIR R4, checked by fhir.resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fhir.resources.R4B.insuranceplan import InsurancePlan
from pydantic import ValidationError

from crossfade.casebook.benefit_drafts.faults import PlanInvalid

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

__all__ = ["DRAFTS", "check", "is_of", "published_form"]

DRAFTS = "urn:crossfade:benefit-plan-draft"
"""The identifiers' system: a published plan says by it which draft it was."""


def check(plan: Mapping[str, Any]) -> None:
    """Raises PlanInvalid where this is no InsurancePlan.

    R4 and R4B have the same InsurancePlan. Its invariant ipn-1 is in no type: a name or an identifier.
    """
    if plan.get("resourceType") != "InsurancePlan":
        raise _invalid((f"resourceType: is {plan.get('resourceType')!r}",))
    try:
        InsurancePlan.model_validate(dict(plan))
    except ValidationError as error:
        raise _invalid(
            tuple(f"{'.'.join(map(str, each['loc'])) or 'plan'}: {each['msg']}" for each in error.errors())
        ) from error
    if not plan.get("name") and not plan.get("identifier"):
        raise _invalid(("name: a plan has a name or an identifier (ipn-1)",))


def published_form(draft_id: UUID, plan: Mapping[str, Any]) -> dict[str, Any]:
    """The plan as it is published: active, under the draft's id, with an identifier that names the draft."""
    others = [each for each in plan.get("identifier", ()) if each.get("system") != DRAFTS]
    whose = {"system": DRAFTS, "value": str(draft_id)}
    form = {**plan, "id": str(draft_id), "status": "active", "identifier": [*others, whose]}
    check(form)
    return form


def is_of(draft_id: UUID, plan: Mapping[str, Any]) -> bool:
    """Whether a plan in the store is the one that was made of this draft."""
    named = plan.get("identifier") or ()
    return any(each.get("system") == DRAFTS and each.get("value") == str(draft_id) for each in named)


def _invalid(faults: tuple[str, ...]) -> PlanInvalid:
    return PlanInvalid(
        f"The plan is no valid InsurancePlan: {'; '.join(faults[:3])}",
        faults=faults,
        remedy="correct the draft and submit it again",
    )
