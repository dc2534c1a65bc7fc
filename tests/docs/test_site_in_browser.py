"""The pages as a reader meets them: tooltips by mouse and keyboard, both modes, a phone, a screen reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser import Visitor, barriers

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

DESK = {"width": 1360, "height": 900}
PHONE = {"width": 390, "height": 844}
WITHOUT_ITS_PLAYER = "document.querySelector('.js-player').remove()"
"""The player has tests of its own; here it would only take time."""


def dataflow(visitor: Visitor, site: Path, fragment: str = "", **options: object) -> Page:
    """The page of Dataflow."""
    page = visitor.open(site / "platforms" / "dataflow.html", fragment, **({"viewport": DESK} | options))
    page.evaluate(WITHOUT_ITS_PLAYER)
    return page


def test_pointing_at_an_event_shows_its_sentence(visitor: Visitor, site: Path) -> None:
    page = dataflow(visitor, site)
    page.locator("[id='event-drain-DRAINING']").hover()
    told = page.locator("#js-tooltip")
    assert told.is_visible()
    assert "RUNNING → DRAINING: drain, you ask: UpdateJob(requested_state=JOB_STATE_DRAINED)" in told.inner_text()
    assert "“" in told.inner_text()


def test_the_keyboard_shows_it_too_and_escape_takes_it_away(visitor: Visitor, site: Path) -> None:
    page = dataflow(visitor, site)
    page.locator("[id='state-RUNNING'] a").focus()
    told = page.locator("#js-tooltip")
    assert told.is_visible()
    assert "JOB_STATE_RUNNING" in told.inner_text()
    assert page.locator("[id='state-RUNNING'] a").get_attribute("aria-describedby") == "js-tooltip"
    page.keyboard.press("Escape")
    assert not told.is_visible()


def test_a_state_in_the_picture_leads_to_its_section(visitor: Visitor, site: Path) -> None:
    page = dataflow(visitor, site)
    page.locator("[id='state-DRAINING'] a").focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("#dataflow-draining")
    assert page.locator("#dataflow-draining").count() == 1


def colours(page: Page) -> list[str]:
    """The colours of a state, of the picture's ground, and of a chip in the text."""
    script = """() => [
        ...["[id='state-RUNNING'] path", ".js-chip.js-active"].map((place) => {
            const style = getComputedStyle(document.querySelector(place));
            return place.startsWith("[") ? style.fill : style.backgroundColor;
        })]"""
    found: list[str] = page.evaluate(script)
    return found


@pytest.mark.parametrize("how", ["by the reader's system", "by the switch of the page"])
def test_dark_mode_changes_the_picture_and_the_chips(visitor: Visitor, site: Path, how: str) -> None:
    light = colours(dataflow(visitor, site, color_scheme="light"))
    if how == "by the reader's system":
        dark = colours(dataflow(visitor, site, color_scheme="dark"))
    else:
        page = dataflow(visitor, site, color_scheme="light")
        page.evaluate("document.body.dataset.theme = 'dark'")
        dark = colours(page)
    assert light == ["rgb(182, 217, 253)"] * 2
    assert dark == ["rgb(11, 44, 99)"] * 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_picture_has_the_ground_of_the_page(visitor: Visitor, site: Path, scheme: str) -> None:
    page = dataflow(visitor, site, color_scheme=scheme)
    ground = page.locator(".js-figure svg.jobstates polygon").first
    assert ground.evaluate("ground => getComputedStyle(ground).fill") == "rgba(0, 0, 0, 0)"


def test_on_a_phone_nothing_sticks_out_of_a_card(visitor: Visitor, site: Path) -> None:
    page = dataflow(visitor, site, viewport=PHONE)
    assert page.eval_on_selector_all(".js-card", "cards => cards.filter(card => card.scrollWidth > card.clientWidth).length") == 0


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk, light", "phone, dark"])
def test_nobody_is_shut_out(visitor: Visitor, site: Path, size: dict[str, int], scheme: str) -> None:
    assert barriers(dataflow(visitor, site, viewport=size, color_scheme=scheme)) == []


@pytest.mark.parametrize(
    "name", ["index", "tutorial", "platforms/dataflow", "platforms/vertex", "api", "command-line", "concepts"]
)
def test_a_phone_scrolls_only_up_and_down(visitor: Visitor, site: Path, name: str) -> None:
    page = visitor.open(site / f"{name}.html", viewport=PHONE)
    wide = page.evaluate("[document.scrollingElement.scrollWidth, window.innerWidth]")
    assert wide[0] <= wide[1]


def test_on_a_phone_the_picture_begins_where_the_lifecycle_does(visitor: Visitor, site: Path) -> None:
    page = dataflow(visitor, site, viewport=PHONE)
    box = page.locator("[id='state-UNKNOWN']").bounding_box()
    assert box
    assert 0 <= box["x"] <= PHONE["width"] - box["width"]
