"""When to look at which jobs of a scope, and how: driven by a turned clock."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from math import ceil, inf
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstates.watch import schedule as room
from jobstates.watch.pace import Pace
from jobstates.watch.schedule import Schedule
from jobstates.watch.sweep import Plan
from tests.watch.support import by_lot

if TYPE_CHECKING:
    from collections.abc import Sequence

PACE = Pace(soonest=2, latest=60, share=0.1, jitter=0)
HORIZON = 900.0


class Look(NamedTuple):
    """One sweep, as the schedule planned it."""

    at: float
    plan: Plan
    names: frozenset[str]
    """The jobs that were looked at."""
    calls: int


def drive(schedule: Schedule, changes: Sequence[tuple[float, str]], jobs: int, page_size: int) -> list[Look]:
    """Look whenever it is due, while jobs change at these times."""
    everybody = frozenset(f"job-{number}" for number in range(jobs))
    schedule.stir(everybody, 0.0, soon=0.0)
    looks, waiting = [], sorted(changes)
    while (now := min(schedule.next, waiting[0][0] if waiting else inf)) <= HORIZON:
        if waiting and waiting[0][0] <= now:
            schedule.stir([waiting.pop(0)[1]], now)
            continue
        plan = schedule.plan(now, jobs)
        assert plan is not None, "what is due is looked at"
        names = everybody if plan.names is None or plan.listed else frozenset(plan.names)
        pages = ceil(jobs / page_size) if plan.listed else 0
        looks.append(Look(now, plan, names, pages or len(names)))
        schedule.looked(plan, now, calls=pages)
    return looks


CHANGES = st.lists(st.tuples(st.floats(1, HORIZON), st.integers(0, 6).map("job-{}".format)), max_size=20)


@given(st.integers(1, 7), st.sampled_from([1, 2, 1000]), CHANGES, st.sampled_from([1000, 3, 0]))
def test_no_job_waits_longer_for_a_look_than_its_pace_says(
    jobs: int, page_size: int, changes: list[tuple[float, str]], many: int
) -> None:
    changes = [(at, name) for at, name in changes if int(name[4:]) < jobs]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "MANY", many)
        looks = drive(Schedule(PACE, page_size), changes, jobs, page_size)
    changed: dict[str, list[float]] = defaultdict(lambda: [0.0])
    for at, name in sorted(changes):
        changed[name].append(at)
    for name in (f"job-{number}" for number in range(jobs)):
        times = [look.at for look in looks if name in look.names]
        for at, following in zip([0.0, *times], [*times, HORIZON], strict=True):
            since = max(one for one in changed[name] if one <= at)
            # Where very many change, they share one time, which may be that of one that changed a moment before.
            assert following - at <= PACE.interval(at - since) + (0 if many > 10 else PACE.soonest) + 1e-9
            assert all(following - one <= PACE.soonest + 1e-9 for one in changed[name] if at < one < following)


@given(st.integers(1, 7), st.sampled_from([1, 2, 1000]), CHANGES)
def test_no_look_costs_more_calls_than_the_other_way_of_looking(
    jobs: int, page_size: int, changes: list[tuple[float, str]]
) -> None:
    changes = [(at, name) for at, name in changes if int(name[4:]) < jobs]
    for look in drive(Schedule(PACE, page_size), changes, jobs, page_size):
        singly = jobs if look.plan.names is None and not look.plan.listed else len(look.plan.names or look.names)
        pages = ceil(jobs / page_size)
        assert look.calls == (pages if look.plan.listed else singly)
        assert look.plan.listed or singly <= pages


@given(st.floats(0.01, 0.9), st.integers())
def test_jitter_only_makes_looks_more_frequent(jitter: float, seed: int) -> None:
    def looked(pace: Pace) -> list[Look]:
        return drive(Schedule(pace, 1000, by_lot(seed)), [], 1, 1000)

    jittered = looked(PACE.model_copy(update={"jitter": jitter}))
    assert len(jittered) >= len(looked(PACE))
    assert all(later.at - sooner.at <= PACE.latest for sooner, later in pairwise(jittered))


def test_a_job_that_nobody_stirred_is_never_due() -> None:
    schedule = Schedule(PACE, 1000)
    assert schedule.next == inf
    assert schedule.plan(1e9, 5) is None


def test_a_quiet_job_is_looked_at_ever_more_seldom() -> None:
    times = [look.at for look in drive(Schedule(PACE, 1000), [], 1, 1000)]
    looks = [sum(begin <= at < begin + 180 for at in times) for begin in range(0, 900, 180)]
    assert times[:3] == [0, 2, 4]
    assert looks == sorted(looks, reverse=True)
    assert (looks[0] > 20, looks[-1]) == (True, 3)


def test_a_list_that_turned_out_longer_than_thought_is_weighed_as_it_is() -> None:
    """Other people's jobs stand on the pages, too; and there are jobs that no list shows."""
    schedule = Schedule(PACE, 1000)
    schedule.stir(["a", "b", "c"], 0.0, soon=0.0)
    plan = schedule.plan(0.0, 3)
    assert plan is not None
    assert plan.listed
    schedule.looked(plan, 0.0, calls=40)
    plan = schedule.plan(2.0, 3)
    assert plan is not None
    assert (plan.listed, set(plan.names or ())) == (False, {"a", "b", "c"})


def test_a_failed_job_is_tried_again_when_the_service_says_or_later() -> None:
    schedule = Schedule(PACE, 1000)
    schedule.stir(["a"], 0.0)
    schedule.retry("a", 10.0, failures=1, after=30.0)
    assert schedule.next == 40.0
    schedule.retry("a", 40.0, failures=3, after=1.0)
    assert schedule.next == 48.0


@given(st.floats(0, 0.9), st.integers())
def test_a_page_is_tried_again_ever_later(jitter: float, seed: int) -> None:
    schedule = Schedule(PACE.model_copy(update={"jitter": jitter}), 1000, by_lot(seed))
    assert all(whole * (1 - jitter) <= one <= whole for one, whole in zip(schedule.pauses(), [2, 4, 8, 16], strict=True))


def test_a_list_that_broke_off_puts_off_every_look() -> None:
    schedule = Schedule(PACE, 1000)
    schedule.stir(["a", "b"], 0.0)
    schedule.retry(None, 1.0, failures=2, after=25.0)
    assert schedule.next == 26.0


def test_a_job_that_it_is_no_use_to_ask_for_is_not_asked_for_until_it_is_stirred() -> None:
    schedule = Schedule(PACE, 1000)
    schedule.stir(["a"], 0.0, soon=0.0)
    schedule.stir(["b"], 0.0)
    schedule.block("a")
    assert schedule.plan(60.0, 2) == Plan(listed=False, names=None, skip=frozenset({"a"}))
    schedule.stir(["a"], 60.0, soon=0.0)
    assert schedule.plan(60.0, 2) == Plan(listed=True, names=None, skip=frozenset())


def test_where_nobody_is_left_to_ask_for_nothing_is_due() -> None:
    schedule = Schedule(PACE, 1000)
    schedule.stir(["a"], 0.0, soon=0.0)
    schedule.block("a")
    assert schedule.plan(60.0, 1) is None
    assert schedule.next == inf
    schedule.stir(["a"], 70.0, soon=0.0)
    assert schedule.plan(70.0, 1) == Plan(listed=False, names=["a"], skip=frozenset())


def test_a_job_apart_has_looks_of_its_own_ever_later_whatever_becomes_of_the_others() -> None:
    schedule = Schedule(PACE, 1000)
    schedule.stir(["a"], 0.0, soon=0.0)
    schedule.part("a", 0.0, looks=1)
    schedule.part("b", 0.0, looks=3)
    schedule.looked(Plan(), 1.0)
    assert schedule.plan(2.0, 0) == Plan(listed=False, names=["a"])
    schedule.retry("a", 2.0, failures=2)
    assert (schedule.next, schedule.plan(7.0, 0)) == (6.0, Plan(listed=False, names=["a"]))
    schedule.stir(["a"], 7.0, soon=10.0)
    assert schedule.plan(8.0, 0) == Plan(listed=False, names=["b"])
    schedule.settle(["b"])
    assert schedule.plan(8.0, 0) is None


def test_a_list_that_was_refused_is_tried_for_again_ever_later_until_there_is_hope_for_it() -> None:
    schedule, now = Schedule(PACE, 1000), 0.0
    for wait in (60.0, 120.0, 240.0):
        schedule.refused(now)
        for later, listed in ((wait - 1, False), (wait, True)):
            schedule.stir(["a", "b"], now, soon=0.0)
            plan = schedule.plan(now + later, 2)
            assert plan is not None
            assert plan.listed is listed
        now += wait
    schedule.refused(now)
    schedule.listable()
    plan = schedule.plan(now, 2)
    assert plan is not None
    assert plan.listed


def test_a_settled_job_has_no_look_of_its_own() -> None:
    schedule = Schedule(PACE, 1000)
    schedule.stir(["a"], 0.0)
    schedule.settle(["a"])
    assert schedule.next == 60.0


def test_when_very_many_jobs_change_at_once_they_have_their_looks_in_common(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MANY", 10)
    schedule = Schedule(PACE, 1000)
    schedule.stir([str(number) for number in range(11)], 0.0)
    plan = schedule.plan(2.0, 11)
    assert plan is not None
    assert (plan.listed, plan.names) == (True, None)
    schedule.looked(plan, 2.0, calls=1)
    assert schedule.next == 4.0
