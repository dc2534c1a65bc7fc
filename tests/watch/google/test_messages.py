"""What the services write about jobs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.cloud.dataflow_v1beta3 import JobMessage, JobMessageImportance, ListJobMessagesResponse

from jobstates.watch.google.dataflow import Dataflow
from jobstates.watch.ref import JobRef
from jobstates.watch.source import CallFailed, Message, Trouble
from tests.watch.google.support import CUSTOM, DATAFLOW, answering

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstates.emulator import Emulator
    from tests.watch.google.support import Sources

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
LEVELS: Iterable[Any] = JobMessageImportance
FAILING = ({"state": "RUNNING", "error": "worker-3 is slow"}, {"state": "FAILED", "error": "worker-3 ran out of memory"})
WARNING = Message(BEGUN, "warning", "worker-3 is slow")
ERROR = Message(BEGUN + timedelta(seconds=1), "error", "worker-3 ran out of memory")


async def test_warnings_and_errors_come_oldest_first_and_nothing_below(emulator: Emulator, sources: Sources) -> None:
    job = DATAFLOW.create(emulator, *FAILING)
    emulator.clock.advance(5)
    assert await sources.dataflow().messages(DATAFLOW.ref(job)) == (WARNING, ERROR)


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (WARNING.at, (WARNING, ERROR)),
        (ERROR.at, (ERROR,)),
        (BEGUN + timedelta(seconds=2), ()),
    ],
)
async def test_they_are_those_since_a_moment(
    emulator: Emulator, sources: Sources, after: datetime, found: tuple[Message, ...]
) -> None:
    job = DATAFLOW.create(emulator, *FAILING)
    emulator.clock.advance(5)
    assert await sources.dataflow().messages(DATAFLOW.ref(job), after=after) == found


async def test_a_page_that_comes_twice_says_nothing_twice(emulator: Emulator, sources: Sources) -> None:
    job = DATAFLOW.create(emulator, *FAILING)
    emulator.clock.advance(5)
    emulator.fault(page="repeat", method="ListJobMessages")
    assert await sources.dataflow().messages(DATAFLOW.ref(job)) == (WARNING, ERROR)
    assert [struck for _, struck in emulator.faults] == [1]


async def test_a_service_that_takes_the_numbers_for_levels_is_not_believed() -> None:
    """BASIC is below WARNING, and its number above."""
    sent = [JobMessage(message_importance=level, message_text=level.name) for level in LEVELS]
    body = ListJobMessagesResponse.serialize(ListJobMessagesResponse(job_messages=sent))
    async with answering(body) as address:
        source = Dataflow(channel=lambda _: grpc.aio.insecure_channel(address))
        found = await source.messages(JobRef(DATAFLOW.scope, "1"))
        await source.aclose()
    assert found == (Message(None, "warning", "JOB_MESSAGE_WARNING"), Message(None, "error", "JOB_MESSAGE_ERROR"))


async def test_messages_of_no_job_are_missing(sources: Sources) -> None:
    with pytest.raises(CallFailed) as failed:
        await sources.dataflow().messages(JobRef(DATAFLOW.scope, "1"))
    assert failed.value.trouble is Trouble.MISSING


async def test_vertex_ai_writes_none(emulator: Emulator, sources: Sources) -> None:
    job = CUSTOM.create(emulator, {"state": "FAILED", "error": "worker-3 ran out of memory"})
    assert await sources.vertex().messages(CUSTOM.ref(job)) == ()
