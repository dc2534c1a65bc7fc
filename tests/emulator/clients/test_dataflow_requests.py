"""What can be asked of a Dataflow job, and what can be changed of it, over every transport."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jobstates.emulator import Life
from tests.emulator.clients.dataflow_support import EVERYWHERE, HERE, Dataflow, connected, noted, refused

if TYPE_CHECKING:
    from jobstates.emulator import Emulator

PAUSABLE = {"environment": {"service_options": ["pause_on_failure"]}}
FORCED = {"labels": {"force_cancel_job": "true"}}
LASTING = [{"PENDING": 1}, {"RUNNING": "1h"}, "DONE"]
ARCHIVED = "job_metadata.user_display_properties.archived"


def slowly(event: str, *answer: Any) -> Life:
    """A life that answers a request in a way of its own."""
    return Life.model_validate({"states": LASTING, "answers": {event: answer}})


async def running(dataflow: Dataflow, emulator: Emulator, type_: str = "STREAMING", **job: Any) -> str:
    """A job that runs for an hour."""
    emulator.life(LASTING, count=1)
    created = await dataflow.create(type_=type_, **job)
    emulator.clock.advance(1)
    return created


async def history(dataflow: Dataflow, emulator: Emulator, job: str, seconds: int = 3) -> list[str]:
    """The states that who looks every second sees one after the other."""
    seen = [await dataflow.state(job)]
    for _ in range(seconds):
        emulator.clock.advance(1)
        seen.append(await dataflow.state(job))
    return [state for place, state in enumerate(seen) if state not in seen[:place]]


@EVERYWHERE
@pytest.mark.parametrize(
    ("asked", "requested", "states"),
    [
        ("CANCELLED", "CANCELLED", ["CANCELLING", "CANCELLED"]),
        ("DRAINED", "DRAINED", ["DRAINING", "DRAINED"]),
        ("DRAINING", "DRAINED", ["DRAINING", "DRAINED"]),
        ("DONE", "DONE", ["DONE"]),
        ("STOPPED", "STOPPED", ["STOPPED"]),
    ],
)
async def test_a_running_job_does_what_it_is_asked_to(
    emulator: Emulator, transport: str, asked: str, requested: str, states: list[str]
) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await running(dataflow, emulator)
        answer = await dataflow.ask(job, asked)
        assert answer == await dataflow.get(job)
        assert (answer["currentState"], answer["requestedState"]) == (f"JOB_STATE_{states[0]}", f"JOB_STATE_{requested}")
        assert await history(dataflow, emulator, job) == states
        assert (await dataflow.get(job))["requestedState"] == f"JOB_STATE_{requested}"


@EVERYWHERE
async def test_a_pausable_job_is_paused_and_resumed(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await running(dataflow, emulator, "BATCH", **PAUSABLE)
        assert (await dataflow.get(job))["pausable"] is True
        await dataflow.ask(job, "PAUSING")
        assert await history(dataflow, emulator, job) == ["PAUSING", "PAUSED"]
        emulator.clock.advance(7200)
        assert (await dataflow.ask(job, "RUNNING"))["currentState"] == "JOB_STATE_RUNNING"
        emulator.clock.advance(3599)
        assert await dataflow.state(job) == "RUNNING"
        emulator.clock.advance(1)
        assert await dataflow.state(job) == "DONE"


@EVERYWHERE
async def test_a_cancel_can_be_forced_half_an_hour_after_it_was_asked_for(emulator: Emulator, transport: str) -> None:
    """ "Regular cancel must be attempted at least 30 minutes before force canceling."."""
    async with connected(emulator, transport) as dataflow:
        emulator.life(slowly("cancel", {"CANCELLING": "1d"}, "CANCELLED"))
        job = await dataflow.create()
        emulator.clock.advance(1)
        assert "CANCELLING" in await refused(dataflow.ask(job, "CANCELLED", **FORCED), transport, "FAILED_PRECONDITION")
        await dataflow.ask(job, "CANCELLED")
        emulator.clock.advance(1799)
        assert "30 minutes" in await refused(dataflow.ask(job, "CANCELLED", **FORCED), transport, "FAILED_PRECONDITION")
        assert await dataflow.state(job) == "CANCELLING"
        emulator.clock.advance(1)
        assert (await dataflow.ask(job, "CANCELLED", **FORCED))["currentState"] == "JOB_STATE_CANCELLED"


@EVERYWHERE
async def test_asking_again_changes_nothing(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await running(dataflow, emulator)
        first = await dataflow.ask(job, "CANCELLED")
        assert await dataflow.ask(job, "CANCELLED") == first


@EVERYWHERE
async def test_what_cannot_be_asked_now_is_a_failed_precondition(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await running(dataflow, emulator, "BATCH")

        async def told(state: str) -> str:
            return await refused(dataflow.ask(job, state), transport, "FAILED_PRECONDITION")

        assert "Draining a job is not supported for batch pipelines." in await told("DRAINED")
        assert "whether the job can be paused" in await told("PAUSING")
        await dataflow.ask(job, "DONE")
        assert "it has terminated" in await told("CANCELLED")
        assert (await dataflow.get(job))["requestedState"] == "JOB_STATE_DONE"


@EVERYWHERE
@pytest.mark.parametrize("state", ["UPDATED", "PAUSED", "PENDING", "FAILED", "CANCELLING", "QUEUED", "RESOURCE_CLEANING_UP"])
async def test_what_nobody_can_ask_for_is_an_invalid_argument(emulator: Emulator, transport: str, state: str) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await running(dataflow, emulator)
        before = await dataflow.get(job)
        assert "requested_state" in await refused(dataflow.ask(job, state), transport, "INVALID_ARGUMENT")
        assert await dataflow.get(job) == before


# Changes that are no requests: by a mask.


@EVERYWHERE
async def test_runtime_parameters_are_changed_by_a_mask(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await running(dataflow, emulator)
        both = {"min_num_workers": 1, "max_num_workers": 9}
        await dataflow.change(job, "runtime_updatable_params", runtime_updatable_params=both)
        one = {"min_num_workers": 7, "max_num_workers": 3}
        mask = "runtime_updatable_params.max_num_workers"
        changed = await dataflow.change(job, mask, runtime_updatable_params=one)
        assert changed["runtimeUpdatableParams"] == {"minNumWorkers": 1, "maxNumWorkers": 3}
        assert await dataflow.get(job) == changed
        assert changed["currentState"] == "JOB_STATE_RUNNING"
        assert "requestedState" not in changed


@EVERYWHERE
async def test_without_a_mask_nothing_but_the_state_is_changed(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await running(dataflow, emulator, labels={"team": "etl"})
        before = await dataflow.get(job)
        sent = {"labels": {"team": "ml"}, "name": "other", "runtime_updatable_params": {"max_num_workers": 3}}
        assert await dataflow.call("update_job", job_id=job, job=sent) == before


@EVERYWHERE
async def test_a_job_that_has_ended_can_be_archived_and_taken_back(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await running(dataflow, emulator)

        def archive(value: str) -> Any:
            return dataflow.change(job, ARCHIVED, job_metadata={"user_display_properties": {"archived": value}})

        assert "terminated" in await refused(archive("true"), transport, "FAILED_PRECONDITION")
        await dataflow.ask(job, "DONE")
        for value in ("true", "false"):
            assert (await archive(value))["jobMetadata"]["userDisplayProperties"] == {"archived": value}
            assert (await dataflow.listed())[0]["jobMetadata"]["userDisplayProperties"] == {"archived": value}
        assert "archived" in await refused(archive("perhaps"), transport, "INVALID_ARGUMENT")


@EVERYWHERE
async def test_a_mask_that_cannot_be_followed_is_an_invalid_argument(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await running(dataflow, emulator)
        wanted: dict[str, Any] = {"requested_state": "JOB_STATE_CANCELLED", "runtime_updatable_params": {"max_num_workers": 3}}
        both = dataflow.change(job, "runtime_updatable_params.max_num_workers", **wanted)
        for answer in (both, dataflow.change(job, "name", name="other"), dataflow.change(job, "runtime_updatable_params.colour")):
            assert "update_mask" in await refused(answer, transport, "INVALID_ARGUMENT")
        assert await dataflow.state(job) == "RUNNING"


@EVERYWHERE
async def test_runtime_parameters_are_for_streaming_jobs_that_run(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        batch, ended = await running(dataflow, emulator, "BATCH", name="batch"), await running(dataflow, emulator)
        await dataflow.ask(ended, "DONE")
        for job in (batch, ended):
            answer = dataflow.change(job, "runtime_updatable_params", runtime_updatable_params={"max_num_workers": 3})
            await refused(answer, transport, "FAILED_PRECONDITION")


# Replacing a job.


@EVERYWHERE
@pytest.mark.parametrize("by_request", [True, False])
async def test_a_job_is_replaced_by_one_of_its_name(emulator: Emulator, transport: str, *, by_request: bool) -> None:
    """The id of the job to replace can be said of the job, and of the request."""
    async with connected(emulator, transport) as dataflow:
        old = await running(dataflow, emulator)
        said = {"replace_job_id": old}
        new = await dataflow.create("ignored", "STREAMING", **({"request": said} if by_request else said))
        assert await dataflow.state(old) == "RUNNING"
        emulator.clock.advance(1)
        before, after = await dataflow.get(old), await dataflow.get(new)
        assert (before["currentState"], before["replacedByJobId"]) == ("JOB_STATE_UPDATED", new)
        assert (after["currentState"], after["replaceJobId"]) == ("JOB_STATE_RUNNING", old)
        assert before["name"] == after["name"] == "my-job"
        assert not {"replaceJobId", "requestedState"} & before.keys()
        assert "replacedByJobId" not in after


@EVERYWHERE
async def test_a_chain_of_replacements_can_be_followed(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        chain = [await running(dataflow, emulator)]
        for _ in range(2):
            chain.append(await dataflow.create(type_="STREAMING", replace_job_id=chain[-1]))
            emulator.clock.advance(1)
        followed = [chain[0]]
        while newer := (await dataflow.get(followed[-1])).get("replacedByJobId"):
            followed.append(newer)
        assert followed == chain
        assert [job["id"] for job in await dataflow.listed(filter="ACTIVE")] == chain[-1:]
        assert {job["id"] for job in await dataflow.listed(filter="TERMINATED")} == set(chain[:-1])


@EVERYWHERE
async def test_a_job_that_is_draining_can_be_replaced(emulator: Emulator, transport: str) -> None:
    """ "You can update a pipeline that is being drained."."""
    async with connected(emulator, transport) as dataflow:
        emulator.life(slowly("drain", {"DRAINING": "1h"}, "DRAINED"), count=1)
        old = await dataflow.create(type_="STREAMING")
        emulator.clock.advance(1)
        await dataflow.ask(old, "DRAINED")
        new = await dataflow.create(type_="STREAMING", replace_job_id=old)
        emulator.clock.advance(1)
        assert (await dataflow.get(old))["replacedByJobId"] == new


@EVERYWHERE
async def test_what_cannot_be_replaced_goes_on(emulator: Emulator, transport: str) -> None:
    """Of a failed check, the guide says that "your prior job continues running"."""
    async with connected(emulator, transport) as dataflow:
        batch, ended = await running(dataflow, emulator, "BATCH", name="batch"), await running(dataflow, emulator)
        await dataflow.ask(ended, "DONE")
        for job in (batch, ended):
            answer = dataflow.create(type_="STREAMING", replace_job_id=job)
            await refused(answer, transport, "FAILED_PRECONDITION")
        assert await dataflow.state(batch) == "RUNNING"
        assert len(emulator.jobs) == 2


# What is sent beside them.


@pytest.mark.parametrize(
    ("method", "request_", "routed"),
    [
        ("create_job", {"job": {"name": "etl"}}, "project_id=my-project&location=us-central1"),
        ("get_job", {"job_id": "{job}"}, "project_id=my-project&location=us-central1&job_id={job}"),
        ("update_job", {"job_id": "{job}"}, "project_id=my-project&location=us-central1&job_id={job}"),
        ("list_jobs", {}, "project_id=my-project&location=us-central1"),
        ("aggregated_list_jobs", {}, "project_id=my-project"),
    ],
)
def test_a_routing_header_tells_where_a_request_belongs(
    emulator: Emulator, method: str, request_: dict[str, Any], routed: str
) -> None:
    with noted(emulator) as (client, calls):
        job = client.create_job(request={**HERE, "job": {"name": "other"}}).id
        sent = {name: value.format(job=job) if isinstance(value, str) else value for name, value in request_.items()}
        assert getattr(client, method)(request={**HERE, **sent})
        assert dict(calls[-1].metadata)["x-goog-request-params"] == routed.format(job=job)
