"""Deliveries of which account is kept: who has still to deal with which message.

A stream that is garbage collected may end its subscription while this very thread holds any lock. So what keeps the messages is
never called under a lock of this.
"""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any

from jobstates.delivery.hub import Hub

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstates.delivery.subscription import OnError, Subscription


class Ledger(Hub):
    """Keeps account of who has still to deal with which message. What nobody is left to deal with stays where it was.

    Args:
        ack: called with the id of each message that everybody has dealt with.
        catch_up: called to let somebody subscribe: calls ``enlist``.
        on_error: as of every hub.
    """

    def __init__(
        self, ack: Callable[[list[str]], None], catch_up: Callable[[Subscription], None], on_error: OnError | None = None
    ) -> None:
        super().__init__(on_error)
        self._ack, self._catch_up = ack, catch_up
        self._debts: dict[object, dict[str, None]] = {}
        self._owers: Counter[str] = Counter()
        self._left: dict[str, None] = {}
        """What subscribers left that are gone while others stay, the oldest first."""

    def add(self, subscription: Subscription) -> None:
        """Deliver to a subscription from now on, beginning with what nobody has had."""
        self._catch_up(subscription)

    def enlist(self, subscription: Subscription) -> bool:
        """Deliver to a subscription from now on; whether it is the first."""
        with self._changing:
            first = not self.heard
            super().add(subscription)
            if first:
                self._left.clear()
        return first

    def remove(self, subscription: Subscription) -> None:
        """Deliver to a subscription no longer. What waits for nobody else waits in the store."""
        with self._changing:
            super().remove(subscription)
            if not self.heard:
                self._waiting.clear()

    def under_way(self) -> set[str]:
        """What is about to be delivered."""
        with self._changing:
            return {*self._owers, *(message.id for message in self._waiting)}

    def too_many(self, keep: int) -> list[str]:
        """Take the oldest out of what was left, where it is more than so many."""
        with self._changing:
            oldest = list(islice(self._left, max(len(self._left) - keep, 0)))
            for one in oldest:
                self._left.pop(one, None)
        return oldest

    def _next(self) -> Any:  # noqa: ANN401
        with self._changing:
            message = super()._next()
            if message is not None:
                self.owe(self, message)
            return message

    def _hand(self, message: Any) -> bool:  # noqa: ANN401
        """Give a message to every subscriber. Where the last has just left and another has come, it has its turn again."""
        try:
            taken = super()._hand(message)
        except BaseException:  # an interrupt, which passes through
            self.gone(self)
            raise
        if taken:
            self.had(self, message)
            return True
        with self._changing:
            self.gone(self)
            if self.heard:
                self._waiting.appendleft(message)
        return False

    def owe(self, who: object, message: Any) -> None:  # noqa: ANN401
        """Somebody has still to deal with a message."""
        with self._changing:
            self._debts.setdefault(who, {})[message.id] = None
            self._owers[message.id] += 1

    def had(self, who: object, message: Any) -> None:  # noqa: ANN401
        """Somebody has dealt with a message: forget it, if that was the last."""
        with self._changing:
            last = self._owers[message.id] <= (message.id in self._debts.get(who, ()))
            if not last:
                self._pay(who, message.id)
        if last:
            self._ack([message.id])  # before it is off the account: so nobody finds it in the store and takes it for new
            with self._changing:
                self._left.pop(message.id, None)
                self._pay(who, message.id)

    def gone(self, who: object) -> None:
        """Somebody will deal with nothing more."""
        with self._changing:
            left = [one for one in list(self._debts.get(who, ())) if self._pay(who, one)]
            self._debts.pop(who, None)
            if self.heard:
                self._left.update(dict.fromkeys(left))

    def _pay(self, who: object, one: str) -> bool:
        """Take somebody off a message's account, if on it; whether that was the last."""
        if one not in self._debts.get(who, ()):
            return False
        del self._debts[who][one]
        self._owers[one] -= 1
        if self._owers[one]:
            return False
        del self._owers[one]
        return True
