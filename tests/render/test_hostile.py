"""Names, sentences and histories from outside are text in every format: they break none, and none of them becomes a link."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from jobstates.render import diagram, export, with_heat, with_path
from jobstates.render.diagram import Diagram
from jobstates.render.mermaid import mermaid
from jobstates.render.page import page
from tests.render.support import EVIL, LINKS, VERTEX, diagrams, history

if TYPE_CHECKING:
    from jobstates.render.history import History

XLINK = "{http://www.w3.org/1999/xlink}href"
SVG = "{http://www.w3.org/2000/svg}"
NODE = r'(?:\w+)(?:\[\[|\(\[|\(\(|\()"(?:[^"\\<>&;#`]|<br>|#\d+;)*"(?:\]\]|\]\)|\)\)|\)):::\w+'
EDGE = r'\w+ (?:---|===|-\.-|-->|==>|-\.->)(?:\|"!"\|)? \w+'
STYLE = r"(?:linkStyle [\d,]+|classDef \w+) [\w#:,.; -]+"
CLICK = r'click \w+ href "https?://[^"\s<>\\`;()\[\]]*" _blank'
ABOUT = r"acc(?:Title|Descr):(?: (?:[^\"\\<>&;#`]|#\d+;)*)?"
MERMAID = re.compile(f"(?:{NODE}|{EDGE}|{STYLE}|{CLICK}|{ABOUT})")

# Nothing is shrunk: for pictures, each example runs a program.
slowly = settings(
    max_examples=20, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.too_slow]
)


def histories() -> st.SearchStrategy[History]:
    """The lives of jobs with evil names and errors."""
    evil = st.sampled_from(sorted(set(EVIL.values()) - {""}))
    return st.builds(lambda job, error: history(job, "QUEUED", "RUNNING", "FAILED", error=error), evil, evil)


def check_svg(svg: bytes) -> ET.Element:
    """Parse an SVG strictly, and find in it no id twice, nothing that runs, and no link but to the web."""
    root = ET.fromstring(svg)  # noqa: S314  # ours; entities are what is being looked for
    elements = list(root.iter())
    ids = [element.get("id") for element in elements if element.get("id")]
    assert len(ids) == len(set(ids))
    assert not [element.tag for element in elements if element.tag in (f"{SVG}script", f"{SVG}foreignObject", f"{SVG}image")]
    assert not [name for element in elements for name in element.attrib if name.lower().startswith("on")]
    links = [link for element in elements for link in (element.get(XLINK), element.get("href")) if link]
    assert all(link.lower().startswith(("https://", "http://", "#")) for link in links)
    return root


@slowly
@given(diagrams())
def test_svg_is_strict_xml_with_unique_ids_and_no_links_but_to_the_web(drawn: Diagram) -> None:
    check_svg(export(drawn, "svg"))


@slowly
@given(histories())
def test_a_path_of_a_job_is_drawn_whatever_its_name_and_its_errors(life: History) -> None:
    shown = with_path(diagram(VERTEX), life)
    text = "".join(check_svg(export(shown, "svg")).itertext())
    assert "RUNNING" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert Diagram.model_validate_json(export(shown, "json")) == shown
    assert len(MarkdownIt("commonmark").enable("table").parse(export(shown, "md").decode())) > 0


@slowly
@given(diagrams())
def test_every_line_of_mermaid_is_one_that_was_meant(drawn: Diagram) -> None:
    body = mermaid(drawn).partition("flowchart TB\n")[2]
    odd = [line for line in body.removesuffix("\n").split("\n") if not MERMAID.fullmatch(line.strip())]
    assert odd == []
    nodes = re.findall(r"^    (\w+)[\[(]", body, re.MULTILINE)
    assert len(nodes) == len(set(nodes)) == len(drawn.states) + len(drawn.pills) + 1


@slowly
@given(diagrams())
def test_markdown_is_two_tables_without_markup_and_with_links_to_the_web_only(drawn: Diagram) -> None:
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(export(drawn, "md").decode())
    assert [token.type for token in tokens].count("table_open") == 2
    assert [token.type for token in tokens].count("tr_open") == len(drawn.states) + len(drawn.lines) + 2
    inner = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in inner} <= {"text", "text_special", "link_open", "link_close", "softbreak"}
    links = [str(child.attrs["href"]) for child in inner if child.type == "link_open"]
    assert all(link.startswith("https://example.com/") for link in links)


@slowly
@given(diagrams())
def test_json_gives_back_every_text_as_it_was(drawn: Diagram) -> None:
    assert Diagram.model_validate_json(export(drawn, "json")) == drawn


class Reader(HTMLParser):
    """What a page has of elements that do something."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.handlers: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "xlink:href")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


@pytest.mark.parametrize("evil", [text for text in EVIL.values() if text], ids=[name for name, text in EVIL.items() if text])
def test_a_page_has_the_same_elements_whatever_a_job_is_called(evil: str) -> None:
    plain = Reader(page(VERTEX, [history("a job", "QUEUED", "RUNNING", "FAILED", error="an error")]))
    read = Reader(page(VERTEX, [history(evil, "QUEUED", "RUNNING", "FAILED", error=evil)]))
    assert read.tags == plain.tags
    assert read.links == plain.links
    assert read.handlers == []


@pytest.mark.parametrize("form", ["svg", "mermaid", "md", "dot"])
@pytest.mark.parametrize("link", [link for link in LINKS if "script" in link.lower()])
def test_what_a_browser_would_run_is_no_link(form: str, link: str) -> None:
    shown = export(diagram(VERTEX, href=lambda _: link), form).decode().lower()
    assert "javascript:" not in shown
    assert "data:text" not in shown


def test_heat_counts_jobs_with_evil_names() -> None:
    lives = [history(job, "QUEUED", "RUNNING", "FAILED") for job in EVIL.values() if job]
    shown = with_heat(diagram(VERTEX), [event for life in lives for event in life.events])
    check_svg(export(shown, "svg"))
    assert max(pill.count or 0 for pill in shown.pills) == len(lives)
    assert json.loads(export(shown, "json"))["platform"] == "vertex"
