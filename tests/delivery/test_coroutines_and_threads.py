"""Coroutine callbacks where several threads and several loops meet."""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.delivery.support import Slow, at_the_same_time, job, run_to_its_end, tracker

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from jobstates import JobEvent, Tracker

ALL = ["submit", "start", "finish"]


async def test_one_loop_can_wait_for_a_callback_that_runs_on_another() -> None:
    """It is woken across threads."""
    tracking, slow = tracker(), Slow()
    subscribed, finish = threading.Event(), threading.Event()

    async def elsewhere() -> None:
        tracking.subscribe(slow)
        subscribed.set()
        await asyncio.to_thread(finish.wait)

    thread = threading.Thread(target=asyncio.run, args=(elsewhere(),))
    thread.start()
    await asyncio.to_thread(subscribed.wait)
    run_to_its_end(tracking)
    await tracking.settled()
    assert (slow.got, slow.where) == (ALL, {thread.ident})
    finish.set()
    await asyncio.to_thread(thread.join)


async def test_waiting_for_a_callback_whose_loop_ends_meanwhile_does_not_hang() -> None:
    """What the loop has left undone is done here."""
    tracking, got = tracker(), list[str]()
    began, finish = threading.Event(), threading.Event()

    async def hang(event: JobEvent) -> None:
        got.append(event.event)
        if event.event == "submit":
            began.set()
            await asyncio.Event().wait()

    async def elsewhere() -> None:
        tracking.subscribe(hang)
        run_to_its_end(tracking)
        await asyncio.to_thread(finish.wait)

    thread = threading.Thread(target=asyncio.run, args=(elsewhere(),))
    thread.start()
    await asyncio.to_thread(began.wait)
    waiting = asyncio.create_task(tracking.settled())
    await asyncio.sleep(0)
    finish.set()
    await asyncio.wait_for(waiting, 10)
    assert got == ALL
    await asyncio.to_thread(thread.join)


async def test_no_message_is_left_lying_when_many_threads_look() -> None:
    """Each is told once, those of a job in order."""
    tracking, told = tracker(), dict[str, list[int]]()

    @tracking.subscribe
    async def note(event: JobEvent) -> None:
        told.setdefault(event.job, []).append(event.seq)

    await asyncio.to_thread(at_the_same_time, [partial(look_at_many, tracking, thread) for thread in range(4)])
    await note.settled()
    assert told == {job(thread, number): [1, 2, 3] for thread in range(4) for number in range(50)}


def test_no_message_is_left_lying_when_loops_come_and_go() -> None:
    """A subscriber without a loop is served by whichever thread delivers, with a loop or without."""
    tracking, told = tracker(), dict[str, list[int]]()

    @tracking.subscribe
    async def note(event: JobEvent) -> None:
        await asyncio.sleep(0)
        told.setdefault(event.job, []).append(event.seq)

    async def looking(thread: int) -> None:
        look_at_many(tracking, thread)
        await note.settled()

    with_a_loop = [partial(asyncio_run, partial(looking, thread)) for thread in (2, 3)]
    at_the_same_time([partial(look_at_many, tracking, 0), partial(look_at_many, tracking, 1), *with_a_loop])
    assert told == {job(thread, number): [1, 2, 3] for thread in range(4) for number in range(50)}


def asyncio_run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine function on a loop of this thread."""
    asyncio.run(main())


def look_at_many(tracking: Tracker, thread: int) -> None:
    """Show fifty jobs from beginning to end."""
    for number in range(50):
        run_to_its_end(tracking, job(thread, number))
