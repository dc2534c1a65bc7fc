"""The Vertex AI services as bytes: what scripts and settings decide, which no client can."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict, ParseDict
from pydantic import ValidationError

from jobstates.emulator import JobScript, Life, Scenario
from jobstates.emulator.codes import Code
from jobstates.emulator.living.choosing import LifeRule
from jobstates.emulator.services import Services
from jobstates.emulator.serving.faults import Fault
from jobstates.emulator.wire.schema import schema
from jobstates.errors import InputError

LOCATION = "projects/p/locations/l"
JOB, TUNING, PIPELINE, NOTEBOOK = "JobService", "GenAiTuningService", "PipelineService", "NotebookService"
MONITOR = f"{LOCATION}/modelMonitors/7"


class Told:
    """The services of a scenario, called by JSON."""

    def __init__(self, **scenario: Any) -> None:
        self.services = Services(schema(), Scenario.model_validate({"clock": "manual", **scenario}))

    def __call__(self, method: str, version: str = "v1", /, **request: Any) -> Any:
        """The answer as JSON; the name of the status when it is refused."""
        service, _, short = method.partition("/")
        path = f"/google.cloud.aiplatform.{version}.{service}/{short}"
        if service == "Operations":
            path = f"/google.longrunning.Operations/{short}"
        bound, pool = schema().methods[path], schema().pool
        reply = self.services.answer(path, ParseDict(request, bound.request(), descriptor_pool=pool).SerializeToString())
        if reply.status:
            return Code(reply.status.code).name, reply.status.message
        return MessageToDict(bound.response.FromString(reply.body), descriptor_pool=pool)

    def custom_job(self, name: str = "my-job") -> str:
        """The name of a new custom job."""
        return str(self(f"{JOB}/CreateCustomJob", parent=LOCATION, customJob={"displayName": name})["name"])

    def monitoring_job(self) -> str:
        """The name of a new monitoring job, which runs."""
        method, sent = f"{JOB}/CreateModelDeploymentMonitoringJob", {"displayName": "my-job"}
        name = str(self(method, parent=LOCATION, modelDeploymentMonitoringJob=sent)["name"])
        self.pass_(1)
        return name

    def update(self, name: str) -> Any:
        """Give a monitoring job another name."""
        sent = {"name": name, "displayName": "renamed"}
        method = f"{JOB}/UpdateModelDeploymentMonitoringJob"
        return self(method, modelDeploymentMonitoringJob=sent, updateMask="displayName")

    def pass_(self, seconds: float) -> None:
        """Let time pass."""
        self.services.clock.advance(seconds)


def test_what_a_script_says_of_a_state_replaces_what_was_said_of_an_earlier_one() -> None:
    trials = [{"id": "1", "state": "ACTIVE"}], [{"id": "1", "state": "SUCCEEDED"}, {"id": "2", "state": "INFEASIBLE"}]
    states = [{"state": state, "fields": {"trials": told}} for state, told in zip(("RUNNING", "SUCCEEDED"), trials, strict=True)]
    told = Told(lives=[{"life": {"states": ["QUEUED", *states]}}])
    method = f"{JOB}/CreateHyperparameterTuningJob"
    name = told(method, parent=LOCATION, hyperparameterTuningJob={"displayName": "my-tuning"})["name"]
    for expected in (None, *trials):
        assert told(f"{JOB}/GetHyperparameterTuningJob", name=name).get("trials") == expected
        told.pass_(1)


def test_a_field_that_a_script_makes_up_is_said_to_be_none() -> None:
    told = Told(lives=[{"life": {"states": [{"state": "QUEUED", "fields": {"colour": "red"}}]}}])
    status, message = told(f"{JOB}/CreateCustomJob", parent=LOCATION, customJob={"displayName": "my-job"})
    assert status == "FAILED_PRECONDITION"
    assert 'no field named "colour"' in message


def test_a_script_s_error_is_told_at_any_end_for_which_it_has_one() -> None:
    told = Told(lives=[{"life": ["QUEUED", {"state": "EXPIRED", "error": {"message": "too late", "code": "ABORTED"}}]}])
    name = told.custom_job()
    told.pass_(1)
    assert told(f"{JOB}/GetCustomJob", name=name)["error"] == {"code": 10, "message": "too late"}


@pytest.mark.parametrize(
    ("end", "status"), [("SUCCEEDED", {}), ("FAILED", {"code": 13, "message": "The emulated job failed."}), ("RUNNING", None)]
)
def test_a_notebook_execution_has_a_status_when_it_is_completed(end: str, status: dict[str, Any] | None) -> None:
    told = Told(lives=[{"life": ["QUEUED", "RUNNING", end][: 2 + (end != "RUNNING")]}])
    name = f"{LOCATION}/notebookExecutionJobs/mine"
    sent = {"displayName": "my-notebook"}
    told(f"{NOTEBOOK}/CreateNotebookExecutionJob", parent=LOCATION, notebookExecutionJob=sent, notebookExecutionJobId="mine")
    told.pass_(10)
    assert told(f"{NOTEBOOK}/GetNotebookExecutionJob", name=name).get("status") == status


def test_a_model_monitoring_job_tells_its_error_in_its_details() -> None:
    told = Told(lives=[{"life": "failed"}])
    method, sent = "ModelMonitoringService/CreateModelMonitoringJob", {"displayName": "my-job"}
    name = told(method, "v1beta1", parent=MONITOR, modelMonitoringJob=sent)["name"]
    told.pass_(10)
    found = told("ModelMonitoringService/GetModelMonitoringJob", "v1beta1", name=name)
    assert found["jobExecutionDetail"]["error"] == {"code": 13, "message": "The emulated job failed."}


def test_a_job_is_created_under_one_parent_not_under_any() -> None:
    told, sent = Told(), {"displayName": "my-job"}
    for method, version, arguments in (
        ("ModelMonitoringService/CreateModelMonitoringJob", "v1beta1", {"modelMonitoringJob": sent}),
        (f"{PIPELINE}/CreateTrainingPipeline", "v1", {"trainingPipeline": sent}),
    ):
        parent = MONITOR.replace("7", "-") if version == "v1beta1" else "projects/p/locations/-"
        assert told(method, version, parent=parent, **arguments)[0] == "INVALID_ARGUMENT"


def test_lives_and_faults_find_a_tuning_job_by_the_name_of_its_model() -> None:
    told = Told()
    told.services.lives.add(LifeRule(life=Life.model_validate("failed"), job="night*"))
    name = told(f"{TUNING}/CreateTuningJob", parent=LOCATION, tuningJob={"tunedModelDisplayName": "nightly"})["name"]
    told.pass_(10)
    assert told(f"{TUNING}/GetTuningJob", name=name)["state"] == "JOB_STATE_FAILED"
    told.services.faults.add(Fault(status=Code.UNAVAILABLE, job="night*"))
    assert told(f"{TUNING}/GetTuningJob", name=name)[0] == "UNAVAILABLE"


@pytest.mark.parametrize(
    ("kind", "method", "field"),
    [
        ("customJobs", f"{JOB}/ListCustomJobs", "displayName"),
        ("tuningJobs", f"{TUNING}/ListTuningJobs", "tunedModelDisplayName"),
        ("trainingPipelines", f"{PIPELINE}/ListTrainingPipelines", "displayName"),
    ],
)
def test_the_jobs_of_a_script_are_called_as_it_says(kind: str, method: str, field: str) -> None:
    told = Told(jobs=[{"kind": kind, "name": "nightly", "count": 3, "project": "p", "location": "l"}])
    assert [job[field] for job in told(method, parent=LOCATION)[kind]] == ["nightly"] * 3


def test_the_jobs_of_a_script_have_the_id_and_the_fields_it_gives_them() -> None:
    script = {"kind": "customJobs", "id": "mine", "project": "p", "location": "l", "resource": {"labels": {"a": "b"}}}
    told = Told(jobs=[script])
    assert told(f"{JOB}/GetCustomJob", name=f"{LOCATION}/customJobs/mine")["labels"] == {"a": "b"}


def test_a_script_whose_fields_are_none_of_its_kind_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"resource: there is no field \"colour\"; .*CustomJob has name, displayName"):
        JobScript(kind="customJobs", resource={"colour": "red"})


def test_two_jobs_of_scripts_cannot_have_one_name() -> None:
    script = {"kind": "customJobs", "id": "mine"}
    with pytest.raises(InputError, match=r"jobs\[1\]: id: there is a CustomJob '.*/customJobs/mine' already"):
        Told(jobs=[script, script])
    told = Told(jobs=[{**script, "project": "p", "location": "l", "life": "failed"}])
    told.pass_(5)
    told(f"{JOB}/DeleteCustomJob", name=f"{LOCATION}/customJobs/mine")
    told.services.create(JobScript(kind="customJobs", id="mine", project="p", location="l"))
    assert told(f"{JOB}/GetCustomJob", name=f"{LOCATION}/customJobs/mine")["state"] == "JOB_STATE_QUEUED"


@pytest.mark.parametrize(
    ("setting", "act", "accepted"),
    [
        ("ended", "cancel an ended job", "JOB_STATE_SUCCEEDED"),
        ("repeated", "cancel a job again", "JOB_STATE_CANCELLING"),
        ("wrong_state", "resume a running job", "JOB_STATE_RUNNING"),
        ("delete_running", "delete a running job", None),
    ],
)
def test_what_nobody_documents_is_answered_as_the_settings_say(setting: str, act: str, accepted: str | None) -> None:
    for code in (Code.OK, Code.ABORTED):
        told = Told(undocumented={setting: code.name})
        answer, state = acted(told, act)
        if code is Code.OK:
            assert (isinstance(answer, dict), state) == (True, accepted)
        else:
            assert answer[0] == "ABORTED"


def acted(told: Told, act: str) -> tuple[Any, str | None]:
    """The answer to a request of which no document speaks, and the state of the job behind it."""
    resource = "ModelDeploymentMonitoringJob" if act.startswith("resume") else "CustomJob"
    name = told.monitoring_job() if act.startswith("resume") else told.custom_job()
    if "ended" in act:
        told.pass_(60)
    if "again" in act:
        told(f"{JOB}/CancelCustomJob", name=name)
    verb = act.partition(" ")[0].capitalize()
    answer = told(f"{JOB}/{verb}{resource}", name=name)
    found = told(f"{JOB}/Get{resource}", name=name)
    return answer, found.get("state") if isinstance(found, dict) else None


def test_an_update_that_a_life_does_not_answer_is_done_at_once() -> None:
    told = Told(lives=[{"life": {"answers": {"update": []}}}])
    name = told.monitoring_job()
    operation = told.update(name)
    assert operation["done"]
    assert operation["response"]["state"] == "JOB_STATE_RUNNING"


def test_an_update_is_done_when_it_is_over_whatever_is_asked_of_the_job_then() -> None:
    told = Told()
    name = told.monitoring_job()
    operation = told.update(name)
    assert "done" not in operation
    told.pass_(1)
    told(f"{JOB}/PauseModelDeploymentMonitoringJob", name=name)
    told.pass_(60)
    found = told("Operations/GetOperation", name=operation["name"])
    assert (found["done"], found["response"]["state"]) == (True, "JOB_STATE_PAUSED")
    times = found["metadata"]["genericMetadata"]
    assert (times["createTime"], times["updateTime"]) == ("2026-01-01T00:00:01Z", "2026-01-01T00:00:02Z")


def test_what_an_operation_came_to_stays_whatever_comes_of_the_job_later() -> None:
    told = Told()
    name, method = f"{LOCATION}/notebookExecutionJobs/mine", f"{NOTEBOOK}/CreateNotebookExecutionJob"
    sent = {"displayName": "my-notebook"}
    operation = told(method, parent=LOCATION, notebookExecutionJob=sent, notebookExecutionJobId="mine")
    told.pass_(60)
    assert told(f"{NOTEBOOK}/GetNotebookExecutionJob", name=name)["jobState"] == "JOB_STATE_SUCCEEDED"
    assert told("Operations/GetOperation", name=operation["name"]) == operation


def test_an_operation_that_is_done_at_once_never_ends_before_it_begins() -> None:
    life = {"outcome": "failed", "pace": 0}
    told = Told(clock="real", jobs=[{"kind": "customJobs", "project": "p", "location": "l", "life": life, "count": 50}])
    for job in told(f"{JOB}/ListCustomJobs", parent=LOCATION)["customJobs"]:
        times = told(f"{JOB}/DeleteCustomJob", name=job["name"])["metadata"]["genericMetadata"]
        assert times["createTime"] == times["updateTime"]


def test_a_filter_by_the_end_sees_the_end_that_the_job_shows() -> None:
    """Google's comment on ``end_time`` of a tuning job leaves PARTIALLY_SUCCEEDED out."""
    told = Told(
        jobs=[{"kind": "tuningJobs", "project": "p", "location": "l", "life": end} for end in ("partially_succeeded", "expired")]
    )
    told.pass_(60)
    method, since = f"{TUNING}/ListTuningJobs", 'end_time>"2026-01-01T00:00:00Z"'
    assert ["endTime" in job for job in told(method, parent=LOCATION)["tuningJobs"]] == [True, False]
    assert [job["state"] for job in told(method, parent=LOCATION, filter=since)["tuningJobs"]] == ["JOB_STATE_EXPIRED"]


def test_a_list_that_lags_behind_is_sorted_as_it_is_shown() -> None:
    lives = [[{"PENDING": "10s"}, "RUNNING"], [{"PENDING": "5s"}, {"RUNNING": "15s"}, "FAILED"]]
    told = Told(jobs=[{"kind": "pipelineJobs", "project": "p", "location": "l", "life": life} for life in lives])
    told.pass_(21)
    told.services.faults.add(Fault(stale=6))
    ordered = told(f"{PIPELINE}/ListPipelineJobs", parent=LOCATION, orderBy="update_time")["pipelineJobs"]
    assert [job["updateTime"] for job in ordered] == ["2026-01-01T00:00:05Z", "2026-01-01T00:00:10Z"]


def test_only_a_dash_alone_means_any_parent() -> None:
    told = Told()
    name = told(f"{JOB}/CreateCustomJob", parent="projects/-p/locations/l", customJob={"displayName": "x"})["name"]
    for parent in ("projects/-p/locations/l", "projects/-p/locations/-", "projects/-/locations/-"):
        assert [job["name"] for job in told(f"{JOB}/ListCustomJobs", parent=parent)["customJobs"]] == [name]
    assert told(f"{JOB}/ListCustomJobs", parent="projects/-q/locations/-") == {}


def test_an_operation_that_is_not_there_is_not_found() -> None:
    for method in ("GetOperation", "WaitOperation", "DeleteOperation", "CancelOperation"):
        assert Told()(f"Operations/{method}", name=f"{LOCATION}/operations/1")[0] == "NOT_FOUND"


def test_a_batch_is_of_one_parent() -> None:
    told = Told()
    name = told(f"{PIPELINE}/CreatePipelineJob", parent="projects/p/locations/other", pipelineJob={"displayName": "x"})["name"]
    for verb in ("Cancel", "Delete"):
        status, message = told(f"{PIPELINE}/Batch{verb}PipelineJobs", parent=LOCATION, names=[name])
        assert (status, "is not under" in message) == ("INVALID_ARGUMENT", True)


def test_no_job_is_found_under_the_name_of_another_kind_or_place() -> None:
    told = Told()
    name = told.custom_job()
    number = name.rpartition("/")[2]
    for wrong in (f"{LOCATION}/nasJobs/{number}", f"projects/q/locations/l/customJobs/{number}", number, f"{name}0", ""):
        for kind in ("CustomJob", "NasJob"):
            assert told(f"{JOB}/Get{kind}", name=wrong)[0] == "NOT_FOUND"


def test_every_method_of_the_served_services_is_served_or_says_that_it_is_not() -> None:
    """Whatever comes, even an empty request, the answer is the service's own: never a failure of the emulator."""
    told = Told()
    for path, method in schema().methods.items():
        if path.startswith("/google.cloud.aiplatform."):
            reply = told.services.answer(path, b"")
            assert reply.status is None or reply.status.code != Code.INTERNAL, (path, reply.status)
            assert method.response.FromString(reply.body) is not None
