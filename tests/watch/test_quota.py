"""Two thousand jobs under a quota of sixty calls a minute, counted where they arrive.

The quick run takes the minute to be three seconds; all else is in proportion.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

import anyio
import pytest

from jobstates.emulator import JobScript, Scenario
from jobstates.watch import quota
from jobstates.watch.pace import Pace
from jobstates.watch.quota import BURST, Quotas
from tests.watch.support import PROJECT, Counting, by_lot, create, scope, until, watching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstates.spec.event import JobEvent

JOBS, ENDING, PER_MINUTE, PAGES = 2000, 40, 60, 2
LONG = 10**9


class Scale(NamedTuple):
    """How long a minute is taken to be, and how many of them the run lasts."""

    minute: float
    minutes: float

    @property
    def pace(self) -> Pace:
        """The pace that a watcher has unless told otherwise."""
        usual = Pace()
        return usual.model_copy(update={name: getattr(usual, name) * self.minute / 60 for name in ("soonest", "latest")})

    @property
    def rate(self) -> float:
        """Calls a second, once those are spent that may be made at once."""
        return PER_MINUTE * (1 - BURST) / self.minute


class Run(NamedTuple):
    """What came of a run."""

    calls: list[tuple[float, str]]
    delays: list[float]
    """From when each job ended to when somebody was told, in seconds."""


async def run(emulator: Counting, scale: Scale) -> Run:
    """Watch jobs some of which end, at moments drawn by lot."""
    emulator.reset(Scenario.model_validate({"clock": f"{60 / scale.minute}x"}))
    emulator.calls.clear()
    dice, begun = by_lot(4), time.monotonic()
    ends = [dice.uniform(0.3, scale.minutes - 0.7) * 60 for _ in range(ENDING)]
    still = {"kind": "customJobs", "project": PROJECT, "count": JOBS - ENDING, "life": lasting(LONG)}
    emulator.create(JobScript.model_validate(still))
    names = [f"{scope('customJobs')}/{job.name.rpartition('/')[2]}" for job in emulator.jobs]
    due = {create(emulator, "customJobs", lasting(end)).name: begun + end * scale.minute / 60 for end in ends}
    told: dict[str, float] = {}

    def see(event: JobEvent) -> None:
        told[event.job] = time.monotonic()

    async with watching(emulator, pace=scale.pace, quotas=Quotas({"vertex": PER_MINUTE})) as watcher:
        watcher.subscribe(see, terminal=True)
        for name in [*names, *due]:
            watcher.add(name)
        await anyio.sleep(scale.minute * (scale.minutes - 0.7))
        await until(lambda: len(told) == ENDING)
    assert told.keys() == due.keys()
    return Run(emulator.calls.copy(), [told[name] - due[name] for name in due])


def lasting(seconds: float) -> dict[str, object]:
    return {"states": [{"state": "RUNNING", "lasts": seconds}, {"state": "SUCCEEDED"}], "unchecked": True}


def most_in_a_minute(run: Run, minute: float) -> int:
    times = [at for at, _ in run.calls]
    return max(bisect_left(times, begin + minute) - place for place, begin in enumerate(times))


def sweeps(run: Run) -> Iterator[int]:
    """How many calls each sweep took: a list, and single looks at those that it did not show."""
    calls = 0
    for _, method in run.calls:
        if calls > PAGES and method.startswith("List"):
            yield calls
            calls = 0
        calls += 1
    yield calls


def bound(run: Run, scale: Scale) -> float:
    """How late an end may be told: it happens just after its page was read, and is looked at last in the next sweep."""
    return scale.pace.interval(scale.minute * scale.minutes) + 2 * max(sweeps(run)) / scale.rate


async def check(emulator: Counting, scale: Scale) -> None:
    found = await run(emulator, scale)
    assert most_in_a_minute(found, scale.minute) <= PER_MINUTE
    assert max(found.delays) <= bound(found, scale)


async def test_the_quota_is_kept_and_no_end_is_told_later_than_that_allows(
    alive: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quota, "MINUTE", 3.0)
    await check(alive, Scale(minute=3.0, minutes=2.0))


@pytest.mark.slow
async def test_so_it_is_in_real_minutes(alive: Counting) -> None:
    await check(alive, Scale(minute=60.0, minutes=4.0))
