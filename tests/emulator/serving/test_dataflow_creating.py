"""How Dataflow jobs come to be, and what a client sees of them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from jobstates.emulator.codes import Code
from jobstates.errors import InputError
from tests.emulator.serving.dataflow_support import BATCH, FULL, STREAMING, SUMMARY, Refusal, Service, seconds

BEGIN = 1767225600.0
"""Where a clock that is moved by hand begins: 2026-01-01T00:00:00Z."""
ENVIRONMENT = {"experiments": ["one"], "service_options": ["pause_on_failure"]}


@pytest.fixture
def service() -> Service:
    return Service()


def test_a_batch_job_runs_and_is_done(service: Service) -> None:
    job = service.create(type_=BATCH)
    assert service.history(job, 5) == ["PENDING", "RUNNING", "DONE"]


def test_a_streaming_job_runs_until_somebody_asks_it_to_end(service: Service) -> None:
    job = service.create()
    assert service.history(job, 5) == ["PENDING", "RUNNING"]


def test_the_response_to_a_create_call_tells_no_state_and_the_beginning_of_time(service: Service) -> None:
    """Published responses have only a ``currentStateTime``, of 1970-01-01T00:00:00Z."""
    created = service.call("CreateJob", job={"name": "etl", "type": BATCH})
    assert created.current_state == 0
    assert created.HasField("current_state_time")
    assert created.current_state_time.ToSeconds() == 0
    assert (created.name, created.type, created.project_id, created.location) == ("etl", BATCH, "project", "us-central1")
    assert seconds(created.create_time, BEGIN) == 0


def test_an_id_tells_when_its_job_was_created_as_real_ones_do(service: Service) -> None:
    service.clock.advance(3723)
    first, second = service.create("one"), service.create("two")
    assert first != second
    assert all(re.fullmatch(r"2026-01-01_01_02_03-\d{19}", job) for job in (first, second))


def test_a_job_is_found_by_its_id_alone(service: Service) -> None:
    service.script(name="many", count=1000, every=60)
    service.clock.advance(86400)
    ids = [job.id for job in service.listed(page_size=100)]
    assert len(set(ids)) == 1000
    assert [service.get(job).id for job in ids[::100]] == ids[::100]


@pytest.mark.parametrize(
    "job_id",
    ["", "x", "2026-01-01_00_00_00-1", "2026-01-01_00_00_01-1000000000000000000", "2026-01-01_00_00_00-" + "9" * 5000],
)
def test_what_is_no_id_of_a_job_is_not_found(service: Service, job_id: str) -> None:
    service.create()
    for method in ("GetJob", "UpdateJob", "messages/ListJobMessages", "metrics/GetJobMetrics"):
        with pytest.raises(Refusal) as refused:
            service.call(method, job_id=job_id)
        assert refused.value.code is Code.NOT_FOUND


@pytest.mark.parametrize("elsewhere", [{"project_id": "other"}, {"location": "europe-west1"}, {"location": ""}])
def test_a_job_is_not_found_where_it_is_not(service: Service, elsewhere: dict[str, str]) -> None:
    job = service.create(location="us-east1")
    with pytest.raises(Refusal, match="there is no job") as refused:
        service.get(job, **{"location": "us-east1"} | elsewhere)
    assert refused.value.code is Code.NOT_FOUND


def test_a_job_without_a_location_is_in_us_central1(service: Service) -> None:
    """ "Using `projects.jobs.create` is not recommended, as your job will always start in `us-central1`."."""
    job = service.create(location="")
    assert service.get(job, location="us-central1").location == "us-central1"


@pytest.mark.parametrize(
    "request_", [{"project_id": ""}, {"project_id": "a/b"}, {"location": "a/b"}, {"job": None}, {"job": {"name": "No"}}]
)
def test_a_request_that_cannot_be_understood_is_refused(service: Service, request_: dict[str, object]) -> None:
    with pytest.raises(Refusal) as refused:
        service.call("CreateJob", **{"job": {"name": "etl"}} | request_)
    assert refused.value.code is Code.INVALID_ARGUMENT


@pytest.mark.parametrize("name", ["A", "1a", "a-", "a_b", "a" * 1025, "a\n", "ä"])
def test_a_name_must_match_the_documented_expression(service: Service, name: str) -> None:
    with pytest.raises(Refusal, match=re.escape("[a-z]([-a-z0-9]{0,1022}[a-z0-9])?")) as refused:
        service.create(name)
    assert refused.value.code is Code.INVALID_ARGUMENT


@pytest.mark.parametrize("name", ["a", "a1", "etl-2026", "a" * 1024])
def test_a_name_that_matches_is_taken(service: Service, name: str) -> None:
    assert service.get(service.create(name)).name == name


def test_a_second_job_of_an_active_name_is_refused_where_the_settings_say_so() -> None:
    service = Service(same_name="refuse")
    job = service.create("etl")
    with pytest.raises(Refusal, match=job) as refused:
        service.create("etl")
    assert refused.value.code is Code.ALREADY_EXISTS


def test_a_second_job_of_an_active_name_is_the_first(service: Service) -> None:
    """ "the attempt returns the existing job"."""
    job = service.create("etl")
    service.clock.advance(1)
    again = service.call("CreateJob", job={"name": "etl"})
    assert (again.id, again.current_state) == (job, 2)
    assert len(service.listed()) == 1


def test_a_name_is_free_again_when_its_job_has_ended_and_in_other_places(service: Service) -> None:
    """ "Jobs in different regions can have the same name."."""
    first = service.create("etl", type_=BATCH)
    service.create("etl", location="europe-west1")
    service.create("etl", project_id="other")
    service.clock.advance(2)
    assert service.state(first) == "DONE"
    assert service.create("etl") != first


def test_a_client_request_id_that_is_known_returns_its_job(service: Service) -> None:
    sent = {"name": "etl", "type": STREAMING, "client_request_id": "20261122-1"}
    first = service.call("CreateJob", job=sent)
    service.clock.advance(60)
    service.ask(first.id, "DRAINED")
    again = service.call("CreateJob", job=sent)
    assert (again.id, again.client_request_id, again.current_state) == (first.id, "20261122-1", 7)


def test_a_client_request_id_that_is_known_is_refused_where_the_settings_say_so() -> None:
    """ "The request to create a job will fail if the service has knowledge of a previously submitted job"."""
    service = Service(same_request="refuse")
    sent = {"name": "etl", "type": BATCH, "client_request_id": "20261122-1"}
    service.call("CreateJob", job=sent)
    service.clock.advance(60)
    with pytest.raises(Refusal, match="20261122-1") as refused:
        service.call("CreateJob", job=sent)
    assert refused.value.code is Code.ALREADY_EXISTS
    assert service.call("CreateJob", job=sent | {"name": "other"}).id


def test_a_flexrs_job_waits_in_the_queue_and_starts_when_it_leaves_it(service: Service) -> None:
    """ "start_time is unset before start and is updated when the job is started by the Cloud Dataflow service."."""
    job = service.create(type_=BATCH, job={"environment": {"flex_resource_scheduling_goal": 2}})
    queued = service.get(job)
    assert (queued.current_state, queued.HasField("start_time")) == (11, False)
    service.clock.advance(1)
    assert seconds(service.get(job).start_time, BEGIN) == 1
    assert service.history(job, 5) == ["PENDING", "RUNNING", "DONE"]
    assert seconds(service.get(job).start_time, BEGIN) == 1


def test_any_other_job_starts_when_it_is_created(service: Service) -> None:
    """ "For other jobs, start_time always equals to create_time"."""
    job = service.create()
    service.clock.advance(10)
    assert seconds(service.get(job).start_time, BEGIN) == 0


def test_a_streaming_job_cannot_be_scheduled_flexibly(service: Service) -> None:
    with pytest.raises(Refusal, match="only batch jobs") as refused:
        service.create(type_=STREAMING, job={"environment": {"flex_resource_scheduling_goal": 2}})
    assert refused.value.code is Code.INVALID_ARGUMENT


def test_the_time_of_a_state_is_when_it_began(service: Service) -> None:
    job = service.create()
    service.clock.advance(100)
    assert seconds(service.get(job).current_state_time, BEGIN) == 1


def test_the_service_does_not_read_what_only_it_can_say(service: Service) -> None:
    told = {"id": "mine", "current_state": 3, "requested_state": 5, "replaced_by_job_id": "x", "pausable": True}
    job = service.get(service.create(job=told | {"create_time": {"seconds": 1}, "start_time": {"seconds": 1}}))
    assert job.id != "mine"
    assert (job.current_state, job.requested_state, job.replaced_by_job_id, job.pausable) == (9, 0, "", False)
    assert seconds(job.create_time, BEGIN) == 0


def test_a_summary_leaves_out_the_details(service: Service) -> None:
    sent = {"environment": ENVIRONMENT, "labels": {"team": "a"}, "steps": [{"name": "read"}], "client_request_id": "c"}
    job = service.create(type_=BATCH, job=sent | {"job_metadata": {"sdk_version": {"version": "2.77.0"}}})
    full, summary = service.get(job, view=FULL), service.get(job, view=SUMMARY)
    assert full == service.get(job)
    assert (full.labels["team"], full.steps[0].name, full.environment.experiments) == ("a", "read", ["one"])
    assert (summary.job_metadata.sdk_version.version, summary.name, summary.pausable) == ("2.77.0", "wordcount", True)
    for field in ("environment", "labels", "steps"):
        full.ClearField(field)
    assert summary == full
    assert service.listed() == [summary]


def test_only_a_batch_job_that_was_run_so_can_be_paused(service: Service) -> None:
    assert service.get(service.create("a", type_=BATCH, job={"environment": ENVIRONMENT})).pausable
    assert not service.get(service.create("b", type_=BATCH)).pausable


def test_a_job_lives_the_life_that_is_meant_for_its_name(service: Service) -> None:
    service.life([{"PENDING": 2}, {"RUNNING": 3}, "FAILED"], job="bad-*", type="batch")
    assert service.history(service.create("bad-1", type_=BATCH), 10) == ["PENDING", "RUNNING", "FAILED"]
    assert service.history(service.create("good-1", type_=BATCH), 10) == ["PENDING", "RUNNING", "DONE"]


def test_a_life_that_no_such_job_can_live_is_refused_and_leaves_nothing(service: Service) -> None:
    service.life("drained", job="etl")
    with pytest.raises(Refusal, match="cannot end drained") as refused:
        service.create("etl", type_=BATCH)
    assert refused.value.code is Code.FAILED_PRECONDITION
    assert service.listed() == []


def test_what_a_script_says_of_a_state_is_shown_from_then_on(service: Service) -> None:
    service.script(name="etl", life={"states": ["PENDING", {"state": "RUNNING", "fields": {"labels": {"seen": "yes"}}}]})
    (job,) = service.listed()
    assert "seen" not in service.get(job.id).labels
    service.clock.advance(2)
    assert service.get(job.id).labels["seen"] == "yes"


def test_a_hundred_thousand_jobs_of_one_script_are_one_entry_and_have_a_name_each(service: Service) -> None:
    service.script(name="etl", count=100_000, every=1, project="big")
    assert len(service.world.batches) == 1
    service.clock.advance(100_000)
    (job,) = service.listed(project_id="big", name="etl-77777")
    assert seconds(job.create_time, BEGIN) == 77777
    assert service.listed(project_id="big", name="etl-077777") == []
    (named,) = service.listed(project_id="big", name="etl-99999")
    assert service.create("etl-99999", project_id="big") == named.id


def test_a_script_can_choose_the_id_of_its_job_and_what_is_known_of_it(service: Service) -> None:
    service.script(
        id="2026-01-01_00_00_00-42", name="etl", facts={"type": "streaming", "pausable": False}, resource={"labels": {"a": "b"}}
    )
    job = service.get("2026-01-01_00_00_00-42")
    assert (job.id, job.type, job.labels["a"]) == ("2026-01-01_00_00_00-42", STREAMING, "b")
    assert service.dataflow.names(service.world.jobs()[0]) == (
        "2026-01-01_00_00_00-42",
        "projects/project/locations/us-central1/jobs/2026-01-01_00_00_00-42",
        "etl",
    )


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ({"name": "Not A Name"}, "name: "),
        ({"resource": {"type": 2, "environment": {"flexResourceSchedulingGoal": 2}}}, "resource: environment.flex_resource"),
        ({"life": ["PENDING", {"state": "RUNNING", "fields": {"colour": 1}}]}, 'RUNNING: fields: there is no field "colour"'),
        ({"life": "drained", "resource": {"type": "JOB_TYPE_BATCH"}}, "cannot end drained"),
    ],
)
def test_a_script_that_cannot_be_is_refused_with_a_reason(service: Service, script: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        service.script(**script)


def test_two_jobs_of_scripts_cannot_have_one_id(service: Service) -> None:
    service.script(id="nightly", name="etl")
    service.script(id="nightly", name="etl", project="other")
    with pytest.raises(InputError, match="id: there is a job 'nightly'"):
        service.script(id="nightly", name="train")
    assert [job.name for job in service.listed()] == ["etl"]


def test_a_life_that_tells_of_fields_which_a_job_has_not_is_refused_before_anybody_looks(service: Service) -> None:
    told = [{"PENDING": 1}, {"state": "RUNNING"}]
    service.life({"states": told, "answers": {"drain": [{"state": "DRAINING", "fields": {"labels": "red"}}, "DRAINED"]}})
    with pytest.raises(Refusal, match="DRAINING: fields: labels") as refused:
        service.create()
    assert refused.value.code is Code.FAILED_PRECONDITION
    assert service.listed() == []


def test_a_job_of_a_script_that_does_not_exist_yet_is_not_found(service: Service) -> None:
    service.script(after=10, id="later", name="etl")
    with pytest.raises(Refusal):
        service.get("later")
    assert service.listed() == []
    service.clock.advance(10)
    assert service.state("later") == "PENDING"
