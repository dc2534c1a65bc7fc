"""Launching Dataflow jobs from templates."""

from __future__ import annotations

from typing import Any

import pytest

from jobstates.emulator.codes import Code
from tests.emulator.serving.dataflow_support import BATCH, STREAMING, Refusal, Service


@pytest.fixture
def service() -> Service:
    return Service()


def flex(service: Service, **parameters: Any) -> Any:
    told = {"job_name": "etl", "container_spec_gcs_path": "gs://bucket/template.json"} | parameters
    return service.call("flex/LaunchFlexTemplate", launch_parameter=told).job


def test_a_flex_template_launches_a_job_without_a_state(service: Service) -> None:
    job = flex(service)
    assert (job.name, job.current_state, job.HasField("current_state_time")) == ("etl", 0, True)
    assert not job.HasField("environment")
    assert service.history(job.id, 5) == ["PENDING", "RUNNING", "DONE"]


def test_a_flex_template_can_wait_in_the_queue_and_fail_there(service: Service) -> None:
    service.life([{"QUEUED": 5}, "FAILED"])
    assert service.history(flex(service).id, 10) == ["QUEUED", "FAILED"]


def test_a_classic_template_launches_a_job(service: Service) -> None:
    parameters = {"job_name": "etl", "environment": {"additional_user_labels": {"team": "a"}}}
    launched = service.call("templates/LaunchTemplate", gcs_path="gs://bucket/template", launch_parameters=parameters).job
    created = service.call("templates/CreateJobFromTemplate", gcs_path="gs://bucket/template", job_name="other")
    assert service.get(launched.id).labels["team"] == "a"
    assert service.history(created.id, 5) == ["PENDING", "RUNNING", "DONE"]


@pytest.mark.parametrize("told", [{"environment": {"enable_streaming_engine": True}}, {"environment": {"streaming_mode": 1}}])
def test_a_templated_job_is_streaming_where_its_launch_says_so(service: Service, told: dict[str, Any]) -> None:
    job = flex(service, **told)
    service.clock.advance(10)
    assert (service.get(job.id).type, service.state(job.id)) == (STREAMING, "RUNNING")


def test_a_templated_job_is_streaming_where_its_life_is(service: Service) -> None:
    service.life("drained", job="stream")
    assert service.get(flex(service, job_name="stream").id).type == STREAMING
    assert service.get(flex(service, job_name="batch").id).type == BATCH


def test_a_life_for_batch_jobs_is_for_templated_ones_of_unknown_type_too(service: Service) -> None:
    service.life("failed", type="batch")
    assert service.history(flex(service).id, 5)[-1] == "FAILED"


def test_a_templated_job_can_be_paused_where_its_life_pauses(service: Service) -> None:
    service.life(["PENDING", {"RUNNING": "asked"}, "PAUSING", "PAUSED"], job="pauses")
    pausing, other = (flex(service, job_name=name).id for name in ("pauses", "runs"))
    service.clock.advance(1)
    assert [service.get(job).pausable for job in (pausing, other)] == [True, False]
    service.ask(pausing, "PAUSING")
    with pytest.raises(Refusal, match="PAUSING"):
        service.ask(other, "PAUSING")


def test_a_flexrs_goal_is_understood(service: Service) -> None:
    job = flex(service, environment={"flexrs_goal": 2})
    assert service.history(job.id, 5) == ["QUEUED", "PENDING", "RUNNING", "DONE"]


def test_a_launch_that_is_only_validated_creates_nothing(service: Service) -> None:
    told = {"job_name": "etl", "container_spec_gcs_path": "gs://bucket/template.json"}
    assert not service.call("flex/LaunchFlexTemplate", launch_parameter=told, validate_only=True).HasField("job")
    assert service.listed() == []


def test_a_launch_under_the_name_of_an_active_job_is_refused(service: Service) -> None:
    flex(service)
    with pytest.raises(Refusal) as refused:
        flex(service)
    assert refused.value.code is Code.ALREADY_EXISTS


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("templates/LaunchTemplate", {"gcs_path": "bucket/x", "launch_parameters": {"job_name": "etl"}}),
        ("templates/LaunchTemplate", {"gcs_path": "gs://bucket/x"}),
        ("templates/CreateJobFromTemplate", {"job_name": "etl"}),
        ("templates/GetTemplate", {"gcs_path": ""}),
        ("flex/LaunchFlexTemplate", {"launch_parameter": {"job_name": "etl"}}),
        ("flex/LaunchFlexTemplate", {"launch_parameter": {"job_name": "", "container_spec_gcs_path": "gs://b/t"}}),
    ],
)
def test_a_launch_without_a_template_or_a_name_is_refused(service: Service, method: str, request_: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        service.call(method, **request_)
    assert refused.value.code is Code.INVALID_ARGUMENT


def test_a_template_can_be_described_by_a_launch_itself(service: Service) -> None:
    spec = {"job_name": "etl", "container_spec_gcs_path": "", "container_spec": {"image": "gcr.io/p/image"}}
    assert flex(service, **spec).name == "etl"


def test_a_template_tells_its_name_and_kind(service: Service) -> None:
    classic = service.call("templates/GetTemplate", gcs_path="gs://dataflow-templates/latest/Word_Count")
    assert (classic.metadata.name, classic.template_type, classic.status.code) == ("Word_Count", 1, 0)
    assert service.call("templates/GetTemplate", gcs_path="gs://b/flex/X.json").template_type == 2
