"""When to look again, and never more calls a minute than are allowed: pure in the time that is handed in."""

from __future__ import annotations

import math
from bisect import bisect_left

import anyio
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from jobstates.watch.pace import Pace
from jobstates.watch.quota import MINUTE, Bucket, Quotas
from tests.watch.scripted import Scripted
from tests.watch.support import by_lot, scope

SECONDS = st.floats(0.01, 1e4)
PACES = st.builds(
    lambda soonest, factor, share, jitter: Pace(soonest=soonest, latest=soonest * factor, share=share, jitter=jitter),
    st.floats(0.01, 100),
    st.floats(1, 1000),
    st.floats(0.001, 1),
    st.floats(0, 0.99),
)


@given(PACES, SECONDS, SECONDS)
def test_the_longer_a_job_is_quiet_the_later_is_the_next_look_but_never_later_than_the_latest(
    pace: Pace, quiet: float, more: float
) -> None:
    assert pace.soonest <= pace.interval(quiet) <= pace.interval(quiet + more) <= pace.latest


@given(PACES, st.integers(1, 10_000))
def test_tries_come_ever_more_seldom_but_never_later_than_the_latest(pace: Pace, failures: int) -> None:
    assert pace.soonest == pace.retry(1) <= pace.retry(failures) <= pace.retry(failures + 1) <= pace.latest


@given(PACES, SECONDS, st.integers())
def test_a_time_is_shortened_at_random_and_never_lengthened(pace: Pace, seconds: float, seed: int) -> None:
    assert seconds * (1 - pace.jitter) <= pace.jittered(seconds, by_lot(seed)) <= seconds


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({"soonest": 2, "latest": 1}, "latest=1 is shorter than soonest=2"),
        ({"soonest": 0}, "greater than 0"),
        ({"share": 0}, "greater than 0"),
        ({"share": 1.1}, "less than or equal to 1"),
        ({"jitter": 1}, "less than 1"),
        ({"often": 1}, "Extra inputs"),
    ],
)
def test_a_pace_that_cannot_be_is_refused(told: dict[str, float], wrong: str) -> None:
    with pytest.raises(ValidationError, match=wrong):
        Pace.model_validate(told)


WAITS = st.lists(st.floats(0, 120), min_size=1, max_size=200)


def made_at(bucket: Bucket, waits: list[float]) -> list[float]:
    """When the calls are made that are taken at these times, each so many seconds after the one before."""
    now, calls = 0.0, []
    for wait in waits:
        now += wait
        calls.append(now + bucket.take(now))
    return calls


def most_in_a_minute(calls: list[float]) -> int:
    """How many calls fall into the fullest minute, wherever it begins."""
    calls = sorted(calls)
    # Calls that are a minute apart but for rounding are a minute apart.
    return max(bisect_left(calls, begin + MINUTE - 1e-6) - place for place, begin in enumerate(calls))


@given(st.one_of(st.integers(1, 100), st.floats(1, 10_000)), WAITS)
@example(1, [0.0, 59.9, 0.05, 0.1])
@example(60, [0.0] * 200)
def test_in_no_minute_are_more_calls_made_than_the_quota(per_minute: float, waits: list[float]) -> None:
    assert most_in_a_minute(made_at(Bucket(per_minute, 0.0), waits)) <= per_minute


@given(st.integers(1, 100), st.lists(st.tuples(st.floats(0, 20), st.booleans()), min_size=1, max_size=200))
@example(60, [(0.0, False)] * 6 + [(0.0, True)] * 54 + [(0.0, False)] * 60 + [(60.5, False)] + [(0.0, False)] * 60)
def test_nor_are_they_where_calls_are_taken_and_then_not_made(per_minute: int, steps: list[tuple[float, bool]]) -> None:
    """A caller who has waited until its call may be made, and makes none, gives it back."""
    bucket, now, calls = Bucket(per_minute, 0.0), 0.0, []
    due: list[float] = []
    for wait, gives_back in steps:
        now += wait
        while due and due[0] <= now:
            bucket.give_back(now)
            del due[0]
        call = now + bucket.take(now)
        if gives_back:
            due.append(call)
        else:
            calls.append(call)
    assert not calls or most_in_a_minute(calls) <= per_minute


@given(st.integers(1, 1000), st.integers(1, 500))
def test_calls_are_made_in_the_order_in_which_they_are_taken_and_none_waits_longer_than_it_must(
    per_minute: int, jobs: int
) -> None:
    calls = made_at(Bucket(per_minute, 0.0), [0.0] * jobs)
    assert calls == sorted(calls)
    assert calls[-1] <= MINUTE * (jobs / per_minute) / 0.5, "half of the quota is used at least"


def test_a_call_that_was_not_made_is_there_for_the_next_one() -> None:
    bucket = Bucket(60, 0.0)
    assert [bucket.take(0.0) for _ in range(6)] == [0.0] * 6
    bucket.give_back(0.0)
    assert bucket.take(0.0) == 0.0
    assert bucket.take(0.0) > 0


@pytest.mark.parametrize("calls", [0, 0.5, -1, math.nan, math.inf])
def test_a_quota_that_is_none_is_refused(calls: float) -> None:
    with pytest.raises(ValueError, match="a quota is"):
        Quotas({"vertex": calls})


async def slots(quotas: Quotas, *takers: tuple[Scripted, str, str]) -> int:
    """How many of so many calls may be made at once."""
    made = 0
    for source, kind, location in takers:
        with anyio.move_on_after(0.001):
            await quotas.take(source, scope(kind, location))
            made += 1
    return made


async def test_a_quota_is_shared_by_the_kinds_and_platforms_of_a_service_in_one_place_and_by_nobody_else() -> None:
    one, another = Scripted(("vertex", "vertex-pipeline")), Scripted(("dataflow",))
    quotas = Quotas({"vertex": 1, "vertex-pipeline": 1, "dataflow": 1}, clock=lambda: 0.0)
    assert await slots(quotas, (one, "customJobs", "us-central1")) == 1
    assert await slots(quotas, (one, "nasJobs", "us-central1"), (one, "pipelineJobs", "us-central1")) == 0
    assert await slots(quotas, (one, "customJobs", "europe-west1"), (another, "jobs", "us-central1")) == 2
    assert await slots(Quotas({"vertex": 1}, clock=lambda: 0.0), (one, "customJobs", "us-central1")) == 1


async def test_the_platforms_of_a_service_share_the_smaller_of_their_quotas_whichever_is_asked_first() -> None:
    for first in ("customJobs", "pipelineJobs"):
        source = Scripted(("vertex", "vertex-pipeline"))
        quotas = Quotas({"vertex": 10}, clock=lambda: 0.0)
        assert await slots(quotas, (source, first, "us-central1"), (source, "customJobs", "us-central1")) == 1


async def test_without_being_told_a_quota_is_what_the_source_says() -> None:
    source = Scripted(("vertex",), quotas={"vertex": 20})
    assert await slots(Quotas(clock=lambda: 0.0), *[(source, "customJobs", "us-central1")] * 5) == 2
