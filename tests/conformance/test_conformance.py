"""Every change, on every PostgreSQL, in every schema, written in every way, at every stop."""

from contextlib import ExitStack

import pytest

from scripts import make_conformance_docs
from tests.conformance.entries import ENTRIES
from tests.conformance.entry import Entry
from tests.conformance.postgresql import POSTGRESQL
from tests.conformance.walk import Walk

SCHEMAS = ("public", "Billing")


@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_both_versions_read_what_either_writes(database: str, entry: Entry, schema: str) -> None:
    with ExitStack() as stack:
        Walk(POSTGRESQL, database, entry, schema, stack).go()


def test_the_page_says_what_is_checked() -> None:
    assert make_conformance_docs.PAGE.read_text() == make_conformance_docs.page(), (
        "run: python -m scripts.make_conformance_docs"
    )
