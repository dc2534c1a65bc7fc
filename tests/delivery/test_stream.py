"""Messages as an asynchronous iterator."""

from __future__ import annotations

import asyncio
import gc
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest

from jobstates import EventStream, JobEvent, Overflow, StreamOverflow, Subscription, UnknownEvent
from tests.delivery.support import JOB, events, job, run_to_its_end, tracker

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstates import Tracker

ALL = ["submit", "start", "finish"]


async def rest(stream: EventStream[JobEvent]) -> list[str]:
    """What can still be read of a closed stream."""
    stream.close()
    return events([message async for message in stream])


async def until(stream: EventStream[JobEvent], last: str) -> list[str]:
    """What is read up to an event."""
    got: list[Any] = []
    async for message in stream:
        got.append(message)
        if got[-1].event == last:
            break
    return events(got)


async def one(stream: EventStream[JobEvent]) -> str:
    """The next event."""
    return events([await anext(stream)])[0]


def listeners(tracking: Tracker) -> int:
    """How many subscriptions a tracker has."""
    return len(tracking._hub._subscriptions)


async def test_events_are_read_in_order() -> None:
    """Those that came before somebody reads, too."""
    tracking = tracker()
    stream = tracking.events()
    run_to_its_end(tracking)
    assert await until(stream, "finish") == ALL


async def test_a_reader_is_woken_by_what_comes() -> None:
    """It waits until then."""
    tracking = tracker()
    reading = asyncio.create_task(until(tracking.events(), "finish"))
    await asyncio.sleep(0)
    assert not reading.done()
    run_to_its_end(tracking)
    assert await reading == ALL


async def test_a_reader_is_woken_by_what_comes_from_another_thread() -> None:
    """Looks may be made anywhere."""
    tracking = tracker()
    reading = asyncio.create_task(until(tracking.events(), "finish"))
    await asyncio.sleep(0)
    await asyncio.to_thread(run_to_its_end, tracking)
    assert await reading == ALL


async def test_several_readers_share_what_comes() -> None:
    """Each message goes to one of them, and none of them hangs."""
    tracking = tracker()
    stream = tracking.events()
    readers = [asyncio.ensure_future(anext(stream)) for _ in range(3)]
    await asyncio.sleep(0)
    run_to_its_end(tracking)
    assert events(await asyncio.gather(*readers)) == ALL


async def test_a_reader_that_gives_up_takes_nothing_with_it() -> None:
    """The next one gets what comes."""
    tracking = tracker()
    stream = tracking.events()
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(stream), 0)
    run_to_its_end(tracking)
    assert await rest(stream) == ALL


async def test_filters_hold_for_a_stream_too() -> None:
    """The same as for a callback."""
    tracking = tracker()
    stream = tracking.events(event=["start"], terminal=False)
    run_to_its_end(tracking)
    assert await rest(stream) == ["start"]
    with pytest.raises(UnknownEvent):
        tracking.events(event="expire")


async def test_a_closed_stream_ends_after_what_it_has() -> None:
    """And listens no longer."""
    tracking = tracker()
    stream = tracking.events()
    tracking.observe(JOB, "JOB_STATE_PENDING")
    stream.close()
    stream.close()
    tracking.observe(JOB, "JOB_STATE_RUNNING")
    assert (await rest(stream), listeners(tracking)) == (["submit"], 0)


async def test_closing_wakes_a_reader_from_another_thread() -> None:
    """Its iteration ends."""
    stream = tracker().events()
    reading = asyncio.create_task(until(stream, "finish"))
    await asyncio.sleep(0)
    await asyncio.to_thread(stream.close)
    assert await reading == []


async def test_a_stream_ends_with_its_block() -> None:
    """As a context manager, or with ``aclosing``."""
    tracking = tracker()
    async with tracking.events(), aclosing(tracking.events()):
        assert listeners(tracking) == 2
    assert listeners(tracking) == 0


async def test_a_stream_that_nobody_holds_listens_no_longer() -> None:
    """Such as one whose loop was left by ``break``."""
    tracking = tracker()
    run_to_its_end(tracking)
    async for _ in one_message(tracking):
        break
    gc.collect()
    assert listeners(tracking) == 0


def one_message(tracking: Tracker) -> EventStream[JobEvent]:
    """A stream with something to read."""
    stream = tracking.events()
    run_to_its_end(tracking, job(0, 1))
    return stream


async def test_what_comes_while_a_stream_goes_away_is_nobodys() -> None:
    """Between its end and the end of its subscription."""
    tracking, late = tracker(), list[Any]()

    def subscribe(put: Callable[[Any], None]) -> Subscription:
        late.append(put)
        return tracking.subscribe(put)

    stream: EventStream[JobEvent] = EventStream(subscribe, 1, Overflow.RAISE)
    del stream
    gc.collect()
    late[0]("a message that was on its way")
    assert listeners(tracking) == 0


@pytest.mark.parametrize(
    ("overflow", "kept", "lost"),
    [("drop_oldest", ["start", "finish"], 1), (Overflow.DROP_NEWEST, ["submit", "start"], 1)],
)
async def test_a_full_buffer_drops_what_its_policy_says(overflow: str, kept: list[str], lost: int) -> None:
    """And counts what it has dropped."""
    tracking = tracker()
    stream = tracking.events(buffer=2, overflow=overflow)
    run_to_its_end(tracking)
    assert (await rest(stream), stream.lost) == (kept, lost)


async def test_by_default_a_gap_is_an_error_where_it_is() -> None:
    """What was kept comes first; what comes before the reader knows of the gap is lost, too; what comes then is read."""
    tracking = tracker()
    stream = tracking.events(buffer=2)
    run_to_its_end(tracking, job(0, 1))
    assert await one(stream) == "submit"
    tracking.observe(job(0, 2), "JOB_STATE_PENDING")
    assert await one(stream) == "start"
    with pytest.raises(StreamOverflow, match="the buffer of 2 events overflowed and 2 were lost") as caught:
        await anext(stream)
    tracking.observe(job(0, 2), "JOB_STATE_RUNNING")
    assert (caught.value.lost, await rest(stream)) == (2, ["start"])


async def test_a_gap_is_told_of_even_if_the_stream_is_closed() -> None:
    """Before the iteration ends."""
    tracking = tracker()
    stream = tracking.events(buffer=1)
    run_to_its_end(tracking)
    stream.close()
    assert await one(stream) == "submit"
    with pytest.raises(StreamOverflow):
        await anext(stream)
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


@pytest.mark.parametrize("buffer", [0, -1])
def test_a_buffer_holds_at_least_one(buffer: int) -> None:
    """Else nothing could ever be read."""
    with pytest.raises(ValueError, match=f"at least 1, not {buffer}"):
        tracker().events(buffer=buffer)


def test_a_policy_that_there_is_not_is_a_mistake() -> None:
    """It is told at once."""
    with pytest.raises(ValueError, match="'ignore' is not a valid Overflow"):
        tracker().events(overflow="ignore")


async def test_a_small_buffer_holds_while_threads_fill_it_and_a_reader_empties_it() -> None:
    """No message is read twice, none out of order, and no reader meets an empty buffer."""
    tracking = tracker()
    stream = tracking.events(buffer=1, overflow="drop_oldest", job=job(0, 0))
    tracking.observe(job(0, 0), "JOB_STATE_RUNNING")

    def fill() -> None:
        for _ in range(2000):
            tracking.observe(job(0, 0), "JOB_STATE_PAUSING")
            tracking.observe(job(0, 0), "JOB_STATE_RUNNING")
        stream.close()

    filling = asyncio.create_task(asyncio.to_thread(fill))
    seqs = [message.seq async for message in stream]
    await filling
    assert seqs == sorted(set(seqs))
