"""What a resource name tells, and what each kind of resource can show and be asked for."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from google.cloud.aiplatform_v1 import services as v1
from google.cloud.aiplatform_v1beta1.services.model_monitoring_service import ModelMonitoringServiceClient

from jobstates import (
    Actor,
    DataflowJob,
    DataflowJobMachine,
    Job,
    JobMachine,
    Kind,
    VertexJob,
    VertexJobMachine,
    VertexPipeline,
    VertexPipelineMachine,
)

MACHINES = (VertexJobMachine, VertexPipelineMachine, DataflowJobMachine)
KINDS = [pytest.param(machine, kind, id=kind.name) for machine in MACHINES for kind in machine.lifecycle.job_type.kinds]

VERTEX: dict[str, Any] = {
    "customJobs": v1.job_service.JobServiceClient.custom_job_path,
    "hyperparameterTuningJobs": v1.job_service.JobServiceClient.hyperparameter_tuning_job_path,
    "batchPredictionJobs": v1.job_service.JobServiceClient.batch_prediction_job_path,
    "dataLabelingJobs": v1.job_service.JobServiceClient.data_labeling_job_path,
    "nasJobs": v1.job_service.JobServiceClient.nas_job_path,
    "modelDeploymentMonitoringJobs": v1.job_service.JobServiceClient.model_deployment_monitoring_job_path,
    "tuningJobs": v1.gen_ai_tuning_service.GenAiTuningServiceClient.tuning_job_path,
    "notebookExecutionJobs": v1.notebook_service.NotebookServiceClient.notebook_execution_job_path,
    "modelMonitoringJobs": ModelMonitoringServiceClient.model_monitoring_job_path,
    "pipelineJobs": v1.pipeline_service.PipelineServiceClient.pipeline_job_path,
    "trainingPipelines": v1.pipeline_service.PipelineServiceClient.training_pipeline_path,
}


def everything_about(machine: type[JobMachine], kind: Kind) -> list[Job]:
    """Jobs of a kind, one for each combination of facts that guards read."""
    job_type = machine.lifecycle.job_type
    name = kind.pattern.replace("{", "").replace("}", "")
    if machine is not DataflowJobMachine:
        return [job_type(name=name)]
    facts: list[dict[str, Any]] = [
        {"type": type_, "switched": switched} for type_, switched in product(("batch", "streaming"), (False, True))
    ]
    return [job_type(name=name, **one) for one in facts]


@pytest.mark.parametrize("kind", [*VertexJob.kinds, *VertexPipeline.kinds], ids=lambda kind: kind.name)
def test_a_pattern_is_the_one_that_the_client_library_fills(kind: Kind) -> None:
    """The clients make resource names of their parts."""
    variables = [part.strip("{}") for part in kind.pattern.split("/") if part.startswith("{")]
    assert VERTEX[kind.name](**{variable: f"{{{variable}}}" for variable in variables}) == kind.pattern


@pytest.mark.parametrize(("machine", "kind"), KINDS)
def test_a_whole_resource_name_tells_the_kind(machine: type[JobMachine], kind: Kind) -> None:
    """Its last collection does."""
    job_type = machine.lifecycle.job_type
    assert job_type(name=kind.pattern.format_map({"project": "p", "location": "l"} | _ids(kind))).kind == kind.name


def _ids(kind: Kind) -> dict[str, str]:
    return {part.strip("{}"): "42" for part in kind.pattern.split("/") if part.startswith("{")}


@pytest.mark.parametrize(("machine", "kind"), KINDS)
def test_the_end_of_a_resource_name_tells_the_kind(machine: type[JobMachine], kind: Kind) -> None:
    """As logs shorten it."""
    assert machine.lifecycle.job_type.kind_of(f"{kind.name}/42") == kind.name


@pytest.mark.parametrize(
    "name",
    ["42", "customJobs", "customJobs/", "customJobs/4 2", "customJobs/42/trials", "myCustomJobs/42", "/", "", "batches/42"],
)
def test_another_name_tells_no_kind(name: str) -> None:
    """A bare number, a collection, a part of a job, a name of another service."""
    assert VertexJob.kind_of(name) is None


def test_a_dataflow_id_alone_tells_that_it_is_a_dataflow_job() -> None:
    """No other service's ids look like it."""
    assert (DataflowJob.kind_of("2026-01-01_00_00_00-4711"), DataflowJob.kind_of("4711")) == ("jobs", None)


def test_a_given_kind_is_kept_even_if_the_name_tells_another() -> None:
    """Whoever says it knows better, and a kind that is not listed is kept, too."""
    job = VertexJob(name="projects/p/locations/l/customJobs/1", kind="ovens")
    assert (job.kind, job.traits) == ("ovens", None)


@pytest.mark.parametrize(("machine", "kind"), KINDS)
def test_a_kind_can_show_just_what_its_jobs_can_reach(machine: type[JobMachine], kind: Kind) -> None:
    """The states it lists, and those that the arrows open to it lead to."""
    reached = {state for job in everything_about(machine, kind) for state in machine.lifecycle.reachable(job)}
    assert {state.name for state in kind.states} == {state.name for state in reached}


@pytest.mark.parametrize(("machine", "kind"), KINDS)
def test_a_kind_can_be_asked_for_just_what_its_jobs_can_do(machine: type[JobMachine], kind: Kind) -> None:
    """The requests it lists, and those on the arrows open to it; creating a job is no request about it."""
    asked = {
        arrow.event
        for job in everything_about(machine, kind)
        for state in machine.lifecycle.reachable(job)
        for arrow in machine.lifecycle.allowed(state, job, actor=Actor.USER)
    }
    assert kind.requests == asked


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("kind", [None, "ovens"])
def test_a_job_of_an_unknown_kind_is_open_to_every_arrow_that_needs_no_other_fact(
    machine: type[JobMachine], kind: str | None
) -> None:
    """Only a known fact forbids; starting and stopping a Dataflow job by request alone has to be said."""
    job = machine.lifecycle.job_type(kind=kind)
    closed = {arrow.guard for arrow in machine.lifecycle.arrows if arrow.forbidden_by(job)}
    assert closed == ({"is_switched"} if machine is DataflowJobMachine else set())


GUARDS = {
    "customJobs": "starts_queued can_succeed leaves_its_ends_open has_cancel has_timeout has_restarts can_wait_too_long",
    "hyperparameterTuningJobs": "starts_queued can_succeed leaves_its_ends_open has_cancel can_wait_too_long",
    "batchPredictionJobs": "starts_queued may_requeue can_succeed leaves_its_ends_open has_cancel can_expire",
    "dataLabelingJobs": "starts_queued can_succeed leaves_its_ends_open has_cancel",
    "nasJobs": "starts_queued can_succeed leaves_its_ends_open has_cancel",
    "modelDeploymentMonitoringJobs": "starts_pending leaves_its_ends_open has_pause has_update",
    "tuningJobs": "starts_queued can_succeed leaves_its_ends_open has_cancel can_expire",
    "notebookExecutionJobs": "starts_queued can_succeed leaves_its_ends_open",
    "modelMonitoringJobs": "starts_pending lists_its_ends",
}


@pytest.mark.parametrize("kind", VertexJob.kinds, ids=lambda kind: kind.name)
def test_the_guards_of_a_vertex_kind_are_those_that_its_documents_give(kind: Kind) -> None:
    """All that hold; the others are known not to."""
    names = {guard for arrow in VertexJobMachine.lifecycle.arrows for guard in arrow.guards}
    job = VertexJob(kind=kind.name)
    assert {name for name in names if getattr(job, name)} == set(GUARDS[kind.name].split())


DATAFLOW = [
    ({}, "starts_at_once can_queue is_flexrs is_streaming is_batch has_successor has_cleanup is_pausable pauses_on_failure old"),
    ({"type": "batch"}, "starts_at_once can_queue is_flexrs is_batch has_cleanup is_pausable pauses_on_failure old"),
    ({"type": "streaming"}, "starts_at_once can_queue is_streaming has_successor old"),
    ({"type": "batch", "flexrs": True}, "can_queue is_flexrs is_batch has_cleanup is_pausable pauses_on_failure old"),
    ({"type": "batch", "flexrs": False}, "starts_at_once can_queue is_batch has_cleanup is_pausable pauses_on_failure old"),
    (
        {"type": "batch", "flexrs": False, "flex_template": False},
        "starts_at_once is_batch has_cleanup is_pausable pauses_on_failure old",
    ),
    ({"type": "streaming", "flex_template": False}, "starts_at_once is_streaming has_successor old"),
    ({"type": "batch", "flexrs": False, "pausable": False}, "starts_at_once can_queue is_batch has_cleanup old"),
    (
        {"type": "batch", "flexrs": False, "pause_on_failure": False},
        "starts_at_once can_queue is_batch has_cleanup is_pausable old",
    ),
    (
        {"type": "batch", "flexrs": False, "cleans_up": False},
        "starts_at_once can_queue is_batch is_pausable pauses_on_failure old",
    ),
    ({"type": "streaming", "replaced_by": ""}, "starts_at_once can_queue is_streaming old"),
    ({"type": "streaming", "replaced_by": "2026-01-02_00_00_00-1"}, "starts_at_once can_queue is_streaming has_successor old"),
    ({"type": "streaming", "cancel_age": timedelta(minutes=29)}, "starts_at_once can_queue is_streaming has_successor"),
    ({"type": "streaming", "cancel_age": timedelta(minutes=30)}, "starts_at_once can_queue is_streaming has_successor old"),
    ({"type": "streaming", "switched": True}, "starts_at_once can_queue is_streaming has_successor is_switched old"),
    (
        {"type": "streaming", "requested_state": "JOB_STATE_STOPPED"},
        "starts_at_once can_queue is_streaming has_successor is_switched old",
    ),
    *(  # RUNNING is what a resume asks for, too, and DONE can be asked of any running job
        (
            {"type": "streaming", "requested_state": f"JOB_STATE_{state}"},
            "starts_at_once can_queue is_streaming has_successor old",
        )
        for state in ("RUNNING", "DONE", "CANCELLED")
    ),
]


@pytest.mark.parametrize(("facts", "holding"), DATAFLOW)
def test_the_guards_of_a_dataflow_job_are_those_that_its_facts_give(facts: dict[str, object], holding: str) -> None:
    """A fact that nobody has told permits; one that is known forbids."""
    names = {guard for arrow in DataflowJobMachine.lifecycle.arrows for guard in arrow.guards}
    job = DataflowJob.model_validate(facts)
    found = {"old" if name == "cancel_is_old_enough" else name for name in names if getattr(job, name)}
    assert found == set(holding.split())
