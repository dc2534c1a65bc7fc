"""All the jobs there are: found by number, told by their scripts, changed only by requests."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstates.emulator.living.clock import Clock, ClockSettings
from jobstates.emulator.living.life import Life
from jobstates.emulator.living.plan import SLACK
from jobstates.emulator.living.planning import IllegalLife, planner_of
from jobstates.emulator.living.world import Origin, World
from tests.emulator.living.support import CUSTOM, ways

if TYPE_CHECKING:
    from jobstates.emulator.living.world import LiveJob


@pytest.fixture
def world() -> World:
    return World(Clock(ClockSettings(scale=0)))


def origin(life: object = None, scope: str = "here") -> Origin:
    return Origin(planner_of(CUSTOM), CUSTOM, Life.model_validate({} if life is None else life), scope, "customJobs")


def found(world: World, number: int) -> LiveJob:
    job = world.find(number)
    assert job is not None
    return job


def states(world: World) -> list[str]:
    now = world.clock.now()
    return [job.step(now).state.name for job in world.jobs() if job.exists(now)]


def test_a_job_is_found_by_its_number(world: World) -> None:
    first, second = world.add(origin()), world.add(origin(), count=3)
    assert [found(world, number).number for number in range(4)] == [first.first, *range(second.first, second.first + 3)]
    assert world.find(4) is None
    assert world.find(-1) is None


def test_what_is_there_to_see_depends_on_the_clock_alone(world: World) -> None:
    world.add(origin())
    seen = []
    for _ in range(4):
        seen.append(states(world))
        assert states(world) == seen[-1]
        world.clock.advance(1)
    assert seen == [["QUEUED"], ["RUNNING"], ["SUCCEEDED"], ["SUCCEEDED"]]


def test_jobs_of_one_script_begin_one_after_the_other(world: World) -> None:
    world.add(origin(), count=3, every=1)
    world.clock.advance(1.5)
    assert states(world) == ["RUNNING", "QUEUED"]


@pytest.mark.parametrize("milliseconds", [1, 7, 50, 100, 300, 700])
def test_no_state_is_missed_by_a_rounding(milliseconds: int) -> None:
    """Whenever a job is created, and however short its states are."""
    seconds = milliseconds / 1000
    world = World(Clock(ClockSettings(scale=0, step=seconds)))
    for _ in range(30):
        world.clock.read()
        world.add(origin({"states": ["QUEUED", {"PENDING": 2 * seconds}, "RUNNING"], "pace": seconds}))
    jobs, now = world.jobs(), world.clock.now()
    assert [job.step(now).state.name for job in reversed(jobs)] == ["QUEUED", "PENDING", "PENDING", *["RUNNING"] * 27]
    assert [len([*job.past(now)]) for job in reversed(jobs)] == [1, 2, 2, *[3] * 27]


def test_a_request_changes_one_job_of_a_script_and_no_other(world: World) -> None:
    world.add(origin(["QUEUED", "RUNNING"]), count=3)
    world.clock.advance(5)
    job, now = found(world, 1), world.clock.now()
    world.ask(job, ways(CUSTOM, job.plan, 5, "cancel"), now)
    world.clock.advance(1)
    assert states(world) == ["RUNNING", "CANCELLED", "RUNNING"]
    assert [asked.event for asked in found(world, 1).asked] == ["cancel"]
    assert found(world, 1).step(now - 0.1).state.name == "RUNNING"


def test_a_deleted_job_was_there_before(world: World) -> None:
    world.add(origin())
    world.clock.advance(1)
    job = found(world, 0)
    world.delete(job, world.clock.now())
    assert not found(world, 0).exists(world.clock.now())
    assert found(world, 0).exists(world.clock.now() - 0.5)


def test_whatever_changes_is_told_by_the_version(world: World) -> None:
    versions = [world.version]
    world.add(origin())
    versions.append(world.version)
    world.clock.advance(1)
    assert world.version == versions[-1]
    world.delete(found(world, 0), world.clock.now())
    versions.append(world.version)
    assert len(set(versions)) == 3


def test_jobs_of_some_origins_are_a_sequence(world: World) -> None:
    for scope in ("here", "there", "here"):
        world.add(origin(scope=scope), count=2)
    jobs = world.jobs(lambda one: one.scope == "here")
    assert [job.number for job in jobs] == [0, 1, 4, 5]
    assert [jobs[place].number for place in range(len(jobs))] == [0, 1, 4, 5]
    assert [job.number for job in jobs[1:3]] == [1, 4]
    assert [job.number for job in reversed(jobs)] == [5, 4, 1, 0]


def test_an_illegal_life_is_refused_when_the_job_is_created(world: World) -> None:
    with pytest.raises(IllegalLife):
        world.add(origin(["SUCCEEDED"]), count=100)
    assert len(world.jobs()) == 0


def test_what_jobs_took_is_counted_up_to_now(world: World) -> None:
    world.add(origin(), count=10)
    world.clock.advance(1)
    taken, jobs = world.taken()
    assert {(platform, arrow.event): count for (platform, arrow), count in taken.items()} == {
        ("vertex", "submit"): 10,
        ("vertex", "start"): 10,
    }
    assert jobs == {"vertex": 10}


def test_a_job_that_was_called_off_before_it_came_is_not_counted(world: World) -> None:
    world.add(origin(), created=world.clock.now() + 5)
    world.delete(found(world, 0), found(world, 0).created)
    world.clock.advance(10)
    assert world.taken() == ({}, {})


def test_a_hundred_thousand_jobs_of_one_script_take_no_room(world: World) -> None:
    tracemalloc.start()
    try:
        world.add(origin(), count=100_000)
        sum(1 for _ in world.jobs())
        assert tracemalloc.get_traced_memory()[0] < 100_000
    finally:
        tracemalloc.stop()


@given(seed=st.integers(), moments=st.lists(st.floats(0, 20), max_size=20))
def test_looks_in_any_order_show_the_same(seed: int, moments: list[float]) -> None:
    world = World(Clock(ClockSettings(scale=0)))
    batch = world.add(origin({"walk": seed}))
    job = found(world, batch.first)
    seen = {moment: (job.step(batch.created + moment).state, job.since(batch.created + moment)) for moment in moments}
    for moment in sorted(moments):
        assert (job.step(batch.created + moment).state, job.since(batch.created + moment)) == seen[moment]
        assert job.since(batch.created + moment) - SLACK <= batch.created + moment < job.until(batch.created + moment)
