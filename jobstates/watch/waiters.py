"""Those who wait for jobs, woken when something happened to theirs, or when their time is up."""

from __future__ import annotations

from collections import defaultdict
from math import inf
from typing import TYPE_CHECKING

import anyio
from anyio import current_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from jobstates.delivery import Message
    from jobstates.watch.waiting import Waited, Waiter

TICK = 1.0
"""Seconds after which the clock on the wall is looked at: a machine that was asleep notices that it is late."""


class Waiters:
    """Those who wait, by the job that they wait for.

    Args:
        standing: tells what a wait came to, and None while it goes on.
        clock: the one on the wall.
    """

    def __init__(self, standing: Callable[[Waiter], Waited | None], clock: Callable[[], datetime]) -> None:
        self._standing, self._clock = standing, clock
        self._waiting: defaultdict[str, list[Waiter]] = defaultdict(list)

    async def wait(self, job: str, waiter: Waiter) -> Waited | None:
        """Wait until the wait came to something; None when time is up before."""
        self._waiting[job].append(waiter)
        # Time is up by whichever clock says so first: that on the wall may be set back, the other stands still in sleep.
        end = inf if (left := self._left(waiter)) is None else current_time() + left
        try:
            while (waited := self._standing(waiter)) is None and (left := self._left(waiter)) != 0 and current_time() < end:
                waiter.woken = anyio.Event()
                with anyio.move_on_after(None if left is None else min(left, max(end - current_time(), 0.0))):
                    await waiter.woken.wait()
        finally:
            self._waiting[job].remove(waiter)
            if not self._waiting[job]:
                del self._waiting[job]
        return waited

    def awaited(self, job: str) -> bool:
        """Whether anybody waits for a job."""
        return job in self._waiting

    def hear(self, job: str, message: Message) -> None:
        """Tell those who wait for a job what happened to it."""
        for waiter in self._waiting.get(job, ()):
            waiter.hear(message)

    def wake(self, jobs: Iterable[str]) -> None:
        """Have those who wait for certain jobs see whether they still have to."""
        for job in jobs:
            for waiter in self._waiting.get(job, ()):
                waiter.woken.set()

    def wake_all(self) -> None:
        """Have all see whether they still have to wait."""
        self.wake(list(self._waiting))

    async def tick(self) -> None:
        """Wake those whose time is up by the clock on the wall, for ever."""
        while True:
            await anyio.sleep(TICK)
            for waiters in self._waiting.values():
                for waiter in waiters:
                    if self._left(waiter) == 0:
                        waiter.woken.set()

    def _left(self, waiter: Waiter) -> float | None:
        if waiter.deadline is None:
            return None
        return max((waiter.deadline - self._clock()).total_seconds(), 0.0)
