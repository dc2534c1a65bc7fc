"""A wait ends by its deadline, over the wire: whatever the service shows, and however it fails to."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import anyio
import grpc
import pytest

from jobstates.errors import UnknownState
from jobstates.spec.state import Outcome
from jobstates.spec.verdict import Verdict
from jobstates.watch.quota import Quotas
from jobstates.watch.sighting import Patience
from jobstates.watch.waiting import Ending
from jobstates.watch.watcher import Watcher
from tests.watch.records import ref
from tests.watch.scripted import Scripted
from tests.watch.support import BACKSTOP, FLEXIBLE, KINDS, QUICK, Counting, Eyes, by_lot, create, standing, until, watching

if TYPE_CHECKING:
    from jobstates.spec.state import JobState

MOMENT = 0.05
"""A timeout, in seconds, after which a wait for what never comes ends."""
HOPELESS = {
    "PERMISSION_DENIED",
    "UNAUTHENTICATED",
    "INVALID_ARGUMENT",
    "FAILED_PRECONDITION",
    "UNIMPLEMENTED",
    "OUT_OF_RANGE",
    "ALREADY_EXISTS",
}
"""The statuses that asking again does not change. NOT_FOUND is a matter of patience, and the others pass."""
STATUSES = [code.name for code in grpc.StatusCode if code is not grpc.StatusCode.OK]


async def test_in_whichever_state_a_job_of_any_kind_is_a_wait_for_it_ends(emulator: Counting) -> None:
    there: dict[str, JobState] = {}
    for kind, (lifecycle, _) in KINDS.items():
        for state in (state for state in lifecycle.states if not state.unspecified):
            there[standing(emulator, kind, state.value).name] = state
    eyes = Eyes()
    async with watching(emulator) as watcher:
        watcher.subscribe(eyes.see)
        for name in there:
            watcher.add(name)
        await eyes.until_told((name, state.value) for name, state in there.items())
        with anyio.fail_after(BACKSTOP):
            found = await watcher.wait_all(there, timeout=MOMENT)
    for waited, (name, state) in zip(found, there.items(), strict=True):
        if state.outcome is Outcome.REPLACED:
            assert (waited.ending, waited.last == name) == (Ending.DEADLINE, False), "it is waited for what replaced it"
            continue
        assert (waited.job, waited.state, waited.outcome) == (name, state.value, state.outcome)
        assert waited.ending is (Ending.REACHED if state.terminal else Ending.DEADLINE)
        assert (waited.verdict is None) is state.live


async def test_so_does_one_for_a_job_whose_state_has_a_number_that_nobody_knows(emulator: Counting) -> None:
    dice, names = by_lot(5), []
    for kind in [*KINDS] * 5:
        names.append(standing(emulator, kind, KINDS[kind][0].states[1].value).name)
        emulator.fault(
            unknown_state=dice.choice([dice.randrange(20, 2**31), -dice.randrange(1, 2**31)]), job=names[-1], count=None
        )
    assert len(names) >= 50
    eyes = Eyes()
    async with watching(emulator) as watcher:
        watcher.subscribe(eyes.see, findings="only")
        for name in names:
            watcher.add(name)
        with anyio.fail_after(BACKSTOP):
            await until(lambda: {message.job for message in eyes.messages} == {*names})
            found = await watcher.wait_all(names, timeout=MOMENT)
    assert {(waited.ending, waited.state, waited.outcome, waited.ok) for waited in found} == {
        (Ending.DEADLINE, None, None, False)
    }


async def test_or_a_name_that_nobody_knows() -> None:
    """A source of one's own may hand out texts."""
    dice = by_lot(5)
    jobs: dict[str, Any] = {
        ref(number=number).name: "".join(chr(dice.randrange(32, 0x2000)) for _ in range(dice.randrange(1, 40)))
        for number in range(50)
    }
    async with Watcher(Scripted(jobs=jobs, pages=[{}]), pace=QUICK, quotas=Quotas(FLEXIBLE)) as watcher:
        with anyio.fail_after(BACKSTOP):
            found = await watcher.wait_all(jobs, timeout=MOMENT)
    assert {waited.ending for waited in found} == {Ending.DEADLINE}


@pytest.mark.parametrize("kind", ["customJobs", "jobs"])
async def test_whichever_status_answers_a_wait_ends(emulator: Counting, kind: str) -> None:
    """In a region each, so that no look at one tells of another."""
    names = {}
    for number, status in enumerate(STATUSES):
        names[status] = standing(emulator, kind, "RUNNING", location=f"us-east{number + 1}").name
        emulator.fault(status, job=names[status], count=None)
    async with watching(emulator) as watcher:
        with anyio.fail_after(BACKSTOP):
            lost = await watcher.wait_all([names[status] for status in HOPELESS])
            late = await watcher.wait_all([name for status, name in names.items() if status not in HOPELESS], timeout=MOMENT)
    assert {waited.ending for waited in lost} == {Ending.SIGHT_LOST}
    assert all(status in str(waited.error) for status, waited in zip(HOPELESS, lost, strict=True))
    assert {waited.ending for waited in late} == {Ending.DEADLINE}
    assert {waited.outcome for waited in [*lost, *late]} == {None}, "a look that fails is no failure of the job"


@pytest.mark.parametrize(
    "fault", [{"reset": True}, {"delay": 30.0}, {"absent_state": True}, {"quota": "reads", "retry_after": "1h"}]
)
@pytest.mark.parametrize("call", [0.05, 30.0])
async def test_however_the_wire_behaves_a_wait_ends(emulator: Counting, fault: dict[str, Any], call: float) -> None:
    """A call may be given up before the deadline, or outlast it."""
    names = [standing(emulator, kind, "RUNNING").name for kind in ("customJobs", "jobs")]
    emulator.fault(**fault, count=None)
    async with watching(emulator, call=call) as watcher:
        with anyio.fail_after(BACKSTOP / 3):
            found = await watcher.wait_all(names, timeout=3 * MOMENT)
    assert [(waited.ending, waited.state) for waited in found] == [(Ending.DEADLINE, None)] * 2


async def test_where_nobody_answers_at_all_a_wait_ends() -> None:
    with Counting(clock="manual") as emulator:
        name = standing(emulator, "customJobs", "RUNNING").name
        gone = watching(emulator)
        emulator.stop()
        async with gone as watcher:
            assert (await watcher.wait(name, timeout=MOMENT)).ending is Ending.DEADLINE


@pytest.mark.parametrize("kind", ["customJobs", "jobs"])
async def test_a_job_that_never_was_is_told_from_one_that_is_gone(emulator: Counting, kind: str) -> None:
    never = ref(kind).name
    eyes, there = Eyes(), standing(emulator, kind, "RUNNING")
    async with watching(emulator, patience=Patience(missing=0.1, unseen=0.1)) as watcher:
        watcher.subscribe(eyes.see, findings=True)
        watcher.add(there.name)
        await eyes.until_told([(there.name, "JOB_STATE_RUNNING")])
        emulator.fault("NOT_FOUND", job=there.name, count=None)
        emulator.fault(page="cut", count=None)
        with anyio.fail_after(BACKSTOP):
            found = await watcher.wait_all([never, there.name])
    assert [waited.ending for waited in found] == [Ending.NEVER_SEEN, Ending.GONE]
    assert [waited.state for waited in found] == [None, "JOB_STATE_RUNNING"]
    assert never.rpartition("/")[0] in str(found[0].error)


async def test_a_job_that_is_over_already_is_not_waited_for_and_its_reason_is_told(emulator: Counting) -> None:
    life = [{"state": "RUNNING", "lasts": 1}, {"state": "FAILED", "error": "worker-3 ran out of memory"}]
    names = [create(emulator, kind, {"states": life, "unchecked": True}).name for kind in ("customJobs", "jobs")]
    emulator.clock.advance(2)
    async with watching(emulator) as watcher:
        with anyio.fail_after(BACKSTOP):
            found = await watcher.wait_all(names)
    assert [(waited.ending, waited.verdict, waited.ok) for waited in found] == [(Ending.REACHED, Verdict.BAD, False)] * 2
    assert found[0].error == "worker-3 ran out of memory"


async def test_a_wait_may_be_for_a_state_on_the_way_or_for_the_start(emulator: Counting) -> None:
    life = ["QUEUED", "PENDING", "RUNNING", "SUCCEEDED"]
    name, eyes = create(emulator, "customJobs", life).name, Eyes()
    found: dict[str, Any] = {}

    async with watching(emulator) as watcher, anyio.create_task_group() as waiting:
        watcher.subscribe(eyes.see)

        async def wait(until: str) -> None:
            found[until] = await watcher.wait(name, until=until)

        for until in ("PENDING", "started", "terminal", "CANCELLED"):
            waiting.start_soon(wait, until)
        for state in life:
            await eyes.until_told([(name, f"JOB_STATE_{state}")])
            await anyio.wait_all_tasks_blocked()
            assert found.keys() >= {"RUNNING": {"PENDING", "started"}, "PENDING": {"PENDING"}}.get(state, set())
            emulator.clock.advance(1)
    assert {until: waited.ending for until, waited in found.items()} == {
        "PENDING": Ending.REACHED,
        "started": Ending.REACHED,
        "terminal": Ending.REACHED,
        "CANCELLED": Ending.OVER,
    }
    with pytest.raises(UnknownState, match="HIBERNATING"):
        async with watching(emulator) as watcher:
            await watcher.wait(name, until="HIBERNATING")


@pytest.mark.parametrize("length", [0, -1, MOMENT, timedelta(seconds=MOMENT)])
async def test_a_timeout_is_told_in_seconds_or_as_a_length_of_time(emulator: Counting, length: Any) -> None:
    async with watching(emulator) as watcher:
        with anyio.fail_after(BACKSTOP):
            assert (await watcher.wait(ref().name, timeout=length)).ending is Ending.DEADLINE


@pytest.mark.parametrize("length", [None, math.inf, 1e15])
async def test_a_timeout_that_never_comes_is_none(emulator: Counting, length: Any) -> None:
    name = standing(emulator, "customJobs", "RUNNING", "SUCCEEDED").name
    async with watching(emulator) as watcher:
        with anyio.fail_after(BACKSTOP):
            assert (await watcher.wait(name, timeout=length)).ok


async def test_the_first_of_several_is_waited_for_and_of_none_that_is_refused(emulator: Counting) -> None:
    running = [standing(emulator, "customJobs", "RUNNING").name for _ in range(3)]
    over = standing(emulator, "jobs", "DONE").name
    async with watching(emulator) as watcher:
        with anyio.fail_after(BACKSTOP):
            assert (await watcher.wait_any([*running, over])).job == over
            assert await watcher.wait_all([]) == []
        with pytest.raises(ValueError, match="there is no job to wait for"):
            await watcher.wait_any([])


async def test_an_end_may_be_judged_otherwise(emulator: Counting) -> None:
    name = standing(emulator, "customJobs", "EXPIRED").name
    async with watching(emulator) as watcher:
        verdicts = [(await watcher.wait(name, judge=judge)).verdict for judge in (None, {"expired": "good"}, lambda *_: "mixed")]
        assert verdicts == [Verdict.BAD, Verdict.GOOD, Verdict.MIXED]
        with pytest.raises(ValueError, match="splendid"):
            await watcher.wait(name, judge={"expired": "splendid"})


async def test_a_job_that_is_forgotten_meanwhile_keeps_nobody_waiting_past_the_deadline(emulator: Counting) -> None:
    ref = standing(emulator, "customJobs", "RUNNING")
    async with watching(emulator) as watcher, anyio.create_task_group() as tasks:
        watcher.add(ref.name)

        async def forget() -> None:
            watcher.forget(ref.name)

        tasks.start_soon(forget)
        waited = await watcher.wait(ref.name, timeout=MOMENT)
        assert (waited.ending, waited.state) == (Ending.SIGHT_LOST, None)
