"""Which messages a subscriber gets."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from jobstates import (
    DataflowJob,
    DataflowJobMachine,
    Finding,
    JobEvent,
    Lifecycle,
    Outcome,
    Phase,
    Tracker,
    UnknownEvent,
    UnknownPlatform,
    UnknownState,
    VertexJobMachine,
)
from jobstates.delivery import Filter
from tests.delivery.support import JOB, OTHER

LIFECYCLES = (VertexJobMachine.lifecycle, DataflowJobMachine.lifecycle)
CUSTOM = "projects/p/locations/l/customJobs/1"


def messages() -> list[JobEvent | Finding]:
    """Three jobs of two platforms: a drain, an inferred end, a failure, an unknown state, a stale look, an illegal step."""
    tracking = Tracker("vertex", "dataflow", clock=None)
    got: list[JobEvent | Finding] = []
    tracking.subscribe(got.append, findings=True)
    for job, state, at in [
        (JOB, "JOB_STATE_RUNNING", None),
        (JOB, "JOB_STATE_DRAINING", None),
        (JOB, "JOB_STATE_DRAINED", None),
        (OTHER, "JOB_STATE_DONE", None),
        (OTHER, "JOB_STATE_HIBERNATING", None),
        (CUSTOM, "JOB_STATE_QUEUED", None),
        (CUSTOM, "JOB_STATE_FAILED", "2026-01-01"),
        (CUSTOM, "JOB_STATE_RUNNING", None),
        (CUSTOM, "JOB_STATE_SUCCEEDED", "2026-01-02"),
    ]:
        tracking.observe(job, state, at)
    return got


MESSAGES = messages()
EVENTS = [message for message in MESSAGES if isinstance(message, JobEvent)]

CONDITIONS: dict[str, tuple[Any, Any]] = {
    "platform": ("dataflow", lambda event: event.platform == "dataflow"),
    "job": ((JOB, CUSTOM), lambda event: event.job in (JOB, CUSTOM)),
    "event": (["submit", "fail", "finish"], lambda event: event.event in ("submit", "fail", "finish")),
    "source": ({"QUEUED", 2}, lambda event: event.source in ("JOB_STATE_QUEUED", "JOB_STATE_RUNNING", "JOB_STATE_PENDING")),
    "target": (
        frozenset({"Failed", "JOB_STATE_DONE", "RUNNING"}),
        lambda event: event.target in ("JOB_STATE_FAILED", "JOB_STATE_DONE", "JOB_STATE_RUNNING"),
    ),
    "outcome": ([Outcome.SUCCEEDED, "failed"], lambda event: event.outcome in ("succeeded", "failed")),
    "terminal": (True, lambda event: event.terminal),
    "inferred": (False, lambda event: not event.inferred),
}


def wanted(**conditions: Any) -> list[JobEvent | Finding]:
    """The messages that pass."""
    keep = Filter(LIFECYCLES, **conditions)
    return [message for message in MESSAGES if keep.wants(message)]


def test_the_messages_tell_every_condition_apart() -> None:
    """Else the tests below would prove nothing."""
    for name, (_, holds) in CONDITIONS.items():
        assert {bool(holds(event)) for event in EVENTS} == {True, False}, name
    assert len(MESSAGES) > len(EVENTS)


@pytest.mark.parametrize("names", [names for size in range(9) for names in combinations(CONDITIONS, size)], ids=" ".join)
def test_conditions_combine(names: tuple[str, ...]) -> None:
    """A message has to pass all of them; without ``findings`` there are only events."""
    conditions = {name: CONDITIONS[name][0] for name in names}
    assert wanted(**conditions) == [event for event in EVENTS if all(CONDITIONS[name][1](event) for name in names)]


@pytest.mark.parametrize(
    ("name", "value", "count"),
    [
        ("platform", "vertex", 3),
        ("job", JOB, 4),
        ("job", DataflowJob(name=JOB), 4),
        ("event", "drain", 1),
        ("event", "adopt", 1),
        ("target", "DRAINED", 1),
        ("target", DataflowJobMachine.lifecycle.state("DRAINED"), 1),
        ("source", "PENDING", 2),
        ("outcome", "drained", 1),
        ("terminal", False, 6),
        ("inferred", True, 5),
    ],
)
def test_a_single_value_is_as_good_as_a_collection(name: str, value: object, count: int) -> None:
    """In any spelling of a state."""
    assert len(wanted(**{name: value})) == count


def test_a_number_means_another_state_on_each_platform() -> None:
    """2 is PENDING to Vertex and RUNNING to Dataflow."""
    assert {event.target for event in wanted(target=2)} == {"JOB_STATE_RUNNING", "JOB_STATE_PENDING"}


def test_a_condition_that_is_none_is_no_condition() -> None:
    """So that a caller can hand its own default on."""
    assert wanted(platform=None, job=None, terminal=None) == EVENTS


def test_findings_come_beside_the_events_when_they_are_asked_for() -> None:
    """All of them."""
    assert wanted(findings=True) == MESSAGES


def test_findings_come_alone_when_only_they_are_asked_for() -> None:
    """Those about the jobs and states that are asked for."""
    assert [finding.type for finding in wanted(findings="only")] == ["finding"] * 3
    assert [finding.job for finding in wanted(findings="only", platform="vertex", source="FAILED")] == [CUSTOM, CUSTOM]


def test_a_finding_never_passes_what_only_events_have() -> None:
    """It has no event, no outcome, and ends nothing."""
    assert wanted(findings=True, terminal=True) == [event for event in EVENTS if event.terminal]


@pytest.mark.parametrize("name", ["event", "outcome", "terminal", "inferred"])
def test_findings_alone_with_what_only_events_have_could_never_hold(name: str) -> None:
    """A mistake is told at once."""
    with pytest.raises(ValueError, match="a finding has nothing else to filter by"):
        Filter(LIFECYCLES, findings="only", **{name: CONDITIONS[name][0]})


@pytest.mark.parametrize(
    ("conditions", "error", "hint"),
    [
        ({"platform": "dataflw"}, UnknownPlatform, "Did you mean 'dataflow'"),
        ({"event": ["cancel", "cancle"]}, UnknownEvent, "Did you mean 'cancel'"),
        ({"source": "RUNING"}, UnknownState, "Did you mean 'RUNNING'"),
        ({"target": ["DONE", 99]}, UnknownState, "unknown state 99"),
        ({"outcome": "won"}, ValueError, "'won' is not a valid Outcome"),
        ({"findings": "none"}, ValueError, 'findings= is True, False or "only"'),
        ({"phase": Phase.ACTIVE}, TypeError, "there is no filter 'phase'"),
    ],
)
def test_a_name_that_nothing_has_is_a_mistake(conditions: dict[str, Any], error: type[Exception], hint: str) -> None:
    """It could never hold, so it is told at once and not by silence."""
    with pytest.raises(error, match=hint):
        Tracker("vertex", "dataflow").subscribe(lambda _: None, **conditions)


def test_a_state_of_another_platform_is_a_mistake() -> None:
    """A tracker of Vertex jobs never sees one DRAINING."""
    with pytest.raises(UnknownState):
        Tracker("vertex").subscribe(lambda _: None, target="DRAINING")


def test_a_machine_knows_the_names_of_its_own_lifecycle() -> None:
    """And no others."""
    with pytest.raises(UnknownEvent):
        DataflowJobMachine(JOB).subscribe(lambda _: None, event="expire")
    assert "expire" in Lifecycle.of(VertexJobMachine).events
