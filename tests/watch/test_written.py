"""Why a job failed, whoever learns of it first, and the notes of its events."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstates.spec.event import JobEvent
from jobstates.spec.observation import Observation
from jobstates.tracking.store import Change, MemoryStore, Snapshot
from jobstates.watch.asking import AlreadyTerminal
from jobstates.watch.pace import Pace
from jobstates.watch.push.reading import TYPE
from jobstates.watch.quota import Quotas
from jobstates.watch.source import CallFailed, Message, Trouble
from jobstates.watch.sweep import sweep
from jobstates.watch.watcher import Watcher
from jobstates.watch.written import LAST, TRIES, notes
from tests.strategies import EPOCH, minute
from tests.watch.records import believed, ref
from tests.watch.scripted import FORBIDDEN, PASSING, Scripted
from tests.watch.support import BACKSTOP, FLEXIBLE, QUICK, Eyes, create, scope, until, watching

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from datetime import datetime

    from jobstates.watch.ref import JobRef
    from tests.watch.support import Counting

JOB = ref("jobs")
NAME = JOB.name
SLOW = Pace(soonest=5, latest=1000, share=1)
"""Of a watcher that looks when it is made to, and never by itself."""
REASON = "worker-3 ran out of memory"
WRITTEN = [Message(EPOCH, "warning", "worker-3 is slow"), Message(EPOCH, "error", REASON)]
THROTTLED = CallFailed(Trouble.THROTTLED, "429")


class Failing(Scripted):
    """A service that fails when it is asked what it wrote, the first times."""

    def __init__(self, *troubles: CallFailed, **told: Any) -> None:
        super().__init__(written={NAME: WRITTEN}, **told)
        self._troubles = list(troubles)

    async def messages(self, job: JobRef, *, after: datetime | None = None) -> AsyncGenerator[Sequence[Message], None]:
        async for page in super().messages(job, after=after):
            if self._troubles:
                raise self._troubles.pop(0)
            yield page


def pushed(state: str = "FAILED", seconds: float = 60) -> dict[str, Any]:
    """The event that a state of the job makes."""
    payload = {"id": JOB.id, "projectId": JOB.scope.project, "location": JOB.scope.location}
    at = (EPOCH + timedelta(seconds=seconds)).isoformat()
    shown = {"currentState": f"JOB_STATE_{state}", "currentStateTime": at}
    return {"type": TYPE, "data": {"payload": payload | shown}}


def watched(source: Scripted, pace: Pace = SLOW, **how: Any) -> Watcher:
    return Watcher(source, pace=pace, quotas=Quotas(FLEXIBLE), **how)


async def known_to_run(watcher: Watcher) -> Eyes:
    """What is told of the job from when it was seen running."""
    eyes = Eyes()
    watcher.subscribe(eyes.see)
    watcher.add(NAME)
    await eyes.until_told([(NAME, "JOB_STATE_RUNNING")])
    return eyes


def ends(eyes: Eyes) -> list[tuple[str, str | None]]:
    return [(event.id.rpartition("#")[2], event.error) for event in eyes.events(NAME) if event.terminal]


async def test_a_failure_that_an_ask_finds_out_about_has_its_reason(emulator: Counting) -> None:
    life = [{"state": "RUNNING", "lasts": 1}, {"state": "FAILED", "error": REASON}]
    job, eyes = create(emulator, "jobs", {"states": life, "unchecked": True}, facts={"type": "streaming"}), Eyes()
    async with watching(emulator, pace=SLOW) as watcher:
        watcher.subscribe(eyes.see)
        watcher.add(job.name)
        await eyes.until_told([(job.name, "JOB_STATE_RUNNING")])
        emulator.clock.advance(2)
        assert isinstance(await watcher.ask(job.name, "drain"), AlreadyTerminal)
        assert [event.error for event in eyes.events(job.name) if event.terminal] == [REASON]


@pytest.mark.parametrize("then", [PASSING, FORBIDDEN, "RUNNING", "FAILED"], ids=str)
@pytest.mark.parametrize("times", [1, 3])
async def test_a_failure_that_is_pushed_has_its_reason_whatever_a_look_shows(then: Any, times: int) -> None:
    source = Failing(jobs={NAME: "RUNNING"})
    async with watched(source) as watcher:
        eyes = await known_to_run(watcher)
        source.jobs[NAME] = then
        for _ in range(times):
            assert watcher.ingest(pushed()) == 1
        await eyes.until_told([(NAME, "JOB_STATE_FAILED")])
        assert (await watcher.wait(NAME)).error == REASON
    assert ends(eyes) == [(str(len(eyes.events(NAME))), REASON)]


@pytest.mark.parametrize(
    ("troubles", "reason"),
    [([PASSING] * (TRIES - 1), REASON), ([PASSING] * TRIES, None), ([FORBIDDEN], None), ([THROTTLED], None)],
)
async def test_a_reason_that_cannot_be_read_holds_up_nothing(troubles: list[CallFailed], reason: str | None) -> None:
    source = Failing(*troubles, jobs={NAME: "RUNNING"})
    async with watched(source) as watcher:
        eyes = await known_to_run(watcher)
        watcher.ingest(pushed())
        await eyes.until_told([(NAME, "JOB_STATE_FAILED")])
    assert [error for _, error in ends(eyes)] == [reason]


async def test_what_is_pushed_out_of_order_meanwhile_is_followed_as_ever() -> None:
    source = Failing(jobs={NAME: "RUNNING"})
    async with watched(source) as watcher:
        eyes = await known_to_run(watcher)
        watcher.ingest(pushed(seconds=60))
        watcher.ingest(pushed("DRAINING", seconds=30))
        await eyes.until_told([(NAME, "JOB_STATE_FAILED")])
        watcher.ingest(pushed("RUNNING", seconds=10))
    told = [event.target.removeprefix("JOB_STATE_") for event in eyes.events(NAME)]
    assert told[-3:] == ["RUNNING", "DRAINING", "FAILED"]
    assert [error for _, error in ends(eyes)] == [REASON]


async def test_nobody_is_asked_why_where_the_end_is_known_or_is_no_failure() -> None:
    source = Failing(jobs={NAME: "RUNNING"})
    async with watched(source) as watcher:
        eyes = await known_to_run(watcher)
        watcher.ingest(pushed("CANCELLED"))
        assert eyes.events(NAME)[-1].target == "JOB_STATE_CANCELLED"
        watcher.ingest(pushed(seconds=30))
        await anyio.lowlevel.checkpoint()
    assert source.asked("messages") == []


async def test_what_is_pushed_after_the_watcher_was_left_is_taken_in_without_a_reason() -> None:
    async with watched(Failing(jobs={NAME: "RUNNING"})) as watcher:
        await known_to_run(watcher)
    watcher.ingest(pushed())
    record = watcher.record(NAME)
    assert record is not None
    assert record.state.name == "FAILED"


async def test_a_list_that_shows_a_failure_and_not_why_is_not_all_that_is_looked_at() -> None:
    store, source = MemoryStore(), Failing(pages=[{NAME: "FAILED"}], jobs={NAME: "FAILED"})
    store.apply(JOB.scope, Snapshot({}), [Change(believed("RUNNING", "jobs", seq=3))])
    (event,) = (await sweep(source, store, JOB.scope)).messages
    assert isinstance(event, JobEvent)
    assert event.error == REASON


async def test_a_wait_that_begins_when_the_job_is_over_tells_the_reason_in_another_process_too() -> None:
    source = Failing(jobs={NAME: "FAILED"})
    async with watched(source, QUICK) as watcher:
        eyes = Eyes()
        watcher.subscribe(eyes.see)
        watcher.add(NAME)
        await eyes.until_told([(NAME, "JOB_STATE_FAILED")])
        assert (await watcher.wait(NAME)).error == REASON
        cursor = watcher.snapshot().model_dump_json()
    async with watched(Scripted(), resume=cursor) as other:
        with anyio.fail_after(BACKSTOP):
            assert (await other.wait(NAME)).error == REASON
        other.forget(NAME)
        assert other.snapshot().jobs == []


async def test_a_job_that_is_not_over_after_all_has_no_reason() -> None:
    """The service took its end back."""
    source = Failing(jobs={NAME: Observation("FAILED", at=minute(1))})
    async with watched(source, QUICK) as watcher:
        eyes = Eyes()
        watcher.subscribe(eyes.see)
        watcher.add(NAME)
        await eyes.until_told([(NAME, "JOB_STATE_FAILED")])
        watcher.ingest(pushed("DONE", seconds=600))
        await until(lambda: eyes.events(NAME)[-1].target == "JOB_STATE_DONE")
        assert (await watcher.wait(NAME)).error is None


LIFE = ["PENDING", "RUNNING", "DRAINING", "DRAINED"]


@given(
    st.lists(st.integers(0, 500), min_size=len(LIFE), max_size=len(LIFE), unique=True).map(sorted),
    st.lists(st.integers(0, 600), unique=True).map(sorted),
    st.lists(st.integers(0, 100), min_size=len(LIFE), max_size=len(LIFE)),
    st.integers(-(10**6), 10**6),
)
async def test_every_message_is_told_once_however_our_clock_differs_from_the_services(
    begun: list[int], written: list[int], late: list[int], ours: int
) -> None:
    """Looks come late, and see what was written until then; the one that shows the end sees all."""
    records = [
        believed(state, "jobs", at=EPOCH + timedelta(seconds=at), seen=EPOCH + timedelta(seconds=at + ours))
        for state, at in zip(LIFE, begun, strict=True)
    ]
    told: list[str] = []
    for (before, after), looked in zip(pairwise([believed(None, "jobs"), *records]), late, strict=True):
        until = 600 if after.state.terminal else (after.at - EPOCH).seconds + looked if after.at else 0
        there = [Message(EPOCH + timedelta(seconds=at), "warning", str(at)) for at in written if at <= until]
        told += await notes(Scripted(written={NAME: there}), JOB, before, after)
    first = [at for at in written if at <= begun[0]][-LAST:]
    assert told == [f"warning: {at}" for at in (*first, *(at for at in written if at > begun[0]))]


async def test_where_the_service_tells_no_time_the_notes_are_the_last_few_and_what_has_no_time_is_always_told() -> None:
    many = [Message(EPOCH, "warning", str(number)) for number in range(3 * LAST)]
    source = Scripted(written={NAME: [*many, Message(None, "progress", "half done")]})
    found = await notes(source, JOB, believed("RUNNING", "jobs", seen=EPOCH), believed("DRAINING", "jobs", seen=minute(9)))
    assert found == (*(f"warning: {number}" for number in range(3 * LAST - LAST + 1, 3 * LAST)), "progress: half done")
    later = believed("RUNNING", "jobs", at=minute(1))
    assert await notes(source, JOB, later, later._replace(at=minute(2))) == ("progress: half done",)


async def test_notes_of_a_place_that_writes_none_are_none() -> None:
    source = Scripted(written={})
    assert await notes(source, JOB._replace(scope=scope("jobs")), believed(None, "jobs"), believed("RUNNING", "jobs")) == ()
