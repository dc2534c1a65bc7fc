"""A watcher as a whole: what it tells, to whom, once; and where another one goes on."""

from __future__ import annotations

import json
from collections import deque
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel
import pytest

from jobstates.errors import InputError, UnknownJob, UnknownState
from jobstates.spec.event import Finding, FindingKind, JobEvent, Sight
from jobstates.spec.observation import Observation
from jobstates.watch.cursor import Cursor
from jobstates.watch.quota import Quotas
from jobstates.watch.sighting import Patience
from jobstates.watch.source import CallFailed, Trouble
from jobstates.watch.waiting import Ending
from jobstates.watch.watcher import Watcher
from tests.strategies import EPOCH
from tests.watch.records import ref
from tests.watch.scripted import FORBIDDEN, MISSING, PASSING, Scripted
from tests.watch.support import FLEXIBLE, QUICK, Eyes, until

if TYPE_CHECKING:
    from pathlib import Path

LIFE = ["JOB_STATE_QUEUED", "JOB_STATE_PENDING", "JOB_STATE_RUNNING", "JOB_STATE_SUCCEEDED"]


def name(number: int = 1) -> str:
    return ref(number=number).name


class Wall:
    """A clock on the wall that is turned by hand."""

    def __init__(self) -> None:
        self.now = EPOCH

    def __call__(self) -> datetime:
        return self.now

    def turn(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def watched(source: Scripted, **how: Any) -> Watcher:
    return Watcher(source, **{"pace": QUICK, "quotas": Quotas(FLEXIBLE), **how})


async def seen(watcher: Watcher, state: str, number: int = 1) -> None:
    """Wait until a job was seen in a state."""

    def there() -> bool:
        record = watcher.record(name(number))
        return record is not None and record.state.value == state

    await until(there)


# What is told, and to whom.


async def test_every_subscriber_is_told_of_every_step_in_order() -> None:
    told: list[str] = []
    later: list[str] = []

    async def slowly(event: JobEvent) -> None:
        await anyio.lowlevel.checkpoint()
        later.append(event.target)

    async with watched(Scripted(jobs={name(): deque(LIFE)})) as watcher:
        watcher.subscribe(lambda event: told.append(event.target))
        watcher.subscribe(slowly)
        stream = watcher.events(job=name())
        await watcher.wait(name())
        stream.close()
        assert [event.target async for event in stream] == LIFE
        await watcher.settled()
    assert told == later == LIFE


async def test_what_happened_before_anybody_listened_is_told_to_the_first_who_does() -> None:
    async with watched(Scripted(jobs={name(): deque(LIFE)})) as watcher:
        await watcher.wait(name())
        stream = watcher.events()
        stream.close()
        assert [event.target async for event in stream] == LIFE
        assert watcher.snapshot().pending == []


async def test_what_one_reader_left_is_there_for_the_next() -> None:
    async with watched(Scripted(jobs={name(): deque(LIFE)})) as watcher:
        await watcher.wait(name())
        async with watcher.events() as stream:
            assert (await anext(stream)).target == LIFE[0]
        assert [message.target for message in watcher.snapshot().pending if isinstance(message, JobEvent)] == LIFE[1:]
        again = watcher.events()
        again.close()
        assert [event.target async for event in again] == LIFE[1:]
        assert watcher.snapshot().pending == []


@pytest.mark.parametrize("overflow", ["drop_oldest", "drop_newest", "raise"])
async def test_what_found_no_room_is_not_kept_for_anybody(overflow: str) -> None:
    async with watched(Scripted(jobs={name(): deque(LIFE)})) as watcher:
        stream = watcher.events(buffer=1, overflow=overflow)
        await watcher.wait(name())
        kept = [message.target for message in watcher.snapshot().pending if isinstance(message, JobEvent)]
        assert kept == [LIFE[-1] if overflow == "drop_oldest" else LIFE[0]]
        assert (await anext(stream)).target == kept[0]
        assert not watcher.snapshot().pending


async def test_what_a_callback_causes_is_kept_until_it_is_told() -> None:
    pending: list[list[str]] = []

    async with watched(Scripted(jobs={name(): deque(LIFE[:1]), name(2): deque(LIFE)})) as watcher:

        def learn(event: JobEvent) -> None:
            if event.job == name():
                watcher._roll.learn(ref(number=2), Observation("JOB_STATE_SUCCEEDED"))
                pending.append([one.job for one in watcher.snapshot().pending])

        watcher.add(name(2))
        await seen(watcher, LIFE[0], 2)
        watcher.subscribe(learn)
        await watcher.wait(name(), until="QUEUED")
    assert name(2) in pending[0]


async def test_a_callback_that_raises_disturbs_nobody() -> None:
    errors: list[BaseException] = []
    told: list[str] = []

    def bad(_: JobEvent) -> None:
        raise KeyError("a bug of the program's")

    async with watched(Scripted(jobs={name(): deque(LIFE)}), on_error=lambda error, *_: errors.append(error)) as watcher:
        watcher.subscribe(bad)
        watcher.subscribe(lambda event: told.append(event.target))
        await watcher.wait(name())
    assert told == LIFE
    assert len(errors) == len(LIFE)


# Where another one goes on.


async def test_what_was_not_delivered_is_told_by_the_next_watcher_even_to_those_who_came_before_it_began() -> None:
    source = Scripted(jobs={name(): deque(LIFE)})
    async with watched(source) as watcher:
        await watcher.wait(name())
        cursor = watcher.snapshot()
    told: list[str] = []
    again = watched(source, resume=cursor)
    again.subscribe(lambda event: told.append(event.id))
    async with again:
        await until(lambda: len(told) == len(LIFE))
        assert (await again.wait(name())).ending is Ending.REACHED
    assert told == [f"{name()}#{number}" for number in range(1, 5)]


async def test_the_next_watcher_asks_nothing_about_what_is_over() -> None:
    source = Scripted(jobs={name(): deque(LIFE)})
    async with watched(source) as watcher:
        await watcher.wait(name())
        cursor = watcher.snapshot().model_dump_json()
    source.calls.clear()
    async with watched(source, resume=cursor) as watcher:
        assert (await watcher.wait(name())).ok
    assert source.calls == []


async def test_what_nobody_was_told_of_a_forgotten_job_is_no_hindrance(tmp_path: Path) -> None:
    file = tmp_path / "cursor.json"
    async with watched(Scripted(jobs={name(): deque(LIFE)})) as watcher:
        await watcher.wait(name())
        watcher.forget(name())
        watcher.forget(name())
        file.write_text(watcher.snapshot().model_dump_json())
    async with watched(Scripted(), resume=file) as watcher:
        assert watcher.record(name()) is None


@pytest.mark.parametrize("cursor", ["nonsense", b"{}x", json.dumps({"jobs": [{"platform": "vertex"}]})])
def test_a_cursor_that_is_none_is_refused_before_anything_begins(cursor: str | bytes) -> None:
    with pytest.raises(InputError, match="this is no cursor of a watcher"):
        Watcher(Scripted(), resume=cursor)


async def test_a_snapshot_of_a_watcher_that_goes_on_changes_nothing() -> None:
    async with watched(Scripted(jobs={name(): deque(LIFE)})) as watcher:
        snapshots = [watcher.snapshot() for _ in range(3)]
        await watcher.wait(name())
        assert snapshots == [Cursor()] * 3
        assert watcher.snapshot() == watcher.snapshot()


# Sight.


async def test_sight_that_is_lost_and_regained_is_told_with_since_when_and_why() -> None:
    wall, eyes = Wall(), Eyes()
    source = Scripted(jobs={name(): "JOB_STATE_RUNNING"})
    async with watched(source, clock=wall, patience=Patience(blind=60)) as watcher:
        watcher.subscribe(eyes.see, findings=True)
        watcher.add(name())
        await seen(watcher, "JOB_STATE_RUNNING")
        wall.turn(10)
        looks = len(source.calls)
        await until(lambda: len(source.calls) > looks + 2)
        source.jobs[name()] = PASSING
        looks = len(source.calls)
        await until(lambda: len(source.calls) > looks + 3)
        assert eyes.others() == []
        wall.turn(61)
        await until(lambda: len(eyes.others()) == 1)
        wall.turn(100)
        source.jobs[name()] = "JOB_STATE_SUCCEEDED"
        assert (await watcher.wait(name())).ok
    lost, back = eyes.others()
    assert isinstance(lost, Sight)
    assert isinstance(back, Sight)
    assert (lost.event, lost.since, lost.at, lost.reason) == ("sight_lost", second(10), second(71), "503")
    assert (back.event, back.since, back.at, back.reason) == ("sight_regained", second(10), second(171), "503")
    assert [event.target for event in eyes.events(name())] == [*["JOB_STATE_QUEUED", "JOB_STATE_RUNNING"], "JOB_STATE_SUCCEEDED"]


def second(number: float) -> datetime:
    return EPOCH + timedelta(seconds=number)


async def test_where_a_list_shows_the_jobs_sight_is_lost_since_the_last_list() -> None:
    """A job that a list shows as it was has no look of its own."""
    wall, eyes = Wall(), Eyes()
    names = {name(number): "JOB_STATE_RUNNING" for number in range(1, 6)}
    source = Scripted(jobs=dict(names), pages=[names])
    async with watched(source, clock=wall, patience=Patience(blind=0)) as watcher:
        watcher.subscribe(eyes.see, findings=True)
        for one in names:
            watcher.add(one)
        await seen(watcher, "JOB_STATE_RUNNING", 5)
        wall.turn(100)
        lists = len(source.asked("list"))
        await until(lambda: len(source.asked("list")) > lists + 2)
        source.pages = [PASSING]
        wall.turn(7)
        await until(lambda: len(eyes.others()) == 5)
    assert {one.since for one in eyes.others() if isinstance(one, Sight)} == {second(100)}


@pytest.mark.parametrize("trouble", [Trouble.FORBIDDEN, Trouble.REFUSED])
async def test_where_asking_is_no_use_nothing_more_is_asked_until_somebody_wants_it(trouble: Trouble) -> None:
    eyes = Eyes()
    source = Scripted(jobs={name(): deque(["JOB_STATE_RUNNING", CallFailed(trouble, "no")]), name(2): "JOB_STATE_RUNNING"})
    async with watched(source) as watcher:
        watcher.subscribe(eyes.see)
        assert (await watcher.wait(name())).ending is Ending.SIGHT_LOST
        looks = len(source.asked("get"))
        watcher.add(name(2))
        await until(lambda: source.asked("get")[looks:].count(name(2)) > 5)
        assert source.asked("get")[looks:].count(name()) == 0
        source.jobs[name()] = "JOB_STATE_SUCCEEDED"
        assert (await watcher.wait(name())).ok
    assert [one.event for one in eyes.others() if isinstance(one, Sight)] == ["sight_lost", "sight_regained"]


async def test_a_gone_job_is_told_once_however_often_it_is_waited_for() -> None:
    eyes = Eyes()
    source = Scripted(jobs={name(): deque(["JOB_STATE_RUNNING", MISSING])})
    async with watched(source, patience=Patience(missing=0, unseen=0)) as watcher:
        watcher.subscribe(eyes.see, findings=True)
        waits = [(await watcher.wait(name())).ending for _ in range(3)]
    assert waits == [Ending.GONE] * 3
    assert [one.kind for one in eyes.others() if isinstance(one, Finding)] == [FindingKind.GONE]


async def test_a_job_that_is_forgotten_while_it_is_looked_at_in_vain_disturbs_nobody() -> None:
    source = Scripted(jobs={name(2): "JOB_STATE_RUNNING"})
    async with watched(source) as watcher:

        async def get(job: Any) -> Any:
            if job.name == name():
                watcher.forget(name())
                raise PASSING
            return await Scripted.get(source, job)

        source.get = get  # type: ignore[method-assign]  # a service that takes its time
        watcher.add(name())
        watcher.add(name(2))
        await seen(watcher, "JOB_STATE_RUNNING", 2)
        assert watcher.record(name()) is None


async def test_a_source_that_raises_what_it_should_not_costs_sight_and_not_the_watcher() -> None:
    source = Scripted(jobs={name(2): deque(LIFE)})

    async def get(job: Any) -> Any:
        if job.name == name():
            raise ZeroDivisionError("a bug of the source's")
        return await Scripted.get(source, job)

    source.get = get  # type: ignore[method-assign]
    async with watched(source) as watcher:
        watcher.add(name())
        assert (await watcher.wait(name(2))).ok
        assert (await watcher.wait(name(), timeout=0.05)).ending is Ending.DEADLINE


@pytest.mark.parametrize("given_up", [FORBIDDEN, MISSING])
async def test_a_job_that_was_given_up_stays_so_for_another_watcher_until_somebody_wants_it(given_up: CallFailed) -> None:
    eyes, patience = Eyes(), Patience(missing=0, unseen=0)
    source = Scripted(jobs={name(): deque(["JOB_STATE_RUNNING", given_up]), name(2): "JOB_STATE_RUNNING"})
    async with watched(source, patience=patience) as watcher:
        watcher.subscribe(eyes.see, findings=True)
        ended = await watcher.wait(name())
        watcher.add(name(2))
        await seen(watcher, "JOB_STATE_RUNNING", 2)
        cursor = watcher.snapshot().model_dump_json()
    source.calls.clear()
    async with watched(source, patience=patience, resume=cursor) as watcher:
        watcher.subscribe(eyes.see, findings=True)
        await until(lambda: len(source.calls) > 5)
        assert set(source.asked("get")) == {name(2)}
        assert await watcher.wait(name()) == ended
    assert len(eyes.others()) == 1


async def test_sight_that_one_watcher_lost_another_regains() -> None:
    eyes = Eyes()
    source = Scripted(jobs={name(): deque(["JOB_STATE_RUNNING", PASSING])})
    async with watched(source, patience=Patience(blind=0)) as watcher:
        watcher.subscribe(eyes.see)
        watcher.add(name())
        await until(lambda: len(eyes.others()) == 1)
        cursor = watcher.snapshot().model_dump_json()
    async with watched(source, patience=Patience(blind=0), resume=cursor) as watcher:
        watcher.subscribe(eyes.see)
        looks = len(source.calls)
        await until(lambda: len(source.calls) > looks + 3)
        source.jobs[name()] = "JOB_STATE_RUNNING"
        await until(lambda: len(eyes.others()) == 2)
    lost, back = (one for one in eyes.others() if isinstance(one, Sight))
    assert (lost.event, back.event, back.since) == ("sight_lost", "sight_regained", lost.since)


async def test_a_job_that_was_never_seen_is_looked_for_as_if_it_were_new_when_it_is_added_again() -> None:
    eyes, wall, source = Eyes(), Wall(), Scripted()
    async with watched(source, patience=Patience(unseen=15), clock=wall) as watcher:
        watcher.subscribe(eyes.see, findings=True)
        for number in (1, 2):
            watcher.add(name())
            looks = len(source.calls)
            await until(lambda: len(source.calls) > looks + 2)  # noqa: B023  # it is met before the next
            assert len(eyes.others()) == number - 1
            wall.turn(15)
            assert (await watcher.wait(name())).ending is Ending.NEVER_SEEN
            assert (await watcher.wait(name())).ending is Ending.NEVER_SEEN
        source.jobs[name()] = "JOB_STATE_SUCCEEDED"
        watcher.add(name())
        assert (await watcher.wait(name())).ok
    assert [one.id for one in eyes.others()] == [f"{name()}#0?never_seen=1", f"{name()}#0?never_seen=2"]


async def test_who_waits_is_told_that_it_is_no_use_any_more_and_so_are_subscribers() -> None:
    eyes = Eyes()
    source = Scripted(jobs={name(): deque(["JOB_STATE_RUNNING", PASSING])})
    async with watched(source, patience=Patience(blind=0)) as watcher:
        watcher.subscribe(eyes.see)
        watcher.add(name())
        await until(lambda: len(eyes.others()) == 1)
        source.jobs[name()] = FORBIDDEN
        assert (await watcher.wait(name())).ending is Ending.SIGHT_LOST
        assert (await watcher.wait(name())).ending is Ending.SIGHT_LOST
    assert [(one.event, one.reason) for one in eyes.others() if isinstance(one, Sight)] == [
        ("sight_lost", "503"),
        ("sight_lost", "403"),
    ]


# What a service tells by itself.


@pytest.mark.parametrize(("watched_as", "told_as", "known"), [
    ("my-project", "my-project", 1),
    ("my-project", "123456", 1),
    ("123456", "my-project", 1),
    ("my-project", "your-project", 0),
    ("123456", "654321", 0),
])  # fmt: skip
async def test_an_event_may_call_the_project_by_its_other_name(watched_as: str, told_as: str, known: int) -> None:
    ident = ref("jobs").id
    source = Scripted(jobs={f"projects/{watched_as}/locations/us-central1/jobs/{ident}": "JOB_STATE_RUNNING"})
    payload = {"id": ident, "projectId": told_as, "location": "us-central1", "currentState": "JOB_STATE_CANCELLED"}
    event = {"type": "google.cloud.dataflow.job.v1beta3.statusChanged", "data": {"payload": payload}}
    async with watched(source) as watcher:
        job = watcher.add(ident, project=watched_as, location="us-central1", kind="jobs")
        watcher.add(ident, project=watched_as, location="europe-west1", kind="jobs")
        await until(lambda: len(source.calls) > 2)
        assert watcher.ingest(event) == known
        record = watcher.record(job)
        assert record is not None
        assert record.state.terminal == bool(known)


# What is kept.


async def test_the_first_jobs_that_are_over_or_given_up_are_forgotten_and_those_that_go_on_are_not() -> None:
    shown = {name(number): "JOB_STATE_SUCCEEDED" for number in range(2, 9)} | {name(1): "JOB_STATE_RUNNING"}
    source = Scripted(jobs=shown)
    async with watched(source, keep=3, patience=Patience(unseen=0)) as watcher:
        watcher.add(name(1))
        await seen(watcher, "JOB_STATE_RUNNING")
        endings = [(await watcher.wait(name(number))).ending for number in range(2, 10)]
        assert endings == [*[Ending.REACHED] * 7, Ending.NEVER_SEEN]
        cursor = watcher.snapshot()
        assert sorted(job.id for job in cursor.jobs) == ["1", "7", "8", "9"]
        assert {message.job for message in cursor.pending} >= {name(9)}
        source.calls.clear()
        assert (await watcher.wait(name(8))).ok
        assert name(8) not in source.asked("get")
        assert (await watcher.wait(name(2))).ok, "it is as if it had been forgotten: looked for anew"
        assert name(2) in source.asked("get")
    async with watched(source, keep=2, resume=cursor) as watcher:
        assert (await watcher.wait(name(2))).ok
        assert sorted(job.id for job in watcher.snapshot().jobs) == ["1", "2", "8"]


async def test_a_job_is_not_forgotten_while_somebody_waits_for_it_nor_before_that_which_replaced_it() -> None:
    updated = Observation("JOB_STATE_UPDATED", facts={"type": "streaming", "replaced_by": ref("jobs", 2).id})
    one, two = ref("jobs", 1).name, ref("jobs", 2).name
    source = Scripted(jobs={one: updated, two: "JOB_STATE_RUNNING"})
    async with watched(source, keep=0) as watcher:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watcher.wait, one)
            await until(lambda: watcher.record(two) is not None and source.asked("get").count(two) > 2)
            assert watcher.record(one) is not None
            source.jobs[two] = "JOB_STATE_CANCELLED"
        source.jobs[name()] = "JOB_STATE_RUNNING"
        watcher.add(name())
        await seen(watcher, "JOB_STATE_RUNNING")
        assert [job.id for job in watcher.snapshot().jobs] == ["1"]
        assert watcher._roll.chains.whole(one) == [one]


async def test_what_nobody_subscribes_to_is_dropped_where_it_grows_too_many_and_the_log_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    source = Scripted(jobs={name(number): deque(LIFE) for number in (1, 2, 3)})
    async with watched(source, keep=3) as watcher:
        for number in (1, 2):
            await watcher.wait(name(number))
        assert [message.id for message in watcher.snapshot().pending] == [f"{name(2)}#{number}" for number in (2, 3, 4)]
        stream = watcher.events()
        await watcher.wait(name(3))
        stream.close()
        told = [event.id async for event in stream]
    assert told == [*(f"{name(2)}#{number}" for number in (2, 3, 4)), *(f"{name(3)}#{number}" for number in (1, 2, 3, 4))]
    assert [record.message for record in caplog.records if "nobody subscribes" in record.message] == [
        "nobody subscribes: of the messages that nobody has had, the last 3 are kept"
    ]


# Budgets.


def overdue(eyes: Eyes) -> list[str]:
    return [one.id for one in eyes.others() if isinstance(one, Finding) and one.kind is FindingKind.OVERDUE]


async def test_an_overdue_job_is_told_of_once_in_each_state_whoever_goes_on_watching() -> None:
    wall, eyes = Wall(), Eyes()
    source = Scripted(jobs={name(): "JOB_STATE_QUEUED"})
    how: dict[str, Any] = {"clock": wall, "budgets": {"waiting": 60, "running": 60}}
    async with watched(source, **how) as watcher:
        watcher.subscribe(eyes.see, findings=True)
        watcher.add(name())
        await seen(watcher, "JOB_STATE_QUEUED")
        wall.turn(61)
        await until(lambda: len(eyes.others()) == 1)
        source.jobs[name()] = "JOB_STATE_RUNNING"
        await seen(watcher, "JOB_STATE_RUNNING")
        wall.turn(61)
        await until(lambda: len(eyes.others()) == 2)
        cursor = watcher.snapshot()
    async with watched(source, resume=cursor.model_dump_json(), **how) as watcher:
        watcher.subscribe(eyes.see, findings=True)
        wall.turn(61)
        looks = len(source.calls)
        await until(lambda: len(source.calls) > looks + 3)
        source.jobs[name()] = "JOB_STATE_QUEUED"
        await until(lambda: any(isinstance(one, Finding) and one.adopted for one in eyes.others()))
        wall.turn(50)
        cursor = watcher.snapshot()
    async with watched(source, resume=cursor.model_dump_json(), **how) as watcher:
        watcher.subscribe(eyes.see, findings=True)
        wall.turn(11)
        await until(lambda: len(overdue(eyes)) == 3)
    assert overdue(eyes) == [f"{name()}#1?overdue", f"{name()}#2?overdue", f"{name()}#3?overdue"]


def test_a_budget_for_what_is_not_is_refused() -> None:
    with pytest.raises(UnknownState, match="HIBERNATING"):
        Watcher(Scripted(), budgets={"HIBERNATING": 1})


# How it is held.


async def test_a_wrong_name_is_refused_before_any_request() -> None:
    source = Scripted()
    async with watched(source) as watcher:
        for act in (watcher.add, watcher.record, watcher.forget):
            with pytest.raises(UnknownJob):
                act("nobody knows")
        with pytest.raises(UnknownJob):
            await watcher.wait("nobody knows")
    assert source.calls == []


def test_a_clock_that_tells_no_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        Watcher(Scripted(), clock=lambda: EPOCH.replace(tzinfo=None))


def test_it_watches_in_its_block_alone() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        Watcher(Scripted()).add(name())


async def test_every_source_is_closed_once_when_the_block_ends() -> None:
    both, unused = Scripted(), Scripted()
    async with watched(both) as watcher:
        watcher.add(name())
        watcher.add(ref("pipelineJobs").name)
        watcher.add(ref("jobs").name)
    async with Watcher(unused):
        pass
    assert (both.closed, unused.closed) == (1, 0)
