"""The reviewers' page in a real Chromium: what it shows and decides, and what it does when nobody answers."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from crossfade.casebook.benefit_drafts.orchestrator.conduct import Conduct
from crossfade.casebook.benefit_drafts.orchestrator.samples import plan
from crossfade.casebook.benefit_drafts.orchestrator.serving import Places
from tests.casebook.benefit_drafts.nursery import Nursery
from tests.casebook.benefit_drafts.stage import opened, read
from tests.documents.browser import Browser, Page, browser, executable
from tests.documents.test_browser import CONTRAST, OUTSIDE, SMALL, may_install

pytestmark = [pytest.mark.one_server, pytest.mark.together("documents")]

HOSTILE = "<img src=x onerror=\"document.title='broken'\"> & Söhne 保険"
NAMES = ("Gold", "Silver", HOSTILE)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if executable() is None:
        assert not may_install(), "no Chromium is installed: run `make test`, or scripts/debian.sh"
        pytest.skip("no Chromium is installed, and it can't be from here: sudo apt-get install chromium")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, browser(Path(folder)) as found:
        yield found


class Served:
    """The service at a port, which can be killed and begun again, and its drafts."""

    def __init__(self, nursery: Nursery, places: Places, folder: Path) -> None:
        self._nursery, self._places, self._folder = nursery, places, folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}/"
        self.begin()

    def begin(self) -> None:
        self._process = self._nursery.begin(self._places, self._port, self._folder / "log", every=0.05)

    def kill(self) -> None:
        os.kill(self._process, signal.SIGKILL)

    def do(self, work: Any) -> Any:
        async def within() -> Any:
            async with opened(self._places) as stores:
                return await work(stores)

        return asyncio.run(within())


@pytest.fixture
def served(nursery: Nursery, places: Places, tmp_path: Path) -> Iterator[Served]:
    found = Served(nursery, places, tmp_path)
    yield found
    found.kill()


@contextmanager
def shown(chromium: Browser, served: Served, *, width: int = 1200, dark: bool = False) -> Iterator[Page]:
    with chromium.page(width, dark=dark) as page:
        wait(lambda: _listens(served.url))
        page.call("Page.navigate", url=served.url)
        wait(lambda: page.value("document.querySelector('#line')?.dataset.state") == "live")
        yield page


def wait(true: Any, *, within: float = 20.0) -> None:
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it has not come about"
        time.sleep(0.02)


def _listens(url: str) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", int(url.split(":")[2].strip("/")))) == 0


async def _three(stores: Any) -> list[UUID]:
    """The first two are submitted."""
    ids = [await stores.drafts.create_draft(plan(name), "low-code") for name in NAMES]
    for draft_id in ids[:2]:
        await Conduct(stores).submit(draft_id, "low-code")
    return ids


def click(page: Page, selector: str) -> None:
    page.value(f"document.querySelector({json.dumps(selector)}).click()")


def workflow(page: Page, draft_id: UUID) -> Any:
    return page.value(f"document.getElementById('draft-{draft_id}')?.dataset.workflow")


def test_a_reviewer_decides_and_sees_what_others_do(chromium: Browser, served: Served) -> None:
    gold, silver, hostile = served.do(_three)
    with shown(chromium, served) as page:
        wait(lambda: workflow(page, hostile) == "not_started")
        assert (workflow(page, gold), workflow(page, silver)) == ("in_review", "in_review")
        assert HOSTILE in page.value("document.getElementById('drafts').textContent")
        assert page.value("document.querySelectorAll('#drafts img').length") == 0

        click(page, f"#draft-{hostile} .look")
        wait(lambda: page.value("document.getElementById('look').open"))
        looked = json.loads(page.value("document.getElementById('plan').textContent"))
        assert looked["name"] == HOSTILE
        click(page, "#look button")

        click(page, f"#draft-{gold} .approve")
        wait(lambda: page.value("document.getElementById('said').textContent") == "Say who you are first.")
        page.value("document.getElementById('reviewer').value = 'Eve'")
        click(page, f"#draft-{gold} .approve")
        wait(lambda: workflow(page, gold) == "published")
        assert page.value("document.getElementById('said').hidden") is True

        click(page, f"#draft-{silver} .reject")
        wait(lambda: page.value("document.getElementById('refusal').open"))
        page.value("document.getElementById('reason').value = 'too dear'")
        click(page, "#refusal button.reject")
        wait(lambda: workflow(page, silver) == "rejected")

        served.do(lambda stores: Conduct(stores).submit(hostile, "somebody else"))  # the page is only told
        wait(lambda: workflow(page, hostile) == "in_review")
        assert page.value("document.title") == "Benefit plans to review"
        assert page.errors == []
        assert {each.partition("?")[0] for each in page.requests} <= {
            served.url + each
            for each in ("", "page/page.css", "page/page.js", "events", f"drafts/{hostile}",
                         f"drafts/{gold}/approve", f"drafts/{silver}/reject")
        } | {"data:,"}  # fmt: skip

    async def there(stores: Any) -> list[tuple[str, str | None, str | None]]:
        drafts = [await read(stores, draft_id) for draft_id in (gold, silver)]
        return [(each.status, each.reviewed_by, each.rejection_reason) for each in drafts]

    assert served.do(there) == [("approved", "Eve", None), ("rejected", "Eve", "too dear")]


def test_back_from_the_dialog_nothing_is_decided(chromium: Browser, served: Served) -> None:
    gold, *_ = served.do(_three)
    with shown(chromium, served) as page:
        page.value("document.getElementById('reviewer').value = 'Eve'")
        click(page, f"#draft-{gold} .reject")
        wait(lambda: page.value("document.getElementById('refusal').open"))
        click(page, "#refusal button[value=no]")
        wait(lambda: not page.value("document.getElementById('refusal').open"))
        assert workflow(page, gold) == "in_review"
        assert not any(each.endswith("/reject") for each in page.requests)


def test_killed_and_begun_again_the_page_goes_on(chromium: Browser, served: Served) -> None:
    gold, *_ = served.do(_three)
    with shown(chromium, served) as page:
        page.value("document.getElementById('reviewer').value = 'Eve'")
        served.kill()
        wait(lambda: page.value("document.getElementById('line').dataset.state") == "lost")
        click(page, f"#draft-{gold} .approve")
        wait(lambda: "ask again" in page.value("document.getElementById('said').textContent"))
        served.begin()
        wait(lambda: page.value("document.getElementById('line').dataset.state") == "live")
        click(page, f"#draft-{gold} .approve")
        wait(lambda: workflow(page, gold) == "published")


@pytest.mark.parametrize(("width", "dark"), [(360, False), (360, True), (1200, False), (1200, True)])
def test_it_is_readable(chromium: Browser, served: Served, tmp_path: Path, width: int, dark: bool) -> None:
    served.do(_three)
    with shown(chromium, served, width=width, dark=dark) as page:
        assert page.value(OUTSIDE.replace("WIDTH", str(width))) == []
        assert page.value("document.documentElement.scrollWidth") == width
        assert page.value(SMALL) == []
        assert page.value(CONTRAST) == []
        page.screenshot(tmp_path / "page.png")
        if kept := os.environ.get("CROSSFADE_PICTURES"):
            page.screenshot(Path(kept) / f"drafts-{width}-{'dark' if dark else 'light'}.png")
