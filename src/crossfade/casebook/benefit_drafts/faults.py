"""What the case's application and its orchestrator raise on purpose.

BenefitDraftsError
├── DraftMissing       no draft has that id
├── WrongStatus        the draft is not in a status in which this can be done
├── PlanInvalid        what was drafted is no InsurancePlan
├── PlanRefused        the plan store does not take the plan
├── DecisionTaken      the other decision stands
├── LockLost           the task is no longer this worker's
└── Unavailable        a store did not answer; the same call may go through later
"""

from __future__ import annotations

__all__ = [
    "BenefitDraftsError",
    "DecisionTaken",
    "DraftMissing",
    "LockLost",
    "PlanInvalid",
    "PlanRefused",
    "Unavailable",
    "WrongStatus",
]


class BenefitDraftsError(Exception):
    """The root of them: `fact` says what is wrong, `remedy` what to do next."""

    def __init__(self, fact: str, *, remedy: str = "") -> None:
        self.fact = fact
        self.remedy = remedy
        super().__init__(f"{fact}; {remedy}" if remedy else fact)


class DraftMissing(BenefitDraftsError, LookupError):
    """No draft has that id."""


class WrongStatus(BenefitDraftsError):
    """The draft is not in a status in which this can be done."""


class PlanInvalid(BenefitDraftsError, ValueError):
    """What was drafted is no InsurancePlan; `faults` says what is wrong with it, one line each."""

    def __init__(self, fact: str, *, faults: tuple[str, ...] = (), remedy: str = "") -> None:
        super().__init__(fact, remedy=remedy)
        self.faults = faults


class PlanRefused(BenefitDraftsError):
    """The plan store does not take the plan, and will not take it later either."""


class DecisionTaken(BenefitDraftsError):
    """The other decision stands."""


class LockLost(BenefitDraftsError):
    """The task is no longer this worker's: it took too long, and another has it or has done it."""


class Unavailable(BenefitDraftsError):
    """A store did not answer. Every call of the orchestrator may be repeated: it does what is left to do."""
