"""Stepping: only what the lifecycle allows is offered, by key, button and picture, and each arrow says what it rests on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from jobstates.render.page import page
from tests.render.page.support import DATAFLOW, LIFECYCLES, VERTEX, lives, walk

if TYPE_CHECKING:
    from jobstates.spec.arrow import Arrow
    from jobstates.spec.job import Job
    from jobstates.spec.lifecycle import Lifecycle
    from tests.render.page.support import Desk

RUNNING = walk(DATAFLOW, "submit", "start")
TRACK = """(ids) => {
    const frames = document.querySelector(".runner").getAnimations()[0].effect.getKeyframes();
    const ends = [frames[0], frames[frames.length - 1]].map((frame) => frame.transform.match(/-?[0-9.]+/g).map(Number));
    return ids.map((id, nth) => {
        const { x, y, width, height } = document.getElementById(id).getBBox();
        return Math.hypot(x + width / 2 - ends[nth][0], y + height / 2 - ends[nth][1]);
    });
}"""
"""How far from the middle of each state the dot begins and ends."""
FOCUSED = """() => {
    const focused = document.activeElement;
    const style = getComputedStyle(focused.matches(".pill") ? focused.querySelector("path") : focused);
    return [focused.id || focused.textContent, style.outlineStyle, style.strokeWidth];
}"""
COUNT_RUNNERS = """() => {
    window.runners = 0;
    const count = (node) => { if (node.classList && node.classList.contains("runner")) window.runners += 1; };
    const observer = new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach(count)));
    observer.observe(document.documentElement, { childList: true, subtree: true });
}"""


def as_offered(arrow: Arrow) -> str:
    guard = f" [{arrow.guard}]" if arrow.guard else ""
    return f"{arrow.event}{guard} → {arrow.target.name}"


def routes(lifecycle: Lifecycle, job: Job | None) -> dict[str, str]:
    """A fragment that leads to each state, by the state's name."""
    found = {lifecycle.initial.name: "#step="}
    for walked in lifecycle.walks(job, complete=False):
        keys = []
        for arrow in walked:
            ways = [one for one in lifecycle.between(arrow.source, arrow.target) if one.event == arrow.event]
            number = "" if ways[0] is arrow else f"-{ways.index(arrow) + 1}"
            keys.append(f"{arrow.event}.{arrow.target.name}{number}")
        found.setdefault(walked[-1].target.name, f"#step={','.join(keys)}")
        if len(found) == len(lifecycle.reachable(job)) + 1:
            break
    return found


def test_a_page_begins_before_the_job_was_seen(desk: Desk) -> None:
    shown = desk.read("dataflow")
    assert shown.state == "UNKNOWN"
    assert shown.said == "UNKNOWN. 3 events possible."
    assert shown.page.title() == "Dataflow job lifecycle"


@pytest.mark.parametrize("platform", LIFECYCLES)
@pytest.mark.parametrize("nth", [0, 1])
def test_in_every_state_exactly_the_allowed_events_are_offered(desk: Desk, platform: str, nth: int) -> None:
    lifecycle = LIFECYCLES[platform]
    choices = {"dataflow": ("type", "batch"), "vertex": ("kind", "tuningJobs"), "vertex-pipeline": ("kind", "pipelineJobs")}
    name, value = choices[platform]
    job, chosen = [(None, ""), (lifecycle.job_type().learn({name: value})[0], f"&{name}={value}")][nth]
    shown = desk.read(platform)
    offered = {}
    for state, fragment in routes(lifecycle, job).items():
        shown.page.evaluate("(fragment) => { location.hash = fragment }", fragment + chosen)
        expect(shown.page.locator("#here .chip bdi")).to_have_text(state)
        offered[state] = shown.offers
    allowed = {state: [as_offered(arrow) for arrow in lifecycle.allowed(state, job)] for state in offered}
    assert offered == allowed
    assert len(offered) > 6


def test_keys_take_events_go_back_and_start_over(desk: Desk) -> None:
    shown = desk.read("dataflow")
    shown.press("1")
    assert (shown.state, shown.fragment) == ("PENDING", "#step=submit.PENDING")
    shown.press("1", "5")
    assert (shown.state, shown.fragment) == ("FAILED", "#step=submit.PENDING,start.RUNNING,fail.FAILED")
    shown.press("Backspace")
    assert shown.state == "RUNNING"
    shown.press("r")
    assert (shown.state, shown.fragment) == ("UNKNOWN", "#step=")
    shown.press("Backspace", "9", "r")
    assert (shown.state, shown.fragment) == ("UNKNOWN", "#step=")


def test_zero_takes_the_tenth_event(desk: Desk) -> None:
    shown = desk.read("dataflow", RUNNING)
    tenth = DATAFLOW.allowed("RUNNING")[9]
    shown.press("0")
    assert shown.fragment.endswith(f",{tenth.event}.{tenth.target.name}")


def test_keys_do_nothing_when_they_are_switched_off_or_meant_for_the_browser(desk: Desk) -> None:
    shown = desk.read("dataflow", RUNNING)
    shown.press("Control+1", "Alt+r")
    shown.page.locator("#keys").uncheck()
    shown.press("1", "r", "Backspace")
    assert shown.fragment == RUNNING


def test_a_button_takes_its_event(desk: Desk) -> None:
    shown = desk.read("dataflow", RUNNING)
    shown.page.get_by_role("button", name="drain").and_(shown.page.locator(".offer")).click()
    assert shown.state == "DRAINING"
    shown.page.get_by_role("button", name="Back", exact=True).click()
    assert shown.state == "RUNNING"
    shown.page.get_by_role("button", name="Start over").click()
    assert shown.state == "UNKNOWN"
    assert shown.page.get_by_role("button", name="Back", exact=True).is_disabled()


def test_the_pills_of_the_allowed_events_are_lit_and_no_others(desk: Desk) -> None:
    shown = desk.read("dataflow", walk(DATAFLOW, "submit", "start", "drain"))
    assert shown.lit() == {
        "event-fail-FAILED",
        "event-cancel-CANCELLED",
        "event-cancel-CANCELLING",
        "event-confirm_drain-DRAINED",
        "event-replace-UPDATED",
    }
    focusable = shown.page.eval_on_selector_all("#picture svg [tabindex]", "(parts) => parts.map((part) => part.id)")
    assert set(focusable) == shown.lit()
    assert shown.part("event-start-RUNNING").get_attribute("aria-hidden") == "true"


def test_a_lit_pill_is_a_button(desk: Desk) -> None:
    shown = desk.read("dataflow", RUNNING)
    pill = shown.part("event-drain-DRAINING")
    assert pill.get_attribute("role") == "button"
    assert pill.get_attribute("aria-label") == "drain [is_streaming] to DRAINING, you ask"
    pill.focus()
    assert "“This state may be set via a Cloud Dataflow `UpdateJob` call" in shown.why
    shown.press("Enter")
    assert shown.state == "DRAINING"


@pytest.mark.parametrize("part", ["event-drain-DRAINING", "state-DRAINING", "arrow-RUNNING-drain-DRAINING"])
def test_a_click_on_a_lit_part_of_the_picture_takes_the_event(desk: Desk, part: str) -> None:
    shown = desk.read("dataflow", RUNNING)
    drawn = shown.part(part)
    if part.startswith("arrow"):
        drawn.locator(".reach").dispatch_event("click")
    else:
        drawn.click()
    assert shown.fragment == f"{RUNNING},drain.DRAINING"


def test_a_click_on_what_is_not_lit_does_nothing(desk: Desk) -> None:
    shown = desk.read("dataflow", RUNNING)
    shown.part("event-confirm_drain-DRAINED").click()
    shown.part("state-DRAINED").click()
    shown.part("state-RUNNING").click()
    assert shown.fragment == RUNNING


def test_a_click_on_a_state_to_which_several_events_lead_asks_which(desk: Desk) -> None:
    shown = desk.read("dataflow", RUNNING)
    shown.part("state-DONE").click()
    assert shown.fragment == RUNNING
    assert shown.said == "2 events lead there. Choose one in the list."
    focused = shown.page.evaluate("document.activeElement.textContent")
    assert focused.startswith("2finish → DONE")


def test_a_line_from_a_frame_stands_for_the_state_the_job_is_in(desk: Desk) -> None:
    shown = desk.read("vertex", walk(VERTEX, "submit"))
    classes = shown.part("frame-event-cancel-CANCELLING").get_attribute("class") or ""
    assert "lit" in classes.split()


def test_an_event_shows_what_it_rests_on_while_it_is_pointed_at(desk: Desk) -> None:
    shown = desk.read("dataflow", RUNNING)
    assert shown.why.startswith("PENDING → RUNNING: start\nthe service acts · documented\n“Jobs that are pending may only")
    offer = shown.page.locator(".offer", has_text="drain")
    offer.hover()
    asked = "you ask UpdateJob(requested_state=JOB_STATE_DRAINED) · only if is_streaming · documented"
    assert shown.why.splitlines()[:2] == ["RUNNING → DRAINING: drain", asked]
    link = shown.page.locator("#why a").first
    assert (link.inner_text(), link.get_attribute("rel")) == ("JobState", "noopener noreferrer")
    assert (link.get_attribute("href") or "").startswith("https://cloud.google.com/dataflow/")
    shown.page.mouse.move(5, 5)
    assert shown.why.startswith("PENDING → RUNNING")


def test_a_contested_arrow_shows_the_sentence_against_it(desk: Desk) -> None:
    shown = desk.read("dataflow", walk(DATAFLOW, "submit"))
    shown.page.locator(".offer", has_text="fail").focus()
    assert "· contested" in shown.why
    assert "Against it: “This state may only be set by the Cloud Dataflow service" in shown.why


def test_a_terminal_state_says_what_the_job_came_to(desk: Desk) -> None:
    shown = desk.read("dataflow", f"{RUNNING},drain.DRAINING,confirm_drain.DRAINED")
    assert shown.said == "DRAINED. The job is over: drained."
    assert shown.page.locator("#here").inner_text().splitlines()[0].endswith("over: drained")
    assert shown.page.locator("#offers").inner_text() == "Nothing: the job is over."
    assert shown.lit() == set()


def test_the_steps_taken_are_listed_as_links_to_where_they_led(desk: Desk) -> None:
    shown = desk.read("dataflow", f"{RUNNING},drain.DRAINING")
    trail = shown.page.locator("#trail a")
    assert trail.all_inner_texts() == ["UNKNOWN", "submit → PENDING", "start → RUNNING", "drain → DRAINING"]
    assert [link.get_attribute("aria-current") for link in trail.all()] == [None, None, None, "step"]
    trail.nth(1).click()
    assert (shown.state, shown.fragment) == ("PENDING", "#step=submit.PENDING")
    assert shown.page.evaluate("document.activeElement.textContent") == "submit → PENDING"


def test_the_path_taken_stands_out_in_the_picture(desk: Desk) -> None:
    shown = desk.read("dataflow", RUNNING)
    marks = {
        part: set((shown.part(part).get_attribute("class") or "").split()) & {"past", "now", "idle", "lit"}
        for part in ("arrow-PENDING-start-RUNNING", "event-start-RUNNING", "state-RUNNING", "event-confirm_drain-DRAINED")
    }
    assert list(marks.values()) == [{"past"}, {"past"}, {"now"}, {"idle"}]


def test_a_type_of_job_closes_arrows_and_names_the_guard(desk: Desk) -> None:
    shown = desk.read("dataflow", RUNNING)
    assert any(offer.startswith("drain") for offer in shown.offers)
    shown.page.get_by_label("type").select_option("batch")
    assert shown.fragment == f"{RUNNING}&type=batch"
    assert not any(offer.startswith(("drain", "replace")) for offer in shown.offers)
    assert shown.page.locator("#closed summary").inner_text() == "3 events closed to such a job"
    shown.page.locator("#closed summary").click()
    assert "drain → DRAINING: only if is_streaming" in shown.page.locator("#closed li").all_inner_texts()
    for part in ("event-drain-DRAINING", "state-DRAINED", "arrow-RUNNING-drain-DRAINING"):
        assert re.search(r"\bshut\b", shown.part(part).get_attribute("class") or "")


def test_a_kind_of_job_closes_arrows(desk: Desk) -> None:
    shown = desk.read("vertex", "#step=submit.QUEUED,provision.PENDING,start.RUNNING")
    assert "pause [has_pause] → PAUSED" in shown.offers
    shown.page.get_by_label("kind").select_option("customJobs")
    assert "pause [has_pause] → PAUSED" not in shown.offers
    assert "time_out [has_timeout] → CANCELLED" in shown.offers


def test_a_walk_that_such_a_job_cannot_make_ends_where_it_becomes_impossible(desk: Desk) -> None:
    shown = desk.read("dataflow", f"{RUNNING},drain.DRAINING,confirm_drain.DRAINED")
    shown.page.get_by_label("type").select_option("batch")
    assert shown.state == "RUNNING"
    assert shown.said.startswith("RUNNING. ")


def test_the_whole_way_can_be_gone_by_keyboard_with_the_focus_always_in_sight(desk: Desk) -> None:
    shown = desk.read("dataflow")
    ring = "getComputedStyle(document.activeElement).outlineStyle + ' ' + getComputedStyle(document.activeElement).outlineWidth"
    shown.press("Tab", "Enter")
    assert shown.page.evaluate("document.activeElement.id") == "panel"
    shown.press("Tab", "Tab")  # past the link to what is said of the state
    for event, downs in (("submit", 0), ("start", 0), ("fail", 4)):
        shown.press(*["ArrowDown"] * downs)
        assert shown.page.evaluate("document.activeElement.querySelector('b').textContent") == event
        assert shown.page.evaluate(ring) == "solid 3px"
        shown.press("Enter")
    assert shown.state == "FAILED"
    assert shown.page.evaluate("document.activeElement.id") == "back"
    assert shown.page.evaluate(ring) == "solid 3px"


def test_the_focus_is_seen_on_every_stop_of_the_tab_key(desk: Desk) -> None:
    shown = desk.read("dataflow", walk(DATAFLOW, "submit"))
    stops = []
    for _ in range(40):
        shown.press("Tab")
        name, outline, stroke = shown.page.evaluate(FOCUSED)
        if name in stops:
            break
        stops.append(name)
        assert outline == "solid" or stroke == "6px", name
    assert stops[0] == "over"
    assert {"theme", "picture", "why", "back", "keys", "event-start-RUNNING"} <= set(stops)


def test_a_page_without_an_engine_works_without_its_picture(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBSTATES_DOT", "no-such-program")
    shown = desk.open(page(DATAFLOW))
    assert shown.page.locator(".missing").first.inner_text() == (
        "There is no picture: JOBSTATES_DOT names no-such-program, and there is no such program."
    )
    shown.press("1", "1", "5")
    assert shown.state == "FAILED"


def test_a_page_for_some_jobs_has_only_what_is_open_to_them(desk: Desk) -> None:
    batch = DATAFLOW.job_type().learn({"type": "batch"})[0]
    drained = lives("dataflow")[0]
    shown = desk.open(page(DATAFLOW, [drained], job=batch), RUNNING)
    assert shown.offers == [as_offered(arrow) for arrow in DATAFLOW.allowed("RUNNING", batch)]
    assert shown.page.locator("header p").inner_text() == "jobs, batch"
    assert shown.page.locator("#filters select").count() == 0
    assert shown.part("state-DRAINED").count() == 0
    shown.visit(f"#replay={drained.job}&at=5")
    assert shown.why == "This page leaves out the arrow of this step."
    assert shown.page.locator("#here").inner_text().endswith("This state is not in the picture.")


def test_a_dot_runs_along_the_arrow_unless_motion_is_unwanted(desk: Desk) -> None:
    moving, calm = (desk.read("dataflow", RUNNING, reduced_motion=motion) for motion in ("no-preference", "reduce"))
    for shown in (moving, calm):
        shown.page.evaluate(COUNT_RUNNERS)  # it may be gone before anybody can look for it
        shown.press("1")
        expect(shown.page.locator(".runner")).to_have_count(0)
    assert [shown.page.evaluate("runners") for shown in (moving, calm)] == [1, 0]


@pytest.mark.parametrize(
    ("walked", "key", "ends"), [("drain", "4", ("DRAINING", "DRAINED")), ("pause", "5", ("PAUSING", "RUNNING"))]
)
def test_the_dot_runs_from_where_the_job_was_to_where_it_is(desk: Desk, walked: str, key: str, ends: tuple[str, str]) -> None:
    shown = desk.read("dataflow", walk(DATAFLOW, "submit", "start", walked), reduced_motion="no-preference")
    assert shown.state == ends[0]
    shown.press(key)
    assert shown.state == ends[1]
    begin, end = shown.page.evaluate(TRACK, [f"state-{name}" for name in ends])
    assert max(begin, end) < 60
