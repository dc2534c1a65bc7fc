"""Messages as an asynchronous iterator, with a bounded buffer whose overflow is an explicit policy."""

from __future__ import annotations

import threading
import weakref
from collections import deque
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from jobstates.delivery.bell import Bell
from jobstates.delivery.filtering import Message
from jobstates.errors import StreamOverflow

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from jobstates.delivery.subscription import Subscription


M = TypeVar("M", bound=Message)


class Overflow(StrEnum):
    """What happens to a message that finds the buffer full."""

    RAISE = "raise"
    """It is dropped, and so is what follows, until the reader has read what was kept and has got ``StreamOverflow``."""
    DROP_OLDEST = "drop_oldest"
    """The oldest waiting message makes room for it."""
    DROP_NEWEST = "drop_newest"
    """It is dropped."""


class EventStream(Generic[M]):
    """An asynchronous iterator over messages. It listens from the moment it is made until ``close`` or its block ends.

    Args:
        subscribe: subscribes the function it is given.
        buffer: how many messages may wait, at least 1.
        overflow: what happens to a message that finds the buffer full.

    Attributes:
        lost: how many messages found no room, and the reader has not been told of by ``StreamOverflow``.

    Raises:
        ValueError: when the buffer is smaller than 1, or the policy is none.
    """

    def __init__(self, subscribe: Callable[[Callable[[Any], None]], Subscription], buffer: int, overflow: Overflow) -> None:
        """Begin to listen."""
        if buffer < 1:
            raise ValueError(f"buffer= is how many events may wait, at least 1, not {buffer}")
        self.lost = 0
        self._size = buffer
        self._overflow = Overflow(overflow)
        self._waiting: deque[M] = deque()
        self._lock = threading.Lock()
        self._bells: list[Bell] = []
        self._closed = False
        mine = weakref.ref(self)

        def put(message: M) -> None:
            if (stream := mine()) is not None:
                stream._put(message)  # noqa: SLF001  # the stream's own function, which must not keep it alive

        self._subscription = subscribe(put)
        weakref.finalize(self, self._subscription.cancel)

    def _put(self, message: M) -> M | None:
        """Keep a message. Returns the one that is dropped for want of room."""
        dropped = None
        with self._lock:
            if self._is_full():
                self.lost += 1
                if self._overflow is not Overflow.DROP_OLDEST:
                    return message
                dropped = self._waiting.popleft()
            self._waiting.append(message)
            self._ring()
        return dropped

    def _is_full(self) -> bool:
        """No room; or a gap that the reader does not know of yet, behind which nothing may stand."""
        return len(self._waiting) >= self._size or (self._overflow is Overflow.RAISE and self.lost > 0)

    def _ring(self) -> None:
        for bell in self._bells:
            bell.ring()

    def __aiter__(self) -> Self:
        """The stream itself."""
        return self

    async def __anext__(self) -> M:
        """The next message.

        Raises:
            StreamOverflow: once for each gap, where it is, under the policy ``raise``.
        """
        while True:
            with self._lock:
                if self._waiting:
                    return self._waiting.popleft()
                self._end()
                bell = Bell()
                self._bells.append(bell)
            try:
                await bell.rung()
            finally:
                with self._lock:
                    self._bells.remove(bell)

    def _end(self) -> None:
        """With nothing left to read: tell of a gap, or end the iteration, if it is time for that."""
        if self._overflow is Overflow.RAISE and self.lost:
            lost, self.lost = self.lost, 0
            raise StreamOverflow(lost, self._size)
        if self._closed:
            raise StopAsyncIteration

    def close(self) -> None:
        """Stop listening. What waits can still be read; then the iteration ends."""
        self._subscription.cancel()
        with self._lock:
            self._closed = True
            self._ring()

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
