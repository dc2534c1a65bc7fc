"""Asking for things over the wire: at every point of every life, whatever becomes of the call, and on leaving."""

from __future__ import annotations

import logging
from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import anyio
import pytest

from jobstates.emulator import Scenario
from jobstates.errors import NotAllowed, UnknownEvent
from jobstates.spec.arrow import Actor
from jobstates.spec.state import Outcome
from jobstates.spec.verdict import Verdict
from jobstates.watch.asking import Accepted, AlreadyRequested, AlreadyTerminal, Lost
from jobstates.watch.pace import Pace
from jobstates.watch.waiting import Ending
from tests.watch.support import BACKSTOP, KINDS, Counting, Eyes, create, standing, watching

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jobstates.spec.lifecycle import Lifecycle, Route
    from jobstates.spec.state import JobState
    from jobstates.watch.watcher import Watcher

FACTS: list[Mapping[str, Any]] = [{}, {"type": "batch"}, {"type": "streaming"}]
SLOW = Pace(soonest=5, latest=1000, share=1)
"""Of a watcher that looks when it is made to, and never by itself."""
WISHED = {"cancel": Outcome.CANCELLED, "force_cancel": Outcome.CANCELLED, "drain": Outcome.DRAINED}
"""The ends that are good because they were asked for."""


class Point(NamedTuple):
    """One point of one life, and what is asked there."""

    lifecycle: Lifecycle
    kind: str
    facts: Mapping[str, Any]
    route: Route
    request: str

    @property
    def state(self) -> JobState:
        return self.route[-1].target

    def create(self, emulator: Counting) -> str:
        """A job that has come to this point, and stays there until it is asked for something."""
        stays: list[dict[str, Any]] = [{"state": arrow.target.name, "by": arrow.event, "lasts": 0.001} for arrow in self.route]
        del stays[-1]["lasts"]
        return create(emulator, self.kind, {"states": stays}, facts=self.facts).name

    @property
    def meant(self) -> JobState:
        """Where the job stands that is asked: in place of one that was replaced, the emulator begins another."""
        return self.lifecycle.state("PENDING") if self.state.outcome is Outcome.REPLACED else self.state

    def expected(self) -> type:
        """What is to come of it, read off the table."""
        state = self.meant
        job = self.lifecycle.job_type.model_validate({"kind": self.kind, **self.facts})
        asked = [arrow for arrow in self.lifecycle.arrows if arrow.event == self.request and arrow.request]
        if state.terminal:
            return AlreadyTerminal
        if not job.can_ask(self.request):
            return NotAllowed
        if any(arrow.target is state for arrow in asked):
            return AlreadyRequested
        return Accepted if any(arrow.source is state and not arrow.forbidden_by(job) for arrow in asked) else NotAllowed


def points() -> Iterator[Point]:
    """Every request at every point of every life."""
    for kind, (lifecycle, _) in KINDS.items():
        requests = dict.fromkeys(
            arrow.event for arrow in lifecycle.arrows if arrow.actor is Actor.USER and not arrow.source.unspecified
        )
        for facts in FACTS if kind == "jobs" else FACTS[:1]:
            job = lifecycle.job_type.model_validate({"kind": kind, **facts})
            for route in lifecycle.walks(job, complete=False):
                yield from (Point(lifecycle, kind, facts, route, request) for request in requests)


async def ask_at(emulator: Counting, chosen: Sequence[Point]) -> None:
    names = {point.create(emulator): point for point in chosen}
    answers: dict[str, Any] = {}
    eyes = Eyes()
    emulator.clock.advance(1)
    async with watching(emulator, pace=SLOW) as watcher, anyio.create_task_group() as asking:
        watcher.subscribe(eyes.see)
        for name in names:
            watcher.add(name)
        await eyes.until_told((name, point.state.value) for name, point in names.items())

        async def ask(name: str, request: str) -> None:
            changes = {"display_name": "renamed"} if request == "update" else None
            answers[name] = await watcher.ask(name, request, changes=changes, by="me")

        for name, point in names.items():
            asking.start_soon(ask, name, point.request)
    assert {name: type(answers[name]) for name in names} == {name: point.expected() for name, point in names.items()}
    assert len(emulator.requests()) == sum(isinstance(answer, Accepted) for answer in answers.values())
    for name, point in names.items():
        assert (answers[name].job == name) is (point.meant is point.state)
    await check_ends(emulator, {one.job: names[name] for name, one in answers.items() if isinstance(one, Accepted)})


async def check_ends(emulator: Counting, asked: Mapping[str, Point]) -> None:
    """What was asked for was done: by the emulator's own account."""
    emulator.clock.advance(100)
    there = {job.name.rpartition("/")[2]: job for job in emulator.jobs}
    for name, point in asked.items():
        if point.request in WISHED:
            state = point.lifecycle.state(there[name.rpartition("/")[2]].state)
            assert state.outcome is WISHED[point.request]


async def test_at_some_points_of_all_lives_every_request_has_the_right_answer(emulator: Counting) -> None:
    await ask_at(emulator, list(points())[::41])


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
async def test_at_every_point_of_every_life_every_request_has_the_right_answer(alive: Counting, part: int) -> None:
    alive.reset(Scenario.model_validate({"clock": "manual"}))
    alive.calls.clear()
    await ask_at(alive, list(points())[part::10])


class Asked(NamedTuple):
    """What is asked of a running job."""

    kind: str
    request: str
    facts: Mapping[str, Any] = MappingProxyType({})


CASES = {
    "vertex": Asked("customJobs", "cancel"),
    "dataflow": Asked("jobs", "cancel"),
    "drain": Asked("jobs", "drain", {"type": "streaming"}),
}
ASKED = pytest.mark.parametrize("asked", CASES.values(), ids=CASES)


async def seen_running(emulator: Counting, watcher: Watcher, asked: Asked, *, lasts: Any = "asked", then: str = "") -> str:
    """A job that was seen running."""
    eyes = Eyes()
    watcher.subscribe(eyes.see)
    states: list[Any] = [{"state": "PENDING", "lasts": 0.001}, {"state": "RUNNING", "lasts": lasts}, *([then] if then else [])]
    name = create(emulator, asked.kind, {"states": states, "unchecked": True}, facts=asked.facts).name
    emulator.clock.advance(0.001)
    watcher.add(name)
    await eyes.until_told([(name, "JOB_STATE_RUNNING")])
    return name


async def ended(emulator: Counting, watcher: Watcher, name: str) -> tuple[Ending, Verdict | None]:
    emulator.clock.advance(100)
    with anyio.fail_after(BACKSTOP):
        waited = await watcher.wait(name)
    return waited.ending, waited.verdict


@ASKED
async def test_an_end_that_was_asked_for_here_is_a_good_one(emulator: Counting, asked: Asked) -> None:
    async with watching(emulator) as watcher:
        name = await seen_running(emulator, watcher, asked)
        assert await watcher.ask(name, asked.request) == Accepted(name, asked.request)
        assert await ended(emulator, watcher, name) == (Ending.REACHED, Verdict.GOOD)


@ASKED
async def test_what_is_asked_twice_is_requested_once(emulator: Counting, asked: Asked) -> None:
    """One after the other, at once, and at once of a job that nobody has seen yet."""
    async with watching(emulator) as watcher:
        name = await seen_running(emulator, watcher, asked)
        assert isinstance(await watcher.ask(name, asked.request), Accepted)
        assert isinstance(await watcher.ask(name, asked.request), AlreadyRequested)
        unseen = standing(emulator, asked.kind, "RUNNING", facts=asked.facts).name
        answers = []

        async def ask() -> None:
            answers.append(type(await watcher.ask(unseen, asked.request)))

        async with anyio.create_task_group() as asking:
            for _ in range(5):
                asking.start_soon(ask)
        assert Counter(answers) == {Accepted: 1, AlreadyRequested: 4}
        assert len(emulator.requests()) == 2


@ASKED
async def test_what_is_asked_again_on_purpose_is_requested_again(emulator: Counting, asked: Asked) -> None:
    async with watching(emulator, pace=SLOW) as watcher:
        name = await seen_running(emulator, watcher, asked)
        assert isinstance(await watcher.ask(name, asked.request), Accepted)
        await watcher.ask(name, asked.request, again=True)
        assert len(emulator.requests()) == 2


@ASKED
@pytest.mark.parametrize("answered", ["FAILED_PRECONDITION", "INVALID_ARGUMENT", "NOT_FOUND", "UNAVAILABLE", "INTERNAL"])
async def test_a_race_with_the_finish_is_settled_by_looking(emulator: Counting, asked: Asked, answered: str) -> None:
    """Not by what the service says, which differs from day to day."""
    emulator.reset(Scenario.model_validate({"clock": "manual", "undocumented": {"ended": answered}}))
    async with watching(emulator, pace=SLOW) as watcher:
        name = await seen_running(emulator, watcher, asked, lasts=1, then="FAILED")
        emulator.clock.advance(2)
        over = KINDS[asked.kind][0].state("FAILED")
        assert await watcher.ask(name, asked.request) == AlreadyTerminal(name, asked.request, over)
        assert (await watcher.wait(name)).verdict is Verdict.BAD
        assert len(emulator.requests()) == 1


@ASKED
@pytest.mark.parametrize("fault", [{"status": "UNAVAILABLE"}, {"reset": True}, {"status": "DEADLINE_EXCEEDED"}])
async def test_a_request_that_was_granted_and_whose_answer_got_lost_counts_as_asked(
    emulator: Counting, asked: Asked, fault: dict[str, Any]
) -> None:
    async with watching(emulator) as watcher:
        name = await seen_running(emulator, watcher, asked)
        for method in ("Cancel*", "Update*"):
            emulator.fault(**fault, done=True, method=method, count=1)
        assert isinstance(await watcher.ask(name, asked.request), AlreadyRequested)
        assert len(emulator.requests()) == 1
        assert await ended(emulator, watcher, name) == (Ending.REACHED, Verdict.GOOD)


@ASKED
async def test_a_request_that_could_not_be_made_is_made_again(emulator: Counting, asked: Asked) -> None:
    async with watching(emulator) as watcher:
        name = await seen_running(emulator, watcher, asked)
        for method in ("Cancel*", "Update*"):
            emulator.fault("UNAVAILABLE", method=method, count=2)
        assert isinstance(await watcher.ask(name, asked.request), Accepted)
        assert len(emulator.requests()) == 3


@ASKED
@pytest.mark.parametrize(("status", "tries"), [("UNAVAILABLE", 4), ("PERMISSION_DENIED", 1), ("INVALID_ARGUMENT", 1)])
async def test_a_request_of_which_nobody_knows_what_came_is_lost_and_can_be_made_anew(
    emulator: Counting, asked: Asked, status: str, tries: int
) -> None:
    async with watching(emulator) as watcher:
        name = await seen_running(emulator, watcher, asked)
        for method in ("Cancel*", "Update*"):
            emulator.fault(status, method=method, count=None)
        answer = await watcher.ask(name, asked.request)
        assert isinstance(answer, Lost)
        assert status in answer.error
        assert len(emulator.requests()) == tries
        record = watcher.record(name)
        assert record is not None
        assert (record.job.intent is None) is (tries == 1), "what was refused was not granted, of what passed nobody knows"
        emulator.faults.clear()
        assert isinstance(await watcher.ask(name, asked.request), Accepted)


@pytest.mark.parametrize("kind", ["customJobs", "jobs"])
async def test_of_a_job_that_cannot_be_seen_nothing_is_asked(emulator: Counting, kind: str) -> None:
    name = standing(emulator, kind, "RUNNING").name
    emulator.fault("PERMISSION_DENIED", count=None)
    async with watching(emulator) as watcher:
        assert isinstance(await watcher.ask(name, "cancel"), Lost)
    assert emulator.requests() == []


@pytest.mark.parametrize("kind", ["customJobs", "jobs"])
@pytest.mark.parametrize("fault", [{"unknown_state": 77}, {"absent_state": True}], ids=str)
async def test_of_a_job_in_a_strange_state_whatever_its_kind_allows_can_be_asked(
    emulator: Counting, kind: str, fault: dict[str, Any]
) -> None:
    name = standing(emulator, kind, "RUNNING").name
    emulator.fault(**fault, count=None)
    async with watching(emulator) as watcher:
        assert isinstance(await watcher.ask(name, "cancel"), Accepted)


async def test_what_is_no_request_is_refused_before_anything_is_asked(emulator: Counting) -> None:
    async with watching(emulator) as watcher:
        with pytest.raises(UnknownEvent, match="drain"):
            await watcher.ask(standing(emulator, "customJobs", "RUNNING").name, "drain")
    assert emulator.requests() == []


async def there(emulator: Counting) -> dict[str, str]:
    """How jobs of several kinds stand once they have been left alone for a while."""
    emulator.clock.advance(100)
    return {job.display_name: job.state.removeprefix("JOB_STATE_") for job in emulator.jobs}


BEFORE = {"train": "RUNNING", "stream": "RUNNING", "batch": "RUNNING", "over": "SUCCEEDED"}


class Leave(NamedTuple):
    """What is asked on leaving, and what becomes of the jobs."""

    on_exit: str
    after: Mapping[str, str]
    requests: int


LEAVES = [
    Leave("abandon", BEFORE, 0),
    Leave("cancel", dict.fromkeys(BEFORE, "CANCELLED") | {"over": "SUCCEEDED"}, 3),
    Leave("drain", BEFORE | {"stream": "DRAINED"}, 1),
]


@pytest.mark.parametrize("leave", LEAVES, ids=lambda leave: leave.on_exit)
@pytest.mark.parametrize("leaving", [None, KeyError, anyio.get_cancelled_exc_class])
async def test_on_leaving_what_was_said_is_asked_of_the_jobs_that_are_not_over(
    emulator: Counting, caplog: pytest.LogCaptureFixture, leave: Leave, leaving: Any
) -> None:
    jobs = [
        standing(emulator, "customJobs", "RUNNING", name="train"),
        standing(emulator, "jobs", "RUNNING", name="stream", facts={"type": "streaming"}),
        standing(emulator, "jobs", "RUNNING", name="batch", facts={"type": "batch"}),
        standing(emulator, "customJobs", "SUCCEEDED", name="over"),
    ]
    eyes = Eyes()
    caplog.set_level(logging.INFO, "jobstates")

    async def watch() -> None:
        async with watching(emulator, on_exit=leave.on_exit) as watcher:
            watcher.subscribe(eyes.see)
            for job in jobs:
                watcher.add(job.name)
            await eyes.until_told((job.name, f"JOB_STATE_{BEFORE[name]}") for job, name in zip(jobs, BEFORE, strict=True))
            if leaving is KeyError:
                raise KeyError("a bug of the program's")
            if leaving is not None:
                scope.cancel()
                await anyio.sleep_forever()

    with anyio.CancelScope() as scope:
        try:
            await watch()
        except* KeyError:
            pass
    assert await there(emulator) == leave.after
    assert len(emulator.requests()) == leave.requests
    assert ("leaving the watcher" in caplog.text) is (leave.on_exit != "abandon")


async def test_what_there_is_to_ask_on_leaving_is_checked_before(emulator: Counting) -> None:
    with pytest.raises(UnknownEvent, match="explode"):
        async with watching(emulator, on_exit="explode"):
            pass


async def test_leaving_takes_no_longer_than_its_patience(emulator: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobstates.watch.watcher.EXIT_PATIENCE", 0.05)
    name = standing(emulator, "customJobs", "RUNNING").name
    with anyio.fail_after(BACKSTOP):
        async with watching(emulator, on_exit="cancel") as watcher:
            watcher.add(name)
            emulator.fault(delay=30.0, count=None)
