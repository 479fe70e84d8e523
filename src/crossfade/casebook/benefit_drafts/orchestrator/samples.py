"""Plans for the demo and the tests: each a valid InsurancePlan."""

from __future__ import annotations

from typing import Any

__all__ = ["PLANS", "plan"]

TIERS = ("Bronze", "Silver", "Gold", "Platinum")
KINDS = ("HMO", "PPO", "Dental: enfants & adultes", "Vision 眼科")


def plan(name: str, *, deductible: int = 500) -> dict[str, Any]:
    """A plan of this name."""
    limit = {"value": deductible, "unit": "USD"}
    return {
        "resourceType": "InsurancePlan",
        "status": "draft",
        "name": name,
        "alias": [name.upper()],
        "period": {"start": "2026-01-01", "end": "2026-12-31"},
        "ownedBy": {"display": "Example Mutual"},
        "coverage": [
            {
                "type": {"text": "medical"},
                "benefit": [{"type": {"text": "deductible"}, "limit": [{"value": limit}]}],
            }
        ],
    }


PLANS = [plan(f"{tier} {kind}", deductible=250 * (place + 1))
         for place, tier in enumerate(TIERS) for kind in KINDS]  # fmt: skip
