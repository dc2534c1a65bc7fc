"""Nothing is lost and nothing told twice, whoever comes, goes, fails or breaks off while messages are delivered."""

from __future__ import annotations

import asyncio
import gc
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from jobstates import Tracker
from jobstates.delivery import Overflow
from jobstates.platforms.dataflow import DataflowJobMachine
from jobstates.tracking.store import MemoryStore
from jobstates.watch.outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstates import JobEvent

KEEP = 3


class Post:
    """An outbox with its store, and messages to put in."""

    def __init__(self, keep: int = KEEP) -> None:
        self.store = MemoryStore()
        self.outbox = Outbox(self.store, [DataflowJobMachine.lifecycle], keep, lambda message: message)
        self.got: list[str] = []
        self._tracker, self._jobs = Tracker("dataflow", clock=None), 0

    def tell(self) -> Sequence[JobEvent]:
        """Three messages, as a sweep brings them."""
        self._jobs += 1
        messages = self._tracker.observe(f"2026-01-01_00_00_00-{self._jobs}", "JOB_STATE_DONE").events
        self.store.hold(messages)
        self.outbox.tell(messages)
        return messages

    def note(self, message: JobEvent) -> None:
        self.got.append(message.event)

    @property
    def pending(self) -> list[str]:
        return [message.event for message in self.store.pending()]  # type: ignore[union-attr]  # there are events only

    def stream(self) -> Any:
        return self.outbox.stream(100, Overflow.RAISE)


@pytest.fixture
def post() -> Post:
    return Post()


ALL = ["submit", "start", "finish"]


def test_what_the_only_callback_leaves_waits_for_the_next(post: Post) -> None:
    def once(message: JobEvent) -> None:
        post.note(message)
        subscription.cancel()

    subscription = post.outbox.subscribe(once)
    post.tell()
    assert (post.got, post.pending) == (ALL[:1], ALL[1:])
    post.outbox.subscribe(post.note)
    assert (post.got, post.pending) == (ALL, [])


def test_a_callback_that_hands_over_to_another_hands_over_what_comes_after(post: Post) -> None:
    def once(message: JobEvent) -> None:
        post.note(message)
        subscription.cancel()
        post.outbox.subscribe(post.note)

    subscription = post.outbox.subscribe(once)
    post.tell()
    assert (post.got, post.pending) == (ALL, [])


def test_a_callback_that_subscribes_another_before_it_leaves_hands_over_what_comes_after(post: Post) -> None:
    def once(message: JobEvent) -> None:
        post.note(message)
        post.outbox.subscribe(post.note)
        subscription.cancel()

    subscription = post.outbox.subscribe(once)
    post.tell()
    assert (post.got, post.pending) == (ALL, [])


def test_a_callback_that_ends_all_others_leaves_what_comes_after(post: Post) -> None:
    def last(message: JobEvent) -> None:
        post.note(message)
        for one in subscriptions:
            one.cancel()

    subscriptions = [post.outbox.subscribe(last), post.outbox.subscribe(post.note)]
    post.tell()
    assert (post.got, post.pending) == (ALL[:1], ALL[1:])


def test_a_callback_that_raises_has_had_its_message(post: Post) -> None:
    def fail(message: JobEvent) -> None:
        post.note(message)
        raise ValueError

    post.outbox.subscribe(fail)
    post.tell()
    assert (post.got, post.pending) == (ALL, [])


def test_an_interrupt_in_a_callback_stops_neither_what_comes_after_nor_hides_what_it_hit(post: Post) -> None:
    def interrupt(message: JobEvent) -> None:
        post.note(message)
        if len(post.got) == 1:
            raise KeyboardInterrupt

    subscription = post.outbox.subscribe(interrupt)
    with pytest.raises(KeyboardInterrupt):
        post.tell()
    assert post.pending == ALL
    post.tell()
    assert (post.got, post.pending) == (ALL * 2, ["submit"])
    subscription.cancel()
    post.got.clear()
    post.outbox.subscribe(post.note)
    assert (post.got, post.pending) == (["submit"], [])


@pytest.mark.parametrize("shape", ["coroutine", "awaitable"])
async def test_what_the_only_coroutine_leaves_waits_for_the_next(post: Post, shape: str) -> None:
    async def once(message: JobEvent) -> None:
        await asyncio.sleep(0)
        post.note(message)
        subscription.cancel()
        post.outbox.subscribe(post.note)

    subscription = post.outbox.subscribe(once if shape == "coroutine" else partial(call, once))
    post.tell()
    await subscription.settled()
    assert (post.got, post.pending) == (ALL, [])


def call(function: Any, message: Any) -> Any:
    """A function that does not look like one that returns awaitables."""
    return function(message)


async def test_what_a_coroutine_has_not_done_is_not_delivered(post: Post) -> None:
    going_on = asyncio.Event()

    async def slow(message: JobEvent) -> None:
        await going_on.wait()
        post.note(message)

    subscription = post.outbox.subscribe(slow)
    post.tell()
    await asyncio.sleep(0)
    assert (post.got, post.pending) == ([], ALL)
    going_on.set()
    await subscription.settled()
    assert (post.got, post.pending) == (ALL, [])


def test_a_coroutine_that_is_cancelled_at_exit_leaves_what_it_has_not_done(post: Post) -> None:
    async def stuck(message: JobEvent) -> None:
        post.note(message)
        if message.event == "start":
            await asyncio.Event().wait()

    async def main() -> None:
        post.outbox.subscribe(stuck)
        post.tell()
        await asyncio.sleep(0)

    asyncio.run(main())
    assert (post.got, post.pending) == (ALL[:2], ALL[1:])


async def test_what_a_callback_of_several_has_not_done_is_kept(post: Post) -> None:
    going_on = asyncio.Event()

    async def slow(_: JobEvent) -> None:
        await going_on.wait()

    post.outbox.subscribe(post.note)
    slowly = post.outbox.subscribe(slow)
    stream = post.stream()
    post.tell()
    assert [(await anext(stream)).event for _ in ALL] == ALL
    assert post.pending == ALL
    going_on.set()
    await slowly.settled()
    assert post.pending == []


@pytest.mark.parametrize("how", ["closed", "dropped"])
async def test_what_streams_leave_does_not_grow_while_others_listen(post: Post, how: str) -> None:
    post.outbox.subscribe(post.note)
    for _ in range(10):
        stream = post.stream()
        post.tell()
        if how == "closed":
            stream.close()
        del stream
        gc.collect()
    post.tell()
    assert post.pending == ALL  # the last three that were left
    assert post.got == ALL * 11


async def test_what_a_stream_is_yet_to_yield_is_kept_however_much_it_is(post: Post) -> None:
    stream = post.stream()
    for _ in range(3):
        post.tell()
    assert post.pending == ALL * 3
    assert [(await anext(stream)).event for _ in range(9)] == ALL * 3
    assert post.pending == []


async def test_a_closed_stream_can_be_read_and_what_it_yields_is_delivered(post: Post) -> None:
    stream = post.stream()
    post.tell()
    stream.close()
    assert post.pending == ALL
    assert [message.event async for message in stream] == ALL
    assert post.pending == []


async def test_a_callback_may_close_a_stream_that_has_not_been_told_yet(post: Post) -> None:
    def close(message: JobEvent) -> None:
        post.note(message)
        stream.close()

    subscription = post.outbox.subscribe(close)
    stream = post.stream()
    post.tell()
    assert (post.got, post.pending) == (ALL, [])
    assert [message.event async for message in stream] == []
    subscription.cancel()


def test_what_a_callback_brings_about_is_told_once_though_it_leaves_and_comes_again() -> None:
    post = Post(keep=6)

    def again(message: JobEvent) -> None:
        post.note(message)
        subscriptions.pop().cancel()
        if len(post.got) == 1:
            post.tell()
        subscriptions.append(post.outbox.subscribe(again))

    subscriptions = [post.outbox.subscribe(again)]
    post.tell()
    assert (post.got, post.pending) == (ALL * 2, [])


def test_a_thread_that_subscribes_between_the_keeping_and_the_telling_is_told_once(post: Post) -> None:
    messages = Tracker("dataflow", clock=None).observe("2026-01-01_00_00_00-9", "JOB_STATE_DONE").events
    post.store.hold(messages)
    thread = threading.Thread(target=post.outbox.subscribe, args=(post.note,))
    thread.start()
    thread.join()
    post.outbox.tell(messages)
    assert (post.got, post.pending) == (ALL, [])


def test_subscribers_that_come_and_go_in_threads_are_told_everything_between_them_once_and_in_order(post: Post) -> None:
    told, over = list[str](), threading.Event()

    def come_and_go() -> None:
        while not over.is_set():
            with post.outbox.subscribe(lambda message: told.append(message.id)):
                pass

    thread = threading.Thread(target=come_and_go)
    thread.start()
    sent: list[str] = []
    while len(sent) < 600:
        sent += [message.id for message in post.tell()]
        while len(post.store.pending()):  # nobody may be there: then they wait, and no more than are kept
            pass
    over.set()
    thread.join()
    assert told == sent
