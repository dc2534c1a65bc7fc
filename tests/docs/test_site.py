"""The site holds together: every link leads somewhere, nothing is asked of another host, every public name is explained."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import jobstates
from jobstates.platforms import platforms

if TYPE_CHECKING:
    from pathlib import Path

LOADED = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src", "image": "href"}
OF_THE_THEME = re.compile(r"^(genindex|search|py-modindex)\.html$")


class Links(HTMLParser):
    """The places of a page, where it leads, and what it loads."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.places: set[str] = set()
        self.leads: set[str] = set()
        self.loads: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.places |= {told[name] for name in ("id", "name") if name in told}
        self.leads |= {told[name] for name in ("href", "xlink:href") if tag == "a" and name in told}
        if tag in LOADED and LOADED[tag] in told and told.get("rel") not in ("index", "search", "next", "prev", "canonical"):
            self.loads.add(told[LOADED[tag]])


def pages(site: Path) -> dict[Path, Links]:
    """Every page of the site."""
    return {page: Links(page) for page in site.rglob("*.html")}


def test_every_link_leads_somewhere(site: Path) -> None:
    read = pages(site)
    dead = []
    for page, links in read.items():
        for address in sorted(links.leads):
            parts = urlsplit(address)
            if parts.scheme or not (parts.path or parts.fragment):
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            there = target.exists()
            if there and parts.fragment and target in read and "player" not in target.name:
                there = parts.fragment in read[target].places
            if not there:
                dead.append(f"{page.relative_to(site)}: {address}")
    assert dead == []


def test_no_page_asks_another_host_for_anything(site: Path) -> None:
    asked = {page.name: [url for url in links.loads if urlsplit(url).netloc] for page, links in pages(site).items()}
    assert {page: urls for page, urls in asked.items() if urls} == {}
    styles = "".join(style.read_text(encoding="utf-8") for style in site.rglob("*.css"))
    assert re.findall(r"(?:@import|url\()\s*[\"']?(?:https?:)?//[^\"')]+", styles) == []


def test_everything_a_page_loads_is_there(site: Path) -> None:
    missing = [
        f"{page.relative_to(site)}: {url}"
        for page, links in pages(site).items()
        for url in links.loads
        if not urlsplit(url).scheme and not (page.parent / unquote(urlsplit(url).path)).resolve().exists()
    ]
    assert missing == []


def test_every_public_name_is_explained(site: Path) -> None:
    text = (site / "api.html").read_text(encoding="utf-8")
    explained = set(re.findall(r'<dt class="sig[^"]*" id="jobstates\.(\w+)"', text))
    assert explained >= set(jobstates.__all__)


def test_no_words_of_a_docstring_are_taken_for_a_type(site: Path) -> None:
    assert 'Type<span class="colon">' not in (site / "api.html").read_text(encoding="utf-8")


def test_every_page_is_in_the_contents(site: Path) -> None:
    found = {str(page.relative_to(site)) for page in site.rglob("*.html") if "downloads" not in page.parts}
    listed = {re.sub("#.*", "", link) for link in Links(site / "index.html").leads}
    assert {page for page in found - listed if not OF_THE_THEME.match(page)} <= {"index.html"}
    assert {f"platforms/{name}.html" for name in platforms()} <= listed
