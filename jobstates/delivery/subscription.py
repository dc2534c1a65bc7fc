"""One subscriber: a callback with its filter, and the order in which it is called."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial, update_wrapper
from inspect import isawaitable, iscoroutinefunction
from typing import TYPE_CHECKING, Any, Self

from jobstates.delivery.lane import Lane

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
        self._wants = wanted.wants
        self._callback: Callback | None = None
        self._lane: Lane | None = None
        self.active = False
        if callback is not None:
            self._begin(callback)

    def _begin(self, callback: Callback) -> None:
        self._callback = callback
        if _is_async(callback):
            self._lane = Lane()
        update_wrapper(self, callback, updated=())
        self.active = True
        self._hub.add(self)

    def __call__(self, argument: Any) -> Any:  # noqa: ANN401  # a function to decorate, or a message
        """Decorate a function; once there is one, call it."""
        if self._callback is None:
            self._begin(argument)
            return self
        return self._callback(argument)

    def deliver(self, message: Message) -> bool:
        """Hand over one message, if it is wanted; whether anybody was there to want it. Never raises what the callback raises."""
        if not self.active:
            return False
        if not self._wants(message):
            return True
        if self._lane is not None:
            self._hub.owe(self, message)
            self._lane.put(partial(self._call, message))
            return True
        try:
            result = self._callback(message)  # type: ignore[misc]  # an active subscription has one
        except Exception as error:  # noqa: BLE001  # a subscriber may raise anything, and must not stop the others
            self._failed(error, message)
        else:
            if result is not None and isawaitable(result):
                self._lane = Lane()
                self._hub.owe(result_of := object(), message)
                self._lane.put(partial(self._finish, result_of, message, lambda _: result))
        return True

    async def _call(self, message: Message) -> None:
        """Call back with a message that has waited, unless the subscription has ended meanwhile."""
        if self.active:
            self._hub.owe(call := object(), message)  # beside the subscription, which the call may end
            self._hub.had(self, message)
            await self._finish(call, message, self._callback)  # type: ignore[arg-type]  # an active subscription has one

    async def _finish(self, call: object, message: Message, callback: Callback) -> None:
        """Make a call, of which account is kept, to its end."""
        try:
            await self._await(message, callback)
            self._hub.had(call, message)
        finally:
            self._hub.gone(call)

    async def _await(self, message: Message, callback: Callback) -> None:
        """Call back, and await what comes of it. Never raises what that raises; only a cancelled worker breaks off."""
        try:
            result = callback(message)
            if isawaitable(result):
                await result
        except asyncio.CancelledError as error:
            if (worker := asyncio.current_task()) is None or worker.cancelling():
                raise
            self._failed(error, message)
        except Exception as error:  # noqa: BLE001  # as in deliver
            self._failed(error, message)

    def _failed(self, error: BaseException, message: Message) -> None:
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
            await self._lane.idle()

    def cancel(self) -> None:
        """End the subscription. Messages that wait for it are dropped. Harmless when repeated."""
        self._hub.remove(self)  # first: so the hub has none that is not active
        self.active = False
        self._hub.gone(self)

    def __enter__(self) -> Self:
        """Subscribe for the length of a block."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        """End with the block."""
        self.cancel()


def _is_async(callback: Callback) -> bool:
    return iscoroutinefunction(callback) or iscoroutinefunction(type(callback).__call__)
