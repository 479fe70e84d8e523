"""The HTML documents in a real, headless Chromium: at a phone's width and a desk's, light and dark.

`make test` installs Debian's. Where that can't be (no root, no apt-get, CROSSFADE_APT=no) these are skipped.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from crossfade.document import Document
from crossfade.pages import html
from tests.documents.browser import Browser, browser, executable
from tests.documents.hostile import HOSTILE

pytestmark = pytest.mark.together("documents")

WIDTHS = (360, 1200)
OUTSIDE = """
[...document.querySelectorAll('body *')].filter(each => {
  const box = each.getBoundingClientRect();
  return box.width && (box.right > WIDTH + 0.5 || box.left < -0.5) && !each.closest('.scroll, svg')
}).map(each => each.outerHTML.slice(0, 120))
"""
CLIPPED = """
[...document.querySelectorAll('svg g')].filter(each => each.getClientRects().length).filter(each => {
  const box = each.querySelector('rect').getBoundingClientRect();
  return [...each.querySelectorAll('text')].some(text => text.getBoundingClientRect().right > box.right)
}).map(each => each.textContent)
"""
SMALL = """
[...document.querySelectorAll('body *')].filter(each => each.getClientRects().length && each.innerText)
  .filter(each => parseFloat(getComputedStyle(each).fontSize) < 11).map(each => each.outerHTML.slice(0, 120))
"""
CONTRAST = """
(() => {
  const light = text => { const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map(each => {
    each /= 255; return each <= 0.03928 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4 });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b };
  const behind = each => { for (; each; each = each.parentElement) {
    const paper = getComputedStyle(each).backgroundColor;
    if (!paper.startsWith('rgba(0, 0, 0, 0')) return paper } return 'rgb(255, 255, 255)' };
  return [...document.querySelectorAll('body *')]
    .filter(each => each.getClientRects().length && each.innerText && !each.children.length)
    .map(each => { const [one, other] = [light(getComputedStyle(each).color), light(behind(each))];
      return [(Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05), each.outerHTML.slice(0, 100)] })
    .filter(([contrast]) => contrast < 4.5)
})()
"""


def may_install() -> bool:
    """Whether `make test` would have installed it."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return root and shutil.which("apt-get") is not None and os.environ.get("CROSSFADE_APT") != "no"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if executable() is None:
        assert not may_install(), "no Chromium is installed: run `make test`, or scripts/debian.sh"
        pytest.skip("no Chromium is installed, and it can't be from here: sudo apt-get install chromium")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, browser(Path(folder)) as found:
        yield found


def check(chromium: Browser, path: Path, *, width: int, dark: bool) -> None:
    with chromium.page(width, dark=dark) as page:
        page.open(path)
        for state in ("", "document.querySelectorAll('details').forEach(each => { each.open = true })"):
            page.value(state or "0")
            assert page.value(OUTSIDE.replace("WIDTH", str(width))) == []
            assert page.value("document.documentElement.scrollWidth") == width
            assert page.value("innerWidth") == width  # a phone would make room for what is wider
            assert page.value(SMALL) == []
        assert page.value(CLIPPED) == []
        assert page.value(CONTRAST) == []
        assert page.value("matchMedia('(prefers-color-scheme: dark)').matches") is dark
        assert (page.value("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 27)") is dark
        assert page.value("[...document.images].length + document.scripts.length") == 0
        assert page.requests == [path.as_uri()]
        assert page.errors == []


@pytest.mark.one_in(2)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_document_is_readable_and_asks_for_nothing(
    chromium: Browser,
    documents: dict[str, Document],
    shipments: dict[str, Document],
    tmp_path: Path,
    *,
    width: int,
    dark: bool,
) -> None:
    every = {**documents, **{f"shipments {state}": each for state, each in shipments.items()}}
    for state, document in every.items():
        path = tmp_path / f"{state}.html"
        path.write_text(html(document), encoding="utf-8")
        check(chromium, path, width=width, dark=dark)


@pytest.mark.parametrize("width", WIDTHS)
def test_hostile_text_is_only_text(chromium: Browser, tmp_path: Path, width: int) -> None:
    path = tmp_path / "hostile.html"
    path.write_text(html(HOSTILE), encoding="utf-8")
    check(chromium, path, width=width, dark=False)


def test_the_driver_notices_what_it_is_asked_for(chromium: Browser, tmp_path: Path) -> None:
    """A page that is wide, fetches, runs a script and fails is seen to do all that."""
    path = tmp_path / "bad.html"
    path.write_text(
        '<meta name="viewport" content="width=device-width"><p style="width: 900px">wide</p>'
        '<img src="file:///nothing.png"><p style="color: #eee; font-size: 9px">pale</p>'
        "<script>console.error('no'); nothing()</script>",
        encoding="utf-8",
    )
    with chromium.page(360, dark=False) as page:
        page.open(path)
        assert page.value("document.documentElement.scrollWidth") > 360
        assert page.value(OUTSIDE.replace("WIDTH", "360")) != []
        assert page.value(SMALL) != []
        assert page.value(CONTRAST) != []
        assert page.requests == [path.as_uri(), "file:///nothing.png"]
        assert len(page.errors) >= 3
