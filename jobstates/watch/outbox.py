"""Messages on their way to subscribers, and which of them nobody has had yet.

A message is delivered when every callback was called with it and every stream that wants it has yielded it. While nobody
subscribes, messages wait, up to a number of them: a process that never subscribes does not grow for ever.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Unpack
from weakref import WeakSet

from jobstates.delivery import EventStream, Hub, Overflow

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from jobstates.delivery import Callback, Filters, OnError, Subscription
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.tracking.store import Store


log = logging.getLogger("jobstates")


class Outbox:
    """Delivers what a store keeps until it is delivered.

    Args:
        store: where messages are kept.
        lifecycles: those whose names filters may use.
        keep: how many messages wait at most while nobody subscribes; the oldest are dropped, and the log says so.
        dressed: makes of each message what subscribers get.
        on_error: called with the error, the message and the subscription when a subscriber raises.
    """

    def __init__(
        self,
        store: Store,
        lifecycles: Collection[Lifecycle],
        keep: int,
        dressed: Callable[[Any], Any],
        on_error: OnError | None = None,
    ) -> None:
        self._store, self._lifecycles, self._keep, self._dressed = store, lifecycles, keep, dressed
        self._dropped = False
        self._hub = Hub(on_error, lambda: self.tell(store.pending()), self.delivered)
        self._streams: WeakSet[_Stream] = WeakSet()

    def tell(self, messages: Iterable[Any]) -> None:
        """Deliver messages that the store keeps, if anybody listens."""
        if not self._hub.heard:
            self._drop()
            return
        self._dropped = False
        self._hub.put([self._dressed(message) for message in messages])
        self._hub.deliver()

    def _drop(self) -> None:
        """Drop the oldest messages where nobody subscribes and too many wait; said once, and again after somebody subscribed."""
        if self._store.trim(self._keep) and not self._dropped:
            self._dropped = True
            log.warning("nobody subscribes: of the messages that nobody has had, the last %d are kept", self._keep)

    def delivered(self, message: Any) -> None:  # noqa: ANN401
        """Forget a message, unless a stream has still to yield it."""
        if not any(message.id in stream.owed for stream in list(self._streams)):
            self._store.ack([message.id])

    def close(self) -> None:
        """End every stream when it has yielded what waits."""
        for stream in list(self._streams):
            stream.close()

    def subscribe(self, callback: Callback | None, **filters: Unpack[Filters]) -> Subscription:
        """Call back with every message that passes all filters, beginning with those that nobody has had."""
        return self._hub.subscribe(callback, self._lifecycles, **filters)

    def stream(self, buffer: int, overflow: Overflow, **filters: Unpack[Filters]) -> EventStream[Any]:
        """Messages as an asynchronous iterator, beginning with those that nobody has had."""
        return _Stream(self, self._streams, lambda put: self.subscribe(put, **filters), buffer, overflow)

    async def settled(self) -> None:
        """Wait until the coroutine callbacks have done all they were given so far."""
        await self._hub.settled()


class _Stream(EventStream[Any]):
    """A stream whose messages are delivered when it yields them. What it never yields stays where it was."""

    def __init__(
        self,
        outbox: Outbox,
        streams: WeakSet[_Stream],
        subscribe: Callable[[Callable[[Any], None]], Subscription],
        buffer: int,
        overflow: Overflow,
    ) -> None:
        self.owed: set[str] = set()
        self._outbox, self._streams = outbox, streams
        streams.add(self)
        super().__init__(subscribe, buffer, overflow)

    def _put(self, message: Any) -> None:  # noqa: ANN401
        oldest = self._waiting[0] if self._waiting else None
        super()._put(message)
        if oldest is not None and self._waiting and self._waiting[0] is not oldest:
            self._is_had(oldest)  # it made room, and will not be yielded
        if self._waiting and self._waiting[-1] is message:
            self.owed.add(message.id)

    async def __anext__(self) -> Any:  # noqa: ANN401
        message = await super().__anext__()
        self._is_had(message)
        return message

    def _is_had(self, message: Any) -> None:  # noqa: ANN401
        self.owed.discard(message.id)
        self._outbox.delivered(message)

    def close(self) -> None:
        """Stop listening. What waits can still be read; then the iteration ends."""
        self._streams.discard(self)
        super().close()
