"""Answers that were worked out, for as long as they are true: until a job was changed, or until one moves on by itself.

Nothing else makes an answer about jobs another one, so a list of a hundred thousand is sorted and written once, not once a page.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from jobstates.emulator.living.plan import SLACK

if TYPE_CHECKING:
    from collections.abc import Hashable

    from jobstates.emulator.living.world import World

MOST_BYTES = 8 * 2**20
"""What is kept altogether."""
BESIDES = 500
"""Bytes that an answer takes besides its own."""


class Known(NamedTuple):
    """Bytes that were worked out, and the time at which they may become untrue."""

    body: bytes
    until: float


class Pages:
    """What was worked out of the jobs as they stand. Whoever uses it holds the world's lock."""

    def __init__(self, world: World, most: int = MOST_BYTES) -> None:
        self._world = world
        self._most = most
        self._version = world.version
        self._known: OrderedDict[Hashable, Known] = OrderedDict()
        self._size = 0

    def get(self, key: Hashable, now: float) -> Known | None:
        """What is known under a key, if it is still true."""
        if self._version != self._world.version:
            self._forget()
        known = self._known.get(key)
        if known is None or now + SLACK >= known.until:
            return None
        self._known.move_to_end(key)
        return known

    def keep(self, key: Hashable, body: bytes, until: float) -> Known:
        """Keep what is true until a time as long as no job is changed; what was not asked for longest makes room."""
        if self._version != self._world.version:
            self._forget()
        if (old := self._known.pop(key, None)) is not None:
            self._size -= len(old.body) + BESIDES
        known = self._known[key] = Known(body, until)
        self._size += len(body) + BESIDES
        while self._size > self._most:
            self._size -= len(self._known.popitem(last=False)[1].body) + BESIDES
        return known

    def _forget(self) -> None:
        self._known.clear()
        self._size, self._version = 0, self._world.version
