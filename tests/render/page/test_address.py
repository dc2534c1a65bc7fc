"""The address: it says all that is shown, leads back to it, and breaks nothing whatever it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.render.page.support import PLAIN

if TYPE_CHECKING:
    from tests.render.page.support import Desk

RUNNING = "#step=submit.PENDING,start.RUNNING"
HOSTILE = [
    "#step=constructor.__proto__,toString.valueOf&type=__proto__",
    "#step=<script>alert(1)</script>&theme=<img src=x onerror=alert(1)>",
    "#replay=%3C/script%3E%3Cscript%3Ealert(1)%3C/script%3E&at=1",
    "#replay=%E0%A4%A&at=%",
    "#at=-1&at=1e9&replay",
    "#type=0&kind=1&theme=javascript:alert(1)",
    "#step=" + "submit.QUEUED," * 3000,
    "#=&==&&&#%00%ff\u202e",
    "#step=start.RUNNING",
    "#replay=&at=&step=&type=&theme=",
]


LINKS = {
    "": "DRAINED",
    "#step=": "UNKNOWN",
    "#step=submit.PENDING": "PENDING",
    RUNNING: "RUNNING",
    f"{RUNNING}&type=batch&theme=dark": "RUNNING",
    f"{RUNNING},drain.DRAINING&type=streaming": "DRAINING",
    f"{RUNNING},drain.DRAINING&type=batch": "RUNNING",
    f"#replay={PLAIN}&at=4": "DRAINING",
    f"#replay={PLAIN}": "UNKNOWN",
    f"#replay={PLAIN}&at=999": "DRAINED",
}
"""Where links lead."""


def test_a_link_leads_into_the_middle(desk: Desk) -> None:
    shown = desk.read("dataflow")
    for fragment, state in LINKS.items():
        shown.visit(fragment)
        assert (fragment, shown.state) == (fragment, state)
        theme = shown.page.locator("html").get_attribute("data-theme")
        assert theme == ("dark" if "theme=dark" in fragment else "")
        chosen = shown.page.locator("#fact-0").input_value()
        assert chosen == ("any" if "type=" not in fragment else fragment.partition("type=")[2].partition("&")[0])


def test_of_arrows_that_differ_in_a_guard_only_each_has_its_link(desk: Desk) -> None:
    shown = desk.read("vertex", "#step=submit.QUEUED,expire.EXPIRED-2")
    assert shown.state == "EXPIRED"
    assert "only if can_wait_too_long" in shown.why


def test_the_browsers_back_and_forward_buttons_go_through_the_steps(desk: Desk) -> None:
    shown = desk.read("dataflow")
    shown.press("1", "1")
    shown.page.go_back()
    assert shown.state == "PENDING"
    shown.page.go_back()
    assert shown.state == "UNKNOWN"
    shown.page.go_forward()
    assert (shown.state, shown.fragment) == ("PENDING", "#step=submit.PENDING")


def test_sliding_leaves_no_entries_behind_for_the_back_button(desk: Desk) -> None:
    shown = desk.read("dataflow", "#step=submit.PENDING")
    shown.page.get_by_role("button", name="Replay").click()
    shown.press("ArrowRight", "ArrowRight", "ArrowRight")
    shown.page.go_back()
    assert shown.fragment == "#step=submit.PENDING"


def test_the_skip_link_leaves_the_address_alone(desk: Desk) -> None:
    shown = desk.read("dataflow", RUNNING)
    shown.press("Tab", "Enter")
    assert shown.fragment == RUNNING
    assert shown.state == "RUNNING"


def test_a_hostile_address_breaks_nothing(desk: Desk) -> None:
    shown = desk.read("dataflow")
    for fragment in HOSTILE:
        shown.visit(fragment)
        assert shown.state in {"UNKNOWN", "QUEUED"}, fragment
        assert shown.page.evaluate("document.scripts.length") == 2, fragment
        shown.press("1")
        assert shown.state == "PENDING", fragment


def test_a_hostile_change_of_the_address_breaks_nothing(desk: Desk) -> None:
    shown = desk.read("dataflow", RUNNING)
    for fragment in HOSTILE:
        shown.page.evaluate("(fragment) => { location.hash = fragment }", fragment)
    shown.page.evaluate("(fragment) => { location.hash = fragment }", RUNNING)
    expect(shown.page.locator("#here .chip")).to_have_text("RUNNING")
    assert shown.said == "RUNNING. 11 events possible."
