"""A store: what came of looks is kept only for jobs that still are as they were when the looks began."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobstates import Lifecycle, Observation, VertexJobMachine
from jobstates.spec.follow import advance
from jobstates.spec.record import Record
from jobstates.tracking.store import Change, MemoryStore, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobstates.delivery import Message

HERE, THERE = "here", "there"
LIFECYCLE = Lifecycle.of(VertexJobMachine)
LIFE = ["QUEUED", "PENDING", "RUNNING", "SUCCEEDED"]


def name(number: int = 1) -> str:
    return f"projects/p/locations/l/customJobs/{number}"


def unseen(number: int = 1) -> Record:
    return Record.unseen(LIFECYCLE, LIFECYCLE.job_type(name=name(number)))


def looked(record: Record, state: str) -> Change:
    """What a look comes to that shows a job in a state."""
    after, events, findings = advance(LIFECYCLE, record, Observation(state))
    return Change(after, (*events, *findings))


def filled(*states: str, number: int = 1, store: MemoryStore | None = None) -> MemoryStore:
    """A store that knows of a job that was seen in these states."""
    store = store or MemoryStore()
    store.apply(HERE, Snapshot({}), [Change(unseen(number))])
    for state in states:
        see(store, state, number)
    return store


def see(store: MemoryStore, state: str, number: int = 1) -> Sequence[Message]:
    before = store.find(HERE, [name(number)])
    return store.apply(HERE, before, [looked(before.records[name(number)], state)])


def state_of(store: MemoryStore, number: int = 1) -> str:
    return store.find(HERE, [name(number)]).records[name(number)].state.name


def test_a_step_that_is_done_twice_at_once_is_done_once() -> None:
    store = filled("QUEUED")
    one, other = store.snapshot(HERE), store.snapshot(HERE)
    assert len(store.apply(HERE, one, [looked(one.records[name()], "RUNNING")])) == 1
    assert store.apply(HERE, other, [looked(other.records[name()], "RUNNING")]) == []
    assert [message.id for message in store.pending()] == [f"{name()}#1", f"{name()}#2"]


def test_a_process_that_froze_between_looking_and_writing_cannot_undo_what_happened_since() -> None:
    store = filled("QUEUED", "RUNNING")
    frozen = store.snapshot(HERE)
    change = looked(frozen.records[name()], "RUNNING")
    see(store, "SUCCEEDED")
    assert store.apply(HERE, frozen, [change]) == []
    assert state_of(store) == "SUCCEEDED"


def test_a_change_to_what_it_was_before_is_noticed_all_the_same() -> None:
    store = filled("RUNNING")
    frozen = store.snapshot(HERE)
    for state in ("PENDING", "RUNNING"):
        see(store, state)
    assert store.apply(HERE, frozen, [looked(frozen.records[name()], "FAILED")]) == []
    assert state_of(store) == "RUNNING"


def test_of_several_changes_those_are_kept_whose_jobs_did_not_change() -> None:
    store = filled("QUEUED", store=filled("QUEUED", number=2))
    before = store.snapshot(HERE)
    see(store, "RUNNING", 2)
    kept = store.apply(HERE, before, [looked(before.records[name(number)], "RUNNING") for number in (1, 2)])
    assert [message.job for message in kept] == [name(1)]


def test_a_job_that_somebody_else_added_meanwhile_is_not_added_again() -> None:
    store = filled("RUNNING")
    assert store.apply(HERE, Snapshot({}), [Change(unseen())]) == []
    assert state_of(store) == "RUNNING"


def test_a_job_that_was_forgotten_meanwhile_does_not_come_back() -> None:
    store = filled("RUNNING")
    before = store.snapshot(HERE)
    store.forget(HERE, [name(), name(7)])
    assert store.apply(HERE, before, [looked(before.records[name()], "FAILED")]) == []
    assert store.find(HERE).records == {}


def test_a_job_that_is_over_is_kept_and_is_no_part_of_a_snapshot() -> None:
    store = filled(*LIFE)
    assert store.snapshot(HERE).records == {}
    assert state_of(store) == "SUCCEEDED"
    assert list(store.find(HERE).records) == [name()]


def test_what_a_snapshot_shows_stays_as_it_was() -> None:
    store = filled("RUNNING")
    before, found = store.snapshot(HERE), store.find(HERE)
    see(store, "FAILED")
    assert {before.records[name()].state.name, found.records[name()].state.name} == {"RUNNING"}


def test_scopes_know_nothing_of_one_another() -> None:
    store = filled("RUNNING")
    assert store.snapshot(THERE).records == store.find(THERE, [name()]).records == {}
    assert store.apply(THERE, Snapshot({}), [Change(unseen())]) == []
    assert state_of(store) == "RUNNING"


def test_messages_wait_until_they_are_acknowledged_the_oldest_first() -> None:
    store = filled(*LIFE)
    ids = [f"{name()}#{number}" for number in range(1, 5)]
    assert [message.id for message in store.pending()] == ids
    assert [message.id for message in store.pending(2)] == ids[:2]
    store.ack([ids[1], "nobody's"])
    store.ack([ids[1]])
    assert [message.id for message in store.pending()] == [ids[0], *ids[2:]]


def test_of_messages_that_nobody_fetches_the_oldest_can_be_forgotten() -> None:
    store = filled(*LIFE)
    assert [store.trim(keep) for keep in (5, 4, 1, 1)] == [0, 0, 3, 0]
    assert [message.id for message in store.pending()] == [f"{name()}#4"]
    assert (store.trim(0), store.pending()) == (1, ())


def test_what_is_still_to_be_told_of_a_job_outlives_it() -> None:
    store = filled("RUNNING")
    store.forget(HERE, [name()])
    assert len(store.pending()) == 2


def test_messages_that_no_change_brought_wait_with_the_others() -> None:
    store = filled("QUEUED")
    other = filled("FAILED", number=2)
    store.hold(other.pending())
    store.hold(other.pending())
    assert [message.job for message in store.pending()] == [name(1), *[name(2)] * len(other.pending())]


@pytest.fixture(scope="module")
def restless() -> Iterator[None]:
    """Threads that give way to one another all the time."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("restless")
@settings(max_examples=30)
@given(st.lists(st.sampled_from(LIFE), min_size=1, max_size=6), st.integers(2, 6))
def test_however_many_threads_make_the_same_looks_each_change_is_recorded_once(states: list[str], threads: int) -> None:
    """What came of a look is recorded once, whoever was first: no id twice, no number left out, no state out of order."""
    store, together = filled(), Barrier(threads)

    def watch(_: int) -> list[Message]:
        told: list[Message] = []
        for state in states:
            together.wait()
            told += see(store, state)
        return told

    with ThreadPoolExecutor(threads) as pool:
        told = [message for messages in pool.map(watch, range(threads)) for message in messages]
    events = sorted((message for message in told if message.type == "event"), key=lambda message: message.seq)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert all(before.target == after.source for before, after in pairwise(events))
    assert [message.id for message in store.pending() if message.type == "event"] == [event.id for event in events]
