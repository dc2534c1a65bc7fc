"""States that no client of Dataflow knows, and states that are not there, as each transport brings them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.emulator.clients.dataflow_support import DISCOVERY, EVERYWHERE, connected

if TYPE_CHECKING:
    from jobstates.emulator import Emulator


@EVERYWHERE
@pytest.mark.parametrize(("shown", "number"), [(77, 77), ("JOB_STATE_DREAMING", 99)])
async def test_an_unknown_state_is_a_number_to_those_who_ask_for_numbers(
    emulator: Emulator, transport: str, shown: int | str, number: int
) -> None:
    """The generated clients do, over REST as well; the discovery client is told the name, if there is one."""
    async with connected(emulator, transport) as dataflow:
        job = await dataflow.create()
        emulator.fault(unknown_state=shown, method="GetJob")
        assert (await dataflow.get(job))["currentState"] == (shown if transport == DISCOVERY else number)
        assert await dataflow.state(job) == "PENDING"


@EVERYWHERE
async def test_it_is_seen_in_lists_for_the_jobs_it_is_meant_for(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        for name in ("etl", "train"):
            await dataflow.create(name)
        emulator.fault(unknown_state=77, method="*List*", job="etl", count=2)
        for method in ("list_jobs", "aggregated_list_jobs"):
            found = await dataflow.listed(method, location="us-central1" if method == "list_jobs" else "")
            assert {job["name"]: job["currentState"] for job in found} == {"etl": 77, "train": "JOB_STATE_PENDING"}


@EVERYWHERE
async def test_a_state_may_be_left_out(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await dataflow.create()
        emulator.fault(absent_state=True, count=3)
        for shown in (await dataflow.get(job), (await dataflow.listed())[0], await dataflow.ask(job, "CANCELLED")):
            assert (shown["id"], "currentState" in shown) == (job, False)
        assert await dataflow.state(job) == "CANCELLING"


@EVERYWHERE
async def test_what_is_shown_of_a_job_is_not_what_becomes_of_it(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await dataflow.create()
        emulator.fault(unknown_state=77, method="GetJob", count=None)
        emulator.clock.advance(2)
        assert (await dataflow.get(job))["currentState"] != "JOB_STATE_DONE"
        assert [one["id"] for one in await dataflow.listed(filter="TERMINATED")] == [job]
