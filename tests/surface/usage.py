"""The package as a typed program uses it. It is run, and checked by mypy as strictly as it goes, from another folder."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, Literal, assert_type

from jobstates import (
    Arrow,
    DataflowJob,
    DataflowJobMachine,
    DataflowJobState,
    EventStream,
    Finding,
    Followed,
    Job,
    JobEvent,
    JobState,
    Lifecycle,
    Observation,
    Outcome,
    Record,
    Step,
    Subscription,
    Tracker,
    follow,
)

JOB = "2026-01-01_00_00_00-4711"

lifecycle = assert_type(Lifecycle.of(DataflowJobMachine), Lifecycle)
assert_type(lifecycle.states, tuple[JobState, ...])
assert_type(lifecycle.arrows, tuple[Arrow, ...])
assert_type(lifecycle.route("QUEUED", "DONE"), tuple[Arrow, ...] | None)
assert_type(lifecycle.allowed(DataflowJobState.RUNNING), tuple[Arrow, ...])
assert_type(lifecycle.walks(), Iterator[tuple[Arrow, ...]])
assert_type(lifecycle.coerce(2), JobState | None)
assert_type(DataflowJobState.DONE.outcome, Outcome | None)

tracker = Tracker("dataflow")


@tracker.subscribe(terminal=True)
def ended(event: JobEvent) -> None:
    """Be told of every end."""
    told.append(event)


told: list[JobEvent] = []
assert_type(tracker.observe(JOB, "JOB_STATE_RUNNING"), Followed)
assert_type(tracker.observe(JOB, DataflowJobState.DONE).events, tuple[JobEvent, ...])
assert_type(tracker.observe(JOB, 3).findings, tuple[Finding, ...])
assert_type(tracker.state(JOB), JobState | None)
assert_type(tracker.record(JOB), Record | None)
assert [event.outcome for event in told] == [Outcome.SUCCEEDED]

with tracker.subscribe(print, findings=True) as subscription:
    assert_type(subscription, Subscription)
assert_type(tracker.subscribe(ended).cancel(), None)

machine = DataflowJobMachine(DataflowJob(type="streaming"))
assert_type(DataflowJob(type="batch").type, Literal["batch", "streaming"] | None)
assert_type(machine.observe("RUNNING"), Followed)
assert_type(machine.state, JobState)
assert_type(machine.job, Job)
assert_type(machine.subscribe(ended), Subscription)
machine.drain()

step = follow(lifecycle, DataflowJob(), None, Observation("DRAINED"))
assert_type(step, Step)
assert_type(step.events, tuple[JobEvent, ...])


async def listen() -> list[Any]:
    """Read the tracker's messages as they come."""
    heard = []
    async with assert_type(tracker.events(), EventStream[JobEvent]) as stream:
        tracker.observe(f"{JOB}-2", "RUNNING")
        async for message in stream:
            heard.append(assert_type(message, JobEvent))
            if len(heard) == len(("submit", "start")):
                break
    return heard


assert [event.event for event in asyncio.run(listen())] == ["submit", "start"]
