"""The formats: what each one holds, and that nobody's text is more than text in any of them."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from crossfade.document import Document, Guide
from crossfade.errors import UsageError
from crossfade.pages import FORMATS, html, markdown, put, text
from crossfade.pages.diagram import mermaid
from tests.documents.hostile import ATTACKS, EVIL, HOSTILE

pytestmark = pytest.mark.together("documents")

VOID = {"meta", "link", "br", "img"}
OURS = {
    "html", "head", "meta", "link", "title", "style", "body", "main", "header", "div", "h1", "h2", "h3", "p",
    "code", "nav", "a", "dl", "dt", "dd", "ul", "li", "span", "strong", "br", "table", "thead", "tr", "th",
    "td", "small", "b", "figure", "svg", "text", "g", "rect", "line", "path", "details", "summary", "ol",
    "pre", "footer",
}  # fmt: skip


class Reader(HTMLParser):
    """Elements, attributes and text of a page; every element is closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.opened: list[str] = []
        self.feed(page)
        self.close()
        assert self.opened == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.opened.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_html_holds_hostile_text_as_text() -> None:
    read = Reader(html(HOSTILE))
    assert read.elements <= OURS
    assert not [name for name, _ in read.attributes if name.startswith("on") or name == "style"]
    assert {value for name, value in read.attributes if name in {"href", "src"}} == {
        "data:,", "#checklist", "#measured", "#lints", "#shapes", "#values", "#ways", "#statements",
        "#troubleshooting",
    }  # fmt: skip
    whole = "".join(read.texts)
    assert "<script>alert(1)</script>" in whole
    assert "{{ 7 * 7 }}{% raw %}" in whole
    assert not re.search("[\u202e\u2066\u200b\x00\x1b]", whole)
    assert "\\u202egnp.exe" in whole


def test_markdown_holds_hostile_text_as_text() -> None:
    written = markdown(HOSTILE)
    outside = re.sub(r"(?ms)^ *(`{3,})\w*$.*?^ *\1$", "", written)  # what is no block of code
    assert "```" not in re.sub(r"(`+).*?(?<!`)\1(?!`)", "", outside)
    assert "# heading" not in [line.strip() for line in outside.splitlines()]
    prose = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", outside)  # nor code in a line
    assert not re.search(r"(?<!\\)<(?!/?(details|summary)>)", prose)
    assert not re.search(r"(?<!\\)\[(?![x ]\])", prose)
    assert not re.search("[\u202e\u2066\u200b\x00\x1b]", written)
    for line in written.splitlines():
        if line.startswith("| "):
            assert len(re.findall(r"(?<!\\)\|", line)) in {3, 4, 5, 6, 7, 8, 9}, line


def test_text_holds_no_control_character() -> None:
    assert not re.search("[\u202e\u2066\u200b\x00-\x08\x0b-\x1f]", text(HOSTILE))


def test_a_diagram_holds_no_syntax_of_anybodys() -> None:
    for line in mermaid(HOSTILE).splitlines():
        label = re.fullmatch(r'\s*(?:subgraph )?\w+\["(.*)"\]', line)
        if label is not None:
            assert not re.search(r"""["'`<>|{}()\[\]\\;&](?!br/>)""", re.sub("#\\d+;|<br/>", "", label[1]))
        else:
            assert re.fullmatch(r"flowchart LR|  end|  \w+ (<-->|---|-->) \w+", line), line


def test_json_is_the_document() -> None:
    assert Guide.model_validate_json(FORMATS["json"](HOSTILE)) == HOSTILE
    assert json.loads(FORMATS["json"](HOSTILE))["summary"] == EVIL


def test_every_format_says_the_same(documents: dict[str, Document]) -> None:
    document = documents["live"]
    for form in ("text", "markdown", "html"):
        page = FORMATS[form](document)
        words = "".join(Reader(page).texts) if form == "html" else page
        words = re.sub(r"\s+", " ", words.replace("\\", ""))
        for said in (
            "Order states become open strings",
            "ALTER TABLE public.orders ADD COLUMN channel VARCHAR(20) DEFAULT 'web'",
            "ACCESS EXCLUSIVE",
            "blocks reads and writes, briefly",
            "'mislaid'",
            "1,198",
            "rows of which the complement is needed: public.orders.status",
            "CF102",
            "orders stay",
            "Both versions are live",
            "Who holds locks on the tables, and who waits for whom?",
            "revert, after purge",
        ):
            assert said in words, (form, said)
    assert "```mermaid\nflowchart LR" in markdown(document)
    assert "<svg" in html(document)
    assert not re.search(r"url\(|@import|https?:|//", html(document))


def test_a_document_goes_to_a_file_in_the_format_of_its_name(tmp_path: Path) -> None:
    for name, form in (("a.html", "html"), ("a.md", "markdown"), ("a.json", "json"), ("a.txt", "text")):
        put(HOSTILE, None, tmp_path / name, everything=False)
        assert (tmp_path / name).read_text(encoding="utf-8") == FORMATS[form](HOSTILE)
    put(HOSTILE, "json", tmp_path / "b.html", everything=False)
    assert json.loads((tmp_path / "b.html").read_text(encoding="utf-8"))["evolution"] == "hostile"


def test_what_can_not_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no format 'htm'"):
        put(HOSTILE, "htm", None, everything=False)
    with pytest.raises(UsageError, match="can't be written"):
        put(HOSTILE, "html", tmp_path, everything=False)


def test_a_terminal_shows_markup_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    document = HOSTILE.model_copy(update={"summary": "[bold]not bold[/bold] :smile:"})
    put(document, "text", None, everything=True)
    assert "[bold]not bold[/bold] :smile:" in capsys.readouterr().out


def test_every_attack_is_in_the_document() -> None:
    assert all(each in EVIL for each in ATTACKS)
