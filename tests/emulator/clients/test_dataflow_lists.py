"""Lists of Dataflow jobs, as the clients' pagers and requests have them, over every transport."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jobstates.emulator import JobScript
from tests.emulator.clients.dataflow_support import (
    DISCOVERY,
    EVERYWHERE,
    HERE,
    OVER_GRPC,
    PROJECT,
    Dataflow,
    Generated,
    connected,
    refused,
)
from tests.emulator.clients.support import GRPC, REST, listed, settled

if TYPE_CHECKING:
    from jobstates.emulator import Emulator

FILTERS = ("UNKNOWN", "ALL", "TERMINATED", "ACTIVE")


def populate(emulator: Emulator, name: str = "my-job", **script: Any) -> None:
    emulator.create(JobScript.model_validate({"kind": "jobs", "name": name, "project": PROJECT, **script}))


async def names(dataflow: Dataflow, method: str = "list_jobs", /, **request: Any) -> list[str]:
    return [job["name"] for job in await dataflow.listed(method, **request)]


@EVERYWHERE
async def test_a_list_comes_in_pages(emulator: Emulator, transport: str) -> None:
    populate(emulator, count=25)
    async with connected(emulator, transport) as dataflow:
        for method in ("list_jobs", "aggregated_list_jobs"):
            pages = await dataflow.pages(method, page_size=10, location="us-central1" if method == "list_jobs" else "")
            assert [len(page["jobs"]) for page in pages] == [10, 10, 5]
            assert [bool(page.get("nextPageToken")) for page in pages] == [True, True, False]
            assert len({job["id"] for page in pages for job in page["jobs"]}) == 25


@pytest.mark.parametrize("transport", [*OVER_GRPC, REST])
async def test_a_pager_goes_through_all_of_them(emulator: Emulator, transport: str) -> None:
    populate(emulator, count=25)
    async with connected(emulator, transport) as dataflow:
        assert isinstance(dataflow.client, Generated)
        pager = await settled(dataflow.client.of("jobs_v1_beta3").list_jobs(request={**HERE, "page_size": 10}))
        assert sorted(job.name for job in await listed(pager)) == sorted(f"my-job-{place}" for place in range(25))


@EVERYWHERE
async def test_without_jobs_there_is_nothing_to_list(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        assert await dataflow.pages() == [{}]


@EVERYWHERE
@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ("UNKNOWN", ["running", "replaced", "pending", "stopped", "replaced", "failed", "done"]),
        ("ALL", ["running", "replaced", "pending", "failed", "replaced", "stopped", "done"]),
        ("TERMINATED", ["failed", "replaced", "stopped", "done"]),
        ("ACTIVE", ["running", "replaced", "pending"]),
    ],
)
async def test_a_filter_leaves_the_jobs_it_names_in_the_order_it_names(
    emulator: Emulator, transport: str, filter_: str, found: list[str]
) -> None:
    """Unknown "sorts by descending job ID", the others by the time of the end or of the creation."""
    populate(emulator, "done", life=["PENDING", {"RUNNING": 5}, "DONE"])
    populate(emulator, "failed", life=["PENDING", {"RUNNING": 20}, "FAILED"], after=1)
    populate(emulator, "replaced", life=["PENDING", {"RUNNING": 15}, "UPDATED"], after=2, facts={"type": "streaming"})
    populate(emulator, "stopped", life=["STOPPED"], after=10)
    populate(emulator, "pending", life=["PENDING"], after=11)
    populate(emulator, "running", life=["PENDING", "RUNNING"], after=30)
    emulator.clock.advance(40)
    async with connected(emulator, transport) as dataflow:
        assert sorted(await names(dataflow, filter=filter_)) == sorted(found)
        assert await names(dataflow, filter=filter_) == found
        assert await names(dataflow, filter=filter_, page_size=2) == found


@EVERYWHERE
async def test_a_job_that_ends_moves_from_one_list_to_the_other(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        await dataflow.create("etl")
        for seconds, active in ((0, True), (1.5, True), (0.5, False)):
            emulator.clock.advance(seconds)
            assert [bool(await names(dataflow, filter=one)) for one in FILTERS] == [True, True, not active, active]


@EVERYWHERE
async def test_jobs_can_be_listed_by_their_name(emulator: Emulator, transport: str) -> None:
    populate(emulator, "etl", life="succeeded")
    emulator.clock.advance(10)
    for name in ("etl", "etl-hourly", "train"):
        populate(emulator, name, life=["PENDING", "RUNNING"])
    async with connected(emulator, transport) as dataflow:
        assert await names(dataflow, name="etl") == ["etl", "etl"]
        assert await names(dataflow, name="etl", filter="TERMINATED") == ["etl"]
        assert await names(dataflow, name="et") == []


@EVERYWHERE
async def test_all_locations_are_listed_at_once_whatever_the_name(emulator: Emulator, transport: str) -> None:
    """`AggregatedListJobs`: "This method doesn't support filtering the list of jobs by name."."""
    populate(emulator, "here", life=["PENDING", "RUNNING"])
    populate(emulator, "there", location="europe-west4", life="succeeded")
    populate(emulator, "theirs", project="their-project")
    emulator.clock.advance(10)
    async with connected(emulator, transport) as dataflow:
        assert await names(dataflow) == ["here"]
        sent: dict[str, Any] = {"location": ""}
        found = await dataflow.listed("aggregated_list_jobs", **sent)
        assert {(job["name"], job["location"]) for job in found} == {("here", "us-central1"), ("there", "europe-west4")}
        assert await names(dataflow, "aggregated_list_jobs", filter="TERMINATED", **sent) == ["there"]
        assert len(await dataflow.listed("aggregated_list_jobs", name="here", **sent)) == 2


@pytest.mark.parametrize("transport", OVER_GRPC)
async def test_whether_a_project_has_active_jobs_is_asked_over_grpc_alone(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        assert isinstance(dataflow.client, Generated)
        client = dataflow.client.of("jobs_v1_beta3")

        async def active() -> bool:
            return bool((await settled(client.check_active_jobs(request={"project_id": PROJECT}))).active_jobs_exist)

        assert not await active()
        await dataflow.create()
        assert await active()
        emulator.clock.advance(2)
        assert not await active()


@EVERYWHERE
@pytest.mark.parametrize("request_", [{"page_token": "forged"}, {"page_size": -1}])
async def test_a_page_that_cannot_be_is_an_invalid_argument(emulator: Emulator, transport: str, request_: dict[str, Any]) -> None:
    async with connected(emulator, transport) as dataflow:
        assert next(iter(request_)) in await refused(dataflow.pages(**request_), transport, "INVALID_ARGUMENT")


@EVERYWHERE
async def test_the_token_of_one_list_is_none_of_another(emulator: Emulator, transport: str) -> None:
    populate(emulator, count=3)
    async with connected(emulator, transport) as dataflow:
        token = (await dataflow.pages(page_size=2, filter="ACTIVE"))[0]["nextPageToken"]
        stolen = {"page_token": token, "page_size": 2, "filter": "ALL"}
        assert "page_token" in await refused(dataflow.pages(**stolen), transport, "INVALID_ARGUMENT")


@EVERYWHERE
async def test_jobs_that_come_between_two_pages_neither_repeat_nor_hide_others(emulator: Emulator, transport: str) -> None:
    populate(emulator, count=4, every=1)
    emulator.clock.advance(5)
    async with connected(emulator, transport) as dataflow:
        (page, *_) = await dataflow.pages(page_size=2)
        await dataflow.create("newcomer")
        rest = await dataflow.pages(page_size=2, page_token=page["nextPageToken"])
        found = [job["name"] for one in (page, *rest) for job in one["jobs"]]
        assert found == ["my-job-3", "my-job-2", "my-job-1", "my-job-0"]


@pytest.mark.parametrize("transport", [GRPC, REST, DISCOVERY])
async def test_a_page_holds_a_thousand_jobs_at_most(emulator: Emulator, transport: str) -> None:
    populate(emulator, count=1001)
    async with connected(emulator, transport) as dataflow:
        assert [len(page["jobs"]) for page in await dataflow.pages(page_size=5000)] == [1000, 1]
