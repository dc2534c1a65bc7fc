"""From a life to a plan: what is said is done, what is not said is the best in the fewest steps, and all of it is legal."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from jobstates import Job, UnknownEvent, UnknownState, VertexPipeline
from jobstates.emulator.living.life import Life
from jobstates.emulator.living.planning import IllegalLife, kinds, planner_of
from jobstates.platforms import platforms
from tests.emulator.living.support import BATCH, CUSTOM, MONITORING, STREAMING, TUNING, asked, planned, rest, told, ways

KINDS = [*kinds()]


# What nobody says.


def test_a_job_lives_the_shortest_good_life_of_its_kind() -> None:
    assert told(planned(CUSTOM)) == "0 QUEUED, 1 RUNNING, 2 SUCCEEDED"
    assert told(planned(BATCH)) == "0 PENDING, 1 RUNNING, 2 DONE"
    assert told(planned(VertexPipeline(kind="pipelineJobs"))) == "0 PENDING, 1 RUNNING, 2 SUCCEEDED"


def test_a_job_that_never_ends_by_itself_runs_until_it_is_asked() -> None:
    assert told(planned(STREAMING)) == "0 PENDING, 1 RUNNING"
    assert told(planned(MONITORING)) == "0 PENDING, 1 RUNNING"


def test_a_job_that_flexible_scheduling_queues_begins_in_the_queue() -> None:
    assert told(planned(BATCH.learn({"flexrs": True})[0])) == "0 QUEUED, 1 PENDING, 2 RUNNING, 3 DONE"


def test_every_kind_has_a_life() -> None:
    for job in KINDS:
        plan = planned(job)
        assert plan.steps[-1].lasts == inf
        assert plan.steps[-1].state.terminal or job.endless or plan.steps[-1].state is planner_of(job).home(job)


# An outcome.


def test_an_outcome_is_reached_by_way_of_work() -> None:
    assert told(planned(CUSTOM, "failed")) == "0 QUEUED, 1 RUNNING, 2 FAILED"
    assert told(planned(TUNING, "expired")) == "0 QUEUED, 1 RUNNING, 2 EXPIRED"
    assert told(planned(STREAMING, "drained")) == "0 PENDING, 1 RUNNING, 2 DRAINING, 3 DRAINED"


def test_an_outcome_that_work_does_not_lead_to_is_reached_without_it() -> None:
    assert told(planned(CUSTOM, "expired")) == "0 QUEUED, 1 EXPIRED"


def test_an_outcome_that_a_kind_cannot_have_is_refused_with_those_it_can() -> None:
    with pytest.raises(
        IllegalLife, match=r"cannot end drained: it can end cancelled, expired, failed, partially_succeeded, succeeded"
    ):
        planned(CUSTOM, "drained")


# A script.


def test_a_script_says_how_long_each_state_lasts() -> None:
    life = {"states": ["QUEUED", {"PENDING": "1m"}, {"RUNNING": "2h"}, "FAILED"], "pace": "5s"}
    assert told(planned(CUSTOM, life)) == "0 QUEUED, 5 PENDING, 65 RUNNING, 7265 FAILED"


def test_a_script_that_does_not_end_lasts_until_something_is_asked() -> None:
    assert planned(CUSTOM, ["QUEUED", {"RUNNING": "3s"}]).until(1) == inf


def test_a_state_that_lasts_until_asked_keeps_the_rest_waiting() -> None:
    plan = planned(STREAMING, ["PENDING", {"RUNNING": "asked"}, {"DRAINING": 7}, "FAILED"])
    assert (told(plan), rest(plan)) == ("0 PENDING, 1 RUNNING", "DRAINING 7, FAILED")


def test_a_script_names_the_event_where_several_lead_to_a_state() -> None:
    plan = planned(CUSTOM, ["QUEUED", "RUNNING", {"state": "CANCELLED", "by": "time_out"}])
    arrow = plan.steps[-1].arrow
    assert arrow is not None
    assert arrow.event == "time_out"


def test_a_step_that_the_lifecycle_has_not_is_refused_with_what_can_follow() -> None:
    with pytest.raises(
        IllegalLife, match=r"states\[1\]: SUCCEEDED cannot follow QUEUED .*What can: PENDING \(provision\), RUNNING"
    ):
        planned(CUSTOM, ["QUEUED", "SUCCEEDED"])


def test_a_step_that_a_guard_forbids_is_refused_with_the_guard() -> None:
    with pytest.raises(IllegalLife, match=r"DRAINING cannot follow RUNNING .*the guard is_streaming forbids it"):
        planned(BATCH, ["PENDING", "RUNNING", "DRAINING", "DRAINED"])


def test_a_state_cannot_last_until_asked_when_nobody_can_ask_for_the_next() -> None:
    with pytest.raises(IllegalLife, match=r"SUCCEEDED cannot follow RUNNING"):
        planned(CUSTOM, ["QUEUED", {"RUNNING": "asked"}, "SUCCEEDED"])


def test_an_unchecked_script_may_do_anything_with_states_that_exist() -> None:
    plan = planned(CUSTOM, {"states": ["SUCCEEDED", "RUNNING", "QUEUED"], "unchecked": True})
    assert told(plan) == "0 SUCCEEDED, 1 RUNNING, 2 QUEUED"
    with pytest.raises(UnknownState):
        planned(CUSTOM, {"states": ["DRAINED"], "unchecked": True})


def test_an_event_that_the_lifecycle_has_not_is_refused() -> None:
    with pytest.raises(UnknownEvent):
        planned(CUSTOM, {"answers": {"drain": []}})
    with pytest.raises(UnknownEvent):
        planned(CUSTOM, ["QUEUED", {"state": "RUNNING", "by": "run"}])


@pytest.mark.parametrize(
    "life", [{"outcome": "failed", "walk": 3}, {"states": []}, "dead", {"pace": -1}, {"states": [{"lasts": 3}]}]
)
def test_what_is_no_life_is_refused(life: object) -> None:
    with pytest.raises(ValidationError):
        Life.model_validate(life)


# A walk.


@given(seed=st.integers(), job=st.sampled_from(KINDS))
def test_a_drawn_walk_is_legal_and_the_same_for_the_same_seed(seed: int, job: Job) -> None:
    plan = planned(job, {"walk": seed})
    assert plan == planned(job, {"walk": seed})
    state = platforms()[job.platform].lifecycle.initial
    for step in plan.steps:
        assert step.arrow is not None
        assert (step.arrow.source, step.arrow.target, step.arrow.forbidden_by(job)) == (state, step.state, None)
        state = step.state


def test_the_jobs_of_one_script_draw_different_walks() -> None:
    assert len({told(planned(CUSTOM, {"walk": 1}, seed)) for seed in range(50)}) > 10


# A request.


def test_a_cancel_leads_to_its_end_by_way_of_cancelling() -> None:
    plan = asked(CUSTOM, planned(CUSTOM, ["QUEUED", {"RUNNING": 60}, "SUCCEEDED"]), "cancel", 11)
    assert told(plan) == "0 QUEUED, 1 RUNNING, 11 CANCELLING, 12 CANCELLED"


def test_a_drain_leads_to_drained() -> None:
    assert told(asked(STREAMING, planned(STREAMING), "drain", 5)) == "0 PENDING, 1 RUNNING, 5 DRAINING, 6 DRAINED"


def test_a_drain_can_still_be_cancelled() -> None:
    plan = asked(STREAMING, planned(STREAMING), "drain", 5)
    assert told(asked(STREAMING, plan, "cancel", 5.5)).startswith("0 PENDING, 1 RUNNING, 5 DRAINING, 5.5 CANCELLED")


def test_a_pause_keeps_what_is_left_of_the_run() -> None:
    plan = asked(BATCH, planned(BATCH, ["PENDING", {"RUNNING": 10}, "FAILED"]), "pause", 4)
    assert (told(plan), rest(plan)) == ("0 PENDING, 1 RUNNING, 4 PAUSING, 5 PAUSED", "RUNNING 7, FAILED")
    assert told(asked(BATCH, plan, "resume", 100)).endswith("5 PAUSED, 100 RUNNING, 107 FAILED")


def test_an_update_goes_back_to_what_it_interrupted() -> None:
    assert told(asked(MONITORING, planned(MONITORING), "update", 3)) == "0 PENDING, 1 RUNNING, 3 UPDATING, 4 RUNNING"


def test_a_request_that_the_script_waits_for_goes_on_with_the_script() -> None:
    plan = planned(CUSTOM, ["QUEUED", {"RUNNING": "asked"}, {"CANCELLING": 30}, "SUCCEEDED"])
    assert told(asked(CUSTOM, plan, "cancel", 9)) == "0 QUEUED, 1 RUNNING, 9 CANCELLING, 39 SUCCEEDED"


def test_another_request_than_the_script_waits_for_takes_its_own_way() -> None:
    plan = planned(BATCH, ["PENDING", {"RUNNING": "asked"}, "CANCELLING", "CANCELLED"])
    paused = asked(BATCH, plan, "pause", 3)
    assert told(paused) == "0 PENDING, 1 RUNNING, 3 PAUSING, 4 PAUSED"
    assert told(asked(BATCH, asked(BATCH, paused, "resume", 8), "cancel", 9)).endswith("8 RUNNING, 9 CANCELLING, 10 CANCELLED")


def test_a_life_answers_a_request_in_its_own_way() -> None:
    life = {"answers": {"cancel": [{"CANCELLING": 5}, "SUCCEEDED"]}}
    assert told(asked(CUSTOM, planned(CUSTOM), "cancel", 1.5, life)) == "0 QUEUED, 1 RUNNING, 1.5 CANCELLING, 6.5 SUCCEEDED"


def test_a_life_may_take_no_notice_of_a_request() -> None:
    plan = planned(CUSTOM)
    assert asked(CUSTOM, plan, "cancel", 1.5, {"answers": {"cancel": []}}) == plan


def test_an_answer_that_is_illegal_is_refused() -> None:
    with pytest.raises(IllegalLife, match="EXPIRED cannot follow CANCELLING"):
        asked(CUSTOM, planned(CUSTOM), "cancel", 1.5, {"answers": {"cancel": ["CANCELLING", "EXPIRED"]}})


@given(job=st.sampled_from(KINDS), seed=st.integers(), data=st.data())
def test_whatever_is_asked_and_when_the_past_stays_and_the_future_is_legal(job: Job, seed: int, data: st.DataObject) -> None:
    plan, after = planned(job, {"walk": seed}), 0.0
    for _ in range(4):
        after += data.draw(st.floats(0, 3))
        state = plan.steps[plan.index(after)].state
        requests = sorted({one.event for one in platforms()[job.platform].lifecycle.allowed(state, job) if one.request})
        if not requests:
            return
        event = data.draw(st.sampled_from(requests))
        following = planner_of(job).asked(job, Life(), plan, after, ways(job, plan, after, event))
        here = plan.index(after)
        assert following.steps[: here + 1] == plan.steps[: here + 1]
        assert following.begins[: here + 1] == plan.begins[: here + 1]
        assert list(following.begins) == sorted(following.begins)
        for one, two in zip(following.steps, following.steps[1:], strict=False):
            assert two.arrow is not None
            assert (two.arrow.source, two.arrow.target) == (one.state, two.state)
            assert two.arrow.forbidden_by(job) is None
        assert following.steps[-1].lasts == inf
        plan = following
