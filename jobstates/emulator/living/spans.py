"""Many jobs at one moment, without making any of them: those of one script that are in the same step are neighbours.

The older a job, the further it is, since all of one script have the same plan. So where one step ends and the next begins is
found by halving, with the very sums that a single job is told by: both always agree.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import chain
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from jobstates.emulator.living.plan import SLACK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jobstates.emulator.living.plan import Plan, Step
    from jobstates.emulator.living.world import Batch, Jobs, LiveJob


class Span(NamedTuple):
    """Jobs that are in the same step."""

    numbers: Sequence[int]
    step: Step
    begun: float
    """How many seconds after its creation each got there."""
    first: int
    created: float
    """When the job of the first number was created, in seconds since the epoch."""
    every: float = 0.0
    """Seconds from one to the next."""

    def times(self, number: int) -> tuple[float, float]:
        """When one of the jobs was created, and since when it is in its step."""
        created = self.created + (number - self.first) * self.every
        return created, created + self.begun


class Moment(NamedTuple):
    """Jobs as they are at one time."""

    spans: tuple[Span, ...]
    until: float
    """When what there is to see of any of them may change next by itself: never too late."""


def alone(jobs: Iterable[tuple[LiveJob, float]]) -> Moment:
    """Jobs, each as it is at a time of its own."""
    spans, until = [], inf
    for job, now in jobs:
        until = min(until, job.until(now))
        if job.exists(now):
            spans.append(Span((job.number,), job.step(now), job.since(now) - job.created, job.number, job.created))
    return Moment(tuple(spans), until)


def together(jobs: Jobs, now: float) -> Moment:
    """All of some jobs at a time."""
    shared = [(batch, batch.plan) for batch in jobs.batches if batch.plan]
    origins = {id(batch.origin) for batch in jobs.batches}
    touched = [job for job in jobs.touched.values() if id(job.origin) in origins]
    drawn = (batch.job(number) for batch in jobs.batches if not batch.plan for number in _numbers(batch, jobs))
    moments = [alone((job, now) for job in chain(touched, drawn))]
    moments += [_moment(batch, plan, jobs, now) for batch, plan in shared]
    return Moment(tuple(chain.from_iterable(one.spans for one in moments)), min(one.until for one in moments))


def until(jobs: Jobs, now: float) -> float:
    """When what there is to see of any of the jobs may change next by itself: never too late, early where one was touched."""
    touched = (job.until(now) for job in jobs.touched.values())
    return min(chain(touched, (_until(batch, now) for batch in jobs.batches)), default=inf)


def _until(batch: Batch, now: float) -> float:
    if batch.plan and batch.count > 1:
        return _following(batch, batch.plan, [_reached(batch, now, begins) for begins in batch.plan.begins])
    return min(batch.job(number).until(now) for number in range(batch.first, batch.first + batch.count))


def _following(batch: Batch, plan: Plan, reached: Sequence[int]) -> float:
    """When the next of the jobs gets to its next step, so many having got to each."""
    begins = zip(plan.begins, reached, strict=True)
    return min((batch.created + here * batch.every + begun for begun, here in begins if here < batch.count), default=inf)


def _moment(batch: Batch, plan: Plan, jobs: Jobs, now: float) -> Moment:
    reached = [_reached(batch, now, begins) for begins in plan.begins]
    spans = [
        Span(_untouched(batch, range(further, here), jobs), step, begun, batch.first, batch.created, batch.every)
        for step, begun, here, further in zip(plan.steps, plan.begins, reached, [*reached[1:], 0], strict=True)
        if further < here
    ]
    return Moment(tuple(spans), _following(batch, plan, reached))


def _reached(batch: Batch, now: float, begun: float) -> int:
    """How many of the jobs have got as far."""
    return bisect_right(range(batch.count), -begun, key=lambda place: -(now - (batch.created + place * batch.every) + SLACK))


def _untouched(batch: Batch, places: range, jobs: Jobs) -> Sequence[int]:
    numbers = range(batch.first + places.start, batch.first + places.stop)
    return [number for number in numbers if number not in jobs.touched] if jobs.touched else numbers


def _numbers(batch: Batch, jobs: Jobs) -> Iterator[int]:
    return (number for number in range(batch.first, batch.first + batch.count) if number not in jobs.touched)
