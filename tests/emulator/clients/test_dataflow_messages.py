"""The messages, metrics and stages of Dataflow jobs, over every transport."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.emulator.clients.dataflow_support import EVERYWHERE, OVER_GRPC, Dataflow, Generated, connected, refused
from tests.emulator.clients.support import REST, listed, settled

if TYPE_CHECKING:
    from jobstates.emulator import Emulator

IN = "The job is in state JOB_STATE_"
CANCEL = "The job was asked to cancel: UpdateJob(requested_state=JOB_STATE_CANCELLED)."
BLAMED = [{"PENDING": 10}, {"RUNNING": 10}, {"state": "FAILED", "error": "worker-3 ran out of memory"}]


async def failed(dataflow: Dataflow, emulator: Emulator) -> str:
    """A job that ran and failed, with a reason."""
    emulator.life(BLAMED)
    job = await dataflow.create()
    emulator.clock.advance(60)
    return job


@EVERYWHERE
async def test_the_messages_tell_a_job_s_life(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        found = await dataflow.listed("list_job_messages", job_id=await failed(dataflow, emulator))
        assert [(one["time"][-6:-1], one["messageImportance"][12:], one["messageText"]) for one in found] == [
            ("00:00", "BASIC", f"{IN}PENDING."),
            ("00:10", "BASIC", f"{IN}RUNNING."),
            ("00:20", "ERROR", "worker-3 ran out of memory"),
            ("00:20", "BASIC", f"{IN}FAILED."),
        ]
        assert len({one["id"] for one in found}) == 4


@EVERYWHERE
async def test_a_request_is_told_before_what_it_leads_to(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await dataflow.create()
        emulator.clock.advance(1)
        await dataflow.ask(job, "CANCELLED")
        emulator.clock.advance(1)
        found = [f"{IN}PENDING.", f"{IN}RUNNING.", CANCEL, f"{IN}CANCELLING.", f"{IN}CANCELLED."]
        assert await dataflow.texts(job) == found


@EVERYWHERE
@pytest.mark.parametrize(
    ("request_", "found"),
    [
        ({"minimum_importance": "JOB_MESSAGE_ERROR"}, [2]),
        ({"minimum_importance": "JOB_MESSAGE_BASIC"}, [0, 1, 2, 3]),
        ({"start_time": "2026-01-01T00:00:10Z"}, [1, 2, 3]),
        ({"end_time": "2026-01-01T00:00:10Z"}, [0]),
        ({"start_time": "2026-01-01T00:00:01Z", "end_time": "2026-01-01T00:00:20Z"}, [1]),
        ({"page_size": 1, "minimum_importance": "JOB_MESSAGE_BASIC"}, [0, 1, 2, 3]),
        ({"page_size": 3}, [0, 1, 2, 3]),
    ],
)
async def test_messages_are_chosen_by_time_and_importance(
    emulator: Emulator, transport: str, request_: dict[str, Any], found: list[int]
) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await failed(dataflow, emulator)
        texts = await dataflow.texts(job)
        assert await dataflow.texts(job, **request_) == [texts[place] for place in found]
        if size := request_.get("page_size"):
            pages = await dataflow.pages("list_job_messages", job_id=job, **request_)
            assert [len(page["jobMessages"]) for page in pages] == [min(size, 4 - at) for at in range(0, 4, size)]


@pytest.mark.parametrize("transport", [*OVER_GRPC, REST])
async def test_a_pager_hands_out_messages(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await failed(dataflow, emulator)
        assert isinstance(dataflow.client, Generated)
        request = {"project_id": "my-project", "location": "us-central1", "job_id": job, "page_size": 3}
        found = await listed(await settled(dataflow.client.of("messages_v1_beta3").list_job_messages(request=request)))
        assert [one.message_text for one in found] == await dataflow.texts(job)


@EVERYWHERE
async def test_metrics_are_of_the_moment_they_are_asked_at(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await dataflow.create()
        emulator.clock.advance(5)
        assert await dataflow.call("get_job_metrics", job_id=job) == {"metricTime": "2026-01-01T00:00:05Z"}


@EVERYWHERE
async def test_a_job_that_nobody_runs_has_no_stages(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await dataflow.create()
        assert await dataflow.pages("get_job_execution_details", job_id=job) == [{}]
        stage = dataflow.pages("get_stage_execution_details", job_id=job, stage_id="F12")
        assert "F12" in await refused(stage, transport, "NOT_FOUND")
