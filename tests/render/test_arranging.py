"""A diagram holds the whole lifecycle, each arrow once, in an order of its own."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from jobstates import DataflowJob, DataflowJobMachine, Lifecycle, VertexJob, VertexJobMachine
from jobstates.platforms import platforms
from jobstates.render import diagram
from jobstates.render.arranging import flow, line_ids, pill_ids, state_id
from jobstates.spec.state import JobState, Phase

if TYPE_CHECKING:
    from jobstates.spec.arrow import Arrow
    from jobstates.spec.job import Job

LIFECYCLES = [Lifecycle.of(machine) for machine in platforms().values()]
DATAFLOW, VERTEX = Lifecycle.of(DataflowJobMachine), Lifecycle.of(VertexJobMachine)

every_lifecycle = pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda lifecycle: lifecycle.platform)


@every_lifecycle
def test_every_state_and_every_arrow_is_drawn_once(lifecycle: Lifecycle) -> None:
    drawn = diagram(lifecycle)
    assert sorted(box.wire for box in drawn.states) == sorted(state.value for state in lifecycle.states)
    assert sorted(line.id for line in drawn.lines) == sorted(line_ids(lifecycle)[arrow] for arrow in lifecycle.arrows)
    assert len({line.id for line in drawn.lines}) == len(lifecycle.arrows)


@every_lifecycle
def test_ids_are_unique_and_lead_from_line_to_pill_to_state(lifecycle: Lifecycle) -> None:
    drawn = diagram(lifecycle)
    states, pills = {box.id for box in drawn.states}, {pill.id: pill for pill in drawn.pills}
    assert len(states) + len(pills) + len({line.id for line in drawn.lines}) == sum(
        map(len, (drawn.states, drawn.pills, drawn.lines))
    )
    for line in drawn.lines:
        pill = pills[line.pill]
        assert {line.source, line.target} <= states
        assert (line.event, line.target, line.actor) == (pill.event, pill.target, pill.actor)
    assert {line.pill for line in drawn.lines} == set(pills)


@every_lifecycle
def test_a_pill_is_as_well_founded_as_the_best_of_its_arrows(lifecycle: Lifecycle) -> None:
    drawn = diagram(lifecycle)
    for pill in drawn.pills:
        bases = [line.basis for line in drawn.lines if line.pill == pill.id and line.basis]
        assert pill.basis is min(bases, key=lambda basis: basis.weakness)


@every_lifecycle
def test_arrows_share_a_pill_only_with_the_same_guards(lifecycle: Lifecycle) -> None:
    guards: dict[str, dict[JobState, set[str | None]]] = {}
    for arrow, pill in pill_ids(lifecycle).items():
        guards.setdefault(pill, {}).setdefault(arrow.source, set()).add(arrow.guard)
    for by_source in guards.values():
        assert len({frozenset(each) for each in by_source.values()}) == 1


def test_alternative_guards_stand_together_in_one_pill() -> None:
    pills = {pill.id: pill for pill in diagram(VERTEX).pills}
    assert pills["event-succeed_partially-PARTIALLY_SUCCEEDED"].guard == "can_succeed or lists_its_ends"


def test_a_kind_that_closes_an_alternative_leaves_the_other() -> None:
    monitoring = diagram(VERTEX, VertexJob(kind="modelMonitoringJobs"))
    pills = {pill.id: pill for pill in monitoring.pills}
    assert pills["event-succeed_partially-PARTIALLY_SUCCEEDED"].guard == "lists_its_ends"
    assert monitoring.subtitle == "modelMonitoringJobs"


@pytest.mark.parametrize("job", [DataflowJob(type="streaming"), DataflowJob(type="batch", pausable=False)], ids=str)
def test_only_what_is_open_to_the_job_is_drawn(job: Job) -> None:
    drawn = diagram(DATAFLOW, job)
    shown = {DATAFLOW.initial, *DATAFLOW.reachable(job)}
    assert {box.wire for box in drawn.states} == {state.value for state in shown}
    ids = line_ids(DATAFLOW)
    open_to_it = {ids[arrow] for state in shown for arrow in DATAFLOW.allowed(state, job)}
    assert {line.id for line in drawn.lines} == open_to_it


def test_ids_are_the_same_in_every_diagram_of_a_platform() -> None:
    batch = diagram(DATAFLOW, DataflowJob(type="batch"))
    assert {line.id for line in batch.lines} < {line.id for line in diagram(DATAFLOW).lines}


@every_lifecycle
def test_states_flow_from_the_first_phase_to_the_last(lifecycle: Lifecycle) -> None:
    places = [[*Phase].index(state.phase) for state in flow(lifecycle)]
    assert places == sorted(places)


@every_lifecycle
def test_the_straight_way_is_connected_and_leads_on(lifecycle: Lifecycle) -> None:
    drawn = diagram(lifecycle)
    ways = {(line.source, line.pill) for line in drawn.lines} | {(line.pill, line.target) for line in drawn.lines}
    assert len(drawn.spine) > 4
    assert set(pairwise(drawn.spine)) <= ways
    pills = {pill.id: pill for pill in drawn.pills}
    assert not any(pills[part].back for part in drawn.spine if part in pills)


def test_a_platform_that_says_nothing_gets_the_shortest_way_to_success() -> None:
    spine = diagram(replace(VERTEX, spine=(), drawn=())).spine
    assert spine[0] == state_id(VERTEX.initial)
    assert spine[-1] == "state-SUCCEEDED"


def test_the_order_of_the_platform_is_kept_within_a_phase() -> None:
    ends = [state.name for state in flow(VERTEX) if state.terminal]
    turned = replace(VERTEX, drawn=tuple(reversed(ends)))
    assert [state.name for state in flow(turned) if state.terminal] == ends[::-1]


def test_links_lead_to_the_first_document_cited() -> None:
    drawn = diagram(DATAFLOW)
    assert all(box.href.startswith("https://") for box in drawn.states)
    cited = {line_ids(DATAFLOW)[arrow]: arrow.citation for arrow in DATAFLOW.arrows}
    for line in drawn.lines:
        sentences = (*cited[line.id].sentences, *cited[line.id].against)
        assert line.href == (sentences[0].source.url if sentences else "")


def test_links_lead_where_they_are_told() -> None:
    def href(of: JobState | Arrow) -> str:
        return f"#{of.name}" if isinstance(of, JobState) else f"#t-{of.event}"

    drawn = diagram(DATAFLOW, href=href)
    assert {box.href for box in drawn.states} == {f"#{state.name}" for state in DATAFLOW.states}
    assert {line.href for line in drawn.lines} == {f"#t-{event}" for event in DATAFLOW.events}


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "vbscript:x", "//host/x", "x"]
)
def test_what_a_browser_might_run_is_no_link(url: str) -> None:
    drawn = diagram(DATAFLOW, href=lambda _: url)
    assert {box.href for box in drawn.states} == {line.href for line in drawn.lines} == {""}
