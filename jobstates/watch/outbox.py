"""Messages on their way to subscribers, and which of them nobody has had yet.

A message is delivered when every callback has returned from it, every coroutine has ended, and every stream that wants it has
yielded it. What a subscriber leaves behind, and what comes while nobody subscribes, waits for the next who is the first to
subscribe, and for a cursor: up to a number of messages, so that nothing grows for ever.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any, Unpack
from weakref import WeakSet, finalize

from jobstates.delivery import EventStream, Ledger, Overflow

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
        keep: how many messages that nobody is about to have wait at most; the oldest are dropped, and the log says so where
            nobody subscribes.
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
        self._hub = Ledger(store.ack, self._catch_up, on_error)
        self._streams: WeakSet[_Stream] = WeakSet()
        self._putting = threading.RLock()
        self._ahead: frozenset[str] = frozenset()
        """What the first subscriber found in the store, perhaps before it was told."""

    def tell(self, messages: Iterable[Any]) -> None:
        """Deliver messages that the store keeps, if anybody listens."""
        with self._putting:
            if not self._hub.heard:
                self._drop()
                return
            self._dropped = False
            self._put([message for message in messages if message.id not in self._ahead])
        self._store.ack(self._hub.too_many(self._keep))
        self._hub.deliver()

    def _catch_up(self, subscription: Subscription) -> None:
        """Let somebody subscribe, and if nobody had, deliver what nobody has had."""
        with self._putting:
            if self._hub.enlist(subscription):
                under_way = self._hub.under_way()  # before the store is looked at, where it is until it has been had
                pending = [message for message in self._store.pending() if message.id not in under_way]
                self._ahead = frozenset(message.id for message in pending)
                self._put(pending)
        self._hub.deliver()

    def _put(self, messages: Iterable[Any]) -> None:
        self._hub.put([self._dressed(message) for message in messages])

    def _drop(self) -> None:
        """Drop the oldest messages where nobody subscribes and too many wait; said once, and again after somebody subscribed."""
        if self._store.trim(self._keep) and not self._dropped:
            self._dropped = True
            log.warning("nobody subscribes: of the messages that nobody has had, the last %d are kept", self._keep)

    def close(self) -> None:
        """End every stream when it has yielded what waits."""
        for stream in list(self._streams):
            stream.close()

    def subscribe(self, callback: Callback | None, **filters: Unpack[Filters]) -> Subscription:
        """Call back with every message that passes all filters, beginning with those that nobody has had."""
        return self._hub.subscribe(callback, self._lifecycles, **filters)

    def stream(self, buffer: int, overflow: Overflow, **filters: Unpack[Filters]) -> EventStream[Any]:
        """Messages as an asynchronous iterator, beginning with those that nobody has had."""
        stream = _Stream(self._hub, lambda put: self.subscribe(put, **filters), buffer, overflow)
        self._streams.add(stream)
        return stream

    async def settled(self) -> None:
        """Wait until the coroutine callbacks have done all they were given so far."""
        await self._hub.settled()


class _Stream(EventStream[Any]):
    """A stream whose messages are delivered when it yields them. What it never yields stays where it was."""

    def __init__(
        self,
        hub: Ledger,
        subscribe: Callable[[Callable[[Any], None]], Subscription],
        buffer: int,
        overflow: Overflow,
    ) -> None:
        self._hub, self._reader = hub, object()
        super().__init__(subscribe, buffer, overflow)
        finalize(self, hub.gone, self._reader)

    def _put(self, message: Any) -> Any:  # noqa: ANN401
        self._hub.owe(self._reader, message)
        dropped = super()._put(message)
        if dropped is not None:
            self._hub.had(self._reader, dropped)
        return dropped

    async def __anext__(self) -> Any:  # noqa: ANN401
        message = await super().__anext__()
        self._hub.had(self._reader, message)
        return message

    def close(self) -> None:
        """Stop listening. What waits can still be read; then the iteration ends."""
        super().close()
        self._hub.gone(self._reader)
