"""The order of a job's messages is the order of its changes, whichever threads look."""

from __future__ import annotations

import sys
import threading
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from jobstates import DataflowJobMachine, Tracker
from jobstates.delivery import Hub
from tests.delivery.support import JOB, at_the_same_time, run_to_its_end, tracker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstates import JobEvent


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads that take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def pause_and_go_on(tracking: Tracker, times: int) -> None:
    """Show a job PAUSING and RUNNING, again and again; some looks change it, some find it changed already."""
    for _ in range(times):
        tracking.observe(JOB, "JOB_STATE_PAUSING")
        tracking.observe(JOB, "JOB_STATE_RUNNING")


@pytest.mark.usefixtures("hasty")
def test_every_subscriber_sees_each_change_of_a_job_once_and_in_order() -> None:
    """Eight threads look at the same job."""
    tracking, told = tracker(), [list[Any](), list[Any](), list[Any]()]
    for one in told:
        tracking.subscribe(one.append)
    tracking.observe(JOB, "JOB_STATE_RUNNING")
    at_the_same_time([partial(pause_and_go_on, tracking, 200)] * 8)
    record = tracking.record(JOB)
    assert record is not None
    for one in told:
        assert [event.seq for event in one] == list(range(1, record.seq + 1))
        assert all(before.target == after.source for before, after in pairwise(one))


@pytest.mark.usefixtures("hasty")
def test_no_two_subscribers_are_told_at_the_same_time() -> None:
    """So that a callback needs no lock of its own."""
    tracking, inside, overlaps = tracker(), threading.Lock(), list[bool]()

    def enter(_: JobEvent) -> None:
        alone = inside.acquire(blocking=False)
        overlaps.append(not alone)
        if alone:
            inside.release()

    tracking.subscribe(enter)
    tracking.subscribe(enter)
    at_the_same_time([partial(pause_and_go_on, tracking, 100)] * 4)
    assert overlaps
    assert not any(overlaps)


@pytest.mark.usefixtures("hasty")
def test_subscribers_may_come_and_go_while_threads_look() -> None:
    """Those that stay are told everything."""
    tracking, told = tracker(), list[Any]()
    tracking.subscribe(told.append)

    def come_and_go() -> None:
        for _ in range(200):
            tracking.subscribe(lambda _: None).cancel()

    at_the_same_time([come_and_go, come_and_go, partial(pause_and_go_on, tracking, 200), partial(pause_and_go_on, tracking, 200)])
    assert [event.seq for event in told] == list(range(1, len(told) + 1))


def test_a_message_put_just_as_another_thread_stops_delivering_is_not_left_lying() -> None:
    """That thread looks once more after it has let go."""
    hub, told = Hub(), list[Any]()
    lifecycle = DataflowJobMachine.lifecycle
    first, second = Tracker("dataflow").observe(JOB, "JOB_STATE_RUNNING").events
    hub.subscribe(told.append, [lifecycle])

    class Letting:
        """A lock that, as it is let go, finds that something was put and could not be delivered."""

        def __init__(self) -> None:
            self.lock = threading.Lock()
            self.put_already = False

        def acquire(self, *, blocking: bool) -> bool:
            return self.lock.acquire(blocking=blocking)

        def release(self) -> None:
            if not self.put_already:
                self.put_already = True
                hub.put([second])
                hub.deliver()
            self.lock.release()

    hub._delivering = Letting()  # type: ignore[assignment]  # the one moment that no caller can bring about
    hub.put([first])
    hub.deliver()
    assert told == [first, second]


def test_nothing_is_kept_for_subscribers_that_there_are_not() -> None:
    """A tracker that nobody listens to does not fill up."""
    tracking, told = tracker(), list[Any]()
    run_to_its_end(tracking)
    tracking.subscribe(told.append)
    run_to_its_end(tracking, "2026-01-01_00_00_00-9")
    assert {event.job for event in told} == {"2026-01-01_00_00_00-9"}
