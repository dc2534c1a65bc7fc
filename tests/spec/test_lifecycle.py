"""The frozen table: what follows from arrows and guards alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobstates import (
    Actor,
    Arrow,
    Basis,
    DataflowJob,
    DataflowJobMachine,
    DataflowJobState,
    Intent,
    Job,
    Lifecycle,
    Request,
    UnknownEvent,
    UnknownState,
    VertexJob,
    VertexJobState,
    VertexPipelineState,
)
from jobstates.spec.citation import assumed, seen
from tests.spec.support import BATCH, CUSTOM, DATAFLOW, PIPELINE, STREAMING, VERTEX
from tests.strategies import LIFECYCLES

if TYPE_CHECKING:
    from jobstates.spec.lifecycle import Route

D, V, P = DataflowJobState, VertexJobState, VertexPipelineState


def names(route: Route | None) -> list[str]:
    return [f"{arrow.event} {arrow.target.name}" for arrow in route or ()]


def pipeline_table(*arrows: Arrow) -> Lifecycle:
    """A table of the pipeline's states with other arrows."""
    return Lifecycle("toy", tuple(P), arrows, Job)


class TestTheTable:
    def test_is_read_off_a_class_a_machine_or_itself(self) -> None:
        assert Lifecycle.of(DataflowJobMachine) is Lifecycle.of(DataflowJobMachine()) is Lifecycle.of(DATAFLOW) is DATAFLOW

    def test_is_hashable_and_equal_to_its_like(self) -> None:
        twin = Lifecycle(DATAFLOW.platform, DATAFLOW.states, DATAFLOW.arrows, DataflowJob, DATAFLOW.title)
        assert (twin, hash(twin), len({twin, DATAFLOW, VERTEX})) == (DATAFLOW, hash(DATAFLOW), 2)

    def test_begins_with_the_state_of_a_job_nobody_has_seen(self) -> None:
        assert [lifecycle.initial for lifecycle in LIFECYCLES] == [V.UNSPECIFIED, P.UNSPECIFIED, D.UNKNOWN]

    def test_lists_its_events_in_order_of_declaration(self) -> None:
        assert PIPELINE.events == (
            "submit",
            "provision",
            "start",
            "succeed",
            "fail",
            "cancel",
            "confirm_cancel",
            "suspend",
            "take_up",
        )

    def test_knows_an_event_by_its_name_only(self) -> None:
        assert DATAFLOW.event("drain") == "drain"
        with pytest.raises(UnknownEvent, match=r"^unknown event 'drian'\. Did you mean 'drain'\? Known: submit, enqueue, "):
            DATAFLOW.event("drian")

    @pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda lifecycle: lifecycle.platform)
    def test_lets_nothing_leave_a_terminal_state_and_nothing_enter_the_unspecified_one(self, lifecycle: Lifecycle) -> None:
        assert not [str(arrow) for arrow in lifecycle.arrows if arrow.source.terminal or arrow.target.unspecified]


class TestAnArrow:
    def test_reads_as_a_line(self) -> None:
        (drain,) = DATAFLOW.between(D.RUNNING, D.DRAINING)
        assert (str(drain), drain.guard, drain.actor) == (
            "RUNNING --drain [is_streaming]--> DRAINING",
            "is_streaming",
            Actor.USER,
        )
        assert (drain.basis, drain.contested) == (Basis.DOCUMENTED, False)
        (launch,) = DATAFLOW.between(D.QUEUED, D.PENDING)
        assert (str(launch), launch.guard, launch.actor) == ("QUEUED --launch--> PENDING", None, Actor.SERVICE)

    def test_is_open_unless_a_known_fact_closes_it(self) -> None:
        (drain,) = DATAFLOW.between(D.RUNNING, D.DRAINING)
        closed_by = [drain.forbidden_by(job) for job in (None, DataflowJob(), STREAMING, BATCH)]
        assert closed_by == [None, None, None, "is_streaming"]

    def test_with_several_guards_needs_them_all(self) -> None:
        arrow = Arrow(D.RUNNING, "go", D.DONE, assumed("a test"), guards=("is_batch", "not is_switched"))
        known = (BATCH, STREAMING, DataflowJob(type="batch", switched=True))
        assert [arrow.forbidden_by(job) for job in known] == [None, "is_batch", "not is_switched"]
        assert arrow.guard == "is_batch and not is_switched"

    def test_reads_the_request_it_is_asked_for_by(self) -> None:
        assert [str(Request("PauseJob")), str(Request("UpdateJob", "JOB_STATE_CANCELLED", (("force_cancel_job", "true"),)))] == [
            "PauseJob()",
            "UpdateJob(requested_state=JOB_STATE_CANCELLED, label force_cancel_job=true)",
        ]


class TestWhatIsAllowed:
    def test_depends_on_the_job(self) -> None:
        assert "drain DRAINING" in names(DATAFLOW.allowed("RUNNING"))
        assert "drain DRAINING" in names(DATAFLOW.allowed("RUNNING", STREAMING))
        assert "drain DRAINING" not in names(DATAFLOW.allowed("RUNNING", BATCH))

    def test_can_be_asked_for_one_actor_alone(self) -> None:
        assert names(VERTEX.allowed("RUNNING", CUSTOM, Actor.USER)) == ["cancel CANCELLING", "cancel CANCELLED"]
        assert names(VERTEX.allowed(3, CUSTOM, Actor.SERVICE)) == [
            "succeed SUCCEEDED",
            "succeed_partially PARTIALLY_SUCCEEDED",
            "fail FAILED",
            "time_out CANCELLED",
            "retry PENDING",
        ]

    def test_is_nothing_at_the_end(self) -> None:
        assert DATAFLOW.allowed("DONE") == ()

    def test_is_not_known_of_a_state_that_there_is_not(self) -> None:
        with pytest.raises(UnknownState):
            DATAFLOW.allowed("SLEEPING")


class TestARoute:
    def test_is_the_shortest(self) -> None:
        assert names(DATAFLOW.route("PENDING", "DRAINED", STREAMING)) == [
            "start RUNNING",
            "drain DRAINING",
            "confirm_drain DRAINED",
        ]

    def test_to_where_one_is_is_empty(self) -> None:
        assert (DATAFLOW.route("RUNNING", "RUNNING"), DATAFLOW.routes("RUNNING", "RUNNING")) == ((), ((),))

    def test_is_none_where_no_way_leads(self) -> None:
        assert (DATAFLOW.route("DONE", "RUNNING"), DATAFLOW.route("PENDING", "DRAINED", BATCH)) == (None, None)
        assert DATAFLOW.routes("DONE", "RUNNING") == ()

    @pytest.mark.parametrize("lifecycle", [VERTEX, PIPELINE], ids=lambda lifecycle: lifecycle.platform)
    def test_to_success_passes_no_cancellation_that_nobody_asked_for(self, lifecycle: Lifecycle) -> None:
        job = CUSTOM if lifecycle is VERTEX else None
        assert names(lifecycle.route("UNSPECIFIED", "SUCCEEDED", job))[-2:] == ["start RUNNING", "succeed SUCCEEDED"]
        assert names(lifecycle.route("PENDING", "SUCCEEDED", job)) == ["start RUNNING", "succeed SUCCEEDED"]

    def test_passes_the_cancellation_that_was_asked_for(self) -> None:
        cancelled = VertexJob(name="customJobs/1", intent=Intent(request="cancel"))
        ways = [names(way) for way in VERTEX.routes("PENDING", "SUCCEEDED", cancelled)]
        assert ways == [["start RUNNING", "succeed SUCCEEDED"], ["cancel CANCELLING", "succeed SUCCEEDED"]]

    def test_among_equals_is_the_best_founded_by_its_weakest_arrow(self) -> None:
        strong, weak = seen("a log"), assumed("a guess")
        table = pipeline_table(
            Arrow(P.QUEUED, "a", P.PENDING, weak),
            Arrow(P.QUEUED, "b", P.RUNNING, strong),
            Arrow(P.PENDING, "c", P.FAILED, strong),
            Arrow(P.RUNNING, "d", P.FAILED, strong),
        )
        assert [names(way) for way in table.routes("QUEUED", "FAILED")] == [["b RUNNING", "d FAILED"]]

    def test_is_as_well_founded_as_its_weakest_arrow(self) -> None:
        table = pipeline_table(
            Arrow(P.QUEUED, "a", P.PENDING, P.QUEUED.citation),
            Arrow(P.PENDING, "b", P.FAILED, assumed("a guess")),
            Arrow(P.QUEUED, "c", P.RUNNING, seen("a log")),
            Arrow(P.RUNNING, "d", P.FAILED, seen("a log")),
        )
        assert [names(way) for way in table.routes("QUEUED", "FAILED")] == [["c RUNNING", "d FAILED"]]

    def test_among_equals_in_all_is_the_first_declared_and_the_others_are_listed(self) -> None:
        ways = [names(way) for way in DATAFLOW.routes("PAUSED", "FAILED", STREAMING)]
        assert ways == [["cancel CANCELLING", "fail FAILED"], ["resume RUNNING", "fail FAILED"]]
        assert names(DATAFLOW.route("PAUSED", "FAILED", STREAMING)) == ways[0]

    def test_counts_parallel_arrows_once_and_takes_the_likeliest(self) -> None:
        assert [names(way) for way in DATAFLOW.routes("PENDING", "DONE")] == [["start RUNNING", "finish DONE"]]
        marked = DataflowJob(intent=Intent(request="mark_done"))
        assert [names(way) for way in DATAFLOW.routes("PENDING", "DONE", marked)] == [["start RUNNING", "mark_done DONE"]]

    def test_of_arrows_that_are_all_requests_nobody_made_takes_the_first_declared(self) -> None:
        asked = Request("Ask")
        table = pipeline_table(
            Arrow(P.QUEUED, "a", P.PENDING, assumed(""), asked), Arrow(P.QUEUED, "b", P.PENDING, assumed(""), asked)
        )
        assert names(table.route("QUEUED", "PENDING")) == ["a PENDING"]
        assert table.straight(P.PENDING, P.QUEUED) is None

    def test_that_is_nearest_is_closed_by_the_fewest_guards(self) -> None:
        assert names(DATAFLOW.nearest("PENDING", "DRAINED", BATCH)) == [
            "start RUNNING",
            "drain DRAINING",
            "confirm_drain DRAINED",
        ]
        assert DATAFLOW.nearest("DONE", "RUNNING", BATCH) is None
        assert DATAFLOW.nearest("RUNNING", "RUNNING", BATCH) == ()


class TestWalks:
    def test_are_the_whole_lives_of_a_job_shortest_first(self) -> None:
        table = pipeline_table(
            Arrow(P.UNSPECIFIED, "submit", P.QUEUED, assumed("")),
            Arrow(P.QUEUED, "fail", P.FAILED, assumed("")),
            Arrow(P.QUEUED, "start", P.RUNNING, assumed("")),
            Arrow(P.RUNNING, "requeue", P.QUEUED, assumed("")),
            Arrow(P.RUNNING, "succeed", P.SUCCEEDED, assumed("")),
        )
        assert [names(walk) for walk in table.walks()] == [
            ["submit QUEUED", "fail FAILED"],
            ["submit QUEUED", "start RUNNING", "succeed SUCCEEDED"],
        ]
        assert [names(walk) for walk in table.walks(start="RUNNING", visits=1)] == [
            ["succeed SUCCEEDED"],
            ["requeue QUEUED", "fail FAILED"],
        ]
        assert [names(walk) for walk in table.walks(start="RUNNING", complete=False)] == [
            ["requeue QUEUED"],
            ["succeed SUCCEEDED"],
            ["requeue QUEUED", "fail FAILED"],
        ]
        assert len(list(table.walks(visits=2))) == 4

    def test_are_those_of_the_job_at_hand(self) -> None:
        drained = [walk for walk in DATAFLOW.walks(BATCH) if walk[-1].target is D.DRAINED]
        assert drained == []
        assert any(walk[-1].target is D.DRAINED for walk in DATAFLOW.walks(STREAMING))

    def test_reach_what_is_reachable(self) -> None:
        for job in (None, BATCH, STREAMING):
            ends = {walk[-1].target for walk in DATAFLOW.walks(job)}
            assert ends == {state for state in DATAFLOW.reachable(job) if state.terminal}

    def test_reach_no_state_that_a_kind_does_not_show(self) -> None:
        assert VERTEX.reachable(VertexJob(kind="modelMonitoringJobs")) == frozenset(
            {V.PENDING, V.RUNNING, V.SUCCEEDED, V.FAILED, V.PARTIALLY_SUCCEEDED}
        )
        assert VERTEX.reachable() == frozenset(V) - {V.UNSPECIFIED}
