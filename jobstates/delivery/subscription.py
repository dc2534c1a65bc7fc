"""One subscriber: a callback with its filter, and the order in which it is called."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from functools import update_wrapper
from inspect import isawaitable, iscoroutinefunction
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

    from jobstates.delivery.filtering import Filter, Message
    from jobstates.delivery.hub import Hub

Callback = Callable[[Any], Awaitable[Any] | Any]
OnError = Callable[[BaseException, Any, Any], Any]

log = logging.getLogger("jobstates")


class Subscription:
    """A subscriber, and the handle to end it.

    Used as a decorator it stands for the decorated function, which can still be called by hand; used as a context manager it ends
    with the block.
    """

    def __init__(self, hub: Hub, callback: Callback | None, wanted: Filter) -> None:
        """Begin at once when there is a callback; otherwise with the function that is decorated."""
        self._hub = hub
        self._filter = wanted
        self._callback: Callback | None = None
        self._lane: _Lane | None = None
        self.active = False
        if callback is not None:
            self._begin(callback)

    def _begin(self, callback: Callback) -> None:
        self._callback = callback
        if _is_async(callback):
            self._lane = _Lane(self)
        update_wrapper(self, callback, updated=())
        self.active = True
        self._hub.add(self)

    def __call__(self, argument: Any) -> Any:  # noqa: ANN401  # a function to decorate, or a message
        """Decorate a function; once there is one, call it."""
        if self._callback is None:
            self._begin(argument)
            return self
        return self._callback(argument)

    def deliver(self, message: Message) -> None:
        """Hand over one message, if it is wanted. Never raises what the callback raises."""
        if not self.active or not self._filter.wants(message):
            return
        if self._lane is not None:
            self._lane.put(message)
            return
        try:
            result = self._callback(message)  # type: ignore[misc]  # an active subscription has one
        except Exception as error:  # noqa: BLE001  # a subscriber may raise anything, and must not stop the others
            self.failed(error, message)
        else:
            if result is not None and isawaitable(result):
                self._lane = _Lane(self)
                self._lane.put(message, result)

    async def call(self, message: Message, started: Awaitable[Any] | None) -> None:
        """Await the callback with one message, or what it has returned already. Never raises what it raises."""
        try:
            await (started if started is not None else self._callback(message))  # type: ignore[misc]
        except Exception as error:  # noqa: BLE001
            self.failed(error, message)

    def failed(self, error: Exception, message: Message) -> None:
        """Log what a callback raised and hand it to ``on_error``."""
        log.error("a subscriber raised on %s", message.id, exc_info=error)
        if self._hub.on_error is not None:
            try:
                self._hub.on_error(error, message, self)
            except Exception:
                log.exception("on_error raised")

    async def settled(self) -> None:
        """Wait until everything handed to a coroutine callback is done."""
        if self._lane is not None:
            await self._lane.empty()

    def cancel(self) -> None:
        """End the subscription. Messages that wait for it are dropped. Harmless when repeated."""
        self.active = False
        self._hub.remove(self)

    def __enter__(self) -> Self:
        """Subscribe for the length of a block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End with the block."""
        self.cancel()


class _Lane:
    """Runs the coroutines of one subscriber one after the other, so that order is kept.

    They run on the loop in which the subscription was made. Where there is none they run on the loop that is running at delivery;
    where there is none either, to their end, before the delivery returns.
    """

    def __init__(self, subscription: Subscription) -> None:
        self._subscription = subscription
        self._waiting: deque[tuple[Message, Awaitable[Any] | None]] = deque()
        self._loop = _running_loop()
        self._task: asyncio.Task[None] | None = None

    def put(self, message: Message, started: Awaitable[Any] | None = None) -> None:
        running = _running_loop()
        loop = self._loop if self._loop is not None and not self._loop.is_closed() else running
        self._waiting.append((message, started))
        if loop is None:
            asyncio.run(self._run())
        elif loop is running:
            self._start(loop)
        else:
            loop.call_soon_threadsafe(self._start, loop)

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._run())

    async def _run(self) -> None:
        while self._waiting:
            message, started = self._waiting.popleft()
            if self._subscription.active:
                await self._subscription.call(message, started)

    async def empty(self) -> None:
        await asyncio.sleep(0)
        while self._waiting or (self._task is not None and not self._task.done()):
            if self._task is None or self._task.done():
                await asyncio.sleep(0)
            else:
                await asyncio.wait([self._task])


def _is_async(callback: Callback) -> bool:
    return iscoroutinefunction(callback) or iscoroutinefunction(getattr(callback, "__call__", None))


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
