"""Coroutine callbacks: one after the other, on the loop they were subscribed in, or on whichever there is."""

from __future__ import annotations

import asyncio
import gc
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.delivery.support import JOB, OTHER, Slow, run_to_its_end, tracker

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from jobstates import JobEvent

ALL = ["submit", "start", "finish"]


def plain_function_of(slow: Slow) -> Any:
    """A function that does not show that it is to be awaited."""

    def call(event: JobEvent) -> Any:
        return slow(event)

    return call


@pytest.mark.parametrize("shape", [lambda slow: slow, lambda slow: slow.__call__, partial, plain_function_of])
async def test_a_slow_callback_is_told_in_order(shape: Any) -> None:
    """One message after the other, whatever shape it has."""
    tracking, slow = tracker(), Slow()
    tracking.subscribe(shape(slow))
    run_to_its_end(tracking)
    assert slow.got == []
    await tracking.settled()
    assert slow.got == ALL


async def test_an_awaitable_that_comes_now_and_then_is_awaited_in_order() -> None:
    """A callback may return one for some messages only."""
    tracking, slow = tracker(), Slow()
    tracking.subscribe(lambda event: slow(event) if event.event != "start" else slow.got.append("at once"))
    run_to_its_end(tracking)
    await tracking.settled()
    assert slow.got == ["submit", "at once", "finish"]


async def test_slow_callbacks_do_not_wait_for_one_another() -> None:
    """Each has its own order."""
    tracking, quick = tracker(), Slow()
    release = asyncio.Event()
    stuck: list[str] = []

    @tracking.subscribe
    async def waiting(event: JobEvent) -> None:
        await release.wait()
        stuck.append(event.event)

    subscription = tracking.subscribe(quick)
    run_to_its_end(tracking)
    await subscription.settled()
    assert (quick.got, stuck) == (ALL, [])
    release.set()
    await waiting.settled()
    assert stuck == ALL


def test_without_a_loop_a_coroutine_has_run_when_the_look_returns() -> None:
    """On a loop of its own."""
    tracking, slow = tracker(), Slow()
    tracking.subscribe(slow)
    run_to_its_end(tracking)
    assert (slow.got, slow.where) == (ALL, {threading.get_ident()})


async def test_a_look_in_a_thread_reaches_the_loop_of_the_subscription() -> None:
    """The coroutine runs where it was subscribed."""
    tracking, slow = tracker(), Slow()
    tracking.subscribe(slow)
    await asyncio.to_thread(run_to_its_end, tracking)
    await tracking.settled()
    assert (slow.got, slow.where) == (ALL, {threading.get_ident()})


def test_a_coroutine_subscribed_outside_of_a_loop_runs_on_the_one_that_is_there() -> None:
    """The one in which the look is made."""
    tracking, slow = tracker(), Slow()
    tracking.subscribe(slow)

    async def looking() -> None:
        run_to_its_end(tracking)
        assert slow.got == []
        await tracking.settled()

    asyncio.run(looking())
    assert slow.got == ALL


def test_a_coroutine_whose_loop_is_closed_runs_without_it() -> None:
    """A tracker may outlive the loop in which it was set up."""
    tracking, slow = tracker(), Slow()

    async def subscribing() -> None:
        tracking.subscribe(slow)

    asyncio.run(subscribing())
    run_to_its_end(tracking)
    assert slow.got == ALL


def test_what_a_loop_has_left_undone_when_it_was_stopped_is_taken_over() -> None:
    """What it was at is lost with it; what waited comes before what is new."""
    tracking, got = tracker(), list[str]()

    async def start() -> None:
        @tracking.subscribe
        async def hanging(event: JobEvent) -> None:
            got.append(event.event)
            if event.event == "submit":
                await asyncio.Event().wait()

        tracking.observe(JOB, "JOB_STATE_RUNNING")
        assert hanging.active
        await asyncio.sleep(0)

    asyncio.run(start())
    assert got == ["submit"]
    tracking.observe(JOB, "JOB_STATE_DONE")
    assert got == ALL


@pytest.mark.filterwarnings("ignore:coroutine")
def test_what_a_loop_has_left_undone_when_it_was_closed_is_taken_over() -> None:
    """Even if nobody has cancelled what ran there."""
    tracking, got, loop = tracker(), list[str](), asyncio.new_event_loop()

    async def hang(event: JobEvent) -> None:
        got.append(event.event)
        if event.event == "submit":
            await asyncio.Event().wait()

    async def start() -> None:
        tracking.subscribe(hang)
        tracking.observe(JOB, "JOB_STATE_RUNNING")
        await asyncio.sleep(0)

    loop.set_exception_handler(lambda *_: None)
    loop.run_until_complete(start())
    loop.close()

    async def settle() -> None:
        await tracking.settled()

    asyncio.run(settle())
    assert got == ["submit", "start"]
    gc.collect()
    tracking.observe(JOB, "JOB_STATE_DONE")
    assert got == ALL


def test_a_loop_that_is_closed_in_the_very_moment_is_not_relied_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between asking it whether it is open and handing work over."""
    tracking, slow, loop = tracker(), Slow(), asyncio.new_event_loop()

    async def subscribing() -> None:
        tracking.subscribe(slow)

    loop.run_until_complete(subscribing())

    def close_and_refuse(*_: object) -> None:
        loop.close()
        raise RuntimeError("Event loop is closed")

    monkeypatch.setattr(loop, "call_soon_threadsafe", close_and_refuse)
    run_to_its_end(tracking)
    assert slow.got == ALL


async def test_a_cancelled_worker_makes_room_for_another() -> None:
    """Somebody may cancel every task there is."""
    tracking, got = tracker(), list[str]()

    @tracking.subscribe
    async def hanging(event: JobEvent) -> None:
        got.append(event.event)
        if event.event == "submit":
            await asyncio.Event().wait()

    tracking.observe(JOB, "JOB_STATE_PENDING")
    await asyncio.sleep(0)
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    await hanging.settled()
    tracking.observe(JOB, "JOB_STATE_DONE")
    await hanging.settled()
    assert got == ALL


async def test_a_worker_cancelled_before_it_began_makes_room_for_another() -> None:
    """Nothing that it was to do is lost."""
    tracking, slow = tracker(), Slow()
    subscription = tracking.subscribe(slow)
    tracking.observe(JOB, "JOB_STATE_PENDING")
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    await subscription.settled()
    assert slow.got == ["submit"]


async def test_messages_that_wait_for_a_cancelled_subscription_are_dropped() -> None:
    """The one that is being told is told to its end."""
    tracking, slow = tracker(), Slow()
    subscription = tracking.subscribe(slow)
    run_to_its_end(tracking)
    await asyncio.sleep(0)
    subscription.cancel()
    await subscription.settled()
    assert slow.got == ["submit"]


async def test_a_call_that_was_made_is_awaited_though_it_ends_the_subscription() -> None:
    """A coroutine that nobody awaits would be an error of its own."""
    tracking, slow = tracker(), Slow()

    def once(event: JobEvent) -> Coroutine[Any, Any, None]:
        subscription.cancel()
        return slow(event)

    subscription = tracking.subscribe(once)
    run_to_its_end(tracking)
    await subscription.settled()
    assert slow.got == ["submit"]


async def test_what_a_coroutine_causes_is_told_after_what_it_is_told() -> None:
    """To the others and to itself."""
    tracking, told = tracker(), list[tuple[str, str]]()

    @tracking.subscribe
    async def causing(event: JobEvent) -> None:
        if event.job == JOB:
            tracking.observe(OTHER, event.target)
        await asyncio.sleep(0)
        told.append((event.job, event.event))

    run_to_its_end(tracking)
    await causing.settled()
    assert [event for job, event in told if job == JOB] == ALL
    assert [event for job, event in told if job == OTHER] == ALL


def test_without_a_loop_what_a_coroutine_causes_is_told_before_the_look_returns() -> None:
    """In the same order."""
    tracking, told = tracker(), list[tuple[str, str]]()

    @tracking.subscribe
    async def causing(event: JobEvent) -> None:
        if event.job == JOB:
            tracking.observe(OTHER, event.target)
        await asyncio.sleep(0)
        told.append((event.job, event.event))

    tracking.observe(JOB, "JOB_STATE_PENDING")
    assert (told, causing.active) == ([(JOB, "submit"), (OTHER, "submit")], True)


async def test_a_callback_that_waits_for_itself_is_told_so() -> None:
    """It would wait for ever."""
    handed: list[BaseException] = []
    tracking = tracker(on_error=lambda error, *_: handed.append(error))

    @tracking.subscribe
    async def waiting(_: JobEvent) -> None:
        await tracking.settled()

    tracking.observe(JOB, "JOB_STATE_PENDING")
    await waiting.settled()
    assert [str(error) for error in handed] == [
        "a callback cannot wait until the callbacks have done their work: it would wait for itself"
    ]


async def test_two_callbacks_that_wait_for_one_another_are_told_so_too() -> None:
    """Neither hangs."""
    handed: list[BaseException] = []
    tracking = tracker(on_error=lambda error, *_: handed.append(error))

    async def waiting(_: JobEvent) -> None:
        await tracking.settled()

    tracking.subscribe(waiting)
    tracking.subscribe(waiting)
    tracking.observe(JOB, "JOB_STATE_PENDING")
    await asyncio.wait_for(tracking.settled(), 10)
    assert [type(error) for error in handed] == [RuntimeError, RuntimeError]


async def test_there_is_nothing_to_wait_for_when_nothing_was_told() -> None:
    """Nor by a plain function."""
    tracking = tracker()
    tracking.subscribe(Slow())
    tracking.subscribe(lambda _: None)
    await asyncio.wait_for(tracking.settled(), 10)
