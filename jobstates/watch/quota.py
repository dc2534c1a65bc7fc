"""Never more calls a minute than a service allows, whoever makes them.

A bucket holds a tenth of a minute's calls and fills with the other nine tenths in a minute: so no minute, wherever it begins,
sees more than the quota. Taking is pure in the time that is handed in; a caller waits for as long as it is told.

Those who call the same source stand in line, and the first alone has taken a call: whoever leaves the line owes nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from contextlib import aclosing, contextmanager
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import anyio

from jobstates.watch.source import CallFailed, Page, Trouble

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from jobstates.spec.arrow import Arrow
    from jobstates.spec.observation import Observation
    from jobstates.watch.ref import JobRef, Scope
    from jobstates.watch.source import Message, Source

T = TypeVar("T")
log = logging.getLogger("jobstates")
BURST = 0.1
"""The part of a minute's calls that may be made at once."""
MINUTE = 60.0
ROUNDING = 1e-6
"""Of calls: whoever has waited for one finds so little less of it."""


class Bucket:
    """Calls that may be made, at most so many in any minute.

    >>> bucket = Bucket(60, now=0.0)
    >>> [bucket.take(now=0.0) for _ in range(7)][-2:]
    [0.0, 1.1111111111111112]
    """

    def __init__(self, per_minute: float, now: float) -> None:
        """Begin with a full bucket."""
        self._size = max(per_minute * BURST, 1.0)
        self._rate = (per_minute - self._size) / MINUTE or per_minute / MINUTE
        self._left, self._at = self._size, now

    def take(self, now: float) -> float:
        """Take one call, and tell after how many seconds it may be made. Calls are made in the order in which they are taken."""
        self._fill(now)
        self._left -= 1
        return max(0.0, -self._left / self._rate)

    def give_back(self, now: float) -> None:
        """A call that was taken is not made. It is lost where others wait: they know already when they may make theirs."""
        self._fill(now)
        if self._left > -ROUNDING:
            self._left = min(self._size, self._left + 1)

    def _fill(self, now: float) -> None:
        self._left = min(self._size, self._left + (now - self._at) * self._rate)
        self._at = max(now, self._at)


class Key(NamedTuple):
    """Whom a quota is counted for. Platforms that one source serves have one quota."""

    platforms: tuple[str, ...]
    project: str
    location: str


class Quotas:
    """One bucket for each project and region of a service, shared by all who were given the same object.

    Args:
        per_minute: how many calls a minute, by platform, where not what the vendor documents.
        clock: seconds that never go back.

    Raises:
        ValueError: when no call could ever be made.
    """

    def __init__(self, per_minute: Mapping[str, float] | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = {platform: _allowed(calls) for platform, calls in (per_minute or {}).items()}
        self._clock = clock
        self._buckets: dict[Key, Bucket] = {}
        self._lock = threading.Lock()

    async def take(self, source: Source, scope: Scope) -> None:
        """Wait until one more call about a scope may be made."""
        with self._lock:
            wait = self._bucket(source, scope).take(self._clock())
        if wait:
            try:
                await anyio.sleep(wait)
            except BaseException:
                self.give_back(source, scope)
                raise

    def give_back(self, source: Source, scope: Scope) -> None:
        """The call was not made."""
        with self._lock:
            self._bucket(source, scope).give_back(self._clock())

    def _bucket(self, source: Source, scope: Scope) -> Bucket:
        key = Key(tuple(sorted(source.platforms)), scope.project, scope.location)
        if key not in self._buckets:
            allowed = (self._per_minute.get(platform, source.quotas[platform]) for platform in source.platforms)
            self._buckets[key] = Bucket(min(allowed), self._clock())
        return self._buckets[key]


def _allowed(calls: float) -> float:
    if not 1 <= calls < inf:
        raise ValueError(f"a quota is a number of calls a minute, at least 1, not {calls!r}")
    return calls


SHARED = Quotas()
"""The quotas of this process: those of every watcher that was not given its own."""


class Metered:
    """A source whose calls wait until the quota allows them, in the order in which they came. It belongs to one event loop."""

    def __init__(self, source: Source, quotas: Quotas) -> None:
        self._source, self._quotas = source, quotas
        self._lines: defaultdict[tuple[str, str], anyio.Lock] = defaultdict(lambda: anyio.Lock(fast_acquire=True))
        self.platforms, self.quotas, self.page_size = source.platforms, source.quotas, source.page_size

    async def _take(self, scope: Scope) -> None:
        async with self._lines[scope.project, scope.location]:
            await self._quotas.take(self, scope)

    async def get(self, job: JobRef) -> Observation:
        """Look at one job."""
        await self._take(job.scope)
        with _guarded():
            return await self._source.get(job)

    def list(self, scope: Scope, *, live: bool = True, after: Any = None) -> AsyncGenerator[Page]:  # noqa: ANN401  # the source's
        """Look at the jobs of a scope, page by page."""
        with _guarded():
            return self._paged(scope, self._source.list(scope, live=live, after=after))

    async def _paged(self, scope: Scope, pages: AsyncGenerator[T]) -> AsyncGenerator[T]:
        """Take a call for each page."""
        async with aclosing(pages):
            while True:
                await self._take(scope)
                with _guarded():
                    page = await anext(pages, None)
                if page is None:
                    self._quotas.give_back(self, scope)  # nothing was called
                    return
                yield page
                if isinstance(page, Page) and page.last:
                    return

    async def ask(self, job: JobRef, arrow: Arrow, *, changes: Mapping[str, Any] | None = None) -> None:
        """Make the request of an arrow."""
        await self._take(job.scope)
        with _guarded():
            await self._source.ask(job, arrow, changes=changes)

    def messages(self, job: JobRef, *, after: datetime | None = None) -> AsyncGenerator[Sequence[Message]] | None:
        """What the service wrote about a job, page by page."""
        with _guarded():
            pages = self._source.messages(job, after=after)
        return None if pages is None else self._paged(job.scope, pages)

    async def aclose(self) -> None:
        """Let go of every connection."""
        await self._source.aclose()


@contextmanager
def _guarded() -> Iterator[None]:
    """Let a mistake in a source cost sight of a job, and not the watcher of all."""
    try:
        yield
    except CallFailed:
        raise
    except Exception as error:
        log.exception("a source raised what it should not")
        raise CallFailed(Trouble.PASSING, f"the source failed: {type(error).__name__}: {error}") from error
