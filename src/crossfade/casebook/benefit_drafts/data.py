"""Believable drafts for the legacy schema: skewed, with NULLs, old rows, many scripts and big plans.

The server makes them itself (``rows.sql``); what they are made of is here.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from crossfade.casebook.benefit_drafts.installation import install_legacy

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["BIG_AT", "BIG_EVERY", "NAMES", "PEOPLE", "TABLE", "build", "fill"]

TABLE = "benefit_plan_drafts"
BIG_EVERY, BIG_AT = 997, 13
"""Every 997th draft, from the 13th, is a plan of 10 to 60 kB (a prime: no batch size divides it)."""
NAMES = [
    "Bronze HMO", "Silver PPO", "Gold PPO", "Platinum EPO", "Dental: enfants & adultes", "Zahn & Vorsorge",
    "Świadczenia podstawowe", "Медицинский полис", "健康保険プラン", "视力保障", "خطة التأمين الصحي",
    "ביטוח שיניים (v2)", "건강 보험", "🦷 Dental + 👓 Vision", "O'Neill's \"family\" plan",
    r"C:\plans\2024\gold", "100 % cover", "a;b -- c /* d */", ":name %(x)s {y} $1", "tab\there", "two\nlines",
]  # fmt: skip
PAYERS = ["Northern Mutual", "Première Santé", "Krankenkasse Süd", "健康保険組合", 'Payer "7"', "St. O'Hara"]
KINDS = ["medical", "dental", "vision", "pharmacy", "santé mentale"]
BENEFITS = ["deductible", "copay", "out-of-pocket maximum", "coinsurance", "Eigenanteil", "自己負担"]
NOTES = [
    "A referral by the primary care physician is needed. ",
    "Vorherige Genehmigung nötig. ",
    "事前承認が必要です。",
    "Voir C:\\docs\\conditions. ",
    "✅ in network, ❌ out of network. ",
]
REASONS = [None, "deductible too high", 'limits differ from "A7:21"', "自己負担が未記入", "see\nthe comments"]
PEOPLE = [
    "ann", "bob.o'neill", "carla@example.org", "dörte", "Евгения", "fumiko 文子", "g", "הדס", "ivo", "jürgen",
    "karin", "low-code import", "مريم", "nils", "olga", "pat 🩺",
]  # fmt: skip


def build(connection: Connection, rows: int, seed: int = 1) -> dict[str, int]:
    """Make the legacy schema in an empty database, filled as by ``fill``."""
    install_legacy(connection)
    return fill(connection, rows, seed)


def fill(connection: Connection, rows: int, seed: int = 1) -> dict[str, int]:
    """Load ``rows`` drafts into the empty legacy table, and bring the planner's statistics up to date.

    The transaction is left to the caller. Returns the rows of the table by its name. Raises ``ValueError`` if
    ``rows`` is negative and SQLAlchemy's ``IntegrityError`` if the drafts are there already.
    """
    if rows < 0:
        message = f"rows must not be negative, got {rows}"
        raise ValueError(message)
    words: dict[str, Any] = {
        "names": NAMES, "payers": PAYERS, "kinds": KINDS, "benefits": BENEFITS, "notes": NOTES,
        "reasons": REASONS, "people": PEOPLE,
    }  # fmt: skip
    numbers = {"rows": rows, "seed": seed, "big_every": BIG_EVERY, "big_at": BIG_AT}
    text = files(__package__).joinpath("rows.sql").read_text(encoding="utf-8")
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))
    for statement in code.split(";\n"):
        if statement.strip():
            connection.exec_driver_sql(statement, numbers | words).close()
    return {TABLE: int(connection.exec_driver_sql(f"SELECT count(*) FROM {TABLE}").scalar_one())}
