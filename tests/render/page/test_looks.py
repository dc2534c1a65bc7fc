"""How the page looks and is read: light, dark, small, printed, with forced colours, and by assistive technology."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from coloraide import Color
from playwright.sync_api import expect

from tests.browser import barriers
from tests.render.page.support import DATAFLOW, GAP, LIFECYCLES, PLAIN, VERTEX_JOB, walk

if TYPE_CHECKING:
    from tests.render.page.support import Desk, Shown

READABLE = 4.5
"""The smallest contrast of small text, by WCAG 2.2 level AA."""
RUNNING = walk(DATAFLOW, "submit", "start")
BACKGROUND = "(element) => getComputedStyle(element).backgroundColor"
STATIONS = {
    "dataflow": [RUNNING, f"{RUNNING},finish.DONE&type=batch", f"#replay={GAP}&at=3"],
    "vertex": ["#step=submit.QUEUED&kind=nasJobs", "#step=submit.QUEUED,fail.FAILED", f"#replay={VERTEX_JOB}&at=3"],
    "vertex-pipeline": ["", "#step=submit.QUEUED,provision.PENDING,start.RUNNING,succeed.SUCCEEDED"],
}
HIDDEN = "[picture.scrollHeight - picture.clientHeight, picture.scrollWidth - picture.clientWidth]"
COLOURS = """(selector) => {
    const style = getComputedStyle(document.querySelector(selector));
    let box = document.querySelector(selector);
    while (box && getComputedStyle(box).backgroundColor === "rgba(0, 0, 0, 0)") box = box.parentElement;
    return [style.color, getComputedStyle(box).backgroundColor];
}"""


def contrast(shown: Shown, selector: str) -> float:
    """Between a text and what is behind it, as the browser works both out."""
    text, behind = shown.page.evaluate(COLOURS, selector)
    return Color(text).contrast(Color(behind))


def ground(shown: Shown) -> str:
    found: str = shown.page.evaluate("getComputedStyle(document.body).backgroundColor")
    return found


def fill(shown: Shown, part: str) -> str:
    """The colour that a part of the picture is filled with."""
    found: str = shown.part(part).locator("path").first.evaluate("(path) => getComputedStyle(path).fill")
    return found


def test_the_page_follows_the_readers_mode(desk: Desk) -> None:
    light, dark = (desk.read("dataflow", RUNNING, color_scheme=scheme) for scheme in ("light", "dark"))
    assert (ground(light), ground(dark)) == ("rgb(255, 255, 255)", "rgb(13, 17, 23)")
    assert (fill(light, "state-PENDING"), fill(dark, "state-PENDING")) == ("rgb(243, 224, 142)", "rgb(88, 71, 0)")
    assert fill(light, "state-RUNNING") == "rgb(9, 105, 218)"


def test_the_readers_mode_can_change_while_the_page_is_open(desk: Desk) -> None:
    shown = desk.read("dataflow", RUNNING, color_scheme="light")
    shown.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert ground(shown) == "rgb(13, 17, 23)"
    expect(shown.page.locator("#theme")).to_have_attribute("aria-pressed", "true")  # the browser tells the page in its own time


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_switch_overrules_the_readers_mode_and_stands_in_the_address(desk: Desk, scheme: str) -> None:
    shown = desk.read("dataflow", RUNNING, color_scheme=scheme)
    before = ground(shown), fill(shown, "state-PENDING")
    shown.page.locator("#theme").click()
    after = ground(shown), fill(shown, "state-PENDING")
    assert set(before).isdisjoint(after)
    other = {"light": "dark", "dark": "light"}[scheme]
    assert shown.fragment == f"{RUNNING}&theme={other}"
    shown.press("1")
    assert shown.fragment.endswith(f"&theme={other}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_what_is_behind_them(desk: Desk, scheme: str) -> None:
    stepping = desk.read("dataflow", f"{RUNNING}&type=batch", color_scheme=scheme)
    replaying = desk.read("dataflow", f"#replay={PLAIN}&at=5", color_scheme=scheme)
    places = [
        (
            stepping,
            ("h1", "h2", ".offer.service .event", ".offer.user .event", ".offer .target", ".here .chip", ".wire", ".keys"),
        ),
        (stepping, (".source", ".basis", "#why a", "#trail a", "summary", "#to-step", "#to-replay")),
        (replaying, ("#timeline .quiet", ".stay", "#timeline a", "#play", "#job")),
    ]
    found = {selector: contrast(shown, selector) for shown, selectors in places for selector in selectors}
    assert {selector: ratio for selector, ratio in found.items() if ratio < READABLE} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("platform", LIFECYCLES)
def test_nothing_stands_in_the_way_of_assistive_technology(desk: Desk, platform: str, scheme: str) -> None:
    shown = desk.read(platform, color_scheme=scheme)
    for station in STATIONS[platform]:
        shown.page.evaluate("(fragment) => { location.hash = fragment }", station)
        assert barriers(shown.page) == []


def test_what_is_wrong_would_be_found(desk: Desk) -> None:
    shown = desk.read("vertex-pipeline")
    shown.page.evaluate("document.getElementById('theme').textContent = ''")
    assert any(barrier.startswith("button-name") for barrier in barriers(shown.page))


def test_on_a_phone_the_panel_stands_below_and_only_the_picture_scrolls_sideways(desk: Desk) -> None:
    shown = desk.read("dataflow", RUNNING, viewport={"width": 390, "height": 844})
    picture, panel = (shown.page.locator(place).bounding_box() for place in ("#picture", "#panel"))
    assert picture is not None
    assert panel is not None
    assert panel["y"] >= picture["y"] + picture["height"]
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert shown.page.evaluate("document.getElementById('picture').scrollWidth > document.getElementById('picture').clientWidth")


@pytest.mark.parametrize("viewport", [{"width": 390, "height": 844}, {"width": 1280, "height": 800}], ids=["phone", "desk"])
def test_the_state_the_job_is_in_comes_into_sight(desk: Desk, viewport: dict[str, int]) -> None:
    shown = desk.read("dataflow", f"{RUNNING},fail.FAILED", viewport=viewport)
    box, state = shown.page.locator("#picture").bounding_box(), shown.part("state-FAILED").bounding_box()
    assert box is not None
    assert state is not None
    assert box["x"] <= state["x"]
    assert state["x"] + state["width"] <= box["x"] + box["width"]
    assert box["y"] <= state["y"]
    assert state["y"] + state["height"] <= box["y"] + box["height"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("fragment", ["", "#step="])
@pytest.mark.parametrize("platform", ["dataflow", "vertex"])
def test_on_a_desk_the_whole_picture_is_in_sight(desk: Desk, platform: str, fragment: str, scheme: str) -> None:
    shown = desk.read(platform, fragment, viewport={"width": 1400, "height": 900}, color_scheme=scheme)
    picture, over = (shown.page.locator(place).bounding_box() for place in ("#picture", "#why"))
    assert picture is not None
    assert over is not None
    assert picture["y"] + picture["height"] <= over["y"]
    assert shown.page.evaluate(HIDDEN) == [0, 0]


def test_the_reasons_take_a_line_until_there_are_any_and_then_stay_open(desk: Desk) -> None:
    shown = desk.read("dataflow", viewport={"width": 1400, "height": 900})
    heights = [shown.page.locator("#why").evaluate("(box) => box.clientHeight")]
    shown.page.locator(".offer").first.hover()
    heights.append(shown.page.locator("#why").evaluate("(box) => box.clientHeight"))
    shown.page.locator("h1").hover()
    heights.append(shown.page.locator("#why").evaluate("(box) => box.clientHeight"))
    assert heights[0] < 50 < heights[1] == heights[2]


@pytest.mark.parametrize("viewport", [{"width": 390, "height": 844}, {"width": 800, "height": 600}], ids=["phone", "small"])
def test_a_page_that_replays_begins_at_its_top(desk: Desk, viewport: dict[str, int]) -> None:
    shown = desk.read("dataflow", "", viewport=viewport)
    assert shown.page.evaluate("scrollY") == 0
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_the_present_step_comes_into_sight(desk: Desk) -> None:
    shown = desk.read("dataflow", f"#replay={PLAIN}&at=5", viewport={"width": 1000, "height": 600})
    panel, step = (shown.page.locator(place).bounding_box() for place in ("#panel", "#timeline [aria-current]"))
    assert panel is not None
    assert step is not None
    assert panel["y"] <= step["y"]
    assert step["y"] + step["height"] <= panel["y"] + panel["height"]


def test_where_colours_are_forced_the_picture_keeps_its_own(desk: Desk) -> None:
    shown = desk.read("dataflow", RUNNING, forced_colors="active")
    assert fill(shown, "state-PENDING") == "rgb(243, 224, 142)"
    pressed, other = (shown.page.locator(place).evaluate(BACKGROUND) for place in ("#to-step", "#to-replay"))
    assert pressed != other
    asked, acts = (shown.page.locator(f".offer.{actor}").first for actor in ("user", "service"))
    assert asked.evaluate(BACKGROUND) != acts.evaluate(BACKGROUND)


def test_printed_the_page_shows_everything_and_no_controls(desk: Desk) -> None:
    shown = desk.read("dataflow", RUNNING)
    shown.page.emulate_media(media="print")
    assert shown.page.locator("#tools").is_hidden()
    assert shown.page.locator("#back").is_hidden()
    cut = "['picture', 'panel', 'why'].map((id) => document.getElementById(id)).map((box) => box.scrollHeight - box.clientHeight)"
    assert max(shown.page.evaluate(cut)) <= 1
    assert shown.page.pdf().startswith(b"%PDF")


def test_what_is_not_to_be_done_now_is_faint_and_what_is_closed_is_fainter(desk: Desk) -> None:
    shown = desk.read("dataflow", f"{RUNNING}&type=batch")
    pills = ("event-finish-DONE", "event-confirm_cancel-CANCELLED", "event-drain-DRAINING")
    assert [shown.part(pill).evaluate("(pill) => getComputedStyle(pill).opacity") for pill in pills] == ["1", "0.3", "0.1"]
    lines = ("arrow-RUNNING-finish-DONE", "arrow-CANCELLING-confirm_cancel-CANCELLED", "arrow-RUNNING-drain-DRAINING")
    share = "(path) => getComputedStyle(path).strokeOpacity"
    assert [shown.part(line).locator("path").first.evaluate(share) for line in lines] == ["1", "0.3", "0.1"]


def test_without_scripts_the_picture_is_still_there(desk: Desk) -> None:
    shown = desk.read("dataflow", java_script_enabled=False)
    assert shown.part("state-RUNNING").is_visible()
    assert shown.page.locator("#panel").is_hidden()
    assert shown.page.locator("noscript").count() == 1
