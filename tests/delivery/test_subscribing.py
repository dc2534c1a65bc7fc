"""The ways to subscribe, and to end it."""

from __future__ import annotations

import gc
import weakref
from functools import partial
from typing import Any

from jobstates import DataflowJobMachine, JobEvent
from tests.delivery.support import JOB, OTHER, events, run_to_its_end, tracker

ALL = ["submit", "start", "finish"]


def test_a_callback_is_called_with_every_event_in_order() -> None:
    """Subscribed by a call."""
    tracking, got = tracker(), list[Any]()
    tracking.subscribe(got.append)
    run_to_its_end(tracking)
    assert events(got) == ALL


def test_a_function_is_subscribed_by_decorating_it() -> None:
    """Without parentheses."""
    tracking, got = tracker(), list[Any]()

    @tracking.subscribe
    def note(event: JobEvent) -> None:
        got.append(event)

    run_to_its_end(tracking)
    assert events(got) == ALL
    assert note.active


def test_a_function_is_subscribed_by_decorating_it_with_filters() -> None:
    """With parentheses."""
    tracking, got = tracker(), list[Any]()

    @tracking.subscribe(terminal=True)
    def note(event: JobEvent) -> None:
        got.append(event)

    run_to_its_end(tracking)
    assert events(got) == ["finish"]
    assert note.active


def test_a_decorated_function_can_still_be_called_and_keeps_its_name() -> None:
    """As a decorated function should."""
    tracking = tracker()

    @tracking.subscribe()
    def double(number: int) -> int:
        """Twice a number."""
        return 2 * number

    assert (double(21), double.__name__, double.__doc__) == (42, "double", "Twice a number.")


def test_nothing_happens_before_there_is_a_function_to_decorate() -> None:
    """A subscription without a callback is a decorator that waits."""
    tracking = tracker()
    waiting = tracking.subscribe(terminal=True)
    run_to_its_end(tracking)
    assert not waiting.active


def test_a_callback_without_a_name_is_as_good_as_any() -> None:
    """Such as a partial one."""
    tracking, got = tracker(), list[Any]()
    tracking.subscribe(partial(lambda kept, event: kept.append(event), got))
    run_to_its_end(tracking)
    assert events(got) == ALL


def test_a_subscription_ends_with_its_block() -> None:
    """What comes later is not delivered."""
    tracking, got = tracker(), list[Any]()
    with tracking.subscribe(got.append) as subscription:
        tracking.observe(JOB, "JOB_STATE_PENDING")
    tracking.observe(JOB, "JOB_STATE_RUNNING")
    assert (events(got), subscription.active) == (["submit"], False)


def test_a_subscription_ends_when_it_is_cancelled() -> None:
    """Twice does no harm, and the others stay."""
    tracking, got, others = tracker(), list[Any](), list[Any]()
    subscription = tracking.subscribe(got.append)
    tracking.subscribe(others.append)
    subscription.cancel()
    subscription.cancel()
    run_to_its_end(tracking)
    assert (events(got), events(others)) == ([], ALL)


def test_a_cancelled_subscription_lets_go_of_its_callback() -> None:
    """The tracker keeps nothing of it."""

    class Listener:
        def hear(self, event: JobEvent) -> None:
            raise AssertionError(event)

    tracking, listener = tracker(), Listener()
    gone = weakref.ref(listener)
    tracking.subscribe(listener.hear).cancel()
    del listener
    gc.collect()
    assert gone() is None


def test_a_callback_may_cancel_itself() -> None:
    """It gets what it was given, and no more."""
    tracking, got = tracker(), list[Any]()

    @tracking.subscribe
    def once(event: JobEvent) -> None:
        got.append(event)
        once.cancel()

    run_to_its_end(tracking)
    assert events(got) == ["submit"]


def test_a_callback_may_cancel_one_that_has_not_been_told_yet() -> None:
    """Which is then not told."""
    tracking, got = tracker(), list[Any]()
    tracking.subscribe(lambda _: second.cancel())
    second = tracking.subscribe(got.append)
    run_to_its_end(tracking)
    assert got == []


def test_a_callback_that_subscribes_another_does_so_for_what_comes() -> None:
    """The new one is not told of what is being told."""
    tracking, got = tracker(), list[Any]()

    @tracking.subscribe(event="submit")
    def more(event: JobEvent) -> None:
        tracking.subscribe(got.append)

    run_to_its_end(tracking)
    assert (events(got), more.active) == (["start", "finish"], True)


def test_a_callback_that_looks_at_the_job_sees_what_it_is_told_of() -> None:
    """The record is changed before anybody is told."""
    tracking, seen = tracker(), list[Any]()
    tracking.subscribe(lambda event: seen.append((event.target, tracking.state(event.job))))
    run_to_its_end(tracking)
    assert all(target == state for target, state in seen)
    assert len(seen) == 3


def test_what_a_callback_causes_is_delivered_after_what_caused_it() -> None:
    """All subscribers see the same order, those that come after the one that caused it, too."""
    tracking, first, last = tracker(), list[Any](), list[Any]()

    @tracking.subscribe
    def causing(event: JobEvent) -> None:
        first.append((event.job, event.event))
        if event.event == "start" and event.job == JOB:
            run_to_its_end(tracking, OTHER)

    tracking.subscribe(lambda event: last.append((event.job, event.event)))
    run_to_its_end(tracking)
    assert first == last
    assert first == [(JOB, "submit"), (JOB, "start"), *((OTHER, event) for event in ALL), (JOB, "finish")]
    assert causing.active


def test_a_machine_is_subscribed_to_in_the_same_way() -> None:
    """Of one job."""
    machine, got = DataflowJobMachine(JOB), list[Any]()
    with machine.subscribe(got.append, event="drain"):
        machine.observe("RUNNING")
        machine.drain()
    assert events(got) == ["drain"]
