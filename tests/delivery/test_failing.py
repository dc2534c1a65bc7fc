"""A subscriber that fails stops neither the others nor the tracking."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, NoReturn

import pytest

from jobstates import DataflowJobMachine, JobEvent, Subscription
from tests.delivery.support import JOB, events, run_to_its_end, tracker

ALL = ["submit", "start", "finish"]


def fail(event: JobEvent) -> NoReturn:
    """A callback that raises."""
    raise LookupError(event.event)


async def fail_later(event: JobEvent) -> NoReturn:
    """A coroutine that raises, not at once."""
    await asyncio.sleep(0)
    raise LookupError(event.event)


@pytest.mark.parametrize("failing", [fail, fail_later])
def test_the_others_are_told_whatever_one_raises(failing: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Those before it and those after it; the tracking goes on."""
    tracking, before, after = tracker(), list[Any](), list[Any]()
    tracking.subscribe(before.append)
    tracking.subscribe(failing)
    tracking.subscribe(after.append)
    run_to_its_end(tracking)
    assert (events(before), events(after), str(tracking.state(JOB))) == (ALL, ALL, "DONE")
    assert len(caplog.records) == 3


@pytest.mark.parametrize("failing", [fail, fail_later])
def test_what_was_raised_is_logged_with_its_traceback(failing: Any, caplog: pytest.LogCaptureFixture) -> None:
    """And with the message it was raised on."""
    tracking = tracker()
    tracking.subscribe(failing, event="start")
    run_to_its_end(tracking)
    (record,) = caplog.records
    assert (record.name, record.levelno, record.getMessage()) == ("jobstates", logging.ERROR, f"a subscriber raised on {JOB}#2")
    assert record.exc_info is not None
    assert repr(record.exc_info[1]) == "LookupError('start')"
    assert f"in {failing.__name__}" in caplog.text


@pytest.mark.parametrize("failing", [fail, fail_later])
def test_what_was_raised_is_handed_to_on_error(failing: Any) -> None:
    """With the message and the subscription, which can so be ended."""
    handed: list[Any] = []
    tracking = tracker(on_error=lambda *parts: handed.append(parts))
    subscription = tracking.subscribe(failing, event="start")
    run_to_its_end(tracking)
    ((error, message, which),) = handed
    assert (type(error), message.event, which) == (LookupError, "start", subscription)


def test_on_error_may_end_the_subscription_that_failed() -> None:
    """It is not told of anything any more."""
    told: list[str] = []

    def give_up(_: BaseException, message: JobEvent, subscription: Subscription) -> None:
        told.append(message.event)
        subscription.cancel()

    tracking = tracker(on_error=give_up)
    tracking.subscribe(fail)
    run_to_its_end(tracking)
    assert told == ["submit"]


def test_on_error_that_fails_itself_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """It stops nothing either."""

    def worse(*_: object) -> NoReturn:
        raise RuntimeError("worse")

    tracking, after = tracker(on_error=worse), list[Any]()
    tracking.subscribe(fail, event="start")
    tracking.subscribe(after.append)
    run_to_its_end(tracking)
    assert events(after) == ALL
    assert [record.getMessage() for record in caplog.records] == [f"a subscriber raised on {JOB}#2", "on_error raised"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_is_no_failure_passes_through(error: type[BaseException]) -> None:
    """Somebody wants the program to end; what was to be told is told with the next change."""
    tracking, after = tracker(), list[Any]()

    @tracking.subscribe(event="start")
    def leave(_: JobEvent) -> NoReturn:
        raise error

    tracking.subscribe(after.append)
    with pytest.raises(error):
        tracking.observe(JOB, "JOB_STATE_RUNNING")
    leave.cancel()
    tracking.observe(JOB, "JOB_STATE_DONE")
    assert events(after) == ["submit", "finish"]


def test_a_coroutine_without_a_loop_lets_an_interrupt_through() -> None:
    """As a plain callback does; the next message finds a new loop."""
    tracking, got = tracker(), list[str]()

    @tracking.subscribe
    async def leave(event: JobEvent) -> None:
        got.append(event.event)
        if event.event == "start":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tracking.observe(JOB, "JOB_STATE_RUNNING")
    tracking.observe(JOB, "JOB_STATE_DONE")
    assert (got, leave.active) == (ALL, True)


async def test_a_coroutine_that_awaits_something_cancelled_has_failed(caplog: pytest.LogCaptureFixture) -> None:
    """It was not cancelled itself, so its next message is its own."""
    tracking, got = tracker(), list[str]()

    @tracking.subscribe
    async def hasty(event: JobEvent) -> None:
        got.append(event.event)
        if event.event == "submit":
            cancelled = asyncio.get_running_loop().create_future()
            cancelled.cancel()
            await cancelled

    run_to_its_end(tracking)
    await tracking.settled()
    assert (got, hasty.active) == (ALL, True)
    assert [record.getMessage() for record in caplog.records] == [f"a subscriber raised on {JOB}#1"]


def test_a_failure_of_a_machines_subscriber_is_handed_on_too() -> None:
    """By the same rules."""
    handed: list[Any] = []
    machine = DataflowJobMachine(JOB, on_error=lambda *parts: handed.append(parts[0]))
    machine.subscribe(fail)
    machine.observe("PENDING")
    assert list(map(repr, handed)) == ["LookupError('submit')"]
