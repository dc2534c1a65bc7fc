"""Many jobs at one moment are the same jobs as one by one, and stay so until the time that is told."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from jobstates import DataflowJob, DataflowJobMachine
from jobstates.emulator.living.clock import Clock
from jobstates.emulator.living.life import Life
from jobstates.emulator.living.plan import SLACK
from jobstates.emulator.living.planning import Planner
from jobstates.emulator.living.spans import Moment, alone, together, until
from jobstates.emulator.living.world import Origin, World

if TYPE_CHECKING:
    from jobstates.emulator.living.world import LiveJob

LIVES = st.sampled_from([{}, {"walk": 3}, {"states": ["PENDING", {"RUNNING": 0}, {"RESOURCE_CLEANING_UP": 2.5}, "DONE"]}])
SECONDS = st.floats(0, 20)
PLANNER = Planner(DataflowJobMachine.lifecycle)


def world(batches: list[tuple[dict[str, object], int, float, float]], touched: list[tuple[int, float]]) -> World:
    """Batches, and jobs that are cancelled or deleted at a time."""
    made = World(Clock())
    for life, count, created, every in batches:
        origin = Origin(PLANNER, DataflowJob(type="batch"), Life.model_validate(life), "here", "jobs")
        made.add(origin, count=count, created=created, every=every)
    for number, at in touched:
        if (job := made.find(number)) and job.exists(at):
            cancel(made, job, at) if number % 2 else made.delete(job, at)
    return made


def cancel(made: World, job: LiveJob, at: float) -> None:
    ways = [arrow for arrow in PLANNER.lifecycle.allowed(job.step(at).state) if arrow.event == "cancel"]
    if ways:
        made.ask(job, ways, at)


def told(moment: Moment) -> dict[int, tuple[object, ...]]:
    return {number: (span.step.state, *span.times(number)) for span in moment.spans for number in span.numbers}


BATCHES = st.lists(st.tuples(LIVES, st.integers(1, 30), SECONDS, st.sampled_from([0.0, 0.1, 1.0, 1 / 3])), max_size=4)
TOUCHED = st.lists(st.tuples(st.integers(0, 100), SECONDS), max_size=5)


@given(BATCHES, TOUCHED, SECONDS)
def test_together_they_are_what_each_is_alone(batches: list, touched: list, now: float) -> None:  # type: ignore[type-arg]  # drawn
    jobs = world(batches, touched).jobs()
    moment, single = together(jobs, now), alone((job, now) for job in jobs)
    assert (
        told(moment)
        == told(single)
        == {job.number: (job.step(now).state, job.created, job.since(now)) for job in jobs if job.exists(now)}
    )
    assert now < moment.until <= single.until  # early where a job was touched that the others would have been like


@given(BATCHES, TOUCHED, SECONDS)
def test_when_they_may_change_next_is_never_told_too_late(batches: list, touched: list, now: float) -> None:  # type: ignore[type-arg]
    made = world(batches, [(number, min(at, now)) for number, at in touched])
    assert now < until(made.jobs(), now) <= together(made.jobs(), now).until


@given(BATCHES, TOUCHED, SECONDS)
def test_nothing_changes_before_the_time_that_is_told(batches: list, touched: list, now: float) -> None:  # type: ignore[type-arg]
    made = world(batches, [(number, min(at, now)) for number, at in touched])
    moment = together(made.jobs(), now)
    assert moment.until > now
    if now + 2 * SLACK < moment.until < inf:
        between = now + (moment.until - 2 * SLACK - now) * 0.999
        assert told(together(made.jobs(), between)) == told(moment)
