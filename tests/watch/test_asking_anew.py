"""Asking for what was asked before, or was refused before: what is believed of it may be old."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from jobstates.errors import NotAllowed
from jobstates.spec.observation import Observation
from jobstates.spec.verdict import Verdict
from jobstates.watch.asking import Accepted, AlreadyRequested, AlreadyTerminal, Lost
from jobstates.watch.pace import Pace
from jobstates.watch.quota import Quotas
from jobstates.watch.source import CallFailed, Trouble
from jobstates.watch.watcher import Watcher
from tests.watch.records import ref
from tests.watch.scripted import FORBIDDEN, PASSING, Scripted
from tests.watch.support import BACKSTOP, FLEXIBLE, QUICK, until

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobstates.spec.arrow import Arrow
    from jobstates.watch.ref import JobRef

SELDOM = Pace(soonest=1000, latest=1000, jitter=0.0)
"""Of a watcher that looks once at a new job, and then when it is made to."""
FACTS = {"jobs": {"type": "batch", "pausable": True}}
JOB, FLOW = ref().name, ref("jobs").name


class Failing(Scripted):
    """A service whose first requests fail, each as told."""

    failures: tuple[CallFailed, ...] = ()

    async def ask(self, job: JobRef, arrow: Arrow, *, changes: Mapping[str, Any] | None = None) -> None:
        await super().ask(job, arrow, changes=changes)
        if self.failures:
            failure, self.failures = self.failures[0], self.failures[1:]
            raise failure


def shown(kind: str, state: str, **facts: Any) -> Observation:
    return Observation(f"JOB_STATE_{state}", facts={**FACTS.get(kind, {}), **facts})


def watched(source: Scripted, pace: Pace = QUICK) -> Watcher:
    return Watcher(source, pace=pace, quotas=Quotas(FLEXIBLE))


async def seen(watcher: Watcher, name: str, state: str) -> None:
    def is_there() -> bool:
        record = watcher.record(name)
        return record is not None and record.state.name == state

    await until(is_there)


@pytest.mark.parametrize(
    ("kind", "request_", "way"),
    [
        ("jobs", "pause", ("RUNNING", "PAUSING", "RUNNING")),
        ("jobs", "pause", ("RUNNING", "PAUSING", "PAUSED", "RUNNING")),
        ("jobs", "pause", ("RUNNING", "PAUSED", "RUNNING")),
        ("jobs", "resume", ("PAUSED", "RUNNING", "PAUSED")),
        ("modelDeploymentMonitoringJobs", "pause", ("RUNNING", "PAUSED", "RUNNING")),
        ("modelDeploymentMonitoringJobs", "update", ("RUNNING", "UPDATING", "RUNNING")),
    ],
)
async def test_what_was_carried_out_or_failed_can_be_asked_for_anew(kind: str, request_: str, way: tuple[str, ...]) -> None:
    name = ref(kind).name
    source = Scripted(jobs={name: shown(kind, way[0])})
    async with watched(source) as watcher:
        watcher.add(name)
        await seen(watcher, name, way[0])
        assert await watcher.ask(name, request_) == Accepted(name, request_)
        assert isinstance(await watcher.ask(name, request_), AlreadyRequested)
        for state in way[1:]:
            source.jobs[name] = shown(kind, state)
            await seen(watcher, name, state)
        assert await watcher.ask(name, request_) == Accepted(name, request_)
    assert source.asked(request_) == [name, name]


async def test_what_is_under_way_and_ends_a_job_is_judged_by_to_the_end() -> None:
    source = Scripted(jobs={FLOW: shown("jobs", "RUNNING", type="streaming")})
    async with watched(source) as watcher:
        assert isinstance(await watcher.drain(FLOW), Accepted)
        for state in ("DRAINING", "DRAINED"):
            source.jobs[FLOW] = shown("jobs", state, type="streaming")
            await seen(watcher, FLOW, state)
        assert (await watcher.wait(FLOW)).verdict is Verdict.GOOD


REFUSED = CallFailed(Trouble.REFUSED, "400")


@pytest.mark.parametrize(
    ("failures", "verdict"),
    [((PASSING,) * 4, Verdict.GOOD), ((PASSING, REFUSED), Verdict.GOOD), ((REFUSED,), Verdict.BAD), ((FORBIDDEN,), Verdict.BAD)],
)
async def test_what_may_have_been_granted_is_judged_by_and_can_be_asked_for_anew(
    failures: tuple[CallFailed, ...], verdict: Verdict
) -> None:
    source = Failing(jobs={JOB: "JOB_STATE_RUNNING"})
    source.failures = failures
    async with watched(source) as watcher:
        assert isinstance(await watcher.cancel(JOB), Lost)
        source.jobs[JOB] = "JOB_STATE_CANCELLED"
        with anyio.fail_after(BACKSTOP):
            assert (await watcher.wait(JOB)).verdict is verdict
    source = Failing(jobs={JOB: "JOB_STATE_RUNNING"})
    source.failures = failures
    async with watched(source) as watcher:
        assert isinstance(await watcher.cancel(JOB), Lost)
        assert isinstance(await watcher.cancel(JOB), Accepted)
        assert isinstance(await watcher.cancel(JOB), AlreadyRequested)
    assert len(source.asked("cancel")) == len(failures) + 1


async def test_what_came_to_nothing_because_nobody_could_look_can_be_asked_for_anew() -> None:
    source = Failing(jobs={JOB: deque(["JOB_STATE_RUNNING", FORBIDDEN, "JOB_STATE_RUNNING"])})
    source.failures = (PASSING,)
    async with watched(source, SELDOM) as watcher:
        watcher.add(JOB)
        await seen(watcher, JOB, "RUNNING")
        assert isinstance(await watcher.cancel(JOB), Lost)
        assert isinstance(await watcher.cancel(JOB), Accepted)


@pytest.mark.parametrize(
    ("believed", "request_", "now", "answer"),
    [
        ("PENDING", "drain", "RUNNING", Accepted),
        ("PENDING", "drain", "PENDING", NotAllowed),
        ("PENDING", "drain", "DRAINED", AlreadyTerminal),
        ("PENDING", "drain", "DRAINING", AlreadyRequested),
        ("DRAINING", "drain", "RUNNING", Accepted),
        ("DRAINING", "drain", "DRAINED", AlreadyTerminal),
    ],
)
async def test_nothing_is_refused_or_called_under_way_from_an_old_belief(
    believed: str, request_: str, now: str, answer: type
) -> None:
    source = Scripted(jobs={FLOW: shown("jobs", believed, type="streaming")})
    async with watched(source, SELDOM) as watcher:
        watcher.add(FLOW)
        await seen(watcher, FLOW, believed)
        source.jobs[FLOW] = shown("jobs", now, type="streaming")
        assert isinstance(await watcher.ask(FLOW, request_), answer)
        assert source.asked("get") == [FLOW, FLOW]
    assert len(source.asked(request_)) == (answer is Accepted)


@pytest.mark.parametrize(
    ("state", "facts", "request_"),
    [
        ("PENDING", {"type": "batch"}, "drain"),
        ("RUNNING", {"type": "batch"}, "update"),
        ("DRAINED", {"type": "streaming"}, "drain"),
    ],
)
async def test_what_no_look_could_change_is_answered_without_one(state: str, facts: dict[str, str], request_: str) -> None:
    """What the job's kind or type forbids; and that a job is over."""
    name = ref("jobs" if request_ == "drain" else "customJobs").name
    source = Scripted(jobs={name: Observation(f"JOB_STATE_{state}", facts=facts if request_ == "drain" else {})})
    async with watched(source, SELDOM) as watcher:
        watcher.add(name)
        await seen(watcher, name, state)
        assert isinstance(await watcher.ask(name, request_), NotAllowed | AlreadyTerminal)
    assert source.asked("get") == [name]


async def test_what_cannot_be_looked_at_is_not_refused_from_an_old_belief() -> None:
    source = Scripted(jobs={FLOW: shown("jobs", "PENDING", type="streaming")})
    async with watched(source, SELDOM) as watcher:
        watcher.add(FLOW)
        await seen(watcher, FLOW, "PENDING")
        source.jobs[FLOW] = FORBIDDEN
        assert await watcher.drain(FLOW) == Lost(FLOW, "drain", "403", asked=False)
    assert source.asked("drain") == []
