"""What jobs did, over the diagram of their lifecycle: nothing is hidden, and nothing is claimed that was not seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from jobstates import DataflowJob, DataflowJobMachine, Lifecycle, Tracker, VertexJobMachine
from jobstates.render import Diagram, History, counts, diagram, export, with_coverage, with_current, with_heat, with_path
from jobstates.render.diagram import Mark

if TYPE_CHECKING:
    from jobstates.spec.event import JobEvent

DATAFLOW = diagram(Lifecycle.of(DataflowJobMachine))
VERTEX = diagram(Lifecycle.of(VertexJobMachine))
START = datetime(2026, 3, 4, 9, 14, 3, tzinfo=UTC)
JOB = "2026-03-04_05_06_07-1234567890123456789"


def life(*states: str, seconds: int = 60, job: str = JOB, platform: str = "dataflow") -> History:
    """A job that showed these states, so many seconds apart."""
    tracker = Tracker(platform, clock=None)
    events: list[JobEvent] = []
    for place, state in enumerate(states):
        events += tracker.observe(job, state, START + timedelta(seconds=seconds * place)).events
    return History(job, tuple(events), START + timedelta(seconds=seconds * len(states)))


def marks(drawn: Diagram) -> dict[str, Mark]:
    """What is said of every part."""
    return {part.id: part.mark for part in (*drawn.states, *drawn.pills, *drawn.lines)}


def lines_of(drawn: Diagram) -> dict[str, tuple[str, ...]]:
    """What is written into the states and pills."""
    return {box.id: box.lines for box in drawn.states if box.lines} | {pill.id: pill.lines for pill in drawn.pills if pill.lines}


def test_the_current_state_alone_is_marked() -> None:
    drawn = with_current(DATAFLOW, DataflowJobMachine.lifecycle.state("DRAINING"))
    assert [part for part, mark in marks(drawn).items() if mark is not Mark.PLAIN] == ["state-DRAINING"]
    assert marks(drawn)["state-DRAINING"] is Mark.NOW


def test_a_path_says_when_how_long_and_where_to() -> None:
    drawn = with_path(DATAFLOW, life("PENDING", "RUNNING", "DONE"))
    assert lines_of(drawn) == {
        "state-PENDING": ("1m 0s",),
        "state-RUNNING": ("1m 0s",),
        "event-submit-PENDING": ("1 · 09:14:03",),
        "event-start-RUNNING": ("2 · 09:15:03",),
        "event-finish-DONE": ("3 · 09:16:03",),
    }
    taken = {part for part, mark in marks(drawn).items() if mark in (Mark.TAKEN, Mark.NOW)}
    assert {part for part in taken if part.startswith("arrow")} == {
        "arrow-UNKNOWN-submit-PENDING",
        "arrow-PENDING-start-RUNNING",
        "arrow-RUNNING-finish-DONE",
    }
    assert marks(drawn)["state-DONE"] is Mark.NOW
    assert marks(drawn)["state-DRAINING"] is Mark.FADED
    assert drawn.subtitle == JOB


def test_a_step_that_nobody_saw_says_so() -> None:
    drawn = with_path(DATAFLOW, life("PENDING", "DONE"))
    assert lines_of(drawn)["event-start-RUNNING"] == ("2 · between looks",)
    assert "state-RUNNING" not in lines_of(drawn)


def test_a_look_without_a_time_says_so() -> None:
    tracker = Tracker("dataflow", clock=None)
    events = tracker.observe(JOB, "PENDING").events
    assert lines_of(with_path(DATAFLOW, History(JOB, tuple(events)))) == {"event-submit-PENDING": ("1 · time unknown",)}


def test_a_way_taken_many_times_is_told_from_both_ends() -> None:
    there_and_back = ["PENDING", *["RUNNING", "PAUSED"] * 8]
    drawn = with_path(diagram(Lifecycle.of(VertexJobMachine)), _monitoring(*there_and_back))
    told = lines_of(drawn)
    assert told["event-pause-PAUSED"] == ("3 · 09:16:03", "5 · 09:18:03", "… 5 more", "17 · 09:30:03")
    assert told["state-RUNNING"] == ("1m 0s + 1m 0s + 6 more",)


def _monitoring(*states: str) -> History:
    name = "projects/p/locations/l/modelDeploymentMonitoringJobs/1"
    return life(*states, job=name, platform="vertex")


def test_what_the_lifecycle_does_not_have_is_drawn_and_says_so() -> None:
    drawn = with_path(DATAFLOW, life("DRAINED", "RUNNING"))
    assert [(pill.event, pill.basis) for pill in drawn.pills if pill.mark is Mark.ODD] == [("adopt", None)]
    [odd] = [line for line in drawn.lines if line.mark is Mark.ODD]
    assert (odd.source, odd.target, odd.note) == ("state-DRAINED", "state-RUNNING", "The lifecycle has no such arrow.")
    assert "odd" in drawn.legend
    assert "not foreseen" in export(drawn, "svg").decode()
    assert {line.id for line in DATAFLOW.lines} < {line.id for line in drawn.lines}


def test_a_state_that_the_diagram_does_not_have_gets_a_box() -> None:
    batch = diagram(Lifecycle.of(DataflowJobMachine), DataflowJob(type="batch"))
    drawn = with_path(batch, life("PENDING", "RUNNING", "DRAINING", "DRAINED"))
    boxes = {box.name: box for box in drawn.states}
    assert boxes["JOB_STATE_DRAINING"].number is None
    assert boxes["JOB_STATE_DRAINED"].mark is Mark.NOW
    assert b"JOB_STATE_DRAINED" in export(drawn, "svg")


def test_no_life_at_all_fades_everything() -> None:
    assert set(marks(with_path(DATAFLOW, History(JOB, ()))).values()) == {Mark.FADED}


def test_counts_are_by_arrow() -> None:
    events = [*life("PENDING", "RUNNING", "DONE").events, *life("PENDING", "RUNNING", "CANCELLED").events]
    assert counts(DATAFLOW, events) == {
        "arrow-UNKNOWN-submit-PENDING": 2,
        "arrow-PENDING-start-RUNNING": 2,
        "arrow-RUNNING-finish-DONE": 1,
        "arrow-RUNNING-cancel-CANCELLED": 1,
    }


def test_arrows_that_differ_in_a_guard_alone_are_told_apart_by_their_basis() -> None:
    [ended] = [event for event in life("RUNNING", "PARTIALLY_SUCCEEDED", job="1", platform="vertex").events if event.terminal]
    [line] = counts(VERTEX, [ended])
    assert {one.id: one.basis for one in VERTEX.lines}[line] is ended.basis


def test_heat_grows_with_the_count_and_fades_what_nobody_took() -> None:
    events = [event for _ in range(50) for event in life("PENDING", "RUNNING", "DONE").events]
    events += life("PENDING", "RUNNING", "CANCELLED").events
    drawn = with_heat(DATAFLOW, events)
    said = marks(drawn)
    assert said["event-start-RUNNING"] is Mark.HEAT_5
    assert said["event-cancel-CANCELLED"] is Mark.HEAT_1
    assert said["event-drain-DRAINING"] is Mark.FADED
    pills = {pill.id: pill.count for pill in drawn.pills}
    assert (pills["event-start-RUNNING"], pills["event-drain-DRAINING"]) == (51, 0)
    assert drawn.legend == ("heat",)
    assert drawn.subtitle == "1 job"


@pytest.mark.parametrize("number", [1, 2, 3, 10, 1000])
def test_the_most_taken_arrow_is_the_hottest(number: int) -> None:
    drawn = with_heat(DATAFLOW, life("PENDING").events * number)
    assert marks(drawn)["event-submit-PENDING"] is Mark.HEAT_5


def test_coverage_shows_what_nobody_took() -> None:
    drawn = with_coverage(DATAFLOW, life("PENDING", "RUNNING", "DONE").events)
    said = marks(drawn)
    never = {part for part, mark in said.items() if mark is Mark.NEVER}
    assert {line.id for line in DATAFLOW.lines} - never == {
        "arrow-UNKNOWN-submit-PENDING",
        "arrow-PENDING-start-RUNNING",
        "arrow-RUNNING-finish-DONE",
    }
    assert drawn.legend == ("heat", "never")


def test_nothing_counted_is_no_heat() -> None:
    assert {pill.mark for pill in with_heat(DATAFLOW, []).pills} == {Mark.FADED}
    assert {pill.mark for pill in with_coverage(DATAFLOW, []).pills} == {Mark.NEVER}


@pytest.mark.parametrize("overlay", [with_heat, with_coverage])
def test_every_line_counts_for_itself_so_no_frame_gathers_them(overlay: object) -> None:
    assert VERTEX.frame
    assert callable(overlay)
    assert overlay(VERTEX, life("RUNNING", job="1", platform="vertex").events).frame is None
    assert with_path(VERTEX, life("RUNNING", job="1", platform="vertex")).frame is None
