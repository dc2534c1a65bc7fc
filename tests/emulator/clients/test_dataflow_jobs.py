"""Dataflow jobs, created and seen over every transport."""

from __future__ import annotations

from asyncio import gather
from typing import TYPE_CHECKING, Any

import pytest
from google.api_core import exceptions as errors

from jobstates.emulator import Scenario
from tests.emulator.clients.dataflow_support import (
    EVERYWHERE,
    LOCATION,
    OVER_GRPC,
    PROJECT,
    SECURE,
    TRANSPORTS,
    Generated,
    Said,
    connected,
    refused,
    said,
)
from tests.emulator.clients.support import GRPC, GRPC_AIO, REST, TLS_AIO, settled

if TYPE_CHECKING:
    from jobstates.emulator import Emulator

BEGUN = "2026-01-01T00:00:00Z"
FLEXRS: Said = {"environment": {"flex_resource_scheduling_goal": "FLEXRS_COST_OPTIMIZED"}}


def settings(emulator: Emulator, **undocumented: str) -> None:
    emulator.reset(Scenario.model_validate({"clock": "manual", "undocumented": undocumented}))


@EVERYWHERE
async def test_the_answer_to_a_create_has_no_state_yet(emulator: Emulator, transport: str) -> None:
    """As published responses have it: only the time of the state is there, and it is the beginning of time."""
    async with connected(emulator, transport) as dataflow:
        created = await dataflow.call("create_job", job={"name": "etl", "type_": "JOB_TYPE_STREAMING"})
        assert created == {
            "id": emulator.jobs[0].name,
            "projectId": PROJECT,
            "location": LOCATION,
            "name": "etl",
            "type": "JOB_TYPE_STREAMING",
            "currentStateTime": "1970-01-01T00:00:00Z",
            "createTime": BEGUN,
            "startTime": BEGUN,
        }


@pytest.mark.parametrize("transport", [*TRANSPORTS, *SECURE])
async def test_a_job_is_seen_to_run_and_to_end(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        job, seen = await dataflow.create(), []
        for _ in range(4):
            seen.append((await dataflow.state(job), (await dataflow.get(job))["currentStateTime"][-3:-1]))
            emulator.clock.advance(1)
        assert seen == [("PENDING", "00"), ("RUNNING", "01"), ("DONE", "02"), ("DONE", "02")]


@EVERYWHERE
async def test_how_much_is_seen_of_a_job_is_asked_for(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await dataflow.create(
            labels={"team": "etl"},
            environment={"service_account_email": "me@example.com", "version": {"major": "8"}},
            steps=[{"kind": "ParallelDo", "name": "s1", "properties": {"user_name": "écrire"}}],
            job_metadata={"sdk_version": {"version": "2.77.0"}},
        )
        summary, full = await dataflow.get(job, "SUMMARY"), await dataflow.get(job, "ALL")
        assert full["steps"] == [{"kind": "ParallelDo", "name": "s1", "properties": {"user_name": "écrire"}}]
        assert full["environment"] == {"serviceAccountEmail": "me@example.com", "version": {"major": "8"}}
        assert {key: full.pop(key) for key in ("steps", "environment", "labels")}["labels"] == {"team": "etl"}
        assert summary == full
        assert summary["jobMetadata"]["sdkVersion"] == {"version": "2.77.0"}
        assert await dataflow.listed() == [summary]


@EVERYWHERE
async def test_what_only_the_service_may_say_is_not_taken_from_a_client(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        told: Said = {"id": "mine", "current_state": "JOB_STATE_DONE", "requested_state": "JOB_STATE_CANCELLED", "pausable": True}
        job = await dataflow.get(await dataflow.create(**told))
        assert (job["currentState"], job["id"] == "mine") == ("JOB_STATE_PENDING", False)
        assert not {"requestedState", "pausable"} & job.keys()


@EVERYWHERE
async def test_a_flexibly_scheduled_job_waits_and_has_not_started(emulator: Emulator, transport: str) -> None:
    """`Job.start_time`: "start_time is unset before start"."""
    async with connected(emulator, transport) as dataflow:
        emulator.life([{"QUEUED": "6h"}, "PENDING", "RUNNING", "DONE"])
        job, seen = await dataflow.create(**FLEXRS), []
        for seconds in (6 * 3600 - 1, 1, 1, 1):
            emulator.clock.advance(seconds)
            shown = await dataflow.get(job)
            seen.append((shown["currentState"].removeprefix("JOB_STATE_"), shown.get("startTime")))
        started = "2026-01-01T06:00:00Z"
        assert seen == [("QUEUED", None), ("PENDING", started), ("RUNNING", started), ("DONE", started)]


@EVERYWHERE
async def test_only_one_active_job_may_have_a_name(emulator: Emulator, transport: str) -> None:
    settings(emulator, same_name="refuse")
    async with connected(emulator, transport) as dataflow:
        first = await dataflow.create("etl")
        assert first in await refused(dataflow.create("etl"), transport, "ALREADY_EXISTS")
        await dataflow.create("etl", request={"location": "europe-west4"})
        emulator.clock.advance(2)
        assert await dataflow.state(first) == "DONE"
        assert await dataflow.create("etl") != first


@EVERYWHERE
async def test_a_second_job_of_a_name_is_the_first(emulator: Emulator, transport: str) -> None:
    """`Job.name`: "the attempt returns the existing job"."""
    async with connected(emulator, transport) as dataflow:
        first = await dataflow.create("etl")
        emulator.clock.advance(1)
        again = await dataflow.call("create_job", job={"name": "etl", "type_": "JOB_TYPE_BATCH"})
        assert again == await dataflow.get(first)


@EVERYWHERE
async def test_a_create_that_is_sent_again_is_known_by_its_id(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        first = await dataflow.create(client_request_id="20260101-1")
        assert await dataflow.create(client_request_id="20260101-1") == first
        emulator.clock.advance(2)
        assert await dataflow.create(client_request_id="20260101-1") == first
        assert await dataflow.create(client_request_id="20260101-2") != first
        assert (await dataflow.get(first))["clientRequestId"] == "20260101-1"


@EVERYWHERE
async def test_a_create_that_is_sent_again_can_be_refused(emulator: Emulator, transport: str) -> None:
    """`Job.client_request_id`: "The request to create a job will fail"."""
    settings(emulator, same_request="refuse")
    async with connected(emulator, transport) as dataflow:
        first = await dataflow.create(client_request_id="20260101-1")
        emulator.clock.advance(2)
        assert first in await refused(dataflow.create(client_request_id="20260101-1"), transport, "ALREADY_EXISTS")


@EVERYWHERE
async def test_a_job_that_is_not_there_is_not_found(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await dataflow.create()
        await refused(dataflow.get("2026-01-01_00_00_00-1000000000000000999"), transport, "NOT_FOUND")
        await refused(dataflow.ask("nobody", "CANCELLED"), transport, "NOT_FOUND")
        await refused(dataflow.texts("nobody"), transport, "NOT_FOUND")
        await refused(dataflow.call("get_job_metrics", job_id="nobody"), transport, "NOT_FOUND")
        await refused(dataflow.call("get_job", job_id=job, location="europe-west4"), transport, "NOT_FOUND")
        await refused(dataflow.call("get_job", job_id=job, project_id="theirs"), transport, "NOT_FOUND")
        await refused(dataflow.create("new", request={"replace_job_id": "nobody"}), transport, "NOT_FOUND")


@EVERYWHERE
@pytest.mark.parametrize("name", ["Etl", "1st", "etl-", "e tl", "é"])
async def test_a_name_that_cannot_be_is_an_invalid_argument(emulator: Emulator, transport: str, name: str) -> None:
    """`Job.name`: "The name must match the regular expression `[a-z]([-a-z0-9]{0,1022}[a-z0-9])?`"."""
    async with connected(emulator, transport) as dataflow:
        assert "name" in await refused(dataflow.create(name), transport, "INVALID_ARGUMENT")
        assert emulator.jobs == []


@EVERYWHERE
async def test_a_streaming_job_cannot_be_scheduled_flexibly(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        assert "batch" in await refused(dataflow.create(type_="STREAMING", **FLEXRS), transport, "INVALID_ARGUMENT")


@EVERYWHERE
async def test_a_life_that_is_none_for_such_a_job_refuses_it(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        emulator.life(["PENDING", "RUNNING", "DRAINING", "DRAINED"])
        assert "DRAINING cannot follow RUNNING" in await refused(dataflow.create(), transport, "FAILED_PRECONDITION")
        assert emulator.jobs == []


@pytest.mark.parametrize("transport", [*OVER_GRPC, REST])
async def test_without_a_location_a_job_is_in_the_default_one(emulator: Emulator, transport: str) -> None:
    """`CreateJob`: "your job will always start in `us-central1`"."""
    async with connected(emulator, transport) as dataflow:
        assert isinstance(dataflow.client, Generated)
        client = dataflow.client.of("jobs_v1_beta3")
        made = await settled(client.create_job(request={"project_id": PROJECT, "job": {"name": "etl"}}))
        assert made.location == LOCATION
        seen = await settled(client.get_job(request={"project_id": PROJECT, "job_id": made.id}))
        assert said(seen) == await dataflow.get(made.id)


async def test_the_discovery_client_has_methods_of_their_own_for_that(emulator: Emulator) -> None:
    async with connected(emulator, "discovery") as dataflow:
        jobs: Any = dataflow.client.client.projects().jobs()  # type: ignore[attr-defined]  # it is the discovery client
        made = jobs.create(projectId=PROJECT, body={"name": "etl"}).execute()
        assert made["location"] == LOCATION
        assert jobs.get(projectId=PROJECT, jobId=made["id"]).execute() == await dataflow.get(made["id"])
        asked = {"requestedState": "JOB_STATE_CANCELLED"}
        assert jobs.update(projectId=PROJECT, jobId=made["id"], body=asked).execute()["currentState"] == "JOB_STATE_CANCELLING"
        assert [job["id"] for job in jobs.list(projectId=PROJECT).execute()["jobs"]] == [made["id"]]


async def test_a_request_that_names_no_project_is_an_invalid_argument(emulator: Emulator) -> None:
    async with connected(emulator, GRPC) as dataflow:
        for name, sent in (("create_job", {"job": {"name": "etl"}}), ("list_jobs", {}), ("update_job", {"job_id": "x"})):
            answer = dataflow.pages(name, project_id="") if name == "list_jobs" else dataflow.call(name, project_id="", **sent)
            assert "project_id" in await refused(answer, GRPC, "INVALID_ARGUMENT")
        assert "job" in await refused(dataflow.call("create_job"), GRPC, "INVALID_ARGUMENT")


@EVERYWHERE
async def test_a_method_that_is_not_emulated_says_so(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        snapshot = dataflow.call("snapshot_job", job_id=await dataflow.create())
        assert "is not emulated" in await refused(snapshot, transport, "UNIMPLEMENTED")


@pytest.mark.parametrize("transport", [GRPC_AIO, TLS_AIO])
async def test_of_many_creates_at_once_one_makes_the_job(emulator: Emulator, transport: str) -> None:
    settings(emulator, same_name="refuse")
    async with connected(emulator, transport) as dataflow:
        same = await gather(*(dataflow.create("etl", client_request_id="1") for _ in range(20)))
        assert len(set(same)) == 1
        others = await gather(*(dataflow.create("train") for _ in range(20)), return_exceptions=True)
        assert [type(one) for one in others if not isinstance(one, str)] == [errors.AlreadyExists] * 19
        assert [job.display_name for job in emulator.jobs] == ["etl", "train"]
