"""One step of watching, beside a service whose every answer is told: what is looked at, and what comes of it."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobstates.spec.event import Finding, FindingKind, JobEvent
from jobstates.spec.observation import Observation
from jobstates.tracking.store import Change, MemoryStore, Snapshot
from jobstates.watch.quota import Quotas
from jobstates.watch.source import CallFailed, Message, Trouble
from jobstates.watch.sweep import Plan, Swept, sweep
from jobstates.watch.verified import Verified
from jobstates.watch.watcher import Watcher
from tests.strategies import EPOCH, minute
from tests.watch.records import believed, ref
from tests.watch.scripted import FORBIDDEN, PASSING, Scripted
from tests.watch.support import FLEXIBLE, LIFECYCLES, QUICK, scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HERE = scope("customJobs")


def name(number: int) -> str:
    return ref(number=number).name


def knowing(*states: str | None, kind: str = "customJobs", **facts: Any) -> MemoryStore:
    """A store that believes these jobs to be in these states."""
    store = MemoryStore()
    records = [believed(state, kind, number=number, seq=3 if state else 0, **facts) for number, state in enumerate(states, 1)]
    store.apply(scope(kind), Snapshot({}), map(Change, records))
    return store


def page(states: Mapping[int, Any]) -> dict[str, Any]:
    """A page of jobs by their numbers, their states spelled as the wire does."""
    return {name(number): wire(state) for number, state in states.items()}


def wire(state: Any) -> Any:
    known = LIFECYCLES["vertex"].coerce(state) if isinstance(state, str) else None
    return state if known is None else known.value


def told(swept: Swept) -> list[tuple[str, str]]:
    return [(one.job.rpartition("/")[2], one.target) for one in swept.messages if isinstance(one, JobEvent)]


def states(store: MemoryStore, kind: str = "customJobs") -> list[str]:
    return [record.state.name for _, record in sorted(store.find(scope(kind)).records.items())]


async def test_a_list_is_one_call_however_many_jobs_it_shows() -> None:
    store = knowing("QUEUED", "RUNNING", "RUNNING")
    source = Scripted(pages=[page({1: "PENDING", 2: "RUNNING", 3: 3, 9: "RUNNING"})])
    swept = await sweep(source, store, HERE)
    assert (source.calls, swept.pages) == ([("list", str(HERE))], 1)
    assert told(swept) == [("1", "JOB_STATE_PENDING")]
    assert states(store) == ["PENDING", "RUNNING", "RUNNING"]


async def test_what_a_list_does_not_show_is_looked_at_singly() -> None:
    store = knowing("RUNNING", "RUNNING")
    source = Scripted(pages=[page({1: "RUNNING"})], jobs={name(2): Observation("SUCCEEDED", at=minute(3))})
    swept = await sweep(source, store, HERE)
    assert source.asked("get") == [name(2)]
    assert told(swept) == [("2", "JOB_STATE_SUCCEEDED")]


async def test_what_no_list_shows_though_it_is_not_over_is_counted() -> None:
    """Each look at everything takes a call for each of them."""
    store = knowing(*["RUNNING"] * 4)
    source = Scripted(pages=[page({1: "RUNNING", 2: "PENDING"})], jobs=page({2: "RUNNING", 3: "RUNNING", 4: "SUCCEEDED"}))
    assert (await sweep(source, store, HERE)).unlisted == 1
    assert (await sweep(source, store, HERE, Plan(listed=False))).unlisted == 0


async def test_what_a_list_shows_of_the_past_is_not_believed_without_a_second_look() -> None:
    """Lists lag, and Vertex AI tells no time of a live state: RUNNING, then PENDING may be a restart, or yesterday's news."""
    store = knowing("RUNNING", "RUNNING")
    source = Scripted(pages=[page({1: "PENDING", 2: "PENDING"})], jobs={name(1): "RUNNING", name(2): "PENDING"})
    swept = await sweep(source, store, HERE)
    assert sorted(source.asked("get")) == [name(1), name(2)]
    assert told(swept) == [("2", "JOB_STATE_PENDING")]


async def test_nor_is_a_step_that_the_job_has_taken_before() -> None:
    """It restarted, so a list that shows it running may be from before."""
    store = knowing("PENDING")
    source = Scripted(pages=[page({1: "RUNNING"})], jobs={name(1): "PENDING"})
    assert told(await sweep(source, store, HERE)) == []
    assert source.asked("get") == [name(1)]


async def test_nor_is_what_no_way_leads_to() -> None:
    store = knowing("CANCELLING")
    source = Scripted(pages=[page({1: "RUNNING"})], jobs={name(1): "CANCELLED"})
    swept = await sweep(source, store, HERE)
    assert told(swept) == [("1", "JOB_STATE_CANCELLED")]
    assert not any(isinstance(one, Finding) for one in swept.messages)


async def test_a_state_that_nobody_knows_is_told_once_and_changes_nothing() -> None:
    store, source = knowing("RUNNING"), Scripted(pages=[page({1: "JOB_STATE_HIBERNATING"})])
    found = [one for _ in range(3) for one in (await sweep(source, store, HERE)).messages]
    assert [(one.kind, one.target) for one in found if isinstance(one, Finding)] == [
        (FindingKind.UNKNOWN, "JOB_STATE_HIBERNATING")
    ]
    assert states(store) == ["RUNNING"]


@pytest.mark.parametrize("broken", [0, 1])
async def test_a_list_that_breaks_off_keeps_what_it_showed_and_looks_at_nothing_else(broken: int) -> None:
    store = knowing("QUEUED", "RUNNING")
    source = Scripted(pages=[*[page({1: "PENDING"})] * broken, PASSING, page({2: "RUNNING"})])
    swept = await sweep(source, store, HERE)
    assert source.asked("get") == []
    assert swept.broke_off is PASSING
    assert swept.failed == dict.fromkeys([name(1), name(2)][broken:], PASSING)
    assert states(store)[0] == ("PENDING" if broken else "QUEUED")


THREE = [{1: "PENDING"}, {2: "PENDING"}, {3: "PENDING"}]
REFUSED = CallFailed(Trouble.REFUSED, "400")


def failing(*failures: Sequence[CallFailed], resumable: bool = True) -> Scripted:
    """A service whose three pages come after so many failures of each."""
    pages = [deque([*failed, page(shown)]) for failed, shown in zip([*failures, (), (), ()], THREE, strict=False)]
    return Scripted(pages=pages, resumable=resumable)


@given(st.lists(st.integers(0, 2), min_size=2, max_size=2))
async def test_a_page_that_does_not_come_is_tried_again_in_its_place(failures: list[int]) -> None:
    source, store, verified = failing((), *([PASSING] * one for one in failures)), knowing(*["QUEUED"] * 3), Verified()
    swept = await sweep(source, store, HERE, Plan(pauses=(0.0, 0.0), verified=verified))
    assert (len(source.calls), swept.pages, swept.broke_off) == (3 + sum(failures), 3, None)
    assert states(store) == ["PENDING"] * 3
    await sweep(failing((), *([PASSING] * one for one in failures)), store, HERE, Plan(pauses=(0.0, 0.0), verified=verified))
    assert (verified.all.names, verified.whole) == ([name(1), name(2), name(3)], True)


ASKING_TO_WAIT = CallFailed(Trouble.THROTTLED, "429", retry_after=0.001)


@pytest.mark.parametrize(
    ("source", "pauses", "calls"),
    [
        (failing((), [PASSING]), (), 2),
        (failing([PASSING]), (0.0,), 1),
        (failing((), [PASSING], resumable=False), (0.0,), 2),
        (failing((), [PASSING] * 3), (0.0, 0.0), 4),
        (failing((), [FORBIDDEN]), (0.0,), 2),
        (failing((), [REFUSED]), (0.0,), 2),
        (failing((), [ASKING_TO_WAIT]), (0.0, 0.0), 2),
        (failing((), [ASKING_TO_WAIT, PASSING]), (0.0, 0.001), 3),
    ],
    ids=["unless told", "first", "no way on", "too often", "forbidden", "refused", "longer than any pause", "pauses too short"],
)
async def test_it_is_not_where_that_is_no_use_or_not_wanted(source: Scripted, pauses: Sequence[float], calls: int) -> None:
    swept = await sweep(source, knowing(*["QUEUED"] * 3), HERE, Plan(pauses=pauses))
    assert (swept.broke_off is None, len(source.calls), len(swept.failed)) == (False, calls, 3 - swept.pages)


@pytest.mark.parametrize("trouble", list(Trouble))
@pytest.mark.parametrize("pages", [0, 1])
async def test_a_scope_that_showed_a_page_can_be_listed(trouble: Trouble, pages: int) -> None:
    """What is refused then is the way on: it may have expired."""
    failed = CallFailed(trouble, "no", retry_after=5.0)
    swept = await sweep(failing(*[()] * pages, [failed]), knowing(*["QUEUED"] * 3), HERE)
    assert swept.astray == bool(pages and trouble in (Trouble.REFUSED, Trouble.MISSING))
    (told,) = set(swept.failed.values())
    assert (told.trouble.passes, told.retry_after) == (trouble.passes or swept.astray, 5.0)


async def test_a_watcher_has_a_page_tried_again() -> None:
    pages = [deque([page({1: "SUCCEEDED"})]), deque([PASSING, page({2: "SUCCEEDED", 3: "SUCCEEDED"})])]
    source = Scripted(pages=list[Any](pages), resumable=True)
    async with Watcher(source, pace=QUICK, quotas=Quotas(FLEXIBLE)) as watcher:
        await watcher.wait_all([name(number) for number in (1, 2, 3)])
    assert source.calls == [("list", str(HERE))] * 3


async def test_a_look_that_fails_is_no_failure_of_the_job_nor_of_the_others() -> None:
    store = knowing("RUNNING", "RUNNING")
    source = Scripted(jobs={name(1): FORBIDDEN, name(2): "FAILED"})
    swept = await sweep(source, store, HERE, Plan(listed=False))
    assert swept.failed == {name(1): FORBIDDEN}
    assert states(store) == ["RUNNING", "FAILED"]


async def test_those_alone_are_looked_at_that_the_plan_names_and_does_not_skip() -> None:
    store = knowing("RUNNING", "RUNNING", "RUNNING", "SUCCEEDED")
    source = Scripted(jobs={name(number): "RUNNING" for number in range(1, 5)})
    await sweep(source, store, HERE, Plan(listed=False, names=[name(1), name(3), name(9)], skip={name(3)}))
    assert source.asked("get") == [name(1)]
    source = Scripted(pages=[{}], jobs=source.jobs)
    await sweep(source, store, HERE, Plan(skip={name(2)}))
    assert sorted(source.asked("get")) == [name(1), name(3)]


async def test_a_step_made_twice_at_once_is_told_once() -> None:
    store, told_twice = knowing("RUNNING"), list[tuple[str, str]]()

    class Racing(Scripted):
        async def get(self, job: Any) -> Observation:
            if not told_twice:
                told_twice.append(("", ""))
                told_twice.extend(told(await sweep(self, store, HERE, Plan(listed=False))))
            return await super().get(job)

    told_twice += told(await sweep(Racing(jobs={name(1): "SUCCEEDED"}), store, HERE, Plan(listed=False)))
    assert told_twice[1:] == [("1", "JOB_STATE_SUCCEEDED")]


async def test_a_failed_job_has_its_reason_from_what_was_written_where_the_look_does_not_tell_it() -> None:
    store = knowing("RUNNING", kind="jobs")
    failed = ref("jobs").name
    written = [Message(EPOCH, "error", "worker lost"), Message(EPOCH, "warning", "slow"), Message(EPOCH, "error", "gave up")]
    source = Scripted(jobs={failed: "FAILED"}, written={failed: written})
    (event,) = (await sweep(source, store, scope("jobs"), Plan(listed=False))).messages
    assert isinstance(event, JobEvent)
    assert event.error == "worker lost\ngave up"


async def test_a_reason_that_the_look_tells_is_not_asked_for_again() -> None:
    source = Scripted(jobs={name(1): Observation("FAILED", error="out of memory")})
    (event,) = (await sweep(source, knowing("RUNNING"), HERE, Plan(listed=False))).messages
    assert isinstance(event, JobEvent)
    assert (event.error, source.asked("messages")) == ("out of memory", [])


@given(st.lists(st.tuples(st.integers(0, 2), st.sets(st.integers(1, 8))), min_size=1, max_size=5))
async def test_every_job_is_looked_at_whatever_comes_and_goes_while_the_pages_are_read(steps: list[tuple[int, set[int]]]) -> None:
    """The newest stand in front: new jobs push others to the next page, and jobs that end pull them to one that was read."""
    store, listed, pages, over = knowing(*["RUNNING"] * 8), list(range(8, 0, -1)), list[Any](), set[int]()
    for new, ended in steps:
        pages.append(page(dict.fromkeys(listed[3 * len(pages) : 3 * len(pages) + 3], "RUNNING")))
        over |= ended
        listed = [*range(100 * len(pages) + new, 100 * len(pages), -1), *(number for number in listed if number not in ended)]
    source = Scripted(pages=pages, jobs=page({number: "SUCCEEDED" if number in over else "RUNNING" for number in range(1, 9)}))
    await sweep(source, store, HERE)
    shown = {one for names in pages for one in names}
    assert {one for one, record in store.find(HERE).records.items() if record.state.terminal} == page(
        dict.fromkeys(over)
    ).keys() - shown
    assert set(source.asked("get")) == page(dict.fromkeys(range(1, 9))).keys() - shown


def in_two(states: Mapping[str, str]) -> list[dict[str, str]]:
    """All jobs on two pages."""
    shown = [(one, wire(state)) for one, state in states.items()]
    return [dict(shown[:2]), dict(shown[2:])]


@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["RUNNING", "PAUSED", "UPDATING"]), st.booleans()), max_size=20))
async def test_pages_that_look_as_they_did_hide_nothing(steps: list[tuple[int, str, bool]]) -> None:
    """Some changes are seen by a list, others by a look in between; in the end all is as the service has it."""
    kind = "modelDeploymentMonitoringJobs"
    names = {number: ref(kind, number).name for number in range(1, 5)}
    store, actual, verified = knowing(*["RUNNING"] * 4, kind=kind), dict.fromkeys(names.values(), "RUNNING"), Verified()
    for number, state, listed in steps:
        actual[names[number]] = state
        source = Scripted(pages=in_two(actual), jobs=dict(actual))
        plan = Plan(listed=listed, names=None if listed else [names[number]], verified=verified)
        await sweep(source, store, scope(kind), plan)
    source = Scripted(pages=in_two(actual), jobs=dict(actual))
    await sweep(source, store, scope(kind), Plan(verified=verified))
    assert {one: record.state.name for one, record in store.find(scope(kind)).records.items()} == actual


LAYOUTS = st.lists(st.lists(st.integers(1, 6), max_size=4), max_size=4)
"""The jobs of each page: some stand on two, some on none, and some on one that looks as it did."""


@given(st.lists(st.tuples(st.integers(0, 2), st.sets(st.integers(1, 6), max_size=1)), max_size=8), st.tuples(*[LAYOUTS] * 3))
@example([(0, set()), (1, set())], ([[1, 2, 3], [4, 5, 6]], [[1, 2, 3], [4, 2, 5]], []))
@example([(0, set()), (0, {6}), (1, set())], ([[1, 2, 3], [4, 5, 6]], [[2, 3], [4, 5, 6]], []))
async def test_every_job_that_no_page_shows_is_looked_at_whatever_was_shown_before_and_whoever_was_forgotten(
    steps: list[tuple[int, set[int]]], layouts: tuple[list[list[int]], ...]
) -> None:
    store, verified = knowing(*["RUNNING"] * 6), Verified()
    for layout, forgotten in steps:
        store.forget(HERE, map(name, forgotten))
        pages = [page(dict.fromkeys(numbers, "RUNNING")) for numbers in layouts[layout]]
        source = Scripted(pages=list[Any](pages), jobs=page(dict.fromkeys(range(1, 7), "RUNNING")))
        await sweep(source, store, HERE, Plan(verified=verified))
        assert set(source.asked("get")) == store.snapshot(HERE).records.keys() - {one for names in pages for one in names}
