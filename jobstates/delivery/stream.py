"""Messages as an asynchronous iterator, with a bounded buffer whose overflow is an explicit policy."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections import deque
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from jobstates.errors import StreamOverflow

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from jobstates.delivery.filtering import Message
    from jobstates.delivery.subscription import Subscription


class Overflow(StrEnum):
    """What happens to a message that finds the buffer full."""

    RAISE = "raise"
    """It is dropped, and the reader gets ``StreamOverflow`` once it has read what was kept."""
    DROP_OLDEST = "drop_oldest"
    """The oldest waiting message makes room for it."""
    DROP_NEWEST = "drop_newest"
    """It is dropped."""


class EventStream:
    """An asynchronous iterator over messages. It listens from the moment it is made until ``close`` or its block ends.

    Args:
        subscribe: subscribes the function it is given.
        buffer: how many messages may wait, at least 1.
        overflow: what happens to a message that finds the buffer full.

    Attributes:
        lost: how many messages found the buffer full.

    Raises:
        ValueError: when the buffer is smaller than 1, or the policy is none.
    """

    def __init__(self, subscribe: Callable[[Callable[[Any], None]], Subscription], buffer: int, overflow: Overflow) -> None:
        if buffer < 1:
            raise ValueError(f"buffer= is how many events may wait, at least 1, not {buffer}")
        self.lost = 0
        self._size = buffer
        self._overflow = Overflow(overflow)
        self._waiting: deque[Message] = deque()
        self._lock = threading.Lock()
        self._sleeper: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._closed = False
        mine = weakref.ref(self)
        self._subscription = subscribe(lambda message: (stream := mine()) and stream._put(message))
        weakref.finalize(self, self._subscription.cancel)

    def _put(self, message: Message) -> None:
        with self._lock:
            if len(self._waiting) >= self._size:
                self.lost += 1
                if self._overflow is not Overflow.DROP_OLDEST:
                    return
                self._waiting.popleft()
            self._waiting.append(message)
        self._wake()

    def _wake(self) -> None:
        if (sleeper := self._sleeper) is not None and not sleeper[0].is_closed():
            sleeper[0].call_soon_threadsafe(sleeper[1].set)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        """The next message.

        Raises:
            StreamOverflow: once, when messages were lost under the policy ``raise``.
        """
        while not self._waiting:
            if self._overflow is Overflow.RAISE and self.lost:
                lost, self.lost = self.lost, 0
                raise StreamOverflow(lost, self._size)
            if self._closed:
                raise StopAsyncIteration
            await self._sleep()
        return self._waiting.popleft()

    async def _sleep(self) -> None:
        """Wait until something arrives. The event is set up before the last look at the buffer, so nothing slips between."""
        woken = asyncio.Event()
        self._sleeper = (asyncio.get_running_loop(), woken)
        try:
            if not self._waiting and not self._closed:
                await woken.wait()
        finally:
            self._sleeper = None

    def close(self) -> None:
        """Stop listening. What waits can still be read; then the iteration ends."""
        self._subscription.cancel()
        self._closed = True
        self._wake()

    async def aclose(self) -> None:
        """The same as ``close``, for ``contextlib.aclosing``."""
        self.close()

    async def __aenter__(self) -> Self:
        """Listen for the length of a block."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop listening with the block."""
        self.close()
