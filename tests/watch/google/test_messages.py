"""What the services write about jobs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.cloud.dataflow_v1beta3 import JobMessage, JobMessageImportance, ListJobMessagesResponse

from jobstates.watch.google.dataflow import Dataflow
from jobstates.watch.google.vertex_kind import PROGRESS, vertex_kind
from jobstates.watch.ref import JobRef
from jobstates.watch.source import CallFailed, Message, Trouble
from tests.watch.google.support import DATAFLOW, EVERY_VERTEX_KIND, Case, answering

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstates.emulator import Emulator
    from jobstates.watch.google.vertex import Vertex
    from tests.watch.google.support import Sources

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
LEVELS: Iterable[Any] = JobMessageImportance
FAILING = ({"state": "RUNNING", "error": "worker-3 is slow"}, {"state": "FAILED", "error": "worker-3 ran out of memory"})
WARNING = Message(BEGUN, "warning", "worker-3 is slow")
ERROR = Message(BEGUN + timedelta(seconds=1), "error", "worker-3 ran out of memory")


async def written(source: Vertex | Dataflow, job: JobRef, after: datetime | None = None) -> tuple[Message, ...]:
    """What all pages tell."""
    pages = source.messages(job, after=after)
    assert pages is not None
    return tuple([message async for page in pages for message in page])


async def test_warnings_and_errors_come_oldest_first_and_nothing_below(emulator: Emulator, sources: Sources) -> None:
    job = DATAFLOW.create(emulator, *FAILING)
    emulator.clock.advance(5)
    assert await written(sources.dataflow(), DATAFLOW.ref(job)) == (WARNING, ERROR)


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
    assert await written(sources.dataflow(), DATAFLOW.ref(job), after=after) == found


async def test_pages_are_handed_out_as_they_come(emulator: Emulator, sources: Sources) -> None:
    job = DATAFLOW.create(emulator, *FAILING)
    emulator.clock.advance(5)
    emulator.fault(page="repeat", method="ListJobMessages")
    assert await written(sources.dataflow(), DATAFLOW.ref(job)) == (WARNING, ERROR, WARNING, ERROR)
    assert [struck for _, struck in emulator.faults] == [1]


async def test_a_service_that_takes_the_numbers_for_levels_is_not_believed() -> None:
    """BASIC is below WARNING, and its number above."""
    sent = [JobMessage(message_importance=level, message_text=level.name) for level in LEVELS]
    body = ListJobMessagesResponse.serialize(ListJobMessagesResponse(job_messages=sent))
    async with answering(body) as address:
        source = Dataflow(channel=lambda _: grpc.aio.insecure_channel(address))
        found = await written(source, JobRef(DATAFLOW.scope, "1"))
        await source.aclose()
    assert found == (Message(None, "warning", "JOB_MESSAGE_WARNING"), Message(None, "error", "JOB_MESSAGE_ERROR"))


async def test_messages_of_no_job_are_missing(sources: Sources) -> None:
    with pytest.raises(CallFailed) as failed:
        await written(sources.dataflow(), JobRef(DATAFLOW.scope, "1"))
    assert failed.value.trouble is Trouble.MISSING


@EVERY_VERTEX_KIND
async def test_vertex_ai_tells_progress_where_the_resource_has_it_and_writes_nothing(
    emulator: Emulator, sources: Sources, case: Case
) -> None:
    kind, source = await vertex_kind(case.scope), sources.vertex()
    assert ("completion_stats" in kind.message.fields_by_name) is (case.kind.name in PROGRESS)
    stats = {"completionStats": {"successfulCount": 3, "failedCount": -1}} if case.kind.name in PROGRESS else {}
    job = case.create(emulator, {"state": "RUNNING", "fields": stats})
    if case.kind.name not in PROGRESS:
        assert source.messages(case.ref(job)) is None
    else:
        assert await written(source, case.ref(job)) == (Message(None, "progress", "3 successful"),)
