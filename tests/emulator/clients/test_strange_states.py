"""States that no client knows, and states that are not there: what each transport's client makes of them.

Unknown numbers and unknown names are both to be expected of a service that is newer than its client. A client that asks for
numbers, as all of Google's own do, keeps them; one that reads names loses them without a word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.emulator.clients.support import BETA, REST, TRANSPORTS, Jobs, by_name, listed, settled

if TYPE_CHECKING:
    from jobstates.emulator import Emulator

UNKNOWN = pytest.mark.filterwarnings("ignore:Unrecognized (Job|Pipeline)State enum value:UserWarning")
"""proto-plus warns of every number that it does not know."""


@UNKNOWN
@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize(("shown", "number"), [(77, 77), ("JOB_STATE_DREAMING", 99)])
async def test_an_unknown_state_is_a_plain_number(emulator: Emulator, transport: str, shown: int | str, number: int) -> None:
    async with Jobs.over(emulator, transport) as jobs:
        created = await settled(jobs.create())
        emulator.fault(unknown_state=shown, method="Get*")
        job = await settled(jobs.get(created.name))
        assert (type(job.state), job.state) == (int, number)
        assert (await settled(jobs.get(created.name))).state.name == "JOB_STATE_QUEUED"


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_the_client_warns_of_it_whenever_it_is_read(emulator: Emulator, transport: str) -> None:
    async with Jobs.over(emulator, transport) as jobs:
        created = await settled(jobs.create())
        emulator.fault(unknown_state=77, method="Get*")
        job = await settled(jobs.get(created.name))
        for _ in range(2):
            with pytest.warns(UserWarning, match="Unrecognized JobState enum value: 77"):
                assert job.state == 77


@UNKNOWN
@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_it_is_seen_in_lists_for_the_jobs_it_is_meant_for(emulator: Emulator, transport: str) -> None:
    async with Jobs.over(emulator, transport) as jobs:
        for name in ("etl", "train"):
            await settled(jobs.create(name))
        emulator.fault(unknown_state=77, method="List*", job="etl")
        assert {job.display_name: int(job.state) for job in await listed(jobs.list())} == {"etl": 77, "train": 1}


@UNKNOWN
@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_so_it_is_with_pipelines(emulator: Emulator, transport: str) -> None:
    async with Jobs.over(emulator, transport, "pipelineJobs", BETA) as jobs:
        created = await settled(jobs.create())
        emulator.fault(unknown_state="PIPELINE_STATE_DREAMING", method="Get*")
        assert (await settled(jobs.get(created.name))).state == 99


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_state_that_is_left_out_is_the_unspecified_one(emulator: Emulator, transport: str) -> None:
    async with Jobs.over(emulator, transport) as jobs:
        created = await settled(jobs.create())
        emulator.fault(absent_state=True, method="Get*")
        job = await settled(jobs.get(created.name))
        assert job.state.name == "JOB_STATE_UNSPECIFIED"
        assert job.name == created.name


async def test_who_reads_names_is_told_the_unknown_name(emulator: Emulator) -> None:
    async with Jobs.over(emulator, REST) as jobs:
        name = jobs.create().name
    emulator.fault(unknown_state="JOB_STATE_DREAMING")
    assert by_name(emulator, name)["state"] == "JOB_STATE_DREAMING"
    emulator.fault(unknown_state=77)
    assert by_name(emulator, name)["state"] == 77
    emulator.fault(absent_state=True)
    assert "state" not in by_name(emulator, name)
