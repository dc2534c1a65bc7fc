"""Jobs that were replaced, and of which nobody has told yet by which: no list shows them, so their looks are their own."""

from __future__ import annotations

from collections import Counter, deque
from itertools import pairwise

import anyio
import pytest

from jobstates.spec.observation import Observation
from jobstates.watch.pace import Pace
from jobstates.watch.quota import Quotas
from jobstates.watch.waiting import Ending
from jobstates.watch.watcher import Watcher
from tests.watch.records import ref
from tests.watch.scripted import PASSING, Scripted
from tests.watch.support import FLEXIBLE
from tests.watch.turned import in_turned_time

RUNNING, DRAINED = "JOB_STATE_RUNNING", "JOB_STATE_DRAINED"
UPDATED = Observation("JOB_STATE_UPDATED")
LOOKS = 5


def name(number: int) -> str:
    return ref("jobs", number).name


async def told_late(jobs: int) -> Counter[tuple[Ending, str]]:
    """What waits for jobs come to, each of which tells its successor at its fifth look, at sixty calls a minute."""
    told = [Observation(UPDATED.state, facts={"replaced_by": ref("jobs", 5000 + number).id}) for number in range(jobs)]
    source = Scripted(jobs={name(number): deque([*[UPDATED] * (LOOKS - 1), last]) for number, last in enumerate(told)})
    source.jobs.update((name(5000 + number), DRAINED) for number in range(jobs))
    async with Watcher(source, quotas=Quotas({"dataflow": 60}, clock=anyio.current_time)) as watcher:
        waited = await watcher.wait_all(map(name, range(jobs)), timeout=24 * 3600)
    return Counter((one.ending, str(one.state)) for one in waited)


@pytest.mark.parametrize("jobs", [1, 300])
def test_they_are_looked_at_though_no_other_job_is_left_and_calls_are_scarce(jobs: int) -> None:
    assert in_turned_time(told_late(jobs)) == {(Ending.REACHED, DRAINED): jobs}


class Timed(Scripted):
    """Notes when a job is looked at."""

    async def get(self, job: object) -> Observation:
        self.calls.append(("at", str(anyio.current_time())))
        return await super().get(job)  # type: ignore[arg-type]


async def failing_beside(others: int) -> list[float]:
    """The times between the looks at an orphan that cannot be looked at, beside jobs that are listed."""
    running = {name(number): RUNNING for number in range(2, 2 + others)}
    source = Timed(jobs={name(1): deque([UPDATED, PASSING])}, pages=[running])
    told: list[object] = []
    async with Watcher(source, pace=Pace(jitter=0), quotas=Quotas(FLEXIBLE, clock=anyio.current_time)) as watcher:
        watcher.subscribe(told.append)
        watcher.add(name(1))
        await anyio.sleep(1)
        for one in running:
            watcher.add(one)
        await anyio.sleep(300)
    assert not [one for one in told if getattr(one, "event", None) == "sight_regained"]
    assert (len(source.asked("list")) > 10) is (others > 0)
    return [later - sooner for sooner, later in pairwise(map(float, source.asked("at")))]


@pytest.mark.parametrize("others", [0, 3])
def test_one_that_cannot_be_looked_at_is_tried_for_ever_later_and_no_list_is_taken_for_a_look_at_it(others: int) -> None:
    assert in_turned_time(failing_beside(others)) == [2, 2, 4, 8, 16, 32, 60, 60, 60]
