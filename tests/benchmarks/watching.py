"""What a sweep over 100,000 jobs costs the client beside decoding the same pages, and what a watched job takes in memory.

The pages are those that Google's client would get, with the fields that the watcher asks for; the network is left out of both.
Decoding reads each job's name and state, as the least that anybody has to.
"""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from time import process_time
from typing import TYPE_CHECKING, Any

from google.cloud.aiplatform_v1 import ListCustomJobsResponse

from jobstates.spec.record import Record
from jobstates.tracking.store import Change, MemoryStore, Snapshot
from jobstates.watch import Plan, Scope, sweep
from jobstates.watch.google.vertex import Vertex
from jobstates.watch.ref import lifecycle_of
from jobstates.watch.verified import Verified

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

SCOPE = Scope("vertex", "projects/project/locations/us-central1", "customJobs")
JOBS, PAGE = 100_000, 1000
ROUNDS = 45
RUNNING = 3
MESSAGE = ListCustomJobsResponse.pb()


class _Canned:
    """Answers every list with the same pages, decoded anew."""

    def __init__(self, pages: list[bytes]) -> None:
        self._pages = pages

    async def pages(self, *_: object) -> AsyncGenerator[Any, None]:
        """The pages, as a client hands them out."""
        for page in self._pages:
            yield MESSAGE.FromString(page)


def unchanged() -> tuple[float, float]:
    """A sweep that finds every job as it was, in milliseconds of processor time."""
    return _swept([_pages()])


def shifted() -> tuple[float, float]:
    """The same where a job that nobody watches came first, or left, since the last sweep: so each page has moved by one."""
    return _swept([_pages(), _pages(first=-1)])


def memory() -> tuple[float, float]:
    """Bytes that a watched job takes, with all that a watcher keeps between two sweeps, beside 400."""
    pages = _pages()
    gc.collect()
    tracemalloc.start()
    try:
        store, plan = _store(), Plan(verified=Verified())
        asyncio.run(sweep(_source(pages), store, SCOPE, plan))
        gc.collect()
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    del store, plan
    return taken / JOBS, 400.0


def _swept(lists: Sequence[list[bytes]]) -> tuple[float, float]:
    store, verified, sources = _store(), Verified(), [_source(pages) for pages in lists]
    ours, theirs = [], []
    for number in range(ROUNDS):
        pages, source = lists[number % len(lists)], sources[number % len(lists)]
        begun = process_time()
        asyncio.run(sweep(source, store, SCOPE, Plan(verified=verified)))
        between = process_time()
        _decode(pages)
        ours.append(between - begun)
        theirs.append(process_time() - between)
    return min(ours) * 1000, min(theirs) * 1000


def _decode(pages: list[bytes]) -> None:
    for page in pages:
        for job in MESSAGE.FromString(page).custom_jobs:
            job.name  # noqa: B018  # reading it is what costs
            job.state  # noqa: B018


def _source(pages: list[bytes]) -> Vertex:
    source = Vertex()
    source._calling = _Canned(pages)  # type: ignore[assignment]  # all but the network
    return source


def _store() -> MemoryStore:
    store, lifecycle = MemoryStore(), lifecycle_of(SCOPE)
    job, state = lifecycle.job_type(kind=SCOPE.kind), lifecycle.state(RUNNING)
    store.apply(SCOPE, Snapshot({}), (Change(Record(_name(number), job, state)) for number in range(JOBS)))
    return store


def _pages(first: int = 0) -> list[bytes]:
    begins = range(first, JOBS, PAGE)
    jobs = ([{"name": _name(number), "state": RUNNING} for number in range(begin, min(begin + PAGE, JOBS))] for begin in begins)
    return [MESSAGE(custom_jobs=page).SerializeToString() for page in jobs]


def _name(number: int) -> str:
    return f"{SCOPE}/{10**18 + number}"
