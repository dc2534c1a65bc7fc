"""Every kind of job, in every version, over every transport: the life of a job as a client's own methods tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from google.api_core.exceptions import NotFound

from tests.emulator.clients.support import (
    BETA,
    GRPC,
    KINDS,
    LOCATION,
    REST,
    SERVED,
    TRANSPORTS,
    V1,
    Jobs,
    anonymous,
    client_class,
    listed,
    settled,
    state_of,
)

if TYPE_CHECKING:
    from jobstates.emulator import Emulator

MONITORING = "modelDeploymentMonitoringJobs"
UNDELETABLE = {"tuningJobs"}
"""The kinds for which no request deletes."""


async def begun(jobs: Jobs, name: str = "my-job", **sent: Any) -> Any:
    """A job that was created; of one kind, by an operation."""
    created = await settled(jobs.create(name, **sent))
    return await settled(created.result()) if jobs.kind == "notebookExecutionJobs" else created


async def ended(jobs: Jobs, emulator: Emulator, name: str) -> None:
    """Bring a job where it can be deleted, by a request if there is one."""
    requests = KINDS[jobs.kind][1].requests
    if "cancel" in requests:
        await settled(jobs.cancel(name))
        assert state_of(await settled(jobs.get(name))).name.endswith("_CANCELLING")
        emulator.clock.advance(1)
        cancelled = await settled(jobs.get(name))
        assert state_of(cancelled).name.endswith("_CANCELLED")
        assert cancelled.error.code == 1
    elif "pause" in requests:
        await settled(jobs.call("pause", name=name))
        assert state_of(await settled(jobs.get(name))).name == "JOB_STATE_PAUSED"
    else:
        emulator.clock.advance(1)
        assert state_of(await settled(jobs.get(name))).name == "JOB_STATE_SUCCEEDED"


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize(("kind", "version"), SERVED)
async def test_a_job_is_created_seen_listed_ended_and_deleted(
    emulator: Emulator, transport: str, kind: str, version: str
) -> None:
    async with Jobs.over(emulator, transport, kind, version) as jobs:
        created = await begun(jobs, "hello")
        assert state_of(created).name.endswith(("_QUEUED", "_PENDING"))
        emulator.clock.advance(1)
        running = await settled(jobs.get(created.name))
        assert state_of(running).name.endswith("_RUNNING")
        assert await listed(jobs.list()) == [running]
        await ended(jobs, emulator, created.name)
        if kind not in UNDELETABLE:
            await settled((await settled(jobs.delete(created.name))).result())
            assert await listed(jobs.list()) == []
            with pytest.raises(NotFound):
                await settled(jobs.get(created.name))


@pytest.mark.parametrize("transport", [GRPC, REST])
@pytest.mark.parametrize("kind", [kind for kind, version in SERVED if version == V1])
async def test_both_versions_of_the_api_show_the_same_job(emulator: Emulator, transport: str, kind: str) -> None:
    async with Jobs.over(emulator, transport, kind, V1) as old, Jobs.over(emulator, transport, kind, BETA) as new:
        created = await begun(old)
        seen = await settled(new.get(created.name))
        assert (seen.name, state_of(seen).name, seen.create_time) == (created.name, state_of(created).name, created.create_time)
        assert [job.name for job in await listed(new.list())] == [created.name]


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_what_a_client_sends_of_a_job_it_gets_back(emulator: Emulator, transport: str) -> None:
    pools = [{"machine_spec": {"machine_type": "n1-standard-4"}, "replica_count": 3, "container_spec": {"image_uri": "é:1"}}]
    async with Jobs.over(emulator, transport) as jobs:
        fields: dict[str, Any] = {
            "labels": {"team": "etl"},
            "job_spec": {"worker_pool_specs": pools, "scheduling": {"timeout": {"seconds": 90}}},
        }
        sent = jobs.message("hello", **fields)
        created = await settled(jobs.create("hello", **fields))
        told = [created.name, created.state, created.create_time, created.update_time]
        assert all(told)
        for output in ("name", "state", "create_time", "update_time"):
            setattr(created, output, None)
        assert created == sent


async def test_what_only_the_service_may_say_is_not_taken_from_a_client(emulator: Emulator) -> None:
    async with Jobs.over(emulator, GRPC) as jobs:
        created = jobs.create(state="JOB_STATE_SUCCEEDED", error={"code": 7}, end_time={"seconds": 1})
        assert (created.state.name, created.error.code, created.end_time) == ("JOB_STATE_QUEUED", 0, None)


async def test_locations_do_not_see_each_other_s_jobs(emulator: Emulator) -> None:
    async with Jobs.over(emulator, GRPC) as jobs:
        created = jobs.create()
        elsewhere = LOCATION.replace("us-central1", "europe-west4")
        assert list(jobs.client.list_custom_jobs(parent=elsewhere)) == []
        with pytest.raises(NotFound):
            jobs.get(created.name.replace("us-central1", "europe-west4"))


async def test_the_routing_header_is_sent_and_does_no_harm(emulator: Emulator) -> None:
    async with Jobs.over(emulator, GRPC) as jobs:
        created = jobs.create()
        assert jobs.client.get_custom_job(name=created.name, metadata=[("x-my-header", "1")]) == created


@pytest.mark.parametrize("place", ["localhost", "proxy"])
async def test_rest_may_go_through_tls_and_through_the_proxy(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """The certificate is trusted, and the proxy found, by the environment alone; the endpoint is the client's own default."""
    told = emulator.environment() if place == "proxy" else {"REQUESTS_CA_BUNDLE": str(emulator.ca)}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    options = {} if place == "proxy" else {"api_endpoint": f"localhost:{emulator.endpoint.rpartition(':')[2]}"}
    client = client_class("job_service", V1)(transport="rest", credentials=anonymous(), client_options=options)
    jobs = Jobs(client, "customJobs")
    created = jobs.create("hello")
    assert jobs.get(created.name) == created
    assert [job.name for job in emulator.jobs] == [created.name]
