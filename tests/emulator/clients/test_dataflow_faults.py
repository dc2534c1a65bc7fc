"""Every effect that a fault can have, as the clients of Dataflow see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
from google.api_core import exceptions as errors
from google.api_core.retry import AsyncRetry, Retry, if_exception_type
from googleapiclient.errors import HttpError

from jobstates.emulator import JobScript, Scenario
from tests.emulator.clients.dataflow_support import (
    DISCOVERY,
    EVERYWHERE,
    HERE,
    OVER_GRPC,
    PROJECT,
    Dataflow,
    Discovered,
    Generated,
    connected,
    refusal,
    refused,
    said,
)
from tests.emulator.clients.support import GRPC_AIO, REST, settled

if TYPE_CHECKING:
    from jobstates.emulator import Emulator

CUT = (errors.ServiceUnavailable, requests.ConnectionError, ConnectionResetError)
"""What a cut connection is over gRPC, over REST, and to the discovery client."""
AGES = 3600.0
"""A delay, in seconds, that no test outlives."""
AT_ONCE: dict[str, Any] = {"initial": 0.001, "maximum": 0.001, "timeout": 30}
"""Hardly a wait between two tries."""


async def survivors(dataflow: Dataflow, calls: int) -> list[int]:
    """Which of so many calls went well, counted from 0."""
    return [place for place in range(calls) if await _goes_well(dataflow)]


async def _goes_well(dataflow: Dataflow) -> bool:
    try:
        await dataflow.pages()
    except (errors.ServiceUnavailable, HttpError):
        return False
    return True


async def patiently(dataflow: Dataflow, name: str, **request: Any) -> dict[str, Any]:
    """What a method answers to a client that its user told to try again.

    Over gRPC that may be needed twice after a cut: a channel's next call, too, may be sent on the connection that is no more.
    """
    client = dataflow.client
    if isinstance(client, Discovered):
        asked = client.asked(name, {**HERE, **request})
        asked._sleep = lambda _: None  # the pauses between are up to two seconds, four, eight...
        answer: dict[str, Any] = asked.execute(num_retries=3)
        return answer
    assert isinstance(client, Generated)
    kind = AsyncRetry if client.transport == GRPC_AIO else Retry
    retry = kind(predicate=if_exception_type(*CUT), **AT_ONCE)
    jobs = client.of("jobs_v1_beta3")
    return said(await settled(getattr(jobs, name)(request={**HERE, **request}, retry=retry)))


# Calls that go wrong.


@EVERYWHERE
async def test_a_fault_strikes_once_unless_told(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        emulator.fault("UNAVAILABLE")
        assert await survivors(dataflow, 3) == [1, 2]


@EVERYWHERE
async def test_it_strikes_as_often_as_told_after_as_many_as_told(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        emulator.fault("UNAVAILABLE", count=2, after=1)
        assert await survivors(dataflow, 5) == [0, 3, 4]


@EVERYWHERE
async def test_it_strikes_only_the_methods_and_jobs_it_is_meant_for(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        etl, train = await dataflow.create("etl-daily"), await dataflow.create("train")
        emulator.fault("NOT_FOUND", method="Get*", job="etl-*", count=None)
        emulator.fault("NOT_FOUND", method="MessagesV1Beta3/*", job=train, count=None)
        assert {job["id"] for job in await dataflow.listed()} == {etl, train}
        assert (await dataflow.get(train))["id"] == train
        assert await dataflow.texts(etl)
        for answer in (dataflow.get(etl), dataflow.call("get_job_metrics", job_id=etl), dataflow.texts(train)):
            await refused(answer, transport, "NOT_FOUND")


@EVERYWHERE
async def test_it_can_be_aimed_at_a_job_that_is_about_to_be_created(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        emulator.fault("NOT_FOUND", method="*Template", job="etl-*", count=None)
        emulator.fault("NOT_FOUND", method="CreateJob", job="etl-*")
        launched = {"job_name": "etl-hourly", "container_spec_gcs_path": "gs://a/b"}
        await refused(dataflow.create("etl-daily"), transport, "NOT_FOUND")
        await refused(dataflow.call("launch_flex_template", launch_parameter=launched), transport, "NOT_FOUND")
        template = {"gcs_path": "gs://a/b", "launch_parameters": {"job_name": "etl-hourly"}}
        await refused(dataflow.call("launch_template", **template), transport, "NOT_FOUND")
        await dataflow.create("train")
        assert [job.display_name for job in emulator.jobs] == ["train"]


@EVERYWHERE
async def test_an_exhausted_quota_says_which_and_when_to_try_again(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        emulator.fault(quota="JobsPerProject", retry_after=7, message="slow down")
        error = await refusal(dataflow.create())
        if transport == DISCOVERY:
            assert (error.status_code, error.reason, len(error.error_details)) == (429, "slow down", 3)
            info, failure, retry = error.error_details
        else:
            assert type(error) is (errors.TooManyRequests if transport == REST else errors.ResourceExhausted)
            assert (error.reason, error.metadata) == ("RATE_LIMIT_EXCEEDED", {"quota_metric": "JobsPerProject"})
            info, failure, retry = error.details
        if transport in OVER_GRPC:
            assert (info.domain, failure.violations[0].description) == ("googleapis.com", "JobsPerProject")
            assert retry.retry_delay.seconds == 7
        else:
            assert (info["domain"], failure["violations"][0]["description"]) == ("googleapis.com", "JobsPerProject")
            assert retry["retryDelay"] == "7s"


@EVERYWHERE
async def test_a_client_that_is_told_to_tries_again_and_gets_through(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await dataflow.create()
        emulator.fault("UNAVAILABLE", count=3)
        assert (await patiently(dataflow, "get_job", job_id=job))["id"] == job
        assert [struck for _, struck in emulator.faults] == [3]


@pytest.mark.parametrize("transport", OVER_GRPC)
async def test_a_late_answer_runs_into_the_deadline_of_a_grpc_client(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        assert isinstance(dataflow.client, Generated)
        emulator.fault(delay=AGES)
        with pytest.raises(errors.DeadlineExceeded):
            await settled(dataflow.client.of("jobs_v1_beta3").list_jobs(request=HERE, timeout=0.2))


async def test_over_rest_it_is_the_http_library_s_own_error(emulator: Emulator) -> None:
    async with connected(emulator, REST) as dataflow:
        assert isinstance(dataflow.client, Generated)
        emulator.fault(delay=AGES)
        with pytest.raises(requests.Timeout):
            dataflow.client.of("jobs_v1_beta3").list_jobs(request=HERE, timeout=0.2)


async def test_and_python_s_own_to_the_discovery_client(emulator: Emulator) -> None:
    async with connected(emulator, DISCOVERY) as dataflow:
        assert isinstance(dataflow.client, Discovered)
        emulator.fault(delay=AGES)
        asked = dataflow.client.asked("list_jobs", HERE)
        asked.http.http.timeout = 0.2
        with pytest.raises(TimeoutError):
            asked.execute()


@EVERYWHERE
async def test_an_answer_that_is_a_little_late_is_an_answer(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        emulator.fault(delay=0.02)
        assert await dataflow.create()


@EVERYWHERE
async def test_a_cut_connection_does_nothing(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        emulator.fault(reset=True, method="CreateJob")
        with pytest.raises(CUT):
            await dataflow.create()
        assert emulator.jobs == []
        assert (await patiently(dataflow, "create_job", job={"name": "etl"}))["id"] == emulator.jobs[0].name


# Requests that are carried out, and whose answers are lost.

LOST = pytest.mark.parametrize("how", [{"reset": True}, {"status": "UNAVAILABLE"}], ids=["reset", "unavailable"])


@EVERYWHERE
@LOST
async def test_a_request_whose_answer_is_lost_was_carried_out(emulator: Emulator, transport: str, how: dict[str, Any]) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await dataflow.create()
        emulator.fault(done=True, method="UpdateJob", **how)
        with pytest.raises((*CUT, HttpError)):
            await dataflow.ask(job, "CANCELLED")
        assert (await patiently(dataflow, "get_job", job_id=job))["currentState"] == "JOB_STATE_CANCELLING"


@EVERYWHERE
@LOST
async def test_a_create_that_is_sent_again_with_its_id_makes_one_job(
    emulator: Emulator, transport: str, how: dict[str, Any]
) -> None:
    async with connected(emulator, transport) as dataflow:
        emulator.fault(done=True, method="CreateJob", **how)
        job = await patiently(dataflow, "create_job", job={"name": "etl", "client_request_id": "1"})
        assert [(one.name, one.display_name) for one in emulator.jobs] == [(job["id"], "etl")]


@EVERYWHERE
@LOST
async def test_without_an_id_it_finds_its_own_name_taken_where_the_settings_say_so(
    emulator: Emulator, transport: str, how: dict[str, Any]
) -> None:
    emulator.reset(Scenario.model_validate({"clock": "manual", "undocumented": {"same_name": "refuse"}}))
    async with connected(emulator, transport) as dataflow:
        emulator.fault(done=True, method="CreateJob", **how)
        told = await refused(patiently(dataflow, "create_job", job={"name": "etl"}), transport, "ALREADY_EXISTS")
        (job,) = emulator.jobs
        assert job.name in told


@EVERYWHERE
@LOST
async def test_or_finds_the_job_itself_by_its_name(emulator: Emulator, transport: str, how: dict[str, Any]) -> None:
    async with connected(emulator, transport) as dataflow:
        emulator.fault(done=True, method="CreateJob", **how)
        job = await patiently(dataflow, "create_job", job={"name": "etl"})
        assert [one.name for one in emulator.jobs] == [job["id"]]


@EVERYWHERE
@LOST
async def test_without_a_name_too_it_makes_a_second_job(emulator: Emulator, transport: str, how: dict[str, Any]) -> None:
    """So it is with clients that put a new suffix behind the name of each try."""
    async with connected(emulator, transport) as dataflow:
        emulator.fault(done=True, method="CreateJob", **how)
        job = await patiently(dataflow, "create_job", job={"type_": "JOB_TYPE_BATCH"})
        assert [one.name == job["id"] for one in emulator.jobs] == [False, True]


# Looks that are wrong.


@EVERYWHERE
async def test_a_stale_look_shows_what_was(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await dataflow.create()
        emulator.clock.advance(10)
        emulator.fault(stale=9.5, method="GetJob")
        old, new = await dataflow.get(job), await dataflow.get(job)
        assert (old["currentState"], old["currentStateTime"]) == ("JOB_STATE_PENDING", "2026-01-01T00:00:00Z")
        assert (new["currentState"], new["currentStateTime"]) == ("JOB_STATE_DONE", "2026-01-01T00:00:02Z")


@EVERYWHERE
async def test_a_stale_look_does_not_know_of_a_request_nor_of_its_message(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await dataflow.create()
        emulator.clock.advance(1)
        await dataflow.ask(job, "CANCELLED")
        emulator.fault(stale=0.5, method="GetJob")
        emulator.fault(stale=0.5, method="ListJobMessages")
        old, few, new = await dataflow.get(job), await dataflow.texts(job), await dataflow.get(job)
        assert ("requestedState" in old, old["currentState"]) == (False, "JOB_STATE_PENDING")
        assert few == ["The job is in state JOB_STATE_PENDING."]
        assert new["requestedState"] == "JOB_STATE_CANCELLED"


@EVERYWHERE
async def test_a_job_is_not_found_by_a_look_that_is_older_than_it(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await dataflow.create()
        emulator.fault(stale=5, method="GetJob")
        await refused(dataflow.get(job), transport, "NOT_FOUND")
        assert (await dataflow.get(job))["id"] == job


@EVERYWHERE
async def test_a_list_may_lag_behind_a_get(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        first = await dataflow.create("first")
        emulator.clock.advance(10)
        second = await dataflow.create("second")
        emulator.fault(stale=9.5, method="*List*", count=None)
        for method in ("list_jobs", "aggregated_list_jobs"):
            place = {"location": ""} if method == "aggregated_list_jobs" else {}
            (listed,) = await dataflow.listed(method, **place)
            assert (listed["id"], listed["currentState"]) == (first, "JOB_STATE_PENDING")
            assert [job["id"] for job in await dataflow.listed(method, filter="ACTIVE", **place)] == [first]
        assert await dataflow.state(first) == "DONE"
        assert await dataflow.state(second) == "PENDING"


@EVERYWHERE
async def test_there_may_be_a_job_that_no_list_shows(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        hidden, shown = await dataflow.create("etl-hidden"), await dataflow.create("etl")
        emulator.fault(stale="1d", method="*List*", job="etl-hidden", count=None)
        emulator.clock.advance(3600)
        for filter_ in ("UNKNOWN", "ALL", "TERMINATED"):
            assert [job["id"] for job in await dataflow.listed(filter=filter_)] == [shown]
        assert await dataflow.listed(name="etl-hidden") == []
        assert [job["id"] for job in await dataflow.listed("aggregated_list_jobs", location="")] == [shown]
        assert await dataflow.state(hidden) == "DONE"


@EVERYWHERE
@pytest.mark.parametrize(("how", "sizes"), [("repeat", [4, 4, 4, 2]), ("cut", [2]), ("empty", [0, 4, 4, 2])])
async def test_a_page_may_come_twice_or_not_whole_or_empty(
    emulator: Emulator, transport: str, how: str, sizes: list[int]
) -> None:
    emulator.create(JobScript(kind="jobs", project=PROJECT, count=10))
    async with connected(emulator, transport) as dataflow:
        emulator.fault(page=how)
        pages = [page.get("jobs", []) for page in await dataflow.pages(page_size=4)]
        assert [len(page) for page in pages] == sizes
        assert len({job["id"] for page in pages for job in page}) == (2 if how == "cut" else 10)
