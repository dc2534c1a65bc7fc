"""``UpdateJob``: asking a job for a state, and changing it without."""

from __future__ import annotations

from typing import Any

import pytest

from jobstates.emulator.codes import Code
from jobstates.platforms.dataflow import DataflowJobMachine, DataflowJobState
from tests.emulator.serving.dataflow_support import BATCH, Refusal, Service, state_name

PAUSABLE = {"environment": {"service_options": ["pause_on_failure"]}}
FORCE = {"labels": {"force_cancel_job": "true"}}
ASKED = sorted({arrow.request.requested_state for arrow in DataflowJobMachine.lifecycle.arrows if arrow.request} - {""})


@pytest.fixture
def service() -> Service:
    return Service()


def running(service: Service, *, type_: int = 2, **job: Any) -> str:
    service.life([{"PENDING": 1}, {"RUNNING": "1h"}, "DONE"], job="etl")
    job_id = service.create("etl", type_=type_, job=job)
    service.clock.advance(1)
    return job_id


def refused(service: Service, job: str, state: str, **sent: Any) -> Refusal:
    with pytest.raises(Refusal) as raised:
        service.ask(job, state, **sent)
    return raised.value


@pytest.mark.parametrize("word", ["DRAINED", "DRAINING"])
def test_a_drain_can_be_asked_for_by_its_end_or_by_the_state_on_the_way(service: Service, word: str) -> None:
    job = running(service)
    assert state_name(service.ask(job, word)) == "DRAINING"
    assert service.history(job, 3) == ["DRAINING", "DRAINED"]


def test_a_cancelled_job_stops_first(service: Service) -> None:
    job = running(service)
    assert state_name(service.ask(job, "CANCELLED")) == "CANCELLING"
    assert service.history(job, 3) == ["CANCELLING", "CANCELLED"]


def test_the_requested_state_is_told_once_it_was_asked_for(service: Service) -> None:
    job = running(service)
    assert service.get(job).requested_state == 0
    service.ask(job, "DRAINED")
    service.clock.advance(10)
    assert service.get(job).requested_state == DataflowJobState.DRAINED.number
    assert service.listed()[0].requested_state == DataflowJobState.DRAINED.number


def test_a_job_can_be_marked_done(service: Service) -> None:
    job = running(service)
    assert state_name(service.ask(job, "DONE")) == "DONE"


def test_a_pausable_job_can_be_paused_and_goes_on_where_it_left_off(service: Service) -> None:
    job = running(service, type_=BATCH, **PAUSABLE)
    service.ask(job, "PAUSING")
    assert service.history(job, 2) == ["PAUSING", "PAUSED"]
    service.clock.advance(7200)
    service.ask(job, "RUNNING")
    service.clock.advance(3599)
    assert service.state(job) == "RUNNING"
    service.clock.advance(1)
    assert service.state(job) == "DONE"


def test_a_job_that_is_switched_by_requests_stops_and_starts(service: Service) -> None:
    """ "to switch between the states `JOB_STATE_STOPPED` and `JOB_STATE_RUNNING`"."""
    job = running(service)
    assert state_name(service.ask(job, "STOPPED")) == "STOPPED"
    assert service.history(job, 10) == ["STOPPED"]
    assert state_name(service.ask(job, "RUNNING")) == "RUNNING"


def test_a_batch_job_cannot_be_drained_and_is_told_why(service: Service) -> None:
    job = running(service, type_=BATCH)
    refusal = refused(service, job, "DRAINED")
    assert refusal.code is Code.FAILED_PRECONDITION
    assert "Draining a job is not supported for batch pipelines." in str(refusal)
    assert service.get(job).requested_state == 0


def test_a_job_that_is_not_pausable_cannot_be_paused(service: Service) -> None:
    assert "Indicates whether the job can be paused" in str(refused(service, running(service, type_=BATCH), "PAUSING"))


def test_a_drain_of_a_job_that_does_not_run_yet_names_the_state_it_takes(service: Service) -> None:
    job = service.create()
    assert str(refused(service, job, "DRAINED")).endswith("only in JOB_STATE_RUNNING")


@pytest.mark.parametrize("state", ["UPDATED", "PAUSED", "PENDING", "FAILED", "CANCELLING", "QUEUED"])
def test_a_state_that_nobody_can_ask_for_is_refused(service: Service, state: str) -> None:
    refusal = refused(service, running(service), state)
    assert refusal.code is Code.INVALID_ARGUMENT
    assert str(refusal).endswith(f"only {', '.join(sorted(ASKED, key=str(refusal).index))}")


def test_a_number_that_is_no_state_is_refused(service: Service) -> None:
    with pytest.raises(Refusal, match="requested_state: 99") as raised:
        service.call("UpdateJob", job_id=running(service), job={"requested_state": 99})
    assert raised.value.code is Code.INVALID_ARGUMENT


@pytest.mark.parametrize("state", ["CANCELLED", "DRAINED", "DONE"])
def test_a_job_that_has_ended_cannot_be_asked_for_anything(service: Service, state: str) -> None:
    job = running(service)
    service.ask(job, "DONE")
    assert refused(service, job, state).code is Code.FAILED_PRECONDITION
    assert "has terminated" in str(refused(service, job, state))


def test_how_a_late_request_is_answered_can_be_set() -> None:
    service = Service(ended="OK")
    job = running(service)
    service.ask(job, "DONE")
    assert state_name(service.ask(job, "CANCELLED")) == "DONE"
    assert service.get(job).requested_state == DataflowJobState.DONE.number


@pytest.mark.parametrize("word", ["CANCELLED", "DRAINED"])
def test_asking_again_for_what_is_on_its_way_changes_nothing(service: Service, word: str) -> None:
    service.life({"pace": 10, "states": [{"PENDING": 1}, "RUNNING"]}, job="etl")
    job = service.create("etl")
    service.clock.advance(1)
    first = service.ask(job, word)
    service.clock.advance(5)
    assert service.ask(job, word) == first
    assert service.history(job, 5)[-1] == word


def test_pausing_a_job_that_is_paused_changes_nothing(service: Service) -> None:
    job = running(service, type_=BATCH, **PAUSABLE)
    service.ask(job, "PAUSING")
    service.clock.advance(1)
    assert state_name(service.ask(job, "PAUSING")) == "PAUSED"


def test_how_a_repeated_request_is_answered_can_be_set() -> None:
    service = Service(repeated="ABORTED")
    job = running(service)
    service.ask(job, "CANCELLED")
    assert refused(service, job, "CANCELLED").code is Code.ABORTED


def test_a_draining_job_can_be_cancelled(service: Service) -> None:
    """ "You can cancel a job that is currently draining."."""
    job = running(service)
    service.ask(job, "DRAINED")
    service.ask(job, "CANCELLED")
    assert service.history(job, 2)[-1] == "CANCELLED"


def test_a_job_is_force_cancelled_half_an_hour_after_a_regular_cancel_at_the_earliest(service: Service) -> None:
    """ "Regular cancel must be attempted at least 30 minutes before force canceling."."""
    service.life({"pace": "1d", "states": [{"PENDING": 1}, "RUNNING"]}, job="etl")
    job = service.create("etl")
    service.clock.advance(1)
    assert "only in JOB_STATE_CANCELLING" in str(refused(service, job, "CANCELLED", **FORCE))
    service.ask(job, "CANCELLED")
    service.clock.advance(1799)
    assert "at least 30 minutes" in str(refused(service, job, "CANCELLED", **FORCE))
    assert service.state(job) == "CANCELLING"
    service.clock.advance(1)
    assert state_name(service.ask(job, "CANCELLED", **FORCE)) == "CANCELLED"


def test_other_labels_of_a_request_mean_nothing(service: Service) -> None:
    job = running(service)
    assert state_name(service.ask(job, "CANCELLED", labels={"force_cancel_job": "false", "a": "b"})) == "CANCELLING"
    assert dict(service.get(job).labels) == {}


def test_a_life_can_answer_a_request_in_its_own_way(service: Service) -> None:
    service.life(
        {"states": [{"PENDING": 1}, "RUNNING"], "answers": {"drain": [{"DRAINING": 5}, "FAILED"], "cancel": []}}, job="etl"
    )
    job = service.create("etl")
    service.clock.advance(1)
    service.ask(job, "CANCELLED")
    assert service.state(job) == "RUNNING"
    service.ask(job, "DRAINED")
    assert service.history(job, 6) == ["DRAINING", "FAILED"]


def test_a_request_for_nothing_changes_nothing(service: Service) -> None:
    job = running(service)
    assert service.call("UpdateJob", job_id=job, job={"name": "other", "labels": {"a": "b"}}) == service.get(job)


@pytest.mark.parametrize("word", [state.removeprefix("JOB_STATE_") for state in ASKED])
def test_whatever_is_asked_in_whatever_state_the_lifecycle_is_obeyed(word: str) -> None:
    """Every request in every state: it leads along an arrow of the lifecycle, or is refused and changes nothing."""
    lifecycle = DataflowJobMachine.lifecycle
    for state in DataflowJobState:
        service = Service()
        facts = {"switched": True, "pausable": True}
        if state.unspecified or not (
            route := lifecycle.route(lifecycle.initial, state, lifecycle.job_type.model_validate(facts))
        ):
            continue
        states = [{arrow.target.name: 0} for arrow in route[:-1]] + [{state.name: "1h"}]
        service.script(id="it", name="etl", life={"states": states}, facts=facts)
        before = service.get("it")
        assert state_name(before) == state.name
        try:
            after = service.ask("it", word)
        except Refusal:
            assert service.get("it") == before
        else:
            requests = [arrow.request for arrow in lifecycle.between(state, DataflowJobState[state_name(after)]) if arrow.request]
            assert after == before or any(request.requested_state == DataflowJobState[word] for request in requests)


# Masks.


def change(service: Service, job: str, paths: list[str], **sent: Any) -> Any:
    return service.call("UpdateJob", job_id=job, job=sent, update_mask={"paths": paths})


def archived(service: Service, job: str, value: str = "true") -> Any:
    properties = {"user_display_properties": {"archived": value}}
    return change(service, job, ["job_metadata.user_display_properties.archived"], job_metadata=properties)


def test_a_state_and_a_mask_cannot_be_updated_in_one_request(service: Service) -> None:
    """ "If both RequestedJobState and update_mask are specified, an error will be returned"."""
    job = running(service)
    with pytest.raises(Refusal) as raised:
        change(service, job, ["runtime_updatable_params.max_num_workers"], requested_state=5)
    assert raised.value.code is Code.INVALID_ARGUMENT
    assert service.state(job) == "RUNNING"


def test_runtime_parameters_are_changed_one_by_one(service: Service) -> None:
    job = running(service)
    change(service, job, ["runtime_updatable_params"], runtime_updatable_params={"min_num_workers": 1, "max_num_workers": 9})
    params = {"max_num_workers": 3, "min_num_workers": 7}
    changed = change(service, job, ["runtime_updatable_params.max_num_workers"], runtime_updatable_params=params)
    assert (changed.runtime_updatable_params.min_num_workers, changed.runtime_updatable_params.max_num_workers) == (1, 3)
    assert service.get(job) == changed
    unset = change(service, job, ["runtime_updatable_params.max_num_workers"])
    assert not unset.runtime_updatable_params.HasField("max_num_workers")


def test_runtime_parameters_have_no_effect_at_creation(service: Service) -> None:
    """ "This field has no effect when specified at job creation."."""
    job = service.create(job={"runtime_updatable_params": {"max_num_workers": 3}})
    assert not service.get(job).HasField("runtime_updatable_params")


def test_runtime_parameters_are_for_streaming_jobs_that_have_not_ended(service: Service) -> None:
    batch, ended = service.create("batch", type_=BATCH), running(service)
    service.ask(ended, "DONE")
    for job in (batch, ended):
        with pytest.raises(Refusal) as raised:
            change(service, job, ["runtime_updatable_params.max_num_workers"], runtime_updatable_params={"max_num_workers": 3})
        assert raised.value.code is Code.FAILED_PRECONDITION


def test_a_job_that_has_ended_can_be_archived_and_taken_back(service: Service) -> None:
    job = running(service)
    service.ask(job, "DONE")
    assert archived(service, job).job_metadata.user_display_properties["archived"] == "true"
    assert service.listed()[0].job_metadata.user_display_properties["archived"] == "true"
    assert archived(service, job, "false").job_metadata.user_display_properties["archived"] == "false"


def test_a_job_that_runs_cannot_be_archived(service: Service) -> None:
    with pytest.raises(Refusal, match="only a job that has terminated") as raised:
        archived(service, running(service))
    assert raised.value.code is Code.FAILED_PRECONDITION


@pytest.mark.parametrize(
    ("paths", "sent"),
    [
        (["job_metadata.user_display_properties.archived"], {}),
        (["job_metadata.user_display_properties"], {"job_metadata": {"user_display_properties": {"archived": "maybe"}}}),
        (["runtime_updatable_params.colour"], {}),
        (["runtime_updatable_paramsx"], {}),
        (["name"], {"name": "other"}),
        (["current_state"], {"current_state": 3}),
    ],
)
def test_a_mask_that_cannot_be_followed_is_refused_and_changes_nothing(
    service: Service, paths: list[str], sent: dict[str, Any]
) -> None:
    job = running(service)
    service.ask(job, "DONE")
    before = service.get(job)
    with pytest.raises(Refusal, match=r"update_mask|archived") as raised:
        change(service, job, paths, **sent)
    assert raised.value.code is Code.INVALID_ARGUMENT
    assert service.get(job) == before


def test_a_change_that_is_accepted_though_it_cannot_be_made_changes_nothing() -> None:
    service = Service(ended="OK", wrong_state="OK")
    job = running(service)
    assert archived(service, job) == service.get(job)
    assert not service.get(job).HasField("job_metadata")
    service.ask(job, "DONE")
    params = {"max_num_workers": 3}
    assert not change(service, job, ["runtime_updatable_params"], runtime_updatable_params=params).HasField(
        "runtime_updatable_params"
    )


def test_display_properties_are_replaced_as_a_whole_by_their_own_path(service: Service) -> None:
    job = running(service)
    for shown in ({"a": "1", "b": "2"}, {"b": "3"}):
        told = {"user_display_properties": shown}
        changed = change(service, job, ["job_metadata.user_display_properties"], job_metadata=told)
        assert dict(changed.job_metadata.user_display_properties) == shown
