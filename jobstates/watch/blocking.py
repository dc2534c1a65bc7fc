"""Watching for plain scripts: each call returns when it is done, and has a watcher and an event loop of its own."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import anyio

from jobstates.watch.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from jobstates.watch.asking import Answer
    from jobstates.watch.commanding import JobLike
    from jobstates.watch.waiting import Waited

T = TypeVar("T")


def wait(job: JobLike, *sources: Any, **how: Any) -> Waited:  # noqa: ANN401
    """Wait until a job is over, or somewhere, and no longer than so many seconds.

    >>> import jobstates
    >>> jobstates.wait("projects/p/locations/us-central1/customJobs/1", timeout=3600).ok  # doctest: +SKIP
    True

    Args:
        job: whatever ``Watcher.add`` takes.
        sources: the services to look at; Google's, with their default credentials, when left out.
        how: ``timeout``, ``until`` and ``judge`` as ``Watcher.wait`` takes them; all else is for ``Watcher``.

    Raises:
        UnknownJob: when that does not tell one job; nothing has been asked of any service then.
        UnknownState: when the job's lifecycle has no state ``until``.
        RuntimeError: where an event loop is running: there it would block everything.
    """
    return _done(lambda watcher, told: watcher.wait(job, **told), sources, how)


def wait_all(jobs: Iterable[JobLike], *sources: Any, **how: Any) -> list[Waited]:  # noqa: ANN401
    """Wait for each of several jobs; what each came to, in their order. See ``wait``."""
    return _done(lambda watcher, told: watcher.wait_all(jobs, **told), sources, how)


def wait_any(jobs: Iterable[JobLike], *sources: Any, **how: Any) -> Waited:  # noqa: ANN401
    """Wait for whichever of several jobs ends its wait first. See ``wait``.

    Raises:
        ValueError: when there are none.
    """
    return _done(lambda watcher, told: watcher.wait_any(jobs, **told), sources, how)


def ask(job: JobLike, request: str, *sources: Any, **how: Any) -> Answer:  # noqa: ANN401
    """Ask something of a job, and tell what came of it. See ``Watcher.ask`` and ``wait``."""
    return _done(lambda watcher, told: watcher.ask(job, request, **told), sources, how)


TOLD = ("timeout", "until", "judge", "by", "again", "and_wait", "changes")
"""What is for the call; all else is for the watcher."""


def _done(act: Callable[[Watcher, dict[str, Any]], Awaitable[T]], sources: Iterable[Any], how: dict[str, Any]) -> T:
    if _runs_a_loop():
        raise RuntimeError("this would block the event loop that is running: use `async with jobstates.Watcher() as watcher:`")
    told = {name: value for name, value in how.items() if name in TOLD}
    rest = {name: value for name, value in how.items() if name not in TOLD}

    async def main() -> T:
        async with Watcher(*sources, **rest) as watcher:
            return await act(watcher, told)

    return anyio.run(partial(main))


def _runs_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
