"""Two thousand jobs under a quota of sixty calls a minute, for an hour that is turned and not waited for."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import anyio
import pytest

from jobstates.spec.observation import Observation
from jobstates.watch.pace import Pace
from jobstates.watch.quota import BURST, MINUTE, Quotas
from jobstates.watch.source import Page
from jobstates.watch.watcher import Watcher
from tests.watch.records import ref
from tests.watch.scripted import Scripted
from tests.watch.support import by_lot
from tests.watch.turned import in_turned_time

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from jobstates.spec.event import JobEvent
    from jobstates.watch.ref import JobRef, Scope

JOBS, ENDING, PER_MINUTE, PAGE, MINUTES = 2000, 150, 60, 1000, 60
RUNNING, SUCCEEDED = "JOB_STATE_RUNNING", "JOB_STATE_SUCCEEDED"
RATE = PER_MINUTE * (1 - BURST) / MINUTE
"""Calls a second, once those are spent that may be made at once."""
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class Timed(Scripted):
    """A service whose jobs end at moments of the loop's clock, told by its calls when they came."""

    def __init__(self, ends: Mapping[str, float]) -> None:
        super().__init__(page_size=PAGE)
        self._ends = ends
        self.came: list[float] = []
        self.sweeps: list[int] = []
        """How many calls were made from the beginning of each list to that of the next."""

    async def get(self, job: JobRef) -> Observation:
        self._come()
        return Observation(RUNNING if self._ends[job.name] > anyio.current_time() else SUCCEEDED)

    async def list(self, scope: Scope, *, live: bool = True, after: int | None = None) -> AsyncGenerator[Page, None]:
        names = [name for name, end in self._ends.items() if end > anyio.current_time()]
        self.sweeps.append(0)
        for begin in range(after or 0, len(names), PAGE):
            self._come()
            page = names[begin : begin + PAGE]
            yield Page(page, [RUNNING] * len(page), lambda _: Observation(RUNNING))

    def _come(self) -> None:
        self.came.append(anyio.current_time())
        if self.sweeps:
            self.sweeps[-1] += 1


async def watch(ends: Mapping[str, float], seconds: float) -> tuple[Timed, dict[str, float]]:
    """Watch jobs for so long: the service, and when each end was told."""
    service, told = Timed(ends), dict[str, float]()

    def see(event: JobEvent) -> None:
        told[event.job] = anyio.current_time()

    quotas = Quotas({"vertex": PER_MINUTE}, clock=anyio.current_time)
    async with Watcher(service, quotas=quotas, clock=lambda: EPOCH + timedelta(seconds=anyio.current_time())) as watcher:
        watcher.subscribe(see, terminal=True)
        for name in ends:
            watcher.add(name)
        await anyio.sleep(seconds)
    return service, told


@pytest.mark.parametrize("seed", range(2))
def test_the_quota_is_kept_and_no_end_is_told_later_than_that_allows(seed: int) -> None:
    dice = by_lot(seed)
    ends = {ref(number=number).name: float("inf") for number in range(JOBS)}
    for name in dice.sample(sorted(ends), ENDING):
        ends[name] = dice.uniform(0.3, MINUTES - 2) * MINUTE
    service, told = in_turned_time(watch(ends, MINUTES * MINUTE))
    assert told.keys() == {name for name, end in ends.items() if end < float("inf")}
    assert max(bisect_left(service.came, at + MINUTE) - place for place, at in enumerate(service.came)) <= PER_MINUTE
    # At worst an end comes just after its page was read, and the next sweep looks at it last.
    bound = Pace().interval(MINUTES * MINUTE) + 2 * max(service.sweeps) / RATE
    assert max(at - ends[name] for name, at in told.items()) <= bound
