"""Lists whose pages are not what they should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
import pytest
from google.cloud.dataflow_v1beta3 import FailedLocation, Job, ListJobsResponse

from jobstates.watch.google.dataflow import Dataflow
from jobstates.watch.google.vertex import Vertex
from jobstates.watch.source import CallFailed, Trouble
from tests.watch.google.support import BOTH, DATAFLOW, Case, answering, pages

if TYPE_CHECKING:
    from jobstates.emulator import Emulator
    from tests.watch.google.support import Sources


async def broken_off(source: Vertex | Dataflow, case: Case) -> tuple[list[int], CallFailed]:
    """How many jobs the pages had that came, and what went wrong then."""
    sizes: list[int] = []
    try:
        async for page in source.list(case.scope):
            sizes.append(len(page.names))  # noqa: PERF401  # what came before it broke off counts
    except CallFailed as failed:
        return sizes, failed
    pytest.fail("the list came to its end")


@BOTH
@pytest.mark.parametrize(("how", "sizes"), [("repeat", [4, 4, 4, 2]), ("cut", [2]), ("empty", [0, 4, 4, 2])])
async def test_pages_are_handed_out_as_they_come(
    emulator: Emulator, sources: Sources, case: Case, how: str, sizes: list[int]
) -> None:
    case.create(emulator, "RUNNING", count=10)
    emulator.fault(page=how)
    assert [len(page.names) for page in await pages(sources.of(case, page_size=4), case)] == sizes


@BOTH
async def test_a_list_that_goes_round_in_circles_breaks_off(emulator: Emulator, sources: Sources, case: Case) -> None:
    case.create(emulator, "RUNNING", count=10)
    emulator.fault(page="repeat", count=None)
    sizes, failed = await broken_off(sources.of(case, page_size=4), case)
    assert (sizes, failed.trouble) == ([4, 4, 4], Trouble.PASSING)
    assert "the same page comes again and again" in str(failed)


@BOTH
async def test_a_list_may_break_off_between_pages(emulator: Emulator, sources: Sources, case: Case) -> None:
    case.create(emulator, "RUNNING", count=10)
    emulator.fault("UNAVAILABLE", after=1)
    sizes, failed = await broken_off(sources.of(case, page_size=4), case)
    assert (sizes, failed.trouble) == ([4], Trouble.PASSING)


@BOTH
async def test_a_page_that_cannot_be_read_is_not_the_end(case: Case) -> None:
    async with answering(b"\xff\xff") as address:
        source = (Dataflow if case is DATAFLOW else Vertex)(channel=lambda _: grpc.aio.insecure_channel(address))
        sizes, failed = await broken_off(source, case)
        await source.aclose()
    assert (sizes, failed.trouble) == ([], Trouble.PASSING)
    assert "the answer cannot be read" in str(failed)


@BOTH
async def test_whoever_has_seen_enough_may_leave(emulator: Emulator, sources: Sources, case: Case) -> None:
    case.create(emulator, "RUNNING", count=10)
    emulator.fault(delay=1e-6, count=None)
    found = sources.of(case, page_size=4).list(case.scope)
    await anext(found)
    await found.aclose()
    assert [struck for _, struck in emulator.faults] == [1]


async def test_a_location_that_did_not_respond_breaks_the_list_off() -> None:
    """ "Zero or more messages describing the regional endpoints that failed to respond": jobs may be missing."""
    silent = ListJobsResponse(jobs=[Job(id="1")], failed_location=[FailedLocation(name="us-central1")])
    async with answering(ListJobsResponse.serialize(silent)) as address:
        source = Dataflow(channel=lambda _: grpc.aio.insecure_channel(address))
        found = source.list(DATAFLOW.scope)
        assert [*(await anext(found)).names] == [f"{DATAFLOW.scope}/1"]
        with pytest.raises(CallFailed, match="failed to respond: us-central1") as failed:
            await anext(found)
        await source.aclose()
    assert failed.value.trouble is Trouble.PASSING
