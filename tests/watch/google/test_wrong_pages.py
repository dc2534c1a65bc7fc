"""Lists whose pages are not what they should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
import pytest
from google.cloud.dataflow_v1beta3 import FailedLocation, Job, ListJobsResponse

from jobstates.tracking.store import MemoryStore
from jobstates.watch.google.dataflow import Dataflow
from jobstates.watch.google.vertex import Vertex
from jobstates.watch.source import CallFailed, Trouble
from jobstates.watch.sweep import Plan, sweep
from tests.watch.google.support import BOTH, DATAFLOW, EVERY_KIND, Case, answering, pages

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from jobstates.emulator import Emulator
    from jobstates.watch.source import Page
    from tests.watch.google.support import Sources


async def broken_off(pages: AsyncGenerator[Page, None]) -> tuple[list[int], CallFailed]:
    """How many jobs the pages had that came, and what went wrong then."""
    sizes: list[int] = []
    try:
        async for page in pages:
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
    sizes, failed = await broken_off(sources.of(case, page_size=4).list(case.scope))
    assert (sizes, failed.trouble) == ([4, 4], Trouble.PASSING)
    assert "the same page comes again and again" in str(failed)


async def one_by_one(source: Vertex | Dataflow, case: Case) -> AsyncGenerator[Page, None]:
    """The pages of a list that is gone on with after each."""
    after = None
    while (page := await anext(source.list(case.scope, after=after))).after is not None:
        yield page
        after = page.after
    yield page


@BOTH
async def test_it_does_not_escape_notice_when_it_is_gone_on_with_after_every_page(
    emulator: Emulator, sources: Sources, case: Case
) -> None:
    case.create(emulator, "RUNNING", count=10)
    source = sources.of(case, page_size=4)
    assert [len(page.names) async for page in one_by_one(source, case)] == [4, 4, 2]
    emulator.fault(page="repeat", count=None)
    sizes, failed = await broken_off(one_by_one(source, case))
    assert (sizes, "the same page comes again and again" in str(failed)) == ([4, 4], True)


@EVERY_KIND
async def test_a_list_can_be_gone_on_with_after_every_page_but_the_last(emulator: Emulator, sources: Sources, case: Case) -> None:
    case.create(emulator, "RUNNING", count=5)
    source = sources.of(case, page_size=2)
    emulator.fault(delay=1e-6, method="List*", count=None)
    found = await pages(source, case)
    for number, page in enumerate(found[:-1], start=1):
        assert [names(one) for one in await pages(source, case, after=page.after)] == [names(one) for one in found[number:]]
    assert [struck for _, struck in emulator.faults] == [3 + 2 + 1]
    assert found[-1].after is None


def names(page: Page) -> list[str]:
    return list(page.names)


@BOTH
async def test_a_page_that_does_not_come_is_asked_for_again_and_no_other(
    emulator: Emulator, sources: Sources, case: Case
) -> None:
    case.create(emulator, "RUNNING", count=10)
    emulator.fault("UNAVAILABLE", after=1, count=2)
    swept = await sweep(sources.of(case, page_size=4), MemoryStore(), case.scope, Plan(pauses=(0.0, 0.0)))
    assert (swept.pages, swept.broke_off) == (3, None)
    assert [struck for _, struck in emulator.faults] == [2]


@BOTH
async def test_a_way_on_that_the_service_does_not_know_is_no_reason_to_list_no_more(
    emulator: Emulator, sources: Sources, case: Case
) -> None:
    """Tokens may expire."""
    case.create(emulator, "RUNNING", count=10)
    source = sources.of(case, page_size=4)
    with pytest.raises(CallFailed) as refused:
        await anext(source.list(case.scope, after=("long gone",)))
    assert refused.value.trouble is Trouble.REFUSED
    emulator.fault("INVALID_ARGUMENT", after=1)
    swept = await sweep(source, MemoryStore(), case.scope, Plan(pauses=(0.0,)))
    assert (swept.pages, swept.astray) == (1, True)


@BOTH
async def test_a_list_may_break_off_between_pages(emulator: Emulator, sources: Sources, case: Case) -> None:
    case.create(emulator, "RUNNING", count=10)
    emulator.fault("UNAVAILABLE", after=1)
    sizes, failed = await broken_off(sources.of(case, page_size=4).list(case.scope))
    assert (sizes, failed.trouble) == ([4], Trouble.PASSING)


@BOTH
async def test_a_page_that_cannot_be_read_is_not_the_end(case: Case) -> None:
    async with answering(b"\xff\xff") as address:
        source = (Dataflow if case is DATAFLOW else Vertex)(channel=lambda _: grpc.aio.insecure_channel(address))
        sizes, failed = await broken_off(source.list(case.scope))
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
    silent.next_page_token = "more"  # noqa: S105  # it lets nobody in
    async with answering(ListJobsResponse.serialize(silent)) as address:
        source = Dataflow(channel=lambda _: grpc.aio.insecure_channel(address))
        found = source.list(DATAFLOW.scope)
        page = await anext(found)
        assert ([*page.names], page.after) == ([f"{DATAFLOW.scope}/1"], None)
        with pytest.raises(CallFailed, match="failed to respond: us-central1") as failed:
            await anext(found)
        await source.aclose()
    assert failed.value.trouble is Trouble.PASSING
