"""Each call is accounted once; and two thousand jobs under a quota of sixty calls a minute, counted where they arrive.

The same is checked in turned time, for longer, by ``test_delays``.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstates.emulator import JobScript, Scenario
from jobstates.spec.observation import Observation
from jobstates.tracking.store import MemoryStore
from jobstates.watch.pace import Pace
from jobstates.watch.quota import BURST, MINUTE, Metered, Quotas
from jobstates.watch.ref import Scope
from jobstates.watch.source import Page
from jobstates.watch.sweep import Plan, sweep
from tests.watch.records import ref
from tests.watch.scripted import PASSING, Scripted
from tests.watch.support import (
    FLEXIBLE,
    PROJECT,
    Counting,
    by_lot,
    create,
    scope,
    sources_at,
    standing,
    until,
    watching,
)
from tests.watch.turned import in_turned_time

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from jobstates.spec.event import JobEvent
    from jobstates.watch.source import Source

JOBS, ENDING, PER_MINUTE, PAGES, MINUTES = 2000, 40, 60, 2, 4
LONG = 10**9
RATE = PER_MINUTE * (1 - BURST) / MINUTE
"""Calls a second, once those are spent that may be made at once."""


class Counted(Quotas):
    """Quotas that tell how many calls were accounted."""

    def __init__(self) -> None:
        super().__init__(FLEXIBLE)
        self.calls = 0

    async def take(self, source: Source, scope: Scope) -> None:
        await super().take(source, scope)
        self.calls += 1

    def give_back(self, source: Source, scope: Scope) -> None:
        super().give_back(source, scope)
        self.calls -= 1


@given(failed=st.lists(st.integers(0, 3), min_size=1, max_size=5), resumable=st.booleans())
async def test_each_call_of_a_list_is_accounted_once_wherever_it_breaks_off_and_goes_on(
    failed: list[int], *, resumable: bool
) -> None:
    pages = [deque([*[PASSING] * times, {}]) for times in failed]
    source, quotas = Scripted(pages=list[Any](pages), resumable=resumable), Counted()
    await sweep(Metered(source, quotas), MemoryStore(), scope("customJobs"), Plan(pauses=(0.0, 0.0)))
    assert quotas.calls == len(source.asked("list")) > 0


async def test_each_page_of_what_was_written_is_a_call_and_where_nothing_is_called_none_is_accounted(alive: Counting) -> None:
    ref, quotas = standing(alive, "jobs", "FAILED"), Counted()
    vertex, dataflow = (Metered(source, quotas) for source in sources_at(alive.endpoint))
    alive.fault(page="repeat", method="ListJobMessages")
    alive.calls.clear()
    pages = dataflow.messages(ref)
    assert pages is not None
    assert [len(page) for page in [page async for page in pages]] == [1, 1]
    assert quotas.calls == len(alive.calls) == 2
    assert vertex.messages(standing(alive, "customJobs", "FAILED")) is None
    assert quotas.calls == 2
    for source in (vertex, dataflow):
        await source.aclose()


class Full(Scripted):
    """A service of which each list is one page, and does not tell that it is the last; it notes when it is called."""

    async def list(self, scope: Scope, *, live: bool = True, after: int | None = None) -> AsyncGenerator[Page, None]:
        self.calls.append((str(scope), str(anyio.current_time())))
        yield Page(["name"], [None], lambda _: Observation())


async def lists(source: Scripted, kinds: int, seconds: float) -> None:
    """Let so many lists be made over and over again, at sixty calls a minute."""
    metered = Metered(source, Quotas(dict.fromkeys(source.platforms, 60), clock=anyio.current_time))

    async def one(kind: int) -> None:
        while True:
            async for _ in metered.list(Scope("vertex", "projects/p/locations/l", str(kind))):
                pass

    with anyio.move_on_after(seconds):
        async with anyio.create_task_group() as tasks:
            for kind in range(kinds):
                tasks.start_soon(one, kind)


@pytest.mark.parametrize("kinds", [1, 2, 6])
def test_no_call_is_lost_on_a_list_that_does_not_tell_its_end_however_many_wait(kinds: int) -> None:
    source = Full()
    in_turned_time(lists(source, kinds, 10 * MINUTE))
    assert len(source.calls) == pytest.approx(10 * MINUTE * RATE, abs=PER_MINUTE * BURST + 1)
    assert {str(kind) for kind, _ in source.calls} == {f"projects/p/locations/l/{kind}" for kind in range(kinds)}


async def the_end(source: Scripted) -> float:
    """How long after its only page a list ends, where nothing is left of the quota."""
    metered = Metered(source, Quotas(dict.fromkeys(source.platforms, 60), clock=anyio.current_time))
    for _ in range(int(PER_MINUTE * BURST) - 1):
        await metered.get(ref())
    async for _ in metered.list(ref().scope):
        shown = anyio.current_time()
    return anyio.current_time() - shown


def test_a_list_that_tells_its_end_takes_no_call_to_find_it() -> None:
    jobs = {ref().name: "JOB_STATE_RUNNING"}
    assert in_turned_time(the_end(Scripted(jobs=jobs, pages=[{}], resumable=True))) == 0
    assert in_turned_time(the_end(Scripted(jobs=jobs, pages=[{}]))) > 0


async def test_google_tells_its_end_on_the_wire(alive: Counting) -> None:
    for kind in ("customJobs", "jobs"):
        for _ in range(3):
            standing(alive, kind, "RUNNING")
        vertex, dataflow = sources_at(alive.endpoint, page_size=2)
        found = [page.last async for page in (dataflow if kind == "jobs" else vertex).list(scope(kind))]
        assert found == [False] * (len(found) - 1) + [True]
        assert len(found) > 1
        for source in (vertex, dataflow):
            await source.aclose()


async def leaving(source: Scripted, jobs: int, patient: int) -> tuple[float, float]:
    """How long another watcher's call waits, and the last of those who stay, when most of those who stood in line leave."""
    quotas = Quotas(dict.fromkeys(source.platforms, 60), clock=anyio.current_time)
    one, another = (Metered(source, quotas) for _ in range(2))
    async with anyio.create_task_group() as staying:
        async with anyio.create_task_group() as tasks:
            for number in range(jobs):
                (tasks if number % (jobs // patient) else staying).start_soon(one.get, ref(number=number))
            await anyio.sleep(1)
            tasks.cancel_scope.cancel()
        left = anyio.current_time()
        await another.get(ref(number=0))
        waited = anyio.current_time() - left
    return waited, anyio.current_time() - left


def test_whoever_leaves_the_line_owes_nothing_and_the_others_keep_their_order() -> None:
    source = Scripted(jobs={ref(number=number).name: "JOB_STATE_RUNNING" for number in range(2000)})
    waited, last = in_turned_time(leaving(source, 2000, patient=20))
    assert waited <= 3 / RATE
    assert last <= (20 + 3) / RATE
    looked = [int(name.rpartition("/")[2]) for name in source.asked("get") if not name.endswith("/0")]
    assert looked == sorted(looked)


class Run(NamedTuple):
    """What came of a run."""

    calls: list[tuple[float, str]]
    delays: list[float]
    """From when each job ended to when somebody was told, in seconds."""


async def run(emulator: Counting) -> Run:
    """Watch jobs some of which end, at moments drawn by lot."""
    emulator.reset(Scenario.model_validate({"clock": "real"}))
    emulator.calls.clear()
    dice, begun = by_lot(4), time.monotonic()
    ends = [dice.uniform(0.3, MINUTES - 0.7) * MINUTE for _ in range(ENDING)]
    still = {"kind": "customJobs", "project": PROJECT, "count": JOBS - ENDING, "life": lasting(LONG)}
    emulator.create(JobScript.model_validate(still))
    names = [f"{scope('customJobs')}/{job.name.rpartition('/')[2]}" for job in emulator.jobs]
    due = {create(emulator, "customJobs", lasting(end)).name: begun + end for end in ends}
    told: dict[str, float] = {}

    def see(event: JobEvent) -> None:
        told[event.job] = time.monotonic()

    async with watching(emulator, pace=Pace(), quotas=Quotas({"vertex": PER_MINUTE})) as watcher:
        watcher.subscribe(see, terminal=True)
        for name in [*names, *due]:
            watcher.add(name)
        await anyio.sleep(MINUTE * (MINUTES - 0.7))
        await until(lambda: len(told) == ENDING)
    assert told.keys() == due.keys()
    return Run(emulator.calls.copy(), [told[name] - due[name] for name in due])


def lasting(seconds: float) -> dict[str, object]:
    return {"states": [{"state": "RUNNING", "lasts": seconds}, {"state": "SUCCEEDED"}], "unchecked": True}


def most_in_a_minute(run: Run) -> int:
    times = [at for at, _ in run.calls]
    return max(bisect_left(times, begin + MINUTE) - place for place, begin in enumerate(times))


def sweeps(run: Run) -> Iterator[int]:
    """How many calls each sweep took: a list, and single looks at those that it did not show."""
    calls = 0
    for _, method in run.calls:
        if calls > PAGES and method.startswith("List"):
            yield calls
            calls = 0
        calls += 1
    yield calls


@pytest.mark.slow
async def test_the_quota_is_kept_in_real_minutes_and_no_end_is_told_later_than_that_allows(alive: Counting) -> None:
    found = await run(alive)
    assert most_in_a_minute(found) <= PER_MINUTE
    # At worst an end comes just after its page was read, and the next sweep looks at it last.
    assert max(found.delays) <= Pace().interval(MINUTE * MINUTES) + 2 * max(sweeps(found)) / RATE
