"""Two sides measured in the same rounds, in alternation, so that a busy minute of the machine hits both."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from pydantic import BaseModel, ConfigDict


class Figures(BaseModel):
    """The root of all that benchmarks return."""

    model_config = ConfigDict(frozen=True)


class Comparison(Figures):
    """Medians of both sides over all rounds.

    `ratio` is the median of the rounds' own ratios, measured / baseline; `lowest` and `highest` are the
    extremes of those, which say how far the ratio is to be trusted.
    """

    baseline: float
    measured: float
    ratio: float
    lowest: float
    highest: float
    rounds: int

    @classmethod
    def of(cls, baseline: Sequence[float], measured: Sequence[float]) -> Comparison:
        """The comparison of two sides by their figures in each round; at least one round."""
        ratios = [after / before for before, after in zip(baseline, measured, strict=True)]
        return cls(
            baseline=median(baseline),
            measured=median(measured),
            ratio=median(ratios),
            lowest=min(ratios),
            highest=max(ratios),
            rounds=len(ratios),
        )
