"""A real browser for tests: Chromium as this machine has it, driven by Playwright, and a watch on everything it complains about.

On a machine without one these tests are skipped and say so; where ``CI`` is ``true`` they fail instead.

Playwright's synchronous interface keeps an event loop of its own running while it lives. The fixture lives as long as one module,
so that tests of coroutines in other modules find the thread free; no module mixes both.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LOCAL = ("file:", "data:")
PATIENCE = 10_000
"""Milliseconds after which what a test waits for is given up."""
BAD = {"serious", "critical"}


def program() -> str:
    """The browser that is installed; without one the test is skipped, or fails where a browser has to be."""
    found = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    if found is None:
        missing = f"no browser is installed (looked for {', '.join(PROGRAMS)})"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(reason=missing)
    return found


class Windows:
    """A browser with a window for each set of options: tabs of one window open twice as fast as windows."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._open: dict[str, BrowserContext] = {}

    def of(self, options: dict[str, Any]) -> BrowserContext:
        """The window with these of Playwright's context options."""
        key = repr(sorted(options.items()))
        if key not in self._open:
            self._open[key] = self._browser.new_context(**options)
            self._open[key].set_default_timeout(PATIENCE)
        return self._open[key]


@pytest.fixture(scope="module")
def browser() -> Iterator[Windows]:
    """One browser for the tests of a module, with a profile of its own."""
    path = program()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=list(OPTIONS))
        yield Windows(launched)
        launched.close()


class Visitor:
    """Opens local files, each in a tab of its own, and notes complaints and requests."""

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self._tabs: list[Page] = []
        self.complaints: list[str] = []
        """Errors and warnings of the console, and exceptions that nobody caught."""
        self.requests: list[str] = []
        """Addresses asked for, without the part behind ``#``."""

    def open(self, path: Path, fragment: str = "", **options: Any) -> Page:
        """Open a file at a fragment of it, in a window with Playwright's context options."""
        page = self._windows.of(options).new_page()
        self._tabs.append(page)
        page.on("request", lambda request: self.requests.append(request.url.partition("#")[0]))
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"{error}"))
        page.goto(path.as_uri() + fragment)
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    @property
    def outward(self) -> list[str]:
        """Requests that left this machine, or tried to."""
        return [address for address in self.requests if not address.startswith(LOCAL)]

    def close(self) -> None:
        """Close every tab."""
        for page in self._tabs:
            page.close()


@pytest.fixture
def visitor(browser: Windows) -> Iterator[Visitor]:
    """Opens files; when the test is over, nothing may have been complained about, and nobody asked for anything."""
    visiting = Visitor(browser)
    yield visiting
    visiting.close()
    assert visiting.complaints == []
    assert visiting.outward == []


def barriers(page: Page) -> list[str]:
    """What axe finds serious or critical for people who use assistive technology, with the places it names."""
    # Its preload would fetch style sheets again, which pages opened as files may not.
    found = Axe().run(page, options={"preload": False}).response["violations"]
    return [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in found
        if violation["impact"] in BAD
        for node in violation["nodes"]
    ]
