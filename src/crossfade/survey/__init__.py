"""The survey: what a document asks the data, and the answers. It reads, and can do no more."""

from __future__ import annotations

from crossfade.survey.answers import Answers, Apart, Held, OfTree, Values
from crossfade.survey.asking import ask, questions
from crossfade.survey.lensed import BOTH, NEW_ALONE, OLD_ALONE, Lensed, Pair, lensed, pairs, shown
from crossfade.survey.trees import lost

__all__ = [
    "BOTH",
    "NEW_ALONE",
    "OLD_ALONE",
    "Answers",
    "Apart",
    "Held",
    "Lensed",
    "OfTree",
    "Pair",
    "Values",
    "ask",
    "lensed",
    "lost",
    "pairs",
    "questions",
    "shown",
]
