"""A Dataflow job that is replaced: one logical job, whatever the length of its chain and however late its links are told."""

from __future__ import annotations

import logging
from collections import deque
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import anyio
import grpc
import pytest
from google.cloud import dataflow_v1beta3

from jobstates.errors import NotAllowed, UnknownJob
from jobstates.spec.event import JobEvent
from jobstates.spec.observation import Observation
from jobstates.spec.state import Outcome
from jobstates.spec.verdict import Verdict
from jobstates.watch.asker import ORPHANED
from jobstates.watch.asking import Accepted, AlreadyTerminal, Lost
from jobstates.watch.patrol import SUCCESSOR
from jobstates.watch.quota import Quotas
from jobstates.watch.source import CallFailed, Trouble
from jobstates.watch.waiting import Ending
from jobstates.watch.watcher import Watcher
from tests.watch.records import ref
from tests.watch.scripted import FORBIDDEN, MISSING, Scripted
from tests.watch.support import BACKSTOP, CHANNEL, FLEXIBLE, QUICK, Counting, Eyes, create, until, watching

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobstates.spec.arrow import Arrow
    from jobstates.watch.ref import JobRef
    from jobstates.watch.waiting import Waited


def name(number: int) -> str:
    return ref("jobs", number).name


def replaced(by: int | None) -> Observation:
    """What a look shows at a job that was replaced; by which, may not be told yet."""
    return Observation("JOB_STATE_UPDATED", facts={} if by is None else {"replaced_by": ref("jobs", by).id})


def watched(**how: Any) -> Watcher:
    return Watcher(how.pop("source"), pace=QUICK, quotas=Quotas(FLEXIBLE), **how)


async def waited(source: Scripted, number: int = 1, **how: Any) -> Waited:
    """What a wait for a job comes to."""
    async with watched(source=source) as watcher:
        with anyio.fail_after(BACKSTOP):
            return await watcher.wait(name(number), **how)


async def replace(emulator: Counting, old: JobRef) -> JobRef:
    """Have a running job replaced by an update that a client asks for."""
    async with grpc.aio.insecure_channel(emulator.endpoint, CHANNEL) as channel:
        service = dataflow_v1beta3.JobsV1Beta3AsyncClient
        client = service(transport=service.get_transport_class("grpc_asyncio")(channel=channel))
        place = {"project_id": old.scope.project, "location": old.scope.location}
        job = await client.create_job(request={**place, "job": {"replace_job_id": old.id}})
    emulator.clock.advance(1)
    return old._replace(id=job.id)


@pytest.mark.parametrize("length", [1, 2, 10])
async def test_over_the_wire_a_job_is_followed_to_its_successors_and_known_by_its_first(emulator: Counting, length: int) -> None:
    jobs, eyes = [create(emulator, "jobs", {}, name="nightly", facts={"type": "streaming"})], Eyes()
    emulator.clock.advance(1)
    async with watching(emulator) as watcher:
        watcher.subscribe(eyes.see)
        watcher.add(jobs[0].name)
        for _ in range(length):
            await eyes.until_told([(jobs[-1].name, "JOB_STATE_RUNNING")])
            jobs.append(await replace(emulator, jobs[-1]))
        names = [job.name for job in jobs]
        await eyes.until_told([(names[-1], "JOB_STATE_RUNNING")])
        await watcher.ask(names[-1], "drain")
        emulator.clock.advance(1)
        with anyio.fail_after(BACKSTOP):
            found = await watcher.wait(names[0])
    assert (found.job, found.last, found.outcome, found.verdict) == (names[0], names[-1], Outcome.DRAINED, Verdict.GOOD)
    assert {one.job: one.origin for one in eyes.messages} == {names[0]: None} | dict.fromkeys(names[1:], names[0])
    ends = [(one.job, one.successor) for one in eyes.messages if isinstance(one, JobEvent) and one.outcome is Outcome.REPLACED]
    assert ends == [(old.name, new.id) for old, new in pairwise(jobs)]


async def test_a_newer_job_of_the_same_name_is_no_successor(emulator: Counting) -> None:
    """Dataflow's job names are used again."""
    life = {"states": ["PENDING", "RUNNING", "CANCELLED"]}
    old = create(emulator, "jobs", life, name="nightly", facts={"type": "streaming"})
    emulator.clock.advance(5)
    new = create(emulator, "jobs", {}, name="nightly", facts={"type": "streaming"})
    async with watching(emulator) as watcher:
        with anyio.fail_after(BACKSTOP):
            found = await watcher.wait(old.name)
        assert (found.last, found.outcome) == (old.name, Outcome.CANCELLED)
        assert watcher.record(new.name) is None


async def test_a_chain_of_any_length_is_one_job() -> None:
    looks = {name(number): deque(["JOB_STATE_RUNNING", replaced(number + 1)]) for number in range(1, 30)}
    found = await waited(Scripted(jobs={**looks, name(30): "JOB_STATE_DONE"}))
    assert (found.job, found.last, found.outcome, found.ending) == (name(1), name(30), Outcome.SUCCEEDED, Ending.REACHED)


@pytest.mark.parametrize("length", [1, 2, 3])
async def test_a_circle_ends_where_it_would_begin_again(length: int, caplog: pytest.LogCaptureFixture) -> None:
    looks = {name(number): replaced(number % length + 1) for number in range(1, length + 1)}
    with caplog.at_level(logging.WARNING, "jobstates"):
        found = await waited(Scripted(jobs=looks))
    assert (found.last, found.outcome) == (name(length), Outcome.REPLACED)
    assert "which has its place before it" in caplog.text


async def test_jobs_of_one_chain_that_are_all_watched_lead_to_the_same_end() -> None:
    """Whichever of its links is learnt first."""
    source = Scripted(jobs={name(1): replaced(2), name(2): replaced(3), name(3): replaced(4), name(4): "JOB_STATE_DRAINED"})
    for order in ((1, 2, 3, 4), (4, 3, 2, 1), (2, 4, 1, 3)):
        async with watched(source=source) as watcher:
            with anyio.fail_after(BACKSTOP):
                found = await watcher.wait_all(map(name, order))
        assert {(one.last, one.outcome) for one in found} == {(name(4), Outcome.DRAINED)}


async def test_a_successor_that_is_told_late_is_followed() -> None:
    looks = deque(["JOB_STATE_RUNNING", *[replaced(None)] * SUCCESSOR, replaced(2)])
    found = await waited(Scripted(jobs={name(1): looks, name(2): "JOB_STATE_DONE"}))
    assert (found.last, found.outcome) == (name(2), Outcome.SUCCEEDED)


async def test_also_among_many_others_whom_one_list_shows() -> None:
    """It is on no list, being over."""
    running = {name(number): "JOB_STATE_RUNNING" for number in range(3, 20)}
    looks = deque(["JOB_STATE_RUNNING", replaced(None), replaced(None), replaced(2)])
    source = Scripted(jobs={**running, name(1): looks, name(2): "JOB_STATE_DONE"}, pages=[running])
    async with watched(source=source) as watcher:
        for one in running:
            watcher.add(one)
        with anyio.fail_after(BACKSTOP):
            found = await watcher.wait(name(1))
    assert (found.last, found.outcome) == (name(2), Outcome.SUCCEEDED)


@pytest.mark.parametrize("never", [replaced(None), FORBIDDEN, MISSING])
async def test_a_successor_that_is_never_told_keeps_nobody_waiting(never: Any) -> None:
    found = await waited(Scripted(jobs={name(1): deque(["JOB_STATE_RUNNING", replaced(None), never])}))
    assert (found.last, found.outcome, found.ending) == (name(1), Outcome.REPLACED, Ending.REACHED)


async def test_what_replaced_a_job_may_be_lost_from_sight_and_found_again() -> None:
    looks = deque([FORBIDDEN, "JOB_STATE_DONE"])
    async with watched(source=Scripted(jobs={name(1): replaced(2), name(2): looks})) as watcher:
        with anyio.fail_after(BACKSTOP):
            assert (await watcher.wait(name(1))).ending is Ending.SIGHT_LOST
            found = await watcher.wait(name(1))
    assert (found.last, found.outcome) == (name(2), Outcome.SUCCEEDED)


async def test_a_chain_goes_on_after_a_restart() -> None:
    """From its last job; and where that was replaced and nobody had told by which, from there."""
    looks: dict[str, Any] = {name(1): replaced(2), name(2): replaced(3), name(3): replaced(4), name(4): "JOB_STATE_RUNNING"}
    source, eyes = Scripted(jobs=looks), Eyes()
    async with watched(source=source) as watcher:
        watcher.subscribe(eyes.see)
        watcher.add(name(1))
        await eyes.until_told([(name(4), "JOB_STATE_RUNNING")])
        first = watcher.snapshot().model_dump_json()
    looks[name(4)] = replaced(None)
    async with watched(source=source, resume=first) as watcher:
        watcher.subscribe(eyes.see)
        await eyes.until_told([(name(4), "JOB_STATE_UPDATED")])
        second = watcher.snapshot().model_dump_json()
    looks[name(4)], looks[name(5)] = replaced(5), "JOB_STATE_DRAINED"
    async with watched(source=source, resume=second) as watcher:
        watcher.subscribe(eyes.see)
        with anyio.fail_after(BACKSTOP):
            found = [await watcher.wait(name(1)), await watcher.wait(name(3))]
    assert {(one.last, one.outcome) for one in found} == {(name(5), Outcome.DRAINED)}
    assert {one.origin for one in eyes.messages if one.job != name(1)} == {name(1)}


async def test_a_jobs_name_is_not_taken_for_its_id() -> None:
    source = Scripted()
    async with watched(source=source) as watcher:
        with pytest.raises(UnknownJob):
            watcher.add("nightly", project="my-project", location="us-central1", kind="jobs")
    assert source.calls == []


# Requests.


class Fleeting(Scripted):
    """A service where a job is replaced by the next while something is asked of it."""

    async def ask(self, job: JobRef, arrow: Arrow, *, changes: Mapping[str, Any] | None = None) -> None:
        await super().ask(job, arrow, changes=changes)
        if job.name == name(1):
            self.jobs[job.name] = replaced(2)
            raise CallFailed(Trouble.REFUSED, "it was updated")


@pytest.mark.parametrize("first", [1, 2, 3])
@pytest.mark.parametrize("known", [True, False])
async def test_a_request_to_a_replaced_job_goes_to_the_last_of_its_chain(first: int, *, known: bool) -> None:
    source = Scripted(jobs={name(1): replaced(2), name(2): replaced(3), name(3): "JOB_STATE_RUNNING"})
    async with watched(source=source) as watcher:
        if known:
            watcher.add(name(first))
            await until(lambda: name(3) in source.asked("get"))
        assert await watcher.cancel(name(first), by="me") == Accepted(name(3), "cancel")
        record = watcher.record(name(3))
        assert record is not None
        assert record.job.intent is not None
        assert record.job.intent.by == "me"
        source.jobs[name(3)] = "JOB_STATE_CANCELLED"
        with anyio.fail_after(BACKSTOP):
            found = await watcher.cancel(name(first), and_wait=True)
    assert isinstance(found, AlreadyTerminal)
    assert found.waited is not None
    assert (found.job, found.waited.last, found.waited.verdict) == (name(3), name(3), Verdict.GOOD)
    assert source.asked("cancel") == [name(3)]


async def test_a_job_that_is_replaced_while_it_is_asked_has_its_successor_asked() -> None:
    source = Fleeting(jobs={name(1): "JOB_STATE_RUNNING", name(2): "JOB_STATE_RUNNING"})
    async with watched(source=source) as watcher:
        assert await watcher.drain(name(1)) == Accepted(name(2), "drain")
        assert await watcher.drain(name(2)) != Accepted(name(2), "drain")
    assert source.asked("drain") == [name(1), name(2)]


async def test_a_plan_for_a_replaced_job_is_carried_out_on_its_successor() -> None:
    source = Scripted(jobs={name(1): replaced(2), name(2): "JOB_STATE_RUNNING"})
    async with watched(source=source) as watcher:
        answers, found = await watcher.escalate(name(1), ("drain", 0.01), ("cancel", 0.01))
    assert answers == [Accepted(name(2), "drain"), Accepted(name(2), "cancel")]
    assert (found.last, found.ending) == (name(2), Ending.DEADLINE)


async def test_what_was_asked_elsewhere_of_a_replaced_job_counts_for_its_successor() -> None:
    source = Scripted(jobs={name(1): replaced(2), name(2): "JOB_STATE_RUNNING"})
    async with watched(source=source) as watcher:
        watcher.add(name(1))
        await until(lambda: name(2) in source.asked("get"))
        watcher.intend(name(1), "drain")
        source.jobs[name(2)] = "JOB_STATE_DRAINED"
        with anyio.fail_after(BACKSTOP):
            assert (await watcher.wait(name(1))).verdict is Verdict.GOOD


async def test_a_refusal_names_the_job_that_it_is_about() -> None:
    source = Scripted(jobs={name(1): replaced(2), name(2): Observation("JOB_STATE_PENDING", facts={"type": "streaming"})})
    async with watched(source=source) as watcher:
        found = await watcher.drain(name(1))
    assert isinstance(found, NotAllowed)
    assert found.job == name(2)


@pytest.mark.parametrize("and_wait", [True, False])
async def test_where_nobody_tells_which_job_goes_on_a_request_is_lost_until_somebody_does(*, and_wait: bool) -> None:
    source = Scripted(jobs={name(1): replaced(None), name(2): "JOB_STATE_CANCELLED"})
    async with watched(source=source) as watcher:
        with anyio.fail_after(BACKSTOP):
            for _ in range(2):
                assert await watcher.cancel(name(1), and_wait=and_wait) == Lost(name(1), "cancel", ORPHANED, asked=False)
            source.jobs[name(1)] = replaced(2)
            answer = await watcher.cancel(name(1), and_wait=and_wait)
    assert isinstance(answer, AlreadyTerminal)
    assert answer.job == name(2)


async def test_where_jobs_are_said_to_replace_one_another_in_a_circle_a_request_is_lost() -> None:
    source = Scripted(jobs={name(1): replaced(2), name(2): replaced(1)})
    async with watched(source=source) as watcher:
        with anyio.fail_after(BACKSTOP):
            assert await watcher.cancel(name(1)) == Lost(name(2), "cancel", ORPHANED, asked=False)
    assert source.asked("cancel") == []


async def test_a_wait_ends_when_the_job_that_it_goes_on_with_is_forgotten() -> None:
    source = Scripted(jobs={name(1): replaced(2), name(2): "JOB_STATE_RUNNING"})
    found: list[Waited] = []
    async with watched(source=source) as watcher:

        async def wait() -> None:
            found.append(await watcher.wait(name(1)))

        with anyio.fail_after(BACKSTOP):
            async with anyio.create_task_group() as waiting:
                waiting.start_soon(wait)
                await until(lambda: name(2) in source.asked("get"))
                watcher.forget(name(2))
        assert [(one.last, one.ending) for one in found] == [(name(2), Ending.SIGHT_LOST)]
        source.jobs[name(2)] = "JOB_STATE_DONE"
        with anyio.fail_after(BACKSTOP):
            assert (await watcher.wait(name(1))).ok, "it is looked at again when somebody wants it"


@pytest.mark.parametrize("keep", [50_000, 1])
async def test_messages_that_outlive_their_chain_are_still_for_those_who_want_its_first_job(keep: int) -> None:
    later = ref("jobs", 3).name
    source = Scripted(jobs={name(1): replaced(2), name(2): "JOB_STATE_DRAINED", later: "JOB_STATE_DONE"})
    async with watched(source=source, keep=keep) as watcher:
        stream = watcher.events(job=name(1))
        with anyio.fail_after(BACKSTOP):
            await watcher.wait(name(1))
            await watcher.wait(later)
        await until(lambda: keep > 1 or watcher.record(name(2)) is None)
        cursor = watcher.snapshot()
        stream.close()
    origins = {message.job: message.origin for message in cursor.pending if message.origin}
    assert origins == ({name(2): name(1)} if keep == 1 else {})
    async with watched(source=Scripted(), resume=cursor) as watcher:
        stream = watcher.events(job=name(1))
        stream.close()
        told = [message.job async for message in stream]
    assert set(told) == {name(1), name(2)}
