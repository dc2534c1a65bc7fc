"""The page asks nobody for anything, runs nothing but its own script, and hostile names stay names."""

from __future__ import annotations

import threading
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from jobstates.render.history import History
from jobstates.render.page import page
from tests.render.page.support import DATAFLOW, html
from tests.render.page.test_embedding import HOSTILE, event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.browser import Visitor
    from tests.render.page.support import Desk

SCRIPT = {"script-src-elem", "require-trusted-types-for"}
INJECTED = {
    "an inline script": (
        "const s = document.createElement('script'); s.textContent = 'window.broken = 1'; document.body.append(s)",
        SCRIPT,
    ),
    "a script from elsewhere": (
        "const s = document.createElement('script'); s.src = 'https://example.com/x.js'; document.body.append(s)",
        SCRIPT,
    ),
    "markup": (
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.broken = 1\">')",
        {"require-trusted-types-for"},
    ),
    "an image": ("const i = new Image(); i.src = 'https://example.com/x.png'; document.body.append(i)", {"img-src"}),
    "a style": (
        "const s = document.createElement('style'); s.textContent = 'body { display: none }'; document.head.append(s)",
        {"style-src-elem"},
    ),
    "a request": ("fetch('https://example.com/').catch(() => {})", {"connect-src"}),
    "a frame": (
        "const f = document.createElement('iframe'); f.src = 'https://example.com/'; document.body.append(f)",
        {"frame-src"},
    ),
    "a base": (
        "const b = document.createElement('base'); b.href = 'https://example.com/'; document.head.append(b)",
        {"base-uri"},
    ),
}
"""What somebody might put into the page, and which part of its policy refuses it."""
TRIED = """async () => {
    const violated = new Promise((resolve) =>
        addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective)));
    try { %s } catch {}
    return await Promise.race([violated, new Promise((resolve) => setTimeout(resolve, 3000, "nothing"))]);
}"""


COUNTED = "['script', 'style', 'img'].map((tag) => document.getElementsByTagName(tag).length)"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and notes what was asked for instead of printing it."""

    asked: list[str]

    def log_message(self, *args: Any) -> None:
        self.asked.append(self.path)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    """A folder with a page, served on loopback; its address, and what is asked for."""
    (tmp_path / "served.html").write_text(html("dataflow"), encoding="utf-8")
    asked: list[str] = []
    handler = type("Handler", (Quiet,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(tmp_path))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/served.html", asked
        server.shutdown()


@cache
def hostile() -> str:
    """A page with hostile jobs, each with a step whose every text is hostile."""
    events = [(event(event=name, target=name, error=name), event(source=name, basis=None)) for name in HOSTILE]
    return page(DATAFLOW, [History(name, steps) for name, steps in zip(HOSTILE, events, strict=True)])


def test_a_page_asks_for_itself_only(desk: Desk) -> None:
    shown = desk.read("dataflow")
    shown.press("1", "1", "1")
    shown.page.get_by_role("button", name="Replay").click()
    shown.press("ArrowRight")
    assert [address.rpartition("/")[2] for address in desk.visitor.requests] == ["page.html"]


def test_a_page_that_is_served_asks_for_nothing_more(visitor: Visitor, served: tuple[str, list[str]], tmp_path: Path) -> None:
    address, asked = served
    opened = visitor.open(tmp_path / "served.html")
    opened.goto(f"{address}#step=")
    opened.keyboard.press("1")
    assert opened.locator("#said").inner_text().startswith("PENDING.")
    assert asked == ["/served.html"]
    visitor.requests.remove(address)


@pytest.mark.parametrize("what", INJECTED)
def test_nothing_else_is_let_in(desk: Desk, what: str) -> None:
    script, refused_by = INJECTED[what]
    shown = desk.read("vertex-pipeline")
    assert shown.page.evaluate(TRIED % script) in refused_by
    assert shown.page.evaluate("window.broken") is None
    assert shown.page.locator("body").is_visible()
    assert desk.visitor.complaints
    desk.visitor.complaints.clear()
    # Playwright tells of some requests before the browser refuses them.
    desk.visitor.requests.clear()


def test_only_web_addresses_become_links(desk: Desk) -> None:
    shown = desk.read("vertex-pipeline")
    tags = "(urls) => urls.map((url) => link(url, 'text').tagName)"
    urls = ["https://example.com/", "HTTP://example.com/", "javascript:alert(1)", " https://x", "data:text/html,x", "//x", ""]
    assert shown.page.evaluate(tags, urls) == ["A", "A", "SPAN", "SPAN", "SPAN", "SPAN", "SPAN"]


def test_hostile_names_stay_names(desk: Desk) -> None:
    shown = desk.open(hostile())
    shown.page.get_by_role("button", name="Replay").click()
    for nth, name in enumerate(HOSTILE):
        shown.page.locator("#histories").select_option(index=nth)
        shown.page.locator("#timeline a").last.click()
        assert shown.page.evaluate(COUNTED) == [2, 1, 0], name
        assert shown.said.startswith("Step 2 of 2: start, RUNNING"), name
        assert shown.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        replayed = shown.fragment
        shown.visit(replayed)
        assert (shown.fragment, shown.said[:11]) == (replayed, "Step 2 of 2"), name


def test_what_steers_a_readers_eye_is_shown_by_its_number(desk: Desk) -> None:
    shown = desk.open(hostile())
    shown.page.get_by_role("button", name="Replay").click()
    shown.page.locator("#histories").select_option(index=HOSTILE.index("\u202eevil\u2066\u200f"))
    assert shown.page.locator("#job").inner_text() == r"\u202eevil\u2066\u200f"
