"""The place where messages wait to be delivered, in the order in which they were put.

Whoever changes a job's record puts the messages while it still holds the record's lock, and delivers after letting go of it. One
thread delivers at a time; a callback that causes further messages, and other threads meanwhile, only add to the queue, and may
go on before their messages are delivered. So the order of a job's messages is the order of its changes, and no callback runs
under a lock.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Any, Unpack

from jobstates.delivery.filtering import Filter
from jobstates.delivery.stream import EventStream, Overflow
from jobstates.delivery.subscription import Callback, OnError, Subscription

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstates.delivery.filtering import Filters, Message
    from jobstates.spec.lifecycle import Lifecycle


class Hub:
    """Delivers messages to subscribers.

    Args:
        on_error: called with the error, the message and the subscription when a subscriber raises.
    """

    def __init__(self, on_error: OnError | None = None) -> None:
        self.on_error = on_error
        self._subscriptions: tuple[Subscription, ...] = ()
        self._waiting: deque[Message] = deque()
        self._changing = threading.RLock()  # an event stream that is garbage collected ends its subscription, whatever we are at
        self._delivering = threading.Lock()

    def subscribe(self, callback: Callback | None, lifecycles: Iterable[Lifecycle], **filters: Unpack[Filters]) -> Subscription:
        """Subscribe a callback, or the function that the result decorates; see ``Filter`` for the filters."""
        return Subscription(self, callback, Filter(lifecycles, **filters))

    def stream(
        self,
        lifecycles: Iterable[Lifecycle],
        buffer: int,
        overflow: Overflow,
        **filters: Unpack[Filters],
    ) -> EventStream[Any]:
        """Subscribe an iterator; see ``Filter`` for the filters."""
        return EventStream(lambda put: self.subscribe(put, lifecycles, **filters), buffer, overflow)

    def add(self, subscription: Subscription) -> None:
        """Deliver to a subscription from now on."""
        with self._changing:
            self._subscriptions = (*self._subscriptions, subscription)

    def remove(self, subscription: Subscription) -> None:
        """Deliver to a subscription no longer."""
        with self._changing:
            self._subscriptions = tuple(one for one in self._subscriptions if one is not subscription)

    @property
    def heard(self) -> bool:
        """Whether anybody subscribes."""
        return bool(self._subscriptions)

    def put(self, messages: Iterable[Message]) -> None:
        """Queue messages; nothing is delivered yet."""
        if self._subscriptions:
            self._waiting.extend(messages)

    def deliver(self) -> None:
        """Deliver what waits, unless another thread or an outer call is at it already."""
        waiting, busy = self._waiting, self._delivering
        while waiting and busy.acquire(blocking=False):
            try:
                while (message := self._next()) is not None:
                    self._hand(message)
            finally:
                busy.release()

    def _next(self) -> Message | None:
        """Take what waits longest."""
        return self._waiting.popleft() if self._waiting else None

    def _hand(self, message: Message) -> bool:
        """Give a message to every subscriber; whether there was any."""
        there = False
        for subscription in self._subscriptions:
            there |= subscription.deliver(message)
        return there

    def owe(self, who: object, message: Message) -> None:
        """Somebody has still to deal with a message. Here nobody keeps count of that."""

    def had(self, who: object, message: Message) -> None:
        """Somebody has dealt with a message."""

    def gone(self, who: object) -> None:
        """Somebody will deal with nothing more."""

    async def settled(self) -> None:
        """Wait until no coroutine callback has anything left to do.

        Raises:
            RuntimeError: when a coroutine callback waits for itself.
        """
        for subscription in self._subscriptions:
            await subscription.settled()
