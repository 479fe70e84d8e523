"""Believable rows for the legacy schema: skewed, with NULLs, old rows, many scripts and big JSON.

They are lines of PostgreSQL's COPY text format, whose escapes are those of MariaDB's literals (loading.py).
Only ``Random.random()`` and arithmetic that IEEE 754 fixes are used, so the same seed gives the same
rows on every machine and every Python.
"""

from __future__ import annotations

import json
import math
from array import array
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

NEWEST = datetime(2025, 9, 1)  # noqa: DTZ001  (UTC; naive so that it prints without an offset)
"""No row is younger: the data must not depend on the day on which it is made."""
SPAN = 8 * 365 * 86_400.0
"""Seconds between the first template and ``NEWEST``."""
OLDEST = NEWEST - timedelta(seconds=SPAN)
BIG_EVERY, BIG_AT = 997, 13
"""Every 997th template, from the 13th, carries 10 to 50 kB of JSON (a prime: no batch size divides it)."""
NULL = r"\N"

TITLES = (
    "Support triage", "Weekly report", "Contract review", "Release notes", "Interview notes",
    "Refund request", "Lab results, explained", "Lesson plan", "Cold outreach", "Incident summary",
    "Résumé für den Vorstand", "Tóm tắt cuộc họp", "Zażółć gęślą jaźń", "Ежедневная сводка",
    "Σύνοψη συνάντησης", "要件レビュー", "客户支持助手", "고객 문의 요약", "रोगी का सारांश", "สรุปการประชุม",
    "ملخص الاجتماع", "סיכום פגישה (v2)", "მიმოხილვა", "🚀 Launch checklist", "👩‍⚕️ Intake 🩺",
    "O'Neill's \"quick\" reply", r"C:\prompts\triage", "100 % sure?", "a;b -- c /* d */",
    ":name %(x)s {y} $1", "Cafe\N{COMBINING ACUTE ACCENT} menu", "tab\there", "two\nlines",
)  # fmt: skip
SENTENCES = (
    "Answer in the language of the question. ",
    "If you are not sure, say so; never invent a source. ",
    "Quote the paragraph you rely on, like \"this\" or 'this'. ",
    "Be brief.\nThen, if asked, be thorough.\n",
    "Antworte höflich, ohne Floskeln. ",
    "回答は三文以内にまとめてください。",
    "أجب باختصار ثم اذكر المصدر. ",
    "Paths look like C:\\reports\\2024 and regexes like ^\\d+$. ",
    "✅ done, ⚠️ doubtful, ❌ refused. ",
)
KINDS = ("plain", "tools", "rag", "full")
CATEGORIES = ("support", "sales", "legal", "engineering", "health", "education", "日本", NULL, NULL, NULL)
MODELS = ("small-4k", "medium-32k", "large-128k")
TOOLS = ("web_search", "calculator", "calendar", "code_interpreter", "sql_query", "send_mail")
STATUSES = (("completed", 0.88), ("failed", 0.96), ("cancelled", 0.99), ("running", 1.0))
ERRORS = ("timeout after 30 s", "model overloaded", 'tool "sql_query" refused: 権限がありません', NULL)

TEMPLATE_COLUMNS = (
    "id, owner_id, name, description, workflow_type, category, default_params, required_tools,"
    " is_builtin, is_public, version, usage_count, created_at, updated_at"
)
EXECUTION_COLUMNS = "template_id, status, started_at, finished_at, error"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


class Spelling(NamedTuple):
    """How a database writes true, false, and the time zone of a moment in UTC."""

    true: str
    false: str
    zone: str


POSTGRESQL = Spelling("t", "f", "+00")
MARIADB = Spelling("1", "0", "")


class Lines(NamedTuple):
    """The lines of both tables, each made when it is asked for; of the executions, how many there are."""

    templates: Iterator[str]
    executions: Iterator[str]
    executed: int


def lines(rows: int, seed: int, spelling: Spelling) -> Lines:
    """``rows`` templates, whose ids are 1 to ``rows``, and half as many executions of them.

    A template's ``usage_count`` is the number of its executions, as both applications keep it. Raises
    ``ValueError`` if ``rows`` is negative.
    """
    if rows < 0:
        message = f"rows must not be negative, got {rows}"
        raise ValueError(message)
    created, executed = _creation_times(rows, seed), _executed_templates(rows, seed)
    return Lines(
        _templates(created, executed, seed, spelling),
        _executions(created, executed, seed, spelling),
        len(executed),
    )


def _random(seed: int, purpose: str) -> Random:
    return Random(f"chat_templates:{seed}:{purpose}")


def _creation_times(rows: int, seed: int) -> array[float]:
    """Seconds after ``OLDEST`` for each template in order of id: the platform grew steadily."""
    draw = _random(seed, "created").random
    return array("d", (SPAN * math.sqrt((number + draw()) / rows) for number in range(rows)))


def _executed_templates(rows: int, seed: int) -> array[int]:
    """The template (from 0) of each execution: the first hundredth of them has nearly a third."""
    draw = _random(seed, "popular").random
    return array("q", (int(rows * (chance := draw() * draw()) * chance) for _ in range(rows // 2)))


def _templates(
    created: Sequence[float], executed: Sequence[int], seed: int, spelling: Spelling
) -> Iterator[str]:
    true, false, zone = spelling
    draw = _random(seed, "templates").random
    usage = array("i", bytes(4 * len(created)))
    for index in executed:
        usage[index] += 1
    owners = max(3, len(created) // 50)
    names = [title.translate(_ESCAPES) for title in TITLES]
    descriptions = [_prose(draw, 1 + number % 3).translate(_ESCAPES) for number in range(64)]
    pools = {kind: [_open_json(_parameters(draw, kind)) for _ in range(64)] for kind in KINDS}
    tools = [json.dumps(_some(draw, TOOLS, 1 + number % 4)) for number in range(32)]

    for number, seconds in enumerate(created, start=1):
        chance = draw()
        kind = "plain" if chance < 0.60 else "tools" if chance < 0.80 else "rag" if chance < 0.95 else "full"
        share = draw()
        share *= share
        share *= share  # chance ** 4, then ** 8: one owner in two hundred owns half
        owner = 1 + int(owners * share * share)
        name = names[int(draw() * len(names))]
        if draw() < 0.7:
            name = f"{name} {number % 89}"
        description = NULL if draw() < 0.25 else descriptions[int(draw() * 64)]
        if number % BIG_EVERY == BIG_AT:
            params = _open_json(_big_parameters(draw, kind)) + "}"
        elif draw() < 0.03:
            params = NULL
        else:
            params = f'{pools[kind][int(draw() * 64)]}, "seed": {number}}}'
        needs = tools[int(draw() * 32)] if kind in {"tools", "full"} else "[]" if draw() < 0.1 else NULL
        version, edited = 1, seconds
        if draw() < 0.4:
            version, edited = 2 + int(draw() * 5), seconds + (SPAN - seconds) * draw()
        yield (
            f"{number}\t{owner}\t{name}\t{description}\t{kind}\t{CATEGORIES[int(draw() * 10)]}"
            f"\t{params}\t{needs}\t{false}\t{true if draw() < 0.15 else false}\t{version}"
            f"\t{usage[number - 1]}\t{_moment(seconds)}{zone}\t{_moment(edited)}{zone}\n"
        )


def _executions(
    created: Sequence[float], executed: Sequence[int], seed: int, spelling: Spelling
) -> Iterator[str]:
    zone = spelling.zone
    draw = _random(seed, "executions").random
    for index in executed:
        started = created[index] + (SPAN - created[index]) * draw()
        chance = draw()
        status = next(status for status, below in STATUSES if chance < below)
        finished = NULL if status == "running" else _moment(started + 0.2 + 60 * draw() * draw()) + zone
        error = ERRORS[int(draw() * len(ERRORS))] if status == "failed" else NULL
        yield f"{index + 1}\t{status}\t{_moment(started)}{zone}\t{finished}\t{error}\n"


def _moment(seconds: float) -> str:
    return str(OLDEST + timedelta(seconds=seconds))


def _parameters(draw: Callable[[], float], kind: str) -> dict[str, Any]:
    """The parameters that a template of this type starts with, as the old application stores them."""
    parameters: dict[str, Any] = {
        "model": MODELS[int(draw() * len(MODELS))],
        "temperature": int(draw() * 20) / 10,
        "max_tokens": 256 << int(draw() * 5),
        "system_prompt": _prose(draw, 1 + int(draw() * 3)),
        "stop": None if draw() < 0.5 else ["\n\n", "###"],
    }
    if kind in {"rag", "full"}:
        parameters["retriever"] = {
            "top_k": 3 + int(draw() * 8),
            "min_score": 0.35,
            "collections": ["faq", "手引き"],
        }
    if kind in {"tools", "full"}:
        parameters["tool_choice"] = {"mode": "auto", "parallel": draw() < 0.5}
    return parameters


def _big_parameters(draw: Callable[[], float], kind: str) -> dict[str, Any]:
    """Parameters with worked examples, 10 to 50 kB as JSON in UTF-8."""
    size = 10_000 + int(draw() * 35_000)
    examples: list[dict[str, str]] = []
    while size > 0:
        example = {"user": _prose(draw, 4), "assistant": _prose(draw, 12)}
        examples.append(example)
        size -= len(json.dumps(example, ensure_ascii=False).encode())
    return {**_parameters(draw, kind), "examples": examples}


def _open_json(value: dict[str, Any]) -> str:
    """The object in COPY's text format, without its last brace so that a member can be added."""
    return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)[:-1]


def _prose(draw: Callable[[], float], sentences: int) -> str:
    return "".join(SENTENCES[int(draw() * len(SENTENCES))] for _ in range(sentences))


def _some(draw: Callable[[], float], choices: Sequence[str], count: int) -> list[str]:
    return [choices[(int(draw() * len(choices)) + step) % len(choices)] for step in range(count)]
