"""Replaying: a recorded life step by step, with its times, how long it stayed, and what nobody saw or nothing explains."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.render.page.support import GAP, ODD, PLAIN, TIMELESS, VERTEX_JOB, lives

if TYPE_CHECKING:
    from tests.render.page.support import Desk, Shown


def timeline(shown: Shown) -> list[list[str]]:
    """Each step as the lines it is told in."""
    texts = shown.page.locator("#timeline li").all_inner_texts()
    return [[line for line in text.splitlines() if line] for text in texts]


def marked(shown: Shown, word: str) -> set[str]:
    """The ids of the parts of the picture that carry a mark."""
    return set(shown.page.eval_on_selector_all(f"#picture svg .{word}", "(parts) => parts.map((part) => part.id)"))


def test_a_page_with_jobs_opens_with_the_first_of_them_as_far_as_it_came(desk: Desk) -> None:
    shown = desk.read("dataflow", "")
    assert shown.page.locator("#to-replay").get_attribute("aria-pressed") == "true"
    assert (shown.page.locator("#job").inner_text(), shown.state) == (PLAIN, "DRAINED")
    assert shown.page.locator("#stepping").is_hidden()


@pytest.mark.parametrize("fragment", ["#step=", "#type=batch", "#replay=nobody&at=3"])
def test_a_page_with_jobs_is_stepped_through_where_its_address_says_so(desk: Desk, fragment: str) -> None:
    shown = desk.read("dataflow", fragment)
    assert shown.page.locator("#to-step").get_attribute("aria-pressed") == "true"
    assert shown.state == "UNKNOWN"


def test_replay_begins_before_the_first_step(desk: Desk) -> None:
    shown = desk.read("dataflow")
    shown.page.get_by_role("button", name="Replay").click()
    assert shown.fragment == f"#replay={PLAIN}&at=0"
    assert (shown.state, shown.said) == ("UNKNOWN", "Before the first of 5 steps.")
    assert shown.page.locator("#stepping").is_hidden()
    assert shown.page.get_by_role("button", name="Previous").is_disabled()


def test_each_step_tells_its_time_and_how_long_the_job_stayed(desk: Desk) -> None:
    assert timeline(desk.read("dataflow", f"#replay={PLAIN}&at=2")) == [
        ["submit → QUEUED", "2026-03-04 09:14:03 UTC", "12s in QUEUED"],
        ["launch → PENDING", "2026-03-04 09:14:15 UTC", "2m 38s in PENDING"],
        ["start → RUNNING", "2026-03-04 09:16:53 UTC", "45m 19s in RUNNING"],
        ["drain → DRAINING", "2026-03-04 10:02:12 UTC", "11s in DRAINING"],
        ["confirm_drain → DRAINED", "2026-03-04 10:02:23 UTC"],
    ]


def test_next_and_previous_move_by_one_step(desk: Desk) -> None:
    shown = desk.read("dataflow", f"#replay={PLAIN}&at=0")
    for _ in range(3):
        shown.page.get_by_role("button", name="Next").click()
    assert (shown.state, shown.fragment) == ("RUNNING", f"#replay={PLAIN}&at=3")
    assert shown.said == "Step 3 of 5: start, RUNNING, 2026-03-04 09:16:53 UTC."
    assert shown.why.startswith("PENDING → RUNNING: start")
    shown.page.get_by_role("button", name="Previous").click()
    assert shown.state == "PENDING"


def test_arrow_keys_move_by_one_step(desk: Desk) -> None:
    shown = desk.read("dataflow", f"#replay={PLAIN}&at=0")
    shown.press("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowRight")
    assert shown.fragment == f"#replay={PLAIN}&at=1"


def test_the_slider_goes_to_any_step_and_says_which(desk: Desk) -> None:
    shown = desk.read("dataflow", f"#replay={PLAIN}&at=0")
    slider = shown.page.get_by_role("slider", name="Step of the history")
    slider.focus()
    shown.press("End")
    assert (shown.state, shown.fragment) == ("DRAINED", f"#replay={PLAIN}&at=5")
    shown.press("ArrowLeft")
    assert slider.get_attribute("aria-valuetext") == "Step 4 of 5: drain, DRAINING, 2026-03-04 10:02:12 UTC"
    assert slider.input_value() == "4"


def test_a_step_of_the_list_is_a_link(desk: Desk) -> None:
    shown = desk.read("dataflow", f"#replay={PLAIN}&at=0")
    shown.page.locator("#timeline a").nth(3).click()
    assert (shown.state, shown.fragment) == ("DRAINING", f"#replay={PLAIN}&at=4")
    assert shown.page.locator("#timeline [aria-current=step]").inner_text() == "drain → DRAINING"


def test_play_runs_to_the_end_and_stops(desk: Desk) -> None:
    shown = desk.read("dataflow", f"#replay={PLAIN}&at=3")
    shown.page.get_by_role("button", name="Play", exact=True).click()
    assert shown.page.get_by_role("button", name="Pause").is_visible()
    shown.page.get_by_role("button", name="Play", exact=True).wait_for()
    assert (shown.state, shown.fragment) == ("DRAINED", f"#replay={PLAIN}&at=5")


def test_pause_stops_where_it_is_and_play_at_the_end_begins_anew(desk: Desk) -> None:
    shown = desk.read("dataflow", f"#replay={PLAIN}&at=5")
    button = shown.page.locator("#play")
    button.click()
    assert shown.fragment == f"#replay={PLAIN}&at=0"
    button.click()
    assert button.inner_text() == "Play"


def test_what_nobody_saw_is_said_to_be_inferred_with_its_bounds(desk: Desk) -> None:
    shown = desk.read("dataflow", f"#replay={GAP}&at=2")
    assert timeline(shown)[1] == ["launch → PENDINGinferred", "between 2026-03-04 09:14:03 UTC and 2026-03-04 10:14:03 UTC"]
    assert shown.said == ("Step 2 of 4: launch, PENDING, between 2026-03-04 09:14:03 UTC and 2026-03-04 10:14:03 UTC, inferred.")


def test_a_contradiction_is_said_and_drawn_as_one(desk: Desk) -> None:
    shown = desk.read("dataflow", f"#replay={ODD}&at={len(lives('dataflow')[2].events)}")
    assert shown.state == "RUNNING"
    assert shown.said.endswith("adopt, RUNNING, 2026-03-04 09:16:03 UTC, contradiction.")
    assert shown.why == "Contradiction: the service showed RUNNING after DONE, and the lifecycle has no such arrow."
    assert shown.page.locator("#picture svg .odd").count() == 1
    shown.press("ArrowLeft")
    assert shown.page.locator("#picture svg .odd").count() == 0


def test_an_unknown_time_is_called_unknown(desk: Desk) -> None:
    shown = desk.read("dataflow", f"#replay={TIMELESS}&at=1")
    assert [step[-1] for step in timeline(shown)] == ["time unknown"] * 3


def test_the_picture_shows_the_path_so_far(desk: Desk) -> None:
    shown = desk.read("dataflow", f"#replay={PLAIN}&at=2")
    taken = {
        "state-UNKNOWN",
        "event-submit-QUEUED",
        "head-event-submit-QUEUED",
        "arrow-UNKNOWN-submit-QUEUED",
        "state-QUEUED",
        "event-launch-PENDING",
        "head-event-launch-PENDING",
        "arrow-QUEUED-launch-PENDING",
        "state-PENDING",
    }
    assert marked(shown, "past") == taken
    assert marked(shown, "now") == {"state-PENDING"}
    assert "state-DONE" in marked(shown, "unseen")
    assert marked(shown, "lit") == set()


def test_the_picture_tells_what_nobody_saw_from_what_was_seen(desk: Desk) -> None:
    shown = desk.read("dataflow", f"#replay={GAP}&at=2")
    assert "event-submit-QUEUED" in marked(shown, "past")
    assert marked(shown, "guessed") == {"event-launch-PENDING", "head-event-launch-PENDING", "arrow-QUEUED-launch-PENDING"}


def test_another_life_can_be_chosen(desk: Desk) -> None:
    shown = desk.read("dataflow", f"#replay={PLAIN}&at=3")
    shown.page.get_by_label("Recorded job").select_option(GAP)
    assert shown.fragment == f"#replay={GAP}&at=0"
    assert shown.page.locator("#job").inner_text() == GAP


def test_a_resource_name_stays_readable_in_the_address(desk: Desk) -> None:
    shown = desk.read("vertex", f"#replay={VERTEX_JOB}&at=1")
    shown.press("ArrowRight")
    assert shown.fragment == f"#replay={VERTEX_JOB}&at=2"
    assert shown.state == "PENDING"


def test_stepping_and_replaying_remember_where_they_were(desk: Desk) -> None:
    shown = desk.read("dataflow", "#step=submit.PENDING")
    shown.page.get_by_role("button", name="Replay").click()
    shown.press("ArrowRight", "ArrowRight")
    shown.page.get_by_role("button", name="Step", exact=True).click()
    assert shown.fragment == "#step=submit.PENDING"
    shown.page.get_by_role("button", name="Replay").click()
    assert shown.fragment == f"#replay={PLAIN}&at=2"


def test_without_histories_there_is_nothing_to_switch_to(desk: Desk) -> None:
    shown = desk.read("vertex-pipeline", "#replay=some&at=3")
    assert shown.page.locator("#modes").is_hidden()
    assert shown.state == "UNSPECIFIED"


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_a_dot_runs_along_a_step_forward_only(desk: Desk, motion: str) -> None:
    shown = desk.read("dataflow", f"#replay={PLAIN}&at=2", reduced_motion=motion)
    shown.press("ArrowLeft")
    assert shown.page.locator(".runner").count() == 0
    shown.press("ArrowRight")
    assert shown.page.locator(".runner").count() == (motion == "no-preference")
