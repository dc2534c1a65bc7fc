"""Coroutines that run one after the other, whichever thread hands them over and whatever becomes of the loop they run on.

At any moment at most one worker is at it, on one loop. It is claimed under the lock by whoever adds work while there is none, and
given up under the same lock by the worker that finds nothing left to do: so no work is left lying, and none overtakes another. A
loop that was closed has lost its worker; the next one to ask takes over what it left.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from jobstates.delivery.bell import Bell

Work: TypeAlias = Callable[[], Coroutine[Any, Any, None]]


class Lane:
    """The order of one subscriber's coroutines.

    They run on the loop in which the lane was made. Where there was none, or it is closed, they run on the loop that is running
    when work is added; where there is none either, to their end before ``put`` returns.
    """

    def __init__(self) -> None:
        """Remember the running loop, if there is one."""
        self._home = _running_loop()
        self._waiting: deque[Work] = deque()
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        """Where the worker is, or is about to be."""
        self._worker: asyncio.Task[None] | None = None
        self._bells: list[Bell] = []

    def put(self, work: Work) -> None:
        """Add something to run after all that was added before."""
        with self._lock:
            self._waiting.append(work)
        self._attend()

    async def idle(self) -> None:
        """Wait until nothing is left to run.

        Raises:
            RuntimeError: when what runs here waits for itself.
        """
        if self._worker is not None and self._worker is asyncio.current_task():
            raise RuntimeError("a callback cannot wait until the callbacks have done their work: it would wait for itself")
        while (bell := self._busy()) is not None:
            self._attend()
            await bell.rung()

    def _busy(self) -> Bell | None:
        """A bell that rings when the worker ends; None when there is nothing to wait for."""
        with self._lock:
            if not self._waiting and not self._is_attended():
                return None
            bell = Bell()
            self._bells.append(bell)
            return bell

    def _is_attended(self) -> bool:
        return self._loop is not None and not self._loop.is_closed()

    def _attend(self) -> None:
        """See to it that a worker does what waits."""
        running = _running_loop()
        with self._lock:
            if not self._waiting or self._is_attended():
                return
            loop = self._loop = self._choose(running)
        if loop is running:
            self._begin(loop)
        elif loop is self._home:
            self._begin_elsewhere(loop)
        else:
            with asyncio.Runner(loop_factory=lambda: loop) as here:
                here.run(self._begin_and_wait(loop))

    def _choose(self, running: asyncio.AbstractEventLoop | None) -> asyncio.AbstractEventLoop:
        if self._home is not None and not self._home.is_closed():
            return self._home
        return running or asyncio.new_event_loop()

    def _begin_elsewhere(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            loop.call_soon_threadsafe(self._begin, loop)
        except RuntimeError:  # it was closed just now
            self._attend()

    def _begin(self, loop: asyncio.AbstractEventLoop) -> asyncio.Task[None]:
        worker = loop.create_task(self._work())
        worker.add_done_callback(self._ended)
        return worker

    async def _begin_and_wait(self, loop: asyncio.AbstractEventLoop) -> None:
        await self._begin(loop)

    async def _work(self) -> None:
        self._worker = asyncio.current_task()
        while (work := self._next()) is not None:
            await work()

    def _next(self) -> Work | None:
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self._give_up()
            return None

    def _ended(self, worker: asyncio.Task[None]) -> None:
        """Make room for another worker where one broke off."""
        if worker.cancelled() or worker.exception() is not None:
            with self._lock:
                self._give_up()

    def _give_up(self) -> None:
        self._loop = self._worker = None
        bells, self._bells = self._bells, []
        for bell in bells:
            bell.ring()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
