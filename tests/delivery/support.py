"""Trackers and jobs for tests of what is delivered."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from jobstates import Tracker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jobstates import JobEvent

JOB = "2026-01-01_00_00_00-1"
OTHER = "2026-01-01_00_00_00-2"


def tracker(on_error: Callable[[BaseException, Any, Any], Any] | None = None) -> Tracker:
    """A tracker of Dataflow jobs that knows no time."""
    return Tracker("dataflow", clock=None, on_error=on_error)


def run_to_its_end(tracking: Tracker, job: str = JOB) -> None:
    """Show a job PENDING, RUNNING and DONE: three events."""
    for state in ("JOB_STATE_PENDING", "JOB_STATE_RUNNING", "JOB_STATE_DONE"):
        tracking.observe(job, state)


def events(got: list[Any]) -> list[str]:
    """What happened, in short."""
    return [message.event for message in got]


def job(thread: int, number: int) -> str:
    """The id of one of many jobs."""
    return f"2026-01-01_00_00_00-{thread}{number:04}"


def at_the_same_time(works: Sequence[Callable[[], Any]]) -> None:
    """Run each in a thread of its own, all beginning together, to their ends."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> None:
        barrier.wait()
        work()

    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(run, work) for work in works]:
            done.result()


class Slow:
    """A callback that gives way before it notes what it was told, longer for the first messages than for the last."""

    def __init__(self) -> None:
        """Note nothing yet."""
        self.got: list[str] = []
        self.where: set[int] = set()
        self.turns = 5

    async def __call__(self, event: JobEvent) -> None:
        """Let others go first."""
        self.turns -= 1
        for _ in range(self.turns):
            await asyncio.sleep(0)
        self.got.append(event.event)
        self.where.add(threading.get_ident())
