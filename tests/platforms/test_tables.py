"""The tables as they were read in the vendor's documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobstates import DataflowJobMachine, Lifecycle, VertexJobMachine, VertexPipelineMachine
from tests.platforms import tables

if TYPE_CHECKING:
    from jobstates import JobMachine

PLATFORMS = [
    pytest.param(VertexJobMachine, tables.VERTEX, tables.VERTEX_STATES, id="vertex"),
    pytest.param(VertexPipelineMachine, tables.VERTEX_PIPELINE, tables.VERTEX_PIPELINE_STATES, id="vertex-pipeline"),
    pytest.param(DataflowJobMachine, tables.DATAFLOW, tables.DATAFLOW_STATES, id="dataflow"),
]

REQUESTS = {
    ("dataflow", "submit"): {"CreateJob()"},
    ("dataflow", "start"): {"UpdateJob(requested_state=JOB_STATE_RUNNING)"},
    ("dataflow", "stop"): {"UpdateJob(requested_state=JOB_STATE_STOPPED)"},
    ("dataflow", "mark_done"): {"UpdateJob(requested_state=JOB_STATE_DONE)"},
    ("dataflow", "cancel"): {"UpdateJob(requested_state=JOB_STATE_CANCELLED)"},
    ("dataflow", "force_cancel"): {"UpdateJob(requested_state=JOB_STATE_CANCELLED, label force_cancel_job=true)"},
    ("dataflow", "drain"): {"UpdateJob(requested_state=JOB_STATE_DRAINED)"},
    ("dataflow", "pause"): {"UpdateJob(requested_state=JOB_STATE_PAUSING)"},
    ("dataflow", "resume"): {"UpdateJob(requested_state=JOB_STATE_RUNNING)"},
    ("vertex", "submit"): {"Create<Kind>()"},
    ("vertex", "cancel"): {"Cancel<Kind>()"},
    ("vertex", "pause"): {"PauseModelDeploymentMonitoringJob()"},
    ("vertex", "resume"): {"ResumeModelDeploymentMonitoringJob()", "Resume<Kind>()"},
    ("vertex", "update"): {"UpdateModelDeploymentMonitoringJob()"},
    ("vertex-pipeline", "submit"): {"Create<Kind>()"},
    ("vertex-pipeline", "cancel"): {"Cancel<Kind>()"},
}


def rows(table: str) -> list[tuple[str, ...]]:
    """The rows of a table written as text."""
    return sorted(tuple(line.split()) for line in table.strip().splitlines())


@pytest.mark.parametrize(("machine", "arrows", "states"), PLATFORMS)
def test_every_arrow_is_the_one_that_was_read(machine: type[JobMachine], arrows: str, states: str) -> None:
    """Source, event, target, actor, guard, basis and whether it is contested."""
    del states
    assert rows(arrows) == sorted(
        (
            arrow.source.name,
            arrow.event,
            arrow.target.name,
            arrow.actor.value,
            (arrow.guard or "-"),
            arrow.basis.value,
            "contested" if arrow.contested else "-",
        )
        for arrow in Lifecycle.of(machine).arrows
    )


@pytest.mark.parametrize(("machine", "arrows", "states"), PLATFORMS)
def test_every_state_is_the_one_that_was_read(machine: type[JobMachine], arrows: str, states: str) -> None:
    """Number, name, phase, outcome, and the two predicates that do not follow from the phase alone."""
    del arrows
    assert rows(states) == sorted(
        (
            str(state.number),
            state.name,
            state.phase.value,
            state.outcome.value if state.outcome else "-",
            "accepts_input" if state.accepts_input else "-",
            "resumable" if state.resumable else "-",
        )
        for state in Lifecycle.of(machine).states
    )


def test_every_request_is_the_call_that_asks_for_it() -> None:
    """An event is asked for in one way, but for a resume, which has no call but the one of a single kind."""
    asked: dict[tuple[str, str], set[str]] = {}
    for machine in (DataflowJobMachine, VertexJobMachine, VertexPipelineMachine):
        for arrow in machine.lifecycle.arrows:
            if arrow.request:
                asked.setdefault((machine.lifecycle.platform, arrow.event), set()).add(str(arrow.request))
    assert asked == REQUESTS


@pytest.mark.parametrize(("machine", "arrows", "states"), PLATFORMS)
def test_nothing_leaves_a_final_state_and_everything_else_has_a_way_out(
    machine: type[JobMachine], arrows: str, states: str
) -> None:
    """Dataflow: "After a job has reached a terminal state, no further state updates may be made."."""
    del arrows, states
    lifecycle = Lifecycle.of(machine)
    assert {state for state in lifecycle.states if not lifecycle.allowed(state)} == {
        state for state in lifecycle.states if state.terminal
    }


@pytest.mark.parametrize(("machine", "arrows", "states"), PLATFORMS)
def test_a_tolerance_is_never_the_only_way_to_a_documented_state(machine: type[JobMachine], arrows: str, states: str) -> None:
    """All states stay reachable without what we assume; but a pipeline's PAUSED, which no request leads to."""
    del arrows, states
    lifecycle = Lifecycle.of(machine)
    founded = Lifecycle(
        lifecycle.platform,
        lifecycle.states,
        tuple(arrow for arrow in lifecycle.arrows if arrow.basis.value != "assumed"),
        lifecycle.job_type,
    )
    assumed = {"PAUSED"} if lifecycle.platform == "vertex-pipeline" else set()
    assert {state.name for state in lifecycle.reachable() - founded.reachable()} == assumed
